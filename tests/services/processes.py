"""Other processes: commands that run to their end, and workers that take orders."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
WORKER = "tests.services.worker"
PATIENCE = 30.0


class Site:
    """The settings of a project, and its ``manage.py``."""

    def __init__(
        self,
        databases: dict[str, dict[str, object]],
        *,
        apps: Iterable[str] = (),
        routers: Iterable[str] = (),
        migrations: dict[str, str | None] | None = None,
        settings: dict[str, object] | None = None,
        python: Path = Path(sys.executable),
        path: Path | None = None,
    ) -> None:
        site = {
            "databases": databases,
            "apps": list(apps),
            "routers": list(routers),
            "migrations": migrations or {},
            "settings": settings or {},
        }
        self.databases = databases
        self.python = python
        self.environ = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.services.settings",
            "PYTHONPATH": os.pathsep.join(str(each) for each in (ROOT, path) if each),
            "SITE": json.dumps(site),
        }

    def manage(self, *arguments: str, exit_code: int = 0) -> str:
        """Run a command and return what it has printed, errors too."""
        command = subprocess.run(
            [self.python, "-m", "django", *arguments, "--no-color"],
            cwd=ROOT,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert command.returncode == exit_code, command.stdout
        return command.stdout

    def run(self, code: str) -> Any:
        """Run code in the project's shell and return the JSON it has printed."""
        return json.loads(self.manage("shell", "--verbosity=0", "--command", code))


class Worker:
    """A process of the site that does what it is told, a line each; see worker.py."""

    def __init__(self, site: Site, module: str = WORKER) -> None:
        self.site = site
        self.module = module
        self.state = "starting"
        self.process = subprocess.Popen(
            [site.python, "-m", module],
            cwd=ROOT,
            env=site.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            start_new_session=True,
        )

    def start(self, order: str, **arguments: object) -> None:
        """Give an order without waiting for its end."""
        self.state = "busy"
        self.say(json.dumps([order, arguments]))

    def say(self, line: str) -> None:
        """Send a line to a worker that is pausing or ends when told."""
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n")

    def hear(self, kind: str = "result") -> Any:
        """Wait for what the worker says next, which has to be of that kind."""
        assert self.process.stdout
        # There is never more than one line to come, so none can be in the buffer.
        assert select.select([self.process.stdout], [], [], PATIENCE)[0], "no answer"
        line = self.process.stdout.readline()
        said, content = json.loads(line) if line else ("end", None)
        self.state = "ready" if said in ("ready", "result") else "busy"
        assert said == kind, f"{said}: {content}"
        return content

    def do(self, order: str, **arguments: object) -> Any:
        """Give an order and return its result."""
        self.start(order, **arguments)
        return self.hear()

    def kill(self) -> None:
        """End the process and its children, whatever they do."""
        kill(self.process)
        self.process.communicate()


class Pool:
    """Workers that outlive a test: starting them takes longer than most tests."""

    def __init__(self, site: Site, count: int, module: str = WORKER) -> None:
        self.workers = [Worker(site, module) for _ in range(count)]

    def get_ready(self) -> list[Worker]:
        """Return the workers, all of them as if they were new."""
        for number, worker in enumerate(self.workers):
            if worker.state == "busy":
                worker.kill()
                self.workers[number] = Worker(worker.site, worker.module)
        for worker in self.workers:
            if worker.state == "starting":
                worker.hear("ready")
            worker.do("forget")
        return self.workers

    def kill(self) -> None:
        for worker in self.workers:
            worker.kill()


def kill(process: subprocess.Popen[Any]) -> None:
    """End a process that leads a session, and all its children."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def at_once(workers: list[Worker], order: str, **arguments: object) -> list[Any]:
    """Give all the same order, all of them being ready; return their results."""
    for worker in workers:
        worker.start(order, **arguments)
    return [worker.hear() for worker in workers]


def eventually(is_so: Callable[[], bool]) -> None:
    """Wait until something is so; fail when it does not become so in time."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "it never was so"
        # InnoDB tells the same again to whoever asks more often than each 0.1 seconds.
        time.sleep(0.15)
