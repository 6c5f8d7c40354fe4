"""What both admins share: rows made by sync, and a history of old and new values."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from ..register import is_installed
from ..registry import plugins
from .forms import FreshForm


class SyncedAdmin(admin.ModelAdmin):
    """Admin of rows that sync makes: none to add, and only orphans to delete."""

    form = FreshForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # A deleted row of registered code would come back, active, with the next sync.
        is_registered = obj is not None and obj.spec is not None
        return not is_registered and super().has_delete_permission(request, obj)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list, and above it which plugins are missing since they failed."""
        if request.method == "GET" and self.has_view_or_change_permission(request):
            # Without the errors' texts, which may tell more than operators should see.
            for source in sorted({*plugins.broken(), *plugins.rejected()}):
                text = _("%(source)s failed; 'manage.py check' tells why.")
                self.message_user(request, text % {"source": source}, messages.WARNING)
        return super().changelist_view(request, extra_context)

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        """Write only the columns that were changed, since the others may be stale."""
        # The quick edit of Django's list does not ask for the single object.
        if not self.has_change_permission(request, obj):
            raise PermissionDenied
        if form.changed_data:
            obj.save(update_fields=form.changed_data)

    def construct_change_message(  # type: ignore[override]  # text is shown as it is
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> str:
        """Say what a value was and has become, so that history can be undone."""
        return " ".join(
            change_message(name, form.initial.get(name), form.cleaned_data[name])
            for name in form.changed_data
        )

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Log what was changed; Django also logs a form that was saved as it was."""
        return super().log_change(request, obj, message) if message else None


def change_message(field: str, before: object, after: object) -> str:
    """Return the sentence that history shows for one changed value."""
    shown = ["-" if value in (None, "") else value for value in (before, after)]
    return f"{field.capitalize()}: {shown[0]} → {shown[1]}."


def why_no_code(owner: str) -> str:
    """Return, for people, why a row of the app ``owner`` has no code behind it."""
    if is_installed(owner):
        return _("orphan: its app registers no code for it")
    return _("orphan: its app is not installed")
