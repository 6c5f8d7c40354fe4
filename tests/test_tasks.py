"""A task, of Celery or of Django itself, is a request of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from uuid import uuid4

import pytest
from celery import Celery
from django.db import connection

from django_plugin_system import get_plugin
from django_plugin_system.selection.current import forget_all
from tests.apps.otp.interfaces import AbstractOTP

app = Celery(broker="memory://", set_as_current=False)


def ask_twice() -> list[str]:
    before = type(get_plugin(AbstractOTP)).__name__
    switch("voice", "disable")
    return [before, type(get_plugin(AbstractOTP)).__name__]


ask_twice_in_celery = app.task(ask_twice)


def switch(name: str, status: str) -> None:
    """Change a row as another process does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE django_plugin_system_pluginitem SET status = %s WHERE name = %s",
            [status, name],
        )
        cursor.execute(
            "UPDATE django_plugin_system_generation SET token = %s", [uuid4().hex]
        )


@pytest.fixture(autouse=True)
def nothing_known():
    """Each test starts in a process that has not looked yet."""
    forget_all()
    yield
    forget_all()


@pytest.mark.django_db(transaction=True)
def test_celery():
    """A task keeps what its first lookup found; the next one asks again."""
    first = ask_twice_in_celery.apply().get()
    second = ask_twice_in_celery.apply().get()

    assert first == ["VoiceOTP", "VoiceOTP"]
    assert second == ["SmsIrOTP", "SmsIrOTP"]


@pytest.mark.django_db(transaction=True)
def test_django():
    """So does a task of Django's own framework, which came with 6.0."""
    tasks = pytest.importorskip("django.tasks")
    task = tasks.task(ask_twice)

    first = task.enqueue().return_value
    second = task.enqueue().return_value

    assert first == ["VoiceOTP", "VoiceOTP"]
    assert second == ["SmsIrOTP", "SmsIrOTP"]


# Where Celery is not what it seems


SIGNALS = """
class Signal:
    def connect(self, receiver):
        print("connected", receiver)

task_prerun = task_postrun = Signal()
"""
LACKING = "task_prerun = None"
STRANGE = """
class Signal:
    def connect(self, receiver):
        raise TypeError("not like this")

Signal.__module__ = "celery.utils.dispatch.signal"
task_prerun = task_postrun = Signal()
"""


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"celery/notes.txt": ""}, id="directory"),
        pytest.param({"celery/signals/notes.txt": ""}, id="directories"),
        pytest.param({"celery.py": "task = print"}, id="module"),
        pytest.param({"celery.py": "raise OSError"}, id="module-that-fails"),
        pytest.param({"celery/__init__.py": ""}, id="package"),
        pytest.param(
            {"celery/__init__.py": "", "celery/signals.py": SIGNALS}, id="signals"
        ),
        pytest.param(
            {"celery/__init__.py": "", "celery/signals.py": LACKING}, id="no-signals"
        ),
        pytest.param(
            {"celery/__init__.py": "", "celery/signals.py": STRANGE}, id="strange"
        ),
        pytest.param(
            {"celery/__init__.py": "import nowhere_to_be_found"}, id="broken-celery"
        ),
        pytest.param(
            {
                "celery/__init__.py": "",
                "celery/models.py": "",
                "site_settings.py": "from tests.settings import *\n"
                "INSTALLED_APPS += ['celery']",
            },
            id="app",
        ),
    ],
)
@pytest.mark.parametrize("first", [False, True], ids=["django-first", "celery-first"])
def test_something_else_called_celery(tmp_path: Path, files, first):
    """Django starts, nothing is connected, and the import does what it did."""
    files = {"site_settings.py": "from tests.settings import *", **files}
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    ask = """
    try:
        import celery.signals
    except (ImportError, OSError) as error:
        print(type(error).__name__)
    """
    start = """
    import django
    django.setup()
    """

    steps = [ask, start] if first else [start, ask]
    with_us = run(tmp_path, *steps)
    alone = run(tmp_path, ask)

    assert with_us == alone


def test_celery_is_not_imported(tmp_path: Path):
    """A process that runs no tasks is spared Celery."""
    (tmp_path / "site_settings.py").write_text("from tests.settings import *")

    told = run(
        tmp_path,
        """
        import sys, django
        django.setup()
        print("celery" in sys.modules, "django.tasks" in sys.modules)
        """,
    )

    assert told == "False False\n"


BEFORE = "import celery.signals"
LAZILY = "from celery import Celery"
AFTERWARDS = "from celery import Celery; Celery().tasks"
RELOADED = """
import importlib, celery.signals
importlib.reload(celery.signals)
"""
ANEW = """
import sys, celery.signals
for name in [name for name in sys.modules if name.partition(".")[0] == "celery"]:
    del sys.modules[name]
import celery.signals
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(BEFORE, "", id="before"),
        pytest.param(LAZILY, AFTERWARDS, id="lazily"),
        pytest.param("", AFTERWARDS, id="afterwards"),
        pytest.param("", RELOADED, id="reloaded"),
        pytest.param(BEFORE, ANEW, id="anew"),
    ],
)
def test_whenever_celery_is_imported(tmp_path: Path, before, after):
    """Its signals are connected, before Django starts or later, and after a reload."""
    (tmp_path / "site_settings.py").write_text("from tests.settings import *")

    told = run(
        tmp_path,
        before,
        "import django; django.setup()",
        after,
        """
        from celery.signals import task_postrun, task_prerun
        print(len(task_prerun.receivers), len(task_postrun.receivers))
        """,
    )

    assert told.splitlines()[-1] == "1 1"


def run(directory: Path, *steps: str) -> str:
    """Run code where a project's modules are found before all others."""
    root = Path(__file__).parent.parent
    code = "\n".join(
        [
            f"import sys; sys.path[:0] = [{str(directory)!r}, {str(root)!r}]",
            *map(textwrap.dedent, steps),
        ]
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=directory,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "site_settings"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
