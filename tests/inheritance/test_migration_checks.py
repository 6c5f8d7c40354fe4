"""What manage.py check says of the migrations of apps that extend others."""

from __future__ import annotations

import pytest

from .histories import (
    CHILD,
    INITIAL,
    KEY,
    LIBRARY,
    RELEASE,
    applied,
    assert_settled,
    bare,
    make_delta,
    migration,
)
from .library import CAL, SILENT_CHILD, VOGA_CAL
from .projects import Project
from .test_checks import voga


def migrated(project: Project) -> None:
    """Have the library make its first migration."""
    project.write({**CAL, "library/cal/migrations/__init__.py": ""})
    project.install("library.cal").manage("makemigrations", "cal")


DELETE = (
    "HINT: Delete it, and have 'manage.py makemigrations' write what the child adds "
    "to the parent's migrations. Where the deleted one has been applied, what it made "
    "is there: run 'manage.py migrate --fake cal <name>' with the name of the new one."
)


def test_e107_a_migration_that_hides_the_parents(project: Project):
    """A fresh 0001_initial of the child."""
    migrated(project)
    project.write(
        {
            **VOGA_CAL,
            "voga/cal/migrations/0001_initial.py": migration(),
        }
    )

    said = project.install("voga.cal").check(exit_code=1)

    assert "voga/cal/migrations/0001_initial.py hides" in said
    assert (
        "library/cal/migrations/0001_initial.py, the parent's, and goes on from no "
        "migration of the parent." in said
    )
    assert DELETE in said


def test_e107_a_migration_that_starts_anew(project: Project):
    """One under another name, that builds on none of the parent's."""
    migrated(project)
    project.write(
        {
            **VOGA_CAL,
            "voga/cal/migrations/0001_voga.py": migration(),
        }
    )

    said = project.install("voga.cal").check(exit_code=1)

    assert (
        "voga/cal/migrations/0001_voga.py goes on from no migration of the parent."
        in said
    )
    assert DELETE in said


TARIFF = """
        migrations.AddField("Room", "tariff", models.IntegerField(default=1)),
"""


def test_e107_a_name_that_the_parent_takes_later(project: Project):
    """The child's file and its row get another name, and nothing is lost."""
    project.write({**LIBRARY, **CHILD})
    site = bare(project, "voga.cal")
    make_delta(project, site, "size")
    site.manage("migrate", "--verbosity=0")
    site.sql("INSERT INTO cal_room (id, name, tariff) VALUES (7, 'Blue', 77)")
    project.write(RELEASE)

    said = site.manage("migrate", exit_code=1)

    own = project.root / "voga/cal/migrations/0002_size.py"
    update = (
        "UPDATE django_migrations SET name = '0002_voga_size' "
        "WHERE app = 'cal' AND name = '0002_size';"
    )
    assert (
        f"{own} hides {project.root}/library/cal/migrations/0002_size.py, the "
        "parent's.\n\tHINT: Rename it to 0002_voga_size.py, also in the dependencies "
        "of voga.cal's other migrations. In a database where it has been applied, and "
        f"not the parent's, do: {update}\n" in said
    )
    own.rename(own.with_stem("0002_voga_size"))
    site.sql(update)
    site.manage("migrate", "--verbosity=0")
    assert site.sql("SELECT tariff, size FROM cal_room") == [(77, 5)]
    assert_settled(site)


def test_e107_a_number_alone(project: Project):
    """A file that has nothing but a number gets a word as well."""
    project.write(
        {
            **LIBRARY,
            **SILENT_CHILD,
            "voga/cal/migrations/__init__.py": "",
            "voga/cal/migrations/0002.py": migration("0001_initial"),
            "library/cal/migrations/0002.py": migration("0001_initial"),
        }
    )

    said = bare(project, "voga.cal").check(exit_code=1)

    assert "HINT: Rename it to 0002_voga_renamed.py," in said


def test_e108_no_package_for_migrations(project: Project):
    """A child that adds a field has to have a place for its migration."""
    migrated(project)
    # A directory alone, as is left when files are deleted, is no package.
    (project.root / "voga/cal/migrations").mkdir(parents=True)
    project.write(VOGA_CAL)
    site = project.install("voga.cal")

    checked = site.check(exit_code=1)
    made = site.manage("makemigrations", "cal", exit_code=1)

    for said in (checked, made):
        assert (
            "'voga.cal' changes the models of 'cal', but has no package for "
            "migrations of its own." in said
        )
        assert "voga/cal/migrations/__init__.py, and run 'manage.py makem" in said


