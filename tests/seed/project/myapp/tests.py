"""The seed's testing tips, followed: ``manage.py test`` runs this."""

from __future__ import annotations

from django.core.management import call_command
from django.test import TestCase

from django_plugin_system.helpers import get_plugin_instance
from django_plugin_system.models import PluginItem


class SwitchingTests(TestCase):
    def setUp(self) -> None:
        PluginItem.objects.all().delete()
        call_command("pluginsync", "--mode", "create", verbosity=0)

    def notifier(self) -> str:
        return type(get_plugin_instance("notifier", "apps.notifications")).__name__

    def toggle(self, name: str, status: str) -> None:
        item = PluginItem.objects.get(name=name)
        item.status = status
        item.save()

    def test_rows_are_there(self) -> None:
        assert self.notifier() == "EmailNotifier"

    def test_fallback_and_cache_invalidation(self) -> None:
        self.toggle("push", "reserve")
        assert self.notifier() == "EmailNotifier"

        self.toggle("email", "disable")
        assert self.notifier() == "SmsNotifier"

        self.toggle("sms", "disable")
        assert self.notifier() == "PushNotifier"

        self.toggle("push", "disable")
        assert self.notifier() == "NoneType"

    def test_each_test_starts_afresh(self) -> None:
        assert self.notifier() == "EmailNotifier"
