"""Children of a process that go on answering, however they were started."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from django.db import connections

from tests.services.processes import PATIENCE

from .orders import ORDERS

children: list[tuple[BaseProcess, Connection]] = []


def answer(line: Connection) -> None:
    """Be a child: do what it is told."""
    while told := line.recv():
        order, arguments = told
        try:
            line.send(ORDERS[order](**arguments))
        except Exception as error:  # noqa: BLE001  # the parent hears of it
            line.send(f"{type(error).__name__}: {error}")


# Orders


def start_children(method: str, count: int) -> None:
    """Start children one after the other."""
    context = multiprocessing.get_context(method)
    for _ in range(count):
        # What Django asks of whoever forks: two must not use one connection.
        connections.close_all()
        ours, theirs = context.Pipe()
        child = context.Process(target=answer, args=(theirs,), daemon=True)
        child.start()
        theirs.close()
        children.append((child, ours))


def tell_children(what: str = "ask", **arguments: Any) -> list[Any]:
    """Give all of them an order; return the results, or which of them hang."""
    for _, line in children:
        line.send((what, arguments))
    return [
        line.recv() if line.poll(PATIENCE / 2) else f"{child.name} hangs"
        for child, line in children
    ]


def end_children() -> list[int | None]:
    """Have them end; return their exit codes."""
    for _, line in children:
        line.send(None)
    for child, _ in children:
        child.join(PATIENCE / 2)
    return [child.exitcode for child, _ in children]


def forget_children() -> None:
    """End those that are left, whatever they do."""
    for child, line in children:
        child.kill()
        child.join()
        line.close()
    children.clear()


CHILD_ORDERS = {
    order.__name__: order for order in (end_children, start_children, tell_children)
}
