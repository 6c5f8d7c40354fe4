"""Start-up: discover plugins, then connect what keeps rows in step."""

from __future__ import annotations

import logging

from django.apps import AppConfig
from django.core.signals import setting_changed
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from .conf import find_mistakes, forget_conf, get_conf
from .register import autodiscover, load_entry_points, run_deferred

logger = logging.getLogger(__name__)


class PluginSystemConfig(AppConfig):
    name = "django_plugin_system"
    verbose_name = _("Plugin system")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from .checks import register_checks
        from .sync import sync_after_migrate

        setting_changed.connect(forget_conf)
        post_migrate.connect(sync_after_migrate, sender=self)
        register_checks()
        run_deferred()
        autodiscover()
        # A wrong setting is a check Error; raising here would keep check from running.
        if mistakes := find_mistakes():
            logger.error(" ".join(mistakes))
        elif get_conf().ENTRY_POINTS:
            load_entry_points()
