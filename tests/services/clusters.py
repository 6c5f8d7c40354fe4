"""A PostgreSQL cluster that a test may stop: nobody else is on it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

from .processes import PATIENCE
from .servers import free_port

USER = "postgres"


class Cluster:
    """A server that can be stopped and started again, on another port if need be."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = free_port()
        self._run("initdb", f"--username={USER}", "--auth=trust", "--no-sync")

    def start(self, port: int | None = None) -> None:
        """Start; ``port`` is a way in that the site does not know of."""
        options = f"-F -p {port or self.port} -k '' -c listen_addresses=127.0.0.1"
        self._pg_ctl("start", f"--options={options}")

    def stop(self) -> None:
        """Stop at once, as a crash does: connections break, what is committed stays."""
        self._pg_ctl("stop", "--mode=immediate")

    def restart(self) -> None:
        self.stop()
        self.start()

    def is_running(self) -> bool:
        return (self.directory / "data" / "postmaster.pid").exists()

    def settings(self, name: str, **more: object) -> dict[str, Any]:
        """Return what Django is to be told of a database of the cluster."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": USER,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            # With either, a try to connect could knock at the door more than once.
            "OPTIONS": {"sslmode": "disable", "gssencmode": "disable"},
            **more,
        }

    def make_database(self, template: str = "template1") -> str:
        """Make a database like another one; return its name."""
        import psycopg

        name = f"plugins_{uuid4().hex[:12]}"
        here = {"host": "127.0.0.1", "port": self.port, "user": USER}
        with psycopg.connect(**here, dbname="postgres", autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def _pg_ctl(self, order: str, *options: str) -> None:
        log = self.directory / "log"
        self._run("pg_ctl", order, "--wait", f"--log={log}", *options)

    def _run(self, program: str, *arguments: str) -> None:
        command = subprocess.run(
            [_find(program), f"--pgdata={self.directory / 'data'}", *arguments],
            cwd=self.directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
            **unprivileged(),
        )
        assert command.returncode == 0, f"{command.stdout}\n{self._tail()}"

    def _tail(self) -> str:
        log = self.directory / "log"
        return log.read_text()[-2000:] if log.exists() else ""


@contextmanager
def make_cluster() -> Iterator[Cluster]:
    """Make a cluster that runs; remove it at the end of the block."""
    # Not below a directory of pytest's, which no other user may enter.
    directory = Path(tempfile.mkdtemp(prefix="plugins_"))
    try:
        if user := unprivileged():
            shutil.chown(directory, user["user"], user["group"])
        cluster = Cluster(directory)
        cluster.start()
        try:
            yield cluster
        finally:
            if cluster.is_running():
                cluster.stop()
    finally:
        shutil.rmtree(directory)


class Door:
    """Stands where a server was: hangs up on whoever knocks, and counts them."""

    def __init__(self, port: int) -> None:
        self.knocks = 0
        self._listener = socket.create_server(("127.0.0.1", port))
        self._thread = Thread(target=self._watch)
        self._thread.start()

    def close(self) -> None:
        # Unlike close(), this wakes up the thread that waits for the next one.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _watch(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.knocks += 1
            client.close()


@contextmanager
def door(port: int) -> Iterator[Door]:
    """Have somebody at the port of a server that is down."""
    made = Door(port)
    try:
        yield made
    finally:
        made.close()


def _find(program: str) -> str:
    # Debian keeps them off the PATH, since several versions may be installed.
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    newest_first = sorted(versions, key=lambda each: -float(each.parent.name))
    path = os.pathsep.join([os.environ["PATH"], *map(str, newest_first)])
    found = shutil.which(program, path=path)
    assert found, f"{program} is missing; it comes with the server of PostgreSQL"
    return found


def unprivileged() -> dict[str, Any]:
    # The server refuses to be run by root.
    if os.geteuid():
        return {}
    return {"user": USER, "group": USER, "extra_groups": []}
