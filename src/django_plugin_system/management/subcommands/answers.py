"""Who answers for a type, and what a change has made of that, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...conf import get_conf
from ...decisions.change import Decision
from ...models import PluginItem, PluginStatus, PluginType
from ...selection.explain import Explanation, explain, explain_type
from ...specs import ItemKey, TypeKey
from .base import Call


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answers when a plugin is asked for without arguments."""

    item: ItemKey | None
    varies: bool = False
    error: str | None = None
    """How the type's get_plugin has failed."""

    def __str__(self) -> str:
        if self.error is not None:
            return f"its get_plugin failed without arguments: {self.error}"
        if self.varies:
            return "the answer differs from call to call"
        return f"{self.name} answers"

    @property
    def name(self) -> str:
        return short(self.item) if self.item else "nothing"

    @property
    def is_nothing(self) -> bool:
        return self.item is None and not self.varies and self.error is None

    def facts(self) -> dict[str, object]:
        """Return what JSON says of it."""
        return {
            "answers": str(self.item) if self.item else None,
            "varies": self.varies,
            "error": self.error,
        }


def find_answer(row: PluginType) -> Answer:
    """Return who answers, also where the type's get_plugin fails."""
    return _answer_of(lambda: explain_type(row, row.spec))


def find_answer_without_row(key: TypeKey) -> Answer | None:
    """Return who answers for a type that has no row: nobody, except in SAFE_MODE."""
    if not get_conf().SAFE_MODE:
        return None
    return _answer_of(lambda: explain(*key))


def _answer_of(ask: Callable[[], Explanation]) -> Answer:
    # A get_plugin is the project's code, and may expect arguments of its caller.
    try:
        explanation = ask()
    except Exception as error:  # noqa: BLE001  # whoever has called is told
        return Answer(None, error=f"{type(error).__name__}: {error}")
    chosen = explanation.chosen
    return Answer(chosen.key if chosen else None, explanation.varies)


def tell_change(decision: Decision, call: Call, lines: list[str]) -> None:
    """Print what a change has done: these lines, and who answers now."""
    after = find_answer(decision.after)
    spec = decision.after.spec
    # What it would have answered before can no longer be asked.
    decides_itself = spec is not None and spec.get_plugin is not None
    before = None if decides_itself else find_answer(decision.before)
    facts = {
        "type": str(decision.after.key),
        "changes": [
            {
                "item": str(edit.item.key),
                "field": edit.field,
                "before": shown(edit.field, edit.before),
                "after": shown(edit.field, edit.after),
            }
            for edit in decision.edits
        ],
        "answered": str(before.item) if before and before.item else None,
        **after.facts(),
    }
    call.show(facts, [*lines, *_outcome(decision, before, after, call)])


def _outcome(
    decision: Decision, before: Answer | None, after: Answer, call: Call
) -> Iterator[str]:
    paint = call.style.WARNING if after.is_nothing else call.style.SUCCESS
    key = decision.after.key
    if after.error is not None:
        yield call.style.WARNING(f"{key}: {after}")
    elif before is None:
        yield paint(f"{key}: {after}; its get_plugin decides.")
    elif before == after:
        yield paint(f"{key}: {after}, as before.")
    else:
        yield paint(f"{key}: {before.name} answered, {after.name} answers now.")
    if get_conf().SAFE_MODE:
        yield call.style.WARNING(
            "SAFE_MODE is on: until it is off, rows decide nothing."
        )


def orphan_note(item: PluginItem, call: Call) -> Iterator[str]:
    """Yield a warning if no code is registered for the item."""
    if item.is_orphan:
        yield call.style.WARNING(
            f"No code is registered for {item.key} in this process, so it cannot "
            "answer, whatever its status."
        )


def short(item: ItemKey | PluginItem) -> str:
    """Return how people write an item beside its type."""
    return item.short


def shown(field: str, value: object) -> object:
    """Return how people and programs read a value of a row."""
    return status_word(str(value)) if field == "status" else value


def status_word(status: str) -> str:
    """Return what people call a status, the same in all languages."""
    return PluginStatus.word(status)


def in_words(status: str) -> str:
    """Return what follows "the item is"."""
    return "in reserve" if status == PluginStatus.RESERVED else status_word(status)
