"""Seed, "Admin Panel": what operators see and do."""

from __future__ import annotations

import pytest

from .sites import Site

OPERATOR = "from operators import ITEMS, TYPES, Operator\noperator = Operator()\n"


def test_the_list_of_types_shows_counts_per_status(site: Site) -> None:
    """How many items of each type are active, in reserve and disabled."""
    site.set_items("status = 'reserve'", "sms")
    site.set_items("status = 'disable'", "push", "sms_ir")

    printed = site.run(f"""{OPERATOR}
for row in operator.rows(TYPES):
    print(row["name"], row["active"], row["reserve"], row["disabled"])
""")

    assert printed == ["notifier 1 1 1", "otp 0 0 1"]


def test_status_and_priority_are_edited_in_the_list(site: Site) -> None:
    """Quick-edit: several rows, both columns, one press of Save."""
    site.run(f"""{OPERATOR}
operator.edit_list(
    email={{"status": "reserve"}},
    sms={{"priority": 1}},
    push={{"status": "disable", "priority": 2}},
)
""")

    assert site.items() == [
        ("email", "reserve", 5),
        ("push", "disable", 2),
        ("sms", "active", 1),
        ("sms_ir", "active", 10),
    ]


@pytest.mark.parametrize(
    ("label", "before", "after"),
    [
        pytest.param("ACTIVE", "disable", "active", id="active"),
        pytest.param("RESERVED", "active", "reserve", id="reserved"),
        pytest.param("DISABLED", "active", "disable", id="disabled"),
    ],
)
def test_statuses_are_marked_in_bulk(
    site: Site, label: str, before: str, after: str
) -> None:
    """The ticked rows get the status, the others keep theirs."""
    site.set_items(f"status = '{before}'")

    site.run(f"{OPERATOR}operator.press({label!r}, 'email', 'push')")

    assert site.items("name, status") == [
        ("email", after),
        ("push", after),
        ("sms", before),
        ("sms_ir", before),
    ]


@pytest.mark.parametrize(
    ("label", "after"),
    [
        pytest.param("Increase priority", [5, 19, 9, 10], id="increase"),
        pytest.param("Decrease priority", [5, 21, 11, 10], id="decrease"),
    ],
)
def test_priorities_are_nudged_in_place(
    site: Site, label: str, after: list[int]
) -> None:
    """A higher priority is a lower number, by one each time."""
    site.run(f"{OPERATOR}operator.press({label!r}, 'push', 'sms')")

    assert site.items("priority") == [(priority,) for priority in after]


def test_broken_registrations_are_caught_by_class_loads(site: Site) -> None:
    """False where the registration is gone from an app that is still installed."""
    site.set_items("name = 'renamed_in_code'", "sms")

    printed = site.run(f"""{OPERATOR}
for row in operator.rows(ITEMS):
    print(row["name"], row["class loads"])
""")

    assert printed == [
        "email True",
        "renamed_in_code False",
        "push True",
        "sms_ir True",
    ]


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        pytest.param("press('DISABLED', 'email')", "SmsNotifier", id="bulk-status"),
        pytest.param(
            "edit_list(email={'status': 'reserve'})", "SmsNotifier", id="list-status"
        ),
        pytest.param(
            "edit_list(push={'priority': -1})", "PushNotifier", id="list-priority"
        ),
        pytest.param(
            "edit('email', status='disable')", "SmsNotifier", id="page-status"
        ),
        pytest.param("edit('push', priority=1)", "PushNotifier", id="page-priority"),
    ],
)
def test_every_change_clears_the_choice(site: Site, change: str, answer: str) -> None:
    """A process that has asked before gets the new answer right after the change."""
    printed = site.run(f"""{OPERATOR}
from django_plugin_system.helpers import get_plugin_instance

def who():
    return type(get_plugin_instance("notifier", "apps.notifications")).__name__

print(who())
operator.{change}
print(who())
""")

    assert printed == ["EmailNotifier", answer]


def test_priority_nudges_clear_the_choice(site: Site) -> None:
    """Two nudges lift an item over the one that answered, and one lets it fall."""
    site.set_items("priority = 6", "sms")

    printed = site.run(f"""{OPERATOR}
from django_plugin_system.helpers import get_plugin_instance

def who():
    return type(get_plugin_instance("notifier", "apps.notifications")).__name__

operator.press("Increase priority", "sms")
print(who())
operator.press("Increase priority", "sms")
print(who())
operator.press("Decrease priority", "sms", "email")
operator.press("Decrease priority", "sms")
print(who())
""")

    assert printed == ["EmailNotifier", "SmsNotifier", "EmailNotifier"]
