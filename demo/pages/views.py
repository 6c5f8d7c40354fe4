"""The page. It asks for plugins by what they do and never names one."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST
from notifications.interfaces import AbstractNotifier
from notifications.models import UserNotifyPref
from otp.interfaces import AbstractOTP

from django_plugin_system import explain, get_plugin
from django_plugin_system.exceptions import NoPluginAvailable

from .deliveries import newest_first
from .forms import CodeForm, FavouritesForm, NotifyForm, channels, is_usable, people


def index(request: HttpRequest, **forms: object) -> HttpResponse:
    context = {
        "otp": explain("otp", "otp"),
        "notifier": explain("notifier", "notifications"),
        "code_form": CodeForm(),
        "notify_form": NotifyForm(),
        "favourites": [FavouritesForm(user) for user in people()],
        "switched_off": [item for item in channels() if not is_usable(item)],
        "deliveries": newest_first(),
        **forms,
    }
    return render(request, "pages/index.html", context)


@require_POST
def send_code(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST)
    if not form.is_valid():
        return index(request, code_form=form)
    number, email = form.cleaned_data["number"], form.cleaned_data["email"]
    code = f"{secrets.randbelow(10**6):06}"
    try:
        get_plugin(AbstractOTP).send_otp(number, email, code)
    except (NoPluginAvailable, OSError) as error:
        messages.error(request, f"No code was sent. {error}")
    else:
        messages.success(request, "A code is on its way.")
    return redirect("index")


@require_POST
def notify(request: HttpRequest) -> HttpResponse:
    form = NotifyForm(request.POST)
    if not form.is_valid():
        return index(request, notify_form=form)
    user, message = form.cleaned_data["user"], form.cleaned_data["message"]
    try:
        for notifier in notifiers_for(user):
            notifier.send(user, message)
    except (NoPluginAvailable, OSError) as error:
        messages.error(request, f"{user.username} was not notified. {error}")
    else:
        messages.success(request, f"{user.username} has been notified.")
    return redirect("index")


@require_POST
def favourites(request: HttpRequest) -> HttpResponse:
    user = get_object_or_404(people(), username=request.POST.get("user"))
    form = FavouritesForm(user, request.POST)
    if form.is_valid():
        form.save()
        messages.success(request, f"Saved the channels of {user.username}.")
    else:
        messages.error(request, "That channel has just been switched off.")
    return redirect("index")


# What both sites have, below the same paths.
SHARED = {
    "": "What comes from where",
    "cal/": "Rooms",
    "admin/cal/room/1/change/": "A room in the admin",
    "cal/events/": "Events",
    "courses/1/": "A course",
    "contacts/": "Contacts",
    "countries/": "Places",
}


def side_by_side(request: HttpRequest) -> HttpResponse:
    """Show the same page of the library site and of Voga."""
    shown = request.GET.get("page", "cal/")
    context = {
        "pages": SHARED,
        "shown": shown if shown in SHARED else "cal/",
        "sites": {
            "The plain library": settings.LIBRARY_URL,
            "Voga, which extends it": settings.VOGA_URL,
        },
    }
    return render(request, "pages/side_by_side.html", context)


def notifiers_for(user: User) -> list[AbstractNotifier]:
    """Return the user's favourite channels, or else the one that operators chose."""
    chosen = [item.load() for item in UserNotifyPref.get_user_plugins(user)]
    return chosen or [get_plugin(AbstractNotifier)]
