"""Makes the project's database one of 1.x: the same tables, and no migration."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

MigrationRecorder(connection).record_unapplied("django_plugin_system", "0001_initial")
