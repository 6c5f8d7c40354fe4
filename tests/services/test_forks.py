"""Processes that begin as a copy of one that has looked already."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .processes import PATIENCE, Site, Worker
from .servers import gunicorn
from .web.names import NAMES
from .websites import fetch

pytestmark = [
    pytest.mark.service,
    pytest.mark.parametrize("vendor", ["postgresql"], indirect=True, scope="session"),
]

OLD, NEW = NAMES[:2]
WORKERS = 4
CHILDREN = 20
# Long enough that all workers are busy before the first of them is free again.
LINGER = 0.2


def answers_of_all(url: str, count: int) -> set[str]:
    """Return what that many processes answer, each at least once."""
    answers: dict[str, set[str]] = {}
    deadline = time.monotonic() + PATIENCE
    with ThreadPoolExecutor(count) as visitors:
        while len(answers) < count:
            assert time.monotonic() < deadline, f"only {len(answers)} have answered"
            # A worker that lingers leaves the next request to another one.
            visits = [f"/who/?linger={LINGER}"] * count
            for page in visitors.map(lambda path: fetch(url, path), visits):
                assert page.status == 200, page.text
                answers.setdefault(page.process, set()).add(page.text)
    return set().union(*answers.values())


def test_preloaded(web: Site, two: tuple[Worker, Worker], tmp_path: Path):
    """gunicorn looks, then forks. Each worker's next request sees each switch."""
    _, operator = two

    with gunicorn(
        web, tmp_path / "log", "--preload", workers=WORKERS, module="preloaded"
    ) as url:
        answers = [answers_of_all(url, WORKERS)]
        for name in (NEW, OLD, NEW):
            operator.do("choose", name=name)
            answers.append(answers_of_all(url, WORKERS))

    assert answers == [{OLD}, {NEW}, {OLD}, {NEW}]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_children(two: tuple[Worker, Worker], method: str):
    """P looks, starts children. An operator switches. All see it, and P does."""
    parent, operator = two
    parent.do("ask")
    parent.do("start_children", method=method, count=3)
    before = parent.do("tell_children")

    operator.do("choose", name=NEW)
    after = [*parent.do("tell_children"), parent.do("ask")]

    assert (before, after) == ([OLD] * 3, [NEW] * 4)
    assert parent.do("end_children") == [0] * 3


def test_switched_before_the_fork(two: tuple[Worker, Worker]):
    """P looks. An operator switches. P forks: the child's first request sees it."""
    parent, operator = two
    parent.do("ask")

    operator.do("choose", name=NEW)
    parent.do("start_children", method="fork", count=1)

    assert parent.do("tell_children") == [NEW]


@pytest.mark.parametrize("pause_at", ["generation", "plugintype", "pluginitem"])
def test_forked_while_a_thread_reads(two: tuple[Worker, Worker], pause_at: str):
    """T begins to read the rows, for all threads of P. P forks. The child answers.

    Whatever lock T holds, nobody in the child will ever release it.
    """
    parent, operator = two
    parent.do("ask")
    parent.do("hire", count=1)
    operator.do("choose", name=NEW)

    parent.do("start", args=[0, "ask"], pause_at=pause_at)
    parent.do("hear", actor=0, kind="paused")
    parent.do("start_children", method="fork", count=1)
    answers = parent.do("tell_children")

    assert (answers, parent.do("go_on", actor=0)) == ([NEW], NEW)


def test_forked_while_a_thread_holds_all_locks(two: tuple[Worker, Worker]):
    """T holds each lock that the library has. P forks. The child asks, writes, asks."""
    parent, _ = two
    parent.do("ask")
    parent.do("hire", count=1)

    parent.do("start", args=[0, "hold_locks"])
    parent.do("hear", actor=0, kind="paused")
    parent.do("start_children", method="fork", count=1)
    answers = [
        *parent.do("tell_children"),
        *parent.do("tell_children", what="choose", name=NEW),
        *parent.do("tell_children"),
    ]

    assert answers == [OLD, None, NEW]
    assert parent.do("go_on", actor=0) > 0


def test_forked_while_a_thread_writes(two: tuple[Worker, Worker]):
    """T begins, writes. P forks. The child sees nothing of it before T commits."""
    parent, _ = two
    parent.do("hire", count=1)
    parent.do("tell", args=[0, "begin"])
    parent.do("tell", args=[0, "choose"], name=NEW)

    parent.do("start_children", method="fork", count=1)
    before = parent.do("tell_children")
    parent.do("tell", args=[0, "commit"])

    assert (before, parent.do("tell_children")) == ([OLD], [NEW])


def test_forked_among_busy_threads(two: tuple[Worker, Worker]):
    """P forks twenty times while its threads ask, write and roll back. None hangs."""
    parent, operator = two
    parent.do("hire", count=4)
    parent.do("stir")

    parent.do("start_children", method="fork", count=CHILDREN)
    before = parent.do("tell_children")
    operator.do("choose", name=NEW)
    after = parent.do("tell_children")

    assert (before, after) == ([OLD] * CHILDREN, [NEW] * CHILDREN)
    assert min(parent.do("calm")) > 0
    assert parent.do("end_children") == [0] * CHILDREN


def test_no_threads(two: tuple[Worker, Worker]):
    """Lookups start no thread, so there is none that a fork could lose."""
    worker, operator = two
    before = worker.do("thread_names")

    for order in ("look", "ask", "visit"):
        worker.do(order)
    operator.do("choose", name=NEW)
    for order in ("look", "ask", "visit"):
        worker.do(order)

    assert before == worker.do("thread_names") == ["MainThread"]
