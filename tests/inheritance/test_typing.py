"""What type checkers make of apps that extend each other: mypy, with django-stubs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import docs
from tests.docs.project import Project as Reader

from .projects import Project

pytestmark = pytest.mark.service

ROOT = Path(__file__).parents[2]

CONFIG = """
[mypy]
strict = {strict}
explicit_package_bases = true
warn_unreachable = true
plugins = mypy_django_plugin.main
cache_dir = {cache}

[mypy.plugins.django-stubs]
django_settings_module = {settings}
"""
LIBRARY = {
    "library/cal/apps.py": """
        from django_plugin_system.inheritance import PluginConfig

        class CalConfig(PluginConfig):
            name = "library.cal"
    """,
    "library/cal/models.py": """
        from django.db import models
        from django_plugin_system.inheritance import is_abstract_model

        class Room(models.Model):
            name = models.CharField(max_length=50)
            note = models.TextField()

            class Meta:
                abstract = is_abstract_model(__name__, "Room")
                ordering = ["name"]

            def text(self) -> str:
                return self.name

        class Desk(models.Model):
            name = models.CharField(max_length=50)

            objects = models.Manager()

        class Event(models.Model):
            room = models.ForeignKey(Room, models.CASCADE, related_name="events")
            desk = models.ForeignKey(Desk, models.CASCADE)
    """,
    "library/cal/views.py": """
        from typing import assert_type
        from .models import Event, Room

        def texts() -> list[str]:
            return [room.text() for room in Room.objects.filter(name="x")]

        def count(room: Room) -> int:
            return room.events.count()

        def room_of(event: Event) -> Room:
            return assert_type(event.room, Room)
    """,
}
CHILD = {
    "voga/cal/apps.py": """
        from library.cal import apps as parent

        class CalConfig(parent.CalConfig):
            name = "voga.cal"
            extends_models = ["Room", "Desk"]
    """,
    "voga/cal/models.py": """
        from typing import Any
        from django.db import models
        from library.cal import models as parent

        class Room(parent.Room):
            tariff = models.IntegerField(default=1)
            name = models.CharField(max_length=99)
            note = None  # type: ignore[assignment]  # not wanted

            class Meta(parent.Room.Meta):
                verbose_name = "room"

            def save(self, *args: Any, **kwargs: Any) -> None:
                super(Room, self).save(*args, **kwargs)

            def text(self) -> str:
                return f"{super().text()}, {self.tariff}"

        class Desk(parent.Desk):
            seats = models.IntegerField(default=1)
    """,
    "top/cal/apps.py": """
        from django_plugin_system.inheritance import PluginConfig

        class CalConfig(PluginConfig):
            extends = "voga.cal"
            extends_models = ["Room"]
    """,
    "top/cal/models.py": """
        from django.db import models
        from voga.cal import models as parent

        class Room(parent.Room):
            stars = models.IntegerField(default=1)
    """,
    "shop/models.py": """
        from typing import assert_type

        from django.db import models
        from library.cal import models as library
        from library.cal.models import Event
        from library.cal.views import count
        from voga.cal.models import Desk
        from top.cal.models import Room

        class Booking(models.Model):
            by_name = models.ForeignKey("cal.Room", models.CASCADE, related_name="+")
            by_class = models.ForeignKey(Room, models.CASCADE, related_name="+")
            by_parent = models.ForeignKey(
                library.Room, models.CASCADE, related_name="bookings"
            )

        def use(booking: Booking, event: Event) -> int:
            for room in (booking.by_name, booking.by_class, booking.by_parent):
                assert_type(room, Room)
            assert_type(event.room, Room)
            assert_type(event.desk, Desk)
            assert_type(Room.objects.filter(tariff=1, stars=2).get(), Room)
            assert_type(event.room.events.get(), Event)
            assert_type(Room.objects.get().bookings.get(), Booking)
            assert_type((Room(name="x").text(), event.room.stars), tuple[str, int])
            Event(room=Room(), desk=Desk(seats=1))
            Room.objects.filter(star=2)  # type: ignore[misc]  # no such field
            # What a checker cannot know.
            assert_type(library.Desk.objects.get(), library.Desk)
            library.Room.objects.get()  # type: ignore[attr-defined]
            return count(event.room)
    """,
}


def mypy(
    directory: Path, settings: str, *arguments: str, config: Path | None = None
) -> str:
    """Return what mypy prints of packages in a directory."""
    if config is None:
        config = directory / "mypy.ini"
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", str(config), *arguments],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(directory), "SITE_DATABASE": ":memory:"}
        | {"DJANGO_SETTINGS_MODULE": settings},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.fixture
def config(tmp_path: Path):
    """Write a configuration of mypy, strict as can be, and return its path."""

    def write(settings: str, *lines: str, strict: bool = True) -> Path:
        path = tmp_path / f"{settings}.ini"
        text = CONFIG.format(settings=settings, strict=strict, cache=tmp_path / "cache")
        path.write_text("\n".join([text, *lines, ""]))
        return path

    return write


def test_extended_project(project: Project, config):
    """Child and site are checked with the site's settings, the library with its own."""
    project.write({**LIBRARY, **CHILD})
    for name, apps in (
        ("library_settings", ["library.cal"]),
        ("site_settings", ["shop", "top.cal"]),
    ):
        (project.root / f"{name}.py").write_text(
            f"from settings import *\nINSTALLED_APPS += {apps}\n"
        )

    library = mypy(
        project.root,
        "library_settings",
        "-p",
        "library",
        config=config("library_settings"),
    )
    site = mypy(
        project.root,
        "site_settings",
        *("-p", "voga", "-p", "top", "-p", "shop"),
        config=config("site_settings", "[mypy-library.*]", "ignore_errors = true"),
    )

    assert library == "Success: no issues found in 5 source files\n"
    assert site == "Success: no issues found in 10 source files\n"
    assert "no issues" in project.install("shop", "top.cal").check()


