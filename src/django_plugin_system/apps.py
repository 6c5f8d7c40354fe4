"""Start-up: discover plugins, then connect what keeps rows in step."""

from __future__ import annotations

import logging
import sys
from functools import cache, partial

from django.apps import AppConfig
from django.core.signals import request_finished, request_started, setting_changed
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from .awaiting import whenever_imported
from .conf import forget_conf
from .register import discover
from .scopes import begin_request, begin_task, end_request, end_task

logger = logging.getLogger(__name__)

# Where tasks are announced: the module, its two signals, and where these are made. An
# app of the project may have the same name as Celery.
TASK_SIGNALS = (
    ("celery.signals", "task_prerun", "task_postrun", "celery.utils.dispatch"),
    # Part of Django since 6.0.
    ("django.tasks.signals", "task_started", "task_finished", "django.dispatch"),
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


@cache
def _connect_tasks() -> None:
    # A task is to its worker what a request is to a server. Who runs tasks imports the
    # signals; a process that does not is spared the import, and all that it may break.
    for module, *names in TASK_SIGNALS:
        whenever_imported(module, partial(_connect, module, *names))


def _connect(module: str, begins: str, ends: str, made_in: str) -> None:
    try:
        pairs = [
            (getattr(sys.modules[module], name), receiver)
            for name, receiver in ((begins, begin_task), (ends, end_task))
        ]
        if all(type(signal).__module__.startswith(made_in) for signal, _ in pairs):
            for signal, receiver in pairs:
                signal.connect(receiver)
    except Exception:
        # Whatever is there is not what was asked for; its import must not fail.
        logger.debug("%s has no signals to connect to.", module, exc_info=True)
