"""Settings of the demo; run.py says in the environment what it has started where."""

from __future__ import annotations

import os
from pathlib import Path

import django

BASE_DIR = Path(__file__).parent
RUN_DIR = Path(os.environ.get("DEMO_DIR", BASE_DIR))

SECRET_KEY = "the demo has no secrets"
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "urls"
STATIC_URL = "static/"
USE_TZ = True
TIME_ZONE = "UTC"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_plugin_system",
    "otp.apps.OtpConfig",
    "otp_sms",
    "otp_email",
    "notifications",
    "pages",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": RUN_DIR / "db.sqlite3",
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Errors belong on the terminal; an icon that a browser looks for in vain does not.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {"django.request": {"level": "ERROR"}},
}

SMTP_PORT = int(os.environ.get("DEMO_SMTP_PORT", "25"))
if django.VERSION >= (6, 1):
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": SMTP_PORT, "timeout": 5},
        }
    }
else:
    EMAIL_HOST = "127.0.0.1"
    EMAIL_PORT = SMTP_PORT
    EMAIL_TIMEOUT = 5

# Where the plugins of this demo deliver to.
SMS_GATEWAY_URL = os.environ.get("DEMO_SMS_URL", "")
NOTIFICATION_FILE = RUN_DIR / "notifications.txt"

# The two sites of app inheritance.
LIBRARY_URL = os.environ.get("DEMO_LIBRARY_URL", "")
VOGA_URL = os.environ.get("DEMO_VOGA_URL", "")
