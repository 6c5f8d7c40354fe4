"""The demo's library, and Voga that extends it."""

from __future__ import annotations

import ast
import gettext
import re
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.browser import Browser
from tests.inheritance.projects import Project

from .processes import DEMO, RUN, Demo, running

LIBRARY, VOGA = DEMO / "library", DEMO / "voga"


def visit(demo: Demo, site: str, path: str, language: str = "en") -> str:
    return Browser(demo.told[site], language).visit(path)


@pytest.fixture
def voga(tmp_path: Path) -> Project:
    """Voga with an empty database."""
    return Project(DEMO, tmp_path / "db.sqlite3", "voga.settings")


@pytest.fixture
def library(tmp_path: Path) -> Project:
    """The plain library with the same database as Voga."""
    return Project(DEMO, tmp_path / "db.sqlite3", "library.settings")


def fill(site: Project) -> list[str]:
    """Fill the database of a site; return the lines that it printed."""
    site.manage("migrate", "--verbosity", "0")
    printed = site.manage("loaddata", "std", "demo") + site.manage("plan_courses")
    return printed.splitlines()


# What Voga has


def modules(directory: Path) -> Iterator[tuple[Path, list[ast.stmt]]]:
    """Yield the statements of each module, but for its docstring."""
    for path in sorted(directory.rglob("*.py")):
        body = ast.parse(path.read_text()).body
        yield path, [node for node in body if not isinstance(node, ast.Expr)]


def is_wrapper(statements: list[ast.stmt]) -> bool:
    """Tell whether a module only imports what a parent's fixture or command has."""
    imports = [ast.unparse(node) for node in statements if is_import(node)]
    return len(imports) == len(statements) and any(
        re.search(r"\bfixtures\b|\bcommands\b", line) for line in imports
    )


def is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def test_no_wrappers():
    """Nothing is there to hand on a parent's fixture or command."""
    seed = ast.parse("from library.cal.fixtures.demo import objects").body

    found = [path for path, statements in modules(VOGA) if is_wrapper(statements)]

    assert is_wrapper(seed)
    assert found == []


def code_lines(path: Path) -> int:
    lines = path.read_text().splitlines()
    return sum(1 for line in lines if line.strip())


def test_what_one_model_takes():
    """To extend one model takes its config and its model, and nothing else."""
    package = VOGA / "statbel" / "countries"

    lines = {name: code_lines(package / name) for name in ("apps.py", "models.py")}

    assert lines == {"apps.py": 4, "models.py": 4}
    page = (DEMO.parent / "docs" / "demo.md").read_text()
    assert f"{sum(lines.values())} lines" in page


def test_migrations_of_what_changes_only():
    """Whoever changes tables has migrations; the others have not even a directory."""
    changes = {
        path.relative_to(VOGA).as_posix() for path in VOGA.rglob("migrations/0*.py")
    }

    assert changes == {
        "cal/migrations/0002_voga_room_tariff.py",
        "contacts/migrations/0002_voga_created_and_birth_date.py",
        "products/migrations/0001_initial.py",
        "roger/courses/migrations/0002_voga_enrolment_section.py",
        "statbel/countries/migrations/0002_voga_place_ins_code.py",
    }
    assert not (VOGA / "home" / "migrations").exists()
    assert not (VOGA / "courses" / "migrations").exists()


@pytest.mark.parametrize("name", ["library", "voga"])
def test_in_step(name: str, request: pytest.FixtureRequest):
    """No check complains, and no model has changed since the migrations."""
    site: Project = request.getfixturevalue(name)
    site.manage("migrate", "--verbosity", "0")

    checked = site.check("--database", "default")
    changes = site.manage("makemigrations", "--check", "--dry-run")

    assert checked == "System check identified no issues (0 silenced).\n"
    assert changes == "No changes detected\n"


def test_lineages(voga: Project):
    """Each app of Voga goes back to the library's of the same label."""
    told = voga.ask("""
        from django.apps import apps
        from django_plugin_system.inheritance import lineage
        ours = [app for app in apps.get_app_configs() if app.name[:6] != "django"]
        tell({app.label: lineage(app) for app in ours})
    """)

    assert told == {
        "countries": ["voga.statbel.countries", "library.countries"],
        "contacts": ["voga.contacts", "library.contacts"],
        "products": ["voga.products"],
        "cal": ["voga.cal", "library.cal"],
        "courses": ["voga.roger.courses", "voga.courses", "library.courses"],
        "home": ["voga.home", "library.home"],
    }


