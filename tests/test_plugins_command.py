"""The plugins command."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from django_plugin_system.models import Generation

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("plugins", *arguments, stdout=out)
    return out.getvalue()


def test_refresh():
    """A new generation starts, and the command names it."""
    before = Generation.objects.get().token

    printed = run("refresh")

    after = Generation.objects.get().token
    assert after != before
    assert printed == (
        f"Generation {after} has started in database 'default'; every process reads "
        "its rows again.\n"
    )


def test_freshness():
    """The generation in the database, and that of this process."""
    token = Generation.objects.get().token

    assert run("freshness") == (
        "database:    default\n"
        f"generation:  {token}\n"
        f"process:     {token}\n"
        "types:       1\n"
        "items:       3\n"
    )
    assert json.loads(run("freshness", "--format", "json")) == {
        "database": "default",
        "generation": str(token),
        "process": str(token),
        "types": "1",
        "items": "3",
    }


def test_freshness_without_a_generation():
    """A flushed database has none until the next write."""
    Generation.objects.all().delete()

    facts = json.loads(run("freshness", "--format", "json"))

    assert (facts["generation"], facts["process"]) == (None, None)


def test_without_tables():
    """What to do first is said."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_plugin_system_generation RENAME TO away")

    with pytest.raises(CommandError) as excinfo:
        run("refresh")

    assert str(excinfo.value) == (
        "Database 'default' has no tables for plugins yet. "
        "Run 'manage.py migrate --database default' first."
    )
