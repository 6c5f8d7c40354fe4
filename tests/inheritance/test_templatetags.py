"""Template tag libraries of an app and of those it extends."""

from __future__ import annotations

import pytest

from .families import FAMILY, THREE, app, plain_app
from .projects import Project


def library(text: str, imports: str = "") -> str:
    """Return a library with a tag ``say``."""
    return f"""
        from django import template
        {imports or "pass"}
        register = template.Library()

        @register.simple_tag
        def say():
            return {text!r}
    """


SAY = """
from django.template import Context, Template, TemplateSyntaxError
def say(name):
    try:
        return Template("{% load " + name + " %}{% say %}").render(Context())
    except TemplateSyntaxError as error:
        return str(error).partition(" Must")[0]
"""


def test_inherited(project: Project):
    """A child without libraries has its parent's, the very modules.

    They import what is beside them, as at home.
    """
    project.write(
        {
            **THREE,
            "library/cal/names.py": "NAME = 'library'",
            "library/cal/templatetags/cal_tags.py": library(
                "library", "from ..names import NAME"
            ),
            "library/cal/templatetags/deep/more_tags.py": library("deep"),
        }
    )
    asked = """
        from django.template.backends.django import get_installed_libraries
        import voga.cal.templatetags.cal_tags as child
        import library.cal.templatetags.cal_tags as parent
        tell([
            say("cal_tags"), say("deep.more_tags"), child is parent,
            get_installed_libraries()["cal_tags"], "names" in dir(child),
        ])
    """

    middle = project.install("voga.cal").ask(SAY, asked)
    top = project.install("top.cal").ask(SAY, asked)

    module = "library.cal.templatetags.cal_tags"
    assert middle == top == ["library", "deep", True, module, False]


def test_overridden(project: Project):
    """A library of the child replaces the one of the same name, and no other."""
    project.write(
        {
            **FAMILY,
            "library/cal/templatetags/cal_tags.py": library("library"),
            "library/cal/templatetags/other_tags.py": library("another"),
            "voga/cal/templatetags/cal_tags.py": library("voga"),
            "voga/cal/templatetags/more_tags.py": library("more"),
        }
    )
    site = project.install("voga.cal")

    told = site.ask(
        SAY, 'tell([say(f"{name}_tags") for name in ("cal", "other", "more")])'
    )

    assert told == ["voga", "another", "more"]
    assert "W003" not in site.check()


def test_extended(project: Project):
    """A library that builds on the parent's registers what that has."""
    project.write(
        {
            **FAMILY,
            "library/cal/templatetags/cal_tags.py": library("library"),
            "voga/cal/templatetags/cal_tags.py": """
                from django import template
                from library.cal.templatetags import cal_tags

                register = template.Library()
                register.tags.update(cal_tags.register.tags)
            """,
        }
    )

    assert project.install("voga.cal").ask(SAY, 'tell(say("cal_tags"))') == "library"


def test_left_out(project: Project):
    """A library that is left out cannot be loaded, until one level has its own."""
    project.write(
        {
            **app("library.cal"),
            **app("voga.cal", "library.cal", not_inherited={"templatetags": "a_tags"}),
            **app("top.cal", "voga.cal"),
            "library/cal/templatetags/a_tags.py": library("library a"),
            "library/cal/templatetags/b_tags.py": library("library b"),
            "top/cal/templatetags/a_tags.py": library("top a"),
        }
    )
    asked = SAY, 'tell([say("a_tags"), say("b_tags")])'

    middle = project.install("voga.cal").ask(*asked)
    top = project.install("top.cal").ask(*asked)

    assert middle == ["'a_tags' is not a registered tag library.", "library b"]
    assert top == ["top a", "library b"]


def test_order(project: Project):
    """Of two apps the later wins, as ever; an inherited library has the child's place.

    A library of the project's settings beats all.
    """
    project.write(
        {
            **FAMILY,
            **plain_app("before"),
            **plain_app("after"),
            "own_tags.py": library("own"),
            "before/templatetags/a_tags.py": library("before"),
            "library/cal/templatetags/a_tags.py": library("library a"),
            "library/cal/templatetags/b_tags.py": library("library b"),
            "library/cal/templatetags/c_tags.py": library("library c"),
            "after/templatetags/b_tags.py": library("after"),
        }
    )
    lines = "TEMPLATES[0]['OPTIONS']['libraries'] = {'c_tags': 'own_tags'}"

    told = project.install("before", "voga.cal", "after", lines=lines).ask(
        SAY, 'tell([say(f"{name}_tags") for name in "abc"])'
    )

    assert told == ["library a", "after", "own"]


def test_broken(project: Project):
    """A library of the parent that cannot be imported is named."""
    project.write({**FAMILY, "library/cal/templatetags/cal_tags.py": "import nowhere"})

    told = project.install("voga.cal").ask("""
        from django.template.library import InvalidTemplateLibrary
        from django.template.loader import get_template
        try:
            get_template("x.html")
        except InvalidTemplateLibrary as error:
            tell(str(error))
    """)

    assert told == (
        "Invalid template library specified. ImportError raised when trying to load "
        "'library.cal.templatetags.cal_tags': No module named 'nowhere'"
    )


@pytest.mark.parametrize(
    ("home", "line", "message"),
    [
        ("library", "import nowhere", "No module named 'nowhere'"),
        ("voga", "import nowhere", "No module named 'nowhere'"),
        ("voga", "from . import nothing", "cannot import name 'nothing' from "),
    ],
    ids=["parent", "child", "name"],
)
def test_broken_package(project: Project, home: str, line: str, message: str):
    """A package of libraries that fails is no package that is not there."""
    project.write(
        {
            **FAMILY,
            "library/cal/templatetags/cal_tags.py": library("library"),
            f"{home}/cal/templatetags/__init__.py": line,
        }
    )

    told = project.install("voga.cal").ask("""
        from django.template.loader import get_template
        try:
            get_template("x.html")
        except ImportError as error:
            tell(str(error))
    """)

    assert told.startswith(message)


def test_broken_package_of_others(project: Project):
    """Of apps that extend none, Django's own rule holds."""
    project.write(
        {
            **FAMILY,
            **plain_app("other"),
            "library/cal/templatetags/cal_tags.py": library("library"),
            "other/templatetags/__init__.py": "import nowhere",
        }
    )

    told = project.install("other", "voga.cal").ask(SAY, 'tell(say("cal_tags"))')

    assert told == "library"


def test_module_in_place_of_a_package(project: Project):
    """A child's templatetags that is no package has no libraries, but the parent's."""
    project.write(
        {
            **FAMILY,
            "library/cal/templatetags/cal_tags.py": library("library"),
            "voga/cal/templatetags.py": "",
        }
    )

    assert project.install("voga.cal").ask(SAY, 'tell(say("cal_tags"))') == "library"
