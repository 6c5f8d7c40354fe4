"""Management commands of an app and of those it extends."""

from __future__ import annotations

import pytest

from .families import FAMILY, THREE, app, plain_app
from .projects import Project


def command(words: str, base: str = "") -> str:
    """Return the module of a command that prints these words, then its base's."""
    package, _, name = base.rpartition(".")
    imports = (
        f"from {package}.{name} import Command as Base"
        if base
        else "from django.core.management.base import BaseCommand as Base"
    )
    goes_on = "super().handle(*args, **options)" if base else "pass"
    return f"""
        {imports}

        class Command(Base):
            help = {words!r}

            def handle(self, *args, **options):
                self.stdout.write({words!r})
                {goes_on}
    """


LIBRARY = "library/cal/management/commands"
VOGA = "voga/cal/management/commands"
TOP = "top/cal/management/commands"

CALL = """
from io import StringIO
from django.core.management import CommandError, call_command, get_commands
def call(name):
    out = StringIO()
    try:
        call_command(name, stdout=out)
    except CommandError as error:
        return str(error)
    return out.getvalue().split()
"""


@pytest.mark.parametrize("package", ["voga.cal", "top.cal"])
def test_inherited(project: Project, package: str):
    """A child without commands has its parent's, wherever commands are looked for.

    They import what is beside them, as at home.
    """
    project.write(
        {
            **THREE,
            "library/cal/words.py": "WORD = 'library'",
            f"{LIBRARY}/_base.py": """
                from django.core.management.base import BaseCommand
                from ...words import WORD

                class Base(BaseCommand):
                    help = "Says who it is."

                    def handle(self, *args, **options):
                        self.stdout.write(WORD)
            """,
            f"{LIBRARY}/saywho.py": "from ._base import Base as Command",
        }
    )
    site = project.install(package)

    told = site.ask(
        CALL,
        """
        import os, sys
        from contextlib import redirect_stdout
        from django.core.management import ManagementUtility
        def printed(*arguments, **environment):
            os.environ |= environment
            out = StringIO()
            try:
                with redirect_stdout(out):
                    ManagementUtility(["manage.py", *arguments]).execute()
            except SystemExit:
                pass
            return out.getvalue()
        listed = printed("help").split("[cal]")[1].split()[0]
        completion = {"COMP_WORDS": "manage.py saywh", "COMP_CWORD": "1"}
        tell([
            call("saywho"), listed, "Says who it is." in printed("help", "saywho"),
            printed("saywho"), printed("x", DJANGO_AUTO_COMPLETE="1", **completion),
            [name for name in sys.modules if name.endswith("commands._base")],
        ])
        """,
    )

    base = "library.cal.management.commands._base"
    assert told == [["library"], "saywho", True, "library\n", "saywho\n", [base]]


def test_by_manage(project: Project):
    """The process that runs it finds an inherited command by its name."""
    project.write({**FAMILY, f"{LIBRARY}/saywho.py": command("library")})

    assert project.install("voga.cal").manage("saywho") == "library\n"


def test_overridden(project: Project):
    """A command of the child replaces the parent's, and may build on it."""
    project.write(
        {
            **THREE,
            f"{LIBRARY}/one.py": command("library"),
            f"{LIBRARY}/two.py": command("library"),
            f"{LIBRARY}/three.py": command("library"),
            f"{VOGA}/two.py": command("voga"),
            f"{VOGA}/three.py": command(
                "voga", "library.cal.management.commands.three"
            ),
            f"{TOP}/three.py": command("top", "voga.cal.management.commands.three"),
        }
    )

    told = project.install("top.cal").ask(
        CALL, 'tell([call(name) for name in ("one", "two", "three")])'
    )

    assert told == [["library"], ["voga"], ["top", "voga", "library"]]


def test_left_out(project: Project):
    """A command that is left out does not exist, until one level has its own."""
    project.write(
        {
            **app("library.cal"),
            **app("voga.cal", "library.cal", not_inherited={"commands": ["one"]}),
            **app("top.cal", "voga.cal"),
            f"{LIBRARY}/one.py": command("library"),
            f"{LIBRARY}/two.py": command("library"),
            f"{TOP}/one.py": command("top"),
        }
    )
    asked = CALL, 'tell([call("one"), call("two")])'

    middle = project.install("voga.cal").ask(*asked)
    top = project.install("top.cal").ask(*asked)

    assert middle == ["Unknown command: 'one'", ["library"]]
    assert top == [["top"], ["library"]]


def test_order(project: Project):
    """An earlier app beats a later one, and all beat Django's, a parent's too."""
    project.write(
        {
            **FAMILY,
            **plain_app("before"),
            **plain_app("after"),
            "before/management/commands/one.py": command("before"),
            f"{LIBRARY}/one.py": command("library"),
            f"{LIBRARY}/two.py": command("library"),
            "after/management/commands/two.py": command("after"),
            f"{LIBRARY}/check.py": command(
                "checked", "django.core.management.commands.check"
            ),
        }
    )

    told = project.install("before", "voga.cal", "after").ask(
        CALL, 'tell([call(name)[:3] for name in ("one", "two", "check")])'
    )

    assert told == [
        ["before"],
        ["library"],
        ["checked", "System", "check"],
    ]


def test_other_apps(project: Project):
    """They are listed anew where Django lists anew, as for other apps."""
    project.write({**THREE, f"{LIBRARY}/one.py": command("library")})

    told = project.install("top.cal").ask(
        CALL,
        """
        from django.test import override_settings
        told = [get_commands().get("one")]
        get_commands.cache_clear()
        told.append(get_commands().get("one"))
        for apps in ["voga.cal"], []:
            with override_settings(INSTALLED_APPS=apps):
                told.append(get_commands().get("one"))
        tell([*told, get_commands().get("one")])
        """,
    )

    assert told == ["top.cal", "top.cal", "voga.cal", None, "top.cal"]
