"""The forms that change rows, made so that none undoes another operator's change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
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
