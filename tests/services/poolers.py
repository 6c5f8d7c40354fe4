"""A pgbouncer that a test starts, on a port of its own, and may start anew."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .clusters import USER, unprivileged
from .processes import eventually
from .servers import free_port, is_listening

CONFIGURATION = """
[databases]
* = host={host} port={port} user={user} {password}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
max_client_conn = 200
logfile = {directory}/log
ignore_startup_parameters = extra_float_digits
"""


class Pooler:
    """Gives each transaction whichever connection is free."""

    def __init__(self, directory: Path, server: dict[str, object]) -> None:
        self.port = free_port()
        self._file = directory / "pgbouncer.ini"
        password = server["PASSWORD"]
        self._file.write_text(
            CONFIGURATION.format(
                host=server["HOST"],
                port=server["PORT"],
                user=server["USER"] or USER,
                password=f"password={password}" if password else "",
                own_port=self.port,
                directory=directory,
            )
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [_program(), "--quiet", self._file], **unprivileged()
        )
        eventually(lambda: is_listening(self.port))

    def stop(self) -> None:
        """Stop at once: the connections of clients break."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def restart(self) -> None:
        self.stop()
        self.start()

    def in_front_of(self, settings: dict[str, object]) -> dict[str, object]:
        """Return what Django is to be told, and no more than where the pooler is."""
        return {**settings, "HOST": "127.0.0.1", "PORT": str(self.port)}


@contextmanager
def make_pooler(server: dict[str, object]) -> Iterator[Pooler]:
    """Start a pooler in front of a server for the block."""
    # Not below a directory of pytest's, which no other user may enter.
    directory = Path(tempfile.mkdtemp(prefix="plugins_"))
    try:
        if user := unprivileged():
            shutil.chown(directory, user["user"], user["group"])
        pooler = Pooler(directory, server)
        pooler.start()
        try:
            yield pooler
        finally:
            pooler.stop()
    finally:
        shutil.rmtree(directory)


def _program() -> str:
    found = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")
    assert found, "pgbouncer is missing"
    return found
