"""The admin on narrow and wide screens, left to right and right to left."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import override_settings

from django_plugin_system.models import PluginItem, PluginType

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ITEMS = "/admin/django_plugin_system/pluginitem/"
TYPES = "/admin/django_plugin_system/plugintype/"
PASSWORD = "correct horse"
WIDTHS = [320, 375, 768, 1280]
LONG = "a_name_as_long_as_a_column_is_wide_" + "x" * 65


@pytest.fixture
def operator(browser):
    """Log in whoever may do everything; leave the window as it was."""
    User.objects.create_superuser("olga", password=PASSWORD)
    browser.log_in("olga", PASSWORD)
    yield browser
    browser.resize(1280)


@pytest.fixture
def long_names() -> None:
    """Orphans of which every text is as long as the tables allow."""
    old = PluginType.objects.create(name=LONG, manager=LONG[::-1], description=LONG)
    for plugin_type in (old, PluginType.objects.get(name="otp")):
        PluginItem.objects.create(
            plugin_type=plugin_type, name=LONG, module=LONG[::-1], description=LONG
        )


def page_of(row) -> str:
    return f"/admin/django_plugin_system/{row._meta.model_name}/{row.pk}/"


def pages() -> dict[str, str]:
    """Return all pages that are opened by a link."""
    item, otp = PluginItem.objects.first(), PluginType.objects.get(name="otp")
    long = PluginItem.objects.filter(name=LONG).first() or item
    return {
        "items": ITEMS,
        "item": f"{page_of(long)}change/",
        "item-history": f"{page_of(item)}history/",
        "item-delete": f"{page_of(long)}delete/",
        "types": TYPES,
        "type": f"{page_of(otp)}change/",
        "type-delete": f"{page_of(long.plugin_type)}delete/",
    }


def ask(browser, name: str) -> None:
    """Open one of the pages that answer an action."""
    browser.open(ITEMS)
    browser.chrome.execute_script(
        "document.querySelectorAll('.action-select').forEach(e => e.click())"
    )
    action = {"question": "mark_disabled", "delete-selected": "delete_selected"}[name]
    browser.chrome.execute_script(
        f"document.querySelector('select[name=action]').value = '{action}'"
    )
    browser.press("button[name=index]")


@pytest.mark.usefixtures("long_names")
@pytest.mark.parametrize("language", ["en", "he"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_off(operator, width, language):
    """All of each page can be seen, or scrolled to where a table is wide."""
    operator.resize(width)
    cut = {}

    with override_settings(LANGUAGE_CODE=language):
        for name, path in pages().items():
            operator.open(path)
            operator.look(f"{width}-{language}-{name}")
            cut[name] = operator.cut_off()
        for name in ("question", "delete-selected"):
            ask(operator, name)
            operator.look(f"{width}-{language}-{name}")
            cut[name] = operator.cut_off()

    assert {name: found for name, found in cut.items() if found} == {}


def test_wide_screens_need_no_scrolling(operator):
    """At 1280 pixels both lists show all of their columns."""
    operator.resize(1280)

    scrolled = {}
    for name, path in pages().items():
        operator.open(path)
        operator.look(f"plain-{name}")
        scrolled[name] = operator.scrolled_sideways()

    assert {name: found for name, found in scrolled.items() if found} == {}
