"""What app inheritance changes in Python and Django, and when.

What no process has asked for yet is neither changed nor imported.
"""

from __future__ import annotations

from functools import cache, partial
from importlib import import_module

from ..awaiting import when_imported
from .imports import install_finders
from .models.loading import install_loading
from .models.making import install_models
from .models.receivers import install_receivers
from .registry import install_registry

# Our modules, by what of Django they change: they are imported right after it.
LATER = {
    "models.admin": ["django.contrib.admin.sites"],
    "resources.commands": ["django.core.management"],
    "resources.fixtures": [
        "django.core.serializers",
        "django.core.management.commands.loaddata",
    ],
    "resources.jinja": ["django.template.backends.jinja2"],
    "resources.locale": [
        "django.utils.translation.reloader",
        "django.utils.translation.trans_real",
        "django.views.i18n",
    ],
    "resources.messages": ["django.core.management.commands.makemessages"],
    "migrations.packages": [
        "django.db.migrations.autodetector",
        "django.db.migrations.loader",
    ],
    "migrations.writing": [
        "django.core.management.commands.makemigrations",
        "django.core.management.commands.squashmigrations",
        "django.db.migrations.writer",
    ],
    "resources.staticfiles": ["django.contrib.staticfiles.finders"],
    "resources.templates": [
        "django.template.backends.base",
        "django.template.loaders.app_directories",
        "django.template.loaders.base",
        "django.template.utils",
    ],
    "resources.templatetags": ["django.template.backends.django"],
}


@cache
def install() -> None:
    """Have Python and Django find what apps inherit."""
    install_finders()
    install_registry()
    install_models()
    install_loading()
    install_receivers()
    for name, modules in LATER.items():
        for module in modules:
            when_imported(module, partial(_install_later, name))


@cache
def _install_later(name: str) -> None:
    import_module(f"{__package__}.{name}").install()
