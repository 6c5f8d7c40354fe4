"""Threads of one process that take orders, each on its own or all at once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from queue import Queue
from threading import Barrier, Event, Thread
from typing import Any

from django.db import connection

from tests.services.processes import PATIENCE

from .orders import ORDERS, ask, begin, choose, roll_back

Said = tuple[str, Any]


class Actor(Thread):
    """Does what it is told, and pauses within it if it is to."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.inbox: Queue[tuple[Callable[..., Any], dict[str, Any]]] = Queue()
        self.outbox: Queue[Said] = Queue()
        self._go_on = Event()

    def run(self) -> None:
        while True:
            order, arguments = self.inbox.get()
            try:
                self.outbox.put(("result", order(**arguments)))
            except Exception as error:  # noqa: BLE001  # whoever gave it hears of it
                self.outbox.put(("error", f"{type(error).__name__}: {error}"))

    def pause(self, where: str) -> None:
        """Stop until told to go on; called by the actor itself."""
        self.outbox.put(("paused", where))
        self._go_on.wait()
        self._go_on.clear()

    def go_on(self) -> None:
        self._go_on.set()

    def hear(self, kind: str) -> Any:
        said, content = self.outbox.get(timeout=PATIENCE)
        if said != kind:
            raise RuntimeError(f"{said}: {content}")
        return content


actors: list[Actor] = []
over = Event()


# Orders


def hire(count: int) -> None:
    """Start threads that wait for orders."""
    for _ in range(count):
        actor = Actor()
        actors.append(actor)
        actor.start()


def start(actor: int, what: str, **arguments: Any) -> None:
    """Give one of them an order."""
    actors[actor].inbox.put((ORDERS[what], arguments))


def hear(actor: int, kind: str = "result") -> Any:
    """Wait for what it says next, which has to be of that kind."""
    return actors[actor].hear(kind)


def go_on(actor: int) -> Any:
    """Have it go on after a pause; return the result of its order."""
    actors[actor].go_on()
    return actors[actor].hear("result")


def tell(actor: int, what: str, **arguments: Any) -> Any:
    """Give one of them an order and return its result."""
    start(actor, what, **arguments)
    return hear(actor)


def tell_all(what: str, **arguments: Any) -> list[Any]:
    """Give all of them an order, for the same moment; return their results."""
    together = Barrier(len(actors))

    def wait_and_do() -> Any:
        together.wait(PATIENCE)
        return ORDERS[what](**arguments)

    for actor in actors:
        actor.inbox.put((wait_and_do, {}))
    return [actor.hear("result") for actor in actors]


def stir() -> None:
    """Have all of them be busy until told to stop: one in two writes, the rest ask."""
    over.clear()
    for number, actor in enumerate(actors):
        actor.inbox.put((keep_writing if number % 2 else keep_asking, {}))


def calm() -> list[int]:
    """Stop them; return how often each has done it."""
    over.set()
    return [actor.hear("result") for actor in actors]


def dismiss() -> None:
    """Have all of them end, in whatever they are, and leave nothing behind."""
    over.set()
    for actor in actors:
        actor.go_on()
        actor.inbox.put((leave, {}))
    for actor in actors:
        actor.join(PATIENCE / 2)
        if actor.is_alive():
            raise RuntimeError(f"{actor.name} hangs")
    actors.clear()


def leave() -> None:
    if connection.in_atomic_block:
        roll_back()
    connection.close()
    sys.exit()


def keep_asking() -> int:
    times = 0
    while not over.is_set():
        ask()
        times += 1
    return times


def keep_writing() -> int:
    times = 0
    while not over.is_set():
        begin()
        choose("nobody")
        ask()
        roll_back()
        times += 1
    return times


ACTOR_ORDERS = {
    order.__name__: order
    for order in (calm, go_on, hear, hire, start, stir, tell, tell_all)
}
