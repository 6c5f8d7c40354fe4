"""The config of an app that extends another one, or lets itself be extended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any, ClassVar

from django.apps import AppConfig, apps
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import module_has_submodule

from .ancestry import levels, packages_of
from .config_type import PluginConfigType, package_of
from .wording import path_of


class _Default:
    """Keeps Django from taking PluginConfig itself for the config of an app."""

    def __get__(self, config: object, owner: type) -> bool:
        if owner.__module__ == __name__:
            return False
        # As if nothing was said: a subclass is an AppConfig like any other.
        raise AttributeError("default")


class PluginConfig(AppConfig, metaclass=PluginConfigType):
    """An AppConfig whose subclasses in other packages extend the app.

    The child is installed in place of its parent, under the same label.
    """

    # Django asks for it where AppConfig has none.
    default: Any = _Default()

    extends: ClassVar[str | None] = None
    """The package of the parent, instead of its config as a base class."""

    extends_models: ClassVar[Iterable[str]] = ()
    """Names of the parents' models that this app defines itself."""

    needs_plugins: ClassVar[Iterable[str]] = ()
    """Packages of apps that have to be installed before, for installed_apps()."""

    not_inherited: ClassVar[Mapping[str, Iterable[str]]] = {}
    """What does not come along from the parents, by kind; see the documentation."""

    def __init__(self, app_name: str, app_module: Any) -> None:
        if levels(type(self))[0].says("path") is None:
            # That of a parent is the parent's directory.
            self.path = self._path_from_module(app_module)  # type: ignore[attr-defined]
        super().__init__(app_name, app_module)
        self._check_place()
        from .install import install

        install()

    @property
    def lineage(self) -> tuple[str, ...]:
        """The package of this app and those it extends, nearest first."""
        config: type = type(self)
        return packages_of(config) or (self.name,)

    def _check_place(self) -> None:
        config = path_of(type(self))
        package = package_of(type(self))
        listed = settings.INSTALLED_APPS if settings.configured else ()
        if package != self.name and package in listed and config not in listed:
            raise ImproperlyConfigured(
                f"{package!r} is in INSTALLED_APPS, but its config {config} has the "
                f"name {self.name!r}. Give it name = {package!r}."
            )
        # Django would only say that there are two with the same label.
        other = None if apps.apps_ready else apps.app_configs.get(self.label)
        if isinstance(other, PluginConfig) and other.name != self.name:
            if self.name in other.lineage:
                child, parent = other.name, self.name
            elif other.name in self.lineage:
                child, parent = self.name, other.name
            else:
                return
            raise ImproperlyConfigured(
                f"{child!r} extends {parent!r} and takes its place. "
                f"Take {parent!r} out of INSTALLED_APPS."
            )

    def import_models(self) -> None:
        from .models.loading import run_announced
        from .models.waiting import finish_models

        # Parents first, so that a model that nobody overrides is there, even if the
        # child's own models import nothing of theirs.
        for package in reversed(self.lineage[1:]):
            if module_has_submodule(import_module(package), "models"):
                import_module(f"{package}.models")
                run_announced(f"{package}.models")
        super().import_models()
        run_announced(f"{self.name}.models")
        finish_models()


@checks.register
def check_inheritance(**kwargs: object) -> list[CheckMessage]:
    """Tell what is wrong; registered here, since a mistake may leave no such config."""
    from .checks import check_all

    return list(check_all())


@checks.register(checks.Tags.database)
def check_inheritance_in_databases(
    databases: Sequence[str] | None = None, **kwargs: object
) -> list[CheckMessage]:
    from .checks import check_database

    return [message for using in databases or () for message in check_database(using)]
