"""Models of an app that is extended: abstract where a child defines them itself.

The parents' modules are imported as they are, and their classes become models of the
app that is installed. One that a child defines itself stays abstract, and stands in
for the child's until that is there:

- Relations mean the child's, since Django resolves them by label and name.
- A model that derives from it is made when the child's class is, from that.
- Then the name means the child's class in the parents' modules too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from django.apps import AppConfig, apps
from django.db.models import Field, Model
from django.db.models.base import ModelBase
from django.db.models.manager import BaseManager

from ..ancestry import is_extended
from ..owners import Owner, find_owner, lineage
from ..seams import add, replace
from .explain import NotYet, explain_model_error
from .rebinding import Moment, keep_own_super, rebind, this_moment

Make = Callable[..., type]

PLACE = ("__module__", "__qualname__", "__doc__", "__firstlineno__")
"""What a class says of where it is written."""


class ModelKey(NamedTuple):
    """What Django knows a model by."""

    label: str
    name: str


class StandIn(NamedTuple):
    """An abstract class that is to become, or lead to, a model."""

    key: ModelKey | None
    """Of the model; None for a mixin that needs one."""

    needs: tuple[ModelKey, ...]
    """The models that have to be among the bases then."""


_stand_ins: dict[type, StandIn] = {}
_held: dict[type, dict[str, object]] = {}
"""By class that stands in: what of it wants to become part of a model, and no other."""
_waiting: defaultdict[ModelKey, dict[type, Moment]] = defaultdict(dict)
_later: defaultdict[ModelKey, list[Callable[[], None]]] = defaultdict(list)
_asked: set[tuple[str, str]] = set()


def is_abstract_model(module: str, name: str) -> bool:
    """Tell whether an installed app defines a parent's model itself.

    For ``abstract`` in the ``Meta`` of a model that children may extend, called with
    ``__name__`` and the name of the class. A parent need not call it: the model is made
    abstract where a child lists it in ``extends_models``.
    """
    _asked.add((module, name))
    owner = find_owner(module)
    return _is_extended(owner, _key(owner, name, None))


def abstract_models(label: str) -> list[type]:
    """Return the abstract classes that stand in for models of an app."""
    return [
        model
        for model, stand_in in _stand_ins.items()
        if stand_in.key and stand_in.key.label == label
    ]


def find_stand_in(model: object) -> StandIn | None:
    """Return what a class stands in for, or None."""
    return _stand_ins.get(model) if isinstance(model, type) else None


def when_made(keys: Iterable[ModelKey], use: Callable[..., object]) -> None:
    """Call ``use`` with these models, when all of them are there.

    Unlike what Django offers for that, it waits for the names to mean the models too,
    and leaves it to our checks to say that one is missing.
    """
    models = {key: _find_model(key) for key in keys}
    for key, model in models.items():
        if model is None:
            _later[key].append(lambda: when_made(keys, use))
            return
    use(*models.values())


def finish_models() -> None:
    """Let names of classes whose model was there before them mean the model too."""
    for key in list(_waiting):
        if model := _find_model(key):
            _finish(model)


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


def _model_class(original: Callable[..., type]) -> object:
    def __new__(
        cls: type,
        name: str,
        bases: tuple[type, ...],
        attrs: dict[str, Any],
        **kwargs: Any,
    ) -> type:
        module, make = attrs["__module__"], partial(original, cls, name)
        try:
            return _make_model(make, name, bases, attrs, kwargs)
        except RuntimeError as error:
            explain_model_error(error, module, name)
            raise

    return staticmethod(__new__)


def _finished_class(self: Any, *args: Any, **kwargs: Any) -> None:
    # Called when a metaclass has done all that it does, even one that is derived.
    super(ModelBase, self).__init__(*args, **kwargs)
    _finish(self)


def _make_model(
    make: Make,
    name: str,
    bases: tuple[type, ...],
    attrs: dict[str, Any],
    kwargs: dict[str, Any],
) -> type:
    module, meta = attrs["__module__"], attrs.get("Meta")
    owner = find_owner(module)
    key = _key(owner, name, meta)
    kept, needs = _part(bases, key)
    is_abstract = getattr(meta, "abstract", False)
    # One that its author made abstract is no model that a child could replace.
    if _is_extended(owner, key) and (not is_abstract or (module, name) in _asked):
        attrs["Meta"] = _meta(meta, kept, abstract=True)
        return _stand_in(make, kept, attrs, StandIn(key, needs), **kwargs)
    if is_abstract and needs:
        return _stand_in(make, kept, attrs, StandIn(None, needs))
    if not all(map(_find_model, needs)):
        return _defer(make, name, kept, attrs, StandIn(key, needs), **kwargs)
    if is_abstract or not any(base in _stand_ins for base in bases):
        return make(bases, attrs, **kwargs)
    bases = _with_models(bases, key)
    attrs["Meta"] = _meta(meta, kept)
    model = make(bases, {**attrs, **_held_by(bases, attrs)}, **kwargs)
    # Not by Meta: what is there becomes part of migrations.
    for option, value in _ordering(bases, meta, kept).items():
        setattr(model._meta, option, value)  # type: ignore[attr-defined]
    return model


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
    if getattr(meta, "apps", apps) is not apps:
        # One of the models of migrations, which have the same names.
        return None
    label = getattr(meta, "app_label", None) or (owner and owner[0].label)
    return ModelKey(label, name) if label else None


def _part(
    bases: tuple[type, ...], key: ModelKey | None
) -> tuple[tuple[type, ...], tuple[ModelKey, ...]]:
    """Return the bases that are no models of their own, and the models needed."""
    kept: list[type] = []
    needs: list[ModelKey] = []
    for base in bases:
        stand_in = _stand_ins.get(base)
        if stand_in is None:
            kept.append(base)
        elif stand_in.key is None or stand_in.key == key:
            kept.append(base)
            needs.extend(stand_in.needs)
        else:
            needs.append(stand_in.key)
    return tuple(kept), tuple(dict.fromkeys(needs))


def _find_model(key: ModelKey) -> type[Model] | None:
    return apps.all_models[key.label].get(key.name.lower())


def _with_models(bases: tuple[type, ...], key: ModelKey | None) -> tuple[type, ...]:
    """Put models where their stand-ins are, and after each base those that it needs."""

    def expanded() -> Iterator[type | None]:
        for base in bases:
            own, needs = _part((base,), key)
            yield from own
            yield from map(_find_model, needs)

    # Each at its last place: a base that needs a model is derived from it.
    found = [base for base in dict.fromkeys(reversed([*expanded()])) if base]
    return tuple(
        base
        for base in reversed(found)
        if not any(base is not each and issubclass(each, base) for each in found)
    )


def _stand_in(
    make: Make,
    kept: tuple[type, ...],
    attrs: dict[str, Any],
    stand_in: StandIn,
    **kwargs: Any,
) -> type:
    held = {each: attrs[each] for each in attrs if _wants_a_model(attrs[each])}
    if stand_in.key:
        attrs = {each: attrs[each] for each in attrs if each not in held}
    cls = make(kept or (Model,), attrs, **kwargs)
    _stand_ins[cls] = stand_in
    if stand_in.key:
        for name in ("objects", "DoesNotExist", "MultipleObjectsReturned"):
            if not any(name in vars(each) for each in cls.__mro__):
                setattr(cls, name, NotYet(name, ".".join(stand_in.key)))
        _held[cls] = held
        _waiting[stand_in.key][cls] = this_moment()
    return cls


def _wants_a_model(value: object) -> bool:
    """Tell whether Django tells it of the class it is in, and lets nobody inherit it.

    Such as the history or the tracker of a model, which then waits for that class.
    """
    is_told = hasattr(value, "contribute_to_class") and not isinstance(value, type)
    return is_told and not isinstance(value, Field | BaseManager)


def _held_by(bases: tuple[type, ...], attrs: dict[str, Any]) -> dict[str, object]:
    """Return what such attributes the classes that stand in have, unless overridden."""
    found: dict[str, object] = {}
    seen = set(attrs)
    for each in (each for base in bases for each in base.__mro__):
        held = _held.get(each, {})
        found.update({name: held[name] for name in held if name not in seen})
        seen |= {*held, *vars(each)}
    return found


def _defer(
    make: Make,
    name: str,
    kept: tuple[type, ...],
    attrs: dict[str, Any],
    stand_in: StandIn,
    **kwargs: Any,
) -> type:
    # The body becomes an abstract class, and the model is made of that.
    meta = attrs.get("Meta")
    place = {each: attrs[each] for each in PLACE if each in attrs}
    attrs["Meta"] = type("Meta", (), {"abstract": True})
    body = _stand_in(make, kept, attrs, stand_in)
    # Else it would hide that of another base.
    del body.Meta  # type: ignore[attr-defined]
    if meta is not None:
        place["Meta"] = meta

    when_made(
        stand_in.needs, lambda *models: type(body)(name, (body,), dict(place), **kwargs)
    )
    return body


def _finish(cls: type[Model]) -> None:
    if not _is_concrete(cls):
        return
    key = ModelKey(cls._meta.app_label, cls.__name__)
    if _find_model(key) is cls:
        for stand_in, made in _waiting.pop(key, {}).items():
            keep_own_super(stand_in, cls)
            rebind(stand_in, cls, since=made)
        for use in _later.pop(key, ()):
            use()


def _meta(own: type | None, bases: tuple[type, ...], **options: object) -> type:
    inherited = _inherited_meta(own, bases)
    return type("Meta", (inherited,) if inherited else (), options)


def _inherited_meta(own: type | None, bases: tuple[type, ...]) -> type | None:
    # A model without a Meta has that of its first base with one.
    metas = (own, *(getattr(base, "Meta", None) for base in bases))
    return next((each for each in metas if each), None)


def _ordering(
    bases: tuple[type, ...], own: type | None, kept: tuple[type, ...]
) -> dict[str, object]:
    # Django has a child of another model take these two over, if that is the first
    # base; but here abstract ones come before.
    parents = (each for base in bases for each in base.__mro__ if _is_concrete(each))
    parent = next(parents, None)
    inherited = _inherited_meta(own, kept)
    return {
        name: getattr(parent._meta, name)  # type: ignore[attr-defined]
        for name in ("ordering", "get_latest_by")
        if parent and not hasattr(inherited, name)
    }


def _is_concrete(base: type) -> bool:
    return hasattr(base, "_meta") and not base._meta.abstract
