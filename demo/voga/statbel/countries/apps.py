from django_plugin_system.inheritance import PluginConfig


class CountriesConfig(PluginConfig):
    extends = "library.countries"
    extends_models = ["Place"]
