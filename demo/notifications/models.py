"""Which channels a user likes; rows of plugins can be related to like any other."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models

from django_plugin_system.models import PluginItem, PluginStatus


class UserNotifyPref(models.Model):
    user = models.OneToOneField(User, on_delete=models.CASCADE)
    favourite_plugins = models.ManyToManyField(PluginItem)

    def __str__(self) -> str:
        return f"Favourite channels of {self.user}"

    @staticmethod
    def get_user_plugins(user: User) -> list[PluginItem]:
        """Return the user's favourites, without those an operator has switched off."""
        favourites = PluginItem.objects.filter(usernotifypref__user=user)
        enabled = favourites.exclude(status=PluginStatus.DISABLED)
        usable = [
            item for item in enabled.select_related("plugin_type") if not item.is_orphan
        ]
        return sorted(usable, key=PluginItem.rank)
