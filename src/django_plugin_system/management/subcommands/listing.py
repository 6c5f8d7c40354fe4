"""plugins list: every type with its items, in the order in which they are asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.core.management.base import CommandParser

from ...decisions.known import find_type, known_types, read_now
from ...models import PluginType
from ...registry import plugins
from ...selection.rule import judge
from ...selection.snapshot import Snapshot
from ...specs import ItemKey, PluginItemSpec, TypeKey
from .answers import Answer, find_answer, find_answer_without_row, short, status_word
from .base import DONE, Call, Subcommand, Words

STATUSES = ("active", "reserve", "disabled")
# What has no row has no status; the columns say so in its place.
NO_ROW = "no row"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: an item with a row, with code, or with both."""

    key: ItemKey
    id: str | None
    status: str | None
    priority: int
    has_code: bool
    answers: bool


@dataclass(frozen=True, slots=True)
class Section:
    """One type and its items, in selection order; those without a row come last."""

    key: TypeKey
    id: str | None
    has_code: bool
    answer: Answer | None
    """None for a type without a row, unless SAFE_MODE is on."""

    entries: list[Entry]


def add_arguments(parser: CommandParser) -> None:
    """Take what the list is cut down to."""
    parser.add_argument(
        "type",
        nargs="*",
        action=Words,
        metavar="TYPE",
        help="Only this type: manager:name, or the name alone if it is unambiguous.",
    )
    parser.add_argument(
        "--status",
        type=status_word,
        choices=STATUSES,
        help="Only items of this status.",
    )


def handle(call: Call) -> int:
    """Print the list, and what could not be declared."""
    rows = read_now(call.using)
    text, status = call.options["type"], call.options["status"]
    keys = [find_type(text, rows)] if text else list(known_types(rows))
    sections = list(_sections(keys, rows, status))
    facts = {
        "database": call.using,
        "types": [_facts(section) for section in sections],
        "unresolved": [asdict(each) for each in plugins.unresolved()],
        "rejected": _errors(plugins.rejected()),
        "broken": _errors(plugins.broken()),
    }
    call.show(facts, _lines(sections, call))
    return DONE


# What there is


def _sections(
    keys: Iterable[TypeKey], rows: Snapshot, status: str | None
) -> Iterator[Section]:
    declared: dict[TypeKey, list[PluginItemSpec]] = defaultdict(list)
    for spec in plugins.items():
        declared[spec.type_key].append(spec)
    for key in keys:
        row = rows.find_type_row(key)
        answer = find_answer(row) if row else find_answer_without_row(key)
        entries = [
            entry
            for entry in _entries(row, declared[key], answer)
            if status in (None, entry.status)
        ]
        if entries or not status:
            yield Section(
                key=key,
                id=str(row.pk) if row else None,
                has_code=plugins.find_type(key) is not None,
                answer=answer,
                entries=entries,
            )


def _entries(
    row: PluginType | None, declared: list[PluginItemSpec], answer: Answer | None
) -> Iterator[Entry]:
    answering = answer.item if answer else None
    items = [item for item, _ in judge(row.get_all_plugins())] if row else []
    for item in items:
        yield Entry(
            key=item.key,
            id=str(item.pk),
            status=status_word(item.status),
            priority=item.priority,
            has_code=not item.is_orphan,
            answers=item.key == answering,
        )
    known = {item.key for item in items}
    for spec in declared:
        if spec.key not in known:
            yield Entry(
                key=spec.key,
                id=None,
                status=None,
                priority=spec.priority,
                has_code=True,
                answers=spec.key == answering,
            )


# For programs


def _facts(section: Section) -> dict[str, Any]:
    answer = section.answer or Answer(None)
    return {
        "type": str(section.key),
        "id": section.id,
        "has_code": section.has_code,
        **answer.facts(),
        "items": [
            {
                "item": str(entry.key),
                "id": entry.id,
                "status": entry.status,
                "priority": entry.priority,
                "has_code": entry.has_code,
                "answers": entry.answers,
            }
            for entry in section.entries
        ],
    }


def _errors(errors: dict[str, Any]) -> dict[str, str]:
    return {
        source: f"{type(error).__name__}: {error}" for source, error in errors.items()
    }


# For people


def _lines(sections: list[Section], call: Call) -> Iterator[str]:
    for section in sections:
        yield from _lines_of(section, call)
    if not sections:
        yield "There is nothing to list."
    yield from _hints(sections, call)
    if not call.options["type"] and not call.options["status"]:
        yield from _mistakes(call)


def _lines_of(section: Section, call: Call) -> Iterator[str]:
    style = call.style
    yield style.MIGRATE_HEADING(str(section.key)) + f": {_answer(section)}"
    for entry in section.entries:
        mark = "*" if entry.answers else " "
        status = entry.status or NO_ROW
        line = f"{mark} {status:<8} {entry.priority:>6}  {short(entry.key)}"
        if not entry.has_code:
            yield style.WARNING(f"{line}  (orphan)")
        elif entry.id is None:
            yield style.WARNING(line)
        else:
            yield style.SUCCESS(line) if entry.answers else line


def _answer(section: Section) -> str:
    if section.answer is None:
        return "no row yet"
    if not section.has_code:
        return "orphan"
    return str(section.answer)


def _hints(sections: list[Section], call: Call) -> Iterator[str]:
    shown: list[Section | Entry] = [*sections]
    for section in sections:
        shown += section.entries
    if any(each.id is None for each in shown):
        yield call.style.NOTICE(
            f"What has no row gets one from 'manage.py pluginsync --database "
            f"{call.using}'."
        )
    if not all(each.has_code for each in shown):
        yield call.style.NOTICE(
            "Orphans have rows, but no code is registered for them in this process."
        )


def _mistakes(call: Call) -> Iterator[str]:
    for source, error in _errors(plugins.broken()).items():
        yield call.style.ERROR(f"{source} could not be loaded: {error}")
    for source, error in _errors(plugins.rejected()).items():
        yield call.style.ERROR(f"{source} was rejected: {error}")
    for unresolved in plugins.unresolved():
        yield call.style.ERROR(
            f"Plugin item {unresolved.item} is registered, but its plugin type "
            f"{unresolved.wanted} is not."
        )


LIST = Subcommand(
    "list",
    "Show types and their items in selection order; '*' marks the item that answers.",
    handle,
    add_arguments,
)
