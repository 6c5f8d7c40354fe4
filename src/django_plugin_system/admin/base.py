"""What both admins share: rows made by sync, and a history of old and new values."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from ..models import PluginItem, PluginType
from ..registry import plugins
from .forms import FreshForm, find_uuid
from .wording import changes_message, why_kept


class SyncedAdmin(admin.ModelAdmin):
    """Admin of rows that sync makes: none to add, and only orphans to delete."""

    form = FreshForm

    class Media:
        css: ClassVar = {"all": ["django_plugin_system/admin.css"]}
        js: ClassVar = ["django_plugin_system/unsaved.js"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # A deleted row of registered code would come back, active, with the next sync.
        is_registered = obj is not None and obj.spec is not None
        return not is_registered and super().has_delete_permission(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Say of registered rows that sync would bring them back.

        Django asks has_delete_permission() for each row, and takes its No for a lack of
        permissions.
        """
        shown, counts, lacking, in_the_way = super().get_deleted_objects(objs, request)
        kept = [row for row in objs if row.spec is not None]
        if not kept:
            return shown, counts, lacking, in_the_way
        if "post" in request.POST:
            # The page that says why has no button for it.
            raise PermissionDenied
        # A type takes its items along, which are registered like itself.
        permitted = {
            model._meta.verbose_name
            for model in (PluginType, PluginItem)
            if _may_delete(request, model)
        }
        return shown, counts, lacking - permitted, [*in_the_way, *map(why_kept, kept)]

    def response_action(
        self, request: HttpRequest, queryset: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """Take what was sent as a selection for none if it can be none."""
        # Django hands it to a filter, which raises for what is no id.
        posted: Any = request.POST.copy()
        selected = filter(find_uuid, posted.getlist(ACTION_CHECKBOX_NAME))
        posted.setlist(ACTION_CHECKBOX_NAME, list(selected))
        request.POST = posted
        return super().response_action(request, queryset, *args, **kwargs)

    def delete_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if row is None or row.spec is None or not _may_delete(request, row):
            return super().delete_view(request, object_id, extra_context)
        name = self.opts.verbose_name
        context = {
            **self.admin_site.each_context(request),
            "title": _("Cannot delete %(name)s") % {"name": name},
            "object_name": name,
            "object": row,
            "protected": [why_kept(row)],
            "opts": self.opts,
            "media": self.media,
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request,
            "admin/django_plugin_system/delete_confirmation.html",
            context,
            status=HTTPStatus.FORBIDDEN,
        )

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
        return changes_message(
            (name, form.initial.get(name), form.cleaned_data[name])
            for name in form.changed_data
        )

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Log what was changed; Django also logs a form that was saved as it was."""
        return super().log_change(request, obj, message) if message else None


def _may_delete(request: HttpRequest, model: Any) -> bool:
    """Tell whether the operator may delete rows of a model, whatever each row is."""
    opts = model._meta
    codename = get_permission_codename("delete", opts)
    return request.user.has_perm(f"{opts.app_label}.{codename}")
