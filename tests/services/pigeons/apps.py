"""Release 1.1.0 looks for no plugins by itself, so its users imported them here."""

from __future__ import annotations

from django.apps import AppConfig


class PigeonsConfig(AppConfig):
    name = "tests.services.pigeons"

    def ready(self) -> None:
        from . import plugins  # noqa: F401  # registers
