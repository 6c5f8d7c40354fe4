"""What each subcommand is made of, and what it is given when it is called."""

from __future__ import annotations

import json
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import TextIOWrapper
from typing import Any

from django.core.management.base import CommandParser, OutputWrapper
from django.core.management.color import Style

DONE, REFUSED, MISTAKEN = 0, 1, 2
"""Exit codes; docs/commands.md says what each means."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a subcommand: what was asked for, and where to print."""

    using: str
    """The alias of the database."""

    options: Mapping[str, Any]
    stdout: OutputWrapper
    style: Style

    @property
    def is_for_programs(self) -> bool:
        return bool(self.options["format"] == "json")

    def show(self, facts: Mapping[str, object], lines: Iterable[str]) -> None:
        """Print the facts for programs, or the lines for people."""
        # What was done is done: a name that the terminal cannot show must not make it
        # look like a failure.
        stream = getattr(self.stdout, "_out", None)
        if isinstance(stream, TextIOWrapper):
            # It may be one that has been put in another's place.
            with suppress(OSError):
                stream.reconfigure(errors="backslashreplace")
        if self.is_for_programs:
            self.stdout.write(json.dumps(facts, indent=2))
        else:
            for line in lines:
                self.stdout.write(line)


def _takes_nothing(parser: CommandParser) -> None: ...


@dataclass(frozen=True, slots=True)
class Subcommand:
    """One thing that manage.py plugins can do."""

    name: str
    help: str
    handle: Callable[[Call], int]
    """Does it, and returns the exit code."""

    add_arguments: Callable[[CommandParser], None] = _takes_nothing
    """Adds what it takes beside ``--database`` and ``--format``."""


class Words(Action):
    """Takes an item as one argument or, where the shell has split it, as several."""

    def __call__(
        self,
        parser: ArgumentParser,
        namespace: Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        words = values if isinstance(values, str) else " ".join(values or ())
        if values and not words.strip():
            # As of a variable of the shell that is not set.
            parser.error(f"{option_string or self.metavar} is empty.")
        setattr(namespace, self.dest, words or None)


def add_item(parser: CommandParser) -> None:
    """Add the argument that names an item."""
    parser.add_argument(
        "item",
        nargs="+",
        action=Words,
        metavar="ITEM",
        help="module:name for manager:type, or as much of it as is unambiguous.",
    )
