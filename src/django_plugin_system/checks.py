"""Mistakes heard of before the first request. Ids are listed in docs/checks.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Warning
from django.db import router

from .conf import find_mistakes
from .models import PluginItem, PluginStatus, PluginType
from .models.reading import read_items, read_types
from .models.watched import WatchedModel, WatchedQuerySet
from .registry import plugins
from .sync import has_tables, is_adopted, sync


def register_checks() -> None:
    """Register every check; called once apps are ready."""
    checks.register(check_setting)
    checks.register(check_unresolved_items)
    checks.register(check_rejected)
    checks.register(check_broken)
    checks.register(check_managers)
    # These read rows, so they run with migrate, and with check --database.
    checks.register(check_rows_in_step, checks.Tags.database)
    checks.register(check_active_items_load, checks.Tags.database)
    checks.register(check_types_have_active_item, checks.Tags.database)
    checks.register(check_adopted, checks.Tags.database)


def check_setting(**kwargs: object) -> list[CheckMessage]:
    """E001: PLUGIN_SYSTEM has an unknown key or a value of the wrong kind."""
    return [
        Error(
            mistake,
            hint="Correct the setting; the keys are listed in the documentation.",
            id="django_plugin_system.E001",
        )
        for mistake in find_mistakes()
    ]


def check_unresolved_items(**kwargs: object) -> list[CheckMessage]:
    """E002: an item's plugin type was registered by no one."""
    return [
        Error(
            f"Plugin item {unresolved.item} is registered, but its plugin type "
            f"{unresolved.wanted} is not.",
            hint=f"Did you mean {unresolved.suggestion}?"
            if unresolved.suggestion
            else "Register the type, and see that the app which does is installed.",
            id="django_plugin_system.E002",
        )
        for unresolved in plugins.unresolved()
    ]


def check_rejected(**kwargs: object) -> list[CheckMessage]:
    """E003: a declaration is wrong: made at start-up, or found so by a later one."""
    return [
        Error(
            f"{source} was rejected: {error}",
            hint="Correct the declaration.",
            id="django_plugin_system.E003",
        )
        for source, error in plugins.rejected().items()
    ]


def check_broken(**kwargs: object) -> list[CheckMessage]:
    """W004: plugins could not be imported; all others work."""
    return [
        Warning(
            f"{source} could not be loaded: {type(error).__name__}: {error}",
            hint="Mend it; until then its plugins are missing and their rows orphans.",
            id="django_plugin_system.W004",
        )
        for source, error in plugins.broken().items()
    ]


def check_managers(**kwargs: object) -> list[CheckMessage]:
    """W006: a manager writes plugin rows without starting a generation."""
    return [
        Warning(
            f"The manager {manager.name!r} of {model._meta.label} is none of those "
            "that start a generation, so what it writes is seen late.",
            hint="Make its queryset from type(PluginItem.objects.all()).",
            obj=model,
            id="django_plugin_system.W006",
        )
        for model in apps.get_models()
        if issubclass(model, WatchedModel)
        for manager in model._meta.managers
        if not isinstance(manager.get_queryset(), WatchedQuerySet)
    ]


def check_rows_in_step(
    databases: Sequence[str] | None = None, **kwargs: object
) -> list[CheckMessage]:
    """W001: rows and registry differ in which types and items there are."""
    messages: list[CheckMessage] = []
    for using in _ours(databases):
        plan = sync(prune=True, dry_run=True, using=using)
        missing = plan.created_types + plan.created_items
        stale = plan.pruned_types + plan.pruned_items
        if missing:
            messages.append(
                Warning(
                    f"Registered, but without a row in database {using!r}: "
                    f"{_listed(missing)}.",
                    hint="Run 'manage.py migrate' or 'manage.py pluginsync'.",
                    id="django_plugin_system.W001",
                )
            )
        if stale:
            messages.append(
                Warning(
                    f"Rows in database {using!r} whose app is not installed: "
                    f"{_listed(stale)}.",
                    hint="Run 'manage.py pluginsync' to delete them, or install it.",
                    id="django_plugin_system.W001",
                )
            )
    return messages


def check_active_items_load(
    databases: Sequence[str] | None = None, **kwargs: object
) -> list[CheckMessage]:
    """W002: an active item has no registered class, so it can't be selected."""
    return [
        Warning(
            f"Plugin item {item.key} is active in database {using!r}, but its class "
            "does not load: no code is registered for it.",
            hint="Bring its code back, or disable the item in the admin.",
            obj=item,
            id="django_plugin_system.W002",
        )
        for using in _ours(databases)
        for item in read_items(using)
        if item.status == PluginStatus.ACTIVE and item.is_orphan
    ]


def check_types_have_active_item(
    databases: Sequence[str] | None = None, **kwargs: object
) -> list[CheckMessage]:
    """W003: a registered type has no active item that loads."""
    return [
        Warning(
            f"Plugin type {row.key} has no active item in database {using!r}; "
            f"{_who_answers_instead(row)}.",
            hint="Activate an item of it in the admin.",
            obj=row,
            id="django_plugin_system.W003",
        )
        for using in _ours(databases)
        for row in _types_with_items(using)
        if row.spec and not row.get_active_plugins()
    ]


def check_adopted(
    databases: Sequence[str] | None = None, **kwargs: object
) -> list[CheckMessage]:
    """W005: the tables are those of release 1.x, which had no migrations."""
    if "django_plugin_system" in settings.MIGRATION_MODULES:
        return []
    return [
        Warning(
            f"The plugin tables in database {using!r} were made by release 1.x, or "
            "else without migrations.",
            hint="Adopt them with 'manage.py migrate --fake-initial', or where "
            "migrations of your own refer to them, with 'manage.py pluginadopt' first.",
            id="django_plugin_system.W005",
        )
        for using in databases or ()
        if router.allow_migrate_model(using, PluginType)
        and has_tables(using, (PluginType, PluginItem))
        and not is_adopted(using)
    ]


def _ours(databases: Iterable[str] | None) -> Iterator[str]:
    for using in databases or ():
        if router.allow_migrate_model(using, PluginType) and has_tables(using):
            yield using


def _types_with_items(using: str) -> list[PluginType]:
    types = read_types(using)
    of_type: dict[UUID, list[PluginItem]] = {row.pk: [] for row in types}
    for item in read_items(using):
        of_type.setdefault(item.plugin_type_id, []).append(item)
    for row in types:
        row.known_items = of_type[row.pk]
    return types


def _listed(labels: list[str]) -> str:
    shown = ", ".join(labels[:5])
    return shown if len(labels) <= 5 else f"{shown} and {len(labels) - 5} more"


def _who_answers_instead(row: PluginType) -> str:
    reserve = row.get_reserved_plugins()
    return f"{reserve[0].name} answers from reserve" if reserve else "nothing answers"
