"""plugins activate, reserve and disable: give an item another status."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial

from django.core.management.base import CommandError, CommandParser

from ...decisions.change import Decision, set_status
from ...decisions.known import find_item, read_now
from ...models import PluginStatus
from ...specs import ItemKey
from .answers import in_words, orphan_note, short, tell_change
from .base import DONE, REFUSED, Call, Subcommand, add_item


def add_arguments(parser: CommandParser) -> None:
    """Take the item, and a yes beforehand."""
    add_item(parser)
    parser.add_argument(
        "--yes",
        action="store_true",
        help="Do so even if its type is left without an active item.",
    )


def handle(call: Call, status: PluginStatus) -> int:
    """Give the item the status, and print what that has changed."""
    key = find_item(call.options["item"], read_now(call.using))
    confirmed: bool | str = call.options["yes"]
    while True:
        decision = set_status(key, status, using=call.using, confirmed=confirmed)
        if not decision.unconfirmed:
            break
        if not _confirms(call, key, decision.unconfirmed):
            raise CommandError(_refusal(key, decision.unconfirmed), returncode=REFUSED)
        # Nothing was locked meanwhile: what was said yes to may not be what comes now.
        confirmed = decision.unconfirmed
    tell_change(decision, call, list(_lines(decision, call, key)))
    return DONE


def _confirms(call: Call, key: ItemKey, outcome: str) -> bool:
    if call.is_for_programs or not sys.stdin or not sys.stdin.isatty():
        return False
    try:
        answer = input(f"{_consequence(key, outcome)} Do it? [y/N] ")
    except (EOFError, KeyboardInterrupt):
        return False
    return answer.strip().lower() in ("y", "yes")


def _refusal(key: ItemKey, outcome: str) -> str:
    return (
        f"Nothing was changed. {_consequence(key, outcome)} "
        "If that is wanted, repeat it with --yes."
    )


def _consequence(key: ItemKey, outcome: str) -> str:
    return f"{short(key)} is the last active item of {key.type}; after that {outcome}."


def _lines(decision: Decision, call: Call, key: ItemKey) -> Iterator[str]:
    item = next(each for each in decision.after.get_all_plugins() if each.key == key)
    now = in_words(item.status)
    if decision.edits:
        before = in_words(str(decision.edits[0].before))
        yield f"{key} is {now} now; it was {before}."
    else:
        yield f"{key} is {now} already; nothing to do."
    yield from orphan_note(item, call)


ACTIVATE = Subcommand(
    "activate",
    "Let an item answer.",
    partial(handle, status=PluginStatus.ACTIVE),
    add_arguments,
)
RESERVE = Subcommand(
    "reserve",
    "Let an item answer only while no active item can.",
    partial(handle, status=PluginStatus.RESERVED),
    add_arguments,
)
DISABLE = Subcommand(
    "disable",
    "Let an item never answer.",
    partial(handle, status=PluginStatus.DISABLED),
    add_arguments,
)
