from django_plugin_system.inheritance import PluginConfig


class HomeConfig(PluginConfig):
    name = "library.home"
    needs_plugins = ["library.courses"]
