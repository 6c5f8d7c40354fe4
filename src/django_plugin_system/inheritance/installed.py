"""INSTALLED_APPS worked out: what apps need, and which variant of each is wanted.

Called in a settings module, so it imports app packages and their ``apps`` modules only,
and refuses those that would look at the settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string, module_has_submodule

from .ancestry import ancestors, named, packages_of
from .config_type import PluginConfigType, find_config_class

Modifiers = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class App:
    """An entry of INSTALLED_APPS, and what its config says."""

    entry: str
    label: str
    packages: tuple[str, ...]
    needs: tuple[str, ...] = ()


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
    return _Resolver(dict(modifiers or {})).resolve(list(entries))


@dataclass
class _Resolver:
    modifiers: dict[str, str | None]
    listed: dict[str, App] = field(default_factory=dict)
    chosen: dict[str, App] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def resolve(self, entries: list[str]) -> list[str]:
        for app in map(_read, entries):
            if known := self.listed.get(app.label):
                raise ImproperlyConfigured(
                    f"{known.entry!r} and {app.entry!r} are both listed, but have the "
                    f"same label {app.label!r}. Keep the one that is wanted."
                )
            self.listed[app.label] = app
        for app in list(self.listed.values()):
            self.visit(app, ())
        if unknown := self.modifiers.keys() - self.seen:
            raise ImproperlyConfigured(self.about_unknown(min(unknown)))
        return [app.entry for app in self.chosen.values()]

    def visit(self, wanted: App, path: tuple[App, ...]) -> None:
        """Choose an app for what is wanted, and before it all that this one needs."""
        label = wanted.label
        self.seen.add(label)
        if any(each.label == label for each in path):
            names = [each.entry for each in path] + [wanted.entry]
            start = next(n for n, each in enumerate(path) if each.label == label)
            raise ImproperlyConfigured(
                f"Apps need each other in a circle: {' -> '.join(names[start:])}. "
                "Take one out of needs_plugins."
            )
        app = self.chosen.get(label) or self.choose(wanted)
        if app is None:
            if path:
                raise ImproperlyConfigured(self.about_left_out(label))
            return
        if path and not set(wanted.packages[:1]) <= set(app.packages):
            raise ImproperlyConfigured(
                f"{path[-1].entry!r} needs {wanted.entry!r}, but {app.entry!r} is to "
                f"be installed under the label {label!r}, and does not extend it."
            )
        if label not in self.chosen:
            for need in app.needs:
                self.visit(_read(need), (*path, app))
            self.chosen[label] = app

    def choose(self, wanted: App) -> App | None:
        label = wanted.label
        if label not in self.modifiers:
            return self.listed.get(label, wanted)
        package = self.modifiers[label]
        if package is None:
            return None
        app = _read(package)
        if app.label != label:
            raise ImproperlyConfigured(
                f"The modifier {label!r}: {package!r} names an app with another label, "
                f"{app.label!r}. An app can be replaced only by one that extends it."
            )
        return app

    def about_left_out(self, label: str) -> str:
        """Name all apps that need the one that is left out, not just the first."""
        needing = sorted(
            app.entry
            for app in self.reachable()
            if any(_read(need).label == label for need in app.needs)
        )
        return (
            f"{label!r} is to be left out, but needed by {', '.join(needing)}. "
            "Leave those out too, or keep it."
        )

    def reachable(self) -> list[App]:
        found: dict[str, App] = {}
        waiting = list(self.listed.values())
        while waiting:
            app = self.choose(waiting.pop())
            if app and app.label not in found:
                found[app.label] = app
                waiting += map(_read, app.needs)
        return list(found.values())

    def about_unknown(self, label: str) -> str:
        close = get_close_matches(label, sorted(self.seen), n=1)
        hint = f"Did you mean {close[0]!r}?" if close else "Take it out."
        return f"The modifiers name the label {label!r}, which no app has. {hint}"


def _read(entry: str) -> App:
    was_configured = settings.configured
    app = _read_config(entry)
    if settings.configured and not was_configured:
        raise ImproperlyConfigured(
            f"{entry!r} reads the settings while it is imported, before they are "
            "complete. Have its apps module read them in ready(), or later."
        )
    return app


def _read_config(entry: str) -> App:
    config = _find_config(entry)
    if isinstance(config, PluginConfigType):
        packages = packages_of(config)
        label = getattr(config, "label", packages[0].rpartition(".")[2])
        needs = [
            need
            for each in reversed(ancestors(config))
            for need in named(each, "needs_plugins")
        ]
        return App(entry, label, packages, tuple(dict.fromkeys(needs)))
    name = config.name if config else entry
    label = getattr(config, "label", None) or name.rpartition(".")[2]
    return App(entry, label, (name,))


def _find_config(entry: str) -> type[AppConfig] | PluginConfigType | None:
    if entry.startswith("django.contrib."):
        # They need nothing, and are labelled by their names.
        return None
    try:
        package = import_module(entry)
    except ModuleNotFoundError as error:
        if not f"{entry}.".startswith(f"{error.name}."):
            raise
        found: type[AppConfig] = import_string(entry)
        return found
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
