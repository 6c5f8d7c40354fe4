"""plugins move: put an item elsewhere in the order of its type."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.management.base import CommandError, CommandParser

from ...decisions.change import Decision, move
from ...decisions.known import find_item, read_now
from ...decisions.order import Where
from ...models import PluginStatus
from ...selection.snapshot import Snapshot
from ...specs import ItemKey
from .answers import in_words, orphan_note, short, tell_change
from .base import DONE, MISTAKEN, Call, Subcommand, Words, add_item

BESIDE: tuple[Where, ...] = ("before", "after")


def add_arguments(parser: CommandParser) -> None:
    """Take the item, and where it is to go."""
    add_item(parser)
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--first", action="store_true", help="Before all others.")
    place.add_argument("--last", action="store_true", help="After all others.")
    for name in BESIDE:
        place.add_argument(
            f"--{name}",
            nargs="+",
            action=Words,
            metavar="ITEM",
            help=f"Directly {name} another item of the same type.",
        )


def handle(call: Call) -> int:
    """Move the item, and print which priorities that has changed."""
    rows = read_now(call.using)
    key = find_item(call.options["item"], rows)
    where, other = _place(call, key, rows)
    decision = move(key, where, other, using=call.using)
    tell_change(decision, call, list(_lines(decision, call, key, other)))
    return DONE


def _place(call: Call, key: ItemKey, rows: Snapshot) -> tuple[Where, ItemKey | None]:
    for where in BESIDE:
        if text := call.options[where]:
            other = find_item(text, rows, type_=key.type)
            _check_other(key, other, where)
            return where, other
    return "first" if call.options["first"] else "last", None


def _check_other(key: ItemKey, other: ItemKey, where: Where) -> None:
    if other == key:
        raise CommandError(
            f"{key} cannot go {where} itself. Name another item of {key.type}.",
            returncode=MISTAKEN,
        )
    if other.type != key.type:
        raise CommandError(
            f"{key} cannot go {where} {other}, which is of another type. "
            f"Name an item of {key.type}.",
            returncode=MISTAKEN,
        )


def _lines(
    decision: Decision, call: Call, key: ItemKey, other: ItemKey | None
) -> Iterator[str]:
    rows = {item.key: item for item in decision.after.get_all_plugins()}
    if not decision.edits:
        yield f"{key} is there already; nothing to do."
    for edit in decision.edits:
        yield f"{edit.item.key} has priority {edit.after} now; it had {edit.before}."
    item = rows[key]
    if other and rows[other].status != item.status:
        yield (
            f"Statuses come before priorities: {short(key)} is "
            f"{in_words(item.status)}, {short(other)} is "
            f"{in_words(rows[other].status)}."
        )
    elif item.status != PluginStatus.ACTIVE:
        yield f"{short(key)} is {in_words(item.status)}; active items come first."
    yield from orphan_note(item, call)


MOVE = Subcommand(
    "move",
    "Put an item elsewhere in the order of its type, with as few priorities changed as "
    "can be.",
    handle,
    add_arguments,
)
