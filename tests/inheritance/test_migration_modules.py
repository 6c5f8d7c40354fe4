"""A parent's migrations, and what is beside them, run as the parent's."""

from __future__ import annotations

import shutil

import pytest

from .families import app
from .histories import (
    CHILD,
    INITIAL,
    LIBRARY,
    applied,
    assert_settled,
    bare,
    columns,
    dependencies,
    make_delta,
    migration,
    migrations_of,
)
from .library import SILENT_CHILD, config
from .projects import Project

# Each line is one that a parent's migration may have; the child has modules of the
# same names, in which nothing of that is to be found.
TIED = {
    "library/cal/constants.py": "SIZE = 5",
    "library/cal/migrations/_utils.py": """
        from ..constants import SIZE

        def fill(apps, editor):
            apps.get_model("cal.Room").objects.update(size=SIZE)

        def one():
            return 1
    """,
    "library/cal/migrations/helpers/__init__.py": "from .deep import WORD",
    "library/cal/migrations/helpers/deep.py": "from .. import _utils; WORD = 'deep'",
    "library/cal/migrations/words.txt": "library",
    "library/cal/migrations/0002_tied.py": """
        import pickle
        import sys
        from importlib import import_module
        from importlib.resources import files
        from pathlib import Path

        from django.db import migrations, models

        from . import _utils
        from .helpers import WORD
        from .helpers.deep import WORD
        from .. import constants
        from ..constants import SIZE
        from ..models import Room

        initial = import_module(".0001_initial", __package__)

        def forward(apps, editor):
            pass

        assert files(__package__).joinpath("words.txt").read_text() == "library"
        assert Path(__file__).with_name("words.txt").read_text() == "library"
        assert __name__ == "library.cal.migrations.0002_tied", __name__
        assert __spec__.parent == __package__ == "library.cal.migrations"
        assert sys.modules[__name__].forward is forward
        assert pickle.loads(pickle.dumps(forward)) is forward

        class Migration(migrations.Migration):
            dependencies = [("cal", "0001_initial")]
            operations = [
                migrations.AddField(
                    "Room", "size", models.IntegerField(default=_utils.one)
                ),
                migrations.RunPython(_utils.fill, migrations.RunPython.noop),
            ]
    """,
    "library/cal/models.py": LIBRARY["library/cal/models.py"]
    .replace(
        "            part_of",
        "            size = models.IntegerField(default=one)\n            part_of",
        1,
    )
    .replace(
        "        from django.db import models",
        "        from django.db import models\n"
        "        from .migrations._utils import one",
        1,
    ),
}
OTHERS = {
    "voga/cal/constants.py": "",
    "voga/cal/migrations/_utils.py": "",
    "voga/cal/migrations/helpers/__init__.py": "",
    "voga/cal/migrations/helpers/other.py": "",
    "voga/cal/migrations/words.txt": "voga",
}


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(SILENT_CHILD, id="none of its own"),
        pytest.param({**SILENT_CHILD, **OTHERS}, id="of the same names"),
        pytest.param({**CHILD, **OTHERS}, id="with models"),
    ],
)
def test_parents_run_as_the_parents(project: Project, files: dict[str, str]):
    """What a parent's migration imports, reads or pickles is the parent's."""
    project.write({**LIBRARY, **TIED, **files})
    site = bare(project, "voga.cal")
    has_models = "voga/cal/models.py" in files
    if has_models:
        make_delta(project, site)

    site.manage("migrate", "--verbosity=0")

    own = {"tariff"} if has_models else set()
    assert columns(site) == {"id", "name", "part_of_id", "size"} | own
    assert migrations_of(project, "library/cal") == ["0001_initial", "0002_tied"]
    assert_settled(site)
    site.manage("migrate", "cal", "zero", "--verbosity=0")
    assert columns(site) == set()


