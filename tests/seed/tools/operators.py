"""Someone who works in the admin: reads pages, fills in what is there, presses it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

from django.contrib.auth.models import Permission, User
from django.http import HttpResponse
from django.test import Client

from django_plugin_system.models import PluginItem

ITEMS = "/admin/django_plugin_system/pluginitem/"
TYPES = "/admin/django_plugin_system/plugintype/"

CONFIRMING = "Leave a plugin type without an active item?"


@dataclass
class Form:
    """A form of a page."""

    values: dict[str, list[str]] = field(default_factory=dict)
    """What a browser would send, but for the button."""

    options: dict[str, dict[str, str]] = field(default_factory=dict)
    """Of each select: what can be picked, and the value that stands for it."""

    buttons: set[str] = field(default_factory=set)


class Operator:
    """A user of the admin, with these permissions or with all of them."""

    def __init__(self, *permissions: str, everything: bool = True) -> None:
        self.user = User.objects.create_user(
            f"operator{User.objects.count()}",
            is_staff=True,
            is_superuser=everything and not permissions,
        )
        self.user.user_permissions.set(
            Permission.objects.filter(codename__in=permissions)
        )
        self.client = Client()
        self.client.force_login(self.user)

    def see(self, path: str) -> str:
        """Return the words on a page."""
        return _words(self.client.get(path))

    def rows(self, path: str) -> list[dict[str, str]]:
        """Return the rows of a list page: what stands below each heading."""
        page = _text(self.client.get(path))
        found = re.search(r'<table id="result_list">(.*?)</table>', page, re.S)
        if found is None:
            return []
        headings, *rows = (
            re.findall(r"<t[dh].*?</t[dh]>", row, re.S)
            for row in re.findall(r"<tr>.*?</tr>", found[1], re.S)
        )
        # A heading also tells the rank of its column in the order of the rows.
        names = [_plain(cell).lower().strip(" 0123456789") for cell in headings]
        return [dict(zip(names, map(_cell, row), strict=True)) for row in rows]

    def actions(self) -> list[str]:
        """Return the bulk actions that the list of items offers."""
        return [label for label, value in self.picks().items() if value]

    def picks(self) -> dict[str, str]:
        """Return the bulk actions and the value that each is sent as."""
        forms = _forms(_text(self.client.get(ITEMS)))
        return next((f.options["action"] for f in forms if "action" in f.options), {})

    def press(self, label: str, *names: str, sure: bool = True) -> str:
        """Run a bulk action on the items of these names; return what it says.

        ``label`` is as the seed writes it; it is also in the name that is sent.
        """
        wanted = label.lower().replace(" ", "_")
        [action] = [value for value in self.picks().values() if wanted in value]
        posted = {"action": [action], "_selected_action": self._ids(names)}
        return self._post(ITEMS, posted, sure=sure)

    def edit_list(self, *, sure: bool = True, **changes: dict[str, object]) -> str:
        """Change items, named by the keywords, right in the list; return what it says.

        Example: ``edit_list(email={"status": "disable"})``.
        """
        values = self._values(ITEMS)
        for name, new in changes.items():
            [prefix] = [
                key.removesuffix("-id")
                for key, value in values.items()
                if key.endswith("-id") and value == self._ids([name])
            ]
            values |= {f"{prefix}-{key}": [str(value)] for key, value in new.items()}
        return self._post(ITEMS, values, sure=sure)

    def edit(self, name: str, *, sure: bool = True, **new: object) -> str:
        """Change one item on its own page; return what the next page says."""
        [pk] = self._ids([name])
        path = f"{ITEMS}{pk}/change/"
        values = self._values(path)
        values |= {key: [str(value)] for key, value in new.items()}
        return self._post(path, values, sure=sure)

    def force(self, path: str, values: dict[str, object]) -> int:
        """Send what no page offers this user; return the status code."""
        return self.client.post(path, values, follow=True).status_code

    def _values(self, path: str) -> dict[str, list[str]]:
        forms = _forms(_text(self.client.get(path)))
        [form] = [form for form in forms if "_save" in form.buttons]
        return form.values | {"_save": ["Save"]}

    def _post(self, path: str, values: dict[str, list[str]], *, sure: bool) -> str:
        response = self.client.post(path, values, follow=True)
        if sure and CONFIRMING in _text(response):
            values = _forms(_text(response))[-1].values
            response = self.client.post(path, values, follow=True)
        said = re.search(
            r'<ul class="messagelist">.*?</ul>|<div id="content".*',
            _text(response),
            re.S,
        )
        return _plain(said[0]) if said else str(response.status_code)

    def _ids(self, names: tuple[str, ...] | list[str]) -> list[str]:
        ids = {item.name: str(item.pk) for item in PluginItem.objects.all()}
        return [ids[name] for name in names]


class _FormParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.select = self.option = self.textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self.forms.append(Form())
        if not self.forms:
            return
        form = self.forms[-1]
        if tag == "input" and given.get("type") == "submit":
            form.buttons.add(name)
        elif tag == "input":
            ticked = given.get("type") != "checkbox" or "checked" in given
            if ticked and name:
                form.values.setdefault(name, []).append(value)
        elif tag == "select":
            self.select = name
            form.options[name] = {}
        elif tag == "option" and self.select:
            self.option = value
            if "selected" in given or not form.options[self.select]:
                form.values[self.select] = [value]
        elif tag == "textarea":
            self.textarea = name
            form.values[name] = [""]

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.forms[-1].values[self.textarea][0] += data.removeprefix("\n")
        elif self.select and data.strip():
            self.forms[-1].options[self.select][data.strip()] = self.option

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.textarea = ""


def _forms(page: str) -> list[Form]:
    parser = _FormParser()
    parser.feed(page)
    return parser.forms


def _text(response: HttpResponse) -> str:
    return response.content.decode()


def _words(response: HttpResponse) -> str:
    return f"{response.status_code} {_plain(_text(response))}".strip()


def _plain(page: str) -> str:
    without_code = re.sub(r"<(script|style).*?</\1>", " ", page, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", without_code)).split())


def _cell(html: str) -> str:
    if icon := re.search(r'alt="(\w+)"', html):
        return icon[1]
    fields = _forms(f"<form>{html}")[0].values
    shown = [text for name, [text] in fields.items() if not name.startswith("initial-")]
    return " ".join(shown) if shown else _plain(html)
