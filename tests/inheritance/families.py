"""Configs of apps that extend each other, as files of a project."""

from __future__ import annotations


def app(
    package: str, parent: str | None = None, **attributes: object
) -> dict[str, str]:
    """Return the ``apps.py`` of a package, which may extend another one."""
    base = "PluginConfig"
    lines = ["from django_plugin_system.inheritance import PluginConfig"]
    if parent:
        lines = [f"from {parent}.apps import Config"]
        base = "Config"
    lines += [f"class Config({base}):", f"    name = {package!r}"]
    lines += [f"    {name} = {value!r}" for name, value in attributes.items()]
    return {f"{package.replace('.', '/')}/apps.py": "\n".join([*lines, ""])}


def plain_app(package: str, label: str | None = None) -> dict[str, str]:
    """Return the ``apps.py`` of an app that knows nothing of inheritance."""
    lines = [
        "from django.apps import AppConfig",
        "class Config(AppConfig):",
        f"    name = {package!r}",
    ]
    lines += [f"    label = {label!r}"] if label else []
    return {f"{package.replace('.', '/')}/apps.py": "\n".join([*lines, ""])}


FAMILY = {**app("library.cal"), **app("voga.cal", "library.cal")}
THREE = {**FAMILY, **app("top.cal", "voga.cal")}
