"""Start-up: discover plugins, then connect what keeps rows in step."""

from __future__ import annotations

import logging
from importlib.util import find_spec

from django.apps import AppConfig
from django.core.signals import request_finished, request_started, setting_changed
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
        from .selection.current import (
            begin_scope,
            end_scope,
            forget_with_setting,
        )
        from .sync import sync_after_migrate

        setting_changed.connect(forget_conf)
        setting_changed.connect(forget_with_setting)
        request_started.connect(begin_scope)
        request_finished.connect(end_scope)
        _connect_celery()
        post_migrate.connect(sync_after_migrate, sender=self)
        register_checks()
        run_deferred()
        autodiscover()
        # A wrong setting is a check Error; raising here would keep check from running.
        if mistakes := find_mistakes():
            logger.error(" ".join(mistakes))
        elif get_conf().ENTRY_POINTS:
            load_entry_points()


def _connect_celery() -> None:
    # A task is to Celery what a request is to Django.
    if find_spec("celery") is None:
        return
    from celery.signals import task_postrun, task_prerun

    from .selection.current import begin_scope, end_scope

    task_prerun.connect(begin_scope)
    task_postrun.connect(end_scope)
