"""The demo as a process, and what it prints."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

DEMO = Path(__file__).parents[2] / "demo"
RUN = (sys.executable, str(DEMO / "run.py"))


class Demo:
    """A running demo, and the addresses it printed before it served."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.told: dict[str, str] = {}
        for line in process.stdout:
            if line.startswith("Ctrl-C"):
                break
            name, _, value = line.partition(":")
            self.told[name.strip()] = value.strip()

    @property
    def url(self) -> str:
        return self.told["The page"]

    @property
    def file(self) -> Path:
        return Path(self.told["File"])

    def port(self, name: str) -> int:
        return urlsplit(self.told[name]).port

    def end(self, sent: signal.Signals) -> tuple[int, str, str]:
        """Send a signal; return exit code, and the rest of what was printed."""
        self.process.send_signal(sent)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out.strip(), err


@contextmanager
def running(*command: str) -> Iterator[Demo]:
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Demo(process)
        finally:
            # Does nothing to a process that has ended.
            process.terminate()
