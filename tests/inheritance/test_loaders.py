"""Modules that were found, loaded or run by other means than Python's usual ones."""

from __future__ import annotations

import compileall
import sys
from collections import defaultdict
from importlib.machinery import ModuleSpec

import pytest

from django_plugin_system import awaiting

from .library import CAL, SILENT_CHILD, VOGA_CAL
from .projects import Project
from .test_migrations import LIBRARY, bare

# Both kinds of super(), which have to be told apart.
SUPER = {
    **LIBRARY,
    **VOGA_CAL,
    "library/cal/models.py": LIBRARY["library/cal/models.py"].replace(
        "            def __str__(self):",
        "            def old(self):\n"
        "                return super(Room, self).__str__()[:4]\n\n"
        "            def new(self):\n"
        "                return super().__str__()[:4]\n\n"
        "            def __str__(self):",
    ),
    "library/cal/tools.py": "from .models import Room",
    "voga/cal/tools.py": "from library.cal.tools import Room as room",
}
ASK = """
from django.apps import apps
from library.cal import models, tools
from voga.cal import tools as own
Room = apps.get_model("cal.Room")
room = Room(name="Blue")
is_room = [each is Room for each in (models.Room, tools.Room, own.room)]
tell([Room.__module__, room.old(), room.new(), *is_room])
"""
RIGHT = ["voga.cal.models", "Room", "Room", True, True, True]

HOOK = """
import sys
from importlib.machinery import PathFinder
from importlib.util import LazyLoader

class Bare:
    def __init__(self, loader):
        self.load = loader.exec_module

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        self.load(module)

class Mute(Bare):
    def get_source(self, name):
        raise RuntimeError("no source")

    def get_code(self, name):
        raise RuntimeError("no code")

class Mere(Bare):
    def exec_module(self, module):
        for name in ("__file__", "__cached__"):
            vars(module).pop(name)
        super().exec_module(module)

class Unspecified(Bare):
    def exec_module(self, module):
        super().exec_module(module)
        module.__spec__ = module.__loader__ = None

class Lazy(LazyLoader):
    # Django could not do with lazy models either.
    def exec_module(self, module):
        if not module.__name__.endswith(".tools"):
            return self.loader.exec_module(module)
        super().exec_module(module)

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("library", "voga"):
            spec = PathFinder.find_spec(name, path, target)
            if spec and spec.loader:
                spec.loader = KIND(spec.loader)
            return spec

sys.meta_path.insert(0, Finder())
"""


@pytest.mark.parametrize(
    "kind", ["Bare", "Mute", "Mere", "Unspecified", "Lazy"], ids=str.lower
)
def test_other_loaders(project: Project, kind: str):
    """A loader may lack all that is optional, and modules what it would give them."""
    project.write(SUPER)
    site = bare(project, "voga.cal", lines=HOOK.replace("KIND", kind))

    assert site.ask(ASK) == RIGHT
    site.manage("migrate", "--skip-checks", "--verbosity=0")


def test_rewritten_by_pytest(project: Project):
    """Apps whose assertions pytest rewrites are extended like others."""
    project.write(
        {
            **SUPER,
            "marking.py": """
                import pytest
                pytest.register_assert_rewrite("library", "voga")
            """,
            "test_it.py": f"""
                def test_it():
                    told = []
                    tell = told.extend
                    {ASK.replace(chr(10), chr(10) + " " * 20)}
                    assert told == {RIGHT}
                    from _pytest.assertion.rewrite import AssertionRewritingHook as Hook
                    assert type(models.__loader__) is Hook
                    assert not hasattr(Hook, "get_source")
            """,
        }
    )
    site = bare(project, "voga.cal")

    printed = site._python(
        ["-m", "pytest", "-q", "-p", "marking", "-p", "no:cacheprovider"]
    )

    assert "1 passed" in printed


def test_without_source(project: Project):
    """Apps may be shipped compiled, and nothing else."""
    project.write(SUPER)
    for package in ("library", "voga"):
        compileall.compile_dir(project.root / package, quiet=1, legacy=True)
        for file in (project.root / package).rglob("*.py"):
            file.unlink()
    site = bare(project, "voga.cal")

    assert site.ask(ASK) == RIGHT
    site.manage("migrate", "--skip-checks", "--verbosity=0")
    assert "[X] 0001_initial" in site.manage("showmigrations", "cal")


