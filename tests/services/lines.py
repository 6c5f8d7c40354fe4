"""How a process takes orders on stdin and answers on stdout: one JSON value a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any


def say(kind: str, content: object = None) -> None:
    sys.stdout.write(f"{json.dumps([kind, content])}\n")
    sys.stdout.flush()


def listen(orders: Mapping[str, Callable[..., Any]]) -> None:
    """Do what each line says until there is none."""
    say("ready")
    for line in iter(sys.stdin.readline, ""):
        order, arguments = json.loads(line)
        try:
            say("result", orders[order](*arguments.pop("args", ()), **arguments))
        except Exception as error:  # noqa: BLE001  # whoever gave the order hears of it
            say("error", f"{type(error).__name__}: {error}")