def test_one_module(project: Project):
    """A migration is one module, by the name of each level, and so are its parts."""
    project.write({**LIBRARY, **TIED, **SILENT_CHILD})

    told = bare(project, "voga.cal").ask("""
        from importlib import import_module
        from django.db.migrations.loader import MigrationLoader

        def is_one(name):
            one = import_module(f"library.cal.migrations.{name}")
            return import_module(f"voga.cal.migrations.{name}") is one

        names = ["_utils", "helpers", "helpers.deep", "0001_initial", "0002_tied"]
        early = [is_one(name) for name in names]
        loader = MigrationLoader(None)
        kinds = {type(each).__module__ for each in loader.disk_migrations.values()}
        loader.build_graph()
        try:
            import_module("voga.cal.migrations.nothing")
        except ModuleNotFoundError as error:
            message = str(error)
        tell([early, [is_one(name) for name in names], sorted(kinds), message])
    """)

    assert told == [
        [True] * 5,
        [True] * 5,
        ["library.cal.migrations.0001_initial", "library.cal.migrations.0002_tied"],
        "No module named 'voga.cal.migrations.nothing'",
    ]


def test_references_to_the_parents(project: Project):
    """What a child's migration refers to by the parent's name is there for the child.

    Whoever wrote it, by whichever of the names.
    """
    project.write({**LIBRARY, **TIED, **CHILD, "voga/cal/migrations/_own.py": ""})
    models = project.root / "voga/cal/models.py"
    models.write_text(
        models.read_text()
        .replace("IntegerField(default=1)", "IntegerField(default=one)")
        .replace(
            "from django.db import models",
            "from django.db import models\n"
            "from importlib import import_module\n"
            "from voga.cal.migrations._utils import one\n"
            "assert import_module('voga.cal.migrations._own')",
        )
    )
    site = bare(project, "voga.cal")

    make_delta(project, site)

    text = (project.root / "voga/cal/migrations/0003_tariff.py").read_text()
    assert "default=library.cal.migrations._utils.one" in text
    site.manage("migrate", "--verbosity=0")
    assert_settled(site)
    site.manage("squashmigrations", "cal", "0003", "--noinput", "--verbosity=0")
    [squashed] = (project.root / "voga/cal/migrations").glob("*squashed*.py")
    assert "default=library.cal.migrations._utils.one" in squashed.read_text()
    assert dependencies(squashed) == ["0002_tied", "0003_tariff"]
    assert_settled(site)


def test_squashed_by_the_parent(project: Project):
    """A parent squashes, and refers to functions of what it has squashed."""
    project.write({**LIBRARY, **TIED})
    parent = bare(project, "library.cal")
    parent.manage("squashmigrations", "cal", "0002", "--noinput", "--verbosity=0")
    project.write(SILENT_CHILD)
    site = bare(project, "voga.cal")

    site.manage("migrate", "--verbosity=0")

    text = (
        project.root / "library/cal/migrations/0001_squashed_0002_tied.py"
    ).read_text()
    assert "library.cal.migrations._utils.fill" in text
    assert applied(site)[-1] == "0001_squashed_0002_tied"
    assert_settled(site)


def test_grandparents(project: Project):
    """Each level's migrations run as that level's, and find what it inherits itself."""
    project.write(
        {
            **LIBRARY,
            **TIED,
            **config("voga.cal", "library.cal"),
            **OTHERS,
            "voga/cal/migrations/_voga.py": "WORD = 'voga'",
            "voga/cal/migrations/0003_voga.py": """
                from importlib import import_module
                from importlib.resources import files
                from django.db import migrations
                from ._voga import WORD
                from . import helpers
                from .helpers import other
                from .helpers.deep import WORD

                tied = import_module(".0002_tied", __package__)
                assert tied.__name__ == "library.cal.migrations.0002_tied"
                words = files(__package__).joinpath("words.txt")
                assert words.read_text() == "voga"
                assert helpers.__name__ == "voga.cal.migrations.helpers"

                class Migration(migrations.Migration):
                    dependencies = [("cal", "0002_tied")]
            """,
            **config("mid.cal", "voga.cal"),
            **config("top.cal", "mid.cal"),
            "top/cal/migrations/__init__.py": "",
            "top/cal/migrations/0004_top.py": migration("0003_voga"),
        }
    )
    (project.root / "mid/cal/migrations").mkdir()

    for package in ("voga.cal", "mid.cal", "top.cal"):
        site = bare(project, package)
        site.database.unlink(missing_ok=True)
        site.manage("migrate", "--verbosity=0")
        last = ["0004_top"] if package == "top.cal" else []

        assert applied(site) == ["0001_initial", "0002_tied", "0003_voga", *last]
        assert_settled(site)


