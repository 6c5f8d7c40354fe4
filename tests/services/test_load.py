"""Servers under load while an operator switches: no answer is ever stale.

Every process has only its own memory: no cache is configured. How long each run lasts
is told by LOAD_SECONDS, and where everything that happened is written by LOAD_LOG.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import count, cycle
from pathlib import Path
from threading import Event, Thread

import pytest

from .databases import make_database
from .history import History, Response, Toggle, find_stale
from .processes import PATIENCE, Site
from .servers import gunicorn, uvicorn
from .web.names import NAMES
from .websites import Operator, fetch, furnish, website

pytestmark = pytest.mark.service

SECONDS = float(os.environ.get("LOAD_SECONDS", "6"))
VISITORS = 4
# Only what tells a run from one in which nothing happened.
TOGGLES_PER_SECOND = 0.5
RESPONSES_PER_SECOND = 5

Server = Callable[[Site, Path], AbstractContextManager[str]]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The site on a PostgreSQL database of its own."""
    with make_database("postgresql", tmp_path) as database:
        site = website(database.settings)
        furnish(site)
        yield site


@pytest.mark.parametrize(
    ("server", "workers", "paths"),
    [
        pytest.param(gunicorn, 4, ["/who/"], id="gunicorn"),
        pytest.param(uvicorn, 2, ["/who/"], id="uvicorn-sync"),
        pytest.param(uvicorn, 2, ["/awho/"], id="uvicorn-async"),
    ],
)
def test_never_stale(
    site: Site,
    server: Server,
    workers: int,
    paths: list[str],
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capfd: pytest.CaptureFixture[str],
):
    """A request that begins after a commit shows that choice or a later one.

    An operator makes one item after the other the first, through the admin, while
    visitors ask all the time. Each toggle is known to be committed when the admin has
    answered; each answer tells by its name which toggle it knows of.
    """
    history = History(request.node.callspec.id)

    with server(site, tmp_path / "log") as url:
        run(url, paths, history)
        history.write(Path(os.environ.get("LOAD_LOG", tmp_path / "load.jsonl")))
        with capfd.disabled():
            sys.stderr.write(f"\n{history.summary()}\n")

        assert history.errors == []
        assert find_stale(history.toggles, history.responses) == []
        assert len(history.toggles) >= TOGGLES_PER_SECOND * SECONDS
        assert len(history.responses) >= RESPONSES_PER_SECOND * SECONDS
        assert len({each.process for each in history.responses}) == workers


def run(url: str, paths: list[str], history: History) -> None:
    """Have an operator and visitors use the site until the time is over."""
    over = Event()
    operator = Operator(url)
    # The first choice is made before anybody asks, so that every answer is judged.
    turns = zip(count(1), cycle(NAMES), strict=False)
    toggle(operator, next(turns), history)
    threads = [
        Thread(target=visit, args=(url, path, history, over))
        for _, path in zip(range(VISITORS), cycle(paths), strict=False)
    ]
    threads.append(Thread(target=operate, args=(operator, turns, history, over)))
    for thread in threads:
        thread.start()
    over.wait(SECONDS)
    over.set()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "somebody waits for an answer"


def operate(
    operator: Operator,
    turns: Iterator[tuple[int, str]],
    history: History,
    over: Event,
) -> None:
    while not over.is_set():
        try:
            toggle(operator, next(turns), history)
        except (AssertionError, OSError) as error:
            history.errors.append(f"operator: {error!r}")


def toggle(operator: Operator, turn: tuple[int, str], history: History) -> None:
    number, name = turn
    path, form = operator.prepare(name, -number)
    sent = time.monotonic()
    operator.save(path, form)
    history.toggles.append(Toggle(sent, time.monotonic(), name))


def visit(url: str, path: str, history: History, over: Event) -> None:
    while not over.is_set():
        started = time.monotonic()
        try:
            page = fetch(url, path)
        except OSError as error:
            history.errors.append(f"{path}: {error!r}")
            continue
        ended = time.monotonic()
        if page.status == 200:
            history.responses.append(
                Response(started, ended, page.text, path, page.process)
            )
        else:
            history.errors.append(f"{path}: {page.status} {page.text}")
