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
from django.core.exceptions import ValidationError
from django.core.serializers import python
from django.core.serializers.base import DeserializationError, DeserializedObject
from django.db import DEFAULT_DB_ALIAS, router
from django.db.models import Model

from ..missing import find_module
from ..owners import lineage, root


class Serializer(python.Serializer):
    """Writes nothing: such fixtures are made by hand."""

    internal_use_only = False

    def start_serialization(self) -> None:
        raise NotImplementedError(
            "Fixtures in Python are written by hand. Use another format, such as json."
        )


class PythonObject(DeserializedObject):
    """An object that is saved as the application would."""

    def __init__(self, instance: Model, path: Path) -> None:
        super().__init__(instance)
        self.path = path

    def save(
        self, save_m2m: bool = True, using: str | None = None, **kwargs: Any
    ) -> None:
        model, instance = type(self.object), self.object
        state = instance._state
        state.db = using or DEFAULT_DB_ALIAS
        if state.adding and instance.pk is not None:
            # As in other formats, a key that is taken means that row.
            rows = model._base_manager.using(using)
            state.adding = not rows.filter(pk=instance.pk).exists()
        self.take_keys()
        try:
            # Django looks for other rows with a unique value where it reads.
            instance.full_clean(validate_unique=state.db == router.db_for_read(model))
        except ValidationError as error:
            raise DeserializationError(
                f"{self.path} gave {instance!r}, which is not valid: "
                f"{error.message_dict}"
            ) from error
        try:
            instance.save(using=using)
        except TypeError as error:
            if "unexpected keyword argument 'using'" not in str(error):
                raise
            raise DeserializationError(
                f"{self.path} gave {instance!r}, but {error}, the database to save it "
                "to. Let save() take **kwargs, and pass them on."
            ) from error

    def take_keys(self) -> None:
        """Let it refer to objects by the keys that they have got since it was made."""
        instance, meta = self.object, type(self.object)._meta
        for field in (*meta.concrete_fields, *meta.private_fields):
            related = _given(instance, field)
            if related is None:
                continue
            if related.pk is None:
                raise DeserializationError(
                    f"{self.path} gave {instance!r}, whose {field.name!r} is "
                    f"{related!r}, which is not saved yet. Give that one first, or "
                    "save it there."
                )
            # A generic one has its key in another field.
            key = getattr(field, "fk_field", field.attname)
            if getattr(instance, key) is None:
                setattr(instance, field.name, related)


def _given(instance: Model, field: Any) -> Model | None:
    """Return the object that a field has been given, if there is one at hand."""
    is_cached = field.is_relation and field.is_cached(instance)
    related = field.get_cached_value(instance) if is_cached else None
    return related if isinstance(related, Model) else None


def Deserializer(stream: IO[str], **options: Any) -> Iterator[PythonObject]:
    """Yield what the ``objects()`` of a module gives, as Django asks for it."""
    path = Path(getattr(stream, "name", ""))
    if path.suffix != ".py":
        raise DeserializationError("Fixtures in Python are files, not text to be read.")
    module = _module_at(path)
    try:
        objects = module.objects
    except AttributeError:
        raise DeserializationError(
            f"{path} has no function objects(), which is to return model instances."
        ) from None
    for instance in _flat(objects(), path):
        yield PythonObject(instance, path)


def _module_at(path: Path) -> ModuleType:
    # By its own name where it has one, so that it is what others import.
    name = _name_of(path.resolve())
    # Not there, where the directory of an app is not that of its package.
    found = find_module(name)
    if found and found.origin and Path(found.origin).resolve() == path.resolve():
        return import_module(name)
    spec = spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _name_of(path: Path) -> str:
    # There may be a database in it, as in demo.default.py.
    stem = path.stem.replace(".", "_")
    for app in apps.get_app_configs():
        for package in lineage(app):
            directory = root(app, package).resolve()
            if path.is_relative_to(directory):
                return ".".join(
                    (package, *path.relative_to(directory).parent.parts, stem)
                )
    return stem


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
