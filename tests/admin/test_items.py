"""The list of plugin items, with quick edit, and an item's own page."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import connection
from django.db.models.signals import post_save
from django.test.utils import CaptureQueriesContext, override_settings

from django_plugin_system import register_plugin_item, register_plugin_type
from django_plugin_system.models import PluginItem, PluginType
from django_plugin_system.sync import sync
from tests.declared import Mail, item_dict, type_dict

from .pages import (
    ITEMS,
    edited,
    form_with,
    history,
    item,
    list_form,
    messages,
    otp,
    page_of,
    set_statuses,
    statuses,
    table,
)

pytestmark = pytest.mark.django_db


def make_orphan(**values: object) -> PluginItem:
    values = {
        "plugin_type": otp(),
        "name": "pigeon",
        "module": "tests.apps.otp_sms",
    } | values
    return PluginItem.objects.create(**values)


# The list


def test_columns(admin_client):
    """The list shows what an operator decides by, in selection order."""
    rows = table(admin_client.get(ITEMS))

    assert list(rows) == ["voice", "sms_ir", "kavenegar"]
    assert rows["sms_ir"] == {
        "name": "sms_ir",
        "status": "activereservedisabled",
        "class_loads": "True",
        "fills": "tests.apps.otp:otp",
        "provided_by": "tests.apps.otp_sms",
    }


class Explosive(Mail):
    def __init__(self) -> None:
        raise AssertionError("an object was made")


def test_class_loads_instantiates_nothing(admin_client):
    """A class whose __init__ raises loads all the same, on each page."""
    register_plugin_type(type_dict())
    register_plugin_item(item_dict(plugin_class=Explosive))
    sync()

    rows = table(admin_client.get(ITEMS))
    page = admin_client.get(page_of(item("mail")))
    type_page = admin_client.get(page_of(item("mail").plugin_type))

    assert rows["mail"]["class_loads"] == "True"
    assert "tests.admin.test_items.Explosive" in page.text
    assert "chosen: first of the active items" in type_page.text


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        pytest.param({}, "orphan: its app registers no code for it", id="code-gone"),
        pytest.param(
            {"module": "gone"}, "orphan: its app is not installed", id="app-gone"
        ),
        pytest.param(
            {"of": "old"},
            "orphan: no code is registered for its plugin type",
            id="type-gone",
        ),
        pytest.param(
            {"of": "old", "module": "gone"},
            "orphan: its app is not installed",
            id="both-gone",
        ),
    ],
)
def test_orphan(admin_client, values, reason):
    """A row without code is marked as such and says why, on both pages."""
    if of := values.pop("of", None):
        values["plugin_type"] = PluginType.objects.create(name=of, manager="x")
    orphan = make_orphan(**values)

    row = table(admin_client.get(ITEMS))["pigeon"]
    page = admin_client.get(page_of(orphan))

    assert row["class_loads"] == "False"
    assert row["provided_by"] == f"{orphan.module} ({reason})"
    assert f'<div class="readonly">{reason}</div>' in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("status__exact=disable", ["voice"], id="status"),
        pytest.param("loads=yes", ["voice", "sms_ir", "kavenegar"], id="loads"),
        pytest.param("loads=no", ["pigeon"], id="orphans"),
        pytest.param(
            "loads=what", ["pigeon", "voice", "sms_ir", "kavenegar"], id="unknown"
        ),
        pytest.param("module=tests.apps.otp_voice", ["voice"], id="module"),
        pytest.param("plugin_type__id__exact={old}", ["pigeon"], id="type"),
        pytest.param("q=kave", ["kavenegar"], id="search-name"),
        pytest.param("q=otp_voice", ["voice"], id="search-module"),
        pytest.param("q=by+sms", ["sms_ir"], id="search-description"),
        pytest.param("q=bygone", ["pigeon"], id="search-type"),
        pytest.param("q=far.away", ["pigeon"], id="search-type-app"),
        pytest.param("q=sms&loads=no", [], id="combined"),
    ],
)
def test_list_is_searched_and_filtered(admin_client, query, found):
    """Each filter and each searched column narrows the list."""
    set_statuses(voice="disable")
    old = PluginType.objects.create(name="bygone", manager="far.away")
    make_orphan(plugin_type=old, module="lost")

    rows = table(admin_client.get(f"{ITEMS}?{query.format(old=old.pk)}"))

    assert list(rows) == found


def test_facets(admin_client):
    """Each filter can say how many items it would leave."""
    make_orphan()

    page = admin_client.get(f"{ITEMS}?_facets=True").text

    assert [count in page for count in ("Yes (3)", "No (1)", "active (4)")] == [
        True,
        True,
        True,
    ]


def test_sorted_by_type(admin_client):
    """The column of types sorts by their names, not by their ids."""
    make_orphan(plugin_type=PluginType.objects.create(name="aaa", manager="zzz"))
    make_orphan(
        plugin_type=PluginType.objects.create(name="zzz", manager="aaa"), name="dove"
    )

    ascending = list(table(admin_client.get(f"{ITEMS}?o=5")))
    descending = list(table(admin_client.get(f"{ITEMS}?o=-5")))

    assert (ascending[0], ascending[-1]) == ("pigeon", "dove")
    assert (descending[0], descending[-1]) == ("dove", "pigeon")


@pytest.mark.parametrize("query", ["", "loads=yes", "loads=no"])
def test_list_takes_as_many_queries_for_many_items(admin_client, query):
    """Neither more items nor more types cost the list a query."""
    make_orphan()
    admin_client.get(ITEMS)
    with CaptureQueriesContext(connection) as few_items:
        admin_client.get(f"{ITEMS}?{query}")

    for number in range(5):
        register_plugin_type(type_dict(name=f"sender{number}"))
        for each in range(10):
            register_plugin_item(
                item_dict(name=f"mail{each}", type_name=f"sender{number}")
            )
    sync()
    with CaptureQueriesContext(connection) as many_items:
        admin_client.get(f"{ITEMS}?{query}")

    assert len(many_items) == len(few_items)


# Quick edit


def test_quick_edit(admin_client, admin_user):
    """Status and priority are changed in the list; history has old and new values."""
    form = list_form(admin_client.get(ITEMS))
    form = edited(form, item("voice"), status="reserve", priority=-3)
    form = edited(form, item("sms_ir"), priority=7)

    response = admin_client.post(ITEMS, form)

    assert messages(response) == ["2 plugin items were changed successfully."]
    assert (item("voice").status, item("voice").priority) == ("reserve", -3)
    assert (item("sms_ir").status, item("sms_ir").priority) == ("active", 7)
    assert history(item("voice")) == ["Status: active → reserve. Priority: 5 → -3."]
    assert history(item("sms_ir")) == ["Priority: 10 → 7."]
    assert len(history()) == 2
    entry = LogEntry.objects.first()
    assert (entry.user, entry.action_flag) == (admin_user, CHANGE)


def test_quick_edit_without_hidden_values(admin_client):
    """A plain POST, without the hidden initial values, works as in any admin."""
    form = list_form(admin_client.get(ITEMS))
    form = {name: value for name, value in form.items() if not name.startswith("init")}

    admin_client.post(ITEMS, edited(form, item("voice"), status="disable"))

    assert statuses()["voice"] == "disable"
    assert history() == ["Status: active → disabled."]


def test_list_saved_as_it_was(admin_client):
    """Saving a list in which nothing was changed leaves no trace."""
    form = list_form(admin_client.get(ITEMS))

    response = admin_client.post(ITEMS, form)

    assert response.status_code == 302
    assert messages(response) == []
    assert history() == []


def test_stale_list(admin_client):
    """A list made before another operator's switch does not switch it back."""
    form = list_form(admin_client.get(ITEMS))
    set_statuses(voice="disable")
    PluginItem.objects.filter(name="kavenegar").update(priority=99)

    admin_client.post(ITEMS, edited(form, item("sms_ir"), priority=1))

    assert statuses() == {
        "voice": "disable",
        "sms_ir": "active",
        "kavenegar": "active",
    }
    assert item("kavenegar").priority == 99
    assert history() == ["Priority: 10 → 1."]