def test_a_model_between_two(voga: Project):
    """A company, of which Voga says nothing, is one of Voga's partners too."""
    told = voga.ask("""
        from django.apps import apps
        Company = apps.get_model("contacts.Company")
        Partner = apps.get_model("contacts.Partner")
        tell([Company.__module__, Partner.__module__, issubclass(Company, Partner)])
    """)

    assert told == ["library.contacts.models", "voga.contacts.models", True]


@pytest.mark.parametrize(
    "source",
    [path.relative_to(DEMO) for path in sorted(DEMO.rglob("django.po"))],
    ids=lambda path: path.parts[-5],
)
def test_catalogues(source: Path):
    """What is compiled says the same as its source."""
    text = (DEMO / source).read_text()
    with (DEMO / source).with_suffix(".mo").open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)

    written = dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', text, re.MULTILINE))

    assert written
    assert {each: catalogue.gettext(each) for each in written} == written


# What Voga does


def test_a_database_of_its_own(voga: Project):
    """Voga fills an empty one with the library's objects, and what it adds to them."""
    printed = fill(voga)

    assert printed == [
        "Installed 21 object(s) from 7 fixture(s)",
        "5 events planned.",
        "5 events put into calendars of rooms.",
    ]


def test_the_library_s_database(library: Project, voga: Project):
    """Voga goes on with what the library has filled: all stays, and more comes."""
    filled = fill(library)
    before = keys(library)
    content_types = library.sql("SELECT * FROM django_content_type")

    printed = fill(voga)

    assert filled == ["Installed 18 object(s) from 6 fixture(s)", "5 events planned."]
    assert printed == [
        "Installed 21 object(s) from 7 fixture(s)",
        "0 events planned.",
        "5 events put into calendars of rooms.",
    ]
    after = keys(voga)
    assert [table for table, rows in before.items() if not rows <= after[table]] == []
    assert set(content_types) <= set(voga.sql("SELECT * FROM django_content_type"))
    assert voga.sql("PRAGMA foreign_key_check") == []


def test_once_more(voga: Project):
    """Fixtures with keys may be loaded again: nothing is there twice."""
    fill(voga)
    before = keys(voga)

    fill(voga)

    assert keys(voga) == before


def keys(site: Project) -> dict[str, set[object]]:
    """Return the key of each row by table."""
    tables = site.sql(
        "SELECT name FROM sqlite_master "
        "WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    return {
        str(table): {key for (key,) in site.sql(f"SELECT rowid FROM {table}")}
        for (table,) in tables
    }


def test_the_middle_of_a_lineage(voga: Project):
    """``voga.courses`` is a variant too: without the columns that roger adds."""
    variant = voga.with_settings(
        "from django_plugin_system.inheritance import installed_apps",
        "INSTALLED_APPS = installed_apps("
        "[app for app in INSTALLED_APPS if 'courses' not in app], "
        "modifiers={'courses': 'voga.courses'})",
    )
    site = Project(variant.root, variant.database, variant.settings)

    printed = fill(site)

    assert printed[-1] == "5 events put into calendars of rooms."
    assert site.check("--database", "default").startswith("System check identified no")
    assert site.ask("""
        from django.apps import apps
        Enrolment = apps.get_model("courses.Enrolment")
        tell([Enrolment.__module__, [each.name for each in Enrolment._meta.fields]])
    """) == ["library.courses.models", ["id", "course", "pupil"]]


def test_going_back(library: Project, voga: Project):
    """The library refuses a database with the columns that Voga has added."""
    fill(voga)

    printed = library.check("--database", "default", exit_code=1)

    assert printed.count("django_plugin_system.E110") == 4
    assert "cal_room.tariff_id" in printed


# What visitors see


def test_rooms(demo: Demo):
    """Voga's page has the parent's text and its own; the template extends itself."""
    pages = {name: visit(demo, name, "cal/") for name in ("The library", "Voga")}

    assert all("12 people" in page for page in pages.values())
    assert "Small room: 20.00 EUR" in pages["Voga"]
    assert "Tariff" not in pages["The library"]
    assert '<a href="/">Voga</a>' in pages["Voga"]
    assert '<a href="/">The plain library</a>' in pages["The library"]


def test_events(demo: Demo):
    """What the library's command has planned is, in Voga, in the room's calendar."""
    pages = {name: visit(demo, name, "cal/events/") for name in ("The library", "Voga")}

    assert "<td>Gym</td><td>–</td>" in pages["The library"]
    assert "<td>Gym</td><td>Gym</td>" in pages["Voga"]
    assert all("Mon 4 Jan, 19:30" in page for page in pages.values())


