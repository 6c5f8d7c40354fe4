"""Names and descriptions are text: no page runs what they contain."""

from __future__ import annotations

import pytest

from django_plugin_system import register_plugin_item, register_plugin_type
from django_plugin_system.models import PluginItem, PluginType
from django_plugin_system.sync import sync
from tests.declared import item_dict, type_dict

from .pages import ITEMS, TYPES, form_with, is_question, page_of, run

pytestmark = pytest.mark.django_db

MARKUP = "\"><script>alert('x')</script>"
ESCAPED = "&quot;&gt;&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;"
TEXTS = {"name": MARKUP, "description": MARKUP}


def registered() -> PluginItem:
    """Return an item whose every text is markup, and whose type is no better."""
    register_plugin_type(type_dict(manager=MARKUP, **TEXTS))
    register_plugin_item(
        item_dict(module=MARKUP, type_name=MARKUP, manager_name=MARKUP, **TEXTS)
    )
    sync()
    return PluginItem.objects.select_related("plugin_type").get(name=MARKUP)


def orphan() -> PluginItem:
    """Return the same without code."""
    plugin_type = PluginType.objects.create(manager=MARKUP, **TEXTS)
    return PluginItem.objects.create(plugin_type=plugin_type, module=MARKUP, **TEXTS)


@pytest.mark.parametrize("make_row", [registered, orphan])
def test_markup_is_escaped(admin_client, make_row):
    """Each page shows the markup instead of obeying it."""
    row = make_row()
    own_page, type_page = page_of(row), page_of(row.plugin_type)
    run(admin_client, "decrease_priority", row)
    form = form_with(admin_client.get(own_page), "description")

    pages = [
        admin_client.get(TYPES),
        admin_client.get(type_page),
        admin_client.get(type_page.replace("change", "history")),
        admin_client.get(ITEMS),
        admin_client.get(own_page),
        admin_client.get(own_page.replace("change", "history")),
        admin_client.post(own_page, form | {"priority": MARKUP}),
        admin_client.post(own_page, form | {"description": "x"}, follow=True),
    ]

    assert [page.status_code for page in pages] == [200] * 8
    for page in pages:
        assert ESCAPED in page.text
        assert "<script>alert(" not in page.text


def test_delete_page_is_escaped(admin_client):
    """The page that asks before orphans are deleted lists them as text."""
    page = run(admin_client, "delete_selected", orphan())

    assert "Are you sure" in page.text
    assert ESCAPED in page.text
    assert "<script>alert(" not in page.text


def test_question_is_escaped(admin_client):
    """So does the page that asks back, with what is known and with what was posted."""
    row = registered()
    form = form_with(admin_client.get(page_of(row)), "description")

    page = admin_client.post(page_of(row), form | {"status": "disable", MARKUP: MARKUP})

    assert is_question(page)
    assert f"<strong>{ESCAPED}:{ESCAPED}</strong>: " in page.text
    assert f'<input type="hidden" name="{ESCAPED}" value="{ESCAPED}">' in page.text
    assert "<script>alert(" not in page.text
