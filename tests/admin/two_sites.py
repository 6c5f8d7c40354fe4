"""URLs of a project that has an admin site of its own beside Django's."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.urls import path

from django_plugin_system.admin import PluginItemAdmin, PluginTypeAdmin
from django_plugin_system.models import PluginItem, PluginType
from tests.urls import urlpatterns as of_the_first


class VoiceOnlyAdmin(PluginItemAdmin):
    """Operators of this site may not change everything that they see."""

    def has_change_permission(
        self, request: HttpRequest, obj: PluginItem | None = None
    ) -> bool:
        return obj is None or obj.name == "voice"


ops = AdminSite("ops")
ops.register(PluginItem, VoiceOnlyAdmin)
ops.register(PluginType, PluginTypeAdmin)

urlpatterns = [*of_the_first, path("ops/", ops.urls)]
