"""What makemigrations and squashmigrations write for an app that extends another."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest

from .histories import (
    CHILD,
    KEY,
    LIBRARY,
    RELEASE,
    applied,
    assert_settled,
    bare,
    columns,
    dependencies,
    make_delta,
    migration,
    migrations_of,
)
from .library import config
from .projects import Project


def add_line(project: Project, name: str, line: str) -> None:
    """Add a line to the last class in a file of the project."""
    path = project.root / name
    path.write_text(f"{path.read_text().rstrip()}\n    {line}\n")


SEATS = "seats = models.IntegerField(default=1)"
TARIFFS = """
    from django.db import models
    from library.cal.models import Room

    class Room(Room):
        tariff = models.IntegerField(default=1)

    class Tariff(models.Model):
        pass
"""


# Names


def test_names_say_whose(project: Project):
    """Suggested names carry the child's package, given ones do not, and none twice."""
    project.write(
        {
            **LIBRARY,
            **CHILD,
            "voga/cal/models.py": TARIFFS.replace("class Tariff", "class Voga"),
        }
    )
    site = bare(project, "voga.cal")

    site.manage("makemigrations", "cal", "--verbosity=0")
    add_line(project, "voga/cal/models.py", SEATS)
    site.manage("makemigrations", "cal", "--verbosity=0", "--name=given")
    site.manage("makemigrations", "cal", "--verbosity=0", "--empty")

    first, second, third = migrations_of(project, "voga/cal")
    assert first == "0002_voga_room_tariff"
    assert second == "0003_given"
    assert re.fullmatch(r"0004_voga_auto_\d+_\d+", third)


def test_names_are_not_too_long(project: Project):
    """Django cuts what it suggests, and so it does with the package before it."""
    package = "v" * 90
    site = bare(project, f"{package}.cal")
    project.write(
        {
            **LIBRARY,
            **{
                name.replace("voga", package): text.replace("voga", package)
                for name, text in CHILD.items()
            },
        }
    )

    site.manage("makemigrations", "cal", "--verbosity=0")

    assert migrations_of(project, f"{package}/cal") == [f"0002_{package}_room_tari"]


def test_names_within_one_package(project: Project):
    """Where child and parent share the first part, all of the package is in it."""
    project.write(
        {
            **LIBRARY,
            **config("library.site.cal", "library.cal", "Room"),
            "library/site/cal/models.py": CHILD["voga/cal/models.py"],
            "library/site/cal/migrations/__init__.py": "",
        }
    )

    bare(project, "library.site.cal").manage("makemigrations", "cal", "--verbosity=0")

    assert migrations_of(project, "library/site/cal") == [
        "0002_library_site_cal_room_tariff"
    ]


def test_names_of_others(project: Project):
    """An app that extends nothing, or has MIGRATION_MODULES, has Django's names."""
    project.write({**LIBRARY, **CHILD, "kept/__init__.py": ""})
    add_line(project, "library/cal/models.py", SEATS)
    lines = 'MIGRATION_MODULES = {"cal": "kept"}'

    bare(project, "library.cal").manage("makemigrations", "cal", "--verbosity=0")
    elsewhere = bare(project, "voga.cal", lines=lines)
    elsewhere.manage("makemigrations", "cal", "--verbosity=0")
    add_line(project, "voga/cal/models.py", SEATS)
    elsewhere.manage("makemigrations", "cal", "--verbosity=0")

    assert migrations_of(project, "library/cal")[1:] == ["0002_event_seats"]
    kept = [path.stem for path in (project.root / "kept").glob("0*.py")]
    assert sorted(kept) == ["0001_initial", "0002_room_seats"]


# Files of the parent


def test_update_of_the_childs(project: Project):
    """--update goes on with the child's last migration, if that is the last of all."""
    project.write({**LIBRARY, **CHILD})
    site = bare(project, "voga.cal")
    site.manage("makemigrations", "cal", "--verbosity=0")
    add_line(project, "voga/cal/models.py", SEATS)

    site.manage("makemigrations", "cal", "--update", "--verbosity=0")

    assert migrations_of(project, "voga/cal") == ["0002_voga_room_tariff_room_seats"]
    site.manage("migrate", "--verbosity=0")
    assert columns(site) == {"id", "name", "part_of_id", "tariff", "seats"}
    assert_settled(site)


