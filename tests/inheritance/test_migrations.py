"""Migrations of an app and of those that it extends: one history, many directories."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest

from .histories import (
    CHILD,
    KEY,
    LIBRARY,
    RELEASE,
    SIZED,
    SQUASHED,
    applied,
    assert_settled,
    bare,
    columns,
    dependencies,
    make_delta,
    migration,
    migrations_of,
)
from .library import SILENT_CHILD, VOGA_CAL, config
from .projects import Project


def test_no_models_changed(project: Project):
    """A child that changes no model has its parent's history, and needs no package."""
    project.write({**LIBRARY, **SILENT_CHILD})
    site = bare(project, "voga.cal")

    site.manage("migrate", "--verbosity=0")

    assert applied(site) == ["0001_initial"]
    assert columns(site) == {"id", "name", "part_of_id"}
    assert_settled(site)
    assert not (project.root / "voga/cal/migrations").exists()
    assert "[X] 0001_initial" in site.manage("showmigrations", "cal")


def test_only_the_delta(project: Project):
    """makemigrations writes what a child adds, into the child's own package."""
    project.write({**LIBRARY, **CHILD})
    site = bare(project, "voga.cal")

    site.manage("makemigrations")

    assert migrations_of(project, "library/cal") == ["0001_initial"]
    assert migrations_of(project, "voga/cal") == ["0002_voga_room_tariff"]
    text = (project.root / "voga/cal/migrations/0002_voga_room_tariff.py").read_text()
    assert re.findall(r"migrations\.[A-Z]\w+\(", text) == ["migrations.AddField("]
    assert "library" not in text
    site.manage("migrate", "--verbosity=0")
    assert columns(site) == {"id", "name", "part_of_id", "tariff"}
    assert_settled(site)


def test_package_is_made(project: Project):
    """Without a package of its own, a child gets one; nobody writes to the parent's."""
    project.write({**LIBRARY, **VOGA_CAL})
    site = bare(project, "voga.cal")

    site.manage("makemigrations", "--skip-checks")

    assert migrations_of(project, "library/cal") == ["0001_initial"]
    assert migrations_of(project, "voga/cal") == ["0002_voga_room_tariff"]
    assert (project.root / "voga/cal/migrations/__init__.py").is_file()
    site.manage("migrate", "--verbosity=0")
    assert_settled(site)


DEPENDENT = {
    "shop/apps.py": """
        from django.apps import AppConfig

        class ShopConfig(AppConfig):
            name = "shop"
    """,
    "shop/models.py": """
        from django.db import models

        class Booking(models.Model):
            room = models.ForeignKey("cal.Room", models.CASCADE)
    """,
    "shop/migrations/0001_initial.py": migration(
        "cal.0001_initial",
        operations=f"""
        migrations.CreateModel(
            "Booking",
            fields=[
                {KEY},
                ("room", models.ForeignKey("cal.room", models.CASCADE)),
            ],
        ),
""",
    ),
}
IDENTITIES = """
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
types = ContentType.objects.filter(app_label="cal")
tell([
    sorted(types.values_list("pk", "model")),
    sorted(Permission.objects.filter(content_type__in=types)
           .values_list("pk", "codename")),
])
"""


def test_child_after_the_data(project: Project):
    """A database that the library has filled goes on with the child."""
    project.write({**LIBRARY, **CHILD, **DEPENDENT})
    parent = project.install("library.cal", "shop")
    parent.manage("migrate", "--verbosity=0")
    parent.sql("INSERT INTO cal_room (id, name) VALUES (7, 'Blue')")
    parent.sql("INSERT INTO shop_booking (id, room_id) VALUES (1, 7)")
    before = parent.ask(IDENTITIES)
    site = project.install("shop", "voga.cal")
    make_delta(project, site)

    plan = site.manage("migrate", "--plan")
    site.manage("migrate", "--verbosity=0")

    assert re.findall(r"\w+\.\d{4}_\w+", plan) == ["cal.0002_tariff"]
    assert site.ask(IDENTITIES) == before
    assert site.ask("""
        from shop.models import Booking
        booking = Booking.objects.get()
        tell([booking.room.name, booking.room.tariff, booking.room.pk])
    """) == ["Blue", 1, 7]
    assert_settled(site)