def test_stale_row(admin_client):
    """Of a row that both changed, each keeps the column that only he changed."""
    form = list_form(admin_client.get(ITEMS))
    set_statuses(voice="disable")

    admin_client.post(ITEMS, edited(form, item("voice"), priority=1))

    assert (item("voice").status, item("voice").priority) == ("disable", 1)
    assert history() == ["Priority: 5 → 1."]


def test_stale_value(admin_client):
    """Of a value that both changed the later stands; history has what it replaced."""
    form = list_form(admin_client.get(ITEMS))
    set_statuses(voice="disable")

    admin_client.post(ITEMS, edited(form, item("voice"), status="reserve"))

    assert statuses()["voice"] == "reserve"
    assert history() == ["Status: disabled → reserve."]


def test_same_change_twice(admin_client):
    """What another operator has already done is neither done nor logged again."""
    form = list_form(admin_client.get(ITEMS))
    set_statuses(voice="disable")

    response = admin_client.post(ITEMS, edited(form, item("voice"), status="disable"))

    assert statuses()["voice"] == "disable"
    assert messages(response) == []
    assert history() == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        pytest.param(
            {"priority": 99999},
            "Ensure this value is less than or equal to 32767.",
            id="too-high",
        ),
        pytest.param(
            {"priority": -32769},
            "Ensure this value is greater than or equal to -32768.",
            id="too-low",
        ),
        pytest.param({"priority": "abc"}, "Enter a whole number.", id="no-number"),
        pytest.param({"priority": ""}, "This field is required.", id="empty"),
        pytest.param(
            {"status": "on"},
            "Select a valid choice. on is not one of the available choices.",
            id="unknown-status",
        ),
    ],
)
def test_invalid_value(admin_client, change, error):
    """A value that cannot be is refused on both pages, with all that came along."""
    form = edited(list_form(admin_client.get(ITEMS)), item("voice"), **change)
    own_form = form_with(admin_client.get(page_of(item("sms_ir"))), "status")

    in_list = admin_client.post(ITEMS, edited(form, item("sms_ir"), priority=1))
    on_page = admin_client.post(page_of(item("sms_ir")), own_form | change)

    assert in_list.status_code == on_page.status_code == 200
    assert error in in_list.text
    assert error in on_page.text
    assert (item("voice").status, item("voice").priority) == ("active", 5)
    assert (item("sms_ir").status, item("sms_ir").priority) == ("active", 10)
    assert history() == []


