"""What makemessages writes for an app that extends another one."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from .library import config
from .projects import Project
from .test_migrations import bare

service = pytest.mark.service
# Where GNU gettext is not installed.
TOOLS = Path(__file__).with_name("tools") / "gettext.py"
PROGRAMS = ("xgettext", "msguniq", "msgattrib", "msgcat", "msgcomm", "msgmerge")

HEADER = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"""
LIBRARY = {
    **config("library.cal"),
    "library/cal/texts.py": """
        from django.utils.translation import gettext, ngettext, pgettext

        gettext("Room")
        gettext("Hours")
        pgettext("verb", "Room")
        ngettext("%(n)d room", "%(n)d rooms", 2) % {"n": 2}
    """,
    "library/cal/deep/texts.py": """
        from django.utils.translation import gettext

        gettext("Deep")
    """,
    "library/cal/templates/cal/page.html": "{% load i18n %}{% translate 'Page' %}",
    "library/cal/static/cal/page.js": "gettext('Script');",
    "bare_urls.py": "urlpatterns = []",
}
CHILD = {
    **config("voga.cal", "library.cal"),
    "voga/cal/texts.py": """
        from django.utils.translation import gettext

        gettext("Mine")
        gettext("New")
    """,
    "voga/cal/static/cal/own.js": "gettext('Mine');",
}
TOP = {
    **config("top.cal", "mid.cal"),
    "top/cal/texts.py": "gettext('Mine'); gettext('New')",
}
PAGES = {"library/cal/templates/cal/page.html": "{% translate 'Page' %}"}
PLAIN = {"plain/texts.py": "gettext('Plain')", "bare_urls.py": "urlpatterns = []"}
OWN = """
# the word of this site
msgid "Room"
msgstr "Saal"

msgctxt "verb"
msgid "Room"
msgstr "wohnen"

#, python-format
msgid "%(n)d room"
msgid_plural "%(n)d rooms"
msgstr[0] "%(n)d Saal"
msgstr[1] "%(n)d Säle"

msgid "Deep"
msgstr "Tief"

msgid "Page"
msgstr "Blatt"

msgid "Mine"
msgstr "Meins"

msgid "Removed"
msgstr "Entfernt"
"""


def write(
    project: Project,
    package: str,
    text: str,
    domain: str = "django",
    language: str = "de",
) -> Path:
    """Write a catalogue of a package, and return its file."""
    home = project.root / package.replace(".", "/") / f"locale/{language}/LC_MESSAGES"
    home.mkdir(parents=True, exist_ok=True)
    file = home / f"{domain}.po"
    file.write_text(HEADER + text)
    return file


def body(file: Path) -> str:
    """Return a catalogue without its header."""
    return file.read_text().partition("\n\n")[2]


def makemessages(site: Project, directory: str, *options: str) -> str:
    """Run the command in a directory of the site."""
    manage = str(site.root / "manage.py")
    inside = Project(site.root / directory, site.database, site.settings)
    script = f"""
        import sys
        sys.path[:0] = [{str(site.root)!r}]
        sys.argv = {[manage, "makemessages", *options]}
        from django.core.management import execute_from_command_line
        execute_from_command_line(sys.argv)
    """
    return inside._python(["-c", "\n".join(map(str.strip, script.splitlines()))])


KEPT = """\
#: texts.py:4
msgid "Mine"
msgstr "Meins"

#: texts.py:5
msgid "New"
msgstr ""

msgid "Deep"
msgstr "Tief"

msgid "Page"
msgstr "Blatt"

# the word of this site
msgid "Room"
msgstr "Saal"

msgctxt "verb"
msgid "Room"
msgstr "wohnen"

#, python-format
msgid "%(n)d room"
msgid_plural "%(n)d rooms"
msgstr[0] "%(n)d Saal"
msgstr[1] "%(n)d Säle"

#~ msgid "Removed"
#~ msgstr "Entfernt"
"""


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Programs that do as those of gettext do; the directory that they are in."""
    home = tmp_path / "bin"
    home.mkdir()
    for name in PROGRAMS:
        program = home / name
        program.write_text(f"#!{sys.executable}\n{TOOLS.read_text()}")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{home}{os.pathsep}{os.environ['PATH']}")
    return home


SIMPLE = """
msgid "Room"
msgstr "Saal"

msgid "Page"
msgstr "Blatt"

#~ msgid "Deep"
#~ msgstr "Tief"

msgid "By hand"
msgstr "Von Hand"

msgid "Removed"
msgstr "Entfernt"
"""
SIMPLE_KEPT = """\
msgid "Mine"
msgstr ""

msgid "New"
msgstr ""

msgid "Deep"
msgstr "Tief"

msgid "Page"
msgstr "Blatt"

msgid "Room"
msgstr "Saal"

msgid "By hand"
msgstr "Von Hand"

