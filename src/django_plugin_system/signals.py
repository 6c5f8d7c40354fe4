"""What projects may want to hear of."""

from __future__ import annotations

from django.dispatch import Signal

generation_changed = Signal()
"""This process answers from another generation than before.

Sent with ``using`` (database alias), ``before`` and ``after`` (UUIDs, or None).
"""