def test_e108_is_not_about_methods(project: Project):
    """A child that changes no column needs none."""
    migrated(project)
    project.write(
        voga(
            'extends_models = ["Room"]',
            """
            from library.cal.models import Room

            class Room(Room):
                def __str__(self):
                    return "voga"
            """,
        )
    )

    assert "no issues" in project.install("voga.cal").check()


def test_migration_modules_are_the_projects_own(project: Project):
    """Where the setting says that they are elsewhere, nothing is demanded."""
    migrated(project)
    project.write({**VOGA_CAL, "moved/__init__.py": ""})
    site = project.install("voga.cal", lines='MIGRATION_MODULES = {"cal": "moved"}')

    assert "no issues" in site.check()


def test_e110_swapped_back(project: Project):
    """The database knows columns of the child, but the parent is installed again."""
    migrated(project)
    project.write({**VOGA_CAL, "voga/cal/migrations/__init__.py": ""})
    # Neither of them has columns of its own that could be compared.
    with (project.root / "library/cal/models.py").open("a") as models:
        models.write(
            "\n\nclass Seat(Event):\n    class Meta:\n        proxy = True\n"
            "\n\nclass Foreign(models.Model):\n    class Meta:\n"
            "        managed = False\n"
        )
    project.install("library.cal").manage("makemigrations", "cal")
    child, parent = project.install("voga.cal"), project.install("library.cal")
    child.manage("makemigrations", "cal", "--name", "tariff")
    child.manage("migrate", "--verbosity=0")

    said = parent.manage("migrate", exit_code=1)

    assert (
        "Database 'default' has columns that 'library.cal' knows nothing of: "
        "cal_room.tariff. Migrations that are not installed any more have made it so: "
        "0003_tariff.\n\tHINT: Install the app that brings these migrations again, go "
        "back to the one before them with 'manage.py migrate cal 0002_foreign_seat', "
        "and only then install this one.\n" in said
    )
    child.manage("migrate", "cal", "0002", "--verbosity=0")
    parent.manage("migrate", "--verbosity=0")


def test_e110_an_app_that_was_never_extended(project: Project):
    """A site of the library itself hears nothing, nor does one with the child."""
    migrated(project)
    site = project.install("library.cal")
    site.manage("migrate", "--verbosity=0")

    assert "no issues" in site.check("--database", "default")


LEFT = {
    "column": (
        """
        migrations.RemoveField("Room", "name"),
        migrations.AlterModelOptions("Room", {}),
""",
        "lacks columns of it: cal_room.name",
    ),
    "table": (
        f"""
        migrations.CreateModel("Lone", fields=[{KEY}]),
        migrations.CreateModel("Badge", fields=[
            {KEY},
            ("room", models.ForeignKey("cal.room", models.CASCADE))]),
""",
        "has tables of others that refer to its own: cal_badge",
    ),
    "many": (
        """
        migrations.AddField("Room", "near", models.ManyToManyField("cal.room")),
        migrations.AddField("Room", "tariff", models.IntegerField(default=1)),
""",
        "has columns that 'library.cal' knows nothing of: cal_room.tariff, and has "
        "tables of others that refer to its own: cal_room_near",
    ),
}


@pytest.mark.parametrize("left", LEFT)
def test_e110_all_that_is_left(project: Project, left: str):
    """Columns that are gone, and tables that keep rows from being deleted."""
    operations, fault = LEFT[left]
    project.write(
        {
            **LIBRARY,
            **CHILD,
            "library/cal/migrations/0002_more.py": migration("0001_initial"),
            "voga/cal/migrations/0003_left.py": migration(
                "0002_more", operations=operations
            ),
            "voga/cal/migrations/0004_next.py": migration("0003_left"),
        }
    )
    child, parent = bare(project, "voga.cal"), bare(project, "library.cal")
    child.manage("migrate", "--verbosity=0", "--skip-checks")

    said = parent.manage("migrate", exit_code=1)

    assert (
        f"Database 'default' {fault}. Migrations that are not installed any more have "
        "made it so: 0003_left, 0004_next." in said
    )
    assert "'manage.py migrate cal 0002_more', and only then install" in said
    child.manage("migrate", "cal", "0002_more", "--verbosity=0", "--skip-checks")
    parent.manage("migrate", "--verbosity=0")
    assert_settled(parent)