#~ msgid "Removed"
#~ msgstr "Entfernt"
"""


def test_kept(project: Project, tools: Path):
    """What a child says in place of its parents stays, and what is gone does not."""
    project.write(
        {**LIBRARY, **CHILD, **config("mid.cal", "library.cal"), **TOP, **PAGES}
    )
    write(project, "mid.cal", '\nmsgid "By hand"\nmsgstr ""\n\n#~ msgid "Removed"\n')
    german = write(project, "top.cal", SIMPLE)
    french = write(project, "top.cal", SIMPLE, language="fr")
    site = bare(project, "top.cal")

    makemessages(site, "top/cal", "-l", "de", "-l", "fr", "-l", "nl")

    assert body(german) == body(french) == SIMPLE_KEPT
    new = (project.root / "top/cal/locale/nl/LC_MESSAGES/django.po").read_text()
    assert re.findall('msgid "(.+)"', new) == ["Mine", "New"]
    assert not list(project.root.rglob("*.pot"))
    assert not list(project.root.rglob("*.html.py"))


def test_kept_of_nothing(project: Project, tools: Path):
    """Where parents say nothing of it, or are not there, all is Django's."""
    project.write({**CHILD, **config("library.cal"), **PLAIN})
    own, plain = (write(project, name, SIMPLE) for name in ("voga.cal", "plain"))
    site = bare(project, "voga.cal", "plain")

    makemessages(site, "voga/cal", "-l", "de")
    without = body(own)
    project.write({"library/cal/texts.py": "gettext('Other')"})
    makemessages(site, "voga/cal", "-l", "de")
    makemessages(site, "plain", "-l", "de")

    expected = ["By hand", "Deep", "Page", "Removed", "Room"]
    for text in (without, body(own), body(plain)):
        assert sorted(re.findall('#~ msgid "(.*)"', text)) == expected


def test_wrong_catalogue(project: Project, tools: Path):
    """A catalogue of a parent that is wrong is told of, and nothing is written."""
    project.write({**LIBRARY, **CHILD})
    write(project, "library.cal", "\nmsgid what\n")
    file = write(project, "voga.cal", SIMPLE)
    before = file.read_text()
    site = bare(project, "voga.cal")

    with pytest.raises(AssertionError) as error:
        makemessages(site, "voga/cal", "-l", "de")

    assert "CommandError: errors happened while running msgcat\n" in str(error.value)
    assert file.read_text() == before
    assert not list(project.root.rglob("*.pot"))


@pytest.mark.parametrize("options", [[], ["--symlinks"]], ids=["", "symlinks"])
def test_odd_files(project: Project, tools: Path, options: list[str]):
    """Links to nowhere, in circles and pipes in a parent are left alone."""
    project.write({**LIBRARY, **CHILD})
    parent = project.root / "library/cal"
    elsewhere = project.root / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "texts.py").write_text('gettext("Room")\ngettext("By hand")\n')
    (parent / "texts.py").unlink()
    (parent / "linked.py").symlink_to(elsewhere / "none.py")
    (parent / ".#texts.py").symlink_to("somebody@example.com:1")
    (parent / "again").symlink_to(parent)
    (parent / "circle").symlink_to("circle")
    (parent / "deep/other").symlink_to(elsewhere)
    (elsewhere / "back").symlink_to(parent / "deep")
    os.mkfifo(parent / "pipe")
    os.mkfifo(parent / "pipe.py")
    file = write(project, "voga.cal", SIMPLE)

    makemessages(bare(project, "voga.cal"), "voga/cal", "-l", "de", *options)

    kept = re.findall('^msgid "(.+)"', body(file), re.M)
    # As Django does, whose option that is.
    assert ("By hand" in kept) == ("Room" in kept) == bool(options)
    assert {"Mine", "New", "Deep"} <= {*kept}


# By GNU gettext


@service
@pytest.mark.parametrize("times", [1, 2])
def test_overrides_are_kept(project: Project, times: int):
    """What a child says in place of its parent stays; what is gone is obsolete."""
    project.write({**LIBRARY, **CHILD})
    file = write(project, "voga.cal", OWN)
    site = bare(project, "voga.cal")

    for _ in range(times):
        makemessages(site, "voga/cal", "-l", "de")

    assert body(file) == KEPT
    assert [each.name for each in project.root.rglob("*.pot")] == []
    assert [each.name for each in project.root.rglob("*.html.py")] == []


@service
def test_what_was_obsolete_comes_back(project: Project):
    """What Django has called obsolete before is no longer so."""
    project.write({**LIBRARY, **CHILD})
    text = OWN.replace("\n# the", "\n#~ # the")
    lost = "\n".join(
        f"#~ {line}" if line and not line.startswith("#") else line
        for line in text.splitlines()
        if not line.startswith("#")
    )
    file = write(project, "voga.cal", f"{lost}\n")

    makemessages(bare(project, "voga.cal"), "voga/cal", "-l", "de")

    assert body(file) == KEPT.replace("# the word of this site\n", "")


