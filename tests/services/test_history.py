"""The judge of the load tests, with histories that are made up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .history import History, Response, Toggle, find_stale

# A choice each second: sent at the full second, known to be made a tenth later.
TOGGLES = [Toggle(float(at), at + 0.1, name) for at, name in enumerate("ABCA")]


@pytest.mark.parametrize(
    ("started", "ended", "answer"),
    [
        pytest.param(1.2, 1.3, "B", id="the last choice"),
        pytest.param(1.1, 1.3, "B", id="at the moment it is known"),
        pytest.param(1.05, 1.3, "A", id="the last but one, while the last is sent"),
        pytest.param(1.05, 1.3, "B", id="the last, while it is sent"),
        pytest.param(0.5, 2.5, "C", id="two choices are made meanwhile"),
        pytest.param(0.5, 2.5, "B", id="the first of two"),
        pytest.param(3.2, 9.0, "A", id="a choice that is made again"),
        pytest.param(0.05, 0.2, "Z", id="from before the first choice"),
    ],
)
def test_right(started: float, ended: float, answer: str):
    """An answer may be the last known choice, or one that is made meanwhile."""
    assert find_stale(TOGGLES, [Response(started, ended, answer)]) == []


@pytest.mark.parametrize(
    ("started", "ended", "answer", "known"),
    [
        pytest.param(1.2, 1.3, "A", 1, id="the last but one"),
        pytest.param(1.1, 1.3, "A", 1, id="at the moment the last is known"),
        pytest.param(1.2, 2.5, "A", 1, id="though another is made meanwhile"),
        pytest.param(2.2, 2.3, "A", 2, id="its turn is over, and comes again later"),
        pytest.param(3.2, 3.3, "C", 3, id="after the end of all"),
        pytest.param(1.2, 1.3, "C", 1, id="nobody has chosen it yet"),
        pytest.param(1.2, 1.3, "", 1, id="nothing at all"),
    ],
)
def test_stale(started: float, ended: float, answer: str, known: int):
    """An answer is stale if a later choice was known before the request began."""
    response = Response(started, ended, answer)

    assert find_stale(TOGGLES, [response]) == [(response, TOGGLES[known])]


def test_stale_among_others():
    """One stale answer is found among those that are right, in any order."""
    stale = Response(2.5, 2.6, "B")
    right = [Response(at + 0.5, at + 0.6, name) for at, name in enumerate("ABCA")]

    assert find_stale(TOGGLES, [*right[::-1], stale, *right]) == [(stale, TOGGLES[2])]


def test_nothing_to_judge():
    """Without choices or answers, none is stale."""
    assert find_stale([], [Response(1.0, 1.1, "A")]) == []
    assert find_stale(TOGGLES, []) == []


def test_written(tmp_path: Path):
    """A run is appended to the file, its summary first."""
    log = tmp_path / "load.jsonl"
    history = History("made up", TOGGLES[:1], [Response(1.0, 1.1, "B")], ["refused"])

    history.write(log)
    history.write(log)

    first, *others = map(json.loads, log.read_text().splitlines()[:4])
    assert len(log.read_text().splitlines()) == 8
    assert first == {
        "run": "made up",
        "summary": "made up: 1 requests, 1 toggles, 1 stale answers, 1 errors, "
        "max 100.0 ms",
    }
    assert [line["kind"] for line in others] == ["toggle", "response", "error"]
    assert others[0]["choice"] == "A"


def test_percentiles():
    """The summary tells how long answers took."""
    responses = [Response(1.0, 1.0 + ms / 1000, "A") for ms in range(101)]

    summary = History("made up", TOGGLES[:1], responses).summary()

    assert summary == (
        "made up: 101 requests, 1 toggles, 0 stale answers, 0 errors, "
        "p50 50.0 ms, p95 95.0 ms, p99 99.0 ms, max 100.0 ms"
    )