@pytest.mark.parametrize("has_own", [True, False], ids=["own", "none"])
def test_update_of_the_parents(project: Project, has_own: bool):
    """--update is refused where it would write a parent's migration once more."""
    project.write({**LIBRARY, **CHILD})
    site = bare(project, "voga.cal")
    if has_own:
        make_delta(project, site)
        add_line(project, "voga/cal/models.py", SEATS)
        project.write(RELEASE)
    before = {path: path.read_text() for path in project.root.rglob("*.py")}
    last = "0003_fill" if has_own else "0001_initial"

    printed = site.manage("makemigrations", "cal", "--update", exit_code=1)

    assert printed.endswith(
        f"CommandError: {project.root}/library/cal/migrations/{last}.py is a migration "
        "of library.cal, which voga.cal extends but does not change, so nothing was "
        "written. Have 'manage.py makemigrations cal', without --update, write one of "
        "voga.cal.\n"
    )
    assert before == {path: path.read_text() for path in project.root.rglob("*.py")}


def test_optimized_parents(project: Project):
    """Nor does optimizemigration write a copy of a parent's into the child's."""
    project.write({**LIBRARY, **CHILD})
    twice = """
        migrations.AddField("Event", "a", models.IntegerField(default=0)),
        migrations.RemoveField("Event", "a"),
"""
    name = "library/cal/migrations/0002_twice.py"
    project.write({name: migration("0001_initial", operations=twice)})

    printed = bare(project, "voga.cal").manage(
        "optimizemigration", "cal", "0002", exit_code=1
    )

    assert f"{name} is a migration of library.cal" in printed
    assert migrations_of(project, "voga/cal") == []


def test_written_by_a_script(project: Project):
    """A migration that comes from no file is nobody's but the child's."""
    project.write({**LIBRARY, **CHILD})

    told = bare(project, "voga.cal").ask("""
        from django.db.migrations import Migration
        from django.db.migrations.loader import MigrationLoader
        from django.db.migrations.writer import MigrationWriter
        MigrationLoader(None)
        mine = type("Migration", (Migration,), {"__module__": "__main__"})
        tell(MigrationWriter(mine("0002_mine", "cal")).path)
    """)

    assert told == str(project.root / "voga/cal/migrations/0002_mine.py")


WIDER = """
        migrations.AlterField("Event", "size", models.BigIntegerField(default=0)),
"""
# The library adds a field after the child's first, and the child's second alters it.
INTERLEAVED = {
    **LIBRARY,
    **CHILD,
    **config("voga.cal", "library.cal", "Room", "Event"),
    "library/cal/migrations/0002_zeats.py": migration(
        "0001_initial",
        operations="""
        migrations.AddField("Event", "size", models.IntegerField(default=0)),
""",
    ),
    "library/cal/models.py": f"{LIBRARY['library/cal/models.py'].rstrip()}\n"
    "            size = models.IntegerField(default=0)\n",
    "voga/cal/migrations/0002_tariff.py": migration(
        "0001_initial",
        operations="""
        migrations.AddField("Room", "tariff", models.IntegerField(default=1)),
""",
    ),
    "voga/cal/migrations/0003_wider.py": migration(
        "0002_tariff", "0002_zeats", operations=WIDER
    ),
    "voga/cal/models.py": """
        from django.db import models
        from library.cal.models import Event, Room

        class Room(Room):
            tariff = models.IntegerField(default=1)

        class Event(Event):
            size = models.BigIntegerField(default=0)
    """,
}
SQUASHED = "0002_tariff_squashed_0003_wider"


@pytest.mark.parametrize("start", [["0002_tariff"], []], ids=["start", "all"])
def test_squashed(project: Project, start: list[str]):
    """A squash holds the child's own, and depends on what of the parent they need."""
    project.write(INTERLEAVED)
    site = bare(project, "voga.cal")
    name = SQUASHED if start else "0001_squashed_0003_wider"
    directory = project.root / "voga/cal/migrations"
    site.manage("migrate", "--verbosity=0")

    site.manage("squashmigrations", "--noinput", "cal", *start, "0003")
    assert_settled(site)
    # As in Django's own instructions, all databases are to have it on record.
    site.manage("migrate", "--verbosity=0")
    text = (directory / f"{name}.py").read_text()
    replaces = "[('cal', '0002_tariff'), ('cal', '0003_wider')]"
    for done in ("0002_tariff", "0003_wider"):
        (directory / f"{done}.py").unlink()
    (directory / f"{name}.py").write_text(text.replace(f"replaces = {replaces}", ""))

    assert f"replaces = {replaces}" in text
    assert text.count("migrations.A") == 2
    assert dependencies(directory / f"{name}.py") == ["0001_initial", "0002_zeats"]
    assert_settled(site)
    site.database.unlink()
    site.manage("migrate", "--verbosity=0")
    assert applied(site) == ["0001_initial", "0002_zeats", name]
    assert_settled(site)


