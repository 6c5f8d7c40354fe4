"""The admin of plugin items: switch and order them, one by one or in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db import router, transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..models import PluginItem, PluginStatus
from ..specs import PRIORITY_MAX, PRIORITY_MIN, dotted
from .base import SyncedAdmin, why_no_code
from .forms import ItemChangeForm, ItemForm, ItemFormSet
from .last_active import LastActiveItem, ask_back, check_last_active

Items = QuerySet[PluginItem]


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
        "plugin_type",
        "module",
        "status",
        "priority",
        "class_loads",
        "remark",
    )
    list_editable = ("status", "priority")
    list_filter = ("status", LoadsFilter, "plugin_type", "module")
    list_select_related = ("plugin_type",)
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

    # Columns. None of them makes an object of a plugin's class.

    @admin.display(boolean=True, description=gettext_lazy("class loads"))
    def class_loads(self, row: PluginItem) -> bool:
        return not row.is_orphan

    @admin.display(description=gettext_lazy("remark"))
    def remark(self, row: PluginItem) -> str:
        return why_no_code(row.module) if row.is_orphan else ""

    @admin.display(description=gettext_lazy("class"))
    def plugin_class(self, row: PluginItem) -> str:
        plugin_class = row.load_class()
        return dotted(plugin_class) if plugin_class else why_no_code(row.module)

    # Actions

    @admin.action(
        description=gettext_lazy("Mark selected as ACTIVE"), permissions=["change"]
    )
    def mark_active(self, request: HttpRequest, queryset: Items) -> None:
        self._mark(request, queryset, PluginStatus.ACTIVE)

    @admin.action(
        description=gettext_lazy("Mark selected as RESERVED"), permissions=["change"]
    )
    def mark_reserved(self, request: HttpRequest, queryset: Items) -> None:
        self._mark(request, queryset, PluginStatus.RESERVED)

    @admin.action(
        description=gettext_lazy("Mark selected as DISABLED"), permissions=["change"]
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

    def _mark(
        self, request: HttpRequest, queryset: Items, status: PluginStatus
    ) -> None:
        using = router.db_for_write(PluginItem)
        with transaction.atomic(using=using):
            rows = self._lock(request, queryset, using)
            changing = [row for row in rows if row.status != status]
            check_last_active({row.pk: status for row in changing}, request.POST)
            _rows(using, changing).update(status=status)
            self._log(
                request, changing, lambda row: _change("status", row.status, status)
            )
        self._tell(request, len(changing), len(rows) - len(changing))

    def _nudge(self, request: HttpRequest, queryset: Items, by: int) -> None:
        using = router.db_for_write(PluginItem)
        with transaction.atomic(using=using):
            rows = self._lock(request, queryset, using)
            changing = [
                row for row in rows if PRIORITY_MIN <= row.priority + by <= PRIORITY_MAX
            ]
            _rows(using, changing).update(priority=F("priority") + by)
            self._log(
                request,
                changing,
                lambda row: _change("priority", row.priority, row.priority + by),
            )
        self._tell(request, len(changing), len(rows) - len(changing))

    def _lock(
        self, request: HttpRequest, queryset: Items, using: str
    ) -> list[PluginItem]:
        pks = list(queryset.values_list("pk", flat=True))
        rows = list(
            PluginItem.objects.using(using)
            .select_for_update()
            .filter(pk__in=pks)
            .order_by("pk")
        )
        if not all(self.has_change_permission(request, row) for row in rows):
            raise PermissionDenied
        return rows

    def _log(
        self,
        request: HttpRequest,
        rows: list[PluginItem],
        message_for: Callable[[PluginItem], str],
    ) -> None:
        alike: dict[str, list[PluginItem]] = defaultdict(list)
        for row in rows:
            alike[message_for(row)].append(row)
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
                "%(count)d was there already.",
                "%(count)d were there already.",
                unchanged,
            ) % {"count": unchanged}
        self.message_user(request, text, messages.SUCCESS)

    # Forms

    def get_changelist_form(
        self, request: HttpRequest, **kwargs: Any
    ) -> type[forms.ModelForm]:
        return super().get_changelist_form(request, form=ItemForm, **kwargs)

    def get_changelist_formset(
        self, request: HttpRequest, **kwargs: Any
    ) -> type[forms.BaseModelFormSet]:
        return super().get_changelist_formset(request, formset=ItemFormSet, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: PluginItem, form: Any, change: bool
    ) -> None:
        """Write only the columns that were changed, since the others may be stale."""
        if form.changed_data:
            obj.save(update_fields=form.changed_data)

    def construct_change_message(  # type: ignore[override]  # text is shown as it is
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> str:
        """Say what a value was and has become, so that history can be undone."""
        return " ".join(
            _change(name, form.initial.get(name), form.cleaned_data[name])
            for name in form.changed_data
        )

    # Views

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().changelist_view(request, extra_context)
        except LastActiveItem as warning:
            return ask_back(request, warning, self)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except LastActiveItem as warning:
            return ask_back(request, warning, self)


def _rows(using: str, rows: list[PluginItem]) -> Items:
    return PluginItem.objects.using(using).filter(pk__in=[row.pk for row in rows])


def _change(field: str, before: object, after: object) -> str:
    return f"{field.capitalize()}: {before} → {after}."
