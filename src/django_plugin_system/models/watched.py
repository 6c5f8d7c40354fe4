"""Models whose every write is logged, and starts a generation if selection sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.db import connections, models, router
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save

from ..authors import acting
from .reading import batches
from .writing import VALUES, Block, Seen, base_of, lock, see, writing

# An update of more rows says which by what it was told, and not by their keys.
MOST_KEYS = 500


class WatchedQuerySet(models.QuerySet[Any]):
    """Writes as the only writer, and has each change logged."""

    def update(self, **kwargs: Any) -> int:
        if self.query.is_sliced or self.query.combinator:
            # Django says why not.
            return super().update(**kwargs)
        with writing(using := self._write_to(), locked=False) as block:
            ids = self._ids()
            if not ids:
                return 0
            seen = block.look(self.model, ids)
            if not would_change(self.model, seen.values(), kwargs):
                kwargs = unseen(self.model, kwargs)
                block.remember(self.model, seen)
                return super().update(**kwargs) if kwargs else len(ids)
            block.note(self.model, ids)
            if {"pk", "id"} & kwargs.keys():
                block.is_unsure = True
            if len(ids) > MOST_KEYS:
                updated = super().update(**kwargs)
            else:
                # These alone: others may have come to match, by a row of another model.
                rows = self.using(using).filter(id__in=ids)
                updated = super(WatchedQuerySet, rows).update(**kwargs)
            block.is_unsure |= updated != len(ids)
            return updated

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(
        self,
        objs: Iterable[Any],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Any = None,
        unique_fields: Any = None,
    ) -> list[Any]:
        objs = list(objs)
        with writing(self._write_to(), locked=bool(objs)) as block:
            if objs:
                block.note(self.model, _ids(objs))
            if objs and update_conflicts:
                # Those that are there may have other keys.
                rows = self._base_rows().filter(name__in={obj.name for obj in objs})
                block.note(self.model, rows.values_list("id", flat=True))
            return super().bulk_create(
                objs,
                batch_size,
                ignore_conflicts,
                update_conflicts,
                update_fields,
                unique_fields,
            )

    def bulk_update(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> int:
        objs = tuple(objs)
        with writing(self._write_to()) as block:
            block.note(self.model, _ids(objs))
            return super().bulk_update(objs, *args, **kwargs)

    def update_or_create(self, *args: Any, **kwargs: Any) -> tuple[Any, bool]:
        # It locks the row that it finds.
        with writing(self._write_to()):
            return super().update_or_create(*args, **kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        if self.query.is_sliced or self.query.combinator or self.query.distinct_fields:
            return super().delete()
        with writing(self._write_to(), locked=False) as block:
            if ids := self._ids():
                note_with_items(block, self.model, ids)
            return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def iterator(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        self._lock_generation_first()
        return super().iterator(*args, **kwargs)

    def _fetch_all(self) -> None:
        # Where a queryset reads its rows: not documented, but the same in Django 5.2
        # to 6.1. tests/test_generation.py tells if it is not called any more.
        if self._result_cache is None:
            self._lock_generation_first()
        super()._fetch_all()

    def _lock_generation_first(self) -> None:
        # Whoever locks rows is about to write them. Writers lock the generation first,
        # so two of them that did not could each wait for the other.
        query = self.query
        if not query.select_for_update or query.select_for_update_skip_locked:
            return
        if connections[self.db].in_atomic_block:
            lock(self.db, nowait=query.select_for_update_nowait)

    def _write_to(self) -> str:
        self._for_write = True
        return self.db

    def _ids(self) -> list[UUID]:
        rows = models.QuerySet(self.model, query=self.query.chain(), using=self.db)
        rows.query.select_for_update = False
        return list(rows.order_by().values_list("id", flat=True))

    def _base_rows(self) -> models.QuerySet[Any]:
        return models.QuerySet(base_of(self.model), using=self.db)


class WatchedModel(models.Model):
    """A model whose every write goes through the generation."""

    class Meta:
        abstract = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # For each subclass, since proxies send signals of their own.
        pre_save.connect(before_raw_save, sender=cls)
        post_save.connect(after_raw_save, sender=cls)
        if parents := list(_concrete_parents(cls)):
            # It may have a foreign key of its own, over which it is deleted with
            # another object, past these methods; the parents' rows go last.
            for each in (cls, *parents):
                pre_delete.connect(before_delete, sender=each)
                post_delete.connect(after_delete, sender=each)

    def save_base(
        self,
        raw: bool = False,
        force_insert: Any = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Any = None,
    ) -> None:
        using = using or router.db_for_write(type(self), instance=self)
        with writing(using, locked=False) as block:
            model, pk = type(self), _id_of(self)
            seen = {} if force_insert else block.look(model, [pk])
            given = {
                field.name: getattr(self, field.attname)
                for field in model._meta.concrete_fields
                if update_fields is None or field.name in update_fields
            }
            if not seen or would_change(model, seen.values(), given):
                block.note(model, [pk])
            else:
                # Else it would undo what another one changes meanwhile.
                update_fields = frozenset(unseen(model, given))
                block.remember(model, seen)
            super().save_base(raw, force_insert, force_update, using, update_fields)

    save_base.alters_data = True  # type: ignore[attr-defined]

    def delete(
        self, using: str | None = None, keep_parents: bool = False
    ) -> tuple[int, dict[str, int]]:
        using = using or router.db_for_write(type(self), instance=self)
        with writing(using) as block:
            note_with_items(block, type(self), [_id_of(self)])
            return super().delete(using, keep_parents)

    delete.alters_data = True  # type: ignore[attr-defined]


def would_change(
    model: type[models.Model], rows: Iterable[Seen], columns: dict[str, Any]
) -> bool:
    """Tell whether selection may see a difference if the rows get these columns."""
    watched = {
        name: value for name, value in columns.items() if name not in unseen(model, columns)
    }
    if any(hasattr(value, "resolve_expression") for value in watched.values()):
        return True
    wanted = {_attname(model, name): _key_of(value) for name, value in watched.items()}
    return any(
        getattr(row.values, name, None) != value
        for row in rows
        for name, value in wanted.items()
    )


def unseen(model: type[models.Model], columns: dict[str, Any]) -> dict[str, Any]:
    """Return those of the columns that selection does not see."""
    seen = VALUES[base_of(model).__name__]._fields
    return {
        name: value
        for name, value in columns.items()
        if _attname(model, name) not in seen
    }


def _attname(model: type[models.Model], name: str) -> str:
    if name == "pk":
        return "id"
    field: Any = model._meta.get_field(name)
    return str(field.attname)


def _key_of(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def note_with_items(block: Block, model: type[models.Model], ids: list[UUID]) -> None:
    """Remember what rows are that are to be deleted, and the items of types."""
    block.note(model, ids)
    if base_of(model).__name__ == "PluginType":
        items = apps.get_model("django_plugin_system", "PluginItem")
        for some in batches(block.using, ids):
            rows = models.QuerySet(items, using=block.using)
            of_these = rows.filter(plugin_type__in=some)
            block.note(items, of_these.values_list("id", flat=True))


def _ids(objs: Iterable[Any]) -> list[UUID]:
    return [_id_of(obj) for obj in objs]


def _id_of(row: Any) -> UUID:
    # Not pk, which in a subclass may be another one. And a copy that is to be saved has
    # none yet.
    if row.id is None:
        row.id = uuid4()
    return row.id  # type: ignore[no-any-return]  # both models have such a field


def _concrete_parents(cls: type) -> Iterator[type[WatchedModel]]:
    for base in cls.__mro__[1:]:
        if issubclass(base, WatchedModel) and not base._meta.abstract:
            yield base


def before_raw_save(*, instance: Any, raw: bool, using: str, **kwargs: object) -> None:
    """Lock the generation before the row of a fixture is written.

    Deserialized objects are saved past their class's own methods.
    """
    if raw:
        _remember(instance, using)


def after_raw_save(*, instance: Any, raw: bool, using: str, **kwargs: object) -> None:
    """Log what has become of the row of a fixture."""
    if raw:
        with acting("fixture", "loaddata"):
            _compare(instance, using)


def before_delete(*, instance: Any, using: str, **kwargs: object) -> None:
    """Lock the generation before a row is deleted; Django does so in a transaction."""
    _remember(instance, using)


def after_delete(*, instance: Any, using: str, **kwargs: object) -> None:
    """Log that a row was deleted with another object."""
    _compare(instance, using)


def _remember(instance: Any, using: str) -> None:
    if connections[using].in_atomic_block:
        lock(using)
    base, pk = base_of(type(instance)), _id_of(instance)
    vars(instance)["_seen_before"] = see(using, base, [pk]).get(pk)


def _compare(instance: Any, using: str) -> None:
    with writing(using) as block:
        pk, before = _id_of(instance), vars(instance).pop("_seen_before", None)
        block.note_as(type(instance), pk, before)
