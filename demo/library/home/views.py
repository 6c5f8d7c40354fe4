from django.apps import apps
from django.views.generic import TemplateView

from django_plugin_system.inheritance import PluginConfig

from .origins import origins


class Home(TemplateView):
    """Says of each app whom it extends, and what comes from which package."""

    template_name = "home/index.html"

    def get_context_data(self, **kwargs):
        plugins = [
            app for app in apps.get_app_configs() if isinstance(app, PluginConfig)
        ]
        told = [(app, origins(app)) for app in plugins]
        return super().get_context_data(told=told, **kwargs)
