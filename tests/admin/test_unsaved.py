"""What is edited in the list is saved or kept, whichever button is pressed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from django_plugin_system.models import PluginItem

from .pages import (
    ITEMS,
    TYPES,
    edited,
    history,
    item,
    list_form,
    messages,
    prefix_of,
    statuses,
)

pytestmark = pytest.mark.django_db

WAITS = (
    "The action has not run, since values in the list were changed and not saved. "
    "They are still below: save them first, then select the items again."
)
AGAIN = "The action has not run. Select the items again to run it."


def by_go(form: dict[str, list[str]], action: str = "", *rows: PluginItem) -> Any:
    """Return what the button beside the actions would post instead of Save."""
    posted = {name: values for name, values in form.items() if name != "_save"}
    posted |= {"action": [action], "index": ["0"]}
    return posted | (
        {"_selected_action": [str(row.pk) for row in rows]} if rows else {}
    )


def priority_of(form: dict[str, list[str]], row: PluginItem) -> list[str]:
    return form[f"{prefix_of(form, row)}priority"]


def test_enter_saves(admin_client):
    """The form's first button, which Enter presses, is Save and not that of actions."""
    page = admin_client.get(ITEMS).text
    _, _, form = page.partition('<form id="changelist-form"')

    buttons = re.findall(r'<(?:button|input) type="submit"[^>]* name="(\w+)"', form)
    posted = edited(list_form(admin_client.get(ITEMS)), item("sms_ir"), priority=3)
    del posted["_save"]
    answer = admin_client.post(ITEMS, posted | {"_enter": [""]})

    assert buttons == ["_enter", "index", "_save"]
    assert messages(answer) == ["1 plugin item was changed successfully."]
    assert item("sms_ir").priority == 3


def test_enter_beside_an_action(admin_client):
    """Enter never runs an action: it saves, and tells so."""
    form = edited(list_form(admin_client.get(ITEMS)), item("sms_ir"), priority=3)
    del form["_save"]
    form |= {"_enter": [""], "action": ["mark_disabled"]}
    form |= {"_selected_action": [str(item("voice").pk)]}

    answer = admin_client.post(ITEMS, form)

    assert statuses()["voice"] == "active"
    assert item("sms_ir").priority == 3
    assert messages(answer) == ["1 plugin item was changed successfully.", AGAIN]


def test_viewer_has_no_save(operator_client):
    """Whoever may only look gets no button for Enter either."""
    page = operator_client("view_pluginitem").get(ITEMS)

    assert 'name="_enter"' not in page.text


@pytest.mark.parametrize("with_hidden_values", [True, False])
def test_go_without_an_action_saves(admin_client, with_hidden_values):
    """Without an action there is nothing else that pressing Go could mean."""
    form = edited(list_form(admin_client.get(ITEMS)), item("sms_ir"), priority=3)
    if not with_hidden_values:
        form = {name: form[name] for name in form if not name.startswith("initial-")}

    answer = admin_client.post(ITEMS, by_go(form))

    assert answer.status_code == 302
    assert item("sms_ir").priority == 3
    assert messages(answer) == ["1 plugin item was changed successfully."]


def test_go_without_edits(admin_client):
    """Go with neither an action nor an edit changes nothing and says so."""
    form = list_form(admin_client.get(ITEMS))

    nothing = admin_client.post(ITEMS, by_go(form, "", item("voice")))

    assert messages(nothing) == ["No action selected."]
    assert history() == []


def test_action_beside_edits(admin_client):
    """An action does not run beside unsaved edits: they are kept, and it is told."""
    form = edited(list_form(admin_client.get(ITEMS)), item("sms_ir"), priority=3)

    answer = admin_client.post(ITEMS, by_go(form, "mark_disabled", item("voice")))
    again = list_form(answer)
    saved = admin_client.post(ITEMS, again)

    assert answer.status_code == 200
    assert WAITS in answer.text
    assert statuses()["voice"] == "active"
    assert priority_of(again, item("sms_ir")) == ["3"]
    assert messages(saved) == ["1 plugin item was changed successfully."]
    assert item("sms_ir").priority == 3
    assert history() == ["Priority: 10 → 3."]


