"""Lookups: from memory, at the start of a request, and in many threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import perf_counter

from django.db import connection
from django.test.utils import CaptureQueriesContext
from waffle import switch_is_active
from waffle.models import Switch

from django_plugin_system import fresh_plugins, get_plugin, get_plugin_instance
from django_plugin_system.models import Generation
from django_plugin_system.scopes import begin_task, end_task

from . import floor
from .hooks import hooks
from .peers import Peer
from .plugins import Mail, Sender
from .ratios import Measure, Ratio, timed
from .rows import synced

THREADS = 8
SHARED_LOOKUPS = 800_000
LOOKUPS_OF_A_TASK = 10


def lookups(peers: list[Peer]) -> Iterator[Ratio]:
    """Yield the ratios of lookups among ten items."""
    with synced(10):
        with fresh_plugins():
            yield from _warm(peers)
        yield from _outside()
        yield from _first_of_a_request()
        yield Ratio(
            f"{SHARED_LOOKUPS:,} `get_plugin()` in {THREADS} threads, "
            "against as many in one",
            # Threads that wait for each other use no processor.
            timed(lambda: _share_out(SHARED_LOOKUPS, THREADS), clock=perf_counter),
            timed(lambda: _share_out(SHARED_LOOKUPS, 1), clock=perf_counter),
            limit=1.5,
        )


def _warm(peers: list[Peer]) -> Iterator[Ratio]:
    by_type = _by_type()
    by_name = timed(
        "get_plugin_instance('sender', 'benchmarks')",
        get_plugin_instance=get_plugin_instance,
    )
    by_hand = _by_hand()
    yield Ratio(
        "`get_plugin()`, against a dict hit and instantiation (goal: 5)",
        by_type,
        by_hand,
        limit=10,
    )
    yield Ratio(
        "`get_plugin_instance()`, against the same (goal: 5)",
        by_name,
        by_hand,
        limit=10,
    )
    floor.find()
    yield Ratio(
        "`get_plugin()`, against the least with the same promises (goal: 2.5)",
        by_type,
        timed("look_up(Sender)", look_up=floor.look_up, Sender=Sender),
        limit=5,
    )
    yield Ratio(
        "`get_plugin()`, against a hook of pluggy that takes the first result",
        by_type,
        timed("hooks.get_sender()", hooks=hooks()),
        limit=1,
    )
    Switch.objects.create(name="mail", active=True)
    yield Ratio(
        "`get_plugin()`, against `switch_is_active()` of django-waffle",
        by_type,
        timed("switch_is_active('mail')", switch_is_active=switch_is_active),
        limit=1,
    )
    for peer in peers:
        yield Ratio(
            f"`get_plugin_instance()`, against that of {peer.name}",
            by_name,
            peer.measure,
            limit=1,
        )


def _outside() -> Iterator[Ratio]:
    yield Ratio(
        "`get_plugin()` outside of any request, against a dict hit and instantiation",
        _by_type(),
        _by_hand(),
        limit=9,
    )
    yield Ratio(
        f"task with {LOOKUPS_OF_A_TASK} `get_plugin()`, against its query by hand",
        timed(_run_task),
        timed(_query),
        limit=2,
    )


def _first_of_a_request() -> Iterator[Ratio]:
    yield Ratio(
        "first lookup of a request, against its query by hand",
        timed(_look_up),
        timed(_query),
        limit=2,
    )
    yield Ratio(
        "queries of the first lookup of a request, against one",
        lambda: _queries(_look_up),
        lambda: _queries(_query),
        limit=1,
        show=lambda count: f"{count:g}",
    )


def _by_type() -> Measure:
    return timed("get_plugin(Sender)", get_plugin=get_plugin, Sender=Sender)


def _by_hand() -> Measure:
    return timed(
        "classes['sender', 'benchmarks']()",
        classes={("sender", "benchmarks"): Mail},
    )


def _run_task() -> None:
    # What the signals of Celery and of Django's tasks call.
    begin_task()
    for _ in range(LOOKUPS_OF_A_TASK):
        get_plugin(Sender)
    end_task()


def _look_up() -> None:
    with fresh_plugins():
        get_plugin(Sender)


def _query() -> None:
    Generation.objects.filter(pk=1).values_list("token", flat=True).first()


def _queries(work: Callable[[], object]) -> float:
    with CaptureQueriesContext(connection) as queries:
        work()
    return len(queries)


def _share_out(lookups: int, threads: int) -> None:
    # Threads that are done must not take the place of others.
    everyone = Barrier(threads)

    def look_up() -> None:
        everyone.wait()
        with fresh_plugins():
            for _ in range(lookups // threads):
                get_plugin(Sender)

    with ThreadPoolExecutor(threads) as pool:
        for running in [pool.submit(look_up) for _ in range(threads)]:
            # Raises what the thread has raised.
            running.result()