def test_corrected_list_is_still_stale(admin_client):
    """A list that comes back with an error remembers what it showed at first."""
    form = list_form(admin_client.get(ITEMS))
    with_error = admin_client.post(ITEMS, edited(form, item("sms_ir"), priority="x"))
    set_statuses(voice="disable")

    again = list_form(with_error)
    admin_client.post(ITEMS, edited(again, item("sms_ir"), priority=1))

    assert statuses()["voice"] == "disable"
    assert history() == ["Priority: 10 → 1."]


def test_row_that_is_gone(admin_client):
    """A list with a row that has been pruned meanwhile changes all the others."""
    form = list_form(admin_client.get(ITEMS))
    form = edited(form, item("sms_ir"), priority=1)
    item("voice").delete()

    response = admin_client.post(ITEMS, form)

    assert response.status_code == 302
    assert item("sms_ir").priority == 1


def test_all_shown_can_be_posted(admin_client):
    """The longest list stays below the number of fields that Django accepts."""
    PluginItem.objects.bulk_create(
        PluginItem(plugin_type=otp(), name=f"item{number}", module="x")
        for number in range(147)
    )
    form = list_form(admin_client.get(f"{ITEMS}?all="))
    form["_selected_action"] = [
        values[0] for name, values in form.items() if name.endswith("-id")
    ]

    response = admin_client.post(ITEMS, edited(form, item("item7"), priority=8))

    assert len(form["_selected_action"]) == 150
    assert response.status_code == 302
    assert item("item7").priority == 8


