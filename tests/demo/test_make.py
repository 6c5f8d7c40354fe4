"""What `make demo` installs, and what it says meanwhile."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# These tests may be run by make, which tells what it runs how it was called itself.
ENVIRON = {name: os.environ[name] for name in os.environ if not name.startswith("MAKE")}

START = "Making an environment in .venv.\n"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As much of a clone as make looks at."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    os.utime(tmp_path / "pyproject.toml", (1, 1))
    return tmp_path


def commands(clone: Path, target: str) -> list[str]:
    """Return what make would run."""
    shown = subprocess.run(
        ["make", "--dry-run", target],
        cwd=clone,
        env=ENVIRON,
        capture_output=True,
        text=True,
        check=True,
    )
    return shown.stdout.replace("\\\n", "").splitlines()


def install(clone: Path, *stamps: str) -> None:
    (clone / ".venv").mkdir()
    for stamp in stamps:
        (clone / ".venv" / stamp).touch()


def test_a_demo_needs_no_tools(clone: Path):
    """In a new clone it installs the library with the extra, and no group."""
    shown = commands(clone, "demo")

    (installs,) = [line for line in shown if "pip install" in line]
    assert '--editable ".[demo]"' in installs
    assert "--group" not in installs
    assert shown[-1] == ".venv/bin/python demo/run.py"


@pytest.mark.parametrize("stamps", [("demo",), ("demo", "ready")])
def test_what_is_installed_is_not_installed_again(clone: Path, stamps):
    """A second demo, and one after `make test`, needs no network."""
    install(clone, *stamps)

    assert commands(clone, "demo") == [".venv/bin/python demo/run.py"]


def test_tests_after_a_demo(clone: Path):
    """The tools are added to what the demo has; a demo then asks for no more."""
    install(clone, "demo")

    shown = commands(clone, "test")

    assert [line for line in shown if "--group dev" in line]
    assert "touch .venv/demo .venv/ready" in shown


def fake_python(clone: Path, *, has_all: bool) -> None:
    """Put an interpreter into .venv that cannot install, as without a network."""
    python = clone / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(
        "#!/bin/sh\n"
        'case "$1$2" in\n'
        "-mpip) exit 1;;\n"
        f"-c*) exit {0 if has_all else 1};;\n"
        'demo/run.py) echo "The demo runs.";;\n'
        "esac\n"
    )
    python.chmod(0o755)


@pytest.mark.parametrize("has_all", [True, False])
def test_without_a_network(clone: Path, has_all):
    """What an earlier installation has left will do; without one the demo stops."""
    fake_python(clone, has_all=has_all)

    done = subprocess.run(
        ["make", "demo", f"PYTHON={sys.executable}"],
        env=ENVIRON,
        cwd=clone,
        capture_output=True,
        text=True,
    )

    said = START + (
        "Installing Django, this library and a small mail server into it, once.\n"
    )
    if has_all:
        said += (
            "That failed, but an earlier installation is there, which will do.\n"
            "The demo runs.\n"
        )
    assert (done.returncode, done.stdout) == (0 if has_all else 2, said)
    assert not (clone / ".venv" / "demo").exists()
