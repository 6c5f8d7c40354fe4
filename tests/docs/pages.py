"""Reads a page of documentation: its blocks of code, its notes to the tests, its links.

Notes are HTML comments, so readers do not see them:

``<!-- docs-test: goes on from tutorial -->``
    The page's project is the one that the tutorial ends with.
``<!-- docs-test: not run, <reason> -->``
    The block below is not executed. test_docs.py lists every such block.
``<!-- docs-test: saved below -->``
    The block below is a file that the prose has the reader save later: at ...
``<!-- docs-test: save -->``
    ... this note.
``<!-- docs-test: do <script> -->``
    tests/docs/<script> does, in the project, what the prose has the reader do.
``<!-- docs-test: meanwhile <function> -->``
    A function of visits.py does so, while the server that the block below starts runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"(?P<indent> *)(?P<fence>`{3,})(?P<info>.*)")
TARGET = re.compile(
    r"(?:# |\{# )(?P<path>[\w.-]+(?:/[\w.-]+)*\.\w+)(?P<append>, at the end)?(?: #\})?"
)
VERBS = ["goes on from", "not run", "saved below", "save", "do", "meanwhile"]
# They belong to the block below them.
ON_BLOCKS = ["not run", "saved below", "meanwhile"]


@dataclass(frozen=True, slots=True)
class Note:
    """What a page tells the tests."""

    line: int
    verb: str
    rest: str


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of code, or of directives for Sphinx."""

    line: int
    language: str
    text: str
    note: Note | None

    @property
    def verb(self) -> str:
        """What the note above it says is to be done with it."""
        return self.note.verb if self.note else ""

    @property
    def is_directive(self) -> bool:
        return self.language.startswith("{")

    @property
    def is_session(self) -> bool:
        """Whether it shows what was typed at Python's prompt."""
        return self.language == "pycon" and not self.note

    @property
    def target(self) -> tuple[str, bool] | None:
        """The file that the first line names, and whether to append to it."""
        match = TARGET.fullmatch(self.text.partition("\n")[0])
        return (match["path"], bool(match["append"])) if match else None

    def commands(self) -> list[tuple[str, str]]:
        """Return what a console block types, each with the output it shows."""
        found: list[tuple[str, str]] = []
        for line in self.text.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], ""))
            elif not found:
                raise ValueError(f"Line {self.line}: the block must start with '$ '.")
            else:
                command, output = found[-1]
                found[-1] = (command, f"{output}{line}\n")
        return found


def parse(page: Path) -> Iterator[Block | Note]:
    """Yield the blocks of a page and the notes that stand alone, in order."""
    pending: Note | None = None
    lines = enumerate(page.read_text().splitlines(), start=1)
    for number, line in lines:
        if note := _note(number, line):
            if note.verb in ON_BLOCKS:
                pending = note
            else:
                yield note
        elif match := FENCE.fullmatch(line):
            text = []
            for _, inside in lines:
                if inside.strip() == match["fence"]:
                    break
                text.append(inside.removeprefix(match["indent"]))
            yield Block(number, match["info"], "\n".join(text) + "\n", pending)
            pending = None
        elif line.strip() and pending:
            raise ValueError(f"Line {pending.line}: no block follows the note.")


def prose(page: Path) -> str:
    """Return a page without its blocks."""
    kept = []
    fence = ""
    for line in page.read_text().splitlines():
        match = FENCE.fullmatch(line)
        if fence:
            fence = "" if line.strip() == fence else fence
        elif match:
            fence = match["fence"]
        else:
            kept.append(line)
    return "\n".join(kept)


def anchors(page: Path) -> set[str]:
    """Return what links to the headings of a page end with, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        for heading in headings
    }


def links(page: Path) -> list[str]:
    """Return where the links of a page lead that stay in the repository."""
    found = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    return [link for link in found if "://" not in link]


def _note(number: int, line: str) -> Note | None:
    if "docs-test:" not in line:
        return None
    for verb in VERBS:
        pattern = rf"<!-- docs-test: {verb}(?:,? (?P<rest>.+))? -->"
        if match := re.fullmatch(pattern, line.strip()):
            return Note(number, verb, match["rest"] or "")
    raise ValueError(f"Line {number}: unknown note {line.strip()!r}.")
