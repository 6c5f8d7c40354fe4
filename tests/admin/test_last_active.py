"""The question before a plugin type is left without an active item."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from django_plugin_system import register_plugin_item, register_plugin_type
from django_plugin_system.models import PluginItem, PluginStatus, PluginType
from django_plugin_system.sync import sync
from tests.declared import item_dict, type_dict

from .pages import (
    ITEMS,
    edited,
    form_with,
    history,
    is_question,
    item,
    list_form,
    messages,
    otp,
    page_of,
    prefix_of,
    run,
    set_statuses,
    statuses,
)

pytestmark = pytest.mark.django_db

Switch = Callable[[Client, PluginItem, str], Any]


def by_page(client: Client, row: PluginItem, status: str) -> Any:
    form = form_with(client.get(page_of(row)), "status")
    return client.post(page_of(row), form | {"status": status})


def by_list(client: Client, row: PluginItem, status: str) -> Any:
    form = list_form(client.get(ITEMS))
    return client.post(ITEMS, edited(form, row, status=status))


def by_action(client: Client, row: PluginItem, status: str) -> Any:
    action = {"disable": "mark_disabled", "reserve": "mark_reserved"}[status]
    return run(client, action, row)


each_path = pytest.mark.parametrize("switch", [by_page, by_list, by_action])


def confirm(client: Client, question: Any) -> Any:
    """Press Yes on the page that asks."""
    names = [
        f"_confirmed-{pk}" for pk in PluginType.objects.values_list("pk", flat=True)
    ]
    field = next(name for name in names if name in question.text)
    return client.post(question.request["PATH_INFO"], form_with(question, field))


@pytest.fixture
def one_active(db: None) -> None:
    """Leave the tests' own type with a single active item and a reserve."""
    set_statuses(sms_ir="reserve", kavenegar="disable")


@pytest.mark.usefixtures("one_active")
@each_path
@pytest.mark.parametrize("status", ["disable", "reserve"])
def test_question(admin_client, switch: Switch, status):
    """Taking away the last active item is asked first: nothing is written or said."""
    question = switch(admin_client, item("voice"), status)

    assert is_question(question)
    assert "<strong>tests.apps.otp:otp</strong>:" in question.text
    assert statuses()["voice"] == "active"
    assert history() == []
    assert messages(question) == []


@pytest.mark.usefixtures("one_active")
@each_path
@pytest.mark.parametrize("status", ["disable", "reserve"])
def test_yes(admin_client, switch: Switch, status):
    """Yes sends the same again, which is then done and logged."""
    question = switch(admin_client, item("voice"), status)

    answer = confirm(admin_client, question)

    assert answer.status_code == 302
    assert statuses() == {"voice": status, "sms_ir": "reserve", "kavenegar": "disable"}
    assert history() == [f"Status: active → {PluginStatus(status).label}."]
    assert len(messages(answer)) == 1


def decline(client: Client, question: Any) -> Any:
    """Press No on the page that asks."""
    form = form_with(question, f"_confirmed-{otp().pk}")
    return client.post(
        question.request["PATH_INFO"], form | {"_declined": "yes"}, follow=True
    )


@pytest.mark.usefixtures("one_active")
@each_path
def test_no(admin_client, switch: Switch):
    """No leads back to the page it was asked on, where nothing has changed."""
    question = switch(admin_client, item("voice"), "disable")

    back = decline(admin_client, question)

    assert back.status_code == 200
    assert back.request["PATH_INFO"] == question.request["PATH_INFO"]
    assert "Nothing has been" in back.text
    assert not is_question(back)
    assert statuses()["voice"] == "active"
    assert history() == []


@pytest.mark.usefixtures("one_active")
@pytest.mark.parametrize("switch", [by_page, by_list])
def test_no_keeps_edits(admin_client, switch: Switch):
    """What was filled in is still there after a No, and can be corrected and saved."""
    question = switch(admin_client, item("voice"), "disable")

    back = decline(admin_client, question)
    if switch is by_list:
        form = list_form(back)
        kept = form[f"{prefix_of(form, item('voice'))}status"]
        answer = admin_client.post(ITEMS, edited(form, item("sms_ir"), status="active"))
    else:
        form = form_with(back, "status")
        kept = form["status"]
        answer = admin_client.post(page_of(item("voice")), form | {"status": "active"})

    assert kept == ["disable"]
    assert "Nothing has been saved. Your changes are still below." in back.text
    assert answer.status_code == 302
    assert statuses()["voice"] == ("disable" if switch is by_list else "active")


