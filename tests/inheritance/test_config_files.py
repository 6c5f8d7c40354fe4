"""Files in the config directories of a site, of apps and of those they extend."""

from __future__ import annotations

import pytest

from .families import app, plain_app
from .projects import Project

FILES = {
    **app("library.cal"),
    **app("voga.cal", "library.cal", not_inherited={"config": ["cal/Event/out.html"]}),
    **app("top.cal", "voga.cal"),
    **plain_app("before"),
    "library/cal/secret.html": "secret",
    "library/cal/config/top.html": "library",
    "library/cal/config/cal/Event/a.html": "library",
    "library/cal/config/cal/Event/b.html": "library",
    "library/cal/config/cal/Event/c.html": "library",
    "library/cal/config/cal/Event/d.html": "library",
    "library/cal/config/cal/Event/out.html": "library",
    "library/cal/config/cal/Event/a.txt": "library",
    "library/cal/config/cal/Event/b.html.d/x.html": "in a directory",
    "voga/cal/config/cal/Event/b.html": "voga",
    "before/config/cal/Event/c.html": "before",
    "own/cal/Event/d.html": "own",
    "own/cal/Event/B.HTML": "own",
}

LINES = 'PLUGIN_SYSTEM = {"CONFIG_DIRS": ["own", BASE_DIR / "nowhere"]}'

SCRIPT = """
from django.core.exceptions import SuspiciousFileOperation
from django_plugin_system.inheritance import find_config_file, find_config_files
def text(path):
    found = find_config_file(path)
    return found and found.read_text()
def texts(*given):
    return {name: path.read_text() for name, path in find_config_files(*given).items()}
def is_refused(call, *given):
    try:
        call(*given)
    except SuspiciousFileOperation:
        return True
    return False
"""


@pytest.fixture
def site(project: Project) -> Project:
    """A site of three generations, with a directory of its own."""
    project.write(FILES)
    return project.install("before", "top.cal", lines=LINES)


def test_find(site: Project):
    """The site's file comes before the apps', and a child's before its parents'."""
    told = site.ask(
        SCRIPT,
        """
        tell([
            [text(f"cal/Event/{name}.html") for name in "abcd"],
            text("top.html"), text("cal/Event"), text("nothing.html"),
            find_config_file("cal/Event/d.html").is_absolute(),
        ])
        """,
    )

    assert told == [
        ["library", "voga", "before", "own"],
        "library",
        None,
        None,
        True,
    ]


def test_find_all(site: Project):
    """Of each name the nearest file is listed, those of one directory only."""
    told = site.ask(
        SCRIPT,
        """
        names = [list(find_config_files("*.html", "cal/Event"))]
        tell([
            texts("*.html", "cal/Event"), texts("?.txt", "cal/Event/"), texts("*.html"),
            texts("*.html", "nothing"), *names,
        ])
        """,
    )

    nearest = {"a.html": "library", "b.html": "voga", "c.html": "before"}
    assert told == [
        {**nearest, "d.html": "own"},
        {"a.txt": "library"},
        {"top.html": "library"},
        {},
        ["a.html", "b.html", "c.html", "d.html"],
    ]


def test_left_out(site: Project):
    """A file that is left out is not found, whichever way its path is written."""
    asked = (
        SCRIPT,
        """
        ways = ["", "./", "../Event/"]
        found = [text(f"cal/Event/{way}out.html") for way in ways]
        tell([found, "out.html" in texts("*", "cal/Event")])
    """,
    )
    before = site.ask(*asked)
    site.write({"top/cal/config/cal/Event/out.html": "top"})

    after = site.ask(*asked)

    assert before == [[None, None, None], False]
    assert after == [["top", "top", "top"], True]


def test_no_way_out(site: Project):
    """A path or a group that leaves its directory is refused."""
    (site.root / "library/cal/config/link.html").symlink_to("../secret.html")

    told = site.ask(
        SCRIPT,
        """
        import library.cal
        root = library.cal.__path__[0]
        paths = ["../secret.html", f"{root}/secret.html", "cal/../../secret.html"]
        groups = ["..", root, "cal/../.."]
        tell([
            [is_refused(find_config_file, path) for path in paths],
            [is_refused(find_config_files, "*", group) for group in groups],
            texts("../*.html", "cal"),
            text("link.html"),
        ])
        """,
    )

    # Whoever can write there may link to what is elsewhere.
    assert told == [[True] * 3, [True] * 3, {}, "secret"]


def test_other_settings(site: Project):
    """A directory in the settings counts at once."""
    told = site.ask(
        SCRIPT,
        """
        from django.test import override_settings
        told = [text("cal/Event/d.html")]
        with override_settings(PLUGIN_SYSTEM={}):
            told.append(text("cal/Event/d.html"))
        tell(told)
        """,
    )

    assert told == ["own", "library"]
