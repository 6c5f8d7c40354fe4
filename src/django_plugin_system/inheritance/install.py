"""Puts everything in place that lets apps inherit; once in a process."""

from __future__ import annotations

from functools import cache

from django.core.signals import setting_changed

from ..conf import forget_conf
from .commands import install_commands
from .fixtures import install_fixtures
from .imports import install_finders
from .jinja import install_jinja
from .locale import install_locale
from .migrations import install_migrations
from .models import install_models
from .rebinding import install_rebinding
from .receivers import install_receivers
from .staticfiles import install_staticfiles
from .templates import install_templates
from .templatetags import install_templatetags


@cache
def install() -> None:
    """Have Python and Django find what apps inherit."""
    # A project may have apps that inherit, and no plugins.
    setting_changed.connect(forget_conf)
    install_finders()
    install_rebinding()
    install_models()
    install_receivers()
    install_commands()
    install_templates()
    install_jinja()
    install_templatetags()
    install_locale()
    install_staticfiles()
    install_fixtures()
    install_migrations()
