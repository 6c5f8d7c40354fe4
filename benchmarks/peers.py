"""Earlier releases from the package index, each in a scratch environment.

They have the import name of this package, so each answers from a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import django

ROOT = Path(__file__).parent.parent
SCRATCH = ROOT / ".bench"

# Each with the first Django that it does not allow, if any.
RELEASES = {"1.1.0": None, "2.0.9": (6, 1)}


class PeerUnavailable(Exception):
    """An earlier release could not be installed, or has stopped answering."""


@dataclass(frozen=True)
class Peer:
    """A process in which an earlier release answers."""

    version: str
    process: subprocess.Popen[str]
    django_version: str

    @property
    def name(self) -> str:
        """What the release is called, and its Django where that is another one."""
        name = f"release {self.version}"
        is_same = self.django_version == django.get_version()
        return name if is_same else f"{name} on Django {self.django_version}"

    def measure(self) -> float:
        """Return the seconds that one of its lookups takes."""
        return float(_ask(self.version, self.process, "again\n"))


@contextmanager
def started() -> Iterator[list[Peer]]:
    """Start a process for each release, in an environment that is made if missing.

    Raises PeerUnavailable when that cannot be done.
    """
    with ExitStack() as stack:
        yield [
            stack.enter_context(_answering(version, _environment(version)))
            for version in RELEASES
        ]


@contextmanager
def _answering(version: str, python: Path) -> Iterator[Peer]:
    with subprocess.Popen(
        [python, "-m", "benchmarks.published", version],
        cwd=ROOT,
        env=_clean_environ(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        # It ends when its input does.
        yield Peer(version, process, django_version=_ask(version, process))


def _ask(version: str, process: subprocess.Popen[str], question: str = "") -> str:
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(question)
        process.stdin.flush()
    except BrokenPipeError:
        answer = ""
    else:
        answer = process.stdout.readline().strip()
    if not answer:
        raise PeerUnavailable(
            f"The process of release {version} has stopped answering; what it said is "
            "above."
        )
    return answer


def _environment(version: str) -> Path:
    """Return the Python of an environment that has the release, made if missing."""
    requirements = [f"django-plugin-system=={version}", _django_for(version)]
    versions = [version, django.get_version(), *map(str, sys.version_info[:2])]
    path = SCRATCH / "-".join(versions)
    python = path / "bin" / "python"
    ready = path / "ready"
    if not ready.exists():
        print(f"Installing {' and '.join(requirements)} in {path.relative_to(ROOT)}.")
        _run(sys.executable, "-m", "venv", "--clear", path)
        _run(python, "-m", "pip", "install", *requirements)
        ready.touch()
    return python


def _django_for(version: str) -> str:
    below = RELEASES[version]
    if below and django.VERSION[:2] >= below:
        return f"Django<{'.'.join(map(str, below))}"
    return f"Django=={django.get_version()}"


def _run(*command: str | Path) -> None:
    done = subprocess.run(
        command,
        env=_clean_environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PeerUnavailable(
            f"{done.stdout}\n'{' '.join(map(str, command))}' exits with "
            f"{done.returncode}, so there is nothing to measure against. The earlier "
            "releases are installed from the package index (PyPI), which has to be "
            "reachable the first time."
        )


def _clean_environ() -> dict[str, str]:
    # Settings and paths of this project are not for theirs.
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DJANGO_", "PYTHON"))
    }
