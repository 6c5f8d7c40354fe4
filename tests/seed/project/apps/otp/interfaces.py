from __future__ import annotations

from abc import ABC, abstractmethod


class AbstractOTP(ABC):
    @abstractmethod
    def send_otp(self, number: str, code: str) -> None: ...
