"""Why a plugin item answers: every candidate, and the rule that took or dropped it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.core.exceptions import SynchronousOnlyOperation
from django.db import Error, transaction

from ..clock import monotonic
from ..conf import get_conf
from ..exceptions import PluginTypeNotFound
from ..models import PluginItem, PluginStatus, PluginType
from ..register import origin_of
from ..registry import plugins
from ..specs import PluginTypeSpec, TypeKey, dotted
from .current import current, database
from .rule import Verdict, judge
from .select import select

SAFE_RULE = (
    "SAFE_MODE, which ignores all rows: every registered item counts as active, and "
    "the lowest priority number in code comes first"
)
IN_SAFE_MODE = {Verdict.CHOSEN: Verdict.CHOSEN_IN_SAFE_MODE}


@dataclass(frozen=True, slots=True)
class Reason:
    """What became of one candidate."""

    item: PluginItem
    verdict: Verdict

    def __str__(self) -> str:
        item = self.item
        return (
            f"{item.short}, {PluginStatus.word(item.status)}, "
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

    safe_mode: bool = False
    """Whether SAFE_MODE is on, so that what the rows say does not count."""

    def __str__(self) -> str:
        key = TypeKey(self.type_name, self.manager)
        lines = [f"Plugin type {key}: {self.answer}."]
        lines.append(f"  Decided by {self.rule}.")
        lines += [f"  {reason}" for reason in self.candidates]
        return "\n".join(lines)

    @property
    def answer(self) -> str:
        """What a caller gets, in words."""
        if self.varies:
            return "the answer differs from call to call"
        return f"{self.chosen.short} answers" if self.chosen else "nothing answers"


def explain(type_name: str, manager: str, *args: Any, **kwargs: Any) -> Explanation:
    """Return how a plugin type's selection comes out right now, and why.

    The arguments go to the type's ``get_plugin``, which is called unless it is marked
    as varying per call (the ready-made strategies are): then it is only named.
    Raises PluginTypeNotFound when there is no such type, or it has no row.
    In SAFE_MODE no row is needed, and each is shown with the status that it has.
    """
    manager = origin_of(manager)
    spec = plugins.get_type(type_name, manager)
    if get_conf().SAFE_MODE:
        statuses = _find_rows(spec.key)
        return _explain_in_safe_mode(spec, statuses, *args, **kwargs)
    snapshot = current().snapshot
    plugin_type = snapshot.find_type_row(TypeKey(type_name, manager))
    if plugin_type is None and plugins.find_override(spec.key):
        plugin_type = PluginType(name=type_name, manager=manager)
        plugin_type.known_items = []
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
    if spec and get_conf().SAFE_MODE:
        rows = plugin_type.get_all_plugins()
        return _explain_in_safe_mode(spec, rows, *args, **kwargs)
    return _explain(plugin_type, spec, *args, **kwargs)


def _explain(
    plugin_type: PluginType, spec: PluginTypeSpec | None, *args: Any, **kwargs: Any
) -> Explanation:
    judged = judge(plugin_type.get_all_plugins())
    override = spec.get_plugin if spec else None
    if in_test := plugins.find_override(plugin_type.key):
        rule = f"override_plugin(), with {dotted(in_test.plugin_class)}"
        chosen, varies = select(plugin_type), False
        judged = [(item, _overridden_in_test(item, chosen)) for item, _ in judged]
    elif override is None:
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


def _overridden_in_test(item: PluginItem, chosen: PluginItem | None) -> Verdict:
    return Verdict.CHOSEN_IN_TEST if item == chosen else Verdict.OVERRIDDEN_IN_TEST


def _overridden(
    item: PluginItem, verdict: Verdict, chosen: PluginItem | None, varies: bool
) -> Verdict:
    if chosen and _name(item) == _name(chosen):
        is_disabled = verdict is Verdict.DISABLED
        return (
            Verdict.CHOSEN_THOUGH_DISABLED
            if is_disabled
            else Verdict.CHOSEN_BY_OVERRIDE
        )
    if verdict in (Verdict.DISABLED, Verdict.ORPHAN):
        return verdict
    return Verdict.UP_TO_OVERRIDE if varies else Verdict.OVERRIDDEN


# With SAFE_MODE


def _explain_in_safe_mode(
    spec: PluginTypeSpec, rows: list[PluginItem] | None, *args: Any, **kwargs: Any
) -> Explanation:
    # What lookups go by, in which each registered item is active, has the priority
    # that its code gives it, and no row.
    assumed = current().snapshot.find_type_row(spec.key)
    assert assumed is not None
    decided = _explain(assumed, spec, *args, **kwargs)
    known = {_name(row): row for row in rows or ()}
    without = "unknown" if rows is None else "no row"
    shown = {
        _name(reason.item): known.get(_name(reason.item))
        or _row_less(reason.item, without)
        for reason in decided.candidates
    }
    candidates = [
        Reason(
            shown[_name(reason.item)], IN_SAFE_MODE.get(reason.verdict, reason.verdict)
        )
        for reason in decided.candidates
    ]
    orphans = [
        Reason(row, Verdict.ORPHAN) for name, row in known.items() if name not in shown
    ]
    chosen = decided.chosen
    is_told = spec.get_plugin or plugins.find_override(spec.key)
    return replace(
        decided,
        rule=f"{decided.rule}, in {SAFE_RULE}" if is_told else SAFE_RULE,
        chosen=chosen and shown.get(_name(chosen), chosen),
        candidates=(*candidates, *orphans),
        safe_mode=True,
    )


def _name(item: PluginItem) -> tuple[str, str]:
    # Of one type, as the ids are no help: in SAFE_MODE lookups go by rows that were
    # made up.
    return item.name, item.module


def _row_less(item: PluginItem, status: str) -> PluginItem:
    return PluginItem(
        plugin_type=item.plugin_type,
        module=item.module,
        name=item.name,
        status=status,
        priority=item.priority,
    )


def _find_rows(key: TypeKey) -> list[PluginItem] | None:
    """Return the rows of a type's items, or None where they cannot be read."""
    using = database()
    items = PluginItem.objects.using(using).filter(
        plugin_type__name=key.name, plugin_type__manager=key.manager
    )
    try:
        # Else an error would break the caller's transaction.
        with transaction.atomic(using):
            return list(items.select_related("plugin_type"))
    except (Error, SynchronousOnlyOperation):
        return None