@pytest.mark.parametrize("is_old", [True, False], ids=["old", "fresh"])
def test_release_of_the_parent(project: Project, is_old: bool):
    """What a parent ships after the child's own migrations is applied with them."""
    project.write({**LIBRARY, **CHILD})
    site = bare(project, "voga.cal")
    make_delta(project, site)
    if is_old:
        site.manage("migrate", "--verbosity=0")
        site.sql("INSERT INTO cal_room (id, name, tariff) VALUES (7, 'Blue', 2)")
    project.write(RELEASE)

    assert "No changes" in site.manage("makemigrations", "--check", "--dry-run")
    site.manage("migrate", "--verbosity=0")

    assert columns(site) == {"id", "name", "part_of_id", "size", "tariff"}
    assert sorted(applied(site)) == [
        "0001_initial",
        "0002_size",
        "0002_tariff",
        "0003_fill",
    ]
    if is_old:
        assert site.sql("SELECT name, tariff, size FROM cal_room") == [("Blue", 2, 5)]
    assert_settled(site)
    assert migrations_of(project, "voga/cal") == ["0002_tariff"]


def test_next_delta(project: Project):
    """A child's next migration depends on all last ones, and is counted from them."""
    project.write({**LIBRARY, **CHILD})
    site = bare(project, "voga.cal")
    make_delta(project, site)
    project.write(RELEASE)
    models = project.root / "voga/cal/models.py"
    models.write_text(
        models.read_text() + "    seats = models.IntegerField(default=1)\n"
    )

    site.manage("makemigrations", "cal", "--name", "seats")
    site.manage("makemigrations", "cal", "--name", "nothing", "--empty")

    directory = project.root / "voga/cal/migrations"
    assert migrations_of(project, "voga/cal") == [
        "0002_tariff",
        "0004_seats",
        "0005_nothing",
    ]
    assert dependencies(directory / "0004_seats.py") == ["0002_tariff", "0003_fill"]
    assert dependencies(directory / "0005_nothing.py") == ["0004_seats"]
    site.manage("migrate", "--verbosity=0")
    assert_settled(site)


def test_backwards(project: Project):
    """All can be undone, down to zero, and done again."""
    project.write({**LIBRARY, **CHILD, **RELEASE})
    project.write({"library/cal/models.py": SIZED})
    site = bare(project, "voga.cal")
    make_delta(project, site)
    project.write(
        {
            "library/cal/migrations/0004_empty.py": migration("0003_fill"),
        }
    )
    site.manage("migrate", "--verbosity=0")

    shown = site.manage("showmigrations", "--plan")
    site.manage("migrate", "cal", "0003", "--verbosity=0")
    without = columns(site)
    site.manage("migrate", "cal", "0004_tariff", "--verbosity=0")
    only_child = applied(site)
    site.manage("migrate", "cal", "zero", "--verbosity=0")

    assert sorted(re.findall(r"\[X\]  cal\.(\w+)", shown)) == [
        "0001_initial",
        "0002_size",
        "0003_fill",
        "0004_empty",
        "0004_tariff",
    ]
    assert without == {"id", "name", "part_of_id", "size"}
    assert only_child[-1] == "0004_tariff"
    assert "0004_empty" not in only_child
    assert columns(site) == set()
    site.manage("migrate", "--verbosity=0")
    assert_settled(site)


def test_squashed_parent(project: Project):
    """A parent may squash what the child's migrations depend on."""
    project.write({**LIBRARY, **CHILD, **RELEASE})
    site = bare(project, "voga.cal")
    make_delta(project, site)
    site.manage("migrate", "--verbosity=0")
    project.write(
        {
            "library/cal/migrations/0001_squashed_0003_fill.py": migration(
                operations=SQUASHED,
                extra="replaces = [('cal', '0001_initial'), ('cal', '0002_size'), "
                "('cal', '0003_fill')]",
            )
        }
    )

    assert_settled(site)
    site.database.unlink()
    site.manage("migrate", "--verbosity=0")

    assert {*applied(site)} >= {"0001_squashed_0003_fill", "0004_tariff"}
    assert columns(site) == {"id", "name", "part_of_id", "size", "tariff"}
    assert_settled(site)


