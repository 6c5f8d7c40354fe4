"""A process that takes orders about plugins of its own; see lines.py."""

from __future__ import annotations

import select
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import asdict
from io import StringIO
from itertools import count, cycle
from typing import Any

import django
from django.core import serializers
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext, override_settings

django.setup()

from django_plugin_system import fresh_plugins  # noqa: E402  # needs apps
from django_plugin_system.exceptions import SyncError  # noqa: E402  # needs apps
from django_plugin_system.models import (  # noqa: E402
    PluginItem,
    PluginStatus,
    PluginType,
)
from django_plugin_system.register import (  # noqa: E402
    register_plugin_item,
    register_plugin_type,
)
from django_plugin_system.selection.select import find_selected  # noqa: E402
from django_plugin_system.sync import sync  # noqa: E402
from django_plugin_system.testing import isolated_plugins  # noqa: E402
from tests.services.lines import listen, say  # noqa: E402

MANAGER = "django.contrib.auth"
MODULE = "django.contrib.contenttypes"

declared = ExitStack()
configured = ExitStack()
transactions: list[transaction.Atomic] = []


class AbstractCarrier(ABC):
    @abstractmethod
    def carry(self) -> None: ...


class Carrier(AbstractCarrier):
    def carry(self) -> None: ...


# Orders


def backend() -> int:
    """Return how the server calls this process's connection; SQLite does not."""
    ask = {
        "postgresql": "SELECT pg_backend_pid()",
        "mysql": "SELECT CONNECTION_ID()",
        "sqlite": "SELECT 0",
    }
    with connection.cursor() as cursor:
        cursor.execute(ask[connection.vendor])
        return int(cursor.fetchone()[0])


def declare(
    items: int = 0,
    *,
    names: Iterable[str] = (),
    priority: int = 0,
    description: str = "",
) -> None:
    """Have the code of this process declare one type and so many items of it."""
    declared.close()
    declared.enter_context(isolated_plugins())
    register_plugin_type(
        {
            "name": "carrier",
            "manager": MANAGER,
            "interface": AbstractCarrier,
            "description": description,
        }
    )
    for name in (*names, *(f"item_{number:04}" for number in range(items))):
        register_plugin_item(
            {
                "name": name,
                "module": MODULE,
                "type_name": "carrier",
                "manager_name": MANAGER,
                "plugin_class": Carrier,
                "priority": priority,
                "description": description,
            }
        )


def run_sync(pause_before: str = "", **arguments: Any) -> dict[str, Any] | str:
    """Sync; pause, at the first statement that begins so, until told to go on."""
    with pausing(pause_before) if pause_before else nullcontext():
        try:
            return asdict(sync(**arguments))
        except SyncError as error:
            return str(error)


def count_queries(**arguments: Any) -> list[str]:
    """Sync, and return the first word of each statement."""
    with CaptureQueriesContext(connection) as queries:
        sync(**arguments)
    return [query["sql"].split()[0] for query in queries]


def rows() -> dict[str, list[Any]]:
    """Return id, status, priority and description of each item."""
    return {
        item.name: [str(item.pk), item.status, item.priority, item.description]
        for item in PluginItem.objects.order_by("name")
    }


def edit(name: str, **columns: object) -> int:
    """Do what an operator does."""
    return PluginItem.objects.filter(name=name).update(**columns)


def delete(types: bool = False, items: list[str] | None = None) -> None:
    """Do what prune does in a process where their app is not installed."""
    if types:
        PluginType.objects.all().delete()
    PluginItem.objects.filter(name__in=items or []).delete()


def ask(pause_at: str = "", *, request: bool = True) -> str | None:
    """Return who answers, in a request of its own; pause before that statement."""
    with (
        pausing(pause_at) if pause_at else nullcontext(),
        fresh_plugins() if request else nullcontext(),
    ):
        item = find_selected("carrier", MANAGER)
        return item.name if item else None


def ask_twice(pause_at: str) -> list[str | None]:
    """Ask, pausing before that statement, and again in the same request."""
    with fresh_plugins():
        with pausing(pause_at):
            first = find_selected("carrier", MANAGER)
        second = find_selected("carrier", MANAGER)
        return [item.name if item else None for item in (first, second)]


