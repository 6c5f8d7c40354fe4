"""Where the tables of plugins are to be."""

from __future__ import annotations

LABEL = "django_plugin_system"


class PluginsApart:
    """Keeps plugin rows in a database called ``plugins``, and out of all others."""

    def db_for_read(self, model: type, **hints: object) -> str | None:
        return "plugins" if model._meta.app_label == LABEL else None

    def db_for_write(self, model: type, **hints: object) -> str | None:
        return self.db_for_read(model)

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        return (db == "plugins") == (app_label == LABEL)
