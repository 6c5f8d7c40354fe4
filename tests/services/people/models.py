"""Rows of a user's own that refer to plugin items."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models

from django_plugin_system.models import PluginItem


class UserNotifyPref(models.Model):  # noqa: DJ008  # nobody reads it
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    favourite_plugins = models.ManyToManyField(PluginItem)


class Delivery(models.Model):  # noqa: DJ008  # nobody reads it
    sent_through = models.ForeignKey(PluginItem, on_delete=models.PROTECT)
