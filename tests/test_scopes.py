"""Which request or task a lookup belongs to: WSGI, ASGI, tasks, and one in another."""

from __future__ import annotations

import asyncio
import logging
import os
from contextvars import copy_context
from time import monotonic
from uuid import uuid4

import pytest
from asgiref.sync import ThreadSensitiveContext, async_to_sync, sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client
from django.urls import path

from django_plugin_system import aget_plugin, fresh_plugins, get_plugin, scopes
from django_plugin_system.models import PluginItem
from django_plugin_system.scopes import (
    begin_request,
    begin_task,
    end_request,
    end_task,
    find_scope,
)
from django_plugin_system.selection import current
from django_plugin_system.selection.current import forget_all
from tests.aliases import close_in_thread
from tests.apps.otp.interfaces import AbstractOTP

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.test_scopes"),
]


@pytest.fixture(autouse=True)
def nothing_known():
    """Each test starts in a process that has not looked yet."""
    forget_all()
    request_finished.connect(close_in_thread)
    yield
    request_finished.disconnect(close_in_thread)
    forget_all()


def who() -> str:
    return type(get_plugin(AbstractOTP)).__name__


async def awho() -> str:
    return type(await aget_plugin(AbstractOTP)).__name__


def disable(name: str) -> None:
    """Switch as another process does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE django_plugin_system_pluginitem SET status = 'disable' "
            "WHERE name = %s",
            [name],
        )
        cursor.execute(
            "UPDATE django_plugin_system_generation SET token = %s", [uuid4().hex]
        )


# A site whose view switches from voice to sms_ir between two lookups


def view(request: HttpRequest) -> HttpResponse:
    before = who()
    disable(before.removesuffix("OTP").lower())
    return HttpResponse(f"{before} {who()}")


async def async_view(request: HttpRequest) -> HttpResponse:
    before = await awho()
    await sync_to_async(disable)(before.removesuffix("OTP").lower())
    # From memory, so that it may be asked for synchronously.
    return HttpResponse(f"{before} {await awho()} {who()}")


left_behind: list[asyncio.Task[str]] = []


async def leaving_view(request: HttpRequest) -> HttpResponse:
    """Leave a task behind that looks twice, once now and once when it is told."""
    told = asyncio.Event()

    async def look() -> str:
        await told.wait()
        answer = await awho()
        await sync_to_async(close_in_thread)()
        return answer

    before = await awho()
    left_behind.append(asyncio.create_task(look()))
    left_behind[-1].told = told  # type: ignore[attr-defined]
    return HttpResponse(before)


urlpatterns = [
    path("sync/", view),
    path("async/", async_view),
    path("leaving/", leaving_view),
]


async def ask(application: ASGIHandler, url: str) -> str:
    """Send a request as a server does, and return the body of the response."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": url,
        "query_string": b"",
        "headers": [],
    }
    communicator = ApplicationCommunicator(application, scope)
    await communicator.send_input({"type": "http.request"})
    await communicator.receive_output()
    body = (await communicator.receive_output())["body"]
    await communicator.wait()
    return str(body, "ascii")


# ASGI, without any middleware of ours


@pytest.mark.parametrize(
    ("url", "first", "second"),
    [
        ("/sync/", "VoiceOTP VoiceOTP", "SmsIrOTP SmsIrOTP"),
        ("/async/", "VoiceOTP VoiceOTP VoiceOTP", "SmsIrOTP SmsIrOTP SmsIrOTP"),
    ],
)
def test_asgi(url: str, first: str, second: str):
    """A request keeps what it has found; the next one asks again, at once."""

    async def serve() -> list[str]:
        application = get_asgi_application()
        return [await ask(application, url), await ask(application, url)]

    assert async_to_sync(serve)() == [first, second]


def test_asgi_at_the_same_time():
    """Each of the requests that overlap has found something of its own."""

    async def serve() -> list[str]:
        application = get_asgi_application()
        return sorted(
            await asyncio.gather(*(ask(application, "/sync/") for _ in range(2)))
        )

    answers = async_to_sync(serve)()

    assert all(len(set(answer.split())) == 1 for answer in answers)


