"""For async stacks: look at the database before the view, so that it never has to.

A database that does not answer is no matter of pages that use no plugin: whoever asks
for one hears of it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from inspect import iscoroutinefunction
from typing import Any

from django.db import Error
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from .scopes import ensure_scope
from .selection.current import acurrent, current


@sync_and_async_middleware
def fresh_plugins(get_response: Callable[[HttpRequest], Any]) -> Callable[..., Any]:
    """Let the synchronous get_plugin() work in async views, from memory."""
    if iscoroutinefunction(get_response):

        async def look_first(request: HttpRequest) -> HttpResponseBase:
            with ensure_scope():
                with suppress(Error):
                    await acurrent()
                response: HttpResponseBase = await get_response(request)
                return response

        return look_first

    def look(request: HttpRequest) -> HttpResponseBase:
        with ensure_scope():
            with suppress(Error):
                current()
            response: HttpResponseBase = get_response(request)
            return response

    return look
