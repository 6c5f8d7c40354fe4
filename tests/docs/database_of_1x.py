"""Makes the project's database one of 1.x: the same tables, and no migration."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

call_command("migrate", "django_plugin_system", "0001", verbosity=0)
MigrationRecorder(connection).record_unapplied("django_plugin_system", "0001_initial")
