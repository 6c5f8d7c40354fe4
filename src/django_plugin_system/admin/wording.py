"""What operators read of rows and of their changes, the same on every page."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from ..models import PluginItem, PluginStatus, PluginType
from ..register import is_installed


def changes_message(changes: Iterable[tuple[str, object, object]]) -> str:
    """Return the sentences for changes, each of a field, its old and its new value."""
    return " ".join(
        f"{field.capitalize()}: {_in_words(field, old)} → {_in_words(field, new)}."
        for field, old, new in changes
    )


def why_no_code(owner: str) -> str:
    """Return, for people, why a row of the app ``owner`` has no code behind it."""
    if is_installed(owner):
        return _("orphan: its app registers no code for it")
    return _("orphan: its app is not installed")


def why_kept(row: PluginItem | PluginType) -> str:
    """Return, for people, why a row is not deleted although they may delete rows."""
    if isinstance(row, PluginType):
        text = _(
            "Plugin type %(row)s: code registers it, so the next sync would make it "
            "anew."
        )
    else:
        text = _(
            "Plugin item %(row)s: code registers it, so the next sync would make it "
            "anew, as if nobody had ever decided about it. Mark it as disabled instead."
        )
    return text % {"row": row}


def _in_words(field: str, value: object) -> object:
    if field == "status":
        # In the language of all history, not in that of whoever makes the change.
        value = PluginStatus.word(str(value))
    return "-" if value in (None, "") else value
