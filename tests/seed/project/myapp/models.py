# As printed, so with typing.List and without __str__.
# ruff: noqa: DJ008, UP006, UP035
from __future__ import annotations

from typing import List

from django.contrib.auth.models import User
from django.db import models

from django_plugin_system.models import PluginItem


class UserNotifyPref(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    favourite_plugins = models.ManyToManyField(PluginItem)

    @staticmethod
    def get_user_plugins(user: User) -> List[PluginItem]:
        try:
            return list(UserNotifyPref.objects.get(user=user).favourite_plugins.all())
        except UserNotifyPref.DoesNotExist:
            return []
