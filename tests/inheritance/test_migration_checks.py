"""What manage.py check says of the migrations of apps that extend others."""

from __future__ import annotations

from .library import CAL, VOGA_CAL
from .projects import Project
from .test_checks import voga


def migrated(project: Project) -> None:
    """Have the library make its first migration."""
    project.write({**CAL, "library/cal/migrations/__init__.py": ""})
    project.install("library.cal").manage("makemigrations", "cal")


def test_e107_a_migration_that_hides_the_parents(project: Project):
    """A fresh 0001_initial of the child."""
    migrated(project)
    project.write(
        {
            **VOGA_CAL,
            "voga/cal/migrations/0001_initial.py": """
                from django.db import migrations

                class Migration(migrations.Migration):
                    dependencies = []
                    operations = []
            """,
        }
    )

    said = project.install("voga.cal").check(exit_code=1)

    assert "voga/cal/migrations/0001_initial.py hides" in said
    assert "library/cal/migrations/0001_initial.py, the parent's." in said


def test_e107_a_migration_that_starts_anew(project: Project):
    """One under another name, that builds on none of the parent's."""
    migrated(project)
    project.write(
        {
            **VOGA_CAL,
            "voga/cal/migrations/0001_voga.py": """
                from django.db import migrations

                class Migration(migrations.Migration):
                    dependencies = []
                    operations = []
            """,
        }
    )

    said = project.install("voga.cal").check(exit_code=1)

    assert (
        "voga/cal/migrations/0001_voga.py goes on from no migration of the parent."
        in said
    )


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
        "cal_room.tariff. They were made by migrations that are not installed any "
        "more: 0003_tariff." in said
    )
    child.manage("migrate", "cal", "0002", "--verbosity=0")
    parent.manage("migrate", "--verbosity=0")


def test_e110_an_app_that_was_never_extended(project: Project):
    """A site of the library itself hears nothing, nor does one with the child."""
    migrated(project)
    site = project.install("library.cal")
    site.manage("migrate", "--verbosity=0")

    assert "no issues" in site.check("--database", "default")
