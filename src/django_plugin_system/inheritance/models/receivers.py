"""Receivers that a parent connects for its own class, while that is no model yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import Model

from ..seams import replace
from .waiting import ModelKey, find_stand_in, when_made


class Through(NamedTuple):
    """What stands in for the model of a many-to-many field."""

    model: ModelKey
    field: str


def install_receivers() -> None:
    """Have signals take a class that stands in for a model for that model."""
    replace(
        "django.dispatch.dispatcher:Signal.connect",
        "self receiver sender weak dispatch_uid",
        _connect,
    )
    replace(
        "django.dispatch.dispatcher:Signal.disconnect",
        "self receiver sender dispatch_uid",
        _disconnect,
    )
    replace(
        "django.db.models.fields.related_descriptors:ManyToManyDescriptor.through",
        "self",
        _through,
    )


def _connect(original: Callable[..., None]) -> Callable[..., None]:
    def connect(
        self: Any,
        receiver: Any,
        sender: Any = None,
        weak: bool = True,
        dispatch_uid: object = None,
    ) -> None:
        key = _model_of(sender)
        if key is None:
            original(self, receiver, sender, weak, dispatch_uid)
            return

        def connect_to(model: type[Model]) -> None:
            real = _real_sender(sender, model)
            original(self, receiver, real, weak, dispatch_uid)

        when_made([key], connect_to)

    return connect


def _disconnect(original: Callable[..., bool]) -> Callable[..., bool]:
    def disconnect(
        self: Any,
        receiver: Any = None,
        sender: Any = None,
        dispatch_uid: object = None,
    ) -> bool:
        key = _model_of(sender)
        if key is None:
            return original(self, receiver, sender, dispatch_uid)

        def disconnect_from(model: type[Model]) -> None:
            original(self, receiver, _real_sender(sender, model), dispatch_uid)

        # After it has been connected, which waits too.
        when_made([key], disconnect_from)
        return True

    return disconnect


def _model_of(sender: object) -> ModelKey | None:
    if isinstance(sender, Through):
        return sender.model
    stand_in = find_stand_in(sender)
    return stand_in and stand_in.key


def _real_sender(sender: object, model: type[Model]) -> object:
    if isinstance(sender, Through):
        field: Any = model._meta.get_field(sender.field)
        return field.remote_field.through
    return model


def _through(original: Callable[[Any], object]) -> object:
    # An abstract class has none: None, which to a signal means any sender.
    def through(self: Any) -> object:
        found = original(self)
        key = _model_of(self.rel.field.model)
        return Through(key, self.rel.field.name) if key and found is None else found

    return property(through)
