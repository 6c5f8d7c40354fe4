"""Models of an app that is extended: abstract where a child defines them itself.

The parents' modules are imported as they are, and their classes become models of the
app that is installed. One that a child defines itself stays abstract, and stands in
for the child's until that is there:

- Relations mean the child's, since Django resolves them by label and name.
- A class that derives from it is made when the child's is, of the same statement and
  with that as its base. So it is what it would be if nobody extended the app.
- Then the name means the child's class in the parents' modules too.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy, deepcopy
from typing import Any, NamedTuple

from django.apps import AppConfig, apps
from django.db.models import Field, Model
from django.db.models.base import ModelBase
from django.db.models.manager import BaseManager

from ..ancestry import is_extended
from ..owners import Owner, find_owner, lineage
from ..seams import add, replace
from .explain import NotYet, explain_model_error
from .meta import OwnMeta, inherit_options, meta_of
from .waiting import (
    ModelKey,
    StandIn,
    final_class,
    find_made,
    find_stand_in,
    finish,
    finish_abstract,
    stand_in_for,
    when_made,
)

_held: dict[type, dict[str, object]] = {}
"""By class that stands in: what of it is to become part of a model, and no other."""
_bodies: dict[type, dict[str, object]] = {}
"""By class that stands in: what its statement says."""
_asked: set[tuple[str, str]] = set()


class Statement(NamedTuple):
    """What makes a class."""

    original: Any
    metaclass: Any
    name: str
    bases: tuple[type, ...]
    attrs: dict[str, Any]
    kwargs: dict[str, Any]

    @property
    def meta(self) -> Any:
        return self.attrs.get("Meta")

    @property
    def is_abstract(self) -> bool:
        return bool(getattr(self.meta, "abstract", False))

    def make(self, **changes: Any) -> Any:
        """Make the class as Django does, with some of it changed."""
        it = self._replace(**changes)
        return it.original(it.metaclass, it.name, it.bases, it.attrs, **it.kwargs)

    def repeat(self) -> Any:
        """Make the class anew, by all that the metaclass does."""
        bases = tuple(final_class(base) or base for base in self.bases)
        return self.metaclass(self.name, bases, dict(self.attrs), **self.kwargs)


def is_abstract_model(module: str, name: str) -> bool:
    """Tell whether an installed app defines a parent's model itself.

    For ``abstract`` in the ``Meta`` of a model that children may extend, called with
    ``__name__`` and the name of the class. A parent need not call it: the model is made
    abstract where a child lists it in ``extends_models``.
    """
    _asked.add((module, name))
    owner = find_owner(module)
    return _is_extended(owner, _key(owner, name, None))


def package_of_model(model: type[Model], app: AppConfig) -> str:
    """Return the package of a lineage that a class of its models, or abstract, is of.

    One that is defined elsewhere, and says itself which app it belongs to, is of the
    one that is extended in the end.
    """
    return _package_of(find_owner(model.__module__), app)


def install_models() -> None:
    """Have Django make models of the parents' classes."""
    replace(
        "django.db.models.base:ModelBase.__new__",
        "cls name bases attrs kwargs",
        _model_class,
    )
    add("django.db.models.base:ModelBase.__init__", _finished_class)


def _model_class(original: Any) -> object:
    def __new__(
        cls: type,
        name: str,
        bases: tuple[type, ...],
        attrs: dict[str, Any],
        **kwargs: Any,
    ) -> Any:
        module = attrs["__module__"]
        try:
            return _make_model(Statement(original, cls, name, bases, attrs, kwargs))
        except RuntimeError as error:
            explain_model_error(error, module, name)
            raise

    return staticmethod(__new__)


def _finished_class(self: Any, *args: Any, **kwargs: Any) -> None:
    # Called when a metaclass has done all that it does, even one that is derived.
    super(ModelBase, self).__init__(*args, **kwargs)
    if _is_concrete(self):
        key = ModelKey(self._meta.app_label, self.__name__)
        if find_made(key) is self:
            finish(key, self)


def _make_model(it: Statement) -> Any:
    if getattr(it.meta, "apps", apps) is not apps:
        # One of the models of migrations, which have the same names.
        return it.make()
    module = it.attrs["__module__"]
    owner = find_owner(module)
    key = _key(owner, it.name, it.meta)
    # One that its author made abstract is no model that a child could replace.
    if _is_extended(owner, key) and (not it.is_abstract or (module, it.name) in _asked):
        return _make_abstract(it, key)
    waits_for = tuple(dict.fromkeys(_waits_for(it, key)))
    if not all(map(find_made, waits_for)):
        return _defer(it, key, waits_for)
    if not any(map(find_stand_in, it.bases)):
        return it.make()
    return _derive(it, key)


def _is_extended(owner: Owner | None, key: ModelKey | None) -> bool:
    if key is None:
        return False
    app = apps.app_configs.get(key.label)
    if app is None or len(lineage(app)) == 1:
        return False
    return is_extended(type(app), _package_of(owner, app), key.name)