def test_squash_of_an_app_that_extends_none(project: Project):
    """A library squashes its own as ever."""
    project.write({**LIBRARY, **RELEASE})

    bare(project, "library.cal").manage("squashmigrations", "--noinput", "cal", "0002")

    assert "0001_squashed_0002_size" in migrations_of(project, "library/cal")


def test_squash_of_the_parents(project: Project):
    """A child does not squash what is its parent's."""
    project.write(INTERLEAVED)

    printed = bare(project, "voga.cal").manage(
        "squashmigrations", "--noinput", "cal", "0002_zeats", exit_code=1
    )

    assert "0002_zeats.py is a migration of library.cal" in printed


# Dependencies of other apps


BOOKING = {
    "booking/models.py": """
        from django.db import models

        class Booking(models.Model):
            what = models.ForeignKey("cal.{}", models.CASCADE)
    """,
    "booking/migrations/__init__.py": "",
}


@pytest.mark.parametrize(
    ("model", "last"),
    [
        pytest.param("Room", ["0003_fill"], id="parents"),
        pytest.param("Tariff", ["0002_tariff"], id="childs"),
        pytest.param("Hall", ["0002_tariff"], id="renamed"),
    ],
)
def test_key_to_a_lineage(project: Project, model: str, last: list[str]):
    """Another app depends on the last migration of the package that made the model."""
    rename = """
        migrations.CreateModel("Tariff", fields=[{KEY}]),
        migrations.SeparateDatabaseAndState(state_operations=[
            migrations.CreateModel("Halle", fields=[{KEY}])]),
        migrations.RenameModel("Halle", "Hall"),
        migrations.AddField("Room", "tariff", models.IntegerField(default=1)),
        migrations.RunPython(migrations.RunPython.noop),
""".replace("{KEY}", KEY)
    project.write(
        {
            **LIBRARY,
            **CHILD,
            **RELEASE,
            **{name: text.format(model) for name, text in BOOKING.items()},
            "voga/cal/migrations/0002_tariff.py": migration(
                "0001_initial", operations=rename
            ),
            "voga/cal/models.py": TARIFFS
            + "\n    class Hall(models.Model):\n        pass\n",
        }
    )
    # What is not written yet counts for those who need it only.
    add_line(project, "voga/cal/models.py", SEATS)
    site = bare(project, "voga.cal", "booking")

    site.manage("makemigrations", "booking", "--verbosity=0")

    file = project.root / "booking/migrations/0001_initial.py"
    assert dependencies(file) == last
    if model == "Room":
        plain = bare(project, "library.cal", "booking")
        plain.manage("migrate", "--verbosity=0")
        assert_settled(plain)


def test_key_to_a_new_model(project: Project):
    """A model that is made in the same run is made before those that refer to it."""
    project.write(
        {
            **LIBRARY,
            **CHILD,
            **{name: text.format("Tariff") for name, text in BOOKING.items()},
            "voga/cal/models.py": TARIFFS,
            "zoo/models.py": """
                from django.db import models

                class Animal(models.Model):
                    pass
            """,
            "zoo/migrations/0001_initial.py": migration(
                operations=f'migrations.CreateModel("Animal", fields=[{KEY}]),'
            ),
            # So that the app's history is not of its own migrations only.
            "library/cal/migrations/0002_zoo.py": migration(
                "0001_initial", "zoo.0001_initial"
            ),
        }
    )
    animal = 'animal = models.ForeignKey("zoo.Animal", models.CASCADE)'
    add_line(project, "booking/models.py", animal)
    site = bare(project, "voga.cal", "booking", "zoo")

    site.manage("makemigrations", "--verbosity=0")

    [name] = migrations_of(project, "voga/cal")
    file = project.root / "booking/migrations/0001_initial.py"
    assert dependencies(file) == [name]
    assert "('zoo', '0001_initial')" in file.read_text()
    site.manage("migrate", "--verbosity=0")
    assert_settled(site)


