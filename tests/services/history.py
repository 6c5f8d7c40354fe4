"""What was chosen and what was answered, when; and whether an answer was too old.

All times are seconds on one monotonic clock: that of the process that saw both.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import quantiles


@dataclass(frozen=True, slots=True)
class Toggle:
    """A choice that somebody has made; toggles never overlap."""

    sent: float
    answered: float
    """When it was known to be done. It was committed before that."""

    choice: str


@dataclass(frozen=True, slots=True)
class Response:
    """An answer that somebody has got."""

    started: float
    """Just before the request was sent."""

    ended: float
    answer: str
    path: str = ""
    process: str = ""


@dataclass(slots=True)
class History:
    """All that happened in one run; threads may add to it at once."""

    name: str
    toggles: list[Toggle] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Append everything to a file, one JSON object a line."""
        # In one write: another run may append to the same file.
        with path.open("ab", buffering=0) as file:
            file.write("".join(f"{line}\n" for line in self._lines()).encode())

    def summary(self) -> str:
        """Return the run in a line."""
        times = [response.ended - response.started for response in self.responses]
        return ", ".join(
            [
                f"{self.name}: {len(self.responses)} requests",
                f"{len(self.toggles)} toggles",
                f"{len(find_stale(self.toggles, self.responses))} stale answers",
                f"{len(self.errors)} errors",
                *_percentiles(times),
                f"max {max(times, default=0) * 1000:.1f} ms",
            ]
        )

    def _lines(self) -> Iterator[str]:
        yield json.dumps({"run": self.name, "summary": self.summary()})
        for toggle in self.toggles:
            yield json.dumps({"run": self.name, "kind": "toggle", **asdict(toggle)})
        for response in self.responses:
            yield json.dumps({"run": self.name, "kind": "response", **asdict(response)})
        for error in self.errors:
            yield json.dumps({"run": self.name, "kind": "error", "error": error})


def find_stale(
    toggles: Sequence[Toggle], responses: Sequence[Response]
) -> list[tuple[Response, Toggle]]:
    """Return each answer that is too old or nobody's, and the choice it had to know.

    Right is the last choice that was known to be made when the request began, and any
    later one that was on its way before the answer was there. Requests that began
    before the first choice was made are not judged.
    """
    answered = [toggle.answered for toggle in toggles]
    stale = []
    for response in responses:
        known = bisect_right(answered, response.started) - 1
        if known >= 0 and response.answer not in _right(toggles, known, response):
            stale.append((response, toggles[known]))
    return stale


def _percentiles(times: list[float]) -> Iterator[str]:
    if len(times) < 2:
        return
    cuts = quantiles(times, n=100, method="inclusive")
    for at in (50, 95, 99):
        yield f"p{at} {cuts[at - 1] * 1000:.1f} ms"


def _right(toggles: Sequence[Toggle], known: int, response: Response) -> Iterator[str]:
    for toggle in toggles[known:]:
        if toggle.sent > response.ended:
            return
        yield toggle.choice
