"""The admin as operators see it, in a real browser."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User

from django_plugin_system.models import PluginItem, PluginType

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ITEMS = "/admin/django_plugin_system/pluginitem/"
TYPES = "/admin/django_plugin_system/plugintype/"
PASSWORD = "correct horse"
BACKSPACE, TAB = "\ue003", "\ue004"


def statuses() -> dict[str, str]:
    return dict(PluginItem.objects.values_list("name", "status"))


def page_of(name: str) -> str:
    return f"{ITEMS}{PluginItem.objects.get(name=name).pk}/change/"


@pytest.fixture
def superuser(browser):
    """Log in whoever may do everything."""
    User.objects.create_superuser("olga", password=PASSWORD)
    browser.log_in("olga", PASSWORD)


@pytest.fixture
def viewer(browser):
    """Log in whoever may only look."""
    user = User.objects.create_user("vera", password=PASSWORD, is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["view_plugintype", "view_pluginitem"])
    )
    browser.log_in("vera", PASSWORD)


@pytest.fixture
def orphan(live_server) -> PluginItem:
    """A row whose code has been taken away."""
    return PluginItem.objects.create(
        plugin_type=PluginType.objects.get(name="otp"),
        name="pigeon",
        module="tests.apps.otp_sms",
    )


@pytest.mark.usefixtures("superuser", "orphan")
def test_types(browser):
    """The list of types has counts and the answer; a type's page explains it."""
    PluginItem.objects.filter(name="kavenegar").update(status="reserve")
    PluginItem.objects.filter(name="voice").update(status="disable")

    browser.open(TYPES)
    browser.look("types")
    counts = [
        browser.text(f".field-{name}_count")
        for name in ("active", "reserve", "disabled")
    ]
    answer = browser.text(".field-answers_now")
    browser.press("th.field-name a")
    browser.look("type")

    assert counts == ["2", "1", "1"]
    assert answer == "tests.apps.otp_sms:sms_ir"
    assert "Right now tests.apps.otp_sms:sms_ir answers." in browser.text(
        ".field-selection"
    )
    assert browser.texts(".field-selection tbody td:last-child") == [
        "chosen: first of the active items",
        "in reserve: it answers when no active item is left",
        "dropped: no code is registered for it in this process",
        "dropped: disabled",
    ]


@pytest.mark.usefixtures("superuser", "orphan")
def test_quick_edit_and_history(browser):
    """Status and priority are edited in the list; history shows old and new values."""
    browser.open(ITEMS)
    browser.look("items")
    browser.choose("select", "reserve", browser.row("sms_ir"))
    browser.fill("[type=number]", "3", browser.row("sms_ir"))

    browser.press("[name=_save]")
    browser.look("items-saved")
    told = browser.text(".messagelist")
    browser.press("th a", browser.row("sms_ir"))
    browser.look("item")
    browser.press(".historylink")
    browser.look("history")

    assert told == "1 plugin item was changed successfully."
    row = PluginItem.objects.get(name="sms_ir")
    assert (row.status, row.priority) == ("reserve", 3)
    assert browser.texts("#change-history td:last-child") == [
        "Status: active → reserve. Priority: 10 → 3."
    ]


@pytest.mark.usefixtures("superuser")
def test_disable_all(browser):
    """Disabling the last active item is asked first; No changes nothing, Yes does."""
    PluginItem.objects.filter(name="kavenegar").update(status="reserve")
    browser.open(f"{ITEMS}?q=otp")

    browser.run("Mark selected as disabled", "voice", "sms_ir")
    browser.look("question")
    question = browser.text("#content")
    browser.press(".cancel-link")
    after_no = (browser.path, statuses())
    browser.run("Mark selected as disabled", "voice", "sms_ir")
    browser.press("#content [type=submit]")
    browser.look("disabled")

    assert "tests.apps.otp:otp: tests.apps.otp_sms:kavenegar answers" in question
    assert after_no == (
        f"{ITEMS}?q=otp",
        {"voice": "active", "sms_ir": "active", "kavenegar": "reserve"},
    )
    assert browser.text(".messagelist") == "2 plugin items changed."
    assert statuses() == {
        "voice": "disable",
        "sms_ir": "disable",
        "kavenegar": "reserve",
    }


@pytest.mark.usefixtures("superuser")
def test_question_of_the_own_page(browser):
    """An item's own page asks too, and Yes saves all that was filled in."""
    PluginItem.objects.exclude(name="voice").update(status="disable")
    browser.open(page_of("voice"))
    browser.choose("#id_status", "disabled")
    browser.fill("#id_description", "By phone\n<b>slowly</b>")

    browser.press("[name=_save]")
    browser.look("question-own-page")
    question = browser.text("#content")
    browser.press("#content [type=submit]")

    assert "tests.apps.otp:otp: nothing answers." in question
    row = PluginItem.objects.get(name="voice")
    assert row.status == "disable"
    assert row.description.splitlines() == ["By phone", "<b>slowly</b>"]


