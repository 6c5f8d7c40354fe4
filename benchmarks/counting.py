"""Instructions of a process, as valgrind counts them: the same on a busy machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping

VALGRIND = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]


def can_count() -> bool:
    """Tell whether valgrind is installed."""
    return shutil.which("valgrind") is not None


def count_instructions(
    command: list[str], environ: Mapping[str, str] = os.environ
) -> int:
    """Run a command under valgrind; return how many instructions it took."""
    run = subprocess.run(
        [*VALGRIND, *command],
        # Otherwise dicts would differ from run to run.
        env={**environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"Collected : (\d+)", run.stderr)
    assert found, run.stderr
    return int(found[1])
