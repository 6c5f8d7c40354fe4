"""Django projects in processes and SQLite files of their own."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent
from threading import Timer

from .forks import fork_server

HERE = Path(__file__).parent
PROJECT = HERE / "project"
TOOLS = HERE / "tools"

DEADLINE = 60

# Django leaves closing a script's connection to its end, where Python 3.13 complains.
WARNINGS = ["-W", "error", "-W", "ignore::ResourceWarning"]

SET_UP = "import django; django.setup()\n"
MANAGE = """
import runpy, sys
sys.argv = {argv}
runpy.run_path("manage.py", run_name="__main__")
"""


@dataclass(frozen=True)
class Site:
    """A project directory with a database; every command is a process of its own."""

    root: Path
    database: Path
    settings: str = "settings"
    started: Console | None = None
    """A live process of the site: its children save what start-up takes."""

    def manage(self, *arguments: str, exit_code: int = 0) -> str:
        """Run a management command; return all it printed, once its exit code fits."""
        if self.started:
            script = MANAGE.format(argv=["manage.py", *arguments])
            return self.started.perform(script, self.database, exit_code)
        return self._python(["manage.py", *arguments], exit_code)

    def run(self, script: str) -> list[str]:
        """Run a script with apps loaded; return the lines it printed."""
        if self.started:
            return self.started.perform(script, self.database).splitlines()
        return self._python(["-c", SET_UP + dedent(script)]).splitlines()

    def with_settings(self, *lines: str) -> Site:
        """Return the same site with lines added at the end of its settings."""
        taken = len(list(self._scratch.glob("variant_*.py")))
        name = f"variant_{taken}"
        text = [f"from {self.settings} import *", *lines, ""]
        (self._scratch / f"{name}.py").write_text("\n".join(text))
        return replace(self, settings=name, started=None)

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        """Run one SQL statement on the database; return its rows."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            return connection.execute(statement).fetchall()

    def items(
        self, columns: str = "name, status, priority"
    ) -> list[tuple[object, ...]]:
        """Return these columns of the plugin items' rows, by name."""
        return self.sql(
            f"SELECT {columns} FROM django_plugin_system_pluginitem "
            "ORDER BY name, module"
        )

    def types(self, columns: str = "name, manager") -> list[tuple[object, ...]]:
        """Return these columns of the plugin types' rows, by name."""
        return self.sql(
            f"SELECT {columns} FROM django_plugin_system_plugintype "
            "ORDER BY name, manager"
        )

    def set_items(self, assignment: str, *names: str) -> None:
        """Change rows of plugin items, those named or all, before a process starts."""
        where = " OR ".join(f"name = '{name}'" for name in names) or "1"
        self.sql(
            f"UPDATE django_plugin_system_pluginitem SET {assignment} WHERE {where}"
        )

    def write(self, files: dict[str, str]) -> None:
        """Write files of the site; missing directories become packages."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            for folder in path.relative_to(self.root).parents[:-1]:
                (self.root / folder / "__init__.py").touch()
            path.write_text(dedent(text))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a process of the site and return it running."""
        return subprocess.Popen(
            [sys.executable, *WARNINGS, *arguments],
            cwd=self.root,
            env=self._environment(),
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    @contextmanager
    def console(self) -> Iterator[Console]:
        """Keep one process of the site alive, to run script after script in."""
        with self.start(str(TOOLS / "console.py")) as process:
            try:
                yield Console(process)
            finally:
                process.kill()

    @property
    def _scratch(self) -> Path:
        return self.database.parent

    def _python(self, arguments: list[str], exit_code: int = 0) -> str:
        printed, code = fork_server(*WARNINGS).run(
            arguments, self.root, self._environment(), DEADLINE
        )
        assert code == exit_code, printed
        return printed

    def _environment(self) -> dict[str, str]:
        path = [str(self.root), str(self._scratch), str(TOOLS)]
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": self.settings,
            "PYTHONPATH": os.pathsep.join(path),
            "SITE_DATABASE": str(self.database),
            # Python tells by the second and the size whether a file was rewritten.
            "PYTHONDONTWRITEBYTECODE": "1",
        }


class Console:
    """A live process of a site."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, script: str) -> list[str]:
        """Run a script; return the lines it printed. What it does stays."""
        return self.perform(script).splitlines()

    def perform(
        self, script: str, database: Path | None = None, exit_code: int = 0
    ) -> str:
        """Run a script; return all it printed, once its exit code fits.

        With a database it runs in a child of the process, so that nothing stays.
        """
        assert self._process.stdin
        assert self._process.stdout
        sent = {"script": dedent(script), "database": database and str(database)}
        self._process.stdin.write(json.dumps(sent) + "\n")
        self._process.stdin.flush()
        deadline = Timer(DEADLINE, self._process.kill)
        deadline.start()
        try:
            answer = self._process.stdout.readline()
        finally:
            deadline.cancel()
        assert answer, "The process has ended, or had to be."
        printed, code = json.loads(answer)
        assert code == exit_code, printed
        return str(printed)


def new_site(
    directory: Path, template: Path, apps: list[str], files: dict[str, str]
) -> Site:
    """Write a project with these apps; its database starts as a copy of a template."""
    site = Site(directory / "site", directory / "db.sqlite3")
    shutil.copy(template, site.database)
    installed = "".join(f"    {app!r},\n" for app in apps)
    site.root.mkdir()
    site.write(
        {
            "settings.py": "from plain_settings import *\n"
            f"INSTALLED_APPS += [\n{installed}]\n",
            "manage.py": (PROJECT / "manage.py").read_text(),
            **files,
        }
    )
    return site
