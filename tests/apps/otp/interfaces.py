"""The interface, declared before apps are known: apps.py imports it."""

from __future__ import annotations

from abc import ABC, abstractmethod

from django_plugin_system import plugin_type


@plugin_type("otp", description="One-time password delivery")
class AbstractOTP(ABC):
    @abstractmethod
    def send_otp(self, number: str, code: str) -> str: ...
