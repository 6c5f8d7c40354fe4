"""The forms that switch plugin items."""

from __future__ import annotations

from typing import Any

from django import forms

from .last_active import check_last_active


class ItemForm(forms.ModelForm):
    """Takes for changed only what was changed on the page that was sent.

    Another operator may have switched an item since the page was made; without the
    hidden initial values, saving the page would switch it back.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            sent = self.add_initial_prefix(name) in self.data
            field.show_hidden_initial = sent or not self.is_bound


class ItemChangeForm(ItemForm):
    """The form on an item's own page."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if "status" in self.changed_data and not self.errors:
            status = self.cleaned_data["status"]
            check_last_active({self.instance.pk: status}, self.data)
        return cleaned


class ItemFormSet(forms.BaseModelFormSet):
    """The forms of the list, judged together: one item may take over from another."""

    def clean(self) -> None:
        super().clean()
        if not any(self.errors):
            check_last_active(
                {
                    form.instance.pk: form.cleaned_data["status"]
                    for form in self.forms
                    if "status" in form.changed_data
                },
                self.data,
            )
