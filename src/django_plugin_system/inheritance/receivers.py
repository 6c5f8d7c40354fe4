"""Receivers that a parent connects for its own class, while that is no model yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db.models import Model

from .models import find_stand_in
from .seams import replace


def install_receivers() -> None:
    """Have signals take a class that stands in for a model for that model."""
    replace(
        "django.dispatch.dispatcher:Signal.connect",
        "self receiver sender weak dispatch_uid",
        _connect,
    )


def _connect(original: Callable[..., None]) -> Callable[..., None]:
    def connect(
        self: Any,
        receiver: Any,
        sender: Any = None,
        weak: bool = True,
        dispatch_uid: object = None,
    ) -> None:
        stand_in = find_stand_in(sender)
        if stand_in is None or stand_in.key is None:
            original(self, receiver, sender, weak, dispatch_uid)
            return

        def connect_to(model: type[Model]) -> None:
            original(self, receiver, model, weak, dispatch_uid)

        key = stand_in.key
        apps.lazy_model_operation(connect_to, (key.label, key.name.lower()))

    return connect
