"""The pluginadopt command: take over the tables that release 1.x has made."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections, router
from django.db.migrations.recorder import MigrationRecorder

from ...exceptions import SyncError
from ...models import PluginItem, PluginType
from ...sync import FIRST_MIGRATION, ensure_tables, has_tables, is_adopted


class Command(BaseCommand):
    # Release 1.x had no migrations, so a project's migrations that refer to its tables
    # count as applied before ours. Django refuses that, even with --fake-initial.
    help = (
        "Records the first migration as applied where release 1.x has made the tables. "
        "Needed before 'migrate' only if migrations of other apps depend on them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--database",
            choices=tuple(connections),
            help="Alias of the database (default: where the router has the tables).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        using = options["database"] or router.db_for_write(PluginType)
        if is_adopted(using):
            self.stdout.write(f"The tables in database {using!r} are adopted already.")
            return
        if not router.allow_migrate_model(using, PluginType):
            try:
                ensure_tables(using)
            except SyncError as error:
                raise CommandError(str(error)) from error
        if not has_tables(using, (PluginType, PluginItem)):
            raise CommandError(
                f"Database {using!r} has no tables for plugins to adopt. "
                f"Run 'manage.py migrate --database {using}'; it makes them."
            )
        MigrationRecorder(connections[using]).record_applied(*FIRST_MIGRATION)
        self.stdout.write(
            self.style.SUCCESS(f"The tables in database {using!r} are adopted now.")
        )
