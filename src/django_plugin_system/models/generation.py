"""The one row that tells whether plugin rows have changed.

Every change starts a new generation in its own transaction, so that the token and the
rows become visible to others at the same moment. Writers lock the generation before
they touch plugin rows: so they cannot deadlock over these, and none can change a row
between another's look at it and its write.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.apps import apps
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F
from django.db.models.signals import pre_save

from ..own_writes import own_writes
from ..rows import DIGEST_LENGTH, ItemValues, Rows, TypeValues
from .reading import plain, read

ONLY_ID = 1
UNKNOWN = ""


class Generation(models.Model):
    """A random token, never a counter: a flushed database must not repeat one."""

    id = models.SmallIntegerField(primary_key=True, default=ONLY_ID)
    token = models.UUIDField()
    digest = models.CharField(max_length=DIGEST_LENGTH, default=UNKNOWN)
    """Of the rows that the last write has left, as selection sees them."""

    def __str__(self) -> str:
        return str(self.token)


def renew_before_raw_save(*, instance: Generation, raw: bool, **kwargs: object) -> None:
    """Start a new generation where a fixture would bring back an old one.

    Processes may know other rows under its token.
    """
    if raw:
        instance.token, instance.digest = uuid4(), UNKNOWN


pre_save.connect(renew_before_raw_save, sender=Generation)


class Stamp(NamedTuple):
    """What the generation row says."""

    token: UUID
    digest: str


class _Writing(threading.local):
    """The databases that the thread is writing to right now."""

    def __init__(self) -> None:
        self.aliases: set[str] = set()


_writing = _Writing()


@contextmanager
def writing(using: str) -> Iterator[None]:
    """Run the block in a transaction, as the only writer of plugin rows.

    At its end a new generation starts, if selection sees other rows than the last
    write has left. A block inside another one is part of that.
    """
    if using in _writing.aliases:
        yield
        return
    connection = connections[using]
    savepoints = tuple(connection.savepoint_ids)
    # With a savepoint, since rows must not stay without their generation where an
    # outer transaction survives an error.
    # But where autocommit is off, SQLite commits with the outermost one.
    is_within = connection.in_atomic_block or connection.get_autocommit()
    with transaction.atomic(using=using, savepoint=is_within):
        own_writes.note(using, savepoints)
        lock_generation(using)
        _writing.aliases.add(using)
        try:
            yield
        finally:
            _writing.aliases.discard(using)
        if not connection.needs_rollback:
            _start_generation_if_changed(using)


def find_stamp(
    using: str, connection: BaseDatabaseWrapper | None = None
) -> Stamp | None:
    """Return what the generation row of ``using`` says now, or None.

    ``connection`` is one to that database, by default the thread's own.
    """
    rows = plain(Generation, using).filter(pk=ONLY_ID).values_list("token", "digest")
    found = read(rows, connection or connections[using])
    return Stamp(*found[0]) if found else None


def start_generation(using: str) -> None:
    """Start a new generation, whether rows have changed or not."""
    with writing(using):
        _generation(using).update(digest=UNKNOWN)


def lock_generation(using: str, *, nowait: bool = False) -> None:
    """Wait for the lock, or raise OperationalError at once if another one has it."""
    if using in _writing.aliases:
        return
    if nowait:
        row = plain(Generation, using).filter(pk=ONLY_ID).values_list("token")
        read(row.select_for_update(nowait=True), connections[using])
    # An UPDATE takes the lock on every database; SQLite knows no SELECT FOR UPDATE,
    # and would refuse to write after a read that another process has outdated.
    generation = _generation(using)
    if not generation.update(token=F("token")):
        # The first writer of all, or after a flush. Others wait here for the insert.
        generation.bulk_create([Generation(token=uuid4())], ignore_conflicts=True)
        generation.update(token=F("token"))


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


def read_latest_rows(using: str) -> Rows:
    """Read the rows as the one who is writing: what others have committed counts."""
    return read_rows(using, locked=_may_see_old_rows(using))


def _start_generation_if_changed(using: str) -> None:
    digest = read_latest_rows(using).digest()
    changed = _generation(using).exclude(digest=digest)
    changed.update(token=uuid4(), digest=digest)


def _may_see_old_rows(using: str) -> bool:
    # Under REPEATABLE READ, a transaction on MySQL or MariaDB that has read before
    # others committed goes on seeing the old rows, except where it locks them.
    # PostgreSQL refuses it the lock of the generation instead.
    connection = connections[using]
    isolation = getattr(connection, "isolation_level", None)
    return connection.vendor == "mysql" and isolation != "read committed"


def _generation(using: str) -> models.QuerySet[Generation]:
    return Generation.objects.using(using).filter(pk=ONLY_ID)


def _joined(using: str, locked: bool) -> models.QuerySet[Any, tuple[Any, ...]]:
    # By name, since that model is built on this module.
    rows = plain(apps.get_model("django_plugin_system", "PluginType"), using)
    of_items = [f"pluginitem__{name}" for name in ItemValues._fields]
    of_items.remove("pluginitem__plugin_type_id")
    joined = rows.values_list(*TypeValues._fields, *of_items)
    return joined.select_for_update() if locked else joined
