"""Changing statuses and order, as the only writer of plugin rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from django.db import OperationalError, connections

from ..exceptions import PluginItemNotFound, PluginTypeNotFound
from ..models import PluginItem, PluginStatus, PluginType
from ..models.generation import writing
from ..specs import ItemKey, TypeKey
from .known import read_to_write
from .last_active import find_outcome
from .order import Where, rearranged, renumber

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Edit:
    """One value of one row that has changed."""

    item: PluginItem
    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one change to the items of a type."""

    before: PluginType
    """The row with its items as they were."""

    after: PluginType
    """The row with its items as they are now, or would be if it were confirmed."""

    edits: tuple[Edit, ...]
    """What was written, or would be; nothing if all was so already."""

    unconfirmed: str | None = None
    """Who would answer, in words, if a confirmation is missing: nothing was written."""


def set_status(
    key: ItemKey, status: PluginStatus, *, using: str, confirmed: bool | str = False
) -> Decision:
    """Give an item a status; raise PluginItemNotFound if it has no row.

    What takes away the last active item of a type has to be ``confirmed``: whatever
    comes of it, or just the outcome in these words. Else nothing is written.
    """

    def decide(plugin_type: PluginType) -> str | None:
        item = _get(plugin_type, key)
        outcome = find_outcome(plugin_type, {item.pk: status.value})
        return None if confirmed in (True, outcome) else outcome

    return _carry_out(key.type, using, decide)


def move(
    key: ItemKey, where: Where, other: ItemKey | None = None, *, using: str
) -> Decision:
    """Put an item elsewhere among all of its type, whatever their statuses.

    ``other`` is the item of the same type that it goes before or after. The others keep
    their order, and as few priorities change as can be. Raises PluginItemNotFound if
    one of them has no row, OrderError if there are more items than priorities.
    """

    def decide(plugin_type: PluginType) -> None:
        item = _get(plugin_type, key)
        beside = other and _get(plugin_type, other)
        wanted = rearranged(plugin_type.get_all_plugins(), item, where, beside)
        ranks = [each.rank() for each in wanted]
        for each, number in zip(
            wanted, renumber(ranks, {wanted.index(item)}), strict=True
        ):
            each.priority = number

    return _carry_out(key.type, using, decide)


def _carry_out(
    type_: TypeKey, using: str, decide: Callable[[PluginType], str | None]
) -> Decision:
    """Have the rows of a type changed and write them; ``decide`` may say why not."""
    # Under REPEATABLE READ, PostgreSQL refuses the second of two writers and has it
    # try again. An outer transaction is its owner's to repeat.
    attempts = 1 if connections[using].in_atomic_block else ATTEMPTS
    for _ in range(attempts - 1):
        with suppress(OperationalError):
            return _try(type_, using, decide)
    return _try(type_, using, decide)


def _try(
    type_: TypeKey, using: str, decide: Callable[[PluginType], str | None]
) -> Decision:
    with writing(using):
        before, after = _read_twice(type_, using)
        unconfirmed = decide(after)
        edits = _differences(before, after)
        if not unconfirmed:
            _write(edits, using)
        return Decision(before, after, edits, unconfirmed)


def _read_twice(type_: TypeKey, using: str) -> tuple[PluginType, PluginType]:
    rows = read_to_write(using)
    before, after = rows.find_type_row(type_), rows.find_type_row(type_)
    if before is None or after is None:
        raise PluginTypeNotFound(
            f"Plugin type {type_} has no row in database {using!r}. "
            f"Run 'manage.py pluginsync --database {using}'."
        )
    return before, after


def _get(plugin_type: PluginType, key: ItemKey) -> PluginItem:
    for item in plugin_type.get_all_plugins():
        if item.key == key:
            return item
    using = plugin_type._state.db
    raise PluginItemNotFound(
        f"Plugin item {key} has no row in database {using!r}. "
        f"Run 'manage.py pluginsync --database {using}'."
    )


def _differences(before: PluginType, after: PluginType) -> tuple[Edit, ...]:
    was = {item.pk: item for item in before.get_all_plugins()}
    return tuple(
        Edit(item, field, getattr(was[item.pk], field), getattr(item, field))
        for item in after.get_all_plugins()
        for field in ("status", "priority")
        if getattr(was[item.pk], field) != getattr(item, field)
    )


def _write(edits: Sequence[Edit], using: str) -> None:
    items = PluginItem.objects.using(using)
    for field in sorted({edit.field for edit in edits}):
        items.bulk_update([edit.item for edit in edits if edit.field == field], [field])
