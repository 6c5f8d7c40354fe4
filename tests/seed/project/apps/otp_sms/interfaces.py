"""Where the printed plugins module looks for the interface."""

from __future__ import annotations

from apps.otp.interfaces import AbstractOTP

__all__ = ["AbstractOTP"]