def test_e110_a_database_that_went_on_before(project: Project):
    """What is undone last there was applied first, whatever it depends on."""
    project.write(
        {
            **LIBRARY,
            **CHILD,
            **RELEASE,
            "voga/cal/migrations/0002_tariff.py": migration(
                "0001_initial", operations=TARIFF
            ),
        }
    )
    child, parent = bare(project, "voga.cal"), bare(project, "library.cal")
    parent.manage("migrate", "--verbosity=0")
    child.manage("migrate", "--verbosity=0")

    said = parent.manage("migrate", exit_code=1)

    assert "'manage.py migrate cal 0003_fill', and only then" in said
    child.manage("migrate", "cal", "0003_fill", "--verbosity=0")
    parent.manage("migrate", "--verbosity=0")
    assert applied(parent) == ["0001_initial", "0002_size", "0003_fill"]


def test_e110_is_not_about_what_is_to_come(project: Project):
    """Rows of migrations that were squashed, and a field about to be removed."""
    project.write({**LIBRARY, **RELEASE})
    site = bare(project, "library.cal")
    site.manage("migrate", "--verbosity=0")
    directory = project.root / "library/cal/migrations"
    for name in ("0001_initial", "0002_size", "0003_fill"):
        (directory / f"{name}.py").unlink()
    size = """
        migrations.AddField("Room", "size", models.IntegerField(default=0)),
"""
    project.write(
        {
            "library/cal/migrations/0001_all.py": migration(operations=INITIAL + size),
            "library/cal/migrations/0002_remove.py": migration(
                "0001_all",
                operations='migrations.RemoveField("Room", "size"),',
            ),
            "library/cal/models.py": LIBRARY["library/cal/models.py"],
        }
    )
    site.sql(
        "INSERT INTO django_migrations (app, name, applied) "
        "VALUES ('cal', '0001_all', 1)"
    )

    site.manage("migrate", "--verbosity=0")

    assert applied(site)[-2:] == ["0001_all", "0002_remove"]
    # What is not known to have been applied before has no name to go back to.
    site.sql("ALTER TABLE cal_room ADD COLUMN tariff integer")
    site.sql("CREATE TABLE report (room integer REFERENCES cal_room (id))")
    said = site.check("--database", "default", exit_code=1)
    assert "cal_room.tariff. Migrations" in said
    assert "'manage.py migrate cal <name>'" in said


def test_a_graph_that_is_broken(project: Project):
    """The commands that need it say so, and the checks leave it to them."""
    project.write(
        {
            **LIBRARY,
            **VOGA_CAL,
            "library/cal/migrations/0002_lost.py": migration("0001_no_such"),
        }
    )
    child, parent = bare(project, "voga.cal"), bare(project, "library.cal")
    project.write({"shop/__init__.py": "", "shop/migrations/__init__.py": ""})
    project.write({"shop/migrations/0001_lost.py": migration("shop.0000")})
    unrelated = bare(project, "library.cal", "shop")

    for site in (child, parent, unrelated):
        assert "no issues" in site.check()
        assert "reference nonexistent" in site.manage("migrate", exit_code=1)

    # With a package for migrations, and with rows of unknown ones.
    project.write({"voga/cal/migrations/__init__.py": ""})
    project.write({"library/cal/migrations/0002_lost.py": migration("0001_initial")})
    child.manage("migrate", "--verbosity=0", "--skip-checks")
    child.sql("INSERT INTO django_migrations (app, name, applied) VALUES ('cal','x',1)")
    project.write({"library/cal/migrations/0002_lost.py": migration("0001_no_such")})
    assert "no issues" in child.check("--database", "default")


CLASHES = {
    "field": (
        TARIFF,
        'migrations.AddField("room", "TARIFF", models.CharField(default="")),',
        "the field 'tariff' of the model 'room'",
    ),
    "field renamed": (
        'migrations.RenameField("Room", "name", "tariff"),',
        TARIFF,
        "the field 'tariff' of the model 'room'",
    ),
    "field of a model renamed": (
        TARIFF,
        'migrations.RenameModel("Room", "Hall"),' + TARIFF.replace("Room", "Hall"),
        "the field 'tariff' of the model 'hall'",
    ),
    "model": (
        f'migrations.CreateModel("Tag", fields=[{KEY}]),',
        f'migrations.CreateModel("tag", fields=[{KEY}]),',
        "the model 'tag'",
    ),
    "model renamed": (
        'migrations.RenameModel("Event", "Tag"),',
        f'migrations.CreateModel("tag", fields=[{KEY}]),',
        "the model 'tag'",
    ),
}