@pytest.mark.usefixtures("one_active")
@each_path
def test_the_safe_answer_comes_first(admin_client, switch: Switch):
    """No is the first button, so Enter presses it, and it has the focus."""
    question = switch(admin_client, item("voice"), "disable").text

    buttons = re.findall(r"<(?:button|input type=\"submit\")[^>]*>", question)

    assert [button for button in buttons if "autofocus" in button] == [
        '<button name="_declined" value="yes" class="button cancel-link" autofocus>'
    ]
    assert question.index("No, take me back") < question.index("Yes, I’m sure")


@pytest.mark.usefixtures("one_active")
@each_path
def test_the_way_to_the_question(admin_client, switch: Switch):
    """The breadcrumbs lead back to where it is asked: the list, or the item."""
    question = switch(admin_client, item("voice"), "disable").text

    way = re.search(r'<div class="breadcrumbs">(.*?)</div>', question, re.S)[1]
    links = re.findall(r'<a href="([^"]+)">([^<]+)</a>', way)

    on_page = [(page_of(item("voice")), str(item("voice")))]
    assert links == [
        ("/admin/", "Home"),
        ("/admin/django_plugin_system/", "Plugin system"),
        (ITEMS, "Plugin items"),
        *(on_page if switch is by_page else []),
    ]
    assert way.rstrip().endswith("Are you sure?")


def listed_changes(question: Any) -> list[str]:
    listed = question.text.partition("What would change")[2].partition("</ul>")[0]
    return re.findall(r"<li>(.*?)</li>", re.sub("</?strong>", "", listed))


@pytest.mark.usefixtures("one_active")
def test_changes_are_listed(admin_client):
    """Everything that a Yes would write is there, of items of other types too."""
    declare_sender()
    form = list_form(admin_client.get(ITEMS))
    form = edited(form, item("voice"), status="disable", priority=7)
    form = edited(form, item("sms_ir"), priority=1)
    form = edited(form, item("mail"), status="reserve")

    question = admin_client.post(ITEMS, form)

    assert listed_changes(question) == [
        "tests.apps.otp_voice:voice for tests.apps.otp:otp: "
        "Status: active → disabled. Priority: 5 → 7.",
        "tests.apps.otp_sms:sms_ir for tests.apps.otp:otp: Priority: 10 → 1.",
        "tests.apps.otp_sms:mail for tests.apps.otp:sender: Status: active → reserve.",
    ]


@pytest.mark.usefixtures("one_active")
def test_items_that_stay_as_they_are_are_not_listed(admin_client):
    """An action names those of the selected items that it would change."""
    question = run(admin_client, "mark_disabled", *otp().pluginitem_set.all())

    assert listed_changes(question) == [
        "tests.apps.otp_voice:voice for tests.apps.otp:otp: Status: active → disabled.",
        "tests.apps.otp_sms:sms_ir for tests.apps.otp:otp: Status: reserve → disabled.",
    ]


@each_path
def test_not_asked_while_another_is_active(admin_client, switch: Switch):
    """As long as an active item is left, nobody is asked."""
    answer = switch(admin_client, item("voice"), "disable")

    assert answer.status_code == 302
    assert statuses()["voice"] == "disable"


@each_path
def test_not_asked_when_none_was_active(admin_client, switch: Switch):
    """A type that has no active item anyway cannot lose its last one."""
    set_statuses(voice="reserve", sms_ir="reserve", kavenegar="reserve")

    answer = switch(admin_client, item("voice"), "disable")

    assert answer.status_code == 302
    assert statuses()["voice"] == "disable"


@pytest.mark.usefixtures("one_active")
@each_path
def test_orphan_is_no_active_item(admin_client, switch: Switch):
    """An active row without code never answers: it neither counts nor is missed."""
    orphan = PluginItem.objects.create(plugin_type=otp(), name="pigeon", module="gone")

    of_orphan = switch(admin_client, orphan, "disable")
    orphan.save()
    of_last = switch(admin_client, item("voice"), "disable")

    assert of_orphan.status_code == 302
    assert is_question(of_last)


