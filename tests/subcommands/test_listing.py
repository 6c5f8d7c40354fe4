"""plugins list."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_plugin_system.models import PluginItem, PluginType
from django_plugin_system.register import register_plugin_item, register_plugin_type
from django_plugin_system.registry import Registry
from django_plugin_system.sync import sync
from tests.declared import HalfDone, item_dict, type_dict

from . import KAVENEGAR, OTP, SENDER, SMS_IR, VOICE, decide, run, run_json

pytestmark = pytest.mark.django_db


def picky(plugin_type: PluginType, country: str) -> None: ...


def drawn(plugin_type: PluginType) -> None: ...


drawn.varies_per_call = True


@pytest.fixture
def everything(registry: Registry) -> None:
    """Each kind of type, of item and of mistake."""
    otp = PluginType.objects.get()
    decide("voice", status="disable")
    decide("kavenegar", status="reserve")
    PluginItem.objects.create(plugin_type=otp, module="apps.gone", name="old")
    gone = PluginType.objects.create(manager="apps.gone", name="gone")
    PluginItem.objects.create(plugin_type=gone, module="apps.gone", name="its own")
    register_plugin_type(type_dict(name="drawn", get_plugin=drawn))
    register_plugin_type(type_dict(name="picky", get_plugin=picky))
    sync()
    register_plugin_type(type_dict())
    register_plugin_item(item_dict(priority=-32768))
    register_plugin_item(item_dict(type_name="drawn"))
    register_plugin_item(item_dict(name="lost", type_name="sendr"))
    register_plugin_item(
        item_dict(name="half", type_name="later", plugin_class=HalfDone)
    )
    register_plugin_type(type_dict(name="later"))
    registry.record_broken("apps.broken.plugins", ImportError("no module named x"))


def test_list(everything):
    """Types by name, their items in selection order, and what is wrong."""
    assert run("list") == (
        "tests.apps.otp:drawn: the answer differs from call to call\n"
        "  no row        0  tests.apps.otp_sms:mail\n"
        "apps.gone:gone: orphan\n"
        "  active        0  apps.gone:its own  (orphan)\n"
        "tests.apps.otp:later: no row yet\n"
        "tests.apps.otp:otp: tests.apps.otp_sms:sms_ir answers\n"
        "* active       10  tests.apps.otp_sms:sms_ir\n"
        "  reserve      20  tests.apps.otp_sms:kavenegar\n"
        "  active        0  apps.gone:old  (orphan)\n"
        "  disabled      5  tests.apps.otp_voice:voice\n"
        "tests.apps.otp:picky: its get_plugin failed without arguments: TypeError: "
        "picky() missing 1 required positional argument: 'country'\n"
        "tests.apps.otp:sender: no row yet\n"
        "  no row   -32768  tests.apps.otp_sms:mail\n"
        "What has no row gets one from 'manage.py pluginsync --database default'.\n"
        "Orphans have rows, but no code is registered for them in this process.\n"
        "apps.broken.plugins could not be loaded: ImportError: no module named x\n"
        "Plugin item tests.apps.otp_sms:half for tests.apps.otp:later was rejected: "
        "DeclarationTypeError: Plugin item 'half': tests.declared.HalfDone is still "
        "abstract, so it could never be instantiated. Implement: close.\n"
        "Plugin item tests.apps.otp_sms:lost for tests.apps.otp:sendr is registered, "
        "but its plugin type tests.apps.otp:sendr is not.\n"
    )


def test_json(everything):
    """Programs get the same facts under keys that do not change."""
    ids = {item.name: str(item.pk) for item in PluginItem.objects.all()}
    types = {row.name: str(row.pk) for row in PluginType.objects.all()}

    found = run_json("list")

    by_name = {each["type"]: each for each in found.pop("types")}
    assert list(by_name) == [
        "tests.apps.otp:drawn",
        "apps.gone:gone",
        "tests.apps.otp:later",
        OTP,
        "tests.apps.otp:picky",
        SENDER,
    ]
    assert by_name[OTP] == {
        "type": OTP,
        "id": types["otp"],
        "has_code": True,
        "answers": SMS_IR,
        "varies": False,
        "error": None,
        "items": [
            {
                "item": SMS_IR,
                "id": ids["sms_ir"],
                "status": "active",
                "priority": 10,
                "has_code": True,
                "answers": True,
            },
            {
                "item": KAVENEGAR,
                "id": ids["kavenegar"],
                "status": "reserve",
                "priority": 20,
                "has_code": True,
                "answers": False,
            },
            {
                "item": f"apps.gone:old for {OTP}",
                "id": ids["old"],
                "status": "active",
                "priority": 0,
                "has_code": False,
                "answers": False,
            },
            {
                "item": VOICE,
                "id": ids["voice"],
                "status": "disabled",
                "priority": 5,
                "has_code": True,
                "answers": False,
            },
        ],
    }
    assert by_name[SENDER] == {
        "type": SENDER,
        "id": None,
        "has_code": True,
        "answers": None,
        "varies": False,
        "error": None,
        "items": [
            {
                "item": f"tests.apps.otp_sms:mail for {SENDER}",
                "id": None,
                "status": None,
                "priority": -32768,
                "has_code": True,
                "answers": False,
            }
        ],
    }
    assert found == {
        "database": "default",
        "unresolved": [
            {
                "item": "tests.apps.otp_sms:lost for tests.apps.otp:sendr",
                "wanted": "tests.apps.otp:sendr",
                "suggestion": SENDER,
            }
        ],
        "rejected": {
            "Plugin item tests.apps.otp_sms:half for tests.apps.otp:later": (
                "DeclarationTypeError: Plugin item 'half': tests.declared.HalfDone is "
                "still abstract, so it could never be instantiated. Implement: close."
            )
        },
        "broken": {"apps.broken.plugins": "ImportError: no module named x"},
    }


def test_one_type(everything):
    """A type's name cuts the list down to it."""
    assert run("list", "otp") == (
        "tests.apps.otp:otp: tests.apps.otp_sms:sms_ir answers\n"
        "* active       10  tests.apps.otp_sms:sms_ir\n"
        "  reserve      20  tests.apps.otp_sms:kavenegar\n"
        "  active        0  apps.gone:old  (orphan)\n"
        "  disabled      5  tests.apps.otp_voice:voice\n"
        "Orphans have rows, but no code is registered for them in this process.\n"
    )
    assert run("list", "opt", exit_code=2) == (
        "No plugin type is called 'opt'. Did you mean 'tests.apps.otp:otp'?"
    )


