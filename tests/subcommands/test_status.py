"""plugins activate, reserve and disable."""

from __future__ import annotations

import builtins
import sys
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from django_plugin_system import get_plugin_class
from django_plugin_system.models import Generation, PluginItem, PluginType
from django_plugin_system.register import register_plugin_item, register_plugin_type
from django_plugin_system.sync import sync
from tests.declared import item_dict, type_dict

from . import KAVENEGAR, OTP, SENDER, SMS_IR, VOICE, decide, run, run_json, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def terminal(monkeypatch):
    """A terminal at which somebody types lines, or ends the input."""

    class Terminal(StringIO):
        asked: list[str] = []
        lines: list[str | type[BaseException]] = []

        def isatty(self) -> bool:
            return True

        def type(self, prompt: str) -> str:
            self.asked.append(prompt)
            line = self.lines.pop(0)
            if isinstance(line, str):
                return line
            raise line

    terminal = Terminal()
    monkeypatch.setattr(sys, "stdin", terminal)
    monkeypatch.setattr(builtins, "input", terminal.type)
    return terminal


@pytest.mark.parametrize(
    ("before", "subcommand", "after", "told"),
    [
        ("active", "disable", "disable", "is disabled now; it was active"),
        ("active", "reserve", "reserve", "is in reserve now; it was active"),
        ("disable", "activate", "active", "is active now; it was disabled"),
        ("reserve", "activate", "active", "is active now; it was in reserve"),
        ("disable", "reserve", "reserve", "is in reserve now; it was disabled"),
        ("reserve", "disable", "disable", "is disabled now; it was in reserve"),
    ],
)
def test_switch(before: str, subcommand: str, after: str, told: str):
    """The row has the status, and it is said what it was."""
    decide("kavenegar", status=before)

    printed = run(subcommand, "kavenegar")

    assert states()["kavenegar"] == (after, 20)
    assert printed == (
        f"{KAVENEGAR} {told}.\n{OTP}: tests.apps.otp_voice:voice answers, as before.\n"
    )


def test_another_answers():
    """Who answered and who answers now is said, and lookups see it."""
    printed = run("disable", VOICE)

    assert printed == (
        f"{VOICE} is disabled now; it was active.\n"
        f"{OTP}: tests.apps.otp_voice:voice answered, "
        "tests.apps.otp_sms:sms_ir answers now.\n"
    )
    assert get_plugin_class("otp", "tests.apps.otp").__name__ == "SmsIrOTP"


@pytest.mark.parametrize(
    ("status", "subcommand", "told"),
    [
        ("active", "activate", "is active already; nothing to do"),
        ("reserve", "reserve", "is in reserve already; nothing to do"),
        ("disable", "disable", "is disabled already; nothing to do"),
    ],
)
def test_again(status: str, subcommand: str, told: str):
    """What is so already is not written, and starts no generation."""
    decide("kavenegar", status=status)
    before = Generation.objects.get()

    printed = run(subcommand, "kavenegar")

    assert printed == (
        f"{KAVENEGAR} {told}.\n{OTP}: tests.apps.otp_voice:voice answers, as before.\n"
    )
    assert Generation.objects.get().token == before.token


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["voice for otp"], id="quoted"),
        pytest.param(["voice", "for", "otp"], id="as the shell splits it"),
        pytest.param(["tests.apps.otp_voice:voice"], id="module"),
    ],
)
def test_names(sender, words: list[str]):
    """As much as is unambiguous will do, with and without quotes."""
    run("disable", *words)

    assert states()["voice"] == ("disable", 5)
    assert states("sender")["voice"] == ("active", 5)


def test_id():
    """The id of a row will do as well."""
    run("disable", str(PluginItem.objects.get(name="voice").pk))

    assert states()["voice"] == ("disable", 5)


def test_json():
    """Programs get the same facts under keys that do not change."""
    assert run_json("disable", "voice") == {
        "type": OTP,
        "changes": [
            {"item": VOICE, "field": "status", "before": "active", "after": "disabled"}
        ],
        "answered": VOICE,
        "answers": SMS_IR,
        "varies": False,
        "error": None,
    }
    assert run_json("disable", "voice") == {
        "type": OTP,
        "changes": [],
        "answered": SMS_IR,
        "answers": SMS_IR,
        "varies": False,
        "error": None,
    }


# Which item


def test_ambiguous(sender):
    """Nothing is switched where two might be meant."""
    message = run("disable", "voice", exit_code=2)

    assert message == (
        "'voice' fits 2 plugin items:\n"
        f"  tests.apps.otp_sms:voice for {SENDER}\n"
        f"  {VOICE}\n"
        "Write one of these."
    )
    assert states()["voice"] == ("active", 5)


