from __future__ import annotations

from plain_settings import *  # noqa: F403

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django_plugin_system",
    "apps.otp",
    "apps.otp_sms",
    "apps.notifications",
    "apps.notifications_push",
    "myapp",
]