def test_latest_and_first(project: Project):
    """Written by hand, they mean all last ones, and the first of the lineage."""
    project.write(
        {
            **LIBRARY,
            **CHILD,
            "voga/cal/migrations/0002_tariff.py": migration("0001_initial"),
            "library/cal/migrations/0002_x.py": migration("0001_initial"),
            "booking/migrations/0001_initial.py": migration("cal.__latest__"),
            "booking/migrations/0002_again.py": migration(
                "booking.0001_initial", "zoo.__latest__"
            ),
            "zoo/migrations/0001_initial.py": migration("cal.__first__"),
        }
    )
    site = bare(project, "voga.cal", "booking", "zoo")

    booked = site.manage("migrate", "booking", "0001", "--plan", "--skip-checks")
    shown = site.manage("migrate", "zoo", "--plan", "--skip-checks")

    assert re.findall(r"\w+\.\d{4}_\w+", booked) == [
        "cal.0001_initial",
        "cal.0002_tariff",
        "cal.0002_x",
        "booking.0001_initial",
    ]
    assert re.findall(r"\w+\.\d{4}_\w+", shown) == [
        "cal.0001_initial",
        "zoo.0001_initial",
    ]
    site.manage("migrate", "--verbosity=0", "--skip-checks")
    project.write({"library/cal/migrations/0003_y.py": migration("0002_x")})
    assert "cal.0003_y" in site.manage("migrate", "--plan", "--skip-checks")


# What the parent has left undone


PENDING = """
        class Tag(models.Model):
            pass
"""


def test_pending_changes_of_the_parent(project: Project):
    """Nobody gets the library's own changes into the child's without being told."""
    project.write({**LIBRARY, **CHILD})
    path = project.root / "library/cal/models.py"
    add_line(project, "library/cal/models.py", SEATS)
    path.write_text(f"{path.read_text()}\n\nclass Tag(models.Model):\n    pass\n")
    site = bare(project, "voga.cal")

    checked = site.check()
    printed = site.manage("makemigrations", "cal", "--dry-run")

    assert "library.cal" not in checked
    assert (
        "The new migration of voga.cal has changes of models that library.cal alone "
        "defines: Tag, event. When library.cal ships a migration for them itself, both "
        "will make the same, and fail. If library.cal is yours, make its migration "
        "first, with settings that install it: 'manage.py makemigrations cal "
        "--settings ...'. If it is not, ask for one.\n" in printed
    )
    bare(project, "library.cal").manage("makemigrations", "cal", "--verbosity=0")
    quiet = site.manage("makemigrations", "cal")
    assert "alone defines" not in quiet
    assert migrations_of(project, "voga/cal") == ["0003_voga_room_tariff"]


def test_pending_changes_with_update(project: Project):
    """What is in the child's migration already is not told of again."""
    project.write({**LIBRARY, **CHILD})
    add_line(project, "library/cal/models.py", SEATS)
    site = bare(project, "voga.cal")
    first = site.manage("makemigrations", "cal", "--name=first")
    add_line(project, "voga/cal/models.py", SEATS)

    second = site.manage("makemigrations", "cal", "--update", "--name=second")
    add_line(project, "library/cal/models.py", SEATS.replace("seats", "rows"))
    third = site.manage("makemigrations", "cal", "--update", "--name=third")

    told = "models that library.cal alone defines: event"
    assert told in first
    assert told not in second
    assert told in third


def test_model_that_the_parent_has_taken_out(project: Project):
    """A table of the library is not dropped by the child without being told."""
    project.write({**LIBRARY, **CHILD})
    path = project.root / "library/cal/models.py"
    path.write_text(path.read_text().partition("class Event")[0])

    printed = bare(project, "voga.cal").manage("makemigrations", "cal", "--dry-run")

    assert "- Delete model Event" in printed
    assert "models that library.cal alone defines: Event." in printed


def test_no_model_at_all(project: Project):
    """Operations on no model, or on one that is gone, are nobody's pending change."""
    project.write(
        {
            **LIBRARY,
            **CHILD,
            "voga/cal/models.py": TARIFFS,
        }
    )
    site = bare(project, "voga.cal")
    site.manage("makemigrations", "cal", "--verbosity=0")
    project.write({"voga/cal/models.py": CHILD["voga/cal/models.py"]})

    printed = site.manage("makemigrations", "cal", "--empty")
    printed += site.manage("makemigrations", "cal")

    assert "- Delete model Tariff" in printed
    assert "alone defines" not in printed


