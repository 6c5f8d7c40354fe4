"""A scratch project in which the blocks of a page do what they say.

Blocks run as printed, with three exceptions: ``createsuperuser`` asks no questions,
``runserver`` gets a free port, and ``pip install ./directory`` installs by hand what
the pyproject.toml there says, since it would need the network.
"""

from __future__ import annotations

import difflib
import doctest
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from itertools import groupby
from pathlib import Path

from . import visits
from .browser import Browser
from .pages import Block, Note, parse

HERE = Path(__file__).parent
SECONDS = 60


class Project:
    """One reader's directory, and where in it the reader is."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.site_packages = root.parent / f"{root.name}-site-packages"
        self.cwd = root
        self._written: list[Path] = []
        self._saved_below: list[Block] = []

    @classmethod
    def copy_of(cls, other: Project, root: Path) -> Project:
        """Return a project that goes on where another has ended."""
        project = cls(root)
        shutil.copytree(other.root, root)
        project.cwd = root / other.cwd.relative_to(other.root)
        return project

    def follow(self, page: Path) -> None:
        """Do all that a page has its readers do; fail where it is not so."""
        for is_session, group in groupby(parse(page), _is_session):
            steps = list(group)
            try:
                if is_session:
                    self._type_in(steps)
                else:
                    for step in steps:
                        self._take(step)
            except AssertionError as error:
                raise AssertionError(f"{page.name}: {error}") from None
        assert not self._saved_below, f"{page.name}: a block is never saved."
        self._import_what_was_written()

    def _take(self, step: Block | Note) -> None:
        if isinstance(step, Note):
            self._heed(step)
        elif step.is_directive or step.verb == "not run":
            pass
        elif step.verb == "saved below":
            self._saved_below.append(step)
        elif step.language == "console":
            for command, output in step.commands():
                self._run(command, output, step)
        else:
            self._write(step)

    def _heed(self, note: Note) -> None:
        if note.verb == "do":
            self._run_script(note.rest)
        elif note.verb == "save":
            while self._saved_below:
                self._write(self._saved_below.pop(0))

    def _write(self, block: Block) -> None:
        assert block.target, (
            f"line {block.line}: the block is no session, and its first line names no "
            "file, as in '# otp/plugins.py' or '# mysite/settings.py, at the end'."
        )
        name, append = block.target
        path = self.cwd / name
        path.parent.mkdir(parents=True, exist_ok=True)
        before = f"{path.read_text()}\n\n" if append else ""
        path.write_text(before + block.text)
        self._written.append(path)

    def _run(self, command: str, shown: str, block: Block) -> None:
        where = f"line {block.line}: {command!r}"
        if command.startswith("cd "):
            self.cwd = self.cwd / command.removeprefix("cd ")
        elif command.startswith("pip install ./"):
            self._install(self.cwd / command.removeprefix("pip install ./"))
        elif "runserver" in command:
            _compare(where, shown, self._serve(command, shown, block))
        else:
            if "createsuperuser" in command:
                command += " --noinput"
            done = self._call(command)
            assert done.returncode == 0, (
                f"{where} exits with {done.returncode}:\n{done.stdout}"
            )
            _compare(where, shown, done.stdout)

    def _call(self, command: str | list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            shell=isinstance(command, str),
            cwd=self.cwd,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def _environment(self) -> dict[str, str]:
        # What the tests were told is not for the project: its settings above all.
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("DJANGO_", "PYTEST_", "PYTHON"))
        }
        kept["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), kept["PATH"]])
        return kept | {
            "DJANGO_COLORS": "nocolor",
            "DJANGO_SUPERUSER_PASSWORD": Browser.PASSWORD,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(self.site_packages),
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "error",
        }

    def _type_in(self, blocks: list[Block]) -> None:
        # The lines between are blank, so that doctest reports the page's own.
        text = ""
        for block in blocks:
            text += "\n" * (block.line - text.count("\n")) + block.text
        self._run_script("session.py", text)

    def _run_script(self, name: str, *arguments: str) -> None:
        self._shell(
            f"import sys, runpy; sys.argv[:] = {[name, *arguments]!r}; "
            f"runpy.run_path({str(HERE / name)!r})"
        )

    def _shell(self, source: str) -> None:
        shell = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command"]
        done = self._call([*shell, source])
        assert done.returncode == 0, f"Python says otherwise:\n{done.stdout}"

    def _serve(self, command: str, shown: str, block: Block) -> str:
        """Return what the server prints while the block's visit is paid."""
        port = _free_port()
        log = self.root.parent / f"{self.root.name}-server.log"
        with log.open("w") as output:
            server = subprocess.Popen(
                [*command.split(), "--noreload", str(port)],
                cwd=self.cwd,
                env=self._environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait_for(port, server, log)
            if block.note:
                getattr(visits, block.note.rest)(Browser(f"http://127.0.0.1:{port}"))
            # The server logs a request after it has answered.
            deadline = time.monotonic() + SECONDS
            while not _fits(shown, log.read_text()) and time.monotonic() < deadline:
                time.sleep(0.05)
            return log.read_text()
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(SECONDS)

    def _install(self, directory: Path) -> None:
        told = tomllib.loads((directory / "pyproject.toml").read_text())["project"]
        name = told["name"].replace("-", "_")
        self.site_packages.mkdir(exist_ok=True)
        shutil.copytree(directory / "src", self.site_packages, dirs_exist_ok=True)
        info = self.site_packages / f"{name}-{told['version']}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {told['name']}\nVersion: {told['version']}\n"
        )
        lines = []
        for group, entries in told["entry-points"].items():
            lines.append(f"[{group}]")
            lines += [f"{key} = {value}" for key, value in entries.items()]
        (info / "entry_points.txt").write_text("\n".join(lines) + "\n")

    def _import_what_was_written(self) -> None:
        """Nothing that a page has its readers write may stay unread by Python."""
        names = [
            ".".join(path.relative_to(self.cwd).with_suffix("").parts)
            for path in dict.fromkeys(self._written)
            if path.suffix == ".py" and "-" not in str(path.relative_to(self.cwd))
        ]
        if names:
            self._shell(f"import {', '.join(names)}")


def _is_session(step: Block | Note) -> bool:
    return isinstance(step, Block) and step.is_session


def _compare(where: str, shown: str, printed: str) -> None:
    if not _fits(shown, printed):
        lines = difflib.ndiff(_tidy(shown).splitlines(), _tidy(printed).splitlines())
        raise AssertionError(f"{where} prints otherwise:\n" + "\n".join(lines))


def _fits(shown: str, printed: str) -> bool:
    want, got = _tidy(shown), _tidy(printed)
    checker = doctest.OutputChecker()
    return not shown or checker.check_output(want, got, doctest.ELLIPSIS)


def _tidy(text: str) -> str:
    lines = text.strip().expandtabs(4).splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, f"the server has ended:\n{log.read_text()}"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"the server does not answer:\n{log.read_text()}")
