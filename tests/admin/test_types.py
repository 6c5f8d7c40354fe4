"""The list and the pages of plugin types."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_plugin_system import register_plugin_item, register_plugin_type, weighted
from django_plugin_system.exceptions import RegistrationError
from django_plugin_system.models import PluginItem, PluginType
from django_plugin_system.sync import sync
from tests.declared import Fax, item_dict, type_dict

from .pages import (
    ITEMS,
    TYPES,
    cells,
    form_with,
    history,
    item,
    messages,
    otp,
    page_of,
    set_statuses,
    table,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("statuses", "counts", "answer"),
    [
        pytest.param({}, "3 0 0", "tests.apps.otp_voice:voice", id="active"),
        pytest.param(
            {"voice": "disable", "sms_ir": "reserve"},
            "1 1 1",
            "tests.apps.otp_sms:kavenegar",
            id="mixed",
        ),
        pytest.param(
            {"voice": "disable", "sms_ir": "reserve", "kavenegar": "reserve"},
            "0 2 1",
            "tests.apps.otp_sms:sms_ir",
            id="reserve",
        ),
        pytest.param(
            {"voice": "disable", "sms_ir": "disable", "kavenegar": "disable"},
            "0 0 3",
            "nothing",
            id="disabled",
        ),
    ],
)
def test_counts_and_answer(admin_client, statuses, counts, answer):
    """The list shows how many items have each status, and which one answers."""
    set_statuses(**statuses)

    row = table(admin_client.get(TYPES))["otp"]

    assert f"{row['active_count']} {row['reserve_count']} {row['disabled_count']}" == (
        counts
    )
    assert row["answers_now"] == answer


def test_count_links(admin_client):
    """A count leads to the items that it counts."""
    set_statuses(voice="disable")
    PluginItem.objects.create(
        plugin_type=PluginType.objects.create(name="other", manager="x"),
        name="other",
        module="x",
        status="disable",
    )
    page = admin_client.get(f"{TYPES}?q=otp").text
    link = next(part for part in page.split('"') if "status__exact=disable" in part)

    rows = table(admin_client.get(link.replace("&amp;", "&")))

    assert list(rows) == ["voice"]


def test_list_is_searched_and_filtered(admin_client):
    """Types are found by name, app and description, and filtered by app."""
    PluginType.objects.create(name="mail", manager="shop", description="Letters")

    found = {
        query: list(table(admin_client.get(f"{TYPES}?{query}")))
        for query in ("q=mai", "q=shop", "q=letters", "manager=tests.apps.otp")
    }

    assert found == {
        "q=mai": ["mail"],
        "q=shop": ["mail"],
        "q=letters": ["mail"],
        "manager=tests.apps.otp": ["otp"],
    }


def declare_types(count: int, items: int) -> None:
    for number in range(count):
        name = f"sender{number}"
        register_plugin_type(type_dict(name=name))
        for each in range(items):
            register_plugin_item(item_dict(name=f"mail{each}", type_name=name))
    sync()


def test_list_takes_as_many_queries_for_many_types(admin_client):
    """Neither more types nor more items cost the list a query."""
    admin_client.get(TYPES)
    declare_types(1, items=1)
    with CaptureQueriesContext(
        connection,
    ) as two_types:
        small = admin_client.get(TYPES)

    declare_types(29, items=10)
    with CaptureQueriesContext(connection) as thirty_types:
        large = admin_client.get(TYPES)

    assert len(table(small)) == 2
    assert len(table(large)) == 30
    assert len(thirty_types) == len(two_types)


def test_type_page_explains_the_selection(admin_client):
    """Every candidate is listed in order, with its status and what became of it."""
    set_statuses(voice="disable", kavenegar="reserve")
    PluginItem.objects.create(
        plugin_type=otp(), name="pigeon", module="tests.apps.otp_sms"
    )

    page = admin_client.get(page_of(otp()))

    assert "Right now <strong>tests.apps.otp_sms:sms_ir answers</strong>." in page.text
    assert (
        "Decided by the default rule: lowest priority number first, active before "
        "reserve."
    ) in page.text
    assert cells(page)[1:] == [
        [
            "tests.apps.otp_sms:sms_ir",
            "active",
            "10",
            "chosen: first of the active items",
        ],
        [
            "tests.apps.otp_sms:kavenegar",
            "reserve",
            "20",
            "in reserve: it answers when no active item is left",
        ],
        [
            "tests.apps.otp_sms:pigeon",
            "active",
            "0",
            "dropped: no code is registered for it in this process",
        ],
        ["tests.apps.otp_voice:voice", "disabled", "5", "dropped: disabled"],
    ]
    assert f'<a href="{page_of(item("voice"))}">' in page.text
    assert "tests.apps.otp.interfaces.AbstractOTP" in page.text


def test_type_without_items(admin_client):
    """A type that nobody fills says so."""
    register_plugin_type(type_dict())
    sync()

    page = admin_client.get(page_of(PluginType.objects.get(name="sender")))

    assert "<strong>nothing answers</strong>" in page.text
    assert "No plugin item has a row for this type." in page.text


def declare_sender(get_plugin: object) -> PluginType:
    register_plugin_type(type_dict(get_plugin=get_plugin))
    register_plugin_item(item_dict(priority=1))
    register_plugin_item(item_dict(name="fax", plugin_class=Fax, priority=2))
    sync()
    return PluginType.objects.get(name="sender")


def last_item(plugin_type: PluginType) -> PluginItem:
    return plugin_type.get_active_plugins()[-1]


def test_override(admin_client):
    """A type's get_plugin is asked, and named as the one that decided."""
    sender = declare_sender(last_item)

    row = table(admin_client.get(TYPES))["sender"]
    page = admin_client.get(page_of(sender))

    assert row["answers_now"] == "tests.apps.otp_sms:fax"
    assert "<strong>tests.apps.otp_sms:fax answers</strong>" in page.text
    assert "Decided by get_plugin: tests.admin.test_types.last_item." in page.text
    assert [row[-1] for row in cells(page)[1:]] == [
        "passed over: get_plugin chose otherwise",
        "chosen: by get_plugin",
    ]