def test_delta_after_squashed(project: Project):
    """What is counted on is the number at the end of a squashed migration."""
    project.write({**LIBRARY, **CHILD, **RELEASE})
    for path in (project.root / "library/cal/migrations").glob("0*.py"):
        path.unlink()
    project.write(
        {
            "library/cal/migrations/0001_squashed_0003_fill.py": migration(
                operations=SQUASHED
            ),
            "voga/cal/migrations/0002_old.py": migration("0001_squashed_0003_fill"),
            "library/cal/migrations/0004_new.py": migration("0001_squashed_0003_fill"),
        }
    )
    site = bare(project, "voga.cal")

    make_delta(project, site)

    assert migrations_of(project, "voga/cal") == ["0002_old", "0005_tariff"]


@pytest.mark.parametrize("origin", ["library", "voga"])
def test_conflict_within_one_package(project: Project, origin: str):
    """Two last migrations in one package are still the conflict that Django reports."""
    project.write({**LIBRARY, **CHILD})
    site = bare(project, "voga.cal")
    make_delta(project, site)
    project.write(
        {
            f"{origin}/cal/migrations/0002_one.py": migration("0001_initial"),
            f"{origin}/cal/migrations/0002_two.py": migration("0001_initial"),
        }
    )

    printed = site.manage("migrate", exit_code=1)

    names = ["0002_one", "0002_tariff", "0002_two"]
    if origin == "library":
        names.remove("0002_tariff")
    assert (
        f"multiple leaf nodes in the migration graph: ({', '.join(names)} in cal)"
        in (printed)
    )


def test_conflict_elsewhere(project: Project):
    """Apps that extend nothing are as they were."""
    project.write({**LIBRARY, **CHILD, **DEPENDENT})
    project.write(
        {
            "shop/migrations/0002_one.py": migration("shop.0001_initial"),
            "shop/migrations/0002_two.py": migration("shop.0001_initial"),
        }
    )

    printed = bare(project, "voga.cal", "shop").manage("migrate", exit_code=1)

    assert (
        "multiple leaf nodes in the migration graph: (0002_one, 0002_two in shop)"
        in (printed)
    )


def test_parent_is_not_written_to(project: Project):
    """No command changes a file of the parent, which may be read-only."""
    project.write({**LIBRARY, **CHILD})
    site = bare(project, "voga.cal")
    directory = project.root / "library/cal"
    before = {path: path.stat().st_mtime_ns for path in directory.rglob("*.py")}
    for path in (directory / "migrations", directory):
        path.chmod(0o555)

    make_delta(project, site)
    site.manage("migrate", "--verbosity=0")

    for path in (directory, directory / "migrations"):
        path.chmod(0o755)
    after = {path: path.stat().st_mtime_ns for path in directory.rglob("*.py")}
    assert after == before


def test_three_levels(project: Project):
    """Each level has its own migrations, and later ones of any level are applied."""
    project.write(
        {
            **LIBRARY,
            **CHILD,
            **config("top.cal", "voga.cal", "Room"),
            "top/cal/migrations/__init__.py": "",
            "top/cal/models.py": """
                from django.db import models
                from voga.cal.models import Room

                class Room(Room):
                    floor = models.IntegerField(default=1)
            """,
        }
    )
    make_delta(project, bare(project, "voga.cal"))
    site = bare(project, "top.cal")
    make_delta(project, site, "floor")
    site.manage("migrate", "--verbosity=0")
    project.write(RELEASE)
    project.write({"voga/cal/migrations/0003_late.py": migration("0002_tariff")})

    site.manage("migrate", "--verbosity=0")

    assert migrations_of(project, "top/cal") == ["0003_floor"]
    assert applied(site)[:3] == ["0001_initial", "0002_tariff", "0003_floor"]
    assert {*applied(site)[3:]} == {"0002_size", "0003_fill", "0003_late"}
    assert_settled(site)


