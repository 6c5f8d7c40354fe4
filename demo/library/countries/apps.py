from django.utils.translation import gettext_lazy as _

from django_plugin_system.inheritance import PluginConfig


class CountriesConfig(PluginConfig):
    name = "library.countries"
    verbose_name = _("Places")