def test_kept_elsewhere(project: Project):
    """With MIGRATION_MODULES, the project's modules are the project's."""
    project.write({**LIBRARY, **SILENT_CHILD})
    own = project.root / "kept"
    shutil.copytree(project.root / "library/cal/migrations", own)
    (own / "_utils.py").write_text("WORD = 'kept'")
    project.write(
        {
            "kept/0002_kept.py": "from ._utils import WORD\n"
            + migration("0001_initial"),
            "voga/cal/migrations/__init__.py": "",
        }
    )
    site = bare(project, "voga.cal", lines="MIGRATION_MODULES = {'cal': 'kept'}")

    site.manage("migrate", "--verbosity=0")

    assert applied(site) == ["0001_initial", "0002_kept"]
    assert_settled(site)
    assert site.ask("""
        import django.db.migrations.loader, voga.cal.migrations
        tell([path[-19:] for path in voga.cal.migrations.__path__])
    """) == ["voga/cal/migrations"]


def test_in_a_zip(project: Project):
    """Parents and children in zip files have migrations like others."""
    # Paths beside __file__ are for files only.
    tied = TIED["library/cal/migrations/0002_tied.py"].replace(
        "assert Path(__file__)", "# assert Path(__file__)"
    )
    project.write(
        {**LIBRARY, **TIED, **CHILD, "library/cal/migrations/0002_tied.py": tied}
    )
    make_delta(project, bare(project, "voga.cal"))
    for package in ("library", "voga"):
        archive = shutil.make_archive(
            str(project.root / package), "zip", project.root, package
        )
        shutil.rmtree(project.root / package)
        assert archive.endswith(f"{package}.zip")
    site = bare(project, "voga.cal")
    paths = "import sys\nsys.path[:0] = ['library.zip', 'voga.zip']\n"
    for name in ("manage.py", "settings.py"):
        file = project.root / name
        file.write_text(paths + file.read_text())

    site.manage("migrate", "--verbosity=0")

    assert columns(site) == {"id", "name", "part_of_id", "size", "tariff"}


def test_left_out(project: Project):
    """Migrations belong to the history: not_inherited leaves none of them out."""
    project.write(
        {
            **LIBRARY,
            **TIED,
            **app("voga.cal", "library.cal", not_inherited={"modules": ["migrations"]}),
        }
    )
    apps = project.root / "voga/cal/apps.py"
    apps.write_text(
        apps.read_text().replace("import Config", "import CalConfig as Config")
    )
    site = bare(project, "voga.cal")

    site.manage("migrate", "--verbosity=0")

    assert applied(site) == ["0001_initial", "0002_tied"]


def test_initial_of_its_own(project: Project):
    """Of two migrations of one name, the child's hides the parent's: E107 says so."""
    project.write(
        {
            **LIBRARY,
            **SILENT_CHILD,
            "voga/cal/migrations/0001_initial.py": migration(operations=INITIAL),
        }
    )

    told = bare(project, "voga.cal").ask("""
        from importlib import import_module
        one, other = (
            import_module(f"{package}.cal.migrations.0001_initial")
            for package in ("voga", "library")
        )
        tell([one.__name__, one is other])
    """)

    assert told == ["voga.cal.migrations.0001_initial", False]
