"""The project that is measured: SQLite in memory, and Django's defaults."""

from __future__ import annotations

SECRET_KEY = "only for benchmarks"
USE_TZ = True
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "benchmarks",
    "django_plugin_system",
    "waffle",
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        # Otherwise each thread would have an empty database of its own.
        "NAME": "file:benchmarks?mode=memory&cache=shared",
    },
}