NAME = "name = models.CharField(max_length=50)"
META = 'verbose_name = "room"'
# What the library changes without a migration, by what it is told as.
UNSHIPPED = {
    "Room.seats": (NAME, f"{NAME}\n            {SEATS}"),
    "Room.name": (NAME, "name = models.CharField(max_length=60)"),
    "Room.verbose_name": (META, 'verbose_name = "hall"'),
    "Room.permissions": (META, f'{META}\n                permissions = [("a", "b")]'),
    "Room.db_table": (META, f'{META}\n                db_table = "rooms"'),
    "Room.unique_together": (
        META,
        f'{META}\n                unique_together = [("name", "part_of")]',
    ),
    "Room.indexes": (
        META,
        f'{META}\n                indexes = [models.Index(fields=["name"])]',
    ),
    "Room.constraints": (
        META,
        f"{META}\n                constraints = [models.UniqueConstraint("
        'fields=["name"], name="%(class)s_name")]',
    ),
    "Room.managers": (
        "class RoomManager(models.Manager):",
        "class RoomManager(models.Manager):\n            use_in_migrations = True\n",
    ),
    "Room.ordering, Room.verbose_name": (
        f'ordering = ["name"]\n                {META}',
        "pass",
    ),
}


@pytest.mark.parametrize("what", UNSHIPPED)
def test_pending_changes_in_a_model_that_is_extended(project: Project, what: str):
    """The parent's part of it is told of, and what the child has is not."""
    project.write({**LIBRARY, **CHILD})
    old, new = UNSHIPPED[what]
    models = LIBRARY["library/cal/models.py"]
    assert old in models
    project.write({"library/cal/models.py": models.replace(old, new, 1)})
    site = bare(project, "voga.cal")

    printed = site.manage("makemigrations", "cal", "--dry-run", "--verbosity=0")

    assert printed == (
        "The new migration of voga.cal has changes that library.cal makes in models "
        f"which voga.cal extends: {what}. When library.cal ships a migration for them "
        "itself, both will make the same, and fail. If library.cal is yours, make its "
        "migration first, with settings that install it: 'manage.py makemigrations cal "
        "--settings ...'. If it is not, ask for one.\n"
    )
    if what != "Room.managers":
        bare(project, "library.cal").manage("makemigrations", "cal", "--verbosity=0")
        quiet = site.manage("makemigrations", "cal", "--verbosity=0")
        assert quiet == ""


def test_changes_of_the_childs_own(project: Project):
    """What the child says otherwise than its parent is nobody's pending change."""
    project.write({**LIBRARY, **CHILD})
    project.write(
        {
            "voga/cal/models.py": """
                from django.db import models
                from library.cal.models import Room

                class RoomManager(models.Manager):
                    use_in_migrations = True

                class Room(Room):
                    name = models.CharField(max_length=99)
                    part_of = None
                    objects = RoomManager()

                    class Meta:
                        verbose_name = "hall"
                        indexes = [models.Index(fields=["name"])]
                        unique_together = [("name", "id")]
            """
        }
    )
    site = bare(project, "voga.cal")

    first = site.manage("makemigrations", "cal", "--verbosity=0")
    # The manager is in a migration by now.
    kept = "\n        class RoomManager(models.Manager): pass\n"
    project.write({"voga/cal/models.py": CHILD["voga/cal/models.py"] + kept})
    second = site.manage("makemigrations", "cal", "--verbosity=0", "--skip-checks")

    assert (first, second) == ("", "")
    assert len(migrations_of(project, "voga/cal")) == 2


DERIVED = """
        class Suite(Room):
            beds = models.IntegerField(default=2)

            class Meta:
                verbose_name = "suite"
"""


def test_pending_changes_of_a_model_that_derives(project: Project):
    """One of the library alone is told of, also if its base is extended."""
    models = LIBRARY["library/cal/models.py"] + DERIVED
    project.write({**LIBRARY, **CHILD, "library/cal/models.py": models})
    site = bare(project, "voga.cal")

    new = site.manage("makemigrations", "cal", "--dry-run", "--verbosity=0")
    bare(project, "library.cal").manage("makemigrations", "cal", "--verbosity=0")
    quiet = site.manage("makemigrations", "cal", "--dry-run", "--verbosity=0")
    more = models.replace("default=2", "default=3").replace('"suite"', '"suites"')
    project.write({"library/cal/models.py": more})
    changed = site.manage("makemigrations", "cal", "--dry-run", "--verbosity=0")

    assert "models that library.cal alone defines: Suite. When" in new
    assert quiet == ""
    assert changed.startswith(
        "The new migration of voga.cal has changes of models that library.cal alone "
        "defines: suite. When"
    )


