"""Migrations of a library and its children, and what came of them."""

from __future__ import annotations

import re
from pathlib import Path

from .library import UNAWARE_CAL, VOGA_CAL
from .projects import Project

KEY = '("id", models.BigAutoField(primary_key=True, auto_created=True, '
KEY += 'serialize=False, verbose_name="ID"))'
INITIAL = f"""
        migrations.CreateModel(
            "Room",
            fields=[
                {KEY},
                ("name", models.CharField(max_length=50)),
                ("part_of", models.ForeignKey(
                    "cal.room", models.CASCADE, null=True)),
            ],
            options={{"ordering": ["name"], "verbose_name": "room"}},
        ),
        migrations.CreateModel(
            "Event",
            fields=[
                {KEY},
                ("title", models.CharField(max_length=50)),
                ("room", models.ForeignKey(
                    "cal.room", models.CASCADE, related_name="events")),
            ],
        ),
"""
SIZE = """
        migrations.AddField("Room", "size", models.IntegerField(default=0)),
"""
FILL = """
        migrations.RunPython(
            lambda apps, editor: apps.get_model("cal.Room").objects.update(size=5),
            migrations.RunPython.noop,
        ),
"""
# The same, but for models that the child has changed too.
SQUASHED = f"{INITIAL}{SIZE}"


def migration(*dependencies: str, operations: str = "", extra: str = "") -> str:
    """Return the text of a migration that depends on others of its app, by name."""
    keys = [
        ("cal", name) if "." not in name else tuple(name.split("."))
        for name in dependencies
    ]
    return (
        "from django.db import migrations, models\n\n"
        "class Migration(migrations.Migration):\n"
        f"    dependencies = {keys!r}\n"
        f"    {extra}\n"
        f"    operations = [{operations}    ]\n"
    )


LIBRARY = {
    **UNAWARE_CAL,
    "library/cal/migrations/__init__.py": "",
    "library/cal/migrations/0001_initial.py": migration(operations=INITIAL),
    "bare_urls.py": "urlpatterns = []",
}
CHILD = {**VOGA_CAL, "voga/cal/migrations/__init__.py": ""}
SIZED = UNAWARE_CAL["library/cal/models.py"].replace(
    "            part_of",
    "            size = models.IntegerField(default=0)\n            part_of",
    1,
)
# What the library's next release brings.
RELEASE = {
    "library/cal/models.py": SIZED,
    "library/cal/migrations/0002_size.py": migration("0001_initial", operations=SIZE),
    "library/cal/migrations/0003_fill.py": migration("0002_size", operations=FILL),
}


def bare(project: Project, *apps: str, lines: str = "") -> Project:
    """Return the site with these apps only, so that it migrates quickly."""
    return project.install(
        lines=f"INSTALLED_APPS = {apps!r}\nMIDDLEWARE = []\n"
        f"ROOT_URLCONF = 'bare_urls'\n{lines}"
    )


def migrations_of(project: Project, package: str) -> list[str]:
    """Return the names of the migrations in a package's directory."""
    directory = project.root / package / "migrations"
    return sorted(path.stem for path in directory.glob("[0-9]*.py"))


def columns(project: Project) -> set[object]:
    return {row[1] for row in project.sql("PRAGMA table_info(cal_room)")}


def applied(project: Project) -> list[object]:
    rows = project.sql("SELECT name FROM django_migrations WHERE app='cal' ORDER BY id")
    return [name for (name,) in rows]


def assert_settled(site: Project) -> None:
    """Nothing is left to write or to apply."""
    assert "No changes" in site.manage("makemigrations", "--check", "--dry-run")
    site.manage("migrate", "--check")


def make_delta(project: Project, site: Project, name: str = "tariff") -> None:
    site.manage("makemigrations", "cal", "--name", name, "--verbosity=0")


def dependencies(path: Path) -> list[str]:
    return sorted(re.findall(r"\(['\"]cal['\"], ['\"](\w+)['\"]\)", path.read_text()))
