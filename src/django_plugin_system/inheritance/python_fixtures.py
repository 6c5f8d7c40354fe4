"""Fixtures written in Python: modules with a function ``objects()``.

It returns, or yields, model instances, or iterables of such, nested as deep as one
likes. Each is validated and saved by its model's own ``save()``, unlike those of other
formats, so that a later one can refer to an earlier one by its key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from django.apps import apps
from django.core.serializers import python
from django.core.serializers.base import DeserializationError, DeserializedObject
from django.db.models import Model

from .owners import lineage, root


class Serializer(python.Serializer):
    """Writes nothing: such fixtures are made by hand."""

    internal_use_only = False

    def start_serialization(self) -> None:
        raise NotImplementedError(
            "Fixtures in Python are written by hand. Use another format, such as json."
        )


class PythonObject(DeserializedObject):
    """An object that is saved as the application would."""

    def save(
        self, save_m2m: bool = True, using: str | None = None, **kwargs: Any
    ) -> None:
        state = self.object._state
        if state.adding and self.object.pk is not None:
            # As in other formats, a key that is taken means that row.
            rows = type(self.object)._base_manager.using(using)
            state.adding = not rows.filter(pk=self.object.pk).exists()
        self.object.full_clean()
        self.object.save(using=using)


def Deserializer(stream: IO[str], **options: Any) -> Iterator[PythonObject]:
    """Yield what the ``objects()`` of a module gives, as Django asks for it."""
    path = Path(stream.name)
    module = _module_at(path)
    try:
        objects = module.objects
    except AttributeError:
        raise DeserializationError(
            f"{path} has no function objects(), which is to return model instances."
        ) from None
    for instance in _flat(objects(), path):
        yield PythonObject(instance)


def _module_at(path: Path) -> ModuleType:
    # By its own name where it has one, so that it is what others import.
    resolved = path.resolve()
    for app in apps.get_app_configs():
        for package in lineage(app):
            directory = root(app, package).resolve()
            if resolved.is_relative_to(directory):
                parts = resolved.relative_to(directory).with_suffix("").parts
                if all(map(str.isidentifier, parts)):
                    return import_module(".".join((package, *parts)))
    spec = spec_from_file_location(f"fixture_{path.stem}", path)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _flat(found: object, path: Path) -> Iterator[Model]:
    if isinstance(found, Model):
        yield found
    elif isinstance(found, Iterable) and not isinstance(found, str | bytes):
        for each in found:
            yield from _flat(each, path)
    elif found is not None:
        raise DeserializationError(
            f"objects() of {path} gave {found!r}, which is neither a model instance "
            "nor an iterable of such."
        )
