from django_plugin_system.inheritance import PluginConfig


class CalConfig(PluginConfig):
    name = "library.cal"
    verbose_name = "Calendar"
