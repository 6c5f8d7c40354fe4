"""Modules of an app and of those it extends."""

from __future__ import annotations

import shutil

import pytest

from .families import FAMILY, THREE, app
from .projects import Project

URLS = """
from django.http import HttpResponse
from django.urls import path

app_name = "cal"
urlpatterns = [path("rooms/", lambda request: HttpResponse("rooms"), name="rooms")]
"""

ERROR = """
import sys
from importlib import import_module, reload
def error(name):
    try:
        import_module(name)
    except ImportError as error:
        return [type(error).__name__, str(error), error.name]
"""


def test_the_very_modules(project: Project):
    """Modules that a child lacks are its parent's, the same objects."""
    names = ("urls", "views", "forms", "admin", "tasks", "signals")
    project.write(
        {
            **THREE,
            **{f"library/cal/{name}.py": f"A = ['{name}']" for name in names},
            "voga/cal/tasks.py": "A = ['own']",
        }
    )

    told = project.install("top.cal").ask(
        ERROR,
        f"""
        told = {{}}
        for name in {names!r}:
            home = "voga" if name == "tasks" else "library"
            real = import_module(f"{{home}}.cal.{{name}}")
            same = [import_module(f"{{each}}.cal.{{name}}") for each in ("top", "voga")]
            told[name] = all(each is real for each in same) and real.__name__
        import top.cal.urls, library.cal.urls
        before = top.cal.urls.A
        again = reload(top.cal.urls)
        told["again"] = [again is library.cal.urls, top.cal.urls.A is before]
        tell(told)
        """,
    )

    assert told == {
        "urls": "library.cal.urls",
        "views": "library.cal.views",
        "forms": "library.cal.forms",
        "admin": "library.cal.admin",
        "tasks": "voga.cal.tasks",
        "signals": "library.cal.signals",
        "again": [True, False],
    }


def test_urls(project: Project):
    """A child's name serves where Django takes a path of a module."""
    project.write(
        {
            **FAMILY,
            "library/cal/urls.py": URLS,
            "urls.py": """
                from django.urls import include, path

                urlpatterns = [path("cal/", include("voga.cal.urls"))]
            """,
        }
    )

    told = project.install("voga.cal").ask("""
        from django.test import Client
        from django.urls import reverse
        path = reverse("cal:rooms")
        tell([path, Client().get(path).content.decode()])
    """)

    assert told == ["/cal/rooms/", "rooms"]


def test_packages(project: Project):
    """Of a package, each level may have some modules; none is loaded twice."""
    project.write(
        {
            **THREE,
            "library/cal/views/__init__.py": "WHO = 'library'",
            "library/cal/views/rooms.py": "from . import WHO, common",
            "library/cal/views/events.py": "",
            "library/cal/views/common.py": "",
            "voga/cal/views/__init__.py": "WHO = 'voga'",
            "voga/cal/views/events.py": """
                from . import WHO, rooms
                from .. import forms
            """,
            "library/cal/forms/deep/more.py": "from ... import views",
        }
    )

    told = project.install("top.cal").ask(
        ERROR,
        """
        names = [
            "top.cal.views", "top.cal.views.rooms", "top.cal.views.events",
            "top.cal.views.common", "top.cal.forms.deep.more",
        ]
        told = [import_module(name).__name__ for name in names]
        from top.cal.views import events
        twice = [
            name for name, module in sys.modules.items()
            if name.endswith((".rooms", ".common", ".more"))
            and module.__name__ == name and name.startswith(("top.", "voga."))
        ]
        tell([told, events.WHO, events.rooms.WHO, twice])
        """,
    )

    assert told == [
        [
            "voga.cal.views",
            "library.cal.views.rooms",
            "voga.cal.views.events",
            "library.cal.views.common",
            "library.cal.forms.deep.more",
        ],
        "voga",
        "library",
        [],
    ]