def test_pending_changes_in_between(project: Project):
    """Each parent of several is told of its own part."""
    top = {
        **config("top.cal", "voga.cal", "Room"),
        "top/cal/migrations/__init__.py": "",
        "top/cal/models.py": """
            from django.db import models
            from voga.cal.models import Room

            class Room(Room):
                top = models.IntegerField(default=1)
        """,
    }
    project.write({**LIBRARY, **CHILD, **top})
    models = LIBRARY["library/cal/models.py"].replace(NAME, f"{NAME}; {SEATS}", 1)
    project.write({"library/cal/models.py": models})
    site = bare(project, "top.cal")

    both = site.manage("makemigrations", "cal", "--dry-run", "--verbosity=0")
    bare(project, "library.cal").manage("makemigrations", "cal", "--verbosity=0")
    one = site.manage("makemigrations", "cal", "--dry-run", "--verbosity=0")
    bare(project, "voga.cal").manage("makemigrations", "cal", "--verbosity=0")
    none = site.manage("makemigrations", "cal", "--dry-run", "--verbosity=0")

    shared = "has changes that {} makes in models which top.cal extends: Room.{}. When"
    assert shared.format("library.cal", "seats") in both
    assert shared.format("voga.cal", "tariff") in both
    assert shared.format("voga.cal", "tariff") in one
    assert "seats" not in one
    assert none == ""


def test_a_field_that_the_parent_renames(project: Project):
    """A rename is told of as the parent's, and loses nothing."""
    project.write({**LIBRARY, **CHILD})
    models = LIBRARY["library/cal/models.py"].replace(
        NAME, NAME.replace("name", "call"), 1
    )
    models = models.replace('["name"]', '["call"]').replace("self.name", "self.call")
    project.write({"library/cal/models.py": models})

    arguments = ["manage.py", "makemigrations", "cal", "--dry-run"]
    with bare(project, "voga.cal").start(*arguments) as process:
        printed, _ = process.communicate("yes\n")

    assert "~ Rename field name on room to call" in printed
    assert "models which voga.cal extends: Room.ordering, Room.call. When" in printed
    assert "drops" not in printed


def ordered_by_id(project: Project) -> str:
    """Return the child's models with an order that needs no field of the parent's."""
    text = (project.root / "voga/cal/models.py").read_text().rstrip()
    return f"{text}\n\n    class Meta(Room.Meta):\n        ordering = ['id']\n"


LOST = (
    "The new migration of voga.cal drops what library.cal has made, with all that is "
    "in it: {}. No class says that it is to go. Unless library.cal has removed or "
    "renamed it, something has not met the models as they are now. Find out before you "
    "apply it; a field that is to go is set to None in voga.cal.\n"
)


@pytest.mark.parametrize(
    ("options", "check"),
    [(["--dry-run"], 0), (["--check"], 1), (["--noinput"], 0), ([], 0)],
    ids=["dry run", "check", "no input", "plain"],
)
def test_a_field_that_vanishes(project: Project, options: list[str], check: int):
    """What a parent has made is not dropped without a word, whatever the options."""
    lost = """
        migrations.AddField("Room", "lft", models.IntegerField(default=0)),
        migrations.AddField("Room", "rght", models.IntegerField(default=0)),
"""
    models = dedent(LIBRARY["library/cal/models.py"]) + dedent("""
        if not Room._meta.abstract:
            for name in ("lft", "rght"):
                Room.add_to_class(name, models.IntegerField(default=0))
    """)
    project.write(
        {
            **LIBRARY,
            **CHILD,
            "library/cal/models.py": models,
            "library/cal/migrations/0002_tree.py": migration(
                "0001_initial", operations=lost
            ),
        }
    )
    library = bare(project, "library.cal")
    assert "No changes" in library.manage("makemigrations", "cal", "--dry-run")

    printed = bare(project, "voga.cal").manage(
        "makemigrations", "cal", *options, "--verbosity=0", exit_code=check
    )

    assert printed == LOST.format("Room.lft, Room.rght")


