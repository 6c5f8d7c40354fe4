"""What every way of sending one-time codes has to offer."""

from __future__ import annotations

from abc import ABC, abstractmethod


class AbstractOTP(ABC):
    @abstractmethod
    def send_otp(self, number: str, email: str, code: str) -> None:
        """Send a one-time code to a phone number or to an address, or raise OSError."""