def test_missing(project: Project):
    """What nobody has is missing under the child's name; mistakes inside show."""
    project.write(
        {
            **FAMILY,
            "library/cal/views.py": "",
            "library/cal/broken.py": "import nowhere",
            "library/cal/wrong.py": "from django import nothing",
            "library/cal/half/__init__.py": "import nowhere",
            "library/cal/half/rooms.py": "",
            "voga/cal/half/__init__.py": "",
            "voga/cal/views/__init__.py": "",
        }
    )

    told = project.install("voga.cal").ask(
        ERROR,
        """
        from importlib.util import find_spec
        from library.cal.apps import Config
        names = "urls", "views.rooms", "broken", "wrong", "half.rooms", "models.x"
        tell([
            [error(f"voga.cal.{name}") for name in names],
            [find_spec(f"voga.cal.{name}") is None for name in ("urls", "broken")],
            error("voga.cal.apps.more"),
        ])
        """,
    )

    def missing(name: str) -> list[str]:
        return ["ModuleNotFoundError", f"No module named {name!r}", name]

    assert told == [
        [
            missing("voga.cal.urls"),
            missing("voga.cal.views.rooms"),
            missing("nowhere"),
            [
                "ImportError",
                told[0][3][1],
                "django",
            ],
            missing("nowhere"),
            missing("voga.cal.models"),
        ],
        [True, False],
        [
            "ModuleNotFoundError",
            "No module named 'voga.cal.apps.more'; 'voga.cal.apps' is not a package",
            "voga.cal.apps.more",
        ],
    ]
    assert told[0][3][1].startswith("cannot import name 'nothing' from 'django'")


def test_left_out(project: Project):
    """Modules that are left out are missing, with all that is in them."""
    project.write(
        {
            **app("library.cal"),
            **app(
                "voga.cal",
                "library.cal",
                not_inherited={"modules": ["admin", "views.rooms", "forms"]},
            ),
            **app("top.cal", "voga.cal"),
            "library/cal/admin.py": "",
            "library/cal/urls.py": "",
            "library/cal/views/rooms.py": "",
            "library/cal/views/events.py": "",
            "library/cal/forms/rooms.py": "",
            "top/cal/forms/__init__.py": "",
        }
    )

    told = project.install("top.cal").ask(
        ERROR,
        """
        from django.utils.module_loading import autodiscover_modules
        autodiscover_modules("admin")
        names = ["admin", "urls", "views.rooms", "views.events", "forms", "forms.rooms"]
        tell([
            {name: error(f"top.cal.{name}") is None for name in names},
            error("top.cal.views.rooms"), "library.cal.admin" in sys.modules,
        ])
        """,
    )

    name = "top.cal.views.rooms"
    assert told == [
        {
            "admin": False,
            "urls": True,
            "views.rooms": False,
            "views.events": True,
            "forms": True,
            # The child's own package brings back none of what is in its parent's.
            "forms.rooms": False,
        },
        ["ModuleNotFoundError", f"No module named {name!r}", name],
        False,
    ]


def test_discovery(project: Project):
    """The admin of a parent is discovered once, and so are its tasks by Celery."""
    project.write(
        {
            **FAMILY,
            "library/cal/models.py": """
                from django.db import models

                class Room(models.Model):
                    pass
            """,
            "library/cal/admin.py": """
                from django.contrib import admin
                from .models import Room

                admin.site.register(Room)
            """,
            "library/cal/tasks.py": "",
        }
    )
    site = project.install("voga.cal")

    told = site.ask("""
        from django.contrib import admin
        from django.utils.module_loading import autodiscover_modules
        from celery.loaders.base import find_related_module
        autodiscover_modules("admin")
        tasks = find_related_module("voga.cal", "tasks")
        tell([
            [model._meta.label for model in admin.site._registry
             if model._meta.app_label == "cal"],
            tasks.__name__, find_related_module("voga.cal", "jobs"),
        ])
    """)

    assert told == [["cal.Room"], "library.cal.tasks", None]


