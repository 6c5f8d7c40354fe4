"""Who answers, and in which process."""

from __future__ import annotations

import os
import time

from django.http import HttpRequest, HttpResponse

from django_plugin_system import aget_plugin, get_plugin

from .plugins import AbstractCarrier


def who(request: HttpRequest) -> HttpResponse:
    """Ask as often as wanted; then keep the process busy for as long as wanted."""
    times = int(request.GET.get("times", 1))
    names = {get_plugin(AbstractCarrier).name for _ in range(times)}
    time.sleep(float(request.GET.get("linger", 0)))
    return _answer(names)


async def awho(request: HttpRequest) -> HttpResponse:
    """Ask without blocking the event loop."""
    times = int(request.GET.get("times", 1))
    return _answer({(await aget_plugin(AbstractCarrier)).name for _ in range(times)})


def _answer(names: set[str]) -> HttpResponse:
    # More than one name would be an answer that changes within a request.
    text = ",".join(sorted(names))
    return HttpResponse(text, headers={"X-Process": str(os.getpid())})
