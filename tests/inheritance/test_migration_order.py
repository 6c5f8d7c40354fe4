"""Migrations of a lineage are one line, in the order in which they were written."""

from __future__ import annotations

import re

import pytest

from .histories import (
    CHILD,
    LIBRARY,
    RELEASE,
    applied,
    assert_settled,
    bare,
    migration,
)
from .library import config
from .projects import Project

NAME = """
        migrations.AlterField("Room", "name", models.CharField(max_length={})),
"""
TARIFF = """
        migrations.AddField("Room", "tariff", models.IntegerField(default=1)),
"""
MODELS = LIBRARY["library/cal/models.py"]
VOGA = {
    **CHILD,
    "voga/cal/migrations/0002_zz_child.py": migration(
        "0001_initial", operations=TARIFF + NAME.format(200)
    ),
    "voga/cal/models.py": CHILD["voga/cal/models.py"].rstrip()
    + "\n            name = models.CharField(max_length=200)\n",
}
SHORTER = {
    "library/cal/models.py": MODELS.replace("max_length=50", "max_length=80", 1),
    "library/cal/migrations/0002_alter_room_name.py": migration(
        "0001_initial", operations=NAME.format(80)
    ),
}
LINE = ["0001_initial", "0002_zz_child", "0002_alter_room_name"]


def names_of(plan: str) -> list[str]:
    """Return the names of migrations in what a command has printed, in its order."""
    return re.findall(r"\d{4}_\w+", plan)


def length_of_name(site: Project) -> int:
    [(sql,)] = site.sql("SELECT sql FROM sqlite_master WHERE name='cal_room'")
    [length] = re.findall(r'"name" varchar\((\d+)\)', str(sql))
    return int(length)


@pytest.mark.parametrize("is_old", [True, False], ids=["old", "fresh"])
def test_both_alter_a_field(project: Project, is_old: bool):
    """What the parent ships later wins on all databases, so the child hears of it."""
    project.write({**LIBRARY, **VOGA})
    site = bare(project, "voga.cal")
    if is_old:
        site.manage("migrate", "--verbosity=0")
    project.write(SHORTER)

    site.manage("migrate", "--verbosity=0")
    changes = site.manage("makemigrations", "--check", exit_code=1)

    assert applied(site) == LINE
    assert length_of_name(site) == 80
    assert "~ Alter field name on room" in changes
    site.manage("makemigrations", "cal", "--verbosity=0")
    site.manage("migrate", "--verbosity=0")
    assert length_of_name(site) == 200
    assert_settled(site)


RENAMES = {
    "field": (
        {
            "library/cal/models.py": MODELS.replace(" name = ", " label = ")
            .replace("self.name", "self.label")
            .replace('["name"]', '["label"]'),
            "library/cal/migrations/0002_label.py": migration(
                "0001_initial",
                operations="""
        migrations.RenameField("Room", "name", "label"),
        migrations.AlterModelOptions("Room", {
            "ordering": ["label"], "verbose_name": "room"}),
""",
            ),
            "voga/cal/models.py": VOGA["voga/cal/models.py"].replace("name", "label"),
        }
    ),
    "model": (
        {
            "library/cal/models.py": MODELS.replace(" Room", " Hall").replace(
                "(Room", "(Hall"
            ),
            "library/cal/migrations/0002_hall.py": migration(
                "0001_initial",
                operations='migrations.RenameModel("Room", "Hall"),',
            ),
            "voga/cal/apps.py": CHILD["voga/cal/apps.py"].replace("Room", "Hall"),
            "voga/cal/models.py": VOGA["voga/cal/models.py"].replace("Room", "Hall"),
        }
    ),
}


@pytest.mark.parametrize("is_old", [True, False], ids=["old", "fresh"])
@pytest.mark.parametrize("renamed", RENAMES)
def test_parent_renames(project: Project, renamed: str, is_old: bool):
    """The child's migrations know the old name, and run before it is gone."""
    project.write({**LIBRARY, **VOGA})
    site = bare(project, "voga.cal")
    if is_old:
        site.manage("migrate", "--verbosity=0")
    project.write(RENAMES[renamed])

    site.manage("migrate", "--verbosity=0")

    assert applied(site)[:2] == ["0001_initial", "0002_zz_child"]
    assert_settled(site)


