"""Why a plugin item answers: every candidate, and the rule that took or dropped it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from ..clock import monotonic
from ..exceptions import PluginTypeNotFound
from ..models import PluginItem, PluginType
from ..register import origin_of
from ..registry import plugins
from ..specs import PluginTypeSpec, TypeKey, dotted
from .current import current
from .rule import Verdict, judge
from .select import select


@dataclass(frozen=True, slots=True)
class Reason:
    """What became of one candidate."""

    item: PluginItem
    verdict: Verdict

    def __str__(self) -> str:
        item = self.item
        return (
            f"{item.name} ({item.module}), {item.status}, "
            f"priority {item.priority}: {self.verdict.value}"
        )


@dataclass(frozen=True, slots=True)
class Explanation:
    """One selection, laid open; ``str()`` of it is for people."""

    type_name: str
    manager: str
    rule: str
    """Who decided, in words."""

    chosen: PluginItem | None
    """The item that answers; None also when that differs from call to call."""

    varies: bool
    """Whether the answer differs from call to call, so that none is given here."""

    candidates: tuple[Reason, ...]
    """Every row of the type: active, reserve, then the dropped, each by rank."""

    generation: UUID | None = None
    """The generation of the rows; None where there is none, as after own writes."""

    age: float | None = None
    """For how many seconds this process has known the rows; None in the admin."""

    def __str__(self) -> str:
        lines = [f"Plugin type {self.type_name!r} of {self.manager!r}: {self.answer}."]
        lines.append(f"  Decided by {self.rule}.")
        lines += [f"  {reason}" for reason in self.candidates]
        return "\n".join(lines)

    @property
    def answer(self) -> str:
        """What a caller gets, in words."""
        if self.varies:
            return "the answer differs from call to call"
        return f"{self.chosen.name} answers" if self.chosen else "nothing answers"


def explain(type_name: str, manager: str, *args: Any, **kwargs: Any) -> Explanation:
    """Return how a plugin type's selection comes out right now, and why.

    The arguments go to the type's ``get_plugin``, which is called unless it is marked
    as varying per call (the ready-made strategies are): then it is only named.
    Raises PluginTypeNotFound when there is no such type, or it has no row.
    """
    manager = origin_of(manager)
    spec = plugins.get_type(type_name, manager)
    snapshot = current().snapshot
    plugin_type = snapshot.find_type_row(TypeKey(type_name, manager))
    if plugin_type is None:
        raise PluginTypeNotFound(
            f"Plugin type {type_name!r} of {manager!r} has no row yet. "
            "Run 'manage.py pluginsync'."
        )
    return replace(
        explain_type(plugin_type, spec, *args, **kwargs),
        generation=snapshot.token,
        age=monotonic() - snapshot.loaded_at,
    )


def explain_type(
    plugin_type: PluginType, spec: PluginTypeSpec | None, *args: Any, **kwargs: Any
) -> Explanation:
    """Explain the selection among the items of a row that is already at hand."""
    judged = judge(plugin_type.get_all_plugins())
    override = spec.get_plugin if spec else None
    if override is None:
        rule = "the default rule: lowest priority number first, active before reserve"
        chosen = next((item for item, verdict in judged if verdict.is_chosen), None)
        varies = False
    else:
        rule = f"get_plugin: {dotted(override)}"
        varies = getattr(override, "varies_per_call", False)
        chosen = None if varies else select(plugin_type, *args, **kwargs)
        judged = [
            (item, _overridden(item, verdict, chosen, varies))
            for item, verdict in judged
        ]
    return Explanation(
        type_name=plugin_type.name,
        manager=plugin_type.manager,
        rule=rule,
        chosen=chosen,
        varies=varies,
        candidates=tuple(Reason(item, verdict) for item, verdict in judged),
    )


def _overridden(
    item: PluginItem, verdict: Verdict, chosen: PluginItem | None, varies: bool
) -> Verdict:
    if item == chosen:
        return Verdict.CHOSEN_BY_OVERRIDE
    if verdict in (Verdict.DISABLED, Verdict.ORPHAN):
        return verdict
    return Verdict.UP_TO_OVERRIDE if varies else Verdict.OVERRIDDEN
