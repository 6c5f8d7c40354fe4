"""The one row that tells whether plugin rows have changed.

Every change starts a new generation in its own transaction, so that the token and the
rows become visible to others at the same moment. Writers lock the generation before
they touch rows: so they cannot deadlock over them, and none can change a row between
another's look at it and its write.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

from django.db import connections, models, transaction
from django.db.models import F

from ..own_writes import own_writes

ONLY_ID = 1


class Generation(models.Model):
    """A random token, never a counter: a flushed database must not repeat one."""

    id = models.SmallIntegerField(primary_key=True, default=ONLY_ID)
    token = models.UUIDField()

    def __str__(self) -> str:
        return str(self.token)


def find_token(using: str) -> UUID | None:
    """Return the token of the generation that ``using`` shows now, or None."""
    tokens = Generation.objects.using(using).filter(pk=ONLY_ID)
    return tokens.values_list("token", flat=True).first()


def lock_generation(using: str) -> None:
    """Make other writers of plugin rows wait until the open transaction has ended."""
    # An UPDATE takes the lock on every database; SQLite knows no SELECT FOR UPDATE,
    # and would refuse to write after a read that another process has outdated.
    rows = Generation.objects.using(using)
    if not rows.filter(pk=ONLY_ID).update(token=F("token")):
        # The first writer of all, or after a flush. Others wait here for the insert.
        rows.bulk_create([Generation(token=uuid4())], ignore_conflicts=True)
        rows.filter(pk=ONLY_ID).update(token=F("token"))


def start_generation(using: str) -> None:
    """Start a new generation in the transaction that is open."""
    features = connections[using].features
    target = features.supports_update_conflicts_with_target
    Generation.objects.using(using).bulk_create(
        [Generation(token=uuid4())],
        update_conflicts=True,
        update_fields=["token"],
        unique_fields=["id"] if target else None,
    )


@contextmanager
def writing(using: str) -> Iterator[None]:
    """Run the block in a transaction, as the only writer of plugin rows."""
    with transaction.atomic(using=using, savepoint=False):
        own_writes.note(using)
        lock_generation(using)
        yield