def test_parent_went_on_before(project: Project):
    """A library's database that has the later release already has it before."""
    project.write({**LIBRARY, **VOGA, **SHORTER})
    bare(project, "library.cal").manage("migrate", "--verbosity=0")
    site = bare(project, "voga.cal")

    planned = site.manage("migrate", "--plan")
    changes = site.manage("makemigrations", "--check", "--dry-run", exit_code=1)
    site.manage("migrate", "--verbosity=0")

    assert names_of(planned) == ["0002_zz_child"]
    assert "~ Alter field name on room" in changes
    assert applied(site) == [LINE[0], LINE[2], LINE[1]]
    assert length_of_name(site) == 200
    site.manage("makemigrations", "cal", "--name=again", "--verbosity=0")
    site.manage("migrate", "--verbosity=0")
    assert length_of_name(site) == 200
    assert_settled(site)
    # What came last there is the first to go.
    site.manage("migrate", "cal", "0002_alter_room_name", "--verbosity=0")
    assert applied(site) == [LINE[0], LINE[2]]
    assert length_of_name(site) == 80


def test_backwards_along_the_line(project: Project):
    """To go back to a migration is to undo all that comes after it in the line."""
    project.write({**LIBRARY, **VOGA, **SHORTER})
    site = bare(project, "voga.cal")
    site.manage("migrate", "--verbosity=0")

    shown = site.manage("showmigrations", "cal", "--plan")
    site.manage("migrate", "cal", "0002_zz_child", "--verbosity=0")
    half = applied(site), length_of_name(site)
    site.manage("migrate", "cal", "0001", "--verbosity=0")
    start = applied(site), length_of_name(site)
    site.manage("migrate", "cal", "0002_alter_room_name", "--verbosity=0")
    there = applied(site)
    site.manage("migrate", "cal", "zero", "--verbosity=0")

    assert names_of(shown) == LINE
    assert half == (LINE[:2], 200)
    assert start == (LINE[:1], 50)
    assert there == LINE
    assert applied(site) == []


def test_three_levels_in_line(project: Project):
    """What each level ships comes after what is built on its earlier ones."""
    project.write(
        {
            **LIBRARY,
            **CHILD,
            **config("top.cal", "voga.cal"),
            "top/cal/migrations/0002_z.py": migration("0001_initial", "0002_y"),
            "voga/cal/migrations/0002_y.py": migration("0001_initial"),
            "voga/cal/migrations/0003_b.py": migration("0002_y"),
            "library/cal/migrations/0002_x.py": migration("0001_initial"),
            "library/cal/migrations/0003_a.py": migration("0002_x"),
            "top/cal/migrations/0004_w.py": migration("0002_z", "0003_b"),
        }
    )
    site = bare(project, "top.cal")

    planned = site.manage("migrate", "--plan", "--skip-checks")

    assert names_of(planned) == [
        "0001_initial",
        "0002_y",
        "0002_z",
        "0003_b",
        "0004_w",
        "0002_x",
        "0003_a",
    ]


def test_levels_that_disagree(project: Project):
    """The app that is installed knows best in which order its parents have shipped."""
    project.write(
        {
            **LIBRARY,
            **CHILD,
            **config("top.cal", "voga.cal"),
            "voga/cal/migrations/0002_y.py": migration("0001_initial"),
            "top/cal/migrations/0002_z.py": migration("0001_initial", "0002_y"),
            "library/cal/migrations/0002_x.py": migration("0001_initial"),
            "top/cal/migrations/0003_v.py": migration("0002_z", "0002_x"),
            "voga/cal/migrations/0003_late.py": migration("0002_y"),
        }
    )

    planned = bare(project, "top.cal").manage("migrate", "--plan", "--skip-checks")

    assert names_of(planned) == [
        "0001_initial",
        "0002_y",
        "0002_z",
        "0002_x",
        "0003_v",
        "0003_late",
    ]


def test_branches_that_know_of_each_other(project: Project):
    """Where two would each have to come first, the order is still one."""
    project.write(
        {
            **LIBRARY,
            **CHILD,
            "library/cal/migrations/0002_one.py": migration("0001_initial"),
            "library/cal/migrations/0002_two.py": migration("0001_initial"),
            "library/cal/migrations/0003_both.py": migration("0002_one", "0002_two"),
            "voga/cal/migrations/0003_a.py": migration("0002_one"),
            "voga/cal/migrations/0003_b.py": migration("0002_two"),
            "voga/cal/migrations/0004_c.py": migration("0003_a", "0003_b"),
        }
    )

    planned = bare(project, "voga.cal").manage("migrate", "--plan", "--skip-checks")

    assert names_of(planned) == [
        "0001_initial",
        "0002_one",
        "0003_a",
        "0002_two",
        "0003_b",
        "0004_c",
        "0003_both",
    ]