@pytest.mark.parametrize(
    ("statuses", "outcome"),
    [
        pytest.param(
            {"kavenegar": "reserve", "sms_ir": "reserve"},
            "tests.apps.otp_sms:sms_ir answers from reserve.",
            id="reserve",
        ),
        pytest.param(
            {"kavenegar": "disable", "sms_ir": "disable"}, "nothing answers.", id="none"
        ),
    ],
)
def test_outcome(admin_client, statuses, outcome):
    """The question says who would answer from then on."""
    set_statuses(**statuses)

    question = run(admin_client, "mark_disabled", item("voice"))

    assert f"<strong>tests.apps.otp:otp</strong>: {outcome}</li>" in question.text


def declare_sender(**more: object) -> PluginItem:
    register_plugin_type(type_dict(**more))
    register_plugin_item(item_dict())
    sync()
    return item("mail")


def test_outcome_of_an_override(admin_client):
    """Where a get_plugin decides, the question does not foretell what it will do."""
    mail = declare_sender(get_plugin=lambda plugin_type: None)

    question = run(admin_client, "mark_disabled", mail)

    assert (
        "<strong>tests.apps.otp:sender</strong>: "
        "its get_plugin decides what answers.</li>"
    ) in question.text


# The list and the actions judge all rows together


@pytest.mark.usefixtures("one_active")
def test_swap(admin_client):
    """One item that takes over from another in the same list leaves no gap."""
    form = list_form(admin_client.get(ITEMS))
    form = edited(form, item("voice"), status="disable")
    form = edited(form, item("sms_ir"), status="active")

    answer = admin_client.post(ITEMS, form)

    assert answer.status_code == 302
    assert statuses() == {
        "voice": "disable",
        "sms_ir": "active",
        "kavenegar": "disable",
    }


def test_all_at_once(admin_client):
    """Several active items that go together are the last ones, too."""
    form = list_form(admin_client.get(ITEMS))
    for row in otp().pluginitem_set.all():
        form = edited(form, row, status="disable")

    in_list = admin_client.post(ITEMS, form)
    by_action = run(admin_client, "mark_disabled", *otp().pluginitem_set.all())

    assert is_question(in_list)
    assert is_question(by_action)
    assert set(statuses().values()) == {"active"}


def test_select_across(admin_client):
    """The question keeps the selection of all pages, the filter and the choice."""
    mail = declare_sender()
    url = f"{ITEMS}?plugin_type__id__exact={otp().pk}"

    question = run(
        admin_client, "mark_disabled", item("voice"), url=url, select_across="1"
    )
    form = form_with(question, f"_confirmed-{otp().pk}")
    answer = admin_client.post(url, form)

    assert '<form method="post">' in question.text
    assert answer.status_code == 302
    assert set(statuses().values()) == {"disable"}
    assert item("mail").status == mail.status == "active"
    assert len(history()) == 3


def test_each_type_is_named_once(admin_client):
    """One question covers all the types that would be left without."""
    declare_sender()

    question = run(admin_client, "mark_disabled", *PluginItem.objects.all())
    answer = confirm(admin_client, question)

    assert question.text.count("nothing answers.</li>") == 2
    assert answer.status_code == 302
    assert {row.status for row in PluginItem.objects.all()} == {"disable"}


def test_yes_covers_what_was_seen(admin_client):
    """A type that would be left without only since the question is asked of anew."""
    mail = declare_sender()
    set_statuses(sms_ir="disable")
    rows = [mail, item("voice")]
    question = run(admin_client, "mark_disabled", *rows)
    set_statuses(kavenegar="disable")

    second = confirm(admin_client, question)
    before = statuses()
    answer = confirm(admin_client, second)

    assert is_question(second)
    assert "<strong>tests.apps.otp:otp</strong>" in second.text
    assert "<strong>tests.apps.otp:sender</strong>" not in second.text
    assert before["voice"] == "active"
    assert answer.status_code == 302
    assert statuses()["voice"] == item("mail").status == "disable"


# What else was posted


@pytest.mark.usefixtures("one_active")
@pytest.mark.parametrize("priority", ["99999", "abc"])
def test_errors_come_before_questions(admin_client, priority):
    """What cannot be saved is said at once, not after a Yes."""
    change = {"status": "disable", "priority": priority}
    own = form_with(admin_client.get(page_of(item("voice"))), "status")
    form = list_form(admin_client.get(ITEMS))

    on_page = admin_client.post(page_of(item("voice")), own | change)
    in_list = admin_client.post(ITEMS, edited(form, item("voice"), **change))

    for response in (on_page, in_list):
        assert not is_question(response)
        assert "Please correct the error" in response.text
    assert statuses()["voice"] == "active"


