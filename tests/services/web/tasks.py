"""What a Celery worker does: tell who answers, and in which process."""

from __future__ import annotations

import os
import time

import django
from celery import Celery

django.setup()

from django_plugin_system import get_plugin  # noqa: E402  # needs apps

from .plugins import AbstractCarrier  # noqa: E402  # registers

app = Celery()
app.config_from_object("django.conf:settings", namespace="CELERY")


@app.task(name="who")
def who(linger: float) -> tuple[int, list[str]]:
    """Ask three times; then keep the process busy."""
    names = {get_plugin(AbstractCarrier).name for _ in range(3)}
    time.sleep(linger)
    return os.getpid(), sorted(names)
