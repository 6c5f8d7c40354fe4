"""The PLUGIN_SYSTEM setting: read late, checked whole, unknown keys refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

APP = "django_plugin_system"
SETTING = "PLUGIN_SYSTEM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conf:
    """The settings in force."""

    ENTRY_POINTS: bool = False
    """Import plugins of installed distributions that are no Django app."""

    REFRESH_SECONDS: float = 1.0
    """How old an answer may be outside requests and tasks, in seconds."""

    RELOAD_SECONDS: float = 30.0
    """After how many seconds rows are read again though no generation has started."""

    ON_DATABASE_ERROR: str = "serve"
    """``serve`` answers from the last rows that were read, ``raise`` raises."""

    SAFE_MODE: bool = False
    """Ignore all rows: the registered item with the lowest priority answers."""

    CONFIG_DIRS: Sequence[str | Path] = ()
    """Directories of configuration files that come before those of all apps."""


@cache
def get_conf() -> Conf:
    """Return the settings in force, or raise ImproperlyConfigured naming each mistake.

    A receiver of setting_changed forgets the answer, so override_settings() works.
    """
    if mistakes := find_mistakes():
        raise ImproperlyConfigured(" ".join(mistakes))
    return Conf(**_given())


def ensure_installed() -> None:
    """Raise ImproperlyConfigured unless the app is in INSTALLED_APPS."""
    if not apps.is_installed(APP):
        raise ImproperlyConfigured(
            f"Plugins are used, but {APP!r} is not installed. "
            f"Add {APP!r} to INSTALLED_APPS."
        )


def find_mistakes() -> list[str]:
    """Return what is wrong with the setting, one sentence each."""
    given = getattr(settings, SETTING, {})
    if not isinstance(given, dict):
        return [f"{SETTING} is {given!r}; it has to be a dict."]
    return list(_mistakes_in(given))


def forget_conf(*, setting: str, **kwargs: object) -> None:
    """Drop what get_conf() remembers; a receiver of setting_changed."""
    if setting == SETTING:
        get_conf.cache_clear()


def _given() -> dict[str, Any]:
    given: dict[str, Any] = getattr(settings, SETTING, {})
    return given


def _mistakes_in(given: dict[object, object]) -> Iterator[str]:
    known = {field.name: field.default for field in fields(Conf)}
    for key, value in given.items():
        if key not in known:
            close = get_close_matches(str(key).upper(), known, n=1)
            names = ", ".join(known)
            hint = f"Did you mean {close[0]!r}?" if close else f"Known: {names}."
            yield f"{SETTING} has an unknown key {key!r}. {hint}"
        elif wanted := _wanted_instead_of(value, known[key]):
            yield f"{SETTING}[{key!r}] is {value!r}; it has to be {wanted}."


def _wanted_instead_of(value: object, default: object) -> str | None:
    if isinstance(default, bool):
        return None if isinstance(value, bool) else "True or False"
    if isinstance(default, str):
        return None if value in ("serve", "raise") else "'serve' or 'raise'"
    if isinstance(default, tuple):
        is_fit = isinstance(value, list | tuple) and all(
            isinstance(each, str | Path) for each in value
        )
        return None if is_fit else "a list of directories"
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return None
    return "a number of seconds, 0 or more"