def test_a_task_that_outlives_its_request():
    """It belongs to no request any more, so it does not keep the old answer."""

    async def serve() -> tuple[str, str]:
        before = await ask(get_asgi_application(), "/leaving/")
        await sync_to_async(disable)("voice")
        forget_all()
        task = left_behind.pop()
        task.told.set()  # type: ignore[attr-defined]
        return before, await task

    assert async_to_sync(serve)() == ("VoiceOTP", "SmsIrOTP")


def test_asgi_and_a_response_that_is_closed_in_the_midst():
    """That response ends no request."""

    async def serve() -> tuple[bool, bool]:
        async with ThreadSensitiveContext():
            begin_request(sender=ASGIHandler)
            scope = find_scope()
            end_request(sender=None)
            in_the_midst = find_scope() is scope
            end_request(sender=ASGIHandler)
            return in_the_midst, find_scope() is scope

    assert async_to_sync(serve)() == (True, False)


def test_asgi_that_tells_no_requests_apart(monkeypatch, caplog):
    """Should asgiref cease to, the log says what to do; answers are a second old."""
    monkeypatch.setattr(scopes, "_asgi_request", None)

    answer = async_to_sync(ask)(get_asgi_application(), "/sync/")

    assert answer == "VoiceOTP VoiceOTP"
    assert caplog.messages == [
        "ASGI requests cannot be told apart with these releases of Django and asgiref: "
        "answers can be as old as REFRESH_SECONDS. Add "
        "'django_plugin_system.middleware.fresh_plugins' to MIDDLEWARE."
    ]


# WSGI and the test clients


def test_client():
    """Each request of django.test.Client is one."""
    client = Client()

    answers = [client.get("/sync/").text, client.get("/sync/").text]

    assert answers == ["VoiceOTP VoiceOTP", "SmsIrOTP SmsIrOTP"]
    assert find_scope() is None


def test_async_client(caplog):
    """AsyncClient works too, though its requests are told apart by nothing."""
    with caplog.at_level(logging.WARNING):
        answer = async_to_sync(AsyncClient().get)("/sync/").text

    assert answer == "VoiceOTP VoiceOTP"
    assert caplog.messages == []


def test_a_request_that_was_never_closed():
    """The next one takes its place, rather than being inside of it."""

    def serve() -> list[object]:
        begin_request(sender=None)
        before = find_scope()
        begin_request(sender=None)
        during = find_scope()
        end_request(sender=None)
        return [before is during, during.outer, find_scope()]

    assert copy_context().run(serve) == [False, None, None]


def test_a_signal_without_a_request():
    """Django sends request_finished in places where no request was started."""
    request_finished.send(sender=None)

    assert find_scope() is None


def test_a_response_that_is_closed_in_the_midst():
    """Middleware may replace one; the request goes on all the same."""

    def serve() -> list[str]:
        begin_request(sender=WSGIHandler)
        seen = [who()]
        HttpResponse().close()
        disable("voice")
        seen.append(who())
        end_request(sender=WSGIHandler)
        forget_all()
        seen.append(who())
        return seen

    assert copy_context().run(serve) == ["VoiceOTP", "VoiceOTP", "SmsIrOTP"]


def test_a_client_inside_of_a_request():
    """A view may use the test client; its own request goes on afterwards."""

    def serve() -> list[str]:
        begin_request(sender=WSGIHandler)
        seen = [who()]
        disable("voice")
        seen.append(Client().get("/sync/").text)
        seen.append(who())
        end_request(sender=WSGIHandler)
        return seen

    assert copy_context().run(serve) == ["VoiceOTP", "SmsIrOTP SmsIrOTP", "VoiceOTP"]


def test_a_context_of_a_request_that_was_never_closed():
    """The next request ends it, so that nobody is stuck with what it found."""

    def serve() -> str:
        begin_request(sender=WSGIHandler)
        who()
        context = copy_context()
        disable("voice")
        begin_request(sender=WSGIHandler)
        forget_all()
        return context.run(who)

    assert copy_context().run(serve) == "SmsIrOTP"


def test_what_was_found_ages(monkeypatch):
    """After RELOAD_SECONDS it is asked for anew: a stream may go on for hours."""
    with fresh_plugins():
        before = who()
        disable("voice")
        during = who()
        later = monotonic() + 31
        monkeypatch.setattr(current, "monotonic", lambda: later)

        assert (before, during, who()) == ("VoiceOTP", "VoiceOTP", "SmsIrOTP")


