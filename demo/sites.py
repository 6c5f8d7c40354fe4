"""The two sites of app inheritance: the library as it is, and Voga, which extends it.

Voga starts with a copy of the database that the library has filled.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent


class RunningSite(NamedTuple):
    url: str
    database: Path


class Sites(NamedTuple):
    library: RunningSite
    voga: RunningSite


@contextmanager
def two_sites(directory: Path) -> Iterator[Sites]:
    """Run both for the length of the block, with their databases in a directory."""
    library, voga = directory / "library.sqlite3", directory / "voga.sqlite3"
    print("Making the database of the plain library, and filling it.", flush=True)
    with running("library.settings", library) as library_url:
        print("Giving Voga a copy of it, and migrating that.", flush=True)
        shutil.copy(library, voga)
        with running("voga.settings", voga) as voga_url:
            yield Sites(RunningSite(library_url, library), RunningSite(voga_url, voga))


@contextmanager
def running(settings: str, database: Path) -> Iterator[str]:
    """Run one site in a process of its own; give its address once it is filled."""
    environment = {"DJANGO_SETTINGS_MODULE": settings, "SITE_DATABASE": str(database)}
    with subprocess.Popen(
        [sys.executable, str(HERE / "one_site.py")],
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # Ctrl-C is for this process alone, which closes the input of the other then.
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout
            url = process.stdout.readline().strip()
            if not url:
                raise RuntimeError(f"The site of {settings} has not started.")
            yield url
        finally:
            assert process.stdin
            process.stdin.close()
            # The end of the block hardly waits, if it is Ctrl-C that ends it.
            process.wait()
