"""The Voga site: the library's settings, with other variants of its apps."""

from __future__ import annotations

from django_plugin_system.inheritance import installed_apps
from library.settings import *

INSTALLED_APPS = installed_apps(
    INSTALLED_APPS,
    modifiers={
        "home": "voga.home",
        "cal": "voga.cal",
        "contacts": "voga.contacts",
        "countries": "voga.statbel.countries",
        "courses": "voga.roger.courses",
    },
)
SESSION_COOKIE_NAME = "voga_session"
CSRF_COOKIE_NAME = "voga_csrf"
