"""The forms on the page."""

from __future__ import annotations

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import QueryDict
from notifications.models import UserNotifyPref

from django_plugin_system.models import PluginItem, PluginStatus


def people() -> QuerySet[User]:
    """Return the users that the page is about."""
    return User.objects.filter(is_staff=False).order_by("username")


def channels() -> list[PluginItem]:
    """Return the notifiers in the order of selection, disabled ones too."""
    items = PluginItem.objects.filter(
        plugin_type__name="notifier", plugin_type__manager="notifications"
    )
    return sorted(items.select_related("plugin_type"), key=PluginItem.rank)


def is_usable(item: PluginItem) -> bool:
    return item.status != PluginStatus.DISABLED and not item.is_orphan


def offers() -> list[tuple[str, str]]:
    """Return what users can tick: never a channel that an operator has disabled."""
    return [(str(item.pk), item.name) for item in channels() if is_usable(item)]


class CodeForm(forms.Form):
    number = forms.RegexField(
        r"^\+?[0-9]{4,15}$",
        label="Phone number",
        initial="+31612345678",
        error_messages={"invalid": "Digits only, with a + in front if you like."},
    )
    email = forms.EmailField(label="Email", initial="you@example.com")


class NotifyForm(forms.Form):
    user = forms.ModelChoiceField(people(), empty_label=None)
    message = forms.CharField(initial="Your order is on its way", max_length=200)


class FavouritesForm(forms.Form):
    """The channels of one user."""

    channels = forms.MultipleChoiceField(
        choices=offers, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, user: User, data: QueryDict | None = None) -> None:
        ticked = [str(item.pk) for item in UserNotifyPref.get_user_plugins(user)]
        super().__init__(data, prefix=user.username, initial={"channels": ticked})
        self.user = user

    def save(self) -> None:
        """Keep what is ticked, and the favourites that could not be offered."""
        preference, _ = UserNotifyPref.objects.get_or_create(user=self.user)
        preference.favourite_plugins.remove(*filter(is_usable, channels()))
        preference.favourite_plugins.add(*self.cleaned_data["channels"])
