"""Rows follow what code declares; what operators decided is kept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import nullcontext

from django.apps import AppConfig
from django.conf import settings
from django.db import (
    DatabaseError,
    IntegrityError,
    OperationalError,
    connections,
    router,
)
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import ProtectedError, RestrictedError
from django.utils import translation

from ..exceptions import SyncError
from ..models import PluginType
from ..models.generation import find_stamp
from ..models.reading import has_tables as has_tables
from ..models.reading import plain, read
from ..registry import plugins
from ..selection.current import forget_all
from .plan import Mode, Plan
from .plan import SyncReport as SyncReport
from .write import carry_out

logger = logging.getLogger(__name__)

ATTEMPTS = 3
FIRST_MIGRATION = ("django_plugin_system", "0001_initial")


def sync(
    *,
    mode: Mode = "create",
    prune: bool = False,
    dry_run: bool = False,
    using: str | None = None,
) -> SyncReport:
    """Bring the rows of one database in step with the registry; return what was done.

    ``create`` adds rows and leaves existing ones alone; ``update`` also refreshes their
    description and priority, never their status. ``prune`` deletes rows of apps that
    are no longer installed. ``dry_run`` writes nothing. ``using`` is a database alias;
    by default the one that the models are written to.

    One transaction, a constant number of queries, and safe to run in many processes
    at once. Raises SyncError when the tables are not there or can't be written.
    """
    using = using or router.db_for_write(PluginType)
    ensure_tables(using)
    # Rows speak the site's language whoever syncs; migrate, for one, speaks none.
    with translation.override(settings.LANGUAGE_CODE):
        if dry_run:
            return Plan(using, mode, prune).report()
        return _write(using, mode, prune)


def sync_after_migrate(*, sender: AppConfig, using: str, **kwargs: object) -> None:
    """Create what is missing in the database that was migrated; never prune.

    A receiver of post_migrate. Does nothing where the tables do not belong or, after a
    migration to zero or of another app alone, are not there.
    """
    if not (router.allow_migrate_model(using, PluginType) and has_tables(using)):
        return
    # The alias may stand for another database now: tests migrate theirs, or keep it.
    forget_all()
    # Only migrate has a plan. Flush sends the signal as well, and tests flush when they
    # are over: the rows are those of the next test, so what this one has isolated is
    # to have none.
    with nullcontext() if "plan" in kwargs else plugins.not_isolated():
        sync(using=using)


def is_adopted(using: str) -> bool:
    """Tell whether the first migration is on record, unlike with tables of 1.x."""
    recorder = MigrationRecorder(connections[using])
    if not recorder.has_table():
        return False
    applied = plain(recorder.Migration, using).values_list("app", "name")
    return FIRST_MIGRATION in read(applied, connections[using])


def ensure_tables(using: str) -> None:
    """Raise SyncError where the tables are missing or do not belong."""
    if not router.allow_migrate_model(using, PluginType):
        allowed = [
            repr(alias)
            for alias in connections
            if router.allow_migrate_model(alias, PluginType)
        ]
        raise SyncError(
            f"A database router keeps the tables of plugins out of {using!r}. "
            f"It lets them into: {', '.join(allowed) or 'none'}."
        )
    if not has_tables(using):
        raise SyncError(
            f"Database {using!r} has no tables for plugins yet. "
            f"Run 'manage.py migrate --database {using}' first."
        )


def _write(using: str, mode: Mode, prune: bool) -> SyncReport:
    # Where nothing is to do, nothing is locked: a database that is read-only will do.
    plan = Plan(using, mode, prune)
    report = plan.report()
    if not report.has_changes and _is_generation_of(plan, using):
        return report
    try:
        return _repeat_if_disturbed(lambda: carry_out(using, mode, prune), using)
    except (ProtectedError, RestrictedError) as error:
        raise SyncError(
            f"Nothing was changed in database {using!r}. {error.args[0]} "
            "Delete what refers to them, or keep them with --no-prune."
        ) from error
    except DatabaseError as error:
        if not report.has_changes:
            # Rows are in step; to tell others that they had changed is all that failed.
            logger.warning(
                "No generation can be started in database %r: %s.", using, _text(error)
            )
            return report
        raise SyncError(
            f"Nothing was changed in database {using!r}: {_text(error)}."
        ) from error


def _is_generation_of(plan: Plan, using: str) -> bool:
    # It is not where rows were written by SQL or, in data migrations, by models that
    # know of no generation: then a new one is to start.
    stamp = find_stamp(using)
    return stamp is not None and stamp.digest == plan.seen_rows().digest()


def _repeat_if_disturbed(write: Callable[[], SyncReport], using: str) -> SyncReport:
    # InnoDB asks its users to repeat what lost a deadlock; and code that knows nothing
    # of generations, such as release 1.x, may have made the same rows meanwhile. An
    # outer transaction is its owner's to repeat.
    attempts = 1 if connections[using].in_atomic_block else ATTEMPTS
    for _ in range(attempts - 1):
        try:
            return write()
        except (ProtectedError, RestrictedError):
            raise
        except (IntegrityError, OperationalError):
            continue
    return write()


def _text(error: DatabaseError) -> str:
    # MySQL's errors are pairs of number and text.
    text = error.args[-1] if error.args else type(error).__name__
    return str(text).strip().removesuffix(".")