@pytest.mark.usefixtures("superuser")
def test_enter_saves(browser):
    """Enter in a field of the list saves what was edited there, and asks nothing."""
    browser.open(ITEMS)
    field = browser.find("[type=number]", browser.row("sms_ir"))
    field.clear()

    field.send_keys("3")
    browser.press_enter(field)

    assert browser.text(".messagelist") == "1 plugin item was changed successfully."
    assert PluginItem.objects.get(name="sms_ir").priority == 3


@pytest.mark.usefixtures("superuser")
def test_action_beside_edits(browser):
    """Go beside edits keeps them, whatever Django's own question says of them."""
    browser.open(ITEMS)
    browser.fill("[type=number]", "3", browser.row("sms_ir"))
    browser.find(".action-select", browser.row("voice")).click()
    browser.choose("select[name=action]", "Mark selected as disabled")

    browser.find("button[name=index]").click()
    browser.chrome.switch_to.alert.accept()
    browser.look("action-beside-edits")

    assert "The action has not run" in browser.text(".errorlist")
    assert browser.value("[type=number]", browser.row("sms_ir")) == "3"
    assert statuses()["voice"] == "active"


ASKS_BEFORE_LEAVING = """
return !window.dispatchEvent(new Event("beforeunload", {cancelable: true}));
"""


@pytest.mark.usefixtures("superuser")
def test_leaving_edits(browser):
    """A list that was edited asks before it is left; else nobody is asked."""
    browser.open(ITEMS)
    asked = [browser.chrome.execute_script(ASKS_BEFORE_LEAVING)]
    field = browser.find("[type=number]", browser.row("sms_ir"))
    for keys in ("3", BACKSPACE):
        field.send_keys(keys)
        asked.append(browser.chrome.execute_script(ASKS_BEFORE_LEAVING))

    browser.fill("[type=number]", "3", browser.row("sms_ir"))
    browser.press("#changelist-form input[name=_save]")

    assert asked == [False, True, False]
    assert PluginItem.objects.get(name="sms_ir").priority == 3


@pytest.mark.usefixtures("superuser")
def test_question_by_keyboard(browser):
    """On the question Enter is No, which keeps the edit; Tab and Enter is Yes."""
    PluginItem.objects.exclude(name="voice").update(status="disable")
    browser.open(ITEMS)
    browser.choose("select", "disabled", browser.row("voice"))

    browser.press_enter(browser.find("[type=number]", browser.row("voice")))
    browser.look("question-keyboard")
    browser.press_enter(browser.focused())
    after_no = (browser.value("select", browser.row("voice")), statuses()["voice"])
    browser.press_enter(browser.find("[type=number]", browser.row("voice")))
    browser.focused().send_keys(TAB)
    browser.press_enter(browser.focused())

    assert after_no == ("disable", "active")
    assert statuses()["voice"] == "disable"


@pytest.mark.usefixtures("superuser")
def test_selection_table_by_keyboard(browser):
    """A table that is wider than the screen can be scrolled without a mouse."""
    browser.resize(320)
    browser.open(f"{TYPES}{PluginType.objects.get(name='otp').pk}/change/")
    table = browser.find(".plugins-scroll")

    browser.chrome.execute_script("arguments[0].focus()", table)
    focused = browser.focused()
    browser.resize(1280)

    assert focused == table
    assert table.get_attribute("aria-label") == "Candidates"


@pytest.mark.usefixtures("superuser")
def test_nudge(browser):
    """A nudge moves an item one step, in place."""
    browser.open(ITEMS)

    browser.run("Increase priority (lower number)", "sms_ir", "kavenegar")

    values = [
        browser.value("[type=number]", browser.row(name))
        for name in ("voice", "sms_ir", "kavenegar")
    ]
    assert values == ["5", "9", "19"]
    assert browser.text(".messagelist") == "2 plugin items changed."


@pytest.mark.usefixtures("superuser")
def test_two_windows(browser):
    """A window left open does not undo what was switched in another one meanwhile."""
    browser.open(ITEMS)
    PluginItem.objects.filter(name="voice").update(status="disable")
    browser.fill("[type=number]", "1", browser.row("sms_ir"))

    browser.press("[name=_save]")

    assert browser.value("select", browser.row("voice")) == "disable"
    assert statuses()["voice"] == "disable"


@pytest.mark.usefixtures("viewer", "orphan")
def test_viewer(browser):
    """Whoever may only look finds every page and no control on any."""
    pages = {
        "viewer-types": TYPES,
        "viewer-type": f"{TYPES}{PluginType.objects.get(name='otp').pk}/change/",
        "viewer-items": ITEMS,
        "viewer-item": page_of("voice"),
    }
    controls = (
        "#content-main :is(select, textarea, [type=number], [name=_save], .deletelink)"
    )

    found = []
    for name, path in pages.items():
        browser.open(path)
        browser.look(name)
        found.append((browser.has("#content-main"), browser.has(controls)))

    assert found == [(True, False)] * 4