@pytest.mark.parametrize(
    ("parent", "child"),
    [
        pytest.param(NAME, "name = property(lambda self: 'A')", id="hidden"),
        pytest.param("", "", id="removed"),
    ],
)
def test_a_field_that_no_class_has(project: Project, parent: str, child: str):
    """A property that hides it says no more than a parent that has it no more."""
    models = LIBRARY["library/cal/models.py"].replace(NAME, parent, 1)
    project.write({**LIBRARY, **CHILD, "library/cal/models.py": models})
    if child:
        add_line(project, "voga/cal/models.py", child)
    project.write({"voga/cal/models.py": ordered_by_id(project)})

    printed = bare(project, "voga.cal").manage(
        "makemigrations", "cal", "--dry-run", "--verbosity=0"
    )

    assert printed == LOST.format("Room.name")


def test_a_field_that_the_parent_sets_to_none(project: Project):
    """That is a pending change of the parent, which it has not written yet."""
    models = LIBRARY["library/cal/models.py"].replace(NAME, "name = None", 1)
    project.write({**LIBRARY, **CHILD, "library/cal/models.py": models})
    project.write({"voga/cal/models.py": ordered_by_id(project)})

    printed = bare(project, "voga.cal").manage(
        "makemigrations", "cal", "--dry-run", "--verbosity=0"
    )

    assert "models which voga.cal extends: Room.name. When" in printed
    assert "drops" not in printed


def test_a_model_that_vanishes(project: Project):
    """A table goes with all that is in it, too."""
    project.write({**LIBRARY, **CHILD})
    path = project.root / "library/cal/models.py"
    path.write_text(path.read_text().partition("class Event")[0])

    printed = bare(project, "voga.cal").manage(
        "makemigrations", "cal", "--dry-run", "--verbosity=0"
    )

    assert "models that library.cal alone defines: Event. When" in printed
    assert LOST.format("Event") in printed


def test_a_field_that_is_set_to_none(project: Project):
    """A child that says so is not asked."""
    project.write({**LIBRARY, **CHILD})
    add_line(project, "voga/cal/models.py", "part_of = None")

    printed = bare(project, "voga.cal").manage(
        "makemigrations", "cal", "--dry-run", "--verbosity=0"
    )

    assert printed == ""


SMALL = "django.db.models.AutoField"


@pytest.mark.parametrize(
    ("setting", "lines", "told"),
    [
        pytest.param(SMALL, {}, True, id="project"),
        pytest.param("", {"default_auto_field": SMALL}, False, id="child"),
    ],
)
def test_keys_that_no_class_defines(
    project: Project, setting: str, lines: dict[str, str], told: bool
):
    """Those of the parent's models are its own, unless the child's config says so."""
    models = (
        CHILD["voga/cal/models.py"] + "\n        class Tariff(models.Model): pass\n"
    )
    child = config("voga.cal", "library.cal", "Room", **lines)
    project.write({**LIBRARY, **CHILD, **child, "voga/cal/models.py": models})
    line = f"DEFAULT_AUTO_FIELD = {setting!r}" if setting else ""

    printed = bare(project, "voga.cal", lines=line).manage(
        "makemigrations", "cal", "--dry-run", "--verbosity=0"
    )

    assert ("library.cal alone defines: event. When" in printed) is told
    assert ("makes in models which voga.cal extends: Room.id. When" in printed) is told
    assert bool(printed) is told


def test_two_migrations_at_once(project: Project):
    """Where apps refer to each other, the second goes on from the first."""
    tariff = """
        class Tariff(models.Model):
            first = models.ForeignKey("booking.Booking", models.CASCADE)
            size = models.IntegerField(default=1)

            class Meta:
                unique_together = [("first", "size")]
"""
    project.write(
        {
            **LIBRARY,
            **CHILD,
            **{name: text.format("Tariff") for name, text in BOOKING.items()},
            "voga/cal/models.py": CHILD["voga/cal/models.py"] + tariff,
        }
    )
    site = bare(project, "voga.cal", "booking")

    printed = site.manage("makemigrations", "cal", "booking", "--verbosity=0")

    assert printed == ""
    both = migrations_of(project, "voga/cal") + migrations_of(project, "booking")
    assert len(both) == 3
    site.manage("migrate", "--verbosity=0")
    assert_settled(site)
