"""Who extends whom, told from classes alone."""

from __future__ import annotations

from typing import Any

import pytest

from django_plugin_system.inheritance.ancestry import (
    BY_PLACE,
    inherited_by,
    is_extended,
    levels,
    packages_of,
)


class Kind(type):
    """Stands for the metaclass of configs."""


class Base(metaclass=Kind):
    """Stands for PluginConfig."""


class Wanting:
    """A mixin that is no config."""

    needs_plugins = "library.con"


def config(name: str | None, *bases: type, **attributes: Any) -> type:
    own = {"name": name} if name else {}
    return Kind("Config", bases or (Base,), own | attributes)


LIBRARY = config("library.cal")
VOGA = config(
    "voga.cal",
    Wanting,
    LIBRARY,
    extends_models="Room",
    not_inherited={"fixtures": ["demo"], "commands": "greet"},
)
LEFT = config("left.cal", LIBRARY, extends_models=["Event"])
RIGHT = config("right.cal", LIBRARY)
BOTH = config("both.cal", LEFT, RIGHT)
AROUND = config("site", **{BY_PLACE: True})


@pytest.mark.parametrize(
    ("cls", "packages"),
    [
        (Base, ()),
        (Wanting, ()),
        (LIBRARY, ("library.cal",)),
        (VOGA, ("voga.cal", "library.cal")),
        (BOTH, ("both.cal", "left.cal", "right.cal", "library.cal")),
        # A project's own config of the same app.
        (config(None, VOGA), ("voga.cal", "library.cal")),
        (config("voga.cal", VOGA), ("voga.cal", "library.cal")),
        # A base of several, in a package around them; and the same where it is not.
        (config("site.cal", AROUND), ("site.cal",)),
        (config("other.cal", AROUND), ("other.cal", "site")),
        # A plain config among the bases.
        (config("top.cal", type("Plain", (), {"name": "plain"})), ("top.cal",)),
    ],
)
def test_packages(cls: type, packages: tuple[str, ...]):
    """Nearest first, in Python's order of bases."""
    assert packages_of(cls) == packages


def test_what_a_level_says():
    """Its own and its mixins' attributes count, and no parent's."""
    voga, library = levels(VOGA)

    assert voga.config is VOGA
    assert voga.names("needs_plugins") == ("library.con",)
    assert voga.names("extends_models") == ("Room",)
    assert library.names("needs_plugins") == library.names("extends_models") == ()
    assert voga.left_out("fixtures") == {"demo"}
    assert voga.left_out("commands") == {"greet"}
    assert voga.left_out("static") == library.left_out("fixtures") == frozenset()


@pytest.mark.parametrize(
    ("cls", "package", "model", "told"),
    [
        (VOGA, "library.cal", "Room", True),
        (VOGA, "library.cal", "Event", False),
        (VOGA, "voga.cal", "Room", False),
        (BOTH, "library.cal", "Event", True),
        (BOTH, "left.cal", "Event", False),
    ],
)
def test_is_extended(cls: type, package: str, model: str, told: bool):
    """A model of a package is extended if a nearer level says so."""
    assert is_extended(cls, package, model) is told


def test_inherited_by():
    """A resource comes from any level, up to the first that leaves it out."""
    assert [*inherited_by(levels(VOGA), "fixtures", "std")] == [
        "voga.cal",
        "library.cal",
    ]
    assert [*inherited_by(levels(VOGA), "fixtures", "demo")] == ["voga.cal"]
