"""Mistakes in who extends whom. Ids: docs/checks.md."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import module_has_submodule

from ..config_type import PluginConfigType
from ..installed import package_of
from ..owners import each_level, lineage
from ..seams import make_all_changes
from ..wording import did_you_mean, listed, place
from .resources import DIRECTORIES


def check_configs() -> list[CheckMessage]:
    """E101: an app has configs in its apps module, but Django took none of them."""
    return [
        Error(
            f"{app.name!r} is installed with a plain AppConfig, although it has "
            f"{listed(each.__qualname__ for each in found)} in its apps module.",
            hint="Keep one of them there, or give one 'default = True'.",
            obj=app.name,
            id="django_plugin_system.E101",
        )
        for app in apps.get_app_configs()
        if type(app) is AppConfig and (found := _configs_of(app))
    ]


def check_needs() -> list[CheckMessage]:
    """E105: an app needs another one that is not installed, in no variant."""
    installed = {package for app in apps.get_app_configs() for package in lineage(app)}
    return [
        Error(
            f"{place(level.config)}: {level.config.__qualname__} needs {need!r}, which "
            "is not installed.",
            hint="Have INSTALLED_APPS = installed_apps([...]) add it, from "
            "django_plugin_system.inheritance."
            if _is_there(need)
            else "There is no such package here: correct needs_plugins, or install it "
            "with pip first.",
            obj=app.name,
            id="django_plugin_system.E105",
        )
        for app, level, _ in each_level()
        for need in level.names("needs_plugins")
        if package_of(need) not in installed
    ]


def check_not_inherited() -> list[CheckMessage]:
    """E106: not_inherited names a kind that there is not."""
    return [
        Error(
            f"{place(level.config)}: not_inherited has an unknown kind {kind!r}.",
            hint=did_you_mean(kind, DIRECTORIES) or f"Known: {listed(DIRECTORIES)}.",
            obj=app.name,
            id="django_plugin_system.E106",
        )
        for app, level, _ in each_level()
        for kind in level.says("not_inherited") or {}
        if kind not in DIRECTORIES
    ]


def check_seams() -> list[CheckMessage]:
    """E109: this release of Django has not what app inheritance changes in it."""
    try:
        make_all_changes()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="django_plugin_system.E109")]
    return []


# Helpers


def _is_there(need: str) -> bool:
    # Without the import of what is there: its models may need apps to be installed.
    try:
        return find_spec(package_of(need)) is not None
    except ModuleNotFoundError:
        return False


def _configs_of(app: AppConfig) -> list[type]:
    if not module_has_submodule(app.module, "apps"):
        return []
    module = import_module(f"{app.name}.apps")
    return [
        each
        for each in vars(module).values()
        # Not isinstance(): it would make lazy objects in the module load themselves.
        if issubclass(type(each), PluginConfigType)
        and each.__module__ == module.__name__
    ]