@pytest.mark.parametrize("clash", CLASHES)
def test_e111_made_twice(project: Project, clash: str):
    """Nothing runs when a parent ships what its child has made already."""
    of_child, of_parent, what = CLASHES[clash]
    project.write(
        {
            **LIBRARY,
            **SILENT_CHILD,
            "voga/cal/migrations/__init__.py": "",
            "voga/cal/migrations/0002_own.py": migration(
                "0001_initial", operations=of_child
            ),
        }
    )
    site = bare(project, "voga.cal")
    site.manage("migrate", "--verbosity=0")
    project.write(
        {
            "library/cal/migrations/0002_new.py": migration(
                "0001_initial", operations=of_parent
            )
        }
    )

    said = site.manage("migrate", exit_code=1)

    assert (
        f"voga.cal: (django_plugin_system.E111) {project.root}/library/cal/migrations/"
        f"0002_new.py and {project.root}/voga/cal/migrations/0002_own.py both make "
        f"{what}.\n\tHINT: Install the release of library.cal again that does not have "
        "it, rename or remove it in voga.cal, run 'manage.py makemigrations cal' and "
        "'migrate', and only then take up this release.\n" in said
    )
    assert applied(site) == ["0001_initial", "0002_own"]


def test_e111_cured(project: Project):
    """What the child has renamed or removed before is no clash, and is not lost."""
    gone = f"""
        migrations.CreateModel("Tag", fields=[{KEY}]),
        migrations.AddField("Room", "floor", models.IntegerField(default=1)),
        migrations.SeparateDatabaseAndState(),
"""
    renamed = """
        migrations.RenameField("Room", "tariff", "rate"),
        migrations.RemoveField("Room", "floor"),
        migrations.DeleteModel("Tag"),
"""
    anew = f"""{TARIFF}
        migrations.CreateModel("Tag", fields=[{KEY}]),
        migrations.AddField("Room", "floor", models.IntegerField(default=1)),
"""
    project.write(
        {
            **LIBRARY,
            **SILENT_CHILD,
            "voga/cal/migrations/__init__.py": "",
            "voga/cal/migrations/0002_own.py": migration(
                "0001_initial", "zoo.0001_initial", operations=TARIFF + gone
            ),
            "zoo/migrations/0001_initial.py": migration(),
        }
    )
    site = bare(project, "voga.cal", "zoo")
    site.manage("migrate", "--verbosity=0")
    site.sql("INSERT INTO cal_room (id, name, tariff, floor) VALUES (7, 'B', 77, 1)")
    project.write(
        {
            "voga/cal/migrations/0003_rate.py": migration(
                "0002_own", operations=renamed
            ),
            "library/cal/migrations/0002_new.py": migration(
                "0001_initial", operations=anew
            ),
        }
    )

    assert "no issues" in site.check()
    site.manage("migrate", "--verbosity=0")

    assert site.sql("SELECT rate, tariff FROM cal_room") == [(77, 1)]
    assert applied(site) == ["0001_initial", "0002_own", "0003_rate", "0002_new"]


ROOM_PART = "the field 'part_of' of the model 'room'"
NEEDED = {
    "removed": ('migrations.RemoveField("Room", "part_of"),', ROOM_PART),
    "altered": (
        'migrations.AlterField("Room", "part_of", models.IntegerField()),',
        ROOM_PART,
    ),
    "renamed": ('migrations.RenameField("Room", "part_of", "within"),', ROOM_PART),
    "deleted": ('migrations.DeleteModel("Event"),', "the model 'event'"),
    "renamed model": (
        'migrations.RenameModel("Event", "Meeting"),',
        "the model 'event'",
    ),
    "added": (
        'migrations.AddField("Event", "size", models.IntegerField(default=0)),',
        "the model 'event'",
    ),
}


@pytest.mark.parametrize("case", NEEDED)
def test_e111_removed_by_the_child(project: Project, case: str):
    """What a child has left out is no more there for its parent's next release."""
    operation, what = NEEDED[case]
    lines = "\n            part_of = None\n"
    project.write(
        {
            **LIBRARY,
            **CHILD,
            "voga/cal/models.py": CHILD["voga/cal/models.py"].rstrip() + lines,
        }
    )
    site = bare(project, "voga.cal")
    make_delta(project, site)
    project.write(
        {
            "voga/cal/migrations/0003_event.py": migration(
                "0002_tariff", operations='migrations.DeleteModel("Event"),'
            ),
            "library/cal/migrations/0002_less.py": migration(
                "0001_initial", operations=operation
            ),
        }
    )

    said = site.manage("migrate", exit_code=1)

    own = "0003_event" if "event" in what else "0002_tariff"
    assert (
        f"voga.cal: (django_plugin_system.E111) {project.root}/library/cal/migrations/"
        f"0002_less.py needs {what}, which {project.root}/voga/cal/migrations/{own}.py "
        "removes or renames.\n\tHINT: Install the release of library.cal again that "
        "knows nothing of that, take it up again in voga.cal, run 'manage.py "
        "makemigrations cal' and 'migrate', and only then take up this release.\n"
    ) in said


