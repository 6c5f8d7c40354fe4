"""Models whose every write starts a new generation, if selection sees a difference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connections, models, router
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save

from .generation import lock_generation, writing


class WatchedQuerySet(models.QuerySet[Any]):
    """Writes as the only writer, and starts a new generation with each change."""

    def update(self, **kwargs: Any) -> int:
        with writing(self._write_to()):
            return super().update(**kwargs)

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Any]:
        with writing(self._write_to()):
            return super().bulk_create(*args, **kwargs)

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        with writing(self._write_to()):
            return super().bulk_update(*args, **kwargs)

    def update_or_create(self, *args: Any, **kwargs: Any) -> tuple[Any, bool]:
        # It locks the row that it finds.
        with writing(self._write_to()):
            return super().update_or_create(*args, **kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        with writing(self._write_to()):
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
            lock_generation(self.db, nowait=query.select_for_update_nowait)

    def _write_to(self) -> str:
        self._for_write = True
        return self.db


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
        with writing(using):
            super().save_base(raw, force_insert, force_update, using, update_fields)

    save_base.alters_data = True  # type: ignore[attr-defined]

    def delete(
        self, using: str | None = None, keep_parents: bool = False
    ) -> tuple[int, dict[str, int]]:
        using = using or router.db_for_write(type(self), instance=self)
        with writing(using):
            return super().delete(using, keep_parents)

    delete.alters_data = True  # type: ignore[attr-defined]


def _concrete_parents(cls: type) -> Iterator[type[WatchedModel]]:
    for base in cls.__mro__[1:]:
        if issubclass(base, WatchedModel) and not base._meta.abstract:
            yield base


def before_raw_save(*, raw: bool, using: str, **kwargs: object) -> None:
    """Lock the generation before the row of a fixture is written.

    Deserialized objects are saved past their class's own methods.
    """
    if raw and connections[using].in_atomic_block:
        lock_generation(using)


def after_raw_save(*, raw: bool, using: str, **kwargs: object) -> None:
    """Start a new generation for the row of a fixture."""
    if raw:
        with writing(using):
            """Nothing is left to do but to compare."""


def before_delete(*, using: str, **kwargs: object) -> None:
    """Lock the generation before a row is deleted; Django does so in a transaction."""
    lock_generation(using)


def after_delete(*, using: str, **kwargs: object) -> None:
    """Start a new generation for a row that was deleted with another object."""
    with writing(using):
        """Nothing is left to do but to compare."""
