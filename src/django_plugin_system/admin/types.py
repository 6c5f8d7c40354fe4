"""The admin of plugin types: how many items each has, and which one answers."""

from __future__ import annotations

import logging

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import PluginItem, PluginStatus, PluginType
from ..selection.explain import Explanation, explain_type
from ..specs import dotted
from .base import SyncedAdmin
from .wording import why_no_code

logger = logging.getLogger(__name__)


@admin.register(PluginType)
class PluginTypeAdmin(SyncedAdmin):
    list_display = (
        "name",
        "manager",
        "active_count",
        "reserve_count",
        "disabled_count",
        "answers_now",
        "description",
    )
    list_filter = ("manager",)
    search_fields = ("name", "manager", "description")
    ordering = ("name", "manager")
    fields = ("name", "manager", "interface", "selection", "description")
    readonly_fields = ("name", "manager", "interface", "selection")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PluginType]:
        return super().get_queryset(request).prefetch_related("pluginitem_set")

    @admin.display(description=gettext_lazy("active"))
    def active_count(self, row: PluginType) -> SafeString:
        return self._count(row, PluginStatus.ACTIVE)

    @admin.display(description=gettext_lazy("reserve"))
    def reserve_count(self, row: PluginType) -> SafeString:
        return self._count(row, PluginStatus.RESERVED)

    @admin.display(description=gettext_lazy("disabled"))
    def disabled_count(self, row: PluginType) -> SafeString:
        return self._count(row, PluginStatus.DISABLED)

    @admin.display(description=gettext_lazy("answers now"))
    def answers_now(self, row: PluginType) -> str:
        explanation = _explain(row)
        if explanation is None:
            return _("unknown: get_plugin failed")
        if explanation.varies:
            return _("differs from call to call")
        chosen = explanation.chosen
        answer = chosen.short if chosen else _("nothing")
        if explanation.safe_mode:
            return _("%(item)s, by SAFE_MODE") % {"item": answer}
        return answer

    @admin.display(description=gettext_lazy("interface"))
    def interface(self, row: PluginType) -> str:
        return dotted(row.spec.interface) if row.spec else why_no_code(row.manager)

    @admin.display(description=gettext_lazy("selection"))
    def selection(self, row: PluginType) -> SafeString:
        explanation = _explain(row)
        reasons = explanation.candidates if explanation else ()
        return render_to_string(
            "admin/django_plugin_system/selection.html",
            {
                "explanation": explanation,
                "candidates": [
                    (self._page_of(reason.item), reason) for reason in reasons
                ],
            },
        )

    def _count(self, row: PluginType, status: PluginStatus) -> SafeString:
        count = sum(item.status == status for item in row.pluginitem_set.all())
        query = urlencode(
            {"plugin_type__id__exact": str(row.pk), "status__exact": status.value}
        )
        url = self._item_url("changelist")
        return format_html('<a href="{}?{}">{}</a>', url, query, count)

    def _page_of(self, item: PluginItem) -> str | None:
        # In SAFE_MODE an item without a row may answer.
        return None if item._state.adding else self._item_url("change", item.pk)

    def _item_url(self, page: str, *args: object) -> str:
        return reverse(
            f"admin:django_plugin_system_pluginitem_{page}",
            args=args,
            current_app=self.admin_site.name,
        )


def _explain(row: PluginType) -> Explanation | None:
    # A get_plugin is the project's code and may expect arguments of its caller; that
    # it fails here must not take away the page on which operators repair things.
    try:
        return explain_type(row, row.spec)
    except Exception:
        logger.warning(
            "get_plugin of plugin type %s failed in the admin.", row.key, exc_info=True
        )
        return None
