"""What the documentation says is so: its code runs, and its lists are complete."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from django.core.management.base import BaseCommand

import django_plugin_system
from django_plugin_system import exceptions
from django_plugin_system.conf import Conf
from django_plugin_system.management.commands.pluginsync import Command
from django_plugin_system.management.subcommands import SUBCOMMANDS

from .docs.pages import Block, Note, anchors, links, parse
from .docs.project import Project

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "django_plugin_system"
DOCS = ROOT / "docs"
README = ROOT / "README.md"
CHANGELOG = ROOT / "CHANGELOG.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
PAGES = [README, *sorted(DOCS.glob("*.md"))]
TEXTS = [*PAGES, CHANGELOG, CONTRIBUTING]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
each_text = pytest.mark.parametrize("page", TEXTS, ids=lambda page: page.stem)

# The blocks that are not run, by page and first line. Installing from the package
# index is left to a test that builds the distribution.
NOT_RUN = {
    ("README", "$ pip install django-plugin-system"),
    ("tutorial", "$ python -m venv .venv"),
    ("migrating", '$ pip install --upgrade "django-plugin-system>=3"'),
    ("migrating", "$ python manage.py migrate django_plugin_system zero"),
    ("extending", "class Room(models.Model):"),
    ("extending", "from django_plugin_system.inheritance import when_final"),
    ("coming-from-lino", "# lib/cal/__init__.py"),
    ("coming-from-lino", "# voga/cal/fixtures/demo.py"),
    ("coming-from-lino", "# settings.py"),
    ("coming-from-oscar", "# myshop/catalogue/models.py"),
    ("coming-from-oscar", "# settings.py"),
    ("architecture", "admin | apps | inheritance | management | middleware | testing"),
}


# Code


@pytest.fixture(scope="session")
def follow(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Project]:
    """Return a function that does what a page says; others may go on from there."""
    done: dict[str, Project] = {}

    def follow(page: Path) -> Project:
        if page.stem not in done:
            root = tmp_path_factory.mktemp("docs") / page.stem
            if start := _start_of(page):
                project = Project.copy_of(follow(DOCS / f"{start}.md"), root)
            else:
                root.mkdir()
                project = Project(root)
            project.follow(page)
            done[page.stem] = project
        return done[page.stem]

    return follow


def _start_of(page: Path) -> str:
    notes = [step for step in parse(page) if isinstance(step, Note)]
    return next((note.rest for note in notes if note.verb == "goes on from"), "")


@each_page
def test_code_runs(page: Path, follow):
    """Every block of a page runs, in a project of its own, and prints what it shows."""
    follow(page)


def test_blocks_that_are_not_run():
    """They are the ones listed above, and each page says why."""
    skipped = {
        (page.stem, block.text.partition("\n")[0]): block.note.rest
        for page in PAGES
        for block in _blocks(page)
        if block.note and block.note.verb == "not run"
    }

    assert set(skipped) == NOT_RUN
    assert all(skipped.values())


def test_directives():
    """Nothing hides from the tests in a directive, or between other fences."""
    names = {
        block.language
        for page in PAGES
        for block in _blocks(page)
        if block.is_directive and "literalinclude} ../demo/" not in block.language
    }

    # The demo has its own tests.
    assert names == {"{eval-rst}", "{include} ../CHANGELOG.md", "{toctree}"}
    assert not [page.name for page in PAGES if "~~~" in page.read_text()]


def test_a_page_that_is_wrong(tmp_path: Path):
    """What a page shows is compared, and a block without a place is refused."""
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo one\ntwo\n```\n")

    with pytest.raises(AssertionError) as otherwise:
        Project(tmp_path).follow(page)
    page.write_text("```python\nx = 1\n```\n")
    with pytest.raises(AssertionError) as homeless:
        Project(tmp_path).follow(page)
    page.write_text("```console\n$ false\n```\n")
    with pytest.raises(AssertionError) as failing:
        Project(tmp_path).follow(page)

    assert str(otherwise.value) == (
        "page.md: line 1: 'echo one' prints otherwise:\n- two\n+ one"
    )
    assert str(homeless.value) == (
        "page.md: line 1: the block is no session, and its first line names no file, "
        "as in '# otp/plugins.py' or '# mysite/settings.py, at the end'."
    )
    assert str(failing.value) == "page.md: line 1: 'false' exits with 1:\n"


# Links


@each_text
def test_links(page: Path):
    """Links within the repository lead to files and headings that are there."""
    broken = []
    for link in links(page):
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        if not target.is_file() or (anchor and anchor not in anchors(target)):
            broken.append(link)

    assert broken == []


# Completeness


def test_checks():
    """Each check has its row and its section, and there are no others."""
    page = (DOCS / "checks.md").read_text()
    sources = [
        SOURCE / "checks.py",
        SOURCE / "register.py",
        *(SOURCE / "inheritance" / "checks").iterdir(),
    ]
    source = "".join(each.read_text() for each in sources if each.suffix == ".py")

    ids = set(re.findall(r"django_plugin_system\.([EW]\d+)", source))

    assert set(re.findall(r"^\| \[(\w+)\]", page, re.MULTILINE)) == ids
    assert set(re.findall(r"^## (\w+)$", page, re.MULTILINE)) == ids


def test_settings():
    """Each key of PLUGIN_SYSTEM has its row with its default."""
    rows = re.findall(
        r"^\| `(\w+)` \| `([^`]+)` \|", (DOCS / "settings.md").read_text(), re.MULTILINE
    )

    assert rows == [(field.name, repr(field.default)) for field in fields(Conf)]


@pytest.mark.parametrize("page", [README, DOCS / "syncing.md"], ids=["README", "docs"])
def test_options_of_pluginsync(page: Path):
    """Each option has its row, and there are no others."""
    named = re.findall(r"^\| `(--[\w-]+)", page.read_text(), re.MULTILINE)

    assert set(named) == _options(Command()) - _options(BaseCommand())


def test_subcommands():
    """Each subcommand of plugins has its row, in order, and there are no others."""
    page = (DOCS / "commands.md").read_text()

    named = re.findall(r"^\| `(\w+)", page.partition("\n## ")[0], re.MULTILINE)

    assert named == [subcommand.name for subcommand in SUBCOMMANDS]


def _options(command: BaseCommand) -> set[str]:
    usage = command.create_parser("manage.py", "command").format_help()
    return set(re.findall(r"--[a-z][a-z-]*", usage.partition("options:")[0]))


def test_public_names():
    """Each name of the package, and each error, is in the API reference."""
    page = (DOCS / "api.md").read_text()
    errors = {
        name for name, value in vars(exceptions).items() if isinstance(value, type)
    }

    documented = set(re.findall(r"^\.\. auto\w+:: (\w+)$", page, re.MULTILINE))

    assert set(django_plugin_system.__all__) | errors <= documented


def test_mistakes():
    """Each way to refuse a declaration is in the table, word by word, and no other."""
    raised = [
        pair
        for name in ("register.py", "registry.py", "specs.py")
        for pair in _refusals((SOURCE / name).read_text())
    ]
    rows = [(error, message) for error, _, message in _mistakes()]

    missing = [each for each in raised if not any(_is_case(row, each) for row in rows)]
    invented = [row for row in rows if not any(_is_case(row, each) for each in raised)]

    assert missing == []
    assert invented == []


def test_builtins_of_mistakes():
    """The table of mistakes says rightly what each error is beside."""
    for error, builtins, _ in _mistakes():
        bases = getattr(exceptions, error).__bases__
        told = re.findall(r"\w+", builtins)
        assert told == [
            each.__name__ for each in bases if each.__module__ == "builtins"
        ]


def _mistakes() -> list[tuple[str, str, str]]:
    """Return the rows of the table of mistakes: error, builtins, message."""
    section = (DOCS / "declaring.md").read_text().partition("## Mistakes")[2]
    rows = re.findall(r"^\| `(\w+)` \|(.*?)\| (.+) \|$", section, re.MULTILINE)
    return [(error, builtins, message) for error, builtins, message in rows]


def _refusals(source: str) -> Iterator[tuple[str, str]]:
    """Yield what a module raises at declarations: the error, its message as pattern."""
    nodes = list(ast.walk(ast.parse(source)))
    functions = {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}
    for node in nodes:
        if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)):
            continue
        error, message = ast.unparse(node.exc.func), node.exc.args[0]
        if not issubclass(getattr(exceptions, error), exceptions.RegistrationError):
            continue
        if isinstance(message, ast.Call):
            message = functions[ast.unparse(message.func)].body[-1].value
        yield error, _pattern(message)


def _pattern(message: ast.JoinedStr) -> str:
    return "".join(
        re.escape(part.value) if isinstance(part, ast.Constant) else ".+"
        for part in message.values
    )


def _is_case(row: tuple[str, str], raised: tuple[str, str]) -> bool:
    return row[0] == raised[0] and re.fullmatch(raised[1], row[1]) is not None


def test_layers():
    """The architecture's layers are those that import-linter enforces."""
    shown = [
        each for each in _blocks(DOCS / "architecture.md") if each.language == "text"
    ]

    layers = PYPROJECT["tool"]["importlinter"]["contracts"][0]["layers"]

    assert [block.text.splitlines() for block in shown] == [layers]


def test_version():
    """The changelog's first entry is this version."""
    versions = re.findall(r"^## (\S+)", CHANGELOG.read_text(), re.MULTILINE)

    assert versions[0] == django_plugin_system.__version__


@pytest.mark.parametrize("name", ["README.md", "docs/index.md", "docs/migrating.md"])
def test_what_is_supported(name: str):
    """The texts name the versions of Python and Django that the package is for."""
    classifiers = "\n".join(PYPROJECT["project"]["classifiers"])
    djangos = re.findall(r"Framework :: Django :: (\S+)", classifiers)

    text = (ROOT / name).read_text()

    assert f"Django {', '.join(djangos[:-1])} or {djangos[-1]}" in text
    assert f"Python {PYPROJECT['project']['requires-python'][2:]} or newer" in text


def test_commands_of_contributors():
    """The Makefile has every target that contributors are told of."""
    told = set(re.findall(r"[$`] ?make (\w+)", CONTRIBUTING.read_text()))
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert {"test", "lint", "docs"} <= told <= set(targets)


def _blocks(page: Path) -> list[Block]:
    return [step for step in parse(page) if isinstance(step, Block)]