@pytest.mark.parametrize(
    "names",
    [
        pytest.param("{'__file__': 'conf.py'}", id="without"),
        pytest.param("{'__name__': None}", id="none"),
        pytest.param("{'__name__': '__main__'}", id="main"),
    ],
)
def test_nameless_code(project: Project, names: str):
    """Django may be set up by code that does not say what it is, as Sphinx runs it."""
    project.write(SUPER)
    site = bare(project, "voga.cal")

    script = f"""
        CODE = '''
        import django
        django.setup()
        from library.cal.models import Event, Room
        told = [Room.__module__, Event.room.field.related_model is Room]
        '''
        from textwrap import dedent
        names = {names}
        exec(compile(dedent(CODE), "conf.py", "exec"), names)
        tell(names["told"])
    """

    assert site.ask_early(script) == ["voga.cal.models", True]


def test_nameless_code_of_an_app(project: Project):
    """What an app runs without a name is the app's all the same."""
    project.write(
        {
            **SUPER,
            "shop/models.py": """
                CODE = '''
                from library.cal.models import Event, Room

                class Form:
                    model = Room

                def function(model=Room):
                    return model

                import voga.cal.models
                '''
                from textwrap import dedent
                names = {}
                exec(dedent(CODE), names)
            """,
            "library/cal/admin.py": """
                from django.contrib import admin
                from .models import Room

                admin.site.register(Room)
            """,
            "voga/cal/admin.py": """
                from django.contrib import admin
                from library.cal.admin import Room

                class RoomAdmin(admin.ModelAdmin):
                    pass

                exec("register(Room, RoomAdmin)", {
                    "register": admin.site.register,
                    "Room": Room,
                    "RoomAdmin": RoomAdmin,
                })
            """,
        }
    )

    told = project.install("shop", "voga.cal").ask("""
        import builtins
        from django.apps import apps
        from django.contrib import admin
        from shop.models import names
        Room = apps.get_model("cal.Room")
        found = [names["Room"], names["Form"].model, names["function"]()]
        tell([
            [each is Room for each in found],
            type(admin.site.get_model_admin(Room)).__module__,
            "__dir__" in vars(builtins),
        ])
    """)

    assert told == [[True] * 3, "voga.cal.admin", False]


def test_configs_made_by_a_call(project: Project):
    """A config that is made by a call, or by nameless code, is one like others."""
    project.write(
        {
            **CAL,
            **SUPER,
            "voga/cal/apps.py": """
                from library.cal.apps import CalConfig

                CalConfig = type(CalConfig)(
                    "CalConfig", (CalConfig,), {"extends_models": ["Room"]}
                )
                names = {"CalConfig": CalConfig}
                exec("class Other(CalConfig): name = 'other.cal'", names)
                exec("Third = type(CalConfig)('Third', (CalConfig,), {})", names)
            """,
        }
    )

    told = bare(project, "voga.cal").ask(
        ASK,
        """
        import builtins, voga.cal.apps
        from django_plugin_system.inheritance import config_type, lineage
        other, third = (voga.cal.apps.names[name] for name in ("Other", "Third"))
        tell([
            [Room.__module__, lineage("cal")],
            [voga.cal.apps.CalConfig.__module__, other.name, other.__module__],
            third.__module__,
            ["__dir__" in vars(each) for each in (builtins, config_type)],
        ])
        """,
    )

    assert told == [
        ["voga.cal.models", ["voga.cal", "library.cal"]],
        ["voga.cal.apps", "other.cal", "builtins"],
        "voga.cal.apps",
        [False, False],
    ]


def test_module_that_nobody_can_import(project: Project):
    """A model may come of a file that was run without being a module of that name."""
    project.write(
        {
            **SUPER,
            "library/cal/rooms.py": SUPER["library/cal/models.py"],
            "library/cal/models.py": """
                from importlib.util import module_from_spec, spec_from_file_location
                from pathlib import Path

                file = Path(__file__).with_name("rooms.py")
                spec = spec_from_file_location("library.cal.unknown", file)
                rooms = module_from_spec(spec)
                spec.loader.exec_module(rooms)
                Room, Event = rooms.Room, rooms.Event
            """,
        }
    )

    told = bare(project, "voga.cal").ask("""
        from library.cal.models import Event, Room
        tell([Room.__module__, Event.room.field.related_model is Room, Room().new()])
    """)

    assert told == ["voga.cal.models", True, "Room"]