def test_diamond(project: Project):
    """Each side goes on by itself, and after both what is built on both."""
    project.write(
        {
            **LIBRARY,
            **config("left.cal", "library.cal"),
            **config("right.cal", "library.cal"),
            "both/cal/apps.py": """
                from left.cal.apps import Config as Left
                from right.cal.apps import Config as Right

                class Config(Left, Right):
                    name = "both.cal"
            """,
            "left/cal/migrations/0002_l.py": migration("0001_initial"),
            "right/cal/migrations/0002_r.py": migration("0001_initial"),
            "both/cal/migrations/0003_b.py": migration("0002_l", "0002_r"),
            "left/cal/migrations/0003_a.py": migration("0002_l"),
            "library/cal/migrations/0002_a.py": migration("0001_initial"),
            "left/cal/migrations/0004_a.py": migration("0002_a", "0003_a"),
        }
    )

    planned = bare(project, "both.cal").manage("migrate", "--plan", "--skip-checks")

    assert names_of(planned) == [
        "0001_initial",
        "0002_r",
        "0002_l",
        "0003_b",
        "0003_a",
        "0002_a",
        "0004_a",
    ]


SQUASH = {
    "library/cal/migrations/0001_squashed_0002_x.py": migration(
        operations=LIBRARY["library/cal/migrations/0001_initial.py"].split(
            "operations = ["
        )[1][:-6],
        extra="replaces = [('cal', '0001_initial'), ('cal', '0002_x')]",
    )
}


@pytest.mark.parametrize("is_old", [True, False], ids=["old", "fresh"])
def test_squashed_by_the_parent(project: Project, is_old: bool):
    """What follows the squash of a parent comes after the child's all the same."""
    project.write(
        {
            **LIBRARY,
            **VOGA,
            "library/cal/migrations/0002_x.py": migration("0001_initial"),
        }
    )
    site = bare(project, "voga.cal")
    if is_old:
        site.manage("migrate", "--verbosity=0")
    project.write(
        {
            **SQUASH,
            "library/cal/migrations/0003_next.py": migration("0001_squashed_0002_x"),
        }
    )

    planned = site.manage("migrate", "--plan")
    site.manage("migrate", "--verbosity=0")

    fresh = ["0001_squashed_0002_x", "0002_zz_child", "0003_next"]
    assert names_of(planned) == (fresh[2:] if is_old else fresh)
    assert_settled(site)
    site.manage("migrate", "cal", "0002_zz_child", "--verbosity=0")
    assert "0003_next" not in applied(site)


def test_merge_of_the_childs_own(project: Project):
    """Two last migrations of the child are told of, though the parent's comes later."""
    project.write(
        {
            **LIBRARY,
            **VOGA,
            **RELEASE,
            "voga/cal/migrations/0002_other.py": migration("0001_initial"),
        }
    )
    site = bare(project, "voga.cal")

    told = site.manage("migrate", exit_code=1)
    site.manage("makemigrations", "--merge", "--noinput", "--name=both", "cal")

    assert "(0002_other, 0002_zz_child in cal)" in told
    site.manage("migrate", "--verbosity=0")
    assert applied(site) == [
        "0001_initial",
        "0002_zz_child",
        "0002_other",
        "0003_both",
        "0002_size",
        "0003_fill",
    ]
    assert_settled(site)
    assert "No conflicts detected" in site.manage("makemigrations", "--merge")


def test_pruned(project: Project):
    """Rows of migrations that are gone are deleted, and no others."""
    project.write({**LIBRARY, **VOGA, **SHORTER})
    site = bare(project, "voga.cal")
    site.manage("migrate", "--verbosity=0")
    site.sql("INSERT INTO django_migrations (app, name, applied) VALUES ('cal','x',1)")

    site.manage("migrate", "--prune", "cal")

    assert applied(site) == LINE


def test_squashed_where_it_went_on_before(project: Project):
    """A squash was applied when the last of what it replaces was."""
    project.write(
        {
            **LIBRARY,
            **VOGA,
            "library/cal/migrations/0002_x.py": migration("0001_initial"),
            "library/cal/migrations/0003_y.py": migration("0002_x"),
        }
    )
    bare(project, "library.cal").manage("migrate", "--verbosity=0")
    project.write(
        {
            "library/cal/migrations/0002_squashed_0003_y.py": migration(
                "0001_initial",
                extra="replaces = [('cal', '0002_x'), ('cal', '0003_y')]",
            )
        }
    )
    site = bare(project, "voga.cal")

    planned = site.manage("migrate", "--plan")
    site.manage("migrate", "--verbosity=0")

    assert names_of(planned) == ["0002_zz_child"]
    assert_settled(site)
