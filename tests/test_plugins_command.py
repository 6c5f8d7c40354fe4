"""The plugins command."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from django_plugin_system.management.commands.plugins import Command
from django_plugin_system.models import Generation
from django_plugin_system.register import register_plugin_item
from tests.declared import item_dict

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("plugins", *arguments, stdout=out)
    return out.getvalue()


def test_refresh():
    """A new generation starts, and the command names it."""
    before = Generation.objects.get().token

    printed = run("refresh")

    after = Generation.objects.get().token
    assert after != before
    assert printed == (
        f"Generation {after} has started in database 'default'; every process reads "
        "its rows again.\n"
    )


def test_freshness():
    """The generation in the database, and that of this process."""
    token = Generation.objects.get().token

    assert run("freshness") == (
        "database:    default\n"
        f"generation:  {token}\n"
        f"process:     {token}\n"
        "types:       1\n"
        "items:       3\n"
    )
    assert json.loads(run("freshness", "--format", "json")) == {
        "database": "default",
        "generation": str(token),
        "process": str(token),
        "types": 1,
        "items": 3,
    }


def test_freshness_of_another_database(other):
    """This process answers from the rows of one database, so of others only the first
    two are known."""
    token = Generation.objects.using(other).get().token

    assert run("freshness", "--database", other) == (
        f"database:    other\ngeneration:  {token}\n"
    )
    assert json.loads(run("freshness", "--database", other, "--format", "json")) == {
        "database": "other",
        "generation": str(token),
        "process": None,
        "types": None,
        "items": None,
    }


def test_freshness_without_a_generation():
    """A flushed database has none until the next write."""
    Generation.objects.all().delete()

    facts = json.loads(run("freshness", "--format", "json"))

    assert (facts["generation"], facts["process"]) == (None, None)


class OnlyDefault:
    """A router that keeps tables out of all other databases."""

    def allow_migrate(self, db: str, *args: object, **hints: object) -> bool:
        return db == "default"


@pytest.mark.parametrize("command", [("plugins", "list"), ("pluginadopt",)])
def test_a_database_that_is_to_have_no_tables(empty, settings, command):
    """It is no advice to migrate it."""
    settings.DATABASE_ROUTERS = [OnlyDefault()]

    with pytest.raises(CommandError) as excinfo:
        call_command(*command, "--database", empty)

    assert str(excinfo.value) == (
        "A database router keeps the tables of plugins out of 'empty'. "
        "It lets them into: 'default'."
    )


def test_without_tables():
    """What to do first is said."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_plugin_system_generation RENAME TO away")

    with pytest.raises(CommandError) as excinfo:
        run("refresh")

    assert str(excinfo.value) == (
        "Database 'default' has no tables for plugins yet. "
        "Run 'manage.py migrate --database default' first."
    )


def test_refresh_as_json():
    """Programs get the new generation, too."""
    printed = run("refresh", "--format", "json")

    assert json.loads(printed) == {
        "database": "default",
        "generation": str(Generation.objects.get().token),
    }


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--no-color", "list"], id="before"),
        pytest.param(["list", "--no-color"], id="after"),
        pytest.param(["-v", "0", "list", "--settings", "tests.settings"], id="both"),
        pytest.param(["--skip-checks", "list"], id="of the time when it ran checks"),
    ],
)
def test_options_of_all_commands(arguments: list[str]):
    """They may stand before the subcommand and after it."""
    assert run(*arguments) == run("list")


def test_options_before_the_subcommand_count():
    """What stands before the subcommand is not forgotten."""
    assert "\x1b[" in run("--force-color", "list")


def test_errors_do_not_keep_operators_out():
    """The command works while system checks fail, since it is there to mend things."""
    register_plugin_item(item_dict(type_name="nowhere"))

    out = StringIO()
    call_command("plugins", "disable", "voice", stdout=out, skip_checks=False)

    assert out.getvalue().startswith("tests.apps.otp_voice:voice for ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            [],
            "the following arguments are required: SUBCOMMAND",
            id="no subcommand",
        ),
        pytest.param(
            ["activate"], "the following arguments are required: ITEM", id="no item"
        ),
        pytest.param(
            ["move", "voice"],
            "one of the arguments --first --last --before --after is required",
            id="no place",
        ),
        pytest.param(
            ["move", "voice", "--first", "--before", "sms_ir"],
            "argument --before: not allowed with argument --first",
            id="two places",
        ),
    ],
)
def test_usage(arguments: list[str], message: str, capsys):
    """A wrong call ends with 2, as of any program."""
    with pytest.raises(SystemExit) as excinfo:
        Command().run_from_argv(["manage.py", "plugins", *arguments])

    assert excinfo.value.code == 2
    assert capsys.readouterr().err.endswith(f": error: {message}\n")
