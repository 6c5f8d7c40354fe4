"""The names that projects import, and when they can."""

from __future__ import annotations

import subprocess
import sys

import pytest

import django_plugin_system


@pytest.mark.parametrize("name", django_plugin_system.__all__)
def test_public_names(name):
    """Each is there, and listed by dir()."""
    assert getattr(django_plugin_system, name).__name__ == name
    assert name in dir(django_plugin_system)


def test_unknown_name():
    """A typo is an AttributeError like anywhere."""
    with pytest.raises(AttributeError) as excinfo:
        django_plugin_system.get_plugn  # noqa: B018

    assert str(excinfo.value) == (
        "module 'django_plugin_system' has no attribute 'get_plugn'"
    )


def test_every_name_can_be_imported_before_apps_are_ready():
    """An apps.py may import any of them but explain(), which needs models."""
    names = sorted(set(django_plugin_system.__all__) - {"explain"})
    code = (
        f"from django_plugin_system import {', '.join(names)}\n"
        "from django_plugin_system.helpers import get_plugin_instance\n"
        "from django_plugin_system.register import register_plugin_type\n"
        "import sys\n"
        "print('django_plugin_system.models' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout == "False\n"
