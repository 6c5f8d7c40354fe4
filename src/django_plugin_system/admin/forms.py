"""The forms that change rows, made so that none undoes another operator's change."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from .last_active import DECLINED, Changes, check_last_active

ACTION_WAITS = "_action_waits"
"""What a posted list is marked with when an action was to run beside unsaved edits."""


class FreshForm(forms.ModelForm):
    """Takes for changed only what was changed on the page that was sent.

    Another operator may have switched an item since the page was made; without the
    hidden initial values, saving the page would switch it back.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            sent = self.add_initial_prefix(name) in self.data
            field.show_hidden_initial = sent or not self.is_bound

    @cached_property
    def changed_data(self) -> list[str]:
        """Name the fields that differ both from the page as it was and from the row."""
        return [name for name in super().changed_data if self._is_new(name)]

    def clean(self) -> dict[str, Any]:
        super().clean()
        # What was not changed stays out of the instance, as it may be stale.
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name in self.changed_data
        }

    def _is_new(self, name: str) -> bool:
        bound = self[name]
        return bound.field.has_changed(bound.initial, bound.data)


class ItemChangeForm(FreshForm):
    """The form on an item's own page."""

    def _post_clean(self) -> None:
        # Only now are the model's validators done: errors come before questions.
        super()._post_clean()  # type: ignore[misc]  # unknown to the stubs
        if DECLINED in self.data:
            self.add_error(None, nothing_saved())
        if not self.errors:
            check_last_active(_changes_of([self]), self.data)


class ItemFormSet(forms.BaseModelFormSet):
    """The forms of the list, judged together: one item may take over from another."""

    def clean(self) -> None:
        super().clean()
        if DECLINED in self.data:
            raise ValidationError(nothing_saved())
        if ACTION_WAITS in self.data:
            raise ValidationError(
                _(
                    "The action has not run, since values in the list were changed and "
                    "not saved. They are still below: save them first, then select the "
                    "items again."
                )
            )
        if not any(self.errors):
            check_last_active(_changes_of(self.forms), self.data)


def nothing_saved() -> str:
    """Return what operators read who said no to their own changes."""
    return _("Nothing has been saved. Your changes are still below.")


def _changes_of(forms_of_items: Iterable[forms.ModelForm]) -> Changes:
    return {
        form.instance.pk: {name: form.cleaned_data[name] for name in form.changed_data}
        for form in forms_of_items
        if form.changed_data
    }


def without_gone(
    posted: QueryDict, find_there: Callable[[list[UUID]], Collection[UUID]]
) -> tuple[QueryDict, int]:
    """Return what a list was sent without the forms of rows that are not there.

    And how many these are. The other forms close ranks. ``find_there`` is asked which
    of the ids that were sent are of a row.
    """
    ids = {
        match["number"]: find_uuid(str(posted[name]))
        for name in posted
        if (match := _OF_FORM.fullmatch(name)) and match["field"] == "id"
    }
    there = find_there([pk for pk in ids.values() if pk]) if ids else ()
    kept = sorted((number for number in ids if ids[number] in there), key=int)
    left = QueryDict(mutable=True, encoding=posted.encoding)
    for name, values in posted.lists():
        match = _OF_FORM.fullmatch(name)
        if match is None:
            left.setlist(name, values)
        elif match["number"] in kept:
            place = f"form-{kept.index(match['number'])}-{match['field']}"
            left.setlist(name.replace(match["of_form"], place), values)
    for total in ("form-TOTAL_FORMS", "form-INITIAL_FORMS"):
        left[total] = str(len(kept))
    return left, len(ids) - len(kept)


def find_uuid(text: str) -> UUID | None:
    """Return the id that was sent as text, or None if it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


# Of a field, or of the value that it had when the page was made.
_OF_FORM = re.compile(r"(?:initial-)?(?P<of_form>form-(?P<number>\d+)-(?P<field>.+))")