def sql(statement: str) -> None:
    """Write behind the ORM's back."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def command(*arguments: str) -> None:
    """Run a command in this process."""
    call_command(*arguments, verbosity=0, stdout=StringIO())


def decide(*arguments: str) -> list[Any]:
    """Run manage.py plugins; return its exit code and what it has printed."""
    printed = StringIO()
    try:
        call_command("plugins", *arguments, stdout=printed)
    except CommandError as error:
        return [error.returncode, str(error)]
    return [0, printed.getvalue()]


def save(name: str, **columns: object) -> None:
    """Save one item, as the page of an item does."""
    item = PluginItem.objects.get(name=name)
    for column, value in columns.items():
        setattr(item, column, value)
    item.save()


def upsert(name: str, **columns: object) -> None:
    """Write through update_or_create()."""
    PluginItem.objects.update_or_create(name=name, defaults=columns)


def load(name: str, **columns: object) -> None:
    """Write as loaddata does, in one transaction."""
    item = PluginItem.objects.get(name=name)
    for column, value in columns.items():
        setattr(item, column, value)
    fixture = serializers.serialize("json", [item])
    with transaction.atomic():
        for loaded in serializers.deserialize("json", fixture):
            loaded.save()


def lock(name: str, **columns: object) -> None:
    """Read a row to write it afterwards."""
    PluginItem.objects.select_for_update().get(name=name)


def bulk(name: str, **columns: object) -> None:
    """Write through bulk_update()."""
    items = list(PluginItem.objects.filter(name=name))
    for item in items:
        for column, value in columns.items():
            setattr(item, column, value)
    PluginItem.objects.bulk_update(items, list(columns))


def configure(**keys: object) -> None:
    """Give the process other settings, until it forgets."""
    configured.enter_context(override_settings(PLUGIN_SYSTEM=keys))


def begin() -> None:
    transactions.append(transaction.atomic())
    transactions[-1].__enter__()


def commit() -> None:
    transactions.pop().__exit__(None, None, None)


def roll_back() -> None:
    transaction.set_rollback(True)
    commit()


def forget() -> None:
    """Be like new: no transaction, no plugins."""
    while transactions:
        roll_back()
    declared.close()
    configured.close()


def operate() -> dict[str, int]:
    """Edit all items, in one way after the other, until told to stop.

    Nobody else writes a status, and in create mode no priority either, so both have to
    be there at the next edit; those that are not are counted.
    """
    items = list(PluginItem.objects.order_by("name"))
    expected = {item.pk: (item.status, item.priority) for item in items}
    ways = cycle([save_each, update_each, update_all, update_all_backwards])
    seen = {"edits": 0, "lost statuses": 0, "lost priorities": 0}
    for number, status in zip(count(1), cycle(PluginStatus.values), strict=False):
        for item in PluginItem.objects.filter(pk__in=expected):
            seen["lost statuses"] += item.status != expected[item.pk][0]
            seen["lost priorities"] += item.priority != expected[item.pk][1]
        if is_told_to_stop():
            break
        next(ways)(list(expected), status, -number)
        expected = dict.fromkeys(expected, (status, -number))
        seen["edits"] += 1
    return seen


ORDERS: dict[str, Callable[..., Any]] = {
    order.__name__: order
    for order in (
        ask,
        ask_twice,
        backend,
        begin,
        bulk,
        command,
        commit,
        configure,
        count_queries,
        decide,
        declare,
        delete,
        edit,
        forget,
        load,
        lock,
        operate,
        roll_back,
        rows,
        run_sync,
        save,
        sql,
        upsert,
    )
}


# The ways of an operator


def save_each(pks: list[object], status: str, priority: int) -> None:
    for pk in pks:
        item = PluginItem.objects.get(pk=pk)
        item.status, item.priority = status, priority
        item.save()


def update_each(pks: list[object], status: str, priority: int) -> None:
    for pk in pks:
        PluginItem.objects.filter(pk=pk).update(status=status, priority=priority)


def update_all(pks: list[object], status: str, priority: int) -> None:
    PluginItem.objects.filter(pk__in=pks).update(status=status, priority=priority)


def update_all_backwards(pks: list[object], status: str, priority: int) -> None:
    # Whoever locks the rows in any other order, and waits, ends in a deadlock.
    with transaction.atomic():
        update_each(pks[::-1], status, priority)


# Listening


def is_told_to_stop() -> bool:
    # An operator takes a breath between two edits.
    return bool(select.select([sys.stdin], [], [], 0.01)[0] and sys.stdin.readline())


@contextmanager
def pausing(start: str) -> Iterator[None]:
    paused = False

    def pause(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        nonlocal paused
        if start in sql and not paused:
            paused = True
            say("paused", sql)
            sys.stdin.readline()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(pause):
        yield


if __name__ == "__main__":
    backend()
    listen(ORDERS)
