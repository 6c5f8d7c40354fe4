"""Templates of an app and of those it extends."""

from __future__ import annotations

import pytest

from .families import FAMILY, THREE, app, plain_app
from .projects import Project

RENDER = "from django.template.loader import get_template, render_to_string as render\n"

FOUND = """
from django.template import TemplateDoesNotExist
def found(name):
    try:
        return get_template(name).render().strip()
    except TemplateDoesNotExist as error:
        return f"no {error}"
"""

DEBUG_AND_NOT = pytest.mark.parametrize(
    "line",
    [
        pytest.param("DEBUG = True", id="debug"),
        pytest.param("DEBUG = False", id="no-debug"),
    ],
)


def onto(name: str, parent: str = "cal/room.html") -> str:
    """Return a template that adds a word to the one it extends."""
    return (
        f'{{% extends "{parent}" %}}'
        f"{{% block words %}}{name} {{{{ block.super }}}}{{% endblock %}}"
    )


ROOMS = {
    "library/cal/templates/cal/room.html": "{% block words %}library{% endblock %}",
    "voga/cal/templates/cal/room.html": onto("voga"),
    "top/cal/templates/cal/room.html": onto("top"),
}


def test_inherited(project: Project):
    """A child without templates has its parent's."""
    project.write(
        {**FAMILY, "library/cal/templates/cal/room.html": "library's {{ name }}"}
    )

    told = project.install("voga.cal").ask(
        RENDER, 'tell(render("cal/room.html", {"name": "room"}))'
    )

    assert told == "library's room"


@DEBUG_AND_NOT
def test_extended(project: Project, line: str):
    """Each level extends the one of the same name in the next, however often."""
    project.write({**THREE, **ROOMS})

    told = project.install("top.cal", lines=line).ask(
        RENDER, 'tell([render("cal/room.html") for n in range(2)])'
    )

    assert told == ["top voga library"] * 2


def test_overridden(project: Project):
    """A template of the child replaces the one of the same name, and no other."""
    project.write(
        {
            **FAMILY,
            "library/cal/templates/cal/room.html": "library's room",
            "library/cal/templates/cal/event.html": "library's event",
            "voga/cal/templates/cal/room.html": "voga's room",
        }
    )

    told = project.install("voga.cal").ask(
        RENDER, 'tell([render("cal/room.html"), render("cal/event.html")])'
    )

    assert told == ["voga's room", "library's event"]


@DEBUG_AND_NOT
def test_by_package(project: Project, line: str):
    """A package before a colon means the template of that level."""
    project.write(
        {
            **THREE,
            **ROOMS,
            "top/cal/templates/cal/skip.html": onto(
                "skip", "library.cal:cal/room.html"
            ),
            "top/cal/templates/cal/with.html": (
                'with {% include "library.cal:cal/room.html" %}'
            ),
            "top/cal/templates/admin:x.html": "a colon in a name",
        }
    )

    told = project.install("top.cal", lines=line).ask(
        RENDER,
        FOUND,
        """
        names = [
            "top.cal:cal/room.html", "voga.cal:cal/room.html",
            "library.cal:cal/room.html", "cal/skip.html", "cal/with.html",
            "library.cal:cal/nothing.html", "other.cal:cal/room.html",
            "django.contrib.admin:cal/room.html", "admin:x.html",
        ]
        tell([[found(name) for name in names] for n in range(2)])
        """,
    )

    assert (
        told
        == [
            [
                "top voga library",
                "voga library",
                "library",
                "skip library",
                "with library",
                "no library.cal:cal/nothing.html",
                "no other.cal:cal/room.html",
                "no django.contrib.admin:cal/room.html",
                "a colon in a name",
            ]
        ]
        * 2
    )


@DEBUG_AND_NOT
def test_included_parent(project: Project, line: str):
    """A template may include its parent's version, though that extends another one.

    So may one of the project, which comes before all apps.
    """
    project.write(
        {
            **THREE,
            **ROOMS,
            "top/cal/templates/cal/room.html": (
                'top around ({% include "voga.cal:cal/room.html" %})'
            ),
            "own/cal/room.html": 'own around ({% include "top.cal:cal/room.html" %})',
        }
    )
    dirs = "TEMPLATES[0]['DIRS'] = [BASE_DIR / 'own']"

    asked = (RENDER, 'tell([render("cal/room.html") for n in range(2)])')
    told = project.install("top.cal", lines=line).ask(*asked)
    on_top = project.install("top.cal", lines=f"{line}\n{dirs}").ask(*asked)

    assert told == ["top around (voga library)"] * 2
    assert on_top == ["own around (top around (voga library))"] * 2


LOADERS = {
    "cached": "[('django.template.loaders.cached.Loader', loaders)]",
    "not cached": "loaders",
    "with one of the project's": "['loaders.Own', *loaders]",
}