def test_nobody_extends(project: Project):
    """An app that extends none, and code of no app, are left alone."""
    project.write(
        {
            **app("library.cal"),
            "library/cal/views.py": "",
            "tools/__init__.py": """
                import sys, email

                sys.modules["tools.mail"] = email
            """,
        }
    )

    told = project.install("library.cal").ask(
        ERROR,
        """
        import tools
        names = "library.cal.urls", "tools.more", "tools.mail.more", "library.more"
        tell([error(name)[2] for name in names])
        """,
    )

    assert told == ["library.cal.urls", "tools.more", "tools.mail.more", "library.more"]


def test_parents_are_installed(project: Project):
    """Code that asks whether a parent is installed goes on to hear yes."""
    project.write(FAMILY)

    told = project.install("voga.cal").ask("""
        from django.apps import apps
        from django.db.migrations.state import StateApps
        tell([
            apps.is_installed(name)
            for name in ("voga.cal", "library.cal", "library", "library.cal.models")
        ] + [StateApps([], {}).is_installed("library.cal")])
    """)

    assert told == [True, True, False, False, False]


CIRCLE = {
    **FAMILY,
    "library/cal/reports.py": """
        from django.utils.module_loading import autodiscover_modules

        REGISTRY = []

        def register(function):
            REGISTRY.append(function.__name__)

        autodiscover_modules("report_defs")
    """,
    "voga/cal/report_defs.py": """
        from voga.cal import reports
        import voga.cal.reports as same

        @reports.register
        def mine():
            pass
    """,
}


@pytest.mark.parametrize("package", ["voga", "library"])
def test_circle(project: Project, package: str):
    """What a module imports may import that module by the child's name, and keep it."""
    project.write(CIRCLE)

    told = project.install("voga.cal").ask(f"""
        import {package}.cal.reports as asked
        import voga.cal.report_defs, library.cal.reports as real
        defs = voga.cal.report_defs
        modules = [asked, voga.cal.reports, defs.reports, defs.same]
        tell([real.REGISTRY, [each is real for each in modules]])
    """)

    assert told == [["mine"], [True] * 4]


def test_circle_of_levels(project: Project):
    """It may do so by the name of any level, and fail for good reasons only."""
    project.write(
        {
            **THREE,
            "library/cal/views.py": """
                def early(): return "early"
                from top.cal import views as by_top
                import voga.cal.views as by_voga
            """,
            "library/cal/broken.py": "import top.cal.broken, nowhere",
        }
    )

    told = project.install("top.cal").ask(
        ERROR,
        """
        import top.cal.views as views
        same = [views.by_top is views, views.by_voga is views, views.early()]
        tell([same, error("top.cal.broken"), error("voga.cal.broken")])
        """,
    )

    nowhere = ["ModuleNotFoundError", "No module named 'nowhere'", "nowhere"]
    assert told == [[True, True, "early"], nowhere, nowhere]


