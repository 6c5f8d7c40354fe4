"""Changing statuses and order, as the only writer of plugin rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..exceptions import PluginItemNotFound, PluginTypeNotFound
from ..models import PluginItem, PluginStatus, PluginType
from ..models.generation import writing
from ..specs import ItemKey, TypeKey
from .known import read_now
from .last_active import find_outcome
from .order import renumber

Arrange = Callable[[Sequence[ItemKey]], list[ItemKey]]
"""Takes the order that there is and returns the one that is wanted."""


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
    """The row with its items as they are now, or would be."""

    edits: tuple[Edit, ...]
    """What was written, or would be; nothing if all was so already."""

    unconfirmed: str | None = None
    """Who would answer, in words, if a confirmation is missing: nothing was written."""


def set_status(
    key: ItemKey, status: PluginStatus, *, using: str, confirmed: bool
) -> Decision:
    """Give an item a status; raise PluginItemNotFound if it has no row.

    What takes away the last active item of a type has to be ``confirmed``: else
    nothing is written, and the decision says who would answer.
    """
    with writing(using):
        before, after = _read_twice(key.type, using)
        outcome = find_outcome(after, {_get(after, key).pk: status.value})
        edits = _differences(before, after)
        if outcome and not confirmed:
            return Decision(before, after, edits, outcome)
        _write(edits, using)
        return Decision(before, after, edits)


def move(key: ItemKey, arrange: Arrange, *, using: str) -> Decision:
    """Put an item elsewhere among all of its type, whatever their statuses.

    The others keep their order, and as few priorities change as can be.
    Raises PluginItemNotFound if it has no row, OrderError if there are too many.
    """
    with writing(using):
        before, after = _read_twice(key.type, using)
        _get(after, key)
        rows = {item.key: item for item in after.get_all_plugins()}
        wanted = arrange(list(rows))
        ranks = [rows[each].rank() for each in wanted]
        for each, priority in zip(
            wanted, renumber(ranks, {wanted.index(key)}), strict=True
        ):
            rows[each].priority = priority
        edits = _differences(before, after)
        _write(edits, using)
        return Decision(before, after, edits)


def _read_twice(type_: TypeKey, using: str) -> tuple[PluginType, PluginType]:
    rows = read_now(using)
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