@pytest.mark.parametrize("given", LOADERS.values(), ids=LOADERS.keys())
def test_loaders(project: Project, given: str):
    """What comes before a template, in whatever loader, does not come after it."""
    project.write(
        {
            **THREE,
            **ROOMS,
            "own/cal/room.html": onto("own"),
            "own/cal/with.html": '{% include "voga.cal:cal/room.html" %}',
            "loaders.py": """
                from django.template import TemplateDoesNotExist
                from django.template.loaders.base import Loader

                class Own(Loader):
                    def get_template(self, name, skip=None):
                        raise TemplateDoesNotExist(name)
            """,
        }
    )
    lines = f"""
    loaders = ["django.template.loaders.filesystem.Loader",
               "django.template.loaders.app_directories.Loader"]
    del TEMPLATES[0]["APP_DIRS"]
    TEMPLATES[0] |= {{"DIRS": [BASE_DIR / "own"]}}
    TEMPLATES[0]["OPTIONS"]["loaders"] = {given}
    """

    told = project.install("top.cal", lines=lines).ask(
        RENDER, 'tell([render("cal/room.html"), render("cal/with.html")])'
    )

    assert told == ["own top voga library", "voga library"]


def test_left_out(project: Project):
    """What a child leaves out is found by its package only; all else is inherited."""
    project.write(
        {
            **app("library.cal"),
            **app(
                "voga.cal", "library.cal", not_inherited={"templates": ["cal/b.html"]}
            ),
            **app("top.cal", "voga.cal", not_inherited={"templates": ["cal/c.html"]}),
            "library/cal/templates/cal/a.html": "library a",
            "library/cal/templates/cal/b.html": "library b",
            "library/cal/templates/cal/c.html": "library c",
            "top/cal/templates/cal/b.html": "top b",
            "voga/cal/templates/cal/c.html": "voga c",
        }
    )
    asked = (
        RENDER,
        FOUND,
        """
        names = ["cal/a.html", "cal/b.html", "cal/./b.html", "cal/c.html"]
        tell([found(name) for name in [*names, "library.cal:cal/b.html"]])
        """,
    )

    middle = project.install("voga.cal").ask(*asked)
    top = project.install("top.cal").ask(*asked)

    assert middle == [
        "library a",
        "no cal/b.html",
        "no cal/./b.html",
        "voga c",
        "library b",
    ]
    assert top == ["library a", "top b", "top b", "no cal/c.html", "library b"]


def test_two_parents(project: Project):
    """Of two parents the one named first comes first, and what both extend is last."""
    project.write(
        {
            **app("library.cal"),
            **app("left.cal", "library.cal"),
            **app("right.cal", "library.cal"),
            "both/cal/apps.py": """
                from left.cal.apps import Config as Left
                from right.cal.apps import Config as Right

                class Config(Left, Right):
                    name = "both.cal"
            """,
            "library/cal/templates/cal/room.html": ROOMS[
                "library/cal/templates/cal/room.html"
            ],
            "left/cal/templates/cal/room.html": onto("left"),
            "right/cal/templates/cal/room.html": onto("right"),
        }
    )

    told = project.install("both.cal").ask(RENDER, 'tell(render("cal/room.html"))')

    assert told == "left right library"


def test_order(project: Project):
    """A parent's templates have the child's place among the apps, below the project's.

    The loader of another directory finds those of the parent's such directory.
    """
    project.write(
        {
            **FAMILY,
            **plain_app("before"),
            **plain_app("after"),
            "before/templates/1.html": "before",
            "library/cal/templates/1.html": "library",
            "library/cal/templates/2.html": "library",
            "after/templates/2.html": "after",
            "library/cal/templates/3.html": "library",
            "own/3.html": "own",
            "loaders.py": """
                from django.template.loaders.app_directories import Loader
                from django.template.utils import get_app_template_dirs

                class Themes(Loader):
                    def get_dirs(self):
                        return [*get_app_template_dirs("themes"), self.engine.dirs[0]]
            """,
            "library/cal/themes/1.html": "library's theme",
        }
    )
    lines = """
    TEMPLATES[0]["DIRS"] = [BASE_DIR / "own"]
    themes = {**TEMPLATES[0], "NAME": "themes", "APP_DIRS": False}
    themes["OPTIONS"] = {"loaders": ["loaders.Themes"]}
    TEMPLATES = [TEMPLATES[0], themes]
    """
    site = project.install("before", "voga.cal", "after", lines=lines)

    told = site.ask(
        RENDER,
        """
        names = [("1.html", None), ("2.html", None), ("3.html", None)]
        names += [("1.html", "themes"), ("3.html", "themes")]
        tell([render(name, using=using) for name, using in names])
        """,
    )

    assert told == ["before", "library", "own", "library's theme", "own"]


def test_no_way_out(project: Project):
    """No name leads out of the directories of templates."""
    project.write({**FAMILY, **ROOMS, "library/cal/secret.html": "secret"})

    told = project.install("voga.cal").ask(
        RENDER,
        FOUND,
        """
        from pathlib import Path
        import library.cal
        secret = Path(library.cal.__file__).parent / "secret.html"
        names = ["../secret.html", "library.cal:../secret.html", str(secret)]
        tell([found(name).partition(" ")[0] for name in names])
        """,
    )

    assert told == ["no", "no", "no"]


