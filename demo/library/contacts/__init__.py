"""Whom the site has to do with. Its config is here instead of in apps.py."""

from django_plugin_system.inheritance import PluginConfig


class Plugin(PluginConfig):
    verbose_name = "Contacts"
    needs_plugins = ["library.countries"]
