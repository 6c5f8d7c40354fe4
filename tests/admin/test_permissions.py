"""Every path asks the server: `view` sees, `change` switches, `delete` deletes."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.contrib.admin.models import DELETION, LogEntry
from django.urls import reverse

from django_plugin_system.models import PluginItem, PluginType

from .pages import (
    ITEMS,
    TYPES,
    edited,
    form_with,
    history,
    item,
    list_form,
    messages,
    otp,
    page_of,
    run,
    set_statuses,
    statuses,
)

pytestmark = pytest.mark.django_db

ACTIONS = [
    "mark_active",
    "mark_reserved",
    "mark_disabled",
    "increase_priority",
    "decrease_priority",
]
VIEW = ("view_pluginitem", "view_plugintype")
CHANGE = ("change_pluginitem", "change_plugintype")
DELETE = (
    "view_pluginitem",
    "view_plugintype",
    "delete_pluginitem",
    "delete_plugintype",
)


def make_orphan() -> PluginItem:
    return PluginItem.objects.create(plugin_type=otp(), name="pigeon", module="gone")


@pytest.fixture
def posted_list(admin_client):
    """The list as an operator who may switch would post it, with a switch."""
    form = list_form(admin_client.get(ITEMS))
    return edited(form, item("voice"), status="reserve", priority=1)


@pytest.fixture
def unchanged():
    """Assert, when the test has ended, that it changed nothing."""
    before = list(PluginItem.objects.order_by("pk").values())
    yield
    assert list(PluginItem.objects.order_by("pk").values()) == before
    assert LogEntry.objects.count() == 0


STRANGERS = [
    pytest.param(None, id="anonymous"),
    pytest.param({"is_staff": False}, id="no-staff"),
    pytest.param({"is_staff": True}, id="staff"),
]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("stranger", STRANGERS)
def test_strangers_see_and_switch_nothing(
    client, operator_client, posted_list, stranger
):
    """Without a permission every page and every POST is refused or leads to log-in."""
    if stranger:
        client = operator_client(**stranger)
    refused = 403 if stranger == {"is_staff": True} else 302
    row, plugin_type = item("voice"), otp()
    own = {"status": "disable", "priority": "1", "description": ""}

    answers = [
        client.get(TYPES),
        client.get(page_of(plugin_type)),
        client.post(page_of(plugin_type), {"description": "x"}),
        client.get(ITEMS),
        client.get(page_of(row)),
        client.get(f"{ITEMS}{row.pk}/history/"),
        client.post(ITEMS, posted_list),
        client.post(page_of(row), own),
        client.post(f"{ITEMS}{row.pk}/delete/", {"post": "yes"}),
        *[run(client, action, row) for action in ACTIONS],
    ]

    assert {answer.status_code for answer in answers} == {refused}
    if refused == 302:
        assert {answer.url.partition("?")[0] for answer in answers} == {"/admin/login/"}


@pytest.mark.usefixtures("unchanged")
def test_viewer_sees(operator_client):
    """Whoever may view sees both lists and all pages, without any control."""
    client = operator_client(*VIEW)

    pages = [
        client.get(TYPES),
        client.get(page_of(otp())),
        client.get(ITEMS),
        client.get(page_of(item("voice"))),
    ]

    assert [page.status_code for page in pages] == [200] * 4
    for page in pages:
        assert 'name="_save"' not in page.text
        assert "<select" not in page.text
        assert "<textarea" not in page.text
        assert 'name="action"' not in page.text


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("action", ACTIONS)
def test_viewer_cannot_run_actions(operator_client, action):
    """An action that is posted by whoever may only view does not run."""
    set_statuses(voice="reserve")

    run(operator_client(*VIEW), action, item("voice"), item("sms_ir"))

    assert statuses()["voice"] == "reserve"
    set_statuses(voice="active")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("permissions", [VIEW, DELETE], ids=["view", "delete"])
def test_viewer_cannot_post(operator_client, posted_list, permissions):
    """The list and the pages refuse what whoever may not change posts."""
    client = operator_client(*permissions)

    answers = [
        client.post(ITEMS, posted_list),
        client.post(page_of(item("voice")), {"status": "disable", "priority": "1"}),
        client.post(page_of(otp()), {"description": "x"}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert otp().description == "One-time password delivery"


def test_changer_switches(operator_client, posted_list):
    """Whoever may change may use each path, with no other permission."""
    client = operator_client(*CHANGE)

    client.post(ITEMS, posted_list)
    run(client, "mark_reserved", item("sms_ir"))
    form = form_with(client.get(page_of(item("voice"))), "status")
    client.post(page_of(item("voice")), form | {"status": "active"})

    assert statuses() == {"voice": "active", "sms_ir": "reserve", "kavenegar": "active"}
    assert len(history()) == 3


@pytest.mark.usefixtures("unchanged")
def test_types_do_not_open_items(operator_client):
    """A permission for plugin types says nothing about plugin items."""
    client = operator_client("view_plugintype", "change_plugintype")

    answers = [client.get(ITEMS), client.get(page_of(item("voice")))]

    assert [answer.status_code for answer in answers] == [403] * 2


# Adding and deleting


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("url", [ITEMS, TYPES], ids=["item", "type"])
def test_nothing_is_added_by_hand(admin_client, url):
    """Rows are made by sync; not even a superuser adds one."""
    page = admin_client.get(url)

    answers = [
        admin_client.get(f"{url}add/"),
        admin_client.post(f"{url}add/", {"name": "x", "module": "x", "manager": "x"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert f"{url}add/" not in page.text


@pytest.mark.usefixtures("unchanged")
def test_registered_rows_are_not_deleted(admin_client):
    """Not even a superuser deletes a row that sync would bring back, active."""
    for url, row in ((ITEMS, item("voice")), (TYPES, otp())):
        page = admin_client.get(page_of(row))
        answers = [
            admin_client.get(f"{url}{row.pk}/delete/"),
            admin_client.post(f"{url}{row.pk}/delete/", {"post": "yes"}),
            run(admin_client, "delete_selected", row, url=url, post="yes"),
        ]

        assert [answer.status_code for answer in answers] == [403, 403, 403]
        assert "deletelink" not in page.text

    assert PluginType.objects.count() == 1


WHY_ITEM = (
    "Plugin item %s: code registers it, so the next sync would make it anew, as if "
    "nobody had ever decided about it. Mark it as disabled instead."
)
WHY_TYPE = "Plugin type %s: code registers it, so the next sync would make it anew."


def in_the_way(response: Any) -> list[str]:
    """Return what a page says of what it has not deleted; it must not blame others."""
    assert "permission" not in response.text
    assert "Nothing has been deleted. This is in the way:" in response.text
    _, _, listed = response.text.partition('<ul id="deleted-objects">')
    return re.findall(r"<li>([^<]*)</li>", listed.partition("</ul>")[0])


@pytest.mark.usefixtures("unchanged")
def test_why_a_registered_row_is_not_deleted(operator_client):
    """Its delete page, and a selection with it, say what keeps it, not who may what."""
    client = operator_client(*DELETE)
    reasons = {ITEMS: [item("voice")], TYPES: [otp()]}

    for url, rows in reasons.items():
        own = client.get(f"{url}{rows[0].pk}/delete/")
        selected = run(client, "delete_selected", *rows, url=url)

        why = WHY_ITEM if url == ITEMS else WHY_TYPE
        assert own.status_code == 403
        assert in_the_way(own) == [why % rows[0]]
        assert selected.status_code == 200
        assert in_the_way(selected) == [why % rows[0]]
        assert f'href="{url}" class="button cancel-link">Back to the list' in own.text


@pytest.mark.usefixtures("unchanged")
def test_type_that_would_take_along_what_one_may_not_delete(operator_client):
    """A permission that is really lacking is told of, before any other reason."""
    client = operator_client("view_plugintype", "delete_plugintype")

    selected = run(client, "delete_selected", otp(), url=TYPES)

    assert "your account doesn't have permission" in unescape(selected.text)
    assert "<li>plugin item</li>" in selected.text
    assert "<li>plugin type</li>" not in selected.text


@pytest.mark.usefixtures("unchanged")
def test_who_may_not_delete_hears_no_reason(operator_client):
    """Without the permission the delete page is refused as Django refuses it."""
    client = operator_client(*VIEW)

    answer = client.get(f"{ITEMS}{item('voice').pk}/delete/")

    assert answer.status_code == 403
    assert "in the way" not in answer.text


def test_delete_page_of_a_row_that_is_gone(operator_client):
    """It leads to the first page of the admin, as Django has it."""
    answer = operator_client(*DELETE).get(f"{ITEMS}{UUID(int=0)}/delete/")

    assert (answer.status_code, answer.url) == (302, "/admin/")


@pytest.mark.usefixtures("unchanged")
def test_registered_row_among_orphans(admin_client):
    """One registered row in the selection keeps delete_selected from deleting any."""
    orphan = make_orphan()

    question = run(admin_client, "delete_selected", orphan, item("voice"))
    answer = run(admin_client, "delete_selected", orphan, item("voice"), post="yes")

    assert "Cannot delete plugin items" in question.text
    assert in_the_way(question) == [WHY_ITEM % item("voice")]
    assert answer.status_code == 403
    assert PluginItem.objects.filter(pk=orphan.pk).exists()
    orphan.delete()


def test_orphans_are_deleted(operator_client):
    """Orphans can be deleted, one by one and in bulk, by whoever may delete."""
    client = operator_client(*DELETE)
    one = make_orphan()
    two = PluginItem.objects.create(plugin_type=otp(), name="dove", module="gone")
    old = PluginType.objects.create(name="old", manager="gone")
    below = PluginItem.objects.create(plugin_type=old, name="raven", module="gone")

    client.post(f"{ITEMS}{one.pk}/delete/", {"post": "yes"})
    response = run(client, "delete_selected", two, post="yes")
    client.post(f"{TYPES}{old.pk}/delete/", {"post": "yes"})

    assert messages(response)[-1] == "Successfully deleted 1 plugin item."
    assert set(statuses()) == {"voice", "sms_ir", "kavenegar"}
    assert not PluginItem.objects.filter(pk=below.pk).exists()
    assert PluginType.objects.count() == 1
    entries = LogEntry.objects.filter(action_flag=DELETION)
    assert {entry.object_repr for entry in entries} == {
        "gone:pigeon for tests.apps.otp:otp",
        "gone:dove for tests.apps.otp:otp",
        "gone:old",
    }


@pytest.mark.parametrize(
    "permissions", [VIEW, (*VIEW, *CHANGE)], ids=["view", "change"]
)
def test_orphans_are_not_deleted_by_others(operator_client, permissions):
    """Neither ``view`` nor ``change`` is enough to delete an orphan."""
    client = operator_client(*permissions)
    orphan = make_orphan()

    answer = client.post(f"{ITEMS}{orphan.pk}/delete/", {"post": "yes"})
    run(client, "delete_selected", orphan, post="yes")

    assert answer.status_code == 403
    assert PluginItem.objects.filter(pk=orphan.pk).exists()


def test_type_is_not_deleted_without_its_items(operator_client):
    """Whoever may delete types only does not delete their items along with them."""
    client = operator_client("view_plugintype", "delete_plugintype")
    old = PluginType.objects.create(name="old", manager="gone")
    PluginItem.objects.create(plugin_type=old, name="raven", module="gone")

    answer = client.post(f"{TYPES}{old.pk}/delete/", {"post": "yes"})

    assert answer.status_code == 403
    assert PluginType.objects.filter(pk=old.pk).exists()


def test_index_leads_to_both_lists(operator_client):
    """The admin's first page offers what the operator may see."""
    page = operator_client(*VIEW).get(reverse("admin:index"))

    assert f'href="{ITEMS}"' in page.text
    assert f'href="{TYPES}"' in page.text