@pytest.mark.usefixtures("one_active")
def test_all_that_was_posted_is_saved(admin_client):
    """What was changed along with the status goes through the question unharmed."""
    text = 'two\nlines & "quotes" <b>'
    form = form_with(admin_client.get(page_of(item("voice"))), "status")
    changes = {"status": "disable", "priority": "-7", "description": text}

    question = admin_client.post(page_of(item("voice")), form | changes)
    confirm(admin_client, question)

    row = item("voice")
    assert (row.status, row.priority) == ("disable", -7)
    assert row.description == text


@pytest.mark.usefixtures("one_active")
def test_stale_page_through_the_question(admin_client):
    """The hidden initial values go along: another's switch is not undone by a Yes."""
    form = list_form(admin_client.get(ITEMS))
    question = admin_client.post(ITEMS, edited(form, item("voice"), status="disable"))
    set_statuses(sms_ir="disable")

    # By now something else would come of it, so it is asked once more.
    confirm(admin_client, confirm(admin_client, question))

    assert set(statuses().values()) == {"disable"}
    assert history() == ["Status: active → disabled."]


@pytest.mark.usefixtures("one_active")
def test_token_is_not_repeated(admin_client):
    """The question has one CSRF token: its own."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = admin_client.cookies
    own = form_with(client.get(page_of(item("voice"))), "status")

    question = client.post(page_of(item("voice")), own | {"status": "disable"})
    answer = confirm(client, question)

    assert question.text.count('name="csrfmiddlewaretoken"') == 2  # and the log-out's
    assert answer.status_code == 302
    assert statuses()["voice"] == "disable"


# Transactions


@pytest.mark.django_db(transaction=True)
@each_path
def test_atomic_requests(admin_client, monkeypatch, switch: Switch):
    """With ATOMIC_REQUESTS nothing is kept of what was only asked, and a Yes is."""
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    set_statuses(sms_ir="reserve", kavenegar="disable")

    question = switch(admin_client, item("voice"), "disable")
    asked = (statuses()["voice"], history())
    confirm(admin_client, question)

    assert is_question(question)
    assert asked == ("active", [])
    assert statuses()["voice"] == "disable"
    assert history() == ["Status: active → disabled."]


def at_once(admin_user: User, operate: Callable[[Client, str], Any]) -> list[Any]:
    """Let two operators do something at the same time; return what they get."""
    if not connection.features.has_select_for_update:
        pytest.skip("needs a database that locks rows")
    start = Barrier(2, timeout=10)

    def wait_and_operate(name: str) -> Any:
        try:
            client = Client()
            client.force_login(admin_user)
            start.wait()
            return operate(client, name)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(wait_and_operate, ["voice", "sms_ir"], timeout=30))


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
@each_path
def test_two_switch_at_once(admin_user, switch: Switch):
    """Of two who disable the last two items at once, one is asked."""
    set_statuses(kavenegar="disable")

    answers = at_once(
        admin_user, lambda client, name: switch(client, item(name), "disable")
    )

    assert sorted(map(is_question, answers)) == [False, True]
    assert sorted(statuses().values()) == ["active", "disable", "disable"]
    assert history() == ["Status: active → disabled."]


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_two_nudge_at_once(admin_user):
    """Of two who nudge the same items at once each takes a step, and logs his own."""
    rows = list(PluginItem.objects.exclude(name="voice"))

    at_once(admin_user, lambda client, name: run(client, "decrease_priority", *rows))

    assert item("sms_ir").priority == 12
    assert history(item("sms_ir")) == ["Priority: 10 → 11.", "Priority: 11 → 12."]


@pytest.mark.usefixtures("one_active")
def test_an_outcome_that_is_another_one_by_now(admin_client):
    """A Yes counts for what was shown; another operator may have changed that."""
    set_statuses(sms_ir="reserve")
    question = by_list(admin_client, item("voice"), "disable")
    set_statuses(sms_ir="disable", kavenegar="disable")

    again = confirm(admin_client, question)

    assert is_question(again)
    assert "nothing answers" in again.text
    assert statuses()["voice"] == "active"
    assert not is_question(confirm(admin_client, again))
    assert statuses()["voice"] == "disable"
