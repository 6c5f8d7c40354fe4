"""plugins explain."""

from __future__ import annotations

import pytest

from django_plugin_system import explain
from django_plugin_system.models import Generation, PluginItem, PluginType
from django_plugin_system.register import register_plugin_item, register_plugin_type
from django_plugin_system.sync import sync
from tests.declared import item_dict, type_dict

from . import KAVENEGAR, OTP, SMS_IR, VOICE, decide, run, run_json

pytestmark = pytest.mark.django_db


def picky(plugin_type: PluginType, country: str) -> None: ...


def drawn(plugin_type: PluginType) -> None: ...


drawn.varies_per_call = True


@pytest.mark.parametrize("name", [OTP, "otp"])
def test_text(name: str):
    """It is what explain() gives."""
    assert run("explain", name) == f"{explain('otp', 'tests.apps.otp')}\n"


def test_json():
    """Programs get the same facts under keys that do not change."""
    decide("kavenegar", status="disable")

    found = run_json("explain", "otp")

    assert 0 <= found.pop("age") < 60
    # This transaction has written, so it reads rows that are of no generation yet.
    assert found == {
        "type": OTP,
        "answers": VOICE,
        "varies": False,
        "rule": (
            "the default rule: lowest priority number first, active before reserve"
        ),
        "generation": None,
        "candidates": [
            {
                "item": VOICE,
                "status": "active",
                "priority": 5,
                "verdict": "chosen",
                "reason": "chosen: first of the active items",
            },
            {
                "item": SMS_IR,
                "status": "active",
                "priority": 10,
                "verdict": "outranked",
                "reason": "passed over: another item comes first",
            },
            {
                "item": KAVENEGAR,
                "status": "disabled",
                "priority": 20,
                "verdict": "disabled",
                "reason": "dropped: disabled",
            },
        ],
    }


def test_generation():
    """The generation that the answer is of."""
    token = Generation.objects.get().token

    assert run_json("explain", "otp")["generation"] == str(token)


def test_nothing_answers():
    """The explanation is printed, and the exit code tells scripts."""
    PluginItem.objects.update(status="disable")

    assert "nothing answers" in run("explain", "otp", exit_code=1)
    assert run_json("explain", "otp", exit_code=1)["answers"] is None


def test_answers_differ():
    """An answer that differs from call to call is one."""
    register_plugin_type(type_dict(get_plugin=drawn))
    sync()

    assert run_json("explain", "sender")["varies"] is True


def test_get_plugin_fails():
    """A get_plugin that expects arguments cannot be asked; which one is said."""
    register_plugin_type(type_dict(get_plugin=picky))
    register_plugin_item(item_dict())
    sync()

    assert run("explain", "sender", exit_code=1) == (
        f"Who answers for tests.apps.otp:sender cannot be told: {__name__}.picky "
        "failed when it was called without arguments: TypeError: picky() missing 1 "
        "required positional argument: 'country'"
    )


def test_without_code():
    """Nothing answers for a type that no code is registered for."""
    gone = PluginType.objects.create(manager="apps.gone", name="gone")
    PluginItem.objects.create(plugin_type=gone, module="apps.gone", name="old")

    found = run_json("explain", "gone", exit_code=1)

    assert found["candidates"] == [
        {
            "item": "apps.gone:old for apps.gone:gone",
            "status": "active",
            "priority": 0,
            "verdict": "orphan",
            "reason": "dropped: no code is registered for it in this process",
        }
    ]


def test_without_a_row(other):
    """What to do is said, of each database."""
    register_plugin_type(type_dict())

    here = run("explain", "sender", exit_code=1)
    there = run("explain", "sender", "--database", other, exit_code=1)

    assert "has no row yet. Run 'manage.py pluginsync'." in here
    assert there == (
        "Plugin type tests.apps.otp:sender has no row in database 'other' yet. "
        "Run 'manage.py pluginsync --database other'."
    )


def test_unknown():
    """The closest type is named."""
    assert run("explain", "opt", exit_code=2) == (
        "No plugin type is called 'opt'. Did you mean 'tests.apps.otp:otp'?"
    )


def test_other_database(other):
    """The rows are those of the database that was named."""
    PluginItem.objects.using(other).filter(name="voice").update(status="disable")

    assert run_json("explain", "otp", "--database", other)["answers"] == SMS_IR
    assert run_json("explain", "otp")["answers"] == VOICE
