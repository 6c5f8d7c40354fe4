"""The forms on the page."""

from __future__ import annotations

from django import forms
from django.contrib.auth.models import User
from notifications.models import UserNotifyPref

from django_plugin_system.models import PluginItem, PluginStatus


def usable_channels() -> list[PluginItem]:
    """Return the notifiers that an operator has not switched off, in their order."""
    items = PluginItem.objects.filter(plugin_type__name="notifier")
    usable = items.exclude(status=PluginStatus.DISABLED).select_related("plugin_type")
    return sorted((item for item in usable if not item.is_orphan), key=PluginItem.rank)


class CodeForm(forms.Form):
    number = forms.RegexField(
        r"^\+?[0-9]{4,15}$",
        label="Phone number",
        initial="+31612345678",
        error_messages={"invalid": "Digits only, with a + in front if you like."},
    )


class NotifyForm(forms.Form):
    user = forms.ModelChoiceField(User.objects.order_by("username"), empty_label=None)
    message = forms.CharField(initial="Your order is on its way", max_length=200)


class FavouritesForm(forms.Form):
    """The channels of one user; only usable ones can be ticked."""

    channels = forms.ModelMultipleChoiceField(
        PluginItem.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, prefix=user.username, **kwargs)
        self.user = user
        usable = usable_channels()
        field = self.fields["channels"]
        field.queryset = PluginItem.objects.filter(pk__in=[item.pk for item in usable])
        field.choices = [(item.pk, item.name) for item in usable]
        field.initial = [item.pk for item in UserNotifyPref.get_user_plugins(user)]

    def save(self) -> None:
        """Keep what is ticked, and the favourites that are switched off meanwhile."""
        preference, _ = UserNotifyPref.objects.get_or_create(user=self.user)
        offered = self.fields["channels"].queryset
        preference.favourite_plugins.remove(*offered)
        preference.favourite_plugins.add(*self.cleaned_data["channels"])
