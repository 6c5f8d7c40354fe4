"""Each app's pages below its label, whoever extends the app."""

from __future__ import annotations

from django.apps import apps
from django.contrib import admin
from django.urls import include, path

PAGES = {"": "home"} | {
    f"{label}/": label for label in ("cal", "contacts", "countries", "courses")
}

urlpatterns = [
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    *(
        path(route, include(f"{apps.get_app_config(label).name}.urls"))
        for route, label in PAGES.items()
    ),
]