def test_unknown():
    """The closest one is named."""
    message = run("disable", "voise", exit_code=2)

    assert message == f"No plugin item is called 'voise'. Did you mean '{VOICE}'?"


def test_without_a_row(sender):
    """An item, or its type, that is not synced yet cannot be decided on."""
    register_plugin_item(item_dict(name="late"))
    register_plugin_type(type_dict(name="later"))
    register_plugin_item(item_dict(type_name="later"))

    assert run("activate", "late", exit_code=2) == (
        f"Plugin item tests.apps.otp_sms:late for {SENDER} has no row in database "
        "'default'. Run 'manage.py pluginsync --database default'."
    )
    assert run("activate", "mail for later", exit_code=2) == (
        "Plugin type tests.apps.otp:later has no row in database 'default'. "
        "Run 'manage.py pluginsync --database default'."
    )


def test_orphan():
    """An orphan is switched, and said to be one."""
    otp = PluginType.objects.get()
    PluginItem.objects.create(
        plugin_type=otp, module="tests.apps.otp", name="old", status="disable"
    )

    printed = run("activate", "old")

    assert printed == (
        f"tests.apps.otp:old for {OTP} is active now; it was disabled.\n"
        f"No code is registered for tests.apps.otp:old for {OTP} in this process, so "
        "it cannot answer, whatever its status.\n"
        f"{OTP}: tests.apps.otp_voice:voice answers, as before.\n"
    )


# The last active item


@pytest.fixture
def last_active() -> None:
    """Only voice is active, and kavenegar in reserve."""
    decide("sms_ir", status="disable")
    decide("kavenegar", status="reserve")


REFUSAL = (
    "Nothing was changed. tests.apps.otp_voice:voice is the last active item of "
    f"{OTP}; after that {{}}. If that is wanted, repeat it with --yes."
)


@pytest.mark.parametrize(
    ("subcommand", "next_one"),
    [
        ("disable", "tests.apps.otp_sms:kavenegar"),
        ("reserve", "tests.apps.otp_voice:voice"),
    ],
)
def test_last_active_is_kept(last_active, subcommand: str, next_one: str):
    """Without a yes the last active item stays."""
    message = run(subcommand, "voice", exit_code=1)

    assert message == REFUSAL.format(f"{next_one} answers from reserve")
    assert states()["voice"] == ("active", 5)


def test_nothing_would_answer(last_active):
    """It is said when nothing would."""
    decide("kavenegar", status="disable")

    message = run("disable", "voice", exit_code=1)

    assert message == REFUSAL.format("nothing answers")


def test_yes(last_active):
    """With a yes it goes."""
    printed = run("disable", "voice", "--yes")

    assert printed == (
        f"{VOICE} is disabled now; it was active.\n"
        f"{OTP}: tests.apps.otp_voice:voice answered, "
        "tests.apps.otp_sms:kavenegar answers now.\n"
    )


@pytest.mark.parametrize("answer", ["y", "Yes "])
def test_asked_and_confirmed(last_active, terminal, answer: str):
    """At a terminal the question is asked; a yes does it."""
    terminal.lines = [answer]

    run("disable", "voice")

    assert terminal.asked == [
        f"tests.apps.otp_voice:voice is the last active item of {OTP}; after that "
        "tests.apps.otp_sms:kavenegar answers from reserve. Do it? [y/N] "
    ]
    assert states()["voice"] == ("disable", 5)


@pytest.mark.parametrize("answer", ["", "n", "what?", EOFError, KeyboardInterrupt])
def test_asked_and_declined(last_active, terminal, answer):
    """Anything else leaves it."""
    terminal.asked, terminal.lines = [], [answer]

    run("disable", "voice", exit_code=1)

    assert len(terminal.asked) == 1
    assert states()["voice"] == ("active", 5)


def test_asked_again(last_active, terminal):
    """A yes counts for what was asked, not for what another operator has made of it."""

    def meanwhile(prompt: str) -> str:
        terminal.asked.append(prompt)
        decide("kavenegar", status="disable")
        return "y" if len(terminal.asked) == 1 else "n"

    terminal.asked = []
    builtins.input = meanwhile  # the fixture puts it back

    message = run("disable", "voice", exit_code=1)

    assert len(terminal.asked) == 2
    assert message == REFUSAL.format("nothing answers")


def test_programs_are_not_asked(last_active, terminal):
    """A question would be no JSON."""
    terminal.asked = []

    run("disable", "voice", "--format", "json", exit_code=1)

    assert terminal.asked == []


def test_no_input_at_all(last_active, monkeypatch):
    """A daemon may have no standard input."""
    monkeypatch.setattr(sys, "stdin", None)

    run("disable", "voice", exit_code=1)

    assert states()["voice"] == ("active", 5)


