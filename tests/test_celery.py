"""A Celery task is a request of its own."""

from __future__ import annotations

from uuid import uuid4

import pytest
from celery import Celery
from celery.signals import task_prerun
from django.db import connection

from django_plugin_system import apps, get_plugin
from django_plugin_system.selection.current import forget_all
from tests.apps.otp.interfaces import AbstractOTP

app = Celery(broker="memory://", set_as_current=False)


@app.task
def ask_twice() -> list[str]:
    before = type(get_plugin(AbstractOTP)).__name__
    switch("voice", "disable")
    return [before, type(get_plugin(AbstractOTP)).__name__]


def switch(name: str, status: str) -> None:
    """Change a row as another process does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE django_plugin_system_pluginitem SET status = %s WHERE name = %s",
            [status, name],
        )
        cursor.execute(
            "UPDATE django_plugin_system_generation SET token = %s", [uuid4().hex]
        )


def test_without_celery(monkeypatch):
    """Nothing is connected, or missing, where Celery is not installed."""
    monkeypatch.setattr(apps, "find_spec", lambda name: None)
    before = len(task_prerun.receivers)

    apps._connect_celery()

    assert len(task_prerun.receivers) == before


@pytest.mark.django_db(transaction=True)
def test_tasks():
    """A task keeps what its first lookup found; the next one asks again."""
    forget_all()

    first = ask_twice.apply().get()
    second = ask_twice.apply().get()
    forget_all()

    assert first == ["VoiceOTP", "VoiceOTP"]
    assert second == ["SmsIrOTP", "SmsIrOTP"]
