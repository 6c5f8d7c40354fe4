"""Writing plugin rows: as the only writer, with a generation and a log of the change.

All three become visible to others at the same moment, when the transaction is
committed; and none of them stays if it is rolled back.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.apps import apps
from django.db import connections, transaction
from django.db.models import Max, Model, QuerySet

from ..authors import find_author
from ..own_writes import own_writes
from ..rows import ItemValues, TypeValues, Values, shifted
from .changes import Change
from .generation import (
    UNKNOWN,
    find_stamp,
    lock_generation,
    may_see_old_rows,
    of_generation,
    read_rows,
)
from .reading import batches, plain, read

# As many changes are logged by one statement: servers limit what one may hold.
MOST_AT_ONCE = 2_000

VALUES = {"PluginType": TypeValues, "PluginItem": ItemValues}
KEYS = {
    "PluginType": ("name", "manager"),
    "PluginItem": ("plugin_type__name", "plugin_type__manager"),
}


class Seen(NamedTuple):
    """A row as history tells of it."""

    values: Values
    """What selection sees of it."""

    description: str | None
    type_name: str
    manager: str

    def columns(self) -> dict[str, Any]:
        """Return what history says of the row, as JSON can hold it."""
        columns = {**self.values._asdict(), "description": self.description}
        del columns["id"]
        return {
            name: str(value) if isinstance(value, UUID) else value
            for name, value in columns.items()
        }


class Block:
    """What one thread writes to one database, from the lock until the end."""

    def __init__(self, using: str, savepoints: tuple[str, ...]) -> None:
        self.using = using
        self._savepoints = savepoints
        self._before: dict[type[Model], dict[UUID, Seen | None]] = {}
        self._is_locked = False
        self.is_unsure = False
        """Whether rows may have changed that nobody has noted."""

    def lock(self, *, nowait: bool = False) -> None:
        """Be the only writer from now on, until the transaction ends."""
        if not self._is_locked:
            own_writes.note(self.using, self._savepoints)
            lock_generation(self.using, nowait=nowait)
            self._is_locked = True

    def note(self, model: type[Model], pks: Iterable[UUID]) -> None:
        """Remember what these rows are, since they are about to be written."""
        self.lock()
        base = base_of(model)
        noted = self._before.setdefault(base, {})
        new = [pk for pk in dict.fromkeys(pks) if pk not in noted]
        noted |= dict.fromkeys(new) | see(self.using, base, new)

    def look(self, model: type[Model], pks: Iterable[UUID]) -> dict[UUID, Seen]:
        """Return what these rows are, which others may change until they are noted."""
        return see(self.using, base_of(model), pks)

    def remember(self, model: type[Model], seen: dict[UUID, Seen]) -> None:
        """Remember what rows are of which only the description is to be written."""
        for pk, before in seen.items():
            self.note_as(model, pk, before)

    def note_as(self, model: type[Model], pk: UUID, before: Seen | None) -> None:
        """Remember what a row was that has been written already."""
        self._before.setdefault(base_of(model), {}).setdefault(pk, before)

    def finish(self) -> None:
        """Log what has become of the rows, and start a generation if need be."""
        changes = [*self._changes()]
        seen = [
            (before and before.values, after and after.values)
            for before, after in changes
            if (before and before.values) != (after and after.values)
        ]
        last = self._write_log(changes) if changes else 0
        if self.is_unsure:
            self._start_anew()
        elif seen:
            gone, come = zip(*seen, strict=True)
            self._start_after(gone, come, last)

    def _changes(self) -> Iterator[tuple[Seen | None, Seen | None]]:
        # Types first, as in history a type is made before its items.
        for base in sorted(self._before, key=lambda model: model.__name__, reverse=True):
            after = see(self.using, base, self._before[base])
            for pk, before in self._before[base].items():
                if before != after.get(pk):
                    yield before, after.get(pk)

    def _write_log(self, changes: list[tuple[Seen | None, Seen | None]]) -> int:
        rows = [_change(before, after) for before, after in changes]
        log = QuerySet(Change, using=self.using)
        log.bulk_create(rows, batch_size=MOST_AT_ONCE)
        # MySQL does not tell the keys that it has given.
        return max(row.pk or 0 for row in rows) or log.aggregate(Max("pk"))["pk__max"]

    def _start_after(
        self, gone: Iterable[Values | None], come: Iterable[Values | None], last: int
    ) -> None:
        stamp = find_stamp(self.using)
        if stamp is None or stamp.digest == UNKNOWN:
            self._start_anew()
            return
        digest = shifted(stamp.digest, filter(None, gone), filter(None, come))
        of_generation(self.using).update(token=uuid4(), digest=digest, last=last)

    def _start_anew(self) -> None:
        """Start a generation if any row is another one; who is behind reads all."""
        rows = read_rows(self.using, locked=may_see_old_rows(self.using))
        digest = rows.digest()
        last = QuerySet(Change, using=self.using).aggregate(Max("pk"))["pk__max"] or 0
        changed = of_generation(self.using).exclude(digest=digest)
        changed.update(token=uuid4(), digest=digest, last=last, first=last)


class _Blocks(threading.local):
    """The blocks that the thread is in, by database alias."""

    def __init__(self) -> None:
        self.by_alias: dict[str, Block] = {}


_blocks = _Blocks()


@contextmanager
def writing(using: str, *, locked: bool = True) -> Iterator[Block]:
    """Run the block in a transaction, as the only writer of plugin rows.

    At its end a new generation starts, if selection sees other rows than before. A
    block inside another one is part of that. If not ``locked``, the lock is taken only
    when a row is noted that is to be written.
    """
    if block := _blocks.by_alias.get(using):
        if locked:
            block.lock()
        yield block
        return
    connection = connections[using]
    savepoints = tuple(connection.savepoint_ids)
    # With a savepoint, since rows must not stay without their generation where an
    # outer transaction survives an error.
    with transaction.atomic(using=using):
        block = _blocks.by_alias[using] = Block(using, savepoints)
        try:
            if locked:
                block.lock()
            yield block
            if not connection.needs_rollback:
                block.finish()
        finally:
            del _blocks.by_alias[using]


def lock(using: str, *, nowait: bool = False) -> None:
    """Be the only writer of plugin rows until the open transaction ends.

    Waits, or raises OperationalError at once if another one has the lock.
    """
    if block := _blocks.by_alias.get(using):
        block.lock(nowait=nowait)
    else:
        lock_generation(using, nowait=nowait)


def start_generation(using: str) -> None:
    """Start a new generation, whether rows have changed or not."""
    with writing(using) as block:
        of_generation(using).update(digest=UNKNOWN)
        block.is_unsure = True


def see(using: str, base: type[Model], pks: Iterable[UUID]) -> dict[UUID, Seen]:
    """Return those of the rows that are there."""
    make: Any = VALUES[base.__name__]
    key = KEYS[base.__name__]
    width = len(make._fields)
    found = {}
    for some in batches(using, pks):
        rows = plain(base, using).filter(pk__in=some)
        if may_see_old_rows(using):
            rows = rows.select_for_update()
        columns = rows.values_list(*make._fields, "description", *key)
        for row in read(columns, connections[using]):
            values = make(*row[:width])
            found[values.id] = Seen(values, *row[width:])
    return found


def base_of(model: type[Model]) -> type[Model]:
    """Return the model whose table has the rows of a proxy or a subclass."""
    for base in map(_model, VALUES):
        if issubclass(model, base):
            return base  # type: ignore[no-any-return]  # the registry knows no more
    raise TypeError(f"{model.__name__} is no model of plugin rows.")


def _change(before: Seen | None, after: Seen | None) -> Change:
    row: Any = after or before
    is_type = isinstance(row.values, TypeValues)
    old, new = before and before.columns(), after and after.columns()
    if old and new:
        same = {name for name in old if old[name] == new[name]}
        old = {name: old[name] for name in old if name not in same}
        new = {name: new[name] for name in new if name not in same}
    author = find_author()
    return Change(
        kind=author.kind,
        user_id=author.user_id,
        user=author.name,
        way=author.way,
        reason=author.reason,
        row_id=row.values.id,
        type_id=row.values.id if is_type else row.values.plugin_type_id,
        type_name=row.type_name,
        manager=row.manager,
        name="" if is_type else row.values.name,
        module="" if is_type else row.values.module,
        before=old,
        after=new,
    )


def _model(name: str) -> Any:
    # By name, since those models are built on this module.
    return apps.get_model("django_plugin_system", name)
