"""What Django's registry of apps says of the packages of parents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import AppConfig, apps

from .owners import find_owner
from .seams import replace


def install_registry() -> None:
    """Have a parent's package be part of the app that extends it, and installed."""
    replace(
        "django.apps.registry:Apps.get_containing_app_config",
        "self object_name",
        _get_containing_app_config,
    )
    replace("django.apps.registry:Apps.is_installed", "self app_name", _is_installed)


def _get_containing_app_config(
    original: Callable[..., AppConfig | None],
) -> Callable[..., AppConfig | None]:
    def get_containing_app_config(self: Any, object_name: str) -> AppConfig | None:
        if self is apps and apps.apps_ready and (owner := find_owner(object_name)):
            return owner[0]
        return original(self, object_name)

    return get_containing_app_config


def _is_installed(original: Callable[..., bool]) -> Callable[..., bool]:
    def is_installed(self: Any, app_name: str) -> bool:
        if original(self, app_name):
            return True
        owner = find_owner(app_name) if self is apps else None
        return owner is not None and owner[1] == app_name

    return is_installed
