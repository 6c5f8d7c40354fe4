"""What the list's actions do to many items at once."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_plugin_system import get_plugin_instance
from django_plugin_system.models import PluginItem, PluginStatus, PluginType

from .pages import (
    ITEMS,
    history,
    item,
    messages,
    otp,
    run,
    set_statuses,
    statuses,
)

pytestmark = pytest.mark.django_db


def word(status: str) -> str:
    return PluginStatus(status).label


def priorities() -> dict[str, int]:
    return dict(PluginItem.objects.values_list("name", "priority"))


@pytest.mark.parametrize(
    ("action", "status"),
    [
        pytest.param("mark_active", "active", id="active"),
        pytest.param("mark_reserved", "reserve", id="reserved"),
        pytest.param("mark_disabled", "disable", id="disabled"),
    ],
)
def test_mark(admin_client, admin_user, action, status):
    """The selected items get the status, and each that changes a line of history."""
    set_statuses(voice="reserve", sms_ir="disable")
    before = statuses()

    response = run(admin_client, action, item("voice"), item("sms_ir"))

    assert statuses() == {"voice": status, "sms_ir": status, "kavenegar": "active"}
    for name in ("voice", "sms_ir"):
        changed = before[name] != status
        line = f"Status: {word(before[name])} → {word(status)}."
        assert history(item(name)) == ([line] if changed else [])
    entries = LogEntry.objects.all()
    assert {(each.user, each.action_flag) for each in entries} == {(admin_user, CHANGE)}
    assert len(messages(response)) == 1


@pytest.mark.parametrize(
    ("names", "message"),
    [
        pytest.param(["voice"], "1 plugin item changed.", id="one"),
        pytest.param(["voice", "sms_ir"], "2 plugin items changed.", id="two"),
        pytest.param(
            ["voice", "pigeon"], "1 plugin item changed. 1 left as it was.", id="half"
        ),
        pytest.param(
            ["pigeon", "dove"],
            "0 plugin items changed. 2 left as they were.",
            id="none",
        ),
    ],
)
def test_message(admin_client, names, message):
    """The operator is told how many items changed, and how many did not."""
    for name in ("pigeon", "dove"):
        PluginItem.objects.create(
            plugin_type=otp(), name=name, module="gone", status="reserve"
        )

    response = run(admin_client, "mark_reserved", *map(item, names))

    assert messages(response) == [message]


def test_selection_follows(admin_client):
    """Whoever asks for a plugin after an action gets the one that answers now."""
    run(admin_client, "mark_disabled", item("voice"))

    answer = get_plugin_instance("otp", "tests.apps.otp")

    assert answer.send_otp("+31", "1234") == "sms_ir +31 1234"


def test_nudges(admin_client):
    """Increase makes the number lower, decrease higher; others stay."""
    run(admin_client, "increase_priority", item("voice"), item("sms_ir"))
    run(admin_client, "decrease_priority", item("sms_ir"), item("kavenegar"))

    assert priorities() == {"voice": 4, "sms_ir": 10, "kavenegar": 21}
    assert history(item("voice")) == ["Priority: 5 → 4."]
    assert history(item("sms_ir")) == ["Priority: 10 → 9.", "Priority: 9 → 10."]
    assert history(item("kavenegar")) == ["Priority: 20 → 21."]


@pytest.mark.parametrize(
    ("action", "bound", "near"),
    [
        pytest.param("increase_priority", -32768, -32767, id="lowest"),
        pytest.param("decrease_priority", 32767, 32766, id="highest"),
    ],
)
def test_nudge_stops_at_the_bounds(admin_client, action, bound, near):
    """An item at the bound of the column stays there, and one near it gets there."""
    PluginItem.objects.filter(name="voice").update(priority=bound)
    PluginItem.objects.filter(name="sms_ir").update(priority=near)

    response = run(admin_client, action, item("voice"), item("sms_ir"))

    assert priorities() == {"voice": bound, "sms_ir": bound, "kavenegar": 20}
    assert history() == [f"Priority: {near} → {bound}."]
    assert messages(response) == ["1 plugin item changed. 1 left as it was."]


def test_all_pages_are_selected(admin_client):
    """Select across takes every item that the filters leave, seen or not."""
    other = PluginType.objects.create(name="other", manager="x")
    for plugin_type in (otp(), other):
        PluginItem.objects.bulk_create(
            PluginItem(plugin_type=plugin_type, name=f"item{number}", module="x")
            for number in range(120)
        )

    response = run(
        admin_client,
        "mark_reserved",
        item("voice"),
        url=f"{ITEMS}?q=item&plugin_type__id__exact={other.pk}",
        select_across="1",
    )

    assert messages(response) == ["120 plugin items changed."]
    assert other.pluginitem_set.filter(status="reserve").count() == 120
    assert otp().pluginitem_set.filter(status="reserve").count() == 0
    assert len(history()) == 120


def test_queries_do_not_grow(admin_client):
    """Marking many items takes as many queries as marking two, history included."""
    other = PluginType.objects.create(name="other", manager="x")
    rows = [
        PluginItem(plugin_type=other, name=f"item{number}", module="x")
        for number in range(60)
    ]
    PluginItem.objects.bulk_create(rows)
    run(admin_client, "mark_reserved", item("voice"))

    with CaptureQueriesContext(connection) as two:
        run(admin_client, "mark_disabled", *rows[:2])
    with CaptureQueriesContext(connection) as many:
        run(admin_client, "mark_disabled", *rows[2:])

    assert len(many) == len(two)
    assert len(history(*rows)) == 60


def test_nothing_selected(admin_client):
    """An action without a selection changes nothing and says so."""
    response = run(admin_client, "mark_disabled")

    assert set(statuses().values()) == {"active"}
    assert messages(response) == [
        "Items must be selected in order to perform actions on them. "
        "No items have been changed."
    ]
