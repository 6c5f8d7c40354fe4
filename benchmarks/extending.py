"""Apps that extend others: what they cost at start-up, and where they render."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent, indent

from .counting import can_count, count_instructions
from .ratios import Measure, Ratio

APPS = 50
EXTENDED = 10
MODELS = 4
FIELDS = 6
PROCESSES = 3

SETTINGS = """
SECRET_KEY = "x"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = {apps!r}
DATABASES = {{
    "default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
}}
TEMPLATES = [
    {{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}}
]
"""
CONFIG = """
from {home} import {base} as Base


class Config(Base):
    name = "{name}"
    {more}
"""
SET_UP = """
import time
import django

started = time.process_time()
django.setup()
print(time.process_time() - started)
"""
RENDER = """
import sys, time, timeit
import django

django.setup()
from django.template.loader import get_template, render_to_string

timers = {
    name: timeit.Timer(
        f"render('{name}.html')", timer=time.process_time,
        globals={"render": render_to_string},
    )
    for name in ("own", "inherited")
}
for line in sys.stdin:
    print(timers[line.strip()].timeit(2_000) / 2_000, flush=True)
"""


def extending() -> Iterator[Ratio]:
    """Yield the ratios of starting with many apps and of rendering a template."""
    with TemporaryDirectory() as directory:
        plain, extended = Path(directory, "plain"), Path(directory, "extended")
        write_plain(plain)
        write_extended(extended)
        yield _start_ups(extended, plain)
        with _rendering(extended) as (inherited, own):
            yield Ratio(
                "template that comes from a grandparent, against one of the app itself",
                inherited,
                own,
                limit=1.1,
            )


def _start_ups(extended: Path, plain: Path) -> Ratio:
    name = (
        f"`django.setup()` with {APPS} apps of which {EXTENDED} extend another, "
        "against the same models in plain apps"
    )
    if can_count():
        return Ratio(
            f"{name}, in instructions",
            _instructions(extended),
            _instructions(plain),
            limit=1.1,
            show=lambda count: f"{count / 1e6:.0f} M",
        )
    # Whole processes, on a machine that does other things too.
    return Ratio(name, _start_up(extended), _start_up(plain), limit=1.15)


def write_plain(root: Path) -> None:
    """Write a project of plain apps, with the models that the extended one has."""
    names = [f"app{number}" for number in range(APPS)]
    for number, name in enumerate(names):
        config = CONFIG.format(
            home="django.apps", base="AppConfig", name=name, more="pass"
        )
        is_extended = number < EXTENDED
        _write(root, name, config, _models(range(MODELS), extra=is_extended))
    _write_settings(root, names)


def write_extended(root: Path) -> None:
    """Write a project of which some apps extend others, one of them over two levels."""
    names = [f"app{number}" for number in range(EXTENDED, APPS)]
    for name in names:
        _write(root, name, _plugin_config(name), _models(range(MODELS)))
    for number in range(EXTENDED):
        parent, child = f"library.app{number}", f"voga.app{number}"
        _write(root, parent, _plugin_config(parent), _models(range(MODELS)))
        if number == 0:
            _write(root, "middle.app0", _child_config("middle.app0", parent))
            parent = "middle.app0"
        config = _child_config(child, parent, extends="Model0")
        _write(root, child, config, _child_models(f"library.app{number}"))
        names.append(child)
    _write_settings(root, names)
    for package, name in (("library", "inherited"), ("voga", "own")):
        templates = root / package / "app0" / "templates"
        templates.mkdir()
        (templates / f"{name}.html").write_text("<p>{{ nothing }}</p>\n" * 20)


def _plugin_config(name: str) -> str:
    home = "django_plugin_system.inheritance"
    return CONFIG.format(home=home, base="PluginConfig", name=name, more="pass")


def _child_config(name: str, parent: str, extends: str = "") -> str:
    more = f"extends_models = {[extends] if extends else []!r}"
    return CONFIG.format(home=f"{parent}.apps", base="Config", name=name, more=more)


def _models(numbers: range, *, extra: bool = False) -> str:
    text = "from django.db import models\n"
    for number in numbers:
        fields = [f"field{each} = models.IntegerField()" for each in range(FIELDS)]
        if extra and number == 0:
            fields.append("extra = models.IntegerField()")
        if number:
            other = f"Model{number - 1}"
            fields.append(f"other = models.ForeignKey({other!r}, models.CASCADE)")
        body = indent("\n".join(fields), "    ")
        text += f"\n\nclass Model{number}(models.Model):\n{body}\n"
    return text


def _child_models(parent: str) -> str:
    return dedent(f"""
        from django.db import models
        from {parent}.models import Model0

        class Model0(Model0):
            extra = models.IntegerField()
    """)


def _write(root: Path, name: str, config: str, models: str = "") -> None:
    home = root.joinpath(*name.split("."))
    home.mkdir(parents=True)
    for package in (home, home.parent):
        if package != root:
            (package / "__init__.py").touch()
    (home / "apps.py").write_text(config)
    if models:
        (home / "models.py").write_text(models)


def _write_settings(root: Path, names: list[str]) -> None:
    (root / "settings.py").write_text(SETTINGS.format(apps=names))


def _environ(root: Path) -> dict[str, str]:
    # Modules are compiled once, as on any server.
    kept = {
        name: value
        for name, value in os.environ.items()
        if name != "PYTHONDONTWRITEBYTECODE"
    }
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "settings",
        "PYTHONPATH": str(root),
    }


def _start_up(root: Path) -> Measure:
    _run(root)

    def measure() -> float:
        # The least of a few: a process has more to suffer from than a call.
        return min(_run(root) for _ in range(PROCESSES))

    return measure


def _instructions(root: Path) -> Measure:
    @cache
    def measure() -> float:
        _run(root)
        before, after = (
            count_instructions([sys.executable, "-c", script], _environ(root))
            for script in ("import django", "import django; django.setup()")
        )
        return after - before

    return measure


def _run(root: Path) -> float:
    command = [sys.executable, "-c", SET_UP]
    return float(subprocess.check_output(command, env=_environ(root), text=True))


@contextmanager
def _rendering(root: Path) -> Iterator[tuple[Measure, Measure]]:
    with subprocess.Popen(
        [sys.executable, "-c", RENDER],
        env=_environ(root),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def asked(name: str) -> Measure:
            def measure() -> float:
                assert process.stdin
                assert process.stdout
                process.stdin.write(f"{name}\n")
                process.stdin.flush()
                return float(process.stdout.readline())

            return measure

        # It ends when its input does.
        yield asked("inherited"), asked("own")
