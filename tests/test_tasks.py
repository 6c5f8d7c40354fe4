"""A task, of Celery or of Django itself, is a request of its own."""

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


def ask_twice() -> list[str]:
    before = type(get_plugin(AbstractOTP)).__name__
    switch("voice", "disable")
    return [before, type(get_plugin(AbstractOTP)).__name__]


ask_twice_in_celery = app.task(ask_twice)


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


def test_without_tasks(monkeypatch):
    """Nothing is connected, or missing, where Celery is not installed."""
    monkeypatch.setattr(apps, "find_spec", lambda name: None)
    before = len(task_prerun.receivers)

    apps._connect_tasks()

    assert len(task_prerun.receivers) == before


@pytest.fixture(autouse=True)
def nothing_known():
    """Each test starts in a process that has not looked yet."""
    forget_all()
    yield
    forget_all()


@pytest.mark.django_db(transaction=True)
def test_celery():
    """A task keeps what its first lookup found; the next one asks again."""
    first = ask_twice_in_celery.apply().get()
    second = ask_twice_in_celery.apply().get()

    assert first == ["VoiceOTP", "VoiceOTP"]
    assert second == ["SmsIrOTP", "SmsIrOTP"]


@pytest.mark.django_db(transaction=True)
def test_django():
    """So does a task of Django's own framework, which came with 6.0."""
    tasks = pytest.importorskip("django.tasks")
    task = tasks.task(ask_twice)

    first = task.enqueue().return_value
    second = task.enqueue().return_value

    assert first == ["VoiceOTP", "VoiceOTP"]
    assert second == ["SmsIrOTP", "SmsIrOTP"]