def test_modules_of_the_project(project: Project):
    """An app in MIGRATION_MODULES has all its migrations there, and none joined."""
    project.write({**LIBRARY, **CHILD, "kept/cal/__init__.py": ""})

    for module in ("kept.cal", "voga.cal.migrations"):
        site = bare(
            project, "voga.cal", lines=f"MIGRATION_MODULES = {{'cal': {module!r}}}"
        )
        site.manage("makemigrations", "cal", "--verbosity=0")
        assert_no_parents = site.manage("showmigrations", "cal")
        assert re.findall(r"\[.\] (\w+)", assert_no_parents) == ["0001_initial"]

    assert (project.root / "kept/cal/0001_initial.py").is_file()
    assert migrations_of(project, "voga/cal") == ["0001_initial"]


def test_parent_without_migrations(project: Project):
    """Where the parent has no migrations, the child's are its own, or none."""
    project.write({**LIBRARY, **CHILD})
    for path in (project.root / "library/cal/migrations").glob("*.py"):
        path.unlink()
    (project.root / "library/cal/migrations").rmdir()
    site = bare(project, "voga.cal")

    site.manage("makemigrations", "cal", "--verbosity=0")
    site.manage("migrate", "--verbosity=0")

    assert migrations_of(project, "voga/cal") == ["0001_initial"]
    assert_settled(site)


HISTORY = """
from django.db import migrations

def fill(apps, schema_editor):
    Room = apps.get_model("cal.Room")
    Room.objects.create(name="made", tariff=9)
    names = sorted(field.name for field in Room._meta.get_fields())
    print("FIELDS", names, Room.__module__, [each.__module__ for each in Room.__mro__])

class Migration(migrations.Migration):
    dependencies = [("cal", "0002_tariff")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
"""


def test_historical_models(project: Project):
    """Migrations see the fields of their time, and know nothing of the packages."""
    project.write({**LIBRARY, **CHILD})
    site = bare(project, "voga.cal")
    make_delta(project, site)
    project.write({"voga/cal/migrations/0003_told.py": HISTORY, **RELEASE})

    printed = site.manage("migrate", "cal", "0003_told", "--verbosity=0")
    site.manage("migrate", "--verbosity=0")

    assert (
        "FIELDS ['events', 'id', 'name', 'part_of', 'room', 'tariff'] __fake__ "
        "['__fake__', 'django.db.models.base', 'django.db.models.utils', 'builtins']"
    ) in printed
    told = site.ask("""
        from library.cal.models import Room
        tell([Room.__module__, Room.objects.get().tariff, Room.objects.get().size])
    """)
    assert told == ["voga.cal.models", 9, 5]


TESTS = dedent("""
from django.test import TestCase
from library.cal.models import Room

class RoomTests(TestCase):
    def test_tariff(self):
        self.assertEqual(Room.objects.create(name="A").tariff, 1)

class OtherTests(TestCase):
    def test_size(self):
        self.assertEqual(Room.objects.create(name="A").size, 0)

    def test_pickled(self):
        with self.subTest("fails"):
            Room.objects.create(name="B").refresh_from_db()
""")


@pytest.mark.parametrize(
    "options",
    [
        pytest.param([], id="one-process"),
        pytest.param(["--parallel=2"], id="parallel"),
    ],
)
def test_test_databases(project: Project, options: list[str]):
    """Test databases are made of the migrations of all."""
    project.write({**LIBRARY, **CHILD, "voga/cal/tests.py": TESTS})
    site = bare(project, "voga.cal")
    make_delta(project, site)
    project.write(RELEASE)

    printed = site.manage("test", "voga.cal", *options)

    assert "Ran 3 tests" in printed
    assert "OK" in printed
