"""What both admins share: their rows are made by sync, not by people."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _

from ..register import is_installed


class SyncedAdmin(admin.ModelAdmin):
    """Admin of rows that sync makes: none to add, and only orphans to delete."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # A deleted row of registered code would come back, active, with the next sync.
        is_registered = obj is not None and obj.spec is not None
        return not is_registered and super().has_delete_permission(request, obj)


def why_no_code(owner: str) -> str:
    """Return, for people, why a row of the app ``owner`` has no code behind it."""
    if is_installed(owner):
        return _("orphan: %(app)s registers no code for it") % {"app": owner}
    return _("orphan: %(app)s is not installed") % {"app": owner}
