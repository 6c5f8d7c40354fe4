"""The admin, and a page that tells which plugin answers in a request."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path

from django_plugin_system.helpers import get_plugin_instance


def who(request: HttpRequest, type_name: str, manager: str) -> HttpResponse:
    return HttpResponse(type(get_plugin_instance(type_name, manager)).__name__)


urlpatterns = [
    path("admin/", admin.site.urls),
    path("who/<type_name>/<manager>/", who),
]
