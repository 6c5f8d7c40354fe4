"""Models whose every write starts a new generation, if selection sees a difference."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models, router

from .generation import start_generation, writing

# Changes of more rows than that are not compared, but taken for changes.
COMPARED = 1000


class WatchedQuerySet(models.QuerySet[Any]):
    """Starts a new generation with every write that changes what selection sees."""

    def update(self, **kwargs: Any) -> int:
        if not self.model.sees(kwargs):
            return super().update(**kwargs)
        using = self._write_to()
        with writing(using):
            before = self.seen()
            count = super().update(**kwargs)
            if self._has_changed(before):
                start_generation(using)
        return count

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        objs = list(objs)
        using = self._write_to()
        with writing(using):
            every = self.model._base_manager.using(using).all()
            may_conflict = kwargs.get("ignore_conflicts") or kwargs.get(
                "update_conflicts"
            )
            before = every.seen() if may_conflict else {}
            created = super().bulk_create(objs, *args, **kwargs)
            if objs and not (may_conflict and every.all().seen() == before):
                start_generation(using)
        return created

    def delete(self) -> tuple[int, dict[str, int]]:
        using = self._write_to()
        with writing(using):
            deleted = super().delete()
            if deleted[0]:
                start_generation(using)
        return deleted

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def _write_to(self) -> str:
        self._for_write = True
        return self.db

    def seen(self) -> dict[Any, tuple[Any, ...]]:
        """Return what selection sees of each row, by primary key; lock the rows."""
        # In a query of its own, since groups and distinct rows cannot be locked. FOR
        # UPDATE also makes MariaDB show the latest rows, not an older view of them.
        rows = self.model._base_manager.using(self.db)
        rows = rows.filter(pk__in=self.order_by().values("pk")).select_for_update()
        values = rows.values_list("pk", *self.model.SEEN)
        return {pk: tuple(seen) for pk, *seen in values.iterator()}

    def _has_changed(self, before: dict[Any, tuple[Any, ...]]) -> bool:
        if len(before) > COMPARED:
            return True
        rows: Any = self.model._base_manager.using(self.db)
        after: dict[Any, tuple[Any, ...]] = rows.filter(pk__in=list(before)).seen()
        return after != before


class WatchedModel(models.Model):
    """A model whose every write goes through the generation."""

    SEEN: ClassVar[tuple[str, ...]]
    """The columns that selection sees."""

    class Meta:
        abstract = True

    @classmethod
    def sees(cls, names: Iterable[str]) -> bool:
        """Tell whether selection sees any of these fields."""
        return not {name.removesuffix("_id") for name in names}.isdisjoint(cls.SEEN)

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        update_fields = kwargs.get("update_fields")
        if update_fields is not None and not self.sees(update_fields):
            super().save_base(*args, **kwargs)
            return
        using = kwargs.get("using") or router.db_for_write(type(self), instance=self)
        with writing(using):
            own: Any = type(self)._base_manager.using(using).filter(pk=self.pk)
            before = own.seen()
            super().save_base(*args, **kwargs)
            if own.all().seen() != before:
                start_generation(using)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        using = kwargs.get("using") or router.db_for_write(type(self), instance=self)
        with writing(using):
            deleted = super().delete(*args, **kwargs)
            start_generation(using)
        return deleted

    delete.alters_data = True  # type: ignore[attr-defined]


def after_raw_save(*, raw: bool, using: str, **kwargs: object) -> None:
    """Start a new generation for a loaded fixture; a receiver of post_save.

    Deserialized objects are saved past their class's own methods.
    """
    if raw:
        with writing(using):
            start_generation(using)
