"""What the prose of a page has its readers do in a browser while the site runs."""

from __future__ import annotations

import re

from .browser import Browser

ITEMS = "/admin/django_plugin_system/pluginitem/"
TYPES = "/admin/django_plugin_system/plugintype/"


def send_a_code(browser: Browser) -> None:
    """Open /send/."""
    assert browser.open("/send/") == "Sent."


def switch_in_the_admin(browser: Browser) -> None:
    """Put console into reserve; look at what the tutorial says is to be seen then."""
    browser.log_in("admin")
    page = browser.open(ITEMS)
    assert page.index(">console<") < page.index(">file<")

    page = browser.send(ITEMS, **{"form-0-status": "reserve", "_save": "Save"})
    assert "1 plugin item was changed successfully." in page
    send_a_code(browser)

    page = browser.open(TYPES)
    assert '<td class="field-answers_now">otp_file:file</td>' in page
    page = browser.open(_first(rf"{TYPES}[0-9a-f-]+/change/", page))
    assert "chosen: first of the active items" in page
    page = browser.open(
        _first(rf"{ITEMS}[0-9a-f-]+/", browser.open(ITEMS)) + "history/"
    )
    assert "Status: active → reserve." in page


def _first(pattern: str, page: str) -> str:
    match = re.search(pattern, page)
    assert match, f"The page has no {pattern}."
    return match[0]
