"""The pluginsync command: bring rows in step with code, or tell how far they are."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from ...exceptions import SyncError
from ...sync import SyncReport, sync

HEADINGS = {
    "created_types": ("Plugin types created", "Plugin types to create"),
    "created_items": ("Plugin items created", "Plugin items to create"),
    "updated_types": ("Plugin types updated", "Plugin types to update"),
    "updated_items": ("Plugin items updated", "Plugin items to update"),
    "pruned_types": ("Plugin types deleted", "Plugin types to delete"),
    "pruned_items": ("Plugin items deleted", "Plugin items to delete"),
    "orphans": ("Orphans, kept: no code is registered for them",) * 2,
    "unresolved": ("Left out: their plugin type is not registered",) * 2,
}


class Command(BaseCommand):
    help = "Brings the rows of plugin types and plugin items in step with the code."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--mode",
            choices=["create", "update"],
            default="create",
            help="create (default) adds missing rows and leaves the others alone; "
            "update also refreshes description and priority from code. "
            "Neither touches the status of an existing row.",
        )
        parser.add_argument(
            "--no-prune",
            action="store_true",
            help="Keep rows whose app is no longer installed.",
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="Print what would be done; write nothing.",
        )
        parser.add_argument(
            "--check",
            action="store_true",
            help="Like --dry-run, and exit with 1 if anything would be done.",
        )
        parser.add_argument(
            "--format",
            choices=["text", "json"],
            default="text",
            help="How the report is printed (default: text).",
        )
        parser.add_argument(
            "--database",
            choices=tuple(connections),
            help="Alias of the database to sync (default: where the router has them).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        only_look = options["dry_run"] or options["check"]
        try:
            report = sync(
                mode=options["mode"],
                prune=not options["no_prune"],
                dry_run=only_look,
                using=options["database"],
            )
        except SyncError as error:
            raise CommandError(str(error)) from error
        if options["format"] == "json":
            self.stdout.write(json.dumps(asdict(report), indent=2))
        elif options["verbosity"]:
            self._print(report, only_look)
        if options["check"] and report.has_changes:
            raise SystemExit(1)

    def _print(self, report: SyncReport, only_look: bool) -> None:
        for name, headings in HEADINGS.items():
            if labels := getattr(report, name):
                self.stdout.write(f"{headings[only_look]} ({len(labels)}):")
                self.stdout.writelines(f"  {label}\n" for label in labels)
        if not report.has_changes:
            self.stdout.write(self.style.SUCCESS("Rows and code are in step."))
        elif only_look:
            self.stdout.write(self.style.WARNING("Nothing was written."))
        else:
            self.stdout.write(self.style.SUCCESS("Rows and code are in step now."))
