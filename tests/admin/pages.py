"""What operators see and do: pages, their forms and tables, actions, history."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from django_plugin_system.models import PluginItem, PluginType

ITEMS = "/admin/django_plugin_system/pluginitem/"
TYPES = "/admin/django_plugin_system/plugintype/"

Fields = dict[str, list[str]]


def item(name: str) -> PluginItem:
    """Return the plugin item of that name, as it is in the database now."""
    return PluginItem.objects.select_related("plugin_type").get(name=name)


def otp() -> PluginType:
    """Return the plugin type that the tests' apps declare."""
    return PluginType.objects.get(name="otp")


def set_statuses(**statuses: str) -> None:
    """Give items the statuses named, as another operator would."""
    for name, status in statuses.items():
        PluginItem.objects.filter(name=name).update(status=status)


def statuses() -> dict[str, str]:
    """Return the status of every item of the tests' own type."""
    return dict(otp().pluginitem_set.values_list("name", "status"))


def history(*rows: Model) -> list[str]:
    """Return what was logged: of these rows, or of all when none is given."""
    entries = LogEntry.objects.order_by("pk")
    if rows:
        entries = entries.filter(object_id__in=[str(row.pk) for row in rows])
    return [entry.change_message for entry in entries]


def page_of(row: Model) -> str:
    """Return the URL of a row's own page."""
    return reverse(
        f"admin:django_plugin_system_{row._meta.model_name}_change", args=[row.pk]
    )


def run(
    client: Client, action: str, *rows: Model, url: str = ITEMS, **more: str
) -> Any:
    """Run an action of the list on some rows."""
    data = {
        "action": action,
        "index": "0",
        "_selected_action": [str(row.pk) for row in rows],
        **more,
    }
    return client.post(url, data)


def messages(response: Any) -> list[str]:
    """Return what the operator is told on the next page."""
    return [str(message) for message in get_messages(response.wsgi_request)]


def is_question(response: Any) -> bool:
    """Tell whether the answer is the page that asks for a confirmation."""
    return (
        response.status_code == 200
        and "Leave a plugin type without an active item?" in response.text
    )


def form_with(response: Any, field: str) -> Fields:
    """Return what a browser would post of the page's form that has the field."""
    return next(form for form in _parsed(response).forms if field in form)


def list_form(response: Any) -> Fields:
    """Return what the list's Save button would post."""
    return form_with(response, "form-TOTAL_FORMS") | {"_save": ["Save"], "action": [""]}


def prefix_of(form: Fields, row: Model) -> str:
    """Return what the names of a row's fields begin with in a posted list."""
    return next(
        name.removesuffix("id")
        for name, values in form.items()
        if name.endswith("-id") and values == [str(row.pk)]
    )


def edited(form: Fields, row: Model, **changes: object) -> Fields:
    """Return a posted list with changes in one row."""
    prefix = prefix_of(form, row)
    return form | {f"{prefix}{name}": [str(value)] for name, value in changes.items()}


def table(response: Any) -> dict[str, dict[str, str]]:
    """Return the list as it reads: name -> column -> text."""
    return {row["name"]: row for row in _parsed(response).rows if "name" in row}


def cells(response: Any) -> list[list[str]]:
    """Return the rows of the table that explains a selection."""
    return [row for row in _parsed(response).plain_rows if len(row) == 4]


def _parsed(response: Any) -> _Page:
    page = _Page()
    page.feed(response.text)
    return page


class _Page(HTMLParser):
    """Reads forms as a browser would post them, and tables as text."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Fields] = []
        self.rows: list[dict[str, str]] = []
        self.plain_rows: list[list[str]] = []
        self._select = ""
        self._textarea = ""
        self._column = ""
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self.forms.append({})
        elif tag == "input" and name and self._is_sent(given, attrs):
            self._add(name, given.get("value", ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and ("selected", "") in given.items():
            self._add(self._select, given["value"])
        elif tag == "textarea":
            self._textarea = name
            self._add(name, "")
        elif tag == "tr":
            self.rows.append({})
            self.plain_rows.append([])
        elif tag in ("td", "th"):
            self.plain_rows[-1].append("")
            self._in_cell = True
            classes = given.get("class", "").split()
            found = [name for name in classes if name.startswith("field-")]
            self._column = found[0].removeprefix("field-") if found else ""
        elif tag == "img" and self._column:
            self.handle_data(given["alt"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = ""
        elif tag in ("td", "th"):
            self._column = ""
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._textarea:
            # A textarea's first newline is its author's, not its value's.
            self.forms[-1][self._textarea][-1] += data.removeprefix("\n")
        if self._column:
            row = self.rows[-1]
            row[self._column] = row.get(self._column, "") + data.strip()
        if self._in_cell:
            self.plain_rows[-1][-1] += data.strip()

    def _is_sent(
        self, given: dict[str, str], attrs: list[tuple[str, str | None]]
    ) -> bool:
        if given["type"] == "submit" or not self.forms:
            return False
        return given["type"] != "checkbox" or ("checked", None) in attrs

    def _add(self, name: str, value: str) -> None:
        self.forms[-1].setdefault(name, []).append(value)