def test_directories(project: Project):
    """A directory hides no module of a parent, unless there are modules in it.

    Such are what git leaves of a package, and where other files are.
    """
    project.write(
        {
            **THREE,
            **{
                f"library/cal/{name}.py": f"WHO = {name!r}"
                for name in ("admin", "views", "config", "urls", "tasks", "locale")
            },
            "library/cal/management/commands/__init__.py": "",
            "library/cal/management/commands/a.py": "",
            "voga/cal/admin/__pycache__/old.pyc": "",
            "voga/cal/config/cal/Event/page.html": "",
            "voga/cal/urls/notes.txt": "",
            "voga/cal/urls/not-a-package/notes.py": "",
            "voga/cal/locale/de/LC_MESSAGES/django.po": "",
            "voga/cal/static/cal/app.css": "",
            "library/cal/static/cal/app.css": "",
            "top/cal/views/__pycache__/__init__.cpython-311.pyc": "",
            "voga/cal/tasks/daily.py": "WHO = 'daily'",
            "voga/cal/management/commands/b.py": "",
        }
    )
    for name in ("urls", "urls/not-a-package", "tasks", "management/commands"):
        (project.root / f"voga/cal/{name}/__init__.py").unlink(missing_ok=True)
    (project.root / "voga/cal/management/__init__.py").unlink()
    (project.root / "voga/cal/views").mkdir()

    told = project.install("top.cal").ask(
        ERROR,
        """
        names = ["admin", "views", "config", "urls", "locale"]
        told = [
            import_module(f"{package}.cal.{name}").__name__
            for package in ("top", "voga") for name in names
        ]
        import top.cal.tasks.daily, voga.cal.static
        from importlib.util import find_spec
        commands = [f"voga.cal.management.commands.{name}" for name in "ab"]
        tell([
            told[:5], told[5:] == told[:5], hasattr(top.cal.tasks, "WHO"),
            top.cal.tasks.daily.WHO,
            [import_module(name).__name__ for name in commands],
            [path.split("/")[-3] for path in voga.cal.static.__path__],
            find_spec("voga.cal.static").name, import_module("top.cal.static").__name__,
            error("voga.cal.nothing")[1],
        ])
        """,
    )

    assert told == [
        [
            "library.cal.admin",
            "library.cal.views",
            "library.cal.config",
            "library.cal.urls",
            "library.cal.locale",
        ],
        True,
        False,
        "daily",
        ["library.cal.management.commands.a", "voga.cal.management.commands.b"],
        ["voga"],
        "voga.cal.static",
        "voga.cal.static",
        "No module named 'voga.cal.nothing'",
    ]


def test_directories_in_a_zip(project: Project):
    """Of a zip file it is not asked what is in its directories: they count."""
    project.write({**FAMILY, "library/cal/tasks.py": "", "voga/cal/tasks/daily.py": ""})
    (project.root / "voga/cal/tasks/__init__.py").unlink()
    archive = shutil.make_archive(
        str(project.root / "voga"), "zip", project.root, "voga"
    )
    shutil.rmtree(project.root / "voga")
    lines = f"import sys; sys.path.append({archive!r})"

    told = project.install("voga.cal", lines=lines).ask(
        "import voga.cal.tasks.daily as daily; tell(daily.__name__)"
    )

    assert told == "voga.cal.tasks.daily"


def test_package_left_out(project: Project):
    """A package that is left out is so with all below it, beside one of the child's.

    What a child leaves out is its parent's still.
    """
    project.write(
        {
            **app("library.cal"),
            **app("voga.cal", "library.cal"),
            **app("top.cal", "voga.cal", not_inherited={"modules": ["pk"]}),
            "library/cal/pk/a.py": "",
            "library/cal/pk/deep/b.py": "",
            "top/cal/pk/__init__.py": "",
            "top/cal/pk/deep/__init__.py": "",
        }
    )

    told = project.install("top.cal").ask(
        ERROR,
        """
        names = "pk", "pk.a", "pk.deep", "pk.deep.b"
        tell([
            [name for name in names if not error(f"{package}.cal.{name}")]
            for package in ("top", "voga", "library")
        ])
        """,
    )

    everything = ["pk", "pk.a", "pk.deep", "pk.deep.b"]
    assert told == [["pk", "pk.deep"], everything, everything]


def test_module_of_another_app(project: Project):
    """A module may have put one of another app in its place, and what is in that."""
    project.write(
        {
            **FAMILY,
            **app("library.room"),
            "library/room/views/more.py": "",
            "voga/cal/views.py": """
                import sys
                import library.room.views

                sys.modules[__name__] = library.room.views
            """,
        }
    )

    told = project.install("voga.cal", "library.room").ask(
        "import voga.cal.views.more as more; tell(more.__name__)"
    )

    assert told == "library.room.views.more"