# A type's own get_plugin


def voice_only(plugin_type: PluginType) -> PluginItem | None:
    active = plugin_type.get_active_plugins()
    return next((item for item in active if item.name == "voice"), None)


def picky(plugin_type: PluginType, country: str) -> None: ...


def drawn(plugin_type: PluginType) -> None: ...


drawn.varies_per_call = True


@pytest.mark.parametrize(
    ("get_plugin", "told", "facts"),
    [
        pytest.param(
            voice_only,
            "tests.apps.otp_sms:voice answers; its get_plugin decides.",
            {"answers": f"tests.apps.otp_sms:voice for {SENDER}"},
            id="chooses",
        ),
        pytest.param(
            drawn,
            "the answer differs from call to call; its get_plugin decides.",
            {"varies": True},
            id="varies",
        ),
        pytest.param(
            picky,
            "its get_plugin failed without arguments: TypeError: picky() missing 1 "
            "required positional argument: 'country'",
            {
                "error": "TypeError: picky() missing 1 required positional argument: "
                "'country'"
            },
            id="fails",
        ),
    ],
)
def test_get_plugin(db, get_plugin, told: str, facts: dict[str, object]):
    """What it would have answered before is not known, so it is not said."""
    register_plugin_type(type_dict(get_plugin=get_plugin))
    register_plugin_item(item_dict())
    register_plugin_item(item_dict(name="voice"))
    sync()

    printed = run("disable", "mail")
    found = run_json("disable", "mail")

    assert printed == (
        f"tests.apps.otp_sms:mail for {SENDER} is disabled now; it was active.\n"
        f"{SENDER}: {told}\n"
    )
    unknown = {"answered": None, "answers": None, "varies": False, "error": None}
    assert found == {"type": SENDER, "changes": [], **unknown, **facts}


def test_last_active_with_get_plugin(db):
    """Who answers then is up to it, and it is asked all the same."""
    register_plugin_type(type_dict(get_plugin=voice_only))
    register_plugin_item(item_dict())
    sync()

    message = run("disable", "mail", exit_code=1)

    assert message == (
        f"Nothing was changed. tests.apps.otp_sms:mail is the last active item of "
        f"{SENDER}; after that its get_plugin decides what answers. "
        "If that is wanted, repeat it with --yes."
    )


# Databases


def test_safe_mode(settings):
    """In SAFE_MODE a row can be switched, and counts later."""
    settings.PLUGIN_SYSTEM = {"SAFE_MODE": True}

    printed = run("disable", "kavenegar")

    assert printed == (
        f"{KAVENEGAR} is disabled now; it was active.\n"
        f"{OTP}: tests.apps.otp_voice:voice answers, as before.\n"
        "SAFE_MODE is on: until it is off, rows decide nothing.\n"
    )


def test_other_database(other):
    """The rows of the database that was named are switched, and no others."""
    run("disable", "voice", "--database", other)

    elsewhere = PluginItem.objects.using(other).get(name="voice")
    assert elsewhere.status == "disable"
    assert states()["voice"] == ("active", 5)


def test_read_only(other):
    """What the database says is said, and that nothing has changed."""
    with connections[other].cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")

    message = run("disable", "voice", "--database", other, exit_code=1)

    assert message == (
        "Database 'other' says: attempt to write a readonly database. "
        "Nothing was changed."
    )


def test_queries():
    """The number of queries does not depend on the number of items."""
    with CaptureQueriesContext(connection) as few:
        run("reserve", "voice")
    otp = PluginType.objects.get()
    PluginItem.objects.bulk_create(
        PluginItem(plugin_type=otp, module="tests.apps.otp", name=f"old{number}")
        for number in range(100)
    )
    with CaptureQueriesContext(connection) as many:
        run("activate", "voice")

    assert len(few) == len(many)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["activate", ""], "ITEM"),
        (["move", "voice", "--before", ""], "--before"),
        (["explain", " "], "TYPE"),
        (["list", ""], "TYPE"),
    ],
)
def test_an_argument_that_is_empty(arguments, name):
    """A variable of the shell that is not set means nothing, and nothing is changed."""
    before = states()

    reason = run(*arguments, exit_code=1)

    assert reason == f"Error: {name} is empty."
    assert states() == before


def test_a_name_that_the_terminal_cannot_show(tmp_path):
    """What was done is told all the same, and counts as done."""
    PluginItem.objects.filter(name="voice").update(name="stimme ü")
    file = tmp_path / "out.txt"

    with file.open("w", encoding="ascii") as out:
        call_command("plugins", "list", stdout=out)

    assert "stimme \\xfc" in file.read_text()
