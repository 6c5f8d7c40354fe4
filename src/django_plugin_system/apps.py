"""Start-up: discover plugins, then connect what keeps rows in step."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig
from django.core.signals import request_finished, request_started, setting_changed
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from .conf import forget_conf
from .register import discover
from .scopes import begin_request, begin_task, end_request, end_task

TASK_SIGNALS = (
    ("celery", "task_prerun", "task_postrun"),
    # Part of Django since 6.0.
    ("django.tasks", "task_started", "task_finished"),
)


class PluginSystemConfig(AppConfig):
    name = "django_plugin_system"
    verbose_name = _("Plugin system")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from .checks import register_checks
        from .selection.current import forget_with_setting
        from .sync import sync_after_migrate

        setting_changed.connect(forget_conf)
        setting_changed.connect(forget_with_setting)
        request_started.connect(begin_request)
        request_finished.connect(end_request)
        _connect_tasks()
        post_migrate.connect(sync_after_migrate, sender=self)
        register_checks()
        discover()


def _connect_tasks() -> None:
    # A task is to its worker what a request is to a server.
    for package, begins, ends in TASK_SIGNALS:
        if find_spec(package) is not None:
            signals = import_module(f"{package}.signals")
            getattr(signals, begins).connect(begin_task)
            getattr(signals, ends).connect(end_task)