def test_action_without_edits(admin_client):
    """An action runs when the list is posted along with it, but as it was."""
    form = list_form(admin_client.get(ITEMS))

    answer = admin_client.post(ITEMS, by_go(form, "mark_disabled", item("voice")))

    assert messages(answer) == ["1 plugin item changed."]
    assert statuses()["voice"] == "disable"


def test_save_beside_an_action(admin_client):
    """Save saves, and tells that it has not run the action that was chosen."""
    form = edited(list_form(admin_client.get(ITEMS)), item("sms_ir"), priority=3)
    form |= by_go({}, "mark_disabled", item("voice"))

    answer = admin_client.post(ITEMS, form)

    assert statuses()["voice"] == "active"
    assert item("sms_ir").priority == 3
    assert messages(answer) == ["1 plugin item was changed successfully.", AGAIN]


def test_invalid_edit_beside_an_action(admin_client):
    """An edit that cannot be saved is an edit, too."""
    form = edited(list_form(admin_client.get(ITEMS)), item("sms_ir"), priority="x")

    answer = admin_client.post(ITEMS, by_go(form, "mark_disabled", item("voice")))

    assert answer.status_code == 200
    assert WAITS in answer.text
    assert priority_of(list_form(answer), item("sms_ir")) == ["x"]
    assert statuses()["voice"] == "active"


def test_rows_of_forms_that_are_shown_again(admin_client):
    """Another operator may have put the items in another order meanwhile."""
    form = edited(list_form(admin_client.get(ITEMS)), item("sms_ir"), priority=3)
    PluginItem.objects.filter(name="voice").update(priority=-9)

    again = admin_client.post(ITEMS, by_go(form, "mark_disabled", item("kavenegar")))

    shown = re.findall(
        r'id="id_(form-\d+)-status".*?</tr>', again.text, flags=re.DOTALL
    )
    names = re.findall(r'field-name"><a [^>]*>([^<]+)</a>', again.text)
    ids = list_form(again)
    assert {
        name: ids[f"{prefix}-id"] for name, prefix in zip(names, shown, strict=True)
    } == {name: [str(item(name).pk)] for name in names}


def test_a_row_that_is_gone(admin_client):
    """What was deleted meanwhile is left out, and the rest is saved."""
    gone = PluginItem.objects.create(
        plugin_type=item("voice").plugin_type, module="x", name="gone", priority=-5
    )
    form = edited(list_form(admin_client.get(ITEMS)), item("sms_ir"), priority=3)
    gone.delete()

    saved = admin_client.post(ITEMS, form)

    assert item("sms_ir").priority == 3
    assert messages(saved) == [
        "1 plugin item is not there any more, so it was left out.",
        "1 plugin item was changed successfully.",
    ]


def test_an_action_beside_a_row_that_is_gone(admin_client):
    """It is no edit of anybody's, so the action runs."""
    gone = PluginItem.objects.create(
        plugin_type=item("voice").plugin_type, module="x", name="gone", priority=-5
    )
    form = list_form(admin_client.get(ITEMS))
    gone.delete()

    answer = admin_client.post(ITEMS, by_go(form, "mark_disabled", item("voice")))

    assert statuses()["voice"] == "disable"
    assert messages(answer)[-1] == "1 plugin item changed."


@pytest.mark.parametrize("url", [ITEMS, TYPES])
@pytest.mark.parametrize("selected", ["zzz", "\0", ""])
def test_a_selection_that_is_none(admin_client, url, selected):
    """It is as if nothing was selected."""
    answer = admin_client.post(
        url, {"action": "delete_selected", "_selected_action": [selected], "index": "0"}
    )

    assert answer.status_code == 302
    assert messages(answer) == [
        "Items must be selected in order to perform actions on them. "
        "No items have been changed."
    ]
