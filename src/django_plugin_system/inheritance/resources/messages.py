"""What ``makemessages`` writes for an app that extends another one.

A child's catalogue may have other words for a message of a parent. The child's own
sources do not have that message, so Django would call it obsolete.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from weakref import WeakKeyDictionary

from django.core.management.base import CommandError
from django.core.management.utils import popen_wrapper

from ..owners import extending_apps, lineage, root
from ..seams import replace

Write = Callable[[Any, str, str], None]

COMMAND = "django.core.management.commands.makemessages:Command"

# By command, so that each locale does not look through the same sources again.
_extracted: WeakKeyDictionary[Any, dict[Path, bytes]] = WeakKeyDictionary()


def install() -> None:
    """Have makemessages keep what a child says in place of its parents."""
    replace(f"{COMMAND}.write_po_file", "self potfile locale", _write_po_file)
    # These stay as they are, but are called.
    replace(f"{COMMAND}.find_files", "self root", lambda original: original)
    replace(f"{COMMAND}.process_files", "self file_list", lambda original: original)


def _write_po_file(original: Write) -> Write:
    def write_po_file(self: Any, potfile: str, locale: str) -> None:
        template = Path(potfile)
        catalogue = template.parent / locale / "LC_MESSAGES" / f"{self.domain}.po"
        parents = _parents_of(template.parent) if catalogue.exists() else []
        if not parents:
            original(self, potfile, locale)
            return
        own = template.read_bytes()
        try:
            with TemporaryDirectory() as directory:
                _add_overridden(self, Path(directory), template, catalogue, parents)
            original(self, potfile, locale)
        finally:
            template.write_bytes(own)

    return write_po_file


def _parents_of(directory: Path) -> list[Path]:
    """Return the directories of the packages that one with this ``locale`` extends."""
    for app in extending_apps():
        places = [root(app, package) for package in lineage(app)]
        for number, place in enumerate(places[:-1], 1):
            if (place / "locale").resolve() == directory.resolve():
                return [each for each in places[number:] if each.is_dir()]
    return []


def _add_overridden(
    command: Any, scratch: Path, template: Path, catalogue: Path, parents: list[Path]
) -> None:
    """Add to a template those messages of parents that are in a catalogue."""
    theirs = [*_templates(command, scratch, parents), *_catalogues(command, parents)]
    if not theirs:
        return
    said, known, both, every = (
        scratch / name for name in ("said.po", "known.po", "both.po", "every.po")
    )
    # Also what has been called obsolete before.
    _run("msgattrib", "--clear-obsolete", said, catalogue)
    # Where they are is no matter of the child's, and not the same on all machines.
    _run("msgcat", "--use-first --no-location --to-code=UTF-8", every, *theirs)
    _run("msgattrib", "--no-obsolete --no-location", known, every)
    _run("msgcomm", "--more-than=1 --no-location --omit-header", both, known, said)
    # There is no file if they have nothing in common.
    if both.exists():
        _run("msgcat", "--use-first", template, template, both)


def _templates(command: Any, scratch: Path, parents: list[Path]) -> Iterator[Path]:
    """Yield files with the messages in the sources of the packages."""
    found = _extracted.setdefault(command, {})
    for number, parent in enumerate(parents):
        if parent not in found:
            found[parent] = _extract(command, parent)
        if found[parent]:
            file = scratch / f"{number}.pot"
            file.write_bytes(found[parent])
            yield file


def _catalogues(command: Any, parents: list[Path]) -> Iterator[Path]:
    """Yield their catalogues, which may have messages that no tool finds in sources."""
    for parent in parents:
        pattern = f"locale/*/LC_MESSAGES/{command.domain}.po"
        yield from sorted(parent.glob(pattern))


def _extract(command: Any, package: Path) -> bytes:
    """Return the messages in the sources of a package, as the command finds them."""

    seen = {os.path.realpath(package)}

    def others(directory: str, names: Sequence[str]) -> list[str]:
        return [name for name in names if not is_wanted(Path(directory, name))]

    def is_wanted(path: Path) -> bool:
        # Nothing else, such as a link to nowhere or a pipe, can be copied.
        if not os.access(path, os.R_OK):
            return False
        if not path.is_dir():
            return path.is_file() and path.suffix in command.extensions
        if path.is_symlink() and not command.symlinks:
            return False
        # A link may lead to where it is.
        real = os.path.realpath(path)
        is_new = path.name not in ("locale", "__pycache__") and real not in seen
        seen.add(real)
        return is_new

    with TemporaryDirectory() as directory:
        # The command writes beside templates, and a parent may be installed where
        # nobody should.
        sources = shutil.copytree(package, Path(directory, "sources"), ignore=others)
        home = Path(directory, "messages")
        home.mkdir()
        twin = copy(command)
        twin.locale_paths = []
        twin.default_locale_path = str(home)
        twin.process_files(twin.find_files(str(sources)))
        template = home / f"{command.domain}.pot"
        return template.read_bytes() if template.exists() else b""


def _run(program: str, options: str, result: Path, *files: Path) -> None:
    arguments = [program, *options.split(), "-o", str(result), *map(str, files)]
    _, errors, status = popen_wrapper(arguments)
    if status:
        raise CommandError(f"errors happened while running {program}\n{errors}")