def test_widgets(project: Project):
    """The renderer of forms looks into the parent's directories too."""
    project.write(
        {
            **FAMILY,
            "library/cal/templates/cal/input.html": "library's {{ widget.name }}",
        }
    )

    told = project.install("voga.cal").ask("""
        from django import forms
        class Input(forms.TextInput):
            template_name = "cal/input.html"
        tell(Input().render("room", ""))
    """)

    assert told == "library's room"


JINJA = """
TEMPLATES = [*TEMPLATES, {
    "BACKEND": "django.template.backends.jinja2.Jinja2", "APP_DIRS": True,
    "DIRS": [BASE_DIR / "own"], "OPTIONS": OPTIONS,
}]
"""


def test_jinja(project: Project):
    """Jinja2 finds the same templates, and the parent's version by its package."""
    project.write(
        {
            **app("library.cal"),
            **app(
                "voga.cal", "library.cal", not_inherited={"templates": ["c/out.txt"]}
            ),
            **app("top.cal", "voga.cal"),
            "library/cal/jinja2/c/room.txt": "library's {{ 1 + 1 }}",
            "library/cal/jinja2/c/event.txt": "{% block a %}library{% endblock %}",
            "library/cal/jinja2/c/out.txt": "library",
            "library/cal/jinja2/c/own.txt": "library",
            "library/cal/secret.txt": "secret",
            "own/c/own.txt": "own",
            "voga/cal/jinja2/c/event.txt": onto("voga", "library.cal:c/event.txt")
            .replace("words", "a")
            .replace("block.super", "super()"),
        }
    )

    told = project.install("top.cal", lines=f"OPTIONS = {{}}\n{JINJA}").ask(
        RENDER,
        FOUND,
        """
        names = [
            "c/room.txt", "c/event.txt", "c/own.txt", "c/out.txt",
            "library.cal:c/out.txt", "library.cal:c/own.txt", "voga.cal:c/out.txt",
            "library.cal:../secret.txt", "../secret.txt",
        ]
        tell([found(name) for name in names])
        """,
    )

    assert told == [
        "library's 2",
        "voga library",
        "own",
        "no c/out.txt",
        "library",
        "library",
        "no voga.cal:c/out.txt",
        "no library.cal:../secret.txt",
        "no ../secret.txt",
    ]


def test_without_jinja(project: Project):
    """Nothing asks for Jinja2 where it is not installed."""
    project.write({**FAMILY, **ROOMS})

    told = project.install("voga.cal", lines="import sys; sys.modules['jinja2'] = None")

    assert (
        told.ask(
            RENDER,
            """
        from django_plugin_system.inheritance.seams import make_all_changes
        make_all_changes()
        tell(render("cal/room.html"))
        """,
        )
        == "voga library"
    )


def test_own_loader(project: Project):
    """A loader that the project gives to Jinja2 is left alone."""
    project.write(FAMILY)
    options = 'import jinja2\nOPTIONS = {"loader": jinja2.DictLoader({"x": "own"})}'

    told = project.install("voga.cal", lines=f"{options}\n{JINJA}").ask(
        RENDER, 'tell(render("x"))'
    )

    assert told == "own"


def test_admin(project: Project):
    """A parent's templates for its admin pages are those of the child."""
    name = "admin/cal/room/change_list.html"
    project.write({**FAMILY, f"library/cal/templates/{name}": "library's list"})

    told = project.install("voga.cal").ask(f"""
        from django.template.loader import select_template
        from django.template.autoreload import get_template_directories
        names = [{name!r}, "admin/change_list.html"]
        watched = [str(path) for path in get_template_directories()]
        tell([
            select_template(names).render(),
            any(path.endswith("library/cal/templates") for path in watched),
        ])
    """)

    assert told == ["library's list", True]


def test_cached(project: Project):
    """An inherited template is read once, like any other."""
    project.write({**THREE, **ROOMS})

    told = project.install("top.cal", lines="DEBUG = False").ask(
        RENDER,
        """
        import shutil
        first = render("cal/room.html")
        for package in ("top", "voga", "library"):
            shutil.rmtree(f"{package}/cal/templates")
        tell([first, render("cal/room.html")])
        """,
    )

    assert told == ["top voga library"] * 2


def test_other_apps(project: Project):
    """Where other apps get installed, their templates are found."""
    project.write({**FAMILY, **ROOMS})

    told = project.install("voga.cal").ask(
        RENDER,
        """
        from django.test import override_settings
        told = [render("cal/room.html")]
        with override_settings(INSTALLED_APPS=["library.cal"]):
            told.append(render("cal/room.html"))
        tell([*told, render("cal/room.html")])
        """,
    )

    assert told == ["voga library", "library", "voga library"]
