"""INSTALLED_APPS worked out: what apps need, and which variant of each is wanted.

Called in a settings module, so it imports app packages and their ``apps`` modules only,
and refuses those that would look at the settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import empty
from django.utils.module_loading import import_string, module_has_submodule

from .ancestry import levels, packages_of
from .config_type import PluginConfigType, find_config_class
from .missing import is_missing
from .wording import did_you_mean

Modifiers = Mapping[str, str | None]

DJANGO = "django.contrib."


@dataclass(frozen=True, slots=True)
class App:
    """An entry of INSTALLED_APPS, and what its config says."""

    entry: str
    label: str
    packages: tuple[str, ...]
    needs: tuple[str, ...] = ()

    def read_needs(self) -> list[App]:
        """Return the apps that this one needs, as their own configs describe them."""
        return [_read(need, f"{self.entry!r} needs") for need in self.needs]


def installed_apps(
    entries: Iterable[str], modifiers: Modifiers | None = None
) -> list[str]:
    """Return the entries with all that they need, each in the variant that is wanted.

    What an app needs comes before it, in the order of ``needs_plugins``. ``modifiers``
    maps labels to the package to install instead, or to None to install none; it counts
    for entries and needs alike. An entry also counts for needs of its label.

    Raises ImproperlyConfigured, saying what to do, for a label that no app has, for a
    package with another label or that does not extend the one that is needed, for apps
    that need one another in a circle, or one that is left out.
    """
    _refuse_mistaken(entries, modifiers)
    return _Resolver(modifiers or {}).resolve(list(entries))


def package_of(entry: str) -> str:
    """Return the package of an app that may be named by its config class.

    What is no app is returned as it is.
    """
    try:
        return _read(entry, "A need is").packages[0]
    except (ImportError, ImproperlyConfigured):
        return entry


def _refuse_mistaken(entries: Any, modifiers: Any) -> None:
    if isinstance(entries, str):
        raise ImproperlyConfigured(
            f"The apps are {entries!r}, a string. Give a list: "
            f"installed_apps([{entries!r}])."
        )
    if modifiers is not None and not isinstance(modifiers, Mapping):
        raise ImproperlyConfigured(
            f"The modifiers are {modifiers!r}, which is no mapping. Give a dict of "
            "labels and the packages to install, such as {'cal': 'voga.cal'}."
        )


class _Resolver:
    def __init__(self, modifiers: Modifiers) -> None:
        self.modifiers = modifiers
        self.listed: dict[str, App] = {}
        self.variants: dict[str, App] = {}
        """Of what is needed: by label, the one that extends all the others."""
        self.choices: dict[str, App | None] = {}
        self.ordered: dict[str, App] = {}

    def resolve(self, entries: list[str]) -> list[str]:
        for entry in entries:
            app = _read(entry, "An entry of the apps is")
            if known := self.listed.get(app.label):
                raise ImproperlyConfigured(
                    f"{known.entry!r} and {app.entry!r} are both listed, but have the "
                    f"same label {app.label!r}. Keep the one that is wanted."
                )
            self.listed[app.label] = app
        self.choose()
        if unknown := self.modifiers.keys() - self.choices.keys() - self.ignored():
            raise ImproperlyConfigured(self.about_unknown(min(unknown)))
        for app in self.listed.values():
            self.put(app, ())
        return [app.entry for app in self.ordered.values()]

    def choose(self) -> None:
        """Choose an app for each label that is listed or needed, however deep."""
        before = None
        # A variant may have needs of its own, which may name other variants.
        while before != self.variants:
            before = dict(self.variants)
            self.choices = {}
            waiting = list(self.listed.values())
            while waiting:
                wanted = waiting.pop(0)
                variant = self.variants.setdefault(wanted.label, wanted)
                if variant.packages[0] in wanted.packages:
                    self.variants[wanted.label] = wanted
                if wanted.label not in self.choices:
                    app = self.choices[wanted.label] = self.find(wanted)
                    waiting += app.read_needs() if app else []

    def find(self, wanted: App) -> App | None:
        label = wanted.label
        if label not in self.modifiers:
            return self.listed.get(label, self.variants[label])
        package = self.modifiers[label]
        if package is None:
            return None
        who = f"The modifier of {label!r} is"
        app = _read(package, who, ", or None to leave the app out")
        if app.label != label:
            raise ImproperlyConfigured(
                f"The modifier {label!r}: {package!r} names an app with another label, "
                f"{app.label!r}. An app can be replaced only by one that extends it."
            )
        if not set(app.packages) & set(wanted.packages):
            raise ImproperlyConfigured(
                f"The modifier {label!r}: {package!r} names an app that has nothing to "
                f"do with {wanted.entry!r}. An app can be replaced only by one that "
                "extends it, or the same parent."
            )
        return app

    def put(self, wanted: App, path: tuple[App, ...]) -> None:
        """Put in order what an app needs, then the app."""
        app = self.choices[wanted.label]
        if app is None:
            if path:
                raise ImproperlyConfigured(self.about_left_out(wanted.label))
            return
        if path and wanted.packages[0] not in app.packages:
            raise ImproperlyConfigured(
                f"{path[-1].entry!r} needs {wanted.entry!r}, but {app.entry!r} is to "
                f"be installed under the label {app.label!r}, and does not extend it. "
                "List, or name in the modifiers, one that does."
            )
        if app in path:
            names = [each.entry for each in (*path[path.index(app) :], app)]
            raise ImproperlyConfigured(
                f"Apps need each other in a circle: {' -> '.join(names)}. "
                "Take one out of needs_plugins."
            )
        if app.label not in self.ordered:
            for need in app.read_needs():
                self.put(need, (*path, app))
            self.ordered[app.label] = app

    def ignored(self) -> set[str]:
        """Return the labels that only apps which are left out or replaced need."""
        found: dict[str, App] = {}
        waiting = list(self.listed.values())
        while waiting:
            app = waiting.pop()
            if app.label not in found:
                found[app.label] = app
                chosen = self.choices.get(app.label)
                waiting += [*app.read_needs(), *(chosen.read_needs() if chosen else [])]
        return set(found)

    def about_left_out(self, label: str) -> str:
        """Name all apps that need the one that is left out, not just the first."""
        needing = sorted(
            app.entry
            for app in self.choices.values()
            if app and any(need.label == label for need in app.read_needs())
        )
        return (
            f"{label!r} is to be left out, but needed by {', '.join(needing)}. "
            "Leave those out too, or keep it."
        )

    def about_unknown(self, label: str) -> str:
        # Perhaps it is the name of a package.
        hint = did_you_mean(label.rpartition(".")[2], self.choices)
        return (
            f"The modifiers name the label {label!r}, which no app has. "
            f"{hint or 'Take it out.'}"
        )


def _read(entry: Any, who: str, otherwise: str = "") -> App:
    """Return what the config of an entry says; ``who`` begins a sentence about it."""
    if not isinstance(entry, str) or not all(entry.split(".")):
        raise ImproperlyConfigured(
            f"{who} {entry!r}, which is no name of an app. Name a package or the path "
            f"of a config class{otherwise}."
        )
    config = _find_config_before_settings(entry, who)
    if issubclass(type(config), PluginConfigType):
        assert config
        packages = packages_of(config)
        label = getattr(config, "label", packages[0].rpartition(".")[2])
        needs = [
            need
            for level in reversed(levels(config))
            for need in level.names("needs_plugins")
            # Its parents come with it.
            if need not in packages
        ]
        return App(entry, label, packages, tuple(dict.fromkeys(needs)))
    # The configs of Django's own apps are all in their apps modules.
    package = entry.partition(".apps.")[0] if entry.startswith(DJANGO) else entry
    name = getattr(config, "name", package)
    label = getattr(config, "label", None) or name.rpartition(".")[2]
    return App(entry, label, (name,))


_refused: set[str] = set()
"""Entries that have read the settings too early. Python imports them only once."""


def _find_config_before_settings(entry: str, who: str) -> type | None:
    was_configured = settings.configured
    try:
        return _find_config(entry, who)
    finally:
        if settings.configured and not was_configured:
            _refused.add(entry)
            # Else manage.py would go on with what has been read by now.
            settings._wrapped = empty
        if entry in _refused:
            raise ImproperlyConfigured(
                f"{entry!r} reads the settings while it is imported, before they are "
                "complete. Have its apps module read them in ready(), or later, or add "
                "the app to what installed_apps() returns."
            )


def _find_config(entry: str, who: str) -> type | None:
    if entry.startswith(DJANGO):
        # They need nothing, and are labelled by their packages.
        return None
    try:
        package = import_module(entry)
    except ModuleNotFoundError as error:
        if not is_missing(entry, error):
            raise
        return _config_class(entry, who)
    if config := find_config_class(entry):
        return config
    if not module_has_submodule(package, "apps"):
        return None
    # As Django does.
    candidates = [
        each
        for each in vars(import_module(f"{entry}.apps")).values()
        if issubclass(type(each), type)
        and issubclass(each, AppConfig)
        and each is not AppConfig
        and getattr(each, "default", True)
    ]
    if len(candidates) > 1:
        candidates = [each for each in candidates if getattr(each, "default", False)]
    return candidates[0] if len(candidates) == 1 else None


def _config_class(path: str, who: str) -> type:
    try:
        found: type = import_string(path)
    except ImportError as error:
        raise ImproperlyConfigured(
            f"{who} {path!r}, which is neither a package nor a config class. "
            "Install it, or mend its name."
        ) from error
    return found