@service
def test_options(project: Project):
    """The command's options count for what is inherited, too."""
    project.write({**LIBRARY, **CHILD})
    file = write(project, "voga.cal", OWN)
    site = bare(project, "voga.cal")

    makemessages(
        site,
        "voga/cal",
        "-a",
        "--no-obsolete",
        "--no-location",
        "-e",
        "py",
        "--keep-pot",
    )

    kept = re.sub(r"#: .*\n", "", KEPT.partition("\n#~")[0])
    assert body(file) == kept.replace('msgid "Page"\nmsgstr "Blatt"\n\n', "")
    assert "Room" not in (project.root / "voga/cal/locale/django.pot").read_text()


@service
def test_scripts(project: Project):
    """Those for scripts are kept by what the parent's scripts say."""
    project.write({**LIBRARY, **CHILD})
    text = '\nmsgid "Script"\nmsgstr "Skript"\n\nmsgid "Room"\nmsgstr "Saal"\n'
    file = write(project, "voga.cal", text, domain="djangojs")

    makemessages(bare(project, "voga.cal"), "voga/cal", "-a", "-d", "djangojs")

    assert body(file) == (
        '#: static/cal/own.js:1\nmsgid "Mine"\nmsgstr ""\n\n'
        'msgid "Script"\nmsgstr "Skript"\n\n'
        '#~ msgid "Room"\n#~ msgstr "Saal"\n'
    )


@service
def test_levels(project: Project):
    """A level keeps what it says in place of all that are beyond it, and of no other.

    In the project's directory, all of its catalogues are written.
    """
    project.write(
        {
            **LIBRARY,
            **CHILD,
            **config("top.cal", "voga.cal"),
            "top/cal/texts.py": """
                from django.utils.translation import gettext
                gettext("Top")
            """,
        }
    )
    text = '\nmsgid "{}"\nmsgstr "?"\n'
    words = {
        "library.cal": ["Room", "Old"],
        "voga.cal": ["Room", "Mine", "Lost"],
        "top.cal": ["Room", "Mine", "Top", "Away"],
    }
    files = [
        write(project, package, "".join(map(text.format, words[package])))
        for package in words
    ]

    makemessages(bare(project, "top.cal"), ".", "-l", "de")

    obsolete = [re.findall(r'#~ msgid "(\w+)"', body(file)) for file in files]
    assert obsolete == [["Old"], ["Lost"], ["Away"]]


@service
def test_messages_of_no_source(project: Project):
    """A message that a parent has in a catalogue only can be overridden as well."""
    project.write({**LIBRARY, **CHILD})
    shutil.rmtree(project.root / "library/cal/deep")
    (project.root / "library/cal/texts.py").unlink()
    (project.root / "library/cal/templates/cal/page.html").unlink()
    text = (
        '\nmsgid "By hand"\nmsgstr "Von Hand"\n\n#~ msgid "Page"\n#~ msgstr "Seite"\n'
    )
    write(project, "library.cal", text)
    file = write(project, "voga.cal", OWN + '\nmsgid "By hand"\nmsgstr "Händisch"\n')

    makemessages(bare(project, "voga.cal"), "voga/cal", "-l", "de")

    assert 'msgid "By hand"\nmsgstr "Händisch"\n' in body(file)
    assert '#~ msgid "Page"\n#~ msgstr "Blatt"\n' in body(file)
    assert '#~ msgid "By hand"' not in body(file)


@service
def test_nothing_to_keep(project: Project):
    """Where parents say nothing, or a catalogue is new, all is Django's."""
    project.write({**CHILD, **config("library.cal"), "bare_urls.py": ""})
    file = write(project, "voga.cal", OWN)
    site = bare(project, "voga.cal")

    makemessages(site, "voga/cal", "-l", "de", "-l", "fr")
    before = file.read_text()
    project.write(LIBRARY)
    (project.root / "library/cal/texts.py").write_text("")
    makemessages(site, "voga/cal", "-l", "de", "-e", "py", "-i", "deep")

    assert '#~ msgid "Room"\n#~ msgstr "Saal"\n' in before
    assert file.read_text() == before
    french = project.root / "voga/cal/locale/fr/LC_MESSAGES/django.po"
    assert 'msgid "Mine"\nmsgstr ""\n' in french.read_text()
    assert "Room" not in french.read_text()


@service
def test_read_only_parent(project: Project):
    """Nothing is written to the parent's directory, which others may share."""
    project.write({**LIBRARY, **CHILD})
    file = write(project, "voga.cal", OWN)
    home = project.root / "library"
    files = {each: each.stat().st_mtime_ns for each in home.rglob("*")}

    makemessages(bare(project, "voga.cal"), "voga/cal", "-l", "de")

    assert {each: each.stat().st_mtime_ns for each in home.rglob("*")} == files
    assert "Blatt" in body(file)


@service
def test_broken_catalogue(project: Project):
    """A catalogue of a parent that is wrong is told of, as one of the app itself is."""
    project.write({**LIBRARY, **CHILD})
    write(project, "library.cal", "msgid what\n")
    file = write(project, "voga.cal", OWN)
    before = file.read_text()
    site = bare(project, "voga.cal")

    with pytest.raises(AssertionError, match="errors happened while running msgcat"):
        makemessages(site, "voga/cal", "-l", "de")

    assert file.read_text() == before
    assert not list(project.root.rglob("*.pot"))
