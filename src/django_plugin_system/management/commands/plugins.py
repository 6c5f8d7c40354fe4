"""The plugins command: look at the generation, or start a new one by hand."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from ...models.generation import find_stamp
from ...models.writing import start_generation
from ...selection.current import current, database
from ...sync import has_tables


class Command(BaseCommand):
    help = "Shows which generation of plugin rows is in force, or starts a new one."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="subcommand", required=True)
        refresh = commands.add_parser(
            "refresh",
            help="Start a new generation, so that every process reads its rows again; "
            "for after a change by SQL.",
        )
        freshness = commands.add_parser(
            "freshness",
            help="Show the generation in the database, and what this process answers "
            "from.",
        )
        freshness.add_argument("--format", choices=["text", "json"], default="text")
        for command in (refresh, freshness):
            command.add_argument(
                "--database",
                choices=tuple(connections),
                help="Alias of the database (default: where the router has the rows).",
            )

    def handle(self, *args: Any, **options: Any) -> None:
        using = options["database"] or database()
        if not has_tables(using):
            raise CommandError(
                f"Database {using!r} has no tables for plugins yet. "
                f"Run 'manage.py migrate --database {using}' first."
            )
        if options["subcommand"] == "refresh":
            self._refresh(using)
        else:
            self._show(using, options["format"])

    def _refresh(self, using: str) -> None:
        start_generation(using)
        self.stdout.write(
            self.style.SUCCESS(
                f"Generation {_find_token(using)} has started in database {using!r}; "
                "every process reads its rows again."
            )
        )

    def _show(self, using: str, format_: str) -> None:
        facts = {"database": using, "generation": _find_token(using)}
        if using == database():
            snapshot = current().snapshot
            facts["process"] = str(snapshot.token) if snapshot.token else None
            facts["types"] = str(len(snapshot.types))
            facts["items"] = str(len(snapshot.items))
        if format_ == "json":
            self.stdout.write(json.dumps(facts, indent=2))
        else:
            for name, value in facts.items():
                self.stdout.write(f"{name + ':':<12} {value}")


def _find_token(using: str) -> str | None:
    stamp = find_stamp(using)
    return str(stamp.token) if stamp else None
