"""plugins move."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_plugin_system.models import Generation, PluginItem, PluginType
from django_plugin_system.register import register_plugin_item
from tests.declared import item_dict

from . import KAVENEGAR, OTP, SENDER, SMS_IR, VOICE, decide, run, run_json, states

pytestmark = pytest.mark.django_db

# Before: voice 5, sms_ir 10, kavenegar 20.


def order() -> list[str]:
    return [item.name for item in PluginType.objects.get(name="otp").get_all_plugins()]


@pytest.mark.parametrize(
    ("arguments", "names", "priority"),
    [
        pytest.param(
            ["kavenegar", "--first"], ["kavenegar", "voice", "sms_ir"], 4, id="first"
        ),
        pytest.param(
            ["voice", "--last"], ["sms_ir", "kavenegar", "voice"], 21, id="last"
        ),
        pytest.param(
            ["kavenegar", "--before", "sms_ir"],
            ["voice", "kavenegar", "sms_ir"],
            7,
            id="before",
        ),
        pytest.param(
            ["voice", "--after", "sms_ir"],
            ["sms_ir", "voice", "kavenegar"],
            15,
            id="after",
        ),
        pytest.param(
            ["voice", "for", "otp", "--after", "kavenegar", "for", "otp"],
            ["sms_ir", "kavenegar", "voice"],
            21,
            id="as the shell splits it",
        ),
    ],
)
def test_move(arguments: list[str], names: list[str], priority: int):
    """The item is where it was sent, and only its own priority has changed."""
    before = states()
    moved = arguments[0]

    run("move", *arguments)

    assert order() == names
    assert states() == {**before, moved: ("active", priority)}


def test_what_is_said():
    """The priority, and who answers."""
    assert run("move", "kavenegar", "--first") == (
        f"{KAVENEGAR} has priority 4 now; it had 20.\n"
        f"{OTP}: tests.apps.otp_voice:voice answered, "
        "tests.apps.otp_sms:kavenegar answers now.\n"
    )


def test_again():
    """What is there already is not moved, and starts no generation."""
    before = Generation.objects.get()

    printed = run("move", "sms_ir", "--before", "kavenegar")

    assert printed == (
        f"{SMS_IR} is there already; nothing to do.\n"
        f"{OTP}: tests.apps.otp_voice:voice answers, as before.\n"
    )
    assert Generation.objects.get().token == before.token


def test_between_equals():
    """Where names decide, others are numbered anew, and each is named."""
    PluginItem.objects.update(priority=0)

    printed = run("move", "voice", "--before", "sms_ir")

    assert order() == ["kavenegar", "voice", "sms_ir"]
    assert printed == (
        f"{SMS_IR} has priority 1 now; it had 0.\n"
        f"{OTP}: tests.apps.otp_sms:kavenegar answers, as before.\n"
    )


def test_at_the_lowest_number():
    """Where there is no lower number, others get higher ones."""
    PluginItem.objects.update(priority=-32768)

    found = run_json("move", "voice", "--first")

    assert order() == ["voice", "kavenegar", "sms_ir"]
    assert found == {
        "type": OTP,
        "changes": [
            {"item": KAVENEGAR, "field": "priority", "before": -32768, "after": -32767},
            {"item": SMS_IR, "field": "priority", "before": -32768, "after": -32766},
        ],
        "answered": KAVENEGAR,
        "answers": VOICE,
        "varies": False,
        "error": None,
    }


def test_other_type(sender):
    """Items of another type keep their priorities, whatever these are."""
    before = states("sender")

    run("move", "kavenegar", "--first")

    assert states("sender") == before


def test_beside_needs_no_more_than_the_type_tells(sender):
    """The other item is looked for among those of the same type first."""
    run("move", "kavenegar", "--before", "voice")

    assert order() == ["kavenegar", "voice", "sms_ir"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(
            ["kavenegar", "--before", "voice"],
            "Statuses come before priorities: tests.apps.otp_sms:kavenegar is in "
            "reserve, tests.apps.otp_voice:voice is active.",
            id="reserve before active",
        ),
        pytest.param(
            ["voice", "--after", "kavenegar"],
            "Statuses come before priorities: tests.apps.otp_voice:voice is active, "
            "tests.apps.otp_sms:kavenegar is in reserve.",
            id="active after reserve",
        ),
        pytest.param(
            ["sms_ir", "--first"],
            "tests.apps.otp_sms:sms_ir is disabled; active items come first.",
            id="disabled first",
        ),
    ],
)
def test_differing_statuses(arguments: list[str], told: str):
    """All items of a type have one order; what statuses make of it is said."""
    decide("kavenegar", status="reserve")
    decide("sms_ir", status="disable")

    printed = run("move", *arguments)

    assert printed.splitlines()[1:] == [
        told,
        f"{OTP}: tests.apps.otp_voice:voice answers, as before.",
    ]


def test_orphan():
    """An orphan has a place in the order, and is said to be one."""
    PluginItem.objects.create(
        plugin_type=PluginType.objects.get(), module="tests.apps.otp", name="old"
    )

    printed = run("move", "old", "--last")

    assert printed == (
        f"tests.apps.otp:old for {OTP} has priority 21 now; it had 0.\n"
        f"No code is registered for tests.apps.otp:old for {OTP} in this process, so "
        "it cannot answer, whatever its status.\n"
        f"{OTP}: tests.apps.otp_voice:voice answers, as before.\n"
    )


@pytest.mark.parametrize(
    ("other", "message"),
    [
        pytest.param(
            "voice for otp",
            f"{VOICE} cannot go before itself. Name another item of {OTP}.",
            id="itself",
        ),
        pytest.param(
            "mail",
            f"{VOICE} cannot go before tests.apps.otp_sms:mail for {SENDER}, which is "
            f"of another type. Name an item of {OTP}.",
            id="another type",
        ),
        pytest.param(
            "voise",
            f"No plugin item is called 'voise'. Did you mean '{VOICE}'?",
            id="unknown",
        ),
        pytest.param(
            "late",
            f"Plugin item tests.apps.otp_sms:late for {OTP} has no row in database "
            "'default'. Run 'manage.py pluginsync --database default'.",
            id="without a row",
        ),
    ],
)
def test_other_item(sender, other: str, message: str):
    """Only another item of the same type, with a row, can be moved beside."""
    from tests.apps.otp_voice.plugins import VoiceOTP

    register_plugin_item(item_dict(name="late", type_name="otp", plugin_class=VoiceOTP))
    before = states()

    assert run("move", VOICE, "--before", other, exit_code=2) == message
    assert states() == before


def test_queries():
    """The number of queries does not depend on the number of items."""
    with CaptureQueriesContext(connection) as few:
        run("move", "voice", "--last")
    otp = PluginType.objects.get()
    PluginItem.objects.bulk_create(
        PluginItem(plugin_type=otp, module="tests.apps.otp", name=f"old{number:03}")
        for number in range(100)
    )
    with CaptureQueriesContext(connection) as many:
        found = run_json("move", "old050", "--after", "old080")

    assert len(found["changes"]) > 1
    assert len(few) == len(many)
