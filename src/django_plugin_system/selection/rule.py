"""The default rule, as pure functions: first active, else first reserve."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Protocol, TypeVar


class Candidate(Protocol):
    """What the rule looks at: a row, or anything shaped like one."""

    status: str

    @property
    def is_orphan(self) -> bool: ...

    def rank(self) -> tuple[int, str, str]: ...


CandidateT = TypeVar("CandidateT", bound=Candidate)


class Verdict(Enum):
    """What became of a candidate; the value is the reason that people read."""

    CHOSEN = "chosen: first of the active items"
    CHOSEN_FROM_RESERVE = "chosen: first of the reserve items, as none is active"
    OUTRANKED = "passed over: another item comes first"
    RESERVE = "in reserve: it answers when no active item is left"
    DISABLED = "dropped: disabled"
    ORPHAN = "dropped: no code is registered for it in this process"
    UP_TO_OVERRIDE = "eligible: get_plugin decides at each call"
    OVERRIDDEN = "passed over: get_plugin chose otherwise"
    CHOSEN_BY_OVERRIDE = "chosen: by get_plugin"
    OVERRIDDEN_IN_TEST = "passed over: override_plugin() decides"
    CHOSEN_IN_TEST = "chosen: by override_plugin()"
    CHOSEN_THOUGH_DISABLED = "chosen: by get_plugin, although it is disabled"
    CHOSEN_IN_SAFE_MODE = "chosen: first of the registered items, by SAFE_MODE"

    @property
    def is_chosen(self) -> bool:
        return self.name.startswith("CHOSEN")


def judge(candidates: Iterable[CandidateT]) -> list[tuple[CandidateT, Verdict]]:
    """Return every candidate with its verdict: active, reserve, then the dropped."""
    active, reserve, dropped = [], [], []
    for candidate in sorted(candidates, key=lambda each: each.rank()):
        if candidate.is_orphan:
            dropped.append((candidate, Verdict.ORPHAN))
        elif candidate.status == "active":
            active.append((candidate, Verdict.OUTRANKED))
        elif candidate.status == "reserve":
            reserve.append((candidate, Verdict.OUTRANKED))
        else:
            dropped.append((candidate, Verdict.DISABLED))
    if active:
        active[0] = (active[0][0], Verdict.CHOSEN)
        reserve = [(candidate, Verdict.RESERVE) for candidate, _ in reserve]
    elif reserve:
        reserve[0] = (reserve[0][0], Verdict.CHOSEN_FROM_RESERVE)
    return active + reserve + dropped


def choose(candidates: Iterable[CandidateT]) -> CandidateT | None:
    """Return the candidate that the default rule takes, or None."""
    return next(
        (candidate for candidate, verdict in judge(candidates) if verdict.is_chosen),
        None,
    )
