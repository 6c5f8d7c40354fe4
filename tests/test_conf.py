"""The PLUGIN_SYSTEM setting."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from django_plugin_system.conf import Conf, get_conf


def test_defaults(settings):
    """A project needs no setting."""
    del settings.PLUGIN_SYSTEM

    assert get_conf() == Conf(ENTRY_POINTS=False)


def test_override(settings):
    """A changed setting counts at once."""
    before = get_conf().ENTRY_POINTS

    settings.PLUGIN_SYSTEM = {"ENTRY_POINTS": True}

    assert (before, get_conf().ENTRY_POINTS) == (False, True)


@pytest.mark.parametrize(
    "directories",
    [
        pytest.param(["config"], id="text"),
        pytest.param((Path("config"), "more"), id="path"),
    ],
)
def test_directories(settings, directories):
    """Directories are given as text or as paths, in a list or a tuple."""
    settings.PLUGIN_SYSTEM = {"CONFIG_DIRS": directories}

    assert directories == get_conf().CONFIG_DIRS


def test_other_settings_leave_it_alone(settings):
    """Only a change of PLUGIN_SYSTEM makes it be read again."""
    before = get_conf()

    settings.USE_TZ = False

    assert get_conf() is before


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param(
            {"ENTRYPOINTS": True},
            "PLUGIN_SYSTEM has an unknown key 'ENTRYPOINTS'. "
            "Did you mean 'ENTRY_POINTS'?",
            id="near",
        ),
        pytest.param(
            {"XYZ": 1, "ENTRY_POINTS": "yes"},
            "PLUGIN_SYSTEM has an unknown key 'XYZ'. Known: ENTRY_POINTS, "
            "REFRESH_SECONDS, RELOAD_SECONDS, ON_DATABASE_ERROR, SAFE_MODE, "
            "CONFIG_DIRS. "
            "PLUGIN_SYSTEM['ENTRY_POINTS'] is 'yes'; it has to be True or False.",
            id="far",
        ),
        pytest.param(
            {"REFRESH_SECONDS": -1, "ON_DATABASE_ERROR": "ignore"},
            "PLUGIN_SYSTEM['REFRESH_SECONDS'] is -1; it has to be a number of seconds, "
            "0 or more. PLUGIN_SYSTEM['ON_DATABASE_ERROR'] is 'ignore'; it has to be "
            "'serve' or 'raise'.",
            id="values",
        ),
        pytest.param(
            {"CONFIG_DIRS": "config"},
            "PLUGIN_SYSTEM['CONFIG_DIRS'] is 'config'; it has to be a list of "
            "directories.",
            id="one-directory",
        ),
        pytest.param(
            {"CONFIG_DIRS": ["config", None]},
            "PLUGIN_SYSTEM['CONFIG_DIRS'] is ['config', None]; it has to be a list of "
            "directories.",
            id="no-directory",
        ),
        pytest.param(
            ["ENTRY_POINTS"],
            "PLUGIN_SYSTEM is ['ENTRY_POINTS']; it has to be a dict.",
            id="no-dict",
        ),
    ],
)
def test_mistakes(settings, value, message):
    """Each mistake is named, with the closest key."""
    settings.PLUGIN_SYSTEM = value

    with pytest.raises(ImproperlyConfigured) as excinfo:
        get_conf()

    assert str(excinfo.value) == message
