"""What manage.py check says of files that are inherited, or are not."""

from __future__ import annotations

import pytest

from .library import CAL, VOGA_CAL, config
from .projects import Project

STARTED = {
    # As startapp writes them.
    "voga/cal/admin.py": """
        from django.contrib import admin

        # Register your models here.
    """,
    "voga/cal/tests.py": "from django.test import TestCase\n",
    "voga/cal/views.py": '''
        """Views."""

        from django.shortcuts import render
    ''',
    "library/cal/admin.py": "from .models import Room",
    "library/cal/views/__init__.py": "ROOMS = []",
}


def warned(said: str, number: str) -> list[str]:
    return [line.partition(") ")[2] for line in said.splitlines() if number in line]


def test_w102_modules_of_startapp(project: Project):
    """An empty module replaces the parent's; one that nobody else has does not."""
    project.write({**CAL, **VOGA_CAL, **STARTED})

    said = project.install("voga.cal").check()

    root = project.root / "voga/cal"
    assert warned(said, "W102") == [
        f"{root / 'admin.py'} has nothing in it, but takes the place of "
        "library.cal.admin.",
        f"{root / 'views.py'} has nothing in it, but takes the place of "
        "library.cal.views.",
    ]
    assert (
        "HINT: Delete it, or begin it with 'from library.cal.admin import *'." in said
    )


@pytest.mark.parametrize(
    "content",
    ["from library.cal.admin import *", "import library.cal.admin; EXTRA = 1"],
)
def test_modules_with_content(project: Project, content: str):
    """A module that brings something is meant to be there."""
    project.write({**CAL, **VOGA_CAL, **STARTED, "voga/cal/admin.py": content})

    said = project.install("voga.cal").check()

    assert len(warned(said, "W102")) == 1


RESOURCES = {
    "library/cal/management/commands/greet.py": """
        from django.core.management import BaseCommand

        class Command(BaseCommand):
            pass
    """,
    "library/cal/config/cal/page.html": "page",
    "library/cal/fixtures/deep/demo.json": "[]",
    "library/cal/locale/de/LC_MESSAGES/django.po": "",
    "library/cal/static/cal/room.css": "",
    "library/cal/templates/cal/room.html": "",
    "library/cal/templatetags/rooms.py": """
        from django import template
        register = template.Library()
    """,
    "library/cal/deep/__init__.py": "",
    "library/cal/deep/extra.py": "",
}
LEFT_OUT = {
    "commands": "greet",
    "config": "cal/page.html",
    "fixtures": "deep/demo",
    "locale": "de",
    "static": "cal/room.css",
    "templates": "cal/room.html",
    "templatetags": "rooms",
    "modules": "deep.extra",
}


def test_w103_nothing_by_that_name(project: Project):
    """A name that leaves nothing out is told, with what may have been meant."""
    wrong = {kind: [f"{name}x"] for kind, name in LEFT_OUT.items()}
    right = {kind: [name] for kind, name in LEFT_OUT.items()}
    project.write(
        {
            **CAL,
            **RESOURCES,
            **config("voga.cal", "library.cal", not_inherited=right),
            **config("top.cal", "voga.cal", not_inherited=wrong),
        }
    )

    assert "no issues" in project.install("voga.cal").check()
    said = project.install("top.cal").check()

    assert len(warned(said, "W103")) == len(LEFT_OUT)
    for kind, name in LEFT_OUT.items():
        assert (
            f"not_inherited leaves out '{name}x' of {kind}, but no parent has" in said
        )
        assert f"HINT: Did you mean {name!r}?" in said


def test_w103_nothing_like_it(project: Project):
    """Where nothing is near, there is nothing to suggest."""
    project.write(
        {**CAL, **config("voga.cal", "library.cal", not_inherited={"static": "none"})}
    )

    assert "HINT: Take it out." in project.install("voga.cal").check()


@pytest.mark.parametrize("content", ["class View(:", "\0", "# coding: nothing"])
def test_w102_is_not_about_what_is_no_python(project: Project, content: str):
    """A file that is broken, or a template of code, does not end the checks."""
    project.write({**CAL, **VOGA_CAL, "library/cal/views.py": "ROOMS = []"})
    (project.root / "voga/cal/views.py").write_text(content)

    assert "no issues" in project.install("voga.cal").check()