def test_e108_is_not_about_the_parents(project: Project):
    """A child that changes nothing is not asked to write what its parent has not."""
    models = LIBRARY["library/cal/models.py"].replace("max_length=50", "max_length=60")
    project.write({**LIBRARY, **SILENT_CHILD, "library/cal/models.py": models})

    assert "no issues" in bare(project, "voga.cal").check()


TREE = """
        migrations.AddField("Room", "lft", models.IntegerField(default=0)),
        migrations.AddField("Room", "rght", models.IntegerField(default=0)),
"""
DROP = """
        migrations.RemoveField("Room", "lft"),
        migrations.RemoveField("room", "rght"),
        migrations.AddField("Room", "own", models.IntegerField(default=0)),
        migrations.RemoveField("room", "own"),
"""
SET_UP = """
        if not Room._meta.abstract:
            for name in ("lft", "rght"):
                Room.add_to_class(name, models.IntegerField(default=0))
"""


def dropping(project: Project, operations: str, lines: str = "pass") -> Project:
    """Write a library whose tree fields its child's migrations drop."""
    project.write(
        {
            **LIBRARY,
            **CHILD,
            "library/cal/models.py": LIBRARY["library/cal/models.py"] + SET_UP,
            "library/cal/migrations/0002_tree.py": migration(
                "0001_initial", operations=TREE
            ),
            "voga/cal/migrations/0003_drop.py": migration(
                "0002_tree", operations=TARIFF + operations
            ),
            "voga/cal/models.py": CHILD["voga/cal/models.py"].rstrip()
            + f"\n            {lines}\n",
        }
    )
    return bare(project, "voga.cal")


DROPPED = (
    "voga.cal: (django_plugin_system.E112) {}/voga/cal/migrations/0003_drop.py drops "
    "what parents of voga.cal have made, with all that is in it: {}. No class says "
    "that it is to go.\n\tHINT: Unless it was applied, delete it, find out what the "
    "models have lost, and run 'manage.py makemigrations cal'. Where it was, run that "
    "with --skip-checks, to have what was dropped again, empty. A field that is to go "
    "is set to None in voga.cal.\n"
)


def test_e112_fields_that_a_child_drops(project: Project):
    """Nothing is lost before it is said."""
    site = dropping(project, DROP)

    said = site.manage("migrate", exit_code=1)

    assert DROPPED.format(project.root, "Room.lft, Room.rght") in said
    assert not site.sql("SELECT name FROM sqlite_master WHERE name = 'cal_room'")


def test_e112_a_model_that_a_child_drops(project: Project):
    """Its fields are not named besides."""
    operations = """
        migrations.RemoveField("Event", "room"),
        migrations.DeleteModel("Event"),
"""
    site = dropping(project, operations)

    said = site.manage("migrate", exit_code=1)

    assert DROPPED.format(project.root, "Event") in said


NOT_DROPPED = {
    "set to none": (DROP, "lft = rght = None"),
    "made again": (DROP + TREE, "pass"),
    "by hand": (
        f"migrations.SeparateDatabaseAndState(state_operations=[{DROP}]),",
        "pass",
    ),
    "renamed": ('migrations.RenameField("Room", "lft", "left"),', "pass"),
}


@pytest.mark.parametrize("case", NOT_DROPPED)
def test_e112_is_not_about_what_is_meant(project: Project, case: str):
    """A child that says so, or has it again, loses nothing unawares."""
    site = dropping(project, *NOT_DROPPED[case])

    assert "no issues" in site.check()


def test_e112_is_not_about_what_the_parent_drops_too(project: Project):
    """Where the parent has removed it itself, the child has only been earlier."""
    site = dropping(project, "")
    project.write(
        {
            "library/cal/migrations/0003_flat.py": migration(
                "0002_tree",
                operations='migrations.RemoveField("Room", "lft"),',
            ),
            "voga/cal/migrations/0004_again.py": migration(
                "0003_drop",
                "0003_flat",
                operations="""
        migrations.AddField("Room", "lft", models.IntegerField(default=0)),
        migrations.RemoveField("Room", "lft"),
""",
            ),
        }
    )

    assert "no issues" in site.check()