def test_more_are_shown_by_the_page(admin_client):
    """A list that could not be posted at once is not offered."""
    PluginItem.objects.bulk_create(
        PluginItem(plugin_type=otp(), name=f"item{number}", module="x")
        for number in range(148)
    )

    page = admin_client.get(ITEMS)

    assert "Show all" not in page.text
    assert len(table(page)) == 100


# The page of one item


def test_own_page(admin_client):
    """What operators decide is editable, what code declares is not."""
    form = form_with(admin_client.get(page_of(item("voice"))), "status")

    response = admin_client.post(
        page_of(item("voice")),
        form
        | {
            "status": "reserve",
            "priority": "8",
            "description": "By phone",
            "name": "other",
            "module": "other",
        },
    )

    assert response.status_code == 302
    row = item("voice")
    assert (row.status, row.priority, row.description) == ("reserve", 8, "By phone")
    assert row.module == "tests.apps.otp_voice"
    assert history() == [
        "Status: active → reserve. Priority: 5 → 8. Description: - → By phone."
    ]


def test_own_page_saved_as_it_was(admin_client):
    """Saving a page on which nothing was changed leaves no trace in history."""
    PluginItem.objects.filter(name="voice").update(description="two\nlines\n")
    form = form_with(admin_client.get(page_of(item("voice"))), "status")

    response = admin_client.post(page_of(item("voice")), form)

    assert response.status_code == 302
    assert item("voice").description == "two\nlines\n"
    assert history() == []


def test_stale_own_page(admin_client):
    """A page made before another operator's switch does not switch it back."""
    form = form_with(admin_client.get(page_of(item("voice"))), "status")
    set_statuses(voice="disable")

    admin_client.post(page_of(item("voice")), form | {"priority": "1"})

    assert (item("voice").status, item("voice").priority) == ("disable", 1)
    assert history() == ["Priority: 5 → 1."]


def test_own_page_without_hidden_values(admin_client):
    """A plain POST, without the hidden initial values, works as in any admin."""
    data = {"status": "disable", "priority": "10", "description": ""}

    admin_client.post(page_of(item("sms_ir")), data)

    assert statuses()["sms_ir"] == "disable"
    assert history() == ["Status: active → disabled. Description: By SMS → -."]


def test_only_what_was_changed_is_written(admin_client):
    """Receivers see the row as it is, not as the page was, and which columns change."""
    form = list_form(admin_client.get(ITEMS))
    set_statuses(voice="disable")
    seen = []

    def note(instance: PluginItem, update_fields: object, **kwargs: object) -> None:
        seen.append((instance.status, instance.priority, update_fields))

    post_save.connect(note, sender=PluginItem)
    try:
        admin_client.post(ITEMS, edited(form, item("voice"), priority=1))
    finally:
        post_save.disconnect(note, sender=PluginItem)

    assert seen == [("disable", 1, {"priority"})]


def test_history_page(admin_client):
    """The page of an item's history shows what a value was and has become."""
    form = list_form(admin_client.get(ITEMS))
    admin_client.post(ITEMS, edited(form, item("voice"), status="reserve"))

    page = admin_client.get(f"{ITEMS}{item('voice').pk}/history/")

    assert "<td>Status: active → reserve.</td>" in page.text


@override_settings(LANGUAGE_CODE="he")
def test_history_is_in_one_language(admin_client):
    """What Django's translations have a word for is not put into history in it."""
    form = list_form(admin_client.get(ITEMS))

    admin_client.post(ITEMS, edited(form, item("voice"), status="disable"))

    assert history() == ["Status: active → disabled."]
