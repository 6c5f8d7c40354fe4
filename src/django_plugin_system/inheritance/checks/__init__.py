"""What would otherwise be silent, or obscure, where apps extend others."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.checks import CheckMessage

from .configs import check_configs, check_needs, check_not_inherited, check_seams
from .migrations import check_columns, check_migrations
from .models import (
    check_extends_models,
    check_models_are_made,
    check_models_derive,
    check_stale_references,
)
from .resources import check_hidden_modules, check_left_out


def check_all() -> Iterator[CheckMessage]:
    """Yield what is wrong, as far as it can be told without a database."""
    for check in (
        check_configs,
        check_extends_models,
        check_models_are_made,
        check_models_derive,
        check_stale_references,
        check_needs,
        check_not_inherited,
        check_hidden_modules,
        check_left_out,
        check_migrations,
        check_seams,
    ):
        yield from check()


def check_database(using: str) -> Iterator[CheckMessage]:
    """Yield what is wrong in a database."""
    yield from check_columns(using)
