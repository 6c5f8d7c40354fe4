"""Running manage.py plugins, and what it works on."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

from django.core.management import CommandError, call_command

from django_plugin_system.models import PluginItem

OTP = "tests.apps.otp:otp"
SENDER = "tests.apps.otp:sender"
SMS_IR = f"tests.apps.otp_sms:sms_ir for {OTP}"
KAVENEGAR = f"tests.apps.otp_sms:kavenegar for {OTP}"
VOICE = f"tests.apps.otp_voice:voice for {OTP}"


def run(*arguments: str, exit_code: int = 0) -> str:
    """Return what a subcommand prints or, if it refuses, the reason."""
    out = StringIO()
    code: object = 0
    reason = ""
    try:
        call_command("plugins", *arguments, stdout=out)
    except CommandError as error:
        code, reason = error.returncode, str(error)
    except SystemExit as ended:
        code = ended.code
    assert code == exit_code
    assert not (reason and out.getvalue())
    return reason or out.getvalue()


def run_json(*arguments: str, exit_code: int = 0) -> Any:
    return json.loads(run(*arguments, "--format", "json", exit_code=exit_code))


def states(type_name: str = "otp") -> dict[str, tuple[str, int]]:
    """Return status and priority of each item of a type."""
    rows = PluginItem.objects.filter(plugin_type__name=type_name)
    return {row.name: (row.status, row.priority) for row in rows}


def decide(name: str, **columns: object) -> None:
    """Change a row, as an operator did before."""
    assert PluginItem.objects.filter(name=name).update(**columns) == 1
