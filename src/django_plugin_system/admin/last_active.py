"""Asking back before a change leaves a plugin type without an active item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.contrib.admin import ModelAdmin
from django.db import router
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from ..decisions.last_active import find_outcome
from ..models import PluginItem, PluginType
from .wording import changes_message

Changes = Mapping[UUID, Mapping[str, object]]
"""Of each item that is changed, its new values by their fields."""

DECLINED = "_declined"
"""The form field that says: this was asked for, and is not wanted after all."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a change would mean for one plugin type."""

    plugin_type: PluginType
    outcome: str
    """Who would answer instead, in words."""

    @property
    def confirmation(self) -> str:
        """Return the name of the form field that says it was seen and is wanted."""
        return f"_confirmed-{self.plugin_type.pk}"


class LastActiveItem(Exception):
    """The change takes away some type's last active item, and nobody confirmed it."""

    def __init__(self, consequences: list[Consequence], changes: Changes) -> None:
        super().__init__()
        self.consequences = consequences
        self.changes = changes


def check_last_active(changes: Changes, posted: Mapping[str, object]) -> None:
    """Raise LastActiveItem if new values need a confirmation that is not yet posted.

    Needs a transaction: the types stay locked until it ends, so that of two operators
    who disable two items at once the second is asked.
    """
    unconfirmed = [
        consequence
        for consequence in _consequences(changes)
        if posted.get(consequence.confirmation) != consequence.outcome
    ]
    if unconfirmed:
        raise LastActiveItem(unconfirmed, changes)


def ask_back(
    request: HttpRequest,
    warning: LastActiveItem,
    model_admin: ModelAdmin,
    row: PluginItem | None = None,
) -> TemplateResponse:
    """Return a page that tells the consequences and can post the same request again.

    ``row`` is the item on whose own page it is asked.
    """
    posted = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Leave a plugin type without an active item?"),
        "opts": model_admin.opts,
        "row": row,
        "consequences": warning.consequences,
        "changed": _in_words(warning.changes),
        "posted": posted,
        "declined": DECLINED,
        "media": model_admin.media,
    }
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(
        request, "admin/django_plugin_system/confirm_last_active.html", context
    )


def _in_words(changes: Changes) -> list[tuple[PluginItem, str]]:
    rows = (
        PluginItem.objects.using(router.db_for_write(PluginItem))
        .filter(pk__in=list(changes))
        .select_related("plugin_type")
    )
    told = (
        (row, changes_message(_differences(row, changes[row.pk])))
        for row in sorted(rows, key=lambda row: (row.plugin_type.key, row.rank()))
    )
    return [(row, message) for row, message in told if message]


def _differences(
    row: PluginItem, values: Mapping[str, object]
) -> list[tuple[str, object, object]]:
    return [
        (field, getattr(row, field), value)
        for field, value in values.items()
        if getattr(row, field) != value
    ]


def _consequences(changes: Changes) -> list[Consequence]:
    statuses = {
        pk: str(values["status"])
        for pk, values in changes.items()
        if "status" in values
    }
    found = []
    for plugin_type in _locked_types_of(statuses):
        if outcome := find_outcome(plugin_type, statuses):
            found.append(Consequence(plugin_type, outcome))
    return sorted(found, key=lambda each: each.plugin_type.key)


def _locked_types_of(statuses: Mapping[UUID, str]) -> list[PluginType]:
    if not statuses:
        return []
    # A replica may lag behind the switch that another operator has just made.
    using = router.db_for_write(PluginType)
    items = PluginItem.objects.using(using).filter(pk__in=list(statuses))
    return list(
        PluginType.objects.using(using)
        .select_for_update()
        .filter(pk__in=items.values("plugin_type"))
        .order_by("pk")
        .prefetch_related("pluginitem_set")
    )
