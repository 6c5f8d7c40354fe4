"""The one row that tells whether plugin rows have changed, and since when.

Writers lock the generation before they touch plugin rows: so they cannot deadlock over
these, and none can change a row between another's look at it and its write.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F

from ..rows import DIGEST_LENGTH, ItemValues, Rows, Stamp, TypeValues, Values
from .reading import batches, plain, read

ONLY_ID = 1
UNKNOWN = ""


class Generation(models.Model):
    """A random token, never a counter: a flushed database must not repeat one."""

    id = models.SmallIntegerField(primary_key=True, default=ONLY_ID)
    token = models.UUIDField()
    digest = models.CharField(max_length=DIGEST_LENGTH, default=UNKNOWN)
    """Of the rows that the last write has left, as selection sees them."""

    last = models.BigIntegerField(default=0)
    """The number of the last change that selection sees."""

    first = models.BigIntegerField(default=0)
    """All that selection sees of the changes after this number is in the log."""

    def __str__(self) -> str:
        return str(self.token)


def find_stamp(
    using: str, connection: BaseDatabaseWrapper | None = None
) -> Stamp | None:
    """Return what the generation row of ``using`` says now, or None.

    ``connection`` is one to that database, by default the thread's own.
    """
    rows = plain(Generation, using).filter(pk=ONLY_ID).values_list(*Stamp._fields)
    found = read(rows, connection or connections[using])
    return Stamp(*found[0]) if found else None


def lock_generation(using: str, *, nowait: bool = False) -> None:
    """Wait for the lock, or raise OperationalError at once if another one has it."""
    if nowait:
        row = plain(Generation, using).filter(pk=ONLY_ID).values_list("token")
        read(row.select_for_update(nowait=True), connections[using])
    # An UPDATE takes the lock on every database; SQLite knows no SELECT FOR UPDATE,
    # and would refuse to write after a read that another process has outdated.
    generation = of_generation(using)
    if not generation.update(token=F("token")):
        # The first writer of all, or after a flush. Others wait here for the insert.
        generation.bulk_create([Generation(token=uuid4())], ignore_conflicts=True)
        generation.update(token=F("token"))


def of_generation(using: str) -> models.QuerySet[Generation]:
    """Return the row of a database, to be written."""
    return models.QuerySet(Generation, using=using).filter(pk=ONLY_ID)


def read_rows(
    using: str,
    connection: BaseDatabaseWrapper | None = None,
    *,
    locked: bool = False,
) -> Rows:
    """Read all that selection sees, with one query: of one moment.

    ``connection`` is one to the database ``using``, by default the thread's own.
    """
    types: dict[UUID, TypeValues] = {}
    items: list[ItemValues] = []
    joined = read(_joined(using, locked), connection or connections[using])
    for type_id, name, manager, item_id, *rest in joined:
        types[type_id] = TypeValues(type_id, name, manager)
        if item_id is not None:
            items.append(ItemValues(item_id, type_id, *rest))
    return Rows(types=tuple(types.values()), items=tuple(items))


def find_changed(
    using: str, after: int, connection: BaseDatabaseWrapper | None = None
) -> list[UUID]:
    """Return the ids of rows that have changed after that number, each once."""
    log = plain(apps.get_model("django_plugin_system", "Change"), using)
    # In order, so that the database takes the primary key's index; and not distinct,
    # for which SQLite would go through all of another one.
    changed = log.filter(pk__gt=after).order_by("pk").values_list("row_id")
    found = read(changed, connection or connections[using])
    return list(dict.fromkeys(pk for (pk,) in found))


def read_some(
    using: str, ids: list[UUID], connection: BaseDatabaseWrapper | None = None
) -> dict[UUID, Values | None]:
    """Read what selection sees of these rows; None for one that is not there."""
    found: dict[UUID, Values | None] = dict.fromkeys(ids)
    asked = connection or connections[using]
    for name, values in (("PluginItem", ItemValues), ("PluginType", TypeValues)):
        model: Any = apps.get_model("django_plugin_system", name)
        left = [pk for pk in ids if found[pk] is None]
        for some in batches(using, left):
            rows = plain(model, using).filter(pk__in=some).values_list(*values._fields)
            found.update((row[0], values(*row)) for row in read(rows, asked))
    return found


def may_see_old_rows(using: str) -> bool:
    """Tell whether a transaction that has the lock may still see an older view.

    Under REPEATABLE READ, a transaction on MySQL or MariaDB that has read before others
    committed goes on seeing the old rows, except where it locks them. PostgreSQL
    refuses it the lock of the generation instead.
    """
    connection = connections[using]
    isolation = getattr(connection, "isolation_level", None)
    return connection.vendor == "mysql" and isolation != "read committed"


def _joined(using: str, locked: bool) -> models.QuerySet[Any, tuple[Any, ...]]:
    # By name, since that model is built on this module.
    rows = plain(apps.get_model("django_plugin_system", "PluginType"), using)
    of_items = [f"pluginitem__{name}" for name in ItemValues._fields]
    of_items.remove("pluginitem__plugin_type_id")
    joined = rows.values_list(*TypeValues._fields, *of_items)
    return joined.select_for_update() if locked else joined