def test_run_as_a_script(project: Project):
    """An inherited module or package can be run by the child's name."""
    script = "if __name__ == '__main__': RAN = [__spec__.name, __file__[-8:]]"
    project.write(
        {
            **FAMILY,
            "library/cal/script.py": script,
            "library/cal/tool/__main__.py": script,
        }
    )

    told = project.install("voga.cal").ask("""
        import inspect, runpy
        from importlib.util import find_spec
        ran = [
            runpy.run_module(f"voga.cal.{name}", run_name="__main__")["RAN"]
            for name in ("script", "tool")
        ]
        script, tool = find_spec("voga.cal.script"), find_spec("voga.cal.tool")
        tell([
            ran, script.loader.get_source(script.name)[:2],
            [each.loader.is_package(each.name) for each in (script, tool)],
            [each.submodule_search_locations is None for each in (script, tool)],
            script.origin.endswith("library/cal/script.py"),
        ])
    """)

    assert told == [
        [["library.cal.script", "cript.py"], ["library.cal.tool.__main__", "ain__.py"]],
        "if",
        [False, True],
        [True, False],
        True,
    ]


@pytest.mark.parametrize("run", ["run_module", "_run_module_as_main"])
def test_script_of_the_parent(project: Project, run: str):
    """What an inherited script imports is the parent's, by whatever name it is run."""
    script = """
        from importlib.resources import files
        from . import constants
        from .constants import WORD

        assert __package__ == __spec__.parent
        text = files(__package__).joinpath("words.txt").read_text()
        print(__name__, WORD, constants.WORD, text)
    """
    project.write(
        {
            **FAMILY,
            "library/cal/constants.py": "WORD = 'library'",
            "library/cal/words.txt": "library",
            "library/cal/script.py": script,
            "library/cal/tool/constants.py": "WORD = 'tool'",
            "library/cal/tool/words.txt": "tool",
            "library/cal/tool/__main__.py": script,
            "voga/cal/constants.py": "",
            "voga/cal/words.txt": "voga",
        }
    )
    options = ", run_name='__main__', alter_sys=True" if run == "run_module" else ""

    printed = project.install("voga.cal").run(f"""
        import runpy
        for name in ("script", "tool"):
            runpy.{run}(f"voga.cal.{{name}}"{options})
    """)

    assert printed == ["__main__ library library library", "__main__ tool tool tool"]


def test_modules_made_by_hand(project: Project):
    """A module that no import has made is found by the child's name, too.

    Whether it has a spec, one of another name, or is no module at all.
    """
    project.write(
        {
            **FAMILY,
            "library/cal/compat.py": """
                import sys
                from types import ModuleType, SimpleNamespace
                from importlib.util import module_from_spec, spec_from_loader

                bare = ModuleType("library.cal.bare")
                package = ModuleType("library.cal.package")
                package.__path__ = []
                odd = module_from_spec(spec_from_loader("odd", None))
                thing = SimpleNamespace(word="thing")
                specless = ModuleType("library.cal.specless")
                del specless.__spec__
                for name in ("bare", "package", "odd", "thing", "specless"):
                    sys.modules[f"library.cal.{name}"] = globals()[name]
                    sys.modules[f"library.cal.package.{name}"] = globals()[name]
                sys.modules["library.cal.blocked"] = None
            """,
        }
    )

    told = project.install("voga.cal").ask("""
        from importlib import import_module
        from django.utils.module_loading import module_has_submodule
        import library.cal.compat as compat, voga.cal
        names = ["bare", "package", "odd", "thing", "specless"]
        try:
            import_module("voga.cal.blocked")
        except ModuleNotFoundError as error:
            message = str(error)
        tell([
            [module_has_submodule(voga.cal, name) for name in names],
            [
                import_module(f"voga.cal.{home}{name}") is vars(compat)[name]
                for home in ("", "package.")
                for name in names
            ],
            message,
        ])
    """)

    assert told == [
        [True] * 5,
        [True] * 10,
        "No module named 'voga.cal.blocked'",
    ]
