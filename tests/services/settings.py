"""A site of its own for processes that the tests start; they describe it in SITE."""

from __future__ import annotations

import json
import os

SITE = json.loads(os.environ["SITE"])

SECRET_KEY = "only for tests"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django_plugin_system",
    *SITE["apps"],
]
DATABASES = SITE["databases"]
DATABASE_ROUTERS = SITE["routers"]
MIGRATION_MODULES = SITE["migrations"]

globals().update(SITE["settings"])