def test_documents(demo: Demo):
    """One file of config is roger's, the other the library's."""
    pages = {name: visit(demo, name, "courses/1/") for name in ("The library", "Voga")}

    assert "You are invited to Yoga." in pages["The library"]
    assert "Dear member,\nYoga begins on" in pages["Voga"]
    assert "For the room we charge 50.00 EUR." in pages["Voga"]
    assert all("Tom Thess thanks you" in page for page in pages.values())


@pytest.mark.parametrize(
    ("path", "differs"),
    [
        ("contacts/person.svg", True),
        ("contacts/company.svg", False),
        ("home/colours.css", True),
        ("home/layout.css", False),
    ],
)
def test_static_files(demo: Demo, path: str, differs: bool):
    """A file of the same name is the child's, all others are the library's."""
    pages = [visit(demo, name, f"static/{path}") for name in ("The library", "Voga")]

    assert (pages[0] != pages[1]) == differs


def test_translations(demo: Demo):
    """In Dutch, Voga has another word for places, and the library's for the rest."""
    pages = {
        name: visit(demo, name, "countries/", "nl") for name in ("The library", "Voga")
    }

    assert "<h1>Plaatsen</h1>" in pages["The library"]
    assert "<h1>Gemeenten</h1>" in pages["Voga"]
    assert all('<th scope="col">postcode</th>' in page for page in pages.values())


def test_the_admin(demo: Demo):
    """The library's admin edits what Voga adds, down to the third level."""
    for name, fields in (("The library", 0), ("Voga", 1)):
        operator = Browser(demo.told[name])
        operator.log_in("admin")

        rooms = operator.visit("admin/cal/room/")
        room = operator.visit("admin/cal/room/1/change/")
        person = operator.visit("admin/contacts/person/1/change/")
        course = operator.visit("admin/courses/course/1/change/")

        assert rooms.count('<th scope="col" class="sortable column-tariff">') == fields
        assert room.count('name="tariff"') == fields
        assert person.count('name="birth_date"') == fields
        assert course.count('name="enrolment_set-0-section"') == fields


def test_origins(demo: Demo):
    """The first page says of each thing which package it is from."""
    library = shown_origins(visit(demo, "The library", ""))
    voga = shown_origins(visit(demo, "Voga", ""))

    assert {package.partition(".")[0] for _, package in library} == {"library"}
    assert set(library) - set(voga) == {
        ("Place", "library.countries"),
        ("countries/place_list.html", "library.countries"),
        ("demo", "library.countries"),
        ("Partner", "library.contacts"),
        ("Person", "library.contacts"),
        ("contacts/person.svg", "library.contacts"),
        ("Room", "library.cal"),
        ("admin", "library.cal"),
        ("cal/room_list.html", "library.cal"),
        ("demo", "library.cal"),
        ("Enrolment", "library.courses"),
        ("courses/Course/invitation.txt", "library.courses"),
        ("plan_courses", "library.courses"),
        ("home/base.html", "library.home"),
        ("home/colours.css", "library.home"),
    }
    assert ("plan_courses", "voga.courses") in voga
    assert ("Enrolment", "voga.roger.courses") in voga
    assert ("cal_tags", "library.cal") in voga


def shown_origins(page: str) -> list[tuple[str, str]]:
    return re.findall(r"<span[^>]*>(\S+) <small>([\w.]+)</small></span>", page)


def test_side_by_side(demo: Demo):
    """The demo's own site shows a page that both have, and no other address."""
    browser = Browser(demo.url)

    pages = [
        re.findall(
            r'<iframe src="([^"]+)"', browser.visit(f"side-by-side/?page={path}")
        )
        for path in ("contacts/", "//example.com/")
    ]

    library, voga = demo.told["The library"], demo.told["Voga"]
    assert pages == [
        [f"{library}contacts/", f"{voga}contacts/"],
        [f"{library}cal/", f"{voga}cal/"],
    ]


def test_a_demo_that_is_killed():
    """Both sites end with the process that started them, whatever ends it."""
    with running(*RUN) as demo:
        ports = [demo.port(name) for name in ("The library", "Voga")]
        before = [answers(port) for port in ports]

        demo.process.send_signal(signal.SIGKILL)
        deadline = time.monotonic() + 20
        while any(map(answers, ports)) and time.monotonic() < deadline:
            time.sleep(0.1)

        shutil.rmtree(demo.file.parent)
    assert before == [True, True]
    assert not any(map(answers, ports))


def answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