def test_demo(config):
    """The demo's apps and those that extend them are ones that mypy takes."""
    found = mypy(
        ROOT / "demo",
        "voga.settings",
        *("-p", "voga", "-p", "library"),
        config=config("voga.settings", strict=False),
    )

    assert found.startswith("Success: no issues found"), found


@pytest.mark.parametrize("page", ["extending", "coming-from-oscar"])
def test_pages(page: str, tmp_path: Path):
    """What a page has its readers write is what mypy takes."""
    reader = Reader(tmp_path / page)
    reader.root.mkdir()
    reader.follow(Path(docs.__file__).parents[2] / f"docs/{page}.md")
    config = reader.root / "pyproject.toml"
    if not config.exists():
        config.write_text(
            '[tool.mypy]\npackages = ["myshop"]\n'
            'plugins = ["mypy_django_plugin.main"]\n'
            '[tool.django-stubs]\ndjango_settings_module = "mysite.settings"\n'
        )

    found = mypy(reader.root, "mysite.settings", config=config)

    assert found.startswith("Success: no issues found"), found


def test_named_like_the_base(project: Project, config):
    """The form of the seed runs, and is what checkers refuse; nothing else of it is."""
    project.write(
        {
            **LIBRARY,
            "voga/cal/apps.py": """
                from library.cal.apps import CalConfig

                class CalConfig(CalConfig):
                    name = "voga.cal"
                    extends_models = ["Room"]
            """,
            "voga/cal/models.py": """
                from django.db import models
                from library.cal.models import Room

                class Room(Room):
                    tariff = models.IntegerField(default=1)
            """,
            "site_settings.py": "from settings import *\n"
            "INSTALLED_APPS += ['voga.cal']\n",
        }
    )

    found = mypy(
        project.root,
        "site_settings",
        *("-p", "voga"),
        config=config("site_settings", "[mypy-library.*]", "ignore_errors = true"),
    )

    refused = "already defined (possibly by an import)  [no-redef]"
    assert found.splitlines() == [
        f'voga/cal/models.py:5: error: Name "Room" {refused}',
        f'voga/cal/apps.py:4: error: Name "CalConfig" {refused}',
        "Found 2 errors in 2 files (checked 4 source files)",
    ]
    assert "no issues" in project.install("voga.cal").check()