def _package_of(owner: Owner | None, app: AppConfig) -> str:
    return owner[1] if owner and owner[0] is app else lineage(app)[-1]


def _key(owner: Owner | None, name: str, meta: object) -> ModelKey | None:
    label = getattr(meta, "app_label", None) or (owner and owner[0].label)
    return ModelKey(label, name) if label else None


# A class that a child extends


def _make_abstract(it: Statement, key: Any) -> Any:
    kept = tuple(base for base in it.bases if not _is_needed(base, key))
    needs = [base for base in it.bases if base not in kept]
    needs += [need for base in kept for need in _needs_of(base)]
    meta = meta_of(it.meta, it.bases, key)
    if getattr(meta, "abstract", False):
        meta = meta_of(meta, (), key, abstract=False)
    body = dict(it.attrs)
    held = {name: body[name] for name in body if _is_held(body[name])}
    attrs = {name: body[name] for name in body if name not in held}
    attrs["Meta"] = meta_of(meta, (), key, abstract=True, proxy=False)
    inherited = tuple(
        dict.fromkeys(each for base in kept for each in _with_levels(base, key))
    )
    if len(kept) == len(it.bases):
        cls: Any = it.make(bases=inherited, attrs=attrs)
    else:
        # Of what it needs, it is to have the methods, but none of the fields.
        cls = it.make(bases=(*inherited, Model), attrs=attrs, kwargs={})
        cls.__bases__ = it.bases
        super(cls, cls).__init_subclass__(**it.kwargs)
    _held[cls] = held
    _bodies[cls] = body
    _show_parents(cls)
    _put_not_yet(cls, key)
    cls.Meta = OwnMeta(cls, key, meta)
    stand_in_for(cls, StandIn(key, tuple(needs), is_base=True))
    return cls


def _is_needed(base: type, key: ModelKey) -> bool:
    """Tell whether a base is a model of its own, or one with a model among its bases.

    Such a base comes after the abstract class, and not before it.
    """
    if find_stand_in(base):
        return not _is_own(base, key)
    return any(map(_is_concrete, base.__mro__))


def _is_own(base: type, key: ModelKey | None) -> bool:
    """Tell whether a base leads to the model of this key itself."""
    stand_in = find_stand_in(base)
    if stand_in is None or stand_in.key == key:
        return stand_in is not None
    # A mixin that an app has derived from the class, to be a base of the model.
    return _is_mixin(base) and any(_is_level(each, key) for each in base.__mro__)


def _is_level(cls: type, key: ModelKey | None) -> bool:
    stand_in = find_stand_in(cls)
    return stand_in is not None and stand_in.is_base and stand_in.key == key


def _is_mixin(base: Any) -> bool:
    stand_in = find_stand_in(base)
    return stand_in is not None and stand_in.key.label == base.__module__


def _needs_of(base: type) -> tuple[type, ...]:
    stand_in = find_stand_in(base)
    return stand_in.needs if stand_in and stand_in.is_base else ()


def _show_parents(cls: Any) -> None:
    """Have a metaclass see that the class is to be a child of other models."""
    for base in cls.__bases__:
        if find_stand_in(base) or _is_concrete(base):
            cls._meta.parents[base] = None


def _put_not_yet(cls: Any, key: ModelKey) -> None:
    for name in ("objects", "DoesNotExist", "MultipleObjectsReturned"):
        if not any(name in vars(each) for each in cls.__mro__):
            setattr(cls, name, NotYet(name, ".".join(key)))


def _is_held(value: object) -> bool:
    """Tell whether Django tells it of the class it is in, and that only once.

    Such as the history or the tracker of a model, or a field that makes another model.
    Django's own fields and managers may be told of an abstract class before.
    """
    if isinstance(value, type) or not hasattr(value, "contribute_to_class"):
        return False
    if isinstance(value, Field):
        return not f"{type(value).contribute_to_class.__module__}.".startswith(
            "django."
        )
    return not isinstance(value, BaseManager)


# A class that derives from one that is not there yet


def _defer(it: Statement, key: ModelKey | None, waits_for: tuple[ModelKey, ...]) -> Any:
    statement = it._replace(attrs=dict(it.attrs))
    if key is None or it.is_abstract:
        key = ModelKey(it.attrs["__module__"], it.name)
    attrs = {
        name: _copy(value) for name, value in it.attrs.items() if not _is_held(value)
    }
    attrs["Meta"] = meta_of(it.meta, it.bases, None, abstract=True)
    if getattr(attrs["Meta"], "proxy", False):
        attrs["Meta"].proxy = False
    # Nobody is told of a class that is not to stay, not even its bases.
    cls = it.make(bases=(Model,), attrs=attrs, kwargs={})
    cls.__bases__ = tuple(final_class(base) or base for base in it.bases)
    if not it.is_abstract:
        del cls.Meta
    _show_parents(cls)
    _put_not_yet(cls, key)
    first = dict(vars(cls)), {field.name for field in _fields(cls)}

    def take_over(made: Any) -> None:
        if made is not cls:
            _take_over(cls, made, statement.attrs, *first)

    def complete(*models: type) -> None:
        if it.is_abstract:
            # It may have become part of the model itself.
            is_base = any(issubclass(model, cls) for model in models)
            finish_abstract(key, cls if is_base else statement.repeat())
        else:
            statement.repeat()

    stand_in_for(cls, StandIn(key, (), is_base=False), take_over)
    when_made(waits_for, complete)
    return cls