@pytest.mark.parametrize(
    ("status", "line"),
    [
        ("reserve", "  reserve      20  tests.apps.otp_sms:kavenegar"),
        ("disabled", "  disabled      5  tests.apps.otp_voice:voice"),
        ("disable", "  disabled      5  tests.apps.otp_voice:voice"),
    ],
)
def test_one_status(everything, status: str, line: str):
    """A status cuts the list down to its items, and to types that have any."""
    assert run("list", "--status", status) == (
        f"tests.apps.otp:otp: tests.apps.otp_sms:sms_ir answers\n{line}\n"
    )


def test_nothing():
    """That there is nothing is said, too."""
    assert run("list", "--status", "reserve") == "There is nothing to list.\n"


def test_safe_mode(settings):
    """In SAFE_MODE an item answers before it has a row."""
    register_plugin_type(type_dict())
    register_plugin_item(item_dict(priority=-7))
    settings.PLUGIN_SYSTEM = {"SAFE_MODE": True}

    assert run("list", "sender").splitlines()[:2] == [
        "tests.apps.otp:sender: tests.apps.otp_sms:mail answers",
        "* no row       -7  tests.apps.otp_sms:mail",
    ]


def test_colours(everything):
    """On a terminal, the item that answers, orphans and mistakes stand out."""
    printed = run("list", "--force-color").splitlines()

    assert printed[2].startswith("\x1b[36;1mapps.gone:gone\x1b[0m: ")
    assert printed[6] == (
        "\x1b[32;1m* active       10  tests.apps.otp_sms:sms_ir\x1b[0m"
    )
    assert printed[8] == "\x1b[33;1m  active        0  apps.gone:old  (orphan)\x1b[0m"


def test_other_database(other):
    """The rows are those of the database that was named."""
    PluginItem.objects.using(other).filter(name="voice").update(status="disable")

    assert "* active       10  tests.apps.otp_sms:sms_ir" in run(
        "list", "--database", other
    )
    assert "* active        5  tests.apps.otp_voice:voice" in run("list")


def test_fits_in_80_columns():
    """With names of usual length no line is longer than a terminal is wide."""
    assert max(map(len, run("list").splitlines())) <= 80


def test_queries():
    """One query reads all there is, whatever there is."""
    with CaptureQueriesContext(connection) as queries:
        run("list")

    about_tables = [each for each in queries if "sqlite_master" in each["sql"]]
    assert len(queries) - len(about_tables) == 1
