"""Real servers of the site: several processes each, ended with all their children."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .processes import PATIENCE, ROOT, Site, kill


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def is_listening(port: int) -> bool:
    """Tell whether somebody takes connections."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def gunicorn(
    site: Site, log: Path, *options: str, workers: int = 4, module: str = "wsgi"
) -> Iterator[str]:
    """Serve the site by WSGI; give its URL."""
    port = free_port()
    command = ["gunicorn", f"tests.services.web.{module}", f"--bind=127.0.0.1:{port}"]
    with running(
        site,
        [*command, f"--workers={workers}", "--log-level=warning", *options],
        log,
        lambda: is_listening(port),
    ):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def uvicorn(site: Site, log: Path, *, workers: int = 2) -> Iterator[str]:
    """Serve the site by ASGI; give its URL."""
    port = free_port()
    command = ["uvicorn", "tests.services.web.asgi:application", f"--port={port}"]
    with running(
        site,
        [*command, f"--workers={workers}", "--log-level=warning"],
        log,
        lambda: is_listening(port),
    ):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def running(
    site: Site, command: list[str], log: Path, is_ready: Callable[[], bool]
) -> Iterator[None]:
    """Run ``python -m`` for the block; what it has printed is told when that fails."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [site.python, "-m", *command],
            cwd=ROOT,
            env=site.environ,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait(process, is_ready)
            yield
        except BaseException as error:
            error.add_note(f"{command[0]} printed:\n{log.read_text()[-5000:]}")
            raise
        finally:
            kill(process)


def _wait(process: subprocess.Popen[bytes], is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_ready():
        assert process.poll() is None, f"it has ended with {process.returncode}"
        assert time.monotonic() < deadline, "it was not ready in time"
        time.sleep(0.05)
