"""The middleware for async stacks, behind Django's own handlers."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client
from django.urls import path

from django_plugin_system import get_plugin
from django_plugin_system.exceptions import BlockingLookup
from django_plugin_system.models import PluginItem
from django_plugin_system.selection.current import forget_all
from tests.apps.otp.interfaces import AbstractOTP

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.test_middleware"),
]

MIDDLEWARE = ["django_plugin_system.middleware.fresh_plugins"]


async def ask_async(request: HttpRequest) -> HttpResponse:
    return HttpResponse(type(get_plugin(AbstractOTP)).__name__)


def ask(request: HttpRequest) -> HttpResponse:
    return HttpResponse(type(get_plugin(AbstractOTP)).__name__)


urlpatterns = [path("async/", ask_async), path("sync/", ask)]


@pytest.fixture(autouse=True)
def nothing_known():
    """Each test starts in a process that has not looked yet."""
    forget_all()
    yield
    forget_all()


def test_async_view(settings):
    """The middleware looks, so that a synchronous lookup in the view need not."""
    settings.MIDDLEWARE = MIDDLEWARE

    first = async_to_sync(AsyncClient().get)("/async/").text
    PluginItem.objects.filter(name="voice").update(status="disable")
    second = async_to_sync(AsyncClient().get)("/async/").text

    assert (first, second) == ("VoiceOTP", "SmsIrOTP")


def test_async_view_without_the_middleware(settings):
    """The view hears what to do."""
    settings.MIDDLEWARE = []

    with pytest.raises(BlockingLookup):
        async_to_sync(AsyncClient().get)("/async/")


@pytest.mark.parametrize("middleware", [MIDDLEWARE, []])
def test_sync_view(settings, middleware):
    """A synchronous stack needs none, but may have it."""
    settings.MIDDLEWARE = middleware

    first = Client().get("/sync/").text
    PluginItem.objects.filter(name="voice").update(status="disable")
    second = Client().get("/sync/").text

    assert (first, second) == ("VoiceOTP", "SmsIrOTP")