def _waits_for(it: Statement, key: ModelKey | None) -> Iterator[ModelKey]:
    """Yield the keys of what has to be made before this class."""
    for base in it.bases:
        if _is_own(base, key):
            for need in _needs_of(base):
                if stand_in := find_stand_in(need):
                    yield stand_in.key
        elif stand_in := find_stand_in(base):
            yield stand_in.key
    if it.metaclass is not ModelBase:
        # It may look at what the relations are to.
        for value in it.attrs.values():
            if stand_in := find_stand_in(_target(value)):
                yield stand_in.key


def _target(value: Any) -> object:
    is_relation = isinstance(value, Field) and value.remote_field
    return value.remote_field.model if is_relation else None


def _copy(value: Any) -> Any:
    if isinstance(value, Field):
        return deepcopy(value)
    return copy(value) if isinstance(value, BaseManager) else value


def _fields(cls: Any) -> list[Any]:
    options = cls._meta
    return [
        *options.local_fields,
        *options.local_many_to_many,
        *options.private_fields,
    ]


def _take_over(
    cls: type,
    made: Any,
    body: dict[str, Any],
    first: dict[str, object],
    fields: set[str],
) -> None:
    """Give a model what its module has done to the class that stood in for it."""
    missing = object()
    for name, value in vars(cls).items():
        is_new = first.get(name, missing) is not value
        # What the metaclass does, it has done to the model as well.
        is_untouched = vars(made).get(name, missing) is body.get(name, missing)
        if is_new and is_untouched:
            setattr(made, name, value)
    for field in _fields(cls):
        if field.name not in fields | {each.name for each in _fields(made)}:
            made.add_to_class(field.name, deepcopy(field))


# A model that derives from a class that is extended, or from the model made of it


def _derive(it: Statement, key: Any) -> Any:
    own = [base for base in it.bases if _is_own(base, key)]
    bases = _with_models(it.bases, key)
    if not own:
        return it.make(bases=bases)
    line = [each for base in own for each in base.__mro__ if _is_own(each, key)]
    for each in reversed(line):
        _settle(each)
    meta = meta_of(it.meta, it.bases, key)
    attrs = {**it.attrs, **_held_by(bases, it.attrs), "Meta": meta}
    model = it.make(bases=bases, attrs=attrs)
    if it.metaclass is not ModelBase:
        # What it looks for in the statement may be in the parent's.
        for each in line:
            for name in _bodies.get(each, ()):
                it.attrs.setdefault(name, _bodies[each][name])
    if not it.is_abstract:
        inherit_options(model, meta, key)
    return model


def _settle(cls: Any) -> None:
    """Let a class that a model derives from have what it needs, but as a mixin."""
    cls.__bases__ = tuple(final_class(each) or each for each in cls.__bases__)
    cls._meta.parents.clear()
    vars(cls._meta).pop("all_parents", None)
    cls._meta._expire_cache()


def _with_models(bases: tuple[type, ...], key: ModelKey | None) -> tuple[type, ...]:
    """Put models where their stand-ins are, and after each base those that it needs."""

    def expanded() -> Iterator[Any]:
        for base in bases:
            if not _is_own(base, key):
                yield final_class(base)
                continue
            for each in _with_levels(base, key):
                yield each
                yield from map(final_class, _needs_of(each))

    # Each at its last place: a base that needs a model is derived from it.
    found = [*dict.fromkeys(reversed([*expanded()]))]
    others = [each for each in found if not find_stand_in(each)]
    return tuple(
        base
        for base in reversed(found)
        if not any(base is not each and issubclass(each, base) for each in others)
    )


def _with_levels(base: type, key: ModelKey | None) -> Iterator[type]:
    """Yield a base, and those that a mixin was derived from.

    Django inherits the fields of direct bases only.
    """
    yield base
    if find_stand_in(base) and _is_mixin(base):
        yield from (each for each in base.__mro__ if _is_level(each, key))


def _held_by(bases: tuple[type, ...], attrs: dict[str, Any]) -> dict[str, object]:
    """Return what such attributes the classes that stand in have, unless overridden."""
    found: dict[str, object] = {}
    seen = set(attrs)
    for each in (each for base in bases for each in base.__mro__):
        held = _held.get(each, {})
        found.update({name: held[name] for name in held if name not in seen})
        seen |= {*held, *vars(each)}
    return found


def _is_concrete(base: type) -> bool:
    return hasattr(base, "_meta") and not base._meta.abstract
