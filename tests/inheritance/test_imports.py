"""Modules of an app and of those it extends."""

from __future__ import annotations

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
            # Nobody leaves out this one.
            "forms.rooms": True,
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
