"""Tests of users: Django's own test cases need no call to have their rows seen.

Each test asks for plugins, in and out of requests, before and after it writes. They
run in any order, so each would see what another one has left behind.
"""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import TestCase, TransactionTestCase, override_settings
from django.urls import path

from django_plugin_system import get_plugin
from django_plugin_system.models import PluginItem
from tests.apps.otp.interfaces import AbstractOTP


def who(request: HttpRequest | None = None) -> HttpResponse:
    return HttpResponse(type(get_plugin(AbstractOTP)).__name__)


def switch(request: HttpRequest) -> HttpResponse:
    """Switch, ask, and fail if told to."""
    PluginItem.objects.filter(name="voice").update(status="disable")
    answer = who(request)
    if "fail" in request.GET:
        raise ValueError("after the switch")
    return answer


urlpatterns = [path("who/", who), path("switch/", switch)]


class Asking:
    """What the test cases share."""

    def assert_answers(self, expected: str) -> None:
        """Compare both answers, inside and outside of a request."""
        answers = (who().text, self.client.get("/who/").text)
        assert answers == (expected, expected)


class Switching(Asking):
    """The same tests for each kind of test case."""

    def test_nothing_left_from_another_test(self):
        self.assert_answers("VoiceOTP")

    def test_update(self):
        self.assert_answers("VoiceOTP")

        PluginItem.objects.filter(name="voice").update(status="disable")

        self.assert_answers("SmsIrOTP")

    def test_save_in_a_rolled_back_savepoint(self):
        with transaction.atomic():
            item = PluginItem.objects.get(name="voice")
            item.status = "disable"
            item.save()
            self.assert_answers("SmsIrOTP")
            transaction.set_rollback(True)

        self.assert_answers("VoiceOTP")

    def test_a_request_that_switches(self):
        assert self.client.get("/switch/").text == "SmsIrOTP"

        self.assert_answers("SmsIrOTP")

    def test_delete(self):
        PluginItem.objects.filter(name__in=["voice", "sms_ir"]).delete()

        self.assert_answers("KavenegarOTP")


@override_settings(ROOT_URLCONF=__name__)
class InTestCase(Switching, TestCase):
    """Everything happens in one transaction, which is rolled back."""


@override_settings(ROOT_URLCONF=__name__)
class InTransactionTestCase(Switching, TransactionTestCase):
    """Everything is committed, and flushed."""


@override_settings(ROOT_URLCONF=__name__)
class WithTestData(Asking, TestCase):
    """What setUpTestData() writes is seen by each test of the class."""

    @classmethod
    def setUpTestData(cls):
        PluginItem.objects.filter(name="voice").update(status="disable")

    def test_it(self):
        self.assert_answers("SmsIrOTP")

    def test_and_more(self):
        PluginItem.objects.filter(name="sms_ir").update(status="disable")

        self.assert_answers("KavenegarOTP")


@override_settings(ROOT_URLCONF=__name__)
class WithAtomicRequests(Asking, TransactionTestCase):
    """ATOMIC_REQUESTS: a view sees its own switch, and others only a committed one."""

    def setUp(self):
        connection.settings_dict["ATOMIC_REQUESTS"] = True
        self.addCleanup(connection.settings_dict.update, ATOMIC_REQUESTS=False)

    def test_commit(self):
        self.assert_answers("VoiceOTP")

        assert self.client.get("/switch/").text == "SmsIrOTP"

        self.assert_answers("SmsIrOTP")

    def test_rollback(self):
        self.assert_answers("VoiceOTP")

        with pytest.raises(ValueError, match="after the switch"):
            self.client.get("/switch/?fail")

        self.assert_answers("VoiceOTP")
