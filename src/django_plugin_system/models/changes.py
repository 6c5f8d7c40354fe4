"""The log of changes: history for people, and what a process has to read anew."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from ..specs import NAME_LENGTH


class AuthorKind(models.TextChoices):
    """What has decided a change."""

    USER = "user", _("user")
    SYNC = "sync", _("sync")
    COMMAND = "command", _("command")
    CODE = "code", _("code")
    FIXTURE = "fixture", _("fixture")
    SYSTEM = "system", _("system")


class Change(models.Model):
    """What became of one row in one transaction. Written once, never changed.

    It refers to the row by id and by natural key, and to nothing by a foreign key, so
    it outlives the row and the user.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("time"), default=now, db_index=True)
    kind = models.CharField(_("decided by"), max_length=10, choices=AuthorKind)
    user_id = models.CharField(_("user id"), max_length=255, blank=True)
    user = models.CharField(_("user"), max_length=255, blank=True)
    way = models.CharField(_("way"), max_length=NAME_LENGTH, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    row_id = models.UUIDField(_("row"), db_index=True)
    type_id = models.UUIDField(_("plugin type id"), db_index=True)
    """Of the type; the row's own id if that is the type."""

    type_name = models.CharField(_("plugin type"), max_length=NAME_LENGTH)
    manager = models.CharField(_("manager"), max_length=NAME_LENGTH)
    name = models.CharField(_("plugin item"), max_length=NAME_LENGTH, blank=True)
    module = models.CharField(_("module"), max_length=NAME_LENGTH, blank=True)
    """Both are empty if the row is a type."""

    before: models.JSONField[dict[str, Any] | None, Any] = models.JSONField(
        _("before"), null=True
    )
    """The columns that differ, as they were; null if there was no row."""

    after: models.JSONField[dict[str, Any] | None, Any] = models.JSONField(
        _("after"), null=True
    )
    """The columns that differ, as they are; null if there is no row any more."""

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ("-id",)
        default_permissions = ("view",)

    def __str__(self) -> str:
        of_type = f"{self.manager}:{self.type_name}"
        return f"{self.module}:{self.name} for {of_type}" if self.name else of_type
