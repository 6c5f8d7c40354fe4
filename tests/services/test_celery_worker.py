"""A real Celery worker with two processes: each task is a request of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from celery import Celery

from .processes import PATIENCE, Site, Worker
from .servers import running
from .web.names import NAMES
from .websites import website

pytestmark = [
    pytest.mark.service,
    pytest.mark.parametrize("vendor", ["postgresql"], indirect=True, scope="session"),
]

REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
PROCESSES = 2
# Long enough that both are busy before the first of them is free again.
LINGER = 0.2


@contextmanager
def broker() -> Iterator[dict[str, object]]:
    """Give settings of Celery with keys of their own; delete these at the end."""
    from redis import Redis

    prefix = f"plugins_{uuid4().hex[:12]}_"
    options = {"global_keyprefix": prefix}
    yield {
        "broker_url": REDIS_URL,
        "broker_transport_options": options,
        "result_backend": REDIS_URL,
        "result_backend_transport_options": options,
    }
    with Redis.from_url(REDIS_URL) as redis:
        for key in redis.scan_iter(f"{prefix}*"):
            redis.delete(key)


@pytest.fixture
def client(web: Site, tmp_path: Path) -> Iterator[Celery]:
    """Sends tasks to a worker that runs."""
    with broker() as conf:
        settings = {f"CELERY_{key.upper()}": value for key, value in conf.items()}
        site = website(web.databases["default"], **settings)
        with Celery(set_as_current=False) as client:
            client.conf.update(conf)
            command = ["celery", "--app=tests.services.web.tasks", "worker"]
            with running(
                site,
                [*command, f"--concurrency={PROCESSES}", "--loglevel=warning"],
                tmp_path / "log",
                lambda: bool(client.control.ping(timeout=0.2)),
            ):
                yield client


def answers_of_all(client: Celery) -> list[str]:
    """Return what tasks answer that were sent now, at least one in each process."""
    answers: dict[int, set[str]] = {}
    deadline = time.monotonic() + PATIENCE
    while len(answers) < PROCESSES:
        assert time.monotonic() < deadline, f"only {len(answers)} have answered"
        tasks = [client.send_task("who", [LINGER]) for _ in range(PROCESSES)]
        for task in tasks:
            process, names = task.get(timeout=PATIENCE)
            answers.setdefault(process, set()).update(names)
    return sorted(set().union(*answers.values()))


def test_a_switch_is_seen_by_the_next_task(client: Celery, two: tuple[Worker, Worker]):
    """Tasks run in each process. An operator switches. Tasks sent then see it."""
    _, operator = two
    seen = [answers_of_all(client)]

    for name in NAMES[1:6]:
        operator.do("choose", name=name)
        seen.append(answers_of_all(client))

    assert seen == [[name] for name in NAMES[:6]]
