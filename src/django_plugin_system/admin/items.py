"""The admin of plugin items: switch and order them, one by one or in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import router
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..models import PluginItem, PluginStatus
from ..models.generation import writing
from ..register import is_installed
from ..specs import PRIORITY_MAX, PRIORITY_MIN, dotted
from .base import SyncedAdmin
from .forms import (
    ACTION_WAITS,
    FreshForm,
    ItemChangeForm,
    ItemFormSet,
    without_gone,
)
from .last_active import DECLINED, LastActiveItem, ask_back, check_last_active
from .wording import changes_message, why_no_code

Items = QuerySet[PluginItem]

# The button that Enter presses in the list. It is the first one, since browsers take
# that; a second _save would get in the way of Django's script.
ENTER = "_enter"


class LoadsFilter(admin.SimpleListFilter):
    """Parts the items that have code from the orphans."""

    title = gettext_lazy("class loads")
    parameter_name = "loads"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[str, str]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: Items) -> Items:
        if self.value() not in ("yes", "no"):
            return queryset
        rows = PluginItem.objects.using(queryset.db).select_related("plugin_type")
        orphans = [row.pk for row in rows if row.is_orphan]
        if self.value() == "no":
            return queryset.filter(pk__in=orphans)
        return queryset.exclude(pk__in=orphans)


@admin.register(PluginItem)
class PluginItemAdmin(SyncedAdmin):
    form = ItemChangeForm
    list_display = (
        "name",
        "status",
        "priority",
        "class_loads",
        "fills",
        "provided_by",
    )
    list_editable = ("status", "priority")
    list_filter = ("status", LoadsFilter, "plugin_type", "module")
    list_select_related = ("plugin_type",)
    # Quick edit posts up to six fields a row; Django refuses more than 1,000 in all.
    list_max_show_all = 150
    search_fields = (
        "name",
        "module",
        "description",
        "plugin_type__name",
        "plugin_type__manager",
    )
    ordering = ("plugin_type__name", "plugin_type__manager", "priority", "name")
    fields = (
        "name",
        "plugin_type",
        "module",
        "plugin_class",
        "status",
        "priority",
        "description",
    )
    readonly_fields = ("name", "plugin_type", "module", "plugin_class")
    actions = (
        "mark_active",
        "mark_reserved",
        "mark_disabled",
        "increase_priority",
        "decrease_priority",
    )

    def get_queryset(self, request: HttpRequest) -> Items:
        # What is shown of an item names its type.
        return super().get_queryset(request).select_related("plugin_type")

    # Columns. None of them makes an object of a plugin's class.

    @admin.display(boolean=True, description=gettext_lazy("class loads"))
    def class_loads(self, row: PluginItem) -> bool:
        return not row.is_orphan

    @admin.display(
        description=gettext_lazy("plugin type"), ordering="plugin_type__name"
    )
    def fills(self, row: PluginItem) -> str:
        return str(row.plugin_type)

    @admin.display(description=gettext_lazy("module"), ordering="module")
    def provided_by(self, row: PluginItem) -> str:
        return f"{row.module} ({_why_orphan(row)})" if row.is_orphan else row.module

    @admin.display(description=gettext_lazy("class"))
    def plugin_class(self, row: PluginItem) -> str:
        plugin_class = row.load_class()
        return dotted(plugin_class) if plugin_class else _why_orphan(row)

    # Actions

    @admin.action(
        description=gettext_lazy("Mark selected as active"), permissions=["change"]
    )
    def mark_active(self, request: HttpRequest, queryset: Items) -> None:
        self._mark(request, queryset, PluginStatus.ACTIVE)

    @admin.action(
        description=gettext_lazy("Mark selected as reserve"), permissions=["change"]
    )
    def mark_reserved(self, request: HttpRequest, queryset: Items) -> None:
        self._mark(request, queryset, PluginStatus.RESERVED)

    @admin.action(
        description=gettext_lazy("Mark selected as disabled"), permissions=["change"]
    )
    def mark_disabled(self, request: HttpRequest, queryset: Items) -> None:
        self._mark(request, queryset, PluginStatus.DISABLED)

    @admin.action(
        description=gettext_lazy("Increase priority (lower number)"),
        permissions=["change"],
    )
    def increase_priority(self, request: HttpRequest, queryset: Items) -> None:
        self._nudge(request, queryset, -1)

    @admin.action(
        description=gettext_lazy("Decrease priority (higher number)"),
        permissions=["change"],
    )
    def decrease_priority(self, request: HttpRequest, queryset: Items) -> None:
        self._nudge(request, queryset, +1)

    # changelist_view() is the transaction of these.

    def _mark(
        self, request: HttpRequest, queryset: Items, status: PluginStatus
    ) -> None:
        pks = self._permitted(request, queryset)
        if DECLINED in request.POST:
            self.message_user(request, _("Nothing has been changed."))
            return
        check_last_active({pk: {"status": status} for pk in pks}, request.POST)
        rows = list(_locked(pks))
        changing = [row for row in rows if row.status != status]
        _rows(changing).update(status=status)
        self._log(request, changing, "status", lambda row: status)
        self._tell(request, len(changing), len(rows) - len(changing))

    def _nudge(self, request: HttpRequest, queryset: Items, by: int) -> None:
        rows = list(_locked(self._permitted(request, queryset)))
        changing = [
            row for row in rows if PRIORITY_MIN <= row.priority + by <= PRIORITY_MAX
        ]
        _rows(changing).update(priority=F("priority") + by)
        self._log(request, changing, "priority", lambda row: row.priority + by)
        self._tell(request, len(changing), len(rows) - len(changing))

    def _permitted(self, request: HttpRequest, queryset: Items) -> list[UUID]:
        rows = list(queryset)
        if not all(self.has_change_permission(request, row) for row in rows):
            raise PermissionDenied
        return [row.pk for row in rows]

    def _log(
        self,
        request: HttpRequest,
        rows: list[PluginItem],
        field: str,
        after: Callable[[PluginItem], object],
    ) -> None:
        alike: dict[str, list[PluginItem]] = defaultdict(list)
        for row in rows:
            message = changes_message([(field, getattr(row, field), after(row))])
            alike[message].append(row)
        for message, group in alike.items():
            LogEntry.objects.log_actions(
                str(request.user.pk), group, CHANGE, change_message=message
            )

    def _tell(self, request: HttpRequest, changed: int, unchanged: int) -> None:
        text = ngettext(
            "%(count)d plugin item changed.", "%(count)d plugin items changed.", changed
        ) % {"count": changed}
        if unchanged:
            text += " " + ngettext(
                "%(count)d left as it was.", "%(count)d left as they were.", unchanged
            ) % {"count": unchanged}
        level = messages.SUCCESS if changed else messages.WARNING
        self.message_user(request, text, level)

    # Forms

    def get_changelist_form(
        self, request: HttpRequest, **kwargs: Any
    ) -> type[forms.ModelForm]:
        return super().get_changelist_form(request, form=FreshForm, **kwargs)

    def get_changelist_formset(
        self, request: HttpRequest, **kwargs: Any
    ) -> type[forms.BaseModelFormSet]:
        return super().get_changelist_formset(request, formset=ItemFormSet, **kwargs)

    # Views

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method != "POST":
            return super().changelist_view(request, extra_context)
        try:
            with writing(_alias()):
                self._forget_gone(request)
                self._keep_edits(request)
                response = super().changelist_view(request, extra_context)
                _show_rows_of_forms(response)
                self._tell_of_action(request, response)
                return response
        except LastActiveItem as warning:
            return ask_back(request, warning, self)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        view = super().changeform_view
        if request.method != "POST":
            return view(request, object_id, form_url, extra_context)
        try:
            with writing(_alias()):
                return view(request, object_id, form_url, extra_context)
        except LastActiveItem as warning:
            row = self.get_object(request, unquote(object_id or ""))
            return ask_back(request, warning, self, row)

    def _forget_gone(self, request: HttpRequest) -> None:
        """Leave out of the list that was sent what has been deleted meanwhile.

        Django would take another row for it, and refuse all.
        """
        rows = self.get_queryset(request)
        left, gone = without_gone(request.POST, lambda pks: rows.in_bulk(pks).keys())
        if gone:
            request.POST = left  # type: ignore[assignment]  # as mutable as Django's
            text = ngettext(
                "%(count)d plugin item is not there any more, so it was left out.",
                "%(count)d plugin items are not there any more, so they were left out.",
                gone,
            ) % {"count": gone}
            self.message_user(request, text, messages.WARNING)

    def _keep_edits(self, request: HttpRequest) -> None:
        """Take Enter, and a button that would forget edits in the list, for Save."""
        is_enter = ENTER in request.POST
        if "_save" in request.POST or not (is_enter or self._has_edits(request)):
            return
        posted: Any = request.POST.copy()
        posted["_save"] = ""
        if not is_enter and any(posted.getlist("action")):
            posted[ACTION_WAITS] = ""
        request.POST = posted

    def _tell_of_action(self, request: HttpRequest, response: HttpResponse) -> None:
        """Say that Save has run no action, if one was chosen for selected rows."""
        posted = request.POST
        was_saved = "_save" in posted and response.status_code == HTTPStatus.FOUND
        if was_saved and "_selected_action" in posted and any(posted.getlist("action")):
            text = _("The action has not run. Select the items again to run it.")
            self.message_user(request, text, messages.WARNING)

    def _has_edits(self, request: HttpRequest) -> bool:
        if not self.has_change_permission(request):
            return False
        formset_class = self.get_changelist_formset(request)
        prefix = formset_class.get_default_prefix()
        if f"{prefix}-TOTAL_FORMS" not in request.POST:
            return False
        formset = formset_class(request.POST, queryset=self.get_queryset(request))
        return any(form.has_changed() for form in formset.forms)


def _show_rows_of_forms(response: HttpResponse) -> None:
    """Have a list that is shown once more show the rows that its forms are of."""
    # Django puts the forms that were sent beside rows that it reads anew, in the order
    # that they have by now.
    context: Any = getattr(response, "context_data", None) or {}
    changes = context.get("cl")
    formset = getattr(changes, "formset", None)
    if formset is not None and formset.is_bound:
        changes.result_list = [form.instance for form in formset.initial_forms]


def _rows(rows: Iterable[PluginItem]) -> Items:
    return _written().filter(pk__in=[row.pk for row in rows])


def _locked(pks: list[UUID]) -> Items:
    rows = _written().select_for_update().filter(pk__in=pks).order_by("pk")
    # A join would lock the types, too.
    return rows.prefetch_related("plugin_type")


def _written() -> Items:
    return PluginItem.objects.using(_alias())


def _alias() -> str:
    return router.db_for_write(PluginItem)


def _why_orphan(row: PluginItem) -> str:
    if row.plugin_type.spec or not is_installed(row.module):
        return why_no_code(row.module)
    return _("orphan: no code is registered for its plugin type")