def test_super_without_arguments(project: Project):
    """Where Python's super() fails, so does that of a module with old-style ones."""
    project.write(SUPER)

    told = bare(project, "voga.cal").ask("""
        from library.cal import models
        exec("def none(): super()\\ndef one(first): super()", vars(models))

        def message(function, *arguments):
            try:
                function(*arguments)
            except RuntimeError as error:
                return str(error)

        tell(["super" in vars(models), message(models.none), message(models.one, 1)])
    """)

    assert told == [True, *["super(): no arguments"] * 2]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param("__path__ = []", "library/cal", id="a file"),
        pytest.param("__path__ = []; del __file__", None, id="nothing"),
    ],
)
def test_package_without_a_directory(
    project: Project, lines: str, expected: str | None
):
    """A package without a path has the directory of its file, or else it is told."""
    project.write({**LIBRARY, **SILENT_CHILD})

    told = bare(project, "voga.cal").ask(f"""
        from django.apps import apps
        from django.core.exceptions import ImproperlyConfigured
        from django_plugin_system.inheritance.owners import root
        import library.cal
        exec({lines!r}, vars(library.cal))
        try:
            tell(root(apps.get_app_config("cal"), "library.cal").parts[-2:])
        except ImproperlyConfigured as error:
            tell(str(error))
    """)

    assert told == (
        expected.split("/")
        if expected
        else "'library.cal' has no directory. Give its config a class attribute 'path' "
        "with the directory of its files."
    )


def test_directory_beside_a_config(project: Project):
    """A directory called ``apps`` does not hide the config that is in the package."""
    project.write(
        {
            **LIBRARY,
            "library/cal/apps.py": "",
            "library/cal/__init__.py": """
                from django_plugin_system.inheritance import PluginConfig

                class BaseConfig(PluginConfig):
                    pass

                class CalConfig(BaseConfig):
                    default = True
                    verbose_name = "Calendar"
            """,
        }
    )
    (project.root / "library/cal/apps.py").unlink()
    (project.root / "library/cal/apps").mkdir()

    told = bare(project, "library.cal").ask("""
        from django.apps import apps
        tell(apps.get_app_config("cal").verbose_name)
    """)

    assert told == "Calendar"


def test_finder_that_comes_later(project: Project):
    """Whoever else hooks into imports, a parent's file runs as the parent's.

    Even if it asks Python for the file by the path of the package.
    """
    project.write(
        {
            **LIBRARY,
            **SILENT_CHILD,
            "library/cal/views/__init__.py": "",
            "library/cal/views/rooms.py": "",
            "library/cal/empty.py": "",
        }
    )

    told = bare(project, "voga.cal").ask(
        HOOK.replace("KIND", "Bare"),
        """
        from importlib import import_module
        import django.db.migrations.loader
        names = ["empty", "views", "views.rooms", "migrations.0001_initial"]
        tell([import_module(f"voga.cal.{name}").__name__ for name in names])
        """,
    )

    assert told == [
        "library.cal.empty",
        "library.cal.views",
        "library.cal.views.rooms",
        "library.cal.migrations.0001_initial",
    ]


class OldLoader:
    """A loader as they were before Python 3.4."""

    def load_module(self, name: str) -> object:
        sys.modules[name].word = "old"  # type: ignore[attr-defined]
        return sys.modules[name]


@pytest.mark.parametrize(
    ("loader", "words"),
    [
        pytest.param(OldLoader(), {"word": "old", "changed": True}, id="old"),
        pytest.param(None, {}, id="directory"),
    ],
)
def test_changes_for_other_loaders(
    monkeypatch: pytest.MonkeyPatch, loader: object, words: dict[str, object]
):
    """A change that waits for a module is made whatever loads it, if it has code."""
    name = "module_of_an_old_loader"

    class Finder:
        def find_spec(self, fullname: str, path: object, target: object = None):
            if fullname == name:
                return ModuleSpec(fullname, loader, is_package=loader is None)
            return None

    finders = [awaiting.AwaitingFinder(), Finder(), *sys.meta_path]
    monkeypatch.setattr(sys, "meta_path", finders)
    monkeypatch.setattr(awaiting, "_once", defaultdict(list))
    monkeypatch.setitem(sys.modules, name, None)
    del sys.modules[name]

    awaiting.when_imported(name, lambda: vars(sys.modules[name]).update(changed=True))
    module = __import__(name)

    found = {each for each in vars(module) if not each.startswith("__")}
    assert {each: vars(module)[each] for each in found} == words


def test_finder_of_another_kind(monkeypatch: pytest.MonkeyPatch):
    """A finder without find_spec() is passed over, as Python does."""
    finder = awaiting.AwaitingFinder()
    monkeypatch.setattr(sys, "meta_path", [finder, object(), *sys.meta_path])

    found = awaiting.find_behind(finder, "json", None, None)

    assert found
    assert found.name == "json"
