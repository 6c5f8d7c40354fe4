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
from outside.deliveries import Delivery, inbox

from django_plugin_system import explain, get_plugin
from django_plugin_system.exceptions import NoPluginAvailable
from django_plugin_system.models import PluginItem

from .forms import CodeForm, FavouritesForm, NotifyForm


def index(request: HttpRequest, **forms: object) -> HttpResponse:
    users = User.objects.order_by("username")
    context = {
        "selections": [explain("otp", "otp"), explain("notifier", "notifications")],
        "code_form": CodeForm(),
        "notify_form": NotifyForm(),
        "favourites": [(user, FavouritesForm(user=user)) for user in users],
        "disabled": PluginItem.objects.filter(status="disable").order_by("name"),
        "deliveries": inbox.all(),
        "lines": lines_in_file(),
        **forms,
    }
    return render(request, "pages/index.html", context)


@require_POST
def send_code(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST)
    if not form.is_valid():
        return index(request, code_form=form)
    code = f"{secrets.randbelow(10**6):06}"
    try:
        get_plugin(AbstractOTP).send_otp(form.cleaned_data["number"], code)
    except NoPluginAvailable as error:
        messages.error(request, str(error))
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
    except NoPluginAvailable as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{user.username} has been notified.")
    return redirect("index")


@require_POST
def favourites(request: HttpRequest) -> HttpResponse:
    user = get_object_or_404(User, username=request.POST.get("user"))
    form = FavouritesForm(request.POST, user=user)
    if form.is_valid():
        form.save()
        messages.success(request, f"Saved the channels of {user.username}.")
    else:
        messages.error(request, "That channel has just been switched off.")
    return redirect("index")


def notifiers_for(user: User) -> list[AbstractNotifier]:
    """Return the user's favourite channels, or else the one that operators chose."""
    chosen = [item.load() for item in UserNotifyPref.get_user_plugins(user)]
    return chosen or [get_plugin(AbstractNotifier)]


def lines_in_file() -> list[Delivery]:
    """Return what the file notifier has written, newest first."""
    path = settings.NOTIFICATION_FILE
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [
        Delivery(via="file", sender="file", to=to, text=text)
        for to, _, text in (line.partition(": ") for line in reversed(lines))
    ]