def test_strategy(admin_client):
    """No single answer is shown where each call may get another."""
    sender = declare_sender(weighted({"mail": 2}))

    row = table(admin_client.get(TYPES))["sender"]
    page = admin_client.get(page_of(sender))

    assert row["answers_now"] == "differs from call to call"
    assert "<strong>the answer differs from call to call</strong>" in page.text
    assert [row[-1] for row in cells(page)[1:]] == [
        "eligible: get_plugin decides at each call",
        "eligible: get_plugin decides at each call",
    ]


def by_country(plugin_type: PluginType, *, country: str) -> PluginItem:
    raise AssertionError(f"asked for {country}")


def test_failing_override(admin_client, caplog):
    """A get_plugin that fails takes neither page away, and is logged."""
    sender = declare_sender(by_country)

    rows = table(admin_client.get(TYPES))
    page = admin_client.get(page_of(sender))

    assert rows["sender"]["answers_now"] == "unknown: get_plugin failed"
    assert rows["otp"]["answers_now"] == "tests.apps.otp_voice:voice"
    assert "get_plugin failed when called without arguments" in page.text
    assert caplog.messages == [
        "get_plugin of plugin type tests.apps.otp:sender failed in the admin.",
        "get_plugin of plugin type tests.apps.otp:sender failed in the admin.",
    ]


def test_safe_mode(admin_client, settings):
    """Both pages show what does answer, that SAFE_MODE decides, and true statuses."""
    settings.PLUGIN_SYSTEM = {"SAFE_MODE": True}
    set_statuses(voice="disable", sms_ir="reserve")
    item("kavenegar").delete()

    row = table(admin_client.get(TYPES))["otp"]
    page = admin_client.get(page_of(otp()))

    assert row["answers_now"] == "tests.apps.otp_voice:voice, by SAFE_MODE"
    assert f"{row['active_count']} {row['reserve_count']} {row['disabled_count']}" == (
        "0 1 1"
    )
    assert "Right now <strong>tests.apps.otp_voice:voice answers</strong>." in page.text
    assert (
        "Decided by SAFE_MODE, which ignores all rows: every registered item counts as "
        "active, and the lowest priority number in code comes first."
    ) in page.text
    assert cells(page)[1:] == [
        [
            "tests.apps.otp_voice:voice",
            "disabled",
            "5",
            "chosen: first of the registered items, by SAFE_MODE",
        ],
        [
            "tests.apps.otp_sms:sms_ir",
            "reserve",
            "10",
            "passed over: another item comes first",
        ],
        [
            "tests.apps.otp_sms:kavenegar",
            "no row",
            "20",
            "passed over: another item comes first",
        ],
    ]
    assert f'<a href="{page_of(item("voice"))}">' in page.text
    assert ">tests.apps.otp_sms:kavenegar</a>" not in page.text


def test_safe_mode_without_items(admin_client, settings):
    """Nothing registered, nothing answers."""
    settings.PLUGIN_SYSTEM = {"SAFE_MODE": True}
    register_plugin_type(type_dict())
    sync()

    rows = table(admin_client.get(TYPES))

    assert rows["sender"]["answers_now"] == "nothing, by SAFE_MODE"


@pytest.mark.parametrize(
    ("manager", "reason"),
    [
        pytest.param(
            "tests.apps.otp",
            "orphan: its app registers no code for it",
            id="installed",
        ),
        pytest.param("gone", "orphan: its app is not installed", id="not-installed"),
    ],
)
def test_orphan(admin_client, manager, reason):
    """A type without code says why it has none."""
    orphan = PluginType.objects.create(name="orphan", manager=manager)

    page = admin_client.get(page_of(orphan))

    assert f'<div class="readonly">{reason}</div>' in page.text


def test_description_is_edited(admin_client):
    """The description is the operators' to change; history keeps the old one."""
    form = form_with(admin_client.get(page_of(otp())), "description")

    admin_client.post(page_of(otp()), form | {"description": "Codes", "name": "x"})

    assert otp().description == "Codes"
    assert history(otp()) == ["Description: One-time password delivery → Codes."]


def test_saved_as_it_was(admin_client):
    """Saving a page on which nothing was changed leaves no trace in history."""
    form = form_with(admin_client.get(page_of(otp())), "description")

    response = admin_client.post(page_of(otp()), form)

    assert response.status_code == 302
    assert len(messages(response)) == 1
    assert history() == []


@pytest.mark.parametrize("url", [TYPES, ITEMS])
def test_failed_plugins_are_named(admin_client, registry, url):
    """Operators hear which plugins are missing, but no error's text."""
    registry.record_broken("shop.plugins", ImportError("password=secret"))
    registry.reject("bank.plugins", RegistrationError("wrong"))

    page = admin_client.get(url)

    assert messages(page) == [
        "bank.plugins failed; 'manage.py check' tells why.",
        "shop.plugins failed; 'manage.py check' tells why.",
    ]
    assert "secret" not in page.text


def test_strangers_hear_nothing_of_failed_plugins(operator_client, registry):
    """Who may not see the list does not see its warnings."""
    registry.record_broken("shop.plugins", ImportError())

    page = operator_client().get(TYPES)

    assert page.status_code == 403
    assert messages(page) == []