def test_a_child_that_is_forked_inside_a_request():
    """It is told nothing of the request's end, so it belongs to none."""

    def serve() -> tuple[bool, bool]:
        begin_request(sender=WSGIHandler)
        child = os.fork()
        if not child:
            os._exit(find_scope() is not None)
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status) == 0, find_scope() is not None

    assert copy_context().run(serve) == (True, True)


def test_after_a_fork(monkeypatch):
    """Scopes of WSGI and of ASGI end in the child, those around them too."""

    def serve() -> list[bool]:
        begin_request(sender=WSGIHandler)
        begin_task()
        asgi = ThreadSensitiveContext()
        scopes._of_asgi_requests[asgi] = scopes.Scope()
        scopes._after_fork()
        return [find_scope() is None, scopes._of_asgi_requests[asgi].has_ended]

    assert copy_context().run(serve) == [True, True]


# Tasks, and one thing inside another


def test_a_task_inside_a_request():
    """An eager task asks for itself; the request goes on with what it had."""

    def serve() -> list[str]:
        begin_request(sender=None)
        seen = [who()]
        disable("voice")
        begin_task()
        seen.append(who())
        end_task()
        seen.append(who())
        end_request(sender=None)
        return seen

    assert copy_context().run(serve) == ["VoiceOTP", "SmsIrOTP", "VoiceOTP"]


def test_a_request_inside_a_task():
    """So does a task that makes a request."""

    def work() -> list[str]:
        begin_task()
        seen = [who()]
        disable("voice")
        seen.append(Client().get("/sync/").text)
        seen.append(who())
        end_task()
        return seen

    assert copy_context().run(work) == ["VoiceOTP", "SmsIrOTP SmsIrOTP", "VoiceOTP"]


def test_ends_that_fit_nothing():
    """An end without its beginning ends nothing else."""

    def serve() -> list[bool]:
        begin_task()
        scope = find_scope()
        end_request(sender=None)
        in_task = find_scope() is scope
        end_task()
        begin_request(sender=None)
        end_task()
        in_request = find_scope() is not None
        end_request(sender=None)
        end_task()
        return [in_task, in_request, find_scope() is None]

    assert copy_context().run(serve) == [True, True, True]


def test_a_copied_context():
    """What runs in a copy after the block has ended is not in the block."""
    with fresh_plugins():
        before = who()
        context = copy_context()
    disable("voice")
    forget_all()

    assert (before, context.run(who)) == ("VoiceOTP", "SmsIrOTP")


def test_own_writes_of_an_inner_scope():
    """The scopes around it see them as well, in the transaction and after it."""
    with fresh_plugins():
        seen = [who()]
        with transaction.atomic():
            with fresh_plugins():
                PluginItem.objects.filter(name="voice").update(status="disable")
            seen.append(who())
        seen.append(who())

    assert seen == ["VoiceOTP", "SmsIrOTP", "SmsIrOTP"]


def test_a_block_that_ends_in_another_context():
    """As a generator may that is not run to its end."""
    block = fresh_plugins()
    copy_context().run(block.__enter__)

    block.__exit__(None, None, None)

    assert find_scope() is None


def test_a_look_that_outlasts_its_scope():
    """What it finds is kept by nobody."""
    with fresh_plugins():
        scope = find_scope()
    current._keep(scope.found, scope, scope.epoch, "default", current.current())

    assert scope.found == {}


def test_a_copied_context_of_an_inner_block():
    """It is in the outer one, as long as that goes on."""
    with fresh_plugins():
        before = who()
        with fresh_plugins():
            context = copy_context()
        disable("voice")

        assert (before, context.run(who)) == ("VoiceOTP", "VoiceOTP")


def test_a_look_that_began_before_a_commit():
    """What it found is not kept for a request that has committed meanwhile.

    A thread of the request looks and pauses. The request commits. The thread goes on.
    The request asks.
    """
    with fresh_plugins():
        scope = find_scope()
        epoch = scope.epoch
        who()
        found = scope.found["default"]
        scope.ask_again()
        scope.found["default"] = found._replace(epoch=epoch)
        disable("voice")

        assert who() == "SmsIrOTP"
