"""Processes of sites that are forked from one that has imported what all of them do."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path
from threading import Timer

SERVER = Path(__file__).parent / "tools" / "forks.py"
MOST = 1 << 20


class ForkServer:
    """One process, which forks another for each order; see tools/forks.py."""

    def __init__(self, options: list[str]) -> None:
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        environment.pop("PYTHONPATH", None)
        self._process = subprocess.Popen(
            [sys.executable, *options, str(SERVER), str(theirs.fileno())],
            env=environment,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
        theirs.close()

    def run(
        self,
        arguments: list[str],
        directory: Path,
        environment: dict[str, str],
        seconds: float,
    ) -> tuple[str, int]:
        """Run a script, or what follows -c; return what it printed, and its exit code.

        It is killed when it takes longer than so many seconds.
        """
        ours, theirs = os.pipe()
        order = {
            "arguments": arguments,
            "directory": str(directory),
            "environment": environment,
        }
        socket.send_fds(self._orders, [json.dumps(order).encode()], [theirs])
        os.close(theirs)
        child = int(self._orders.recv(MOST))
        deadline = Timer(seconds, os.kill, [child, signal.SIGKILL])
        deadline.start()
        try:
            with os.fdopen(ours) as printed:
                text = printed.read()
            return text, int(self._orders.recv(MOST))
        finally:
            deadline.cancel()


@cache
def fork_server(*options: str) -> ForkServer:
    """Return the one of this process, whose interpreter has these options."""
    return ForkServer(list(options))
