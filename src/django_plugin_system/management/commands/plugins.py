"""The plugins command: what operators do in the admin, and look at, from a shell."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, connections

from ...exceptions import PluginLookupError, PluginSystemError
from ...selection.current import database
from ...sync import ensure_tables, has_tables
from ..subcommands import SUBCOMMANDS
from ..subcommands.base import MISTAKEN, REFUSED, Call


class Command(BaseCommand):
    help = "Shows plugin types and plugin items, and switches and orders the items."
    # Operators have to be able to look, and to switch, when a check finds an error.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--skip-checks", action="store_true", help=argparse.SUPPRESS
        )
        commands = parser.add_subparsers(
            dest="subcommand", required=True, metavar="SUBCOMMAND"
        )
        for subcommand in SUBCOMMANDS:
            added = commands.add_parser(
                subcommand.name, help=subcommand.help, description=subcommand.help
            )
            added.set_defaults(run=subcommand.handle)
            subcommand.add_arguments(added)
            _add_common(added)
            _add_of_all_commands(added)

    def handle(self, *args: Any, **options: Any) -> None:
        using = options["database"] or database()
        call = Call(using, options, self.stdout, self.style)
        try:
            if not has_tables(using):
                ensure_tables(using)
            code = options["run"](call)
        except PluginSystemError as error:
            is_unknown = isinstance(error, PluginLookupError)
            code = MISTAKEN if is_unknown else REFUSED
            raise CommandError(str(error), returncode=code) from error
        except Error as error:
            raise CommandError(
                f"Database {using!r} says: {_text(error)}. Nothing was changed."
            ) from error
        if code:
            raise SystemExit(code)


def _add_common(parser: CommandParser) -> None:
    parser.add_argument(
        "--format",
        choices=["text", "json"],
        default="text",
        help="How the result is printed (default: text).",
    )
    parser.add_argument(
        "--database",
        choices=tuple(connections),
        help="Alias of the database (default: where the router has the rows).",
    )


def _add_of_all_commands(parser: CommandParser) -> None:
    """Take Django's own options after the subcommand too, where people write them."""
    # Without a default, so that what stands before the subcommand counts.
    hidden: dict[str, Any] = {"default": argparse.SUPPRESS, "help": argparse.SUPPRESS}
    parser.add_argument("-v", "--verbosity", type=int, choices=range(4), **hidden)
    for name in ("--settings", "--pythonpath"):
        parser.add_argument(name, **hidden)
    for name in ("--traceback", "--no-color", "--force-color", "--skip-checks"):
        parser.add_argument(name, action="store_true", **hidden)


def _text(error: Error) -> str:
    # MySQL's errors are pairs of number and text.
    text = error.args[-1] if error.args else type(error).__name__
    return str(text).strip().removesuffix(".")
