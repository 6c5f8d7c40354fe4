"""The library site and Voga of the demo, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.demo.processes import RUN, Demo, running

pytestmark = pytest.mark.browser

ROOM = "/admin/cal/room/1/change/"
PAGES = {
    "The page": ["", "side-by-side/"],
    "The library": ["", "cal/", "cal/events/", "courses/1/", "contacts/", "countries/"],
    "Voga": ["", "cal/", "cal/events/", "courses/1/", "contacts/", "countries/"],
}
ALL = ["", "cal/", "cal/events/", "courses/1/", "contacts/", "countries/"]


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with running(*RUN) as demo:
        yield demo


@pytest.fixture
def at(chrome, demo: Demo):
    """Return a function that gives a browser at one of the demo's sites."""
    from .chromium import Browser

    chrome.delete_all_cookies()
    return lambda name: Browser(chrome, demo.told[name].rstrip("/"))


def test_side_by_side(at, demo: Demo):
    """One page shows the same path of both sites; Voga's has more columns."""
    browser = at("The page")
    browser.open("/side-by-side/")
    browser.look("sites-rooms")

    heads = []
    for frame in browser.chrome.find_elements("css selector", "iframe"):
        browser.chrome.switch_to.frame(frame)
        heads.append(browser.texts("thead th"))
        browser.chrome.switch_to.default_content()
    links = browser.texts("nav a")
    for path in ALL:
        browser.open(f"/side-by-side/?page={path}")
        browser.look(f"sites-{path.strip('/').replace('/', '-') or 'home'}")

    assert heads == [
        ["Room", "For how many"],
        ["Room", "For how many", "Tariff", "Contact"],
    ]
    assert "A room in the admin" in links


@pytest.mark.parametrize("width", [320, 375, 768, 1280])
def test_widths(at, width):
    """No page of the demo is cut off; on phones one site stands above the other."""
    browser = at("The page")
    browser.resize(width)
    cut, sideways = {}, {}
    for name, paths in PAGES.items():
        browser = at(name)
        for path in paths:
            browser.open(f"/{path}")
            browser.look(f"sites-{width}-{name}-{path.replace('/', '-')}")
            cut[name, path] = browser.cut_off()
            sideways[name, path] = [
                each for each in browser.scrolled_sideways() if each.startswith("html")
            ]
    browser = at("The page")
    browser.open("/side-by-side/")
    tops = {
        frame.rect["y"]
        for frame in browser.chrome.find_elements("css selector", "iframe")
    }
    browser.resize(1280)

    assert {page: found for page, found in cut.items() if found} == {}
    assert {page: found for page, found in sideways.items() if found} == {}
    assert len(tops) == (2 if width < 768 else 1)


def test_the_admin_of_both(at):
    """Voga's form has what Voga adds, and what is chosen there is on its page."""
    fields = {}
    for name in ("The library", "Voga"):
        browser = at(name)
        browser.log_in("admin", "admin")
        browser.open(ROOM)
        browser.look(f"sites-admin-{name.removeprefix('The ').lower()}")
        fields[name] = browser.texts("#room_form .form-row label:first-child")
    browser.choose("#id_tariff", "Large room: 50.00 EUR")
    browser.press("[name=_save]")
    browser.open("/cal/")

    assert fields == {
        "The library": ["Name:", "Seats:"],
        "Voga": [
            "Company:",
            "Contact person:",
            "Name:",
            "Seats:",
            "Tariff:",
            "Calendar:",
        ],
    }
    assert browser.texts("#rooms tbody tr:first-child > *") == [
        "Blue room",
        "12 people",
        "Large room: 50.00 EUR",
        "Town hall",
    ]


def test_what_comes_from_where(at):
    """Voga's first page names the package of each thing; the library's only its own."""
    packages = {}
    for name in ("The library", "Voga"):
        browser = at(name)
        browser.open("/")
        browser.look(f"sites-origins-{name.removeprefix('The ').lower()}")
        packages[name] = set(browser.texts("#courses .lineage code"))

    assert packages == {
        "The library": {"library.courses"},
        "Voga": {"voga.roger.courses", "voga.courses", "library.courses"},
    }
    assert browser.texts("#courses .own small") == [
        "voga.roger.courses",
        "voga.roger.courses",
        "voga.courses",
        "voga.roger.courses",
    ]


def test_languages(at, demo: Demo):
    """In Dutch, Voga's name of places wins over the library's, also in the menu."""
    browser = at("The library")
    browser.open("/")
    browser.press("[name=language][value=nl]")
    words = {}
    for name in ("The library", "Voga"):
        # Cookies know no ports, so the language is chosen for both.
        browser.address = demo.told[name].rstrip("/")
        browser.open("/countries/")
        browser.look(f"sites-dutch-{name.removeprefix('The ').lower()}")
        words[name] = (browser.text("h1"), browser.texts("nav a")[-2:])

    assert words == {
        "The library": ("Plaatsen", ["Plaatsen", "Admin"]),
        "Voga": ("Gemeenten", ["Gemeenten", "Admin"]),
    }
