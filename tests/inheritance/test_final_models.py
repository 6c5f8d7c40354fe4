"""What is handed to others in a parent's models, and what a child's module is then."""

from __future__ import annotations

import pytest

from .library import CAL, TABLES, VOGA_CAL, config
from .projects import Project

# A library that keeps models, and looks at what they are when it gets them.
KEEPER = {
    "keeper.py": """
        from functools import partial

        kept = []

        def keep(model, *args, **options):
            if model._meta.abstract:
                raise ValueError(f"{model} is abstract")
            names = [field.name for field in model._meta.fields]
            kept.append([model.__name__, names, *args, *options.values()])
            return model

        def keeping(*args, **options):
            return lambda model: keep(model, *args, **options)

        def keep_all(models, **options):
            for model in models:
                keep(model, **options)

        class AlreadyKept(Exception):
            pass

        def keep_once(model, note=None):
            if any(each[0] == model.__name__ for each in kept):
                raise AlreadyKept(model)
            keep(model, *filter(None, [note]))

        class Keeper:
            def keep(self, model):
                keep(model, "method")

            def __call__(self, model):
                keep(model, "object")
                return model

        keeper = Keeper()
        keep_partial = partial(keep, note="partial")

        def options_for(model):
            def decorate(cls):
                keep(model, cls.__name__)
                cls.model = model
                return cls
            return decorate

        def options_for_all(models, of=None):
            def decorate(cls):
                for model in models:
                    keep(model, cls.__name__)
                return cls
            return decorate

        def renamed(model):
            keep(model)
            return f"what has become of {model.__name__}"
    """,
}
TEXT = """
    import keeper
    from django.db import models
    from keeper import keep, keeping

    {decorators}
    class Room(models.Model):
        name = models.CharField(max_length=50)

    class Large(Room):
        size = models.IntegerField(default=1)

    class Event(models.Model):
        pass
    {statements}
"""


def _library(statements: str = "", decorators: str = "") -> dict[str, str]:
    text = TEXT.format(
        statements=statements.replace("\n", "\n    "), decorators=decorators
    )
    return {
        **KEEPER,
        **config("library.cal"),
        "library/cal/models.py": text,
        **config("voga.cal", "library.cal", "Room"),
        "voga/cal/models.py": """
            from django.db import models
            from library.cal.models import Room

            class Room(Room):
                tariff = models.IntegerField(default=1)
        """,
    }


ASK = "import keeper\nfrom library.cal import models\ntell(keeper.kept)"
ROOM = ["Room", ["id", "name", "tariff"]]
LARGE = ["Large", ["id", "name", "tariff", "room_ptr", "size"]]


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("keep(Room)", [ROOM]),
        ("keeper.keep(Room, 'a', note='b')", [[*ROOM, "a", "b"]]),
        ("keeper.keep(model=Room)", [ROOM]),
        ("keeping('a')(Room)", [[*ROOM, "a"]]),
        ("keeper.keeper.keep(Room)", [[*ROOM, "method"]]),
        ("keeper.keeper(Room)", [[*ROOM, "object"]]),
        ("keeper.keep_partial(Room)", [[*ROOM, "partial"]]),
        ("keeper.keep_all([Room, Large])", [ROOM, LARGE]),
        ("keeper.keep_all({Room: 1})", [ROOM]),
        ("keeper.keep_all(models=(Room,))", [ROOM]),
        ("keeper.keep_all({Room})", [ROOM]),
        ("for each in (Room, Large):\n    keep(each)", [ROOM, LARGE]),
        ("[keep(each) for each in (Room, Large)]", [ROOM, LARGE]),
        ("if Room:\n    keep(Room)", [ROOM]),
        ("try:\n    keep(Room)\nexcept ValueError:\n    pass", [ROOM]),
        ("keep(Large)\nkeep(Room)", [LARGE, ROOM]),
        ("def own(model):\n    keep(model)\nown(Room)", [ROOM]),
        ("keep(Event)", [["Event", ["id"]]]),
        (
            "@keeper.options_for(Room)\nclass Options:\n    pass",
            [[*ROOM, "Options"]],
        ),
        (
            "@keep\n@keeping('a')\nclass Huge(Large):\n    pass",
            [
                ["Huge", [*LARGE[1], "large_ptr"], "a"],
                ["Huge", [*LARGE[1], "large_ptr"]],
            ],
        ),
        (
            "@keeper.options_for_all([Room], of=models.Model)\n"
            "class Options:\n    pass",
            [[*ROOM, "Options"]],
        ),
        (
            "class Own:\n    room = Room\n"
            "@keeper.options_for_all([Own.room], of=len('a'))\n"
            "class Options:\n    pass",
            [[*ROOM, "Options"]],
        ),
        ("names = [each.__name__ for each in [Room]]\nlen([Room])", []),
        ("{'a': keeper}['a'].keep(Room)", [ROOM]),
        ("done = 1; keep(Room)", [ROOM]),
        ("keep (Room)", [ROOM]),
        ("(keeper\n    .keep(Room))", [ROOM]),
        ("keeper \\\n    .keep(Room)", [ROOM]),
        ("match 1:\n    case 1:\n        keep(Room)", [ROOM]),
        ("todo = [Room]\nwhile todo:\n    keep(todo.pop())", [ROOM]),
        ("é = keeper\né.keep(Room)", [ROOM]),
        ("None or keep(Room)", [ROOM]),
        ("keep(Room) if keeper else None", [ROOM]),
        ("keep(Room), keep(Large)", [ROOM, LARGE]),
        ("[keep(Large), 1]", [LARGE]),
        ("{keep(each) for each in (Room,)}", [ROOM]),
        (
            "class Own(models.Model):\n"
            "    class Meta:\n        abstract = True\n"
            "    @classmethod\n    def enroll(cls, *args):\n        keep(cls, *args)\n"
            "class Suite(Room, Own):\n    pass\n"
            "Suite.enroll()\nSuite.enroll('a')",
            [
                ["Suite", [*ROOM[1], "room_ptr"]],
                ["Suite", [*ROOM[1], "room_ptr"], "a"],
            ],
        ),
    ],
)
def test_statements(project: Project, statements: str, expected: list[object]):
    """A call at the level of the module meets the model, in whatever form it is."""
    project.write(_library(statements))

    assert project.install("voga.cal").ask(ASK) == expected


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (
            "keep_once(Event)\n"
            "try:\n    keep_once(Event)\n    keep_once(Room)\n"
            "except keeper.AlreadyKept:\n    keep_once(Large)",
            [["Event", ["id"]], LARGE],
        ),
        (
            "from contextlib import suppress\n"
            "with suppress(keeper.AlreadyKept):\n"
            "    keep_once(Room)\n    keep_once(Room)",
            [ROOM],
        ),
        ("if not keeper.kept:\n    keep_once(Room)\n" * 2, [ROOM]),
        (
            "for each in (Room, Room, Large):\n"
            "    try:\n        keep_once(each)\n"
            "    except keeper.AlreadyKept:\n        pass",
            [ROOM, LARGE],
        ),
        (
            "for each in (Room, Room, Large):\n"
            "    try:\n        keep_once(each)\n"
            "    except keeper.AlreadyKept:\n        continue",
            [ROOM, LARGE],
        ),
        (
            "for each in (Room, Large):\n"
            "    try:\n        keep_once(each)\n"
            "    except keeper.AlreadyKept:\n        done = 1\n        continue",
            [ROOM, LARGE],
        ),
        ("class Own:\n    room = Room\nif 1:\n    keep_once(Own.room)", [ROOM]),
        ("keep_once = None\nif 1:\n    keep_once and keep_once(Room)", []),
        ("if Room:\n    keeper.keeper.keep(Room)", [[*ROOM, "method"]]),
        ("if Event:\n    keep_once(Event)\nlen(keeper.kept) / 1", [["Event", ["id"]]]),
        (
            "names = []\nif Room:\n    names.append(Room)\n    print(Room)\nnames[0]",
            [],
        ),
    ],
)
def test_blocks(project: Project, statements: str, expected: list[object]):
    """A statement made of calls waits as a whole, if one of them waits."""
    project.write(_library(f"from keeper import keep_once\n{statements}"))

    assert project.install("voga.cal").ask(ASK) == expected


def test_block_error(project: Project):
    """An error in such a statement says where that is."""
    project.write(_library("if Room:\n    keep(Room, model=1)"))

    said = project.install("voga.cal").check(exit_code=1)

    path = project.root / "library/cal/models.py"
    line = path.read_text().splitlines().index("if Room:") + 1
    note = f"{path}:{line} has waited for the model that a child has defined."
    assert note in said


def test_caller(project: Project):
    """A function that does not wait is called by the module, as it is written."""
    project.write(
        _library(
            "exec('made = 1')\n"
            "import sys\n"
            "def export(name):\n"
            "    sys._getframe(1).f_globals[name] = sys._getframe(1).f_code.co_name\n"
            "export('caller')\n"
            "if 1:\n    export('within')"
        )
    )

    told = project.install("voga.cal").ask("""
        from library.cal import models
        tell([models.made, models.caller, models.within])
    """)

    assert told == [1, "<module>", "<module>"]


def test_decorator_expressions(project: Project):
    """What a decorator is made of is looked at where it is written."""
    decorators = "notes = ['a', 'b']\n    @keeping(notes.pop(0))"
    project.write(
        _library(
            "@(mine := keeping(notes.pop(0)))\n"
            "class Huge(Large):\n    pass\n"
            "@keeper.options_for_all([Room])\nclass Options:\n    pass\n"
            "del keeping",
            decorators,
        )
    )

    told = project.install("voga.cal").ask(ASK)

    huge = ["Huge", [*LARGE[1], "large_ptr"], "b"]
    assert told == [[*ROOM, "a"], huge, [*ROOM, "Options"]]


def test_decorator_of_another_class(project: Project):
    """A decorator of what is no model is called at once."""
    project.write(
        _library(
            "def mark(cls):\n    cls.mark = 1\n    return cls\n"
            "@mark\nclass Own:\n    pass\nmarked = Own.mark\n"
            "import dataclasses\n"
            "@dataclasses.dataclass(order=True)\nclass Noted:\n    note: str\n"
            "assert Noted('a') < Noted('b')"
        )
    )

    told = project.install("voga.cal").ask("""
        from library.cal import models
        tell(models.marked)
    """)

    assert told == 1


def test_same_objects(project: Project):
    """A list, dict or set that is handed over with a model in it stays the same one."""
    project.write(
        _library(
            "from typing import NamedTuple\n"
            "class Options(NamedTuple):\n    model: type\n    note: str\n"
            "def keep_options(options):\n    keep(options.model, options.note)\n"
            "keep_options(Options(Room, 'a'))\n"
            "def put(many, model):\n    many.append(model)\n"
            "def add(many, model):\n    many.add(model)\n"
            "def set_(many, model):\n    many[model] = 1\n"
            "ordered, some, by_model = [Room], {Room}, {Room: [Room]}\n"
            "ordered.append(ordered)\n"
            "put(ordered, Event)\nadd(some, Event)\nset_(by_model, Event)"
        )
    )

    told = project.install("voga.cal").ask("""
        import keeper
        from library.cal import models
        event, room = models.Event, models.Room
        tell([
            keeper.kept,
            models.ordered == [room, models.ordered, event],
            models.some == {event, room},
            models.by_model == {room: [room], event: 1},
        ])
    """)

    assert told == [[[*ROOM, "a"]], True, True, True]


def test_names_in_a_module(project: Project):
    """A module sees no name that it does not have where nobody extends the app."""
    project.write(
        {
            **_library("keep(Room)\nif Room:\n    keep(Room)\n__all__ = dir()"),
            "third/models.py": "from library.cal.models import *",
        }
    )
    ask = "from library.cal import models\ntell(models.__all__)"

    extended = project.install("third", "voga.cal").ask(ask)

    assert extended == project.install("third", "library.cal").ask(ask)


def test_another_name(project: Project):
    """What has got a model from a module of another name waits as well."""
    project.write(
        {
            **_library(),
            "api.py": "from library.cal.models import *",
            "third/models.py": "import api\nfrom keeper import keep\nkeep(api.Room)",
        }
    )

    assert project.install("third", "voga.cal").ask(ASK) == [ROOM]


@pytest.mark.parametrize(
    ("decorators", "expected"),
    [
        ("@keep", [ROOM]),
        ("@keeping()", [ROOM]),
        ("@keeping('a')\n    @keeper.keeper", [[*ROOM, "object"], [*ROOM, "a"]]),
    ],
)
def test_decorators(project: Project, decorators: str, expected: list[object]):
    """So does a decorator, before what derives from the model."""
    project.write(_library("keep(Large)", decorators))

    assert project.install("voga.cal").ask(ASK) == [*expected, LARGE]
    # As where nobody extends the app.
    plain = project.install("library.cal").ask(ASK)
    assert [each[:1] + each[2:] for each in plain] == [
        each[:1] + each[2:] for each in [*expected, LARGE]
    ]


def test_names_afterwards(project: Project):
    """A decorator that returns something else binds that; nothing else is left."""
    project.write(_library("", "@keeper.renamed"))
    models = project.root / "library/cal/models.py"
    text = models.read_text().replace("class Large(Room)", "class Large(models.Model)")
    models.write_text(text)

    told = project.install("voga.cal").ask("""
        from library.cal import models
        tell([models.Room, [name for name in vars(models) if "final" in name]])
    """)

    assert told == ["what has become of Room", []]


def test_a_third_app(project: Project):
    """What another app registers before the child is there waits as well."""
    project.write(
        {
            **_library(),
            "third/models.py": """
                from keeper import keep
                from library.cal.models import Large, Room

                keep(Room, "third")
                keep(Large, "third")
            """,
        }
    )

    told = project.install("third", "voga.cal").ask(ASK)

    assert told == [[*ROOM, "third"], [*LARGE, "third"]]


def test_base_in_the_child(project: Project):
    """In the child, the name of its base stands for the model once that is there."""
    project.write(
        {
            **_library(),
            "voga/cal/models.py": """
                import keeper
                from django.db import models
                from django_plugin_system.inheritance import when_final
                from library.cal.models import Room as Base

                class Room(Base):
                    tariff = models.IntegerField(default=1)

                class Extra(Base):
                    pass

                when_final(Base, keeper.keep)
                keeper.keep(Extra)
            """,
        }
    )

    told = project.install("voga.cal").ask(ASK)

    assert told == [ROOM, ["Extra", [*ROOM[1], "room_ptr"]]]


def test_name_that_is_gone(project: Project):
    """A decorator that waits binds no name that the module has taken back."""
    project.write(_library("@keep\nclass Huge(Large):\n    pass\ndel Huge"))

    told = project.install("voga.cal").ask("""
        import keeper
        from library.cal import models
        tell([len(keeper.kept), hasattr(models, "Huge")])
    """)

    assert told == [1, False]


def test_error(project: Project):
    """An error in such a call says where that is."""
    project.write(_library("keep(Room, _meta=1)\nkeep(Room, model=1\n)"))

    said = project.install("voga.cal").check(exit_code=1)

    path = project.root / "library/cal/models.py"
    line = path.read_text().splitlines().index("keep(Room, model=1") + 1
    assert "TypeError: keep() got multiple values for argument 'model'" in said
    note = f"{path}:{line} has waited for the model that a child has defined."
    assert note in said


def test_decorator_error(project: Project):
    """So does one in a decorator."""
    project.write(_library("", "@keeper.missing_is_fine if False else keep(1, 2)"))

    said = project.install("voga.cal").check(exit_code=1)

    assert "'int' object has no attribute '_meta'" in said


def test_nothing_to_wait(project: Project):
    """A module with blocks, but no such statement, is run as it is."""
    files = _library("if Room:\n    label = Room._meta.label\nprinted = []")
    project.write(files)

    told = project.install("voga.cal").ask("""
        from library.cal import models
        tell([models.label, models.Room._meta.label])
    """)

    assert told == ["cal.Room", "cal.Room"]


def test_child_is_abstract_by_itself(project: Project):
    """A child's class that its author has made abstract is not the model."""
    project.write(_library())
    models = project.root / "voga/cal/models.py"
    models.write_text(
        f"{models.read_text()}\n    class Meta:\n        abstract = True\n"
    )

    assert "E103" in project.install("voga.cal").check(exit_code=1)


def test_meta_in_the_child(project: Project):
    """In the child, ``Room.Meta`` is what the parent says, before and after."""
    project.write(_library())
    models = project.root / "voga/cal/models.py"
    models.write_text(
        f"{models.read_text()}\n\nclass After(Room):\n    class Meta(Room.Meta):\n"
        "        proxy = True\n"
    )
    parent = project.root / "library/cal/models.py"
    text = parent.read_text().replace(
        "class Large(Room):",
        "    class Meta:\n        ordering = ['name']\n\nclass Large(Room):",
    )
    parent.write_text(text)

    told = project.install("voga.cal").ask("""
        from voga.cal.models import After, Room
        tell([After._meta.ordering, Room.Meta.ordering, hasattr(After, "Meta")])
    """)

    assert told == [["name"], ["name"], False]


WHEN_FINAL = """
    from django.db import models
    from django_plugin_system.inheritance import when_final

    kept = []

    class Room(models.Model):
        name = models.CharField(max_length=50)

    class Large(Room):
        pass

    def register():
        when_final(Room, lambda model: kept.append(model._meta.label))

        @when_final(Large)
        def keep(model):
            kept.append([field.name for field in model._meta.fields])

        return keep

    result = register()
"""


@pytest.mark.parametrize("app", ["library.cal", "voga.cal"])
def test_when_final(project: Project, app: str):
    """The hook for authors calls with the model: when it is there, or at once."""
    project.write({**_library(), "library/cal/models.py": WHEN_FINAL})

    told = project.install(app).ask("""
        from library.cal import models
        models.register()
        tell([models.kept, callable(models.result)])
    """)

    names = ["id", "name", "tariff", "room_ptr"]
    if app == "library.cal":
        names.remove("tariff")
    assert told == [["cal.Room", names, "cal.Room", names], True]


def test_when_final_without_apps():
    """A model that nobody extends is final."""
    from django.contrib.auth.models import User

    from django_plugin_system.inheritance import when_final

    found: list[type] = []
    when_final(User, found.append)

    assert found == [User]


# The module of the child

TRACKER = {
    "tracker.py": """
        import sys
        from django.apps import apps

        def track(model):
            "As django-pghistory does it."
            app = apps.get_containing_app_config(model.__module__)
            module = sys.modules[f"{app.module.__name__}.models"]
            name = f"{model.__name__}Log"
            assert not hasattr(module, name)
            assert not hasattr(module, "__wrapped__")
            setattr(module, name, type(name, (), {"__module__": module.__name__}))
            return model
    """,
}
TRACKED = {
    **TRACKER,
    **config("library.cal"),
    "library/cal/models.py": """
        import tracker
        from django.db import models

        @tracker.track
        class Event(models.Model):
            pass

        @tracker.track
        class Room(models.Model):
            pass
    """,
}
CHILD = {
    **config("voga.cal", "library.cal", "Room"),
    "voga/cal/models.py": """
        from django.db import models
        from library.cal.models import Room

        class Room(Room):
            tariff = models.IntegerField(default=1)
    """,
}
NAMES = """
import pickle, sys
import voga.cal.models
from library.cal.models import Event, Room
module = sys.modules["voga.cal.models"]
tell([
    sorted(name for name in vars(module) if name.endswith("Log")),
    module is voga.cal.models, Room.__module__, type(module).__name__,
    pickle.loads(pickle.dumps(module.EventLog)) is module.EventLog,
    pickle.loads(pickle.dumps(Room)) is Room,
])
"""


@pytest.mark.parametrize("first", [[], ["third"]], ids=["alone", "after-another"])
def test_module_of_the_child(project: Project, first: list[str]):
    """What a library puts into the app's models goes into the child's."""
    project.write(
        {**TRACKED, **CHILD, "third/models.py": "from library.cal.models import Room"}
    )

    told = project.install(*first, "voga.cal").ask(NAMES)

    names = ["EventLog", "RoomLog"]
    assert told == [names, True, "voga.cal.models", "module", True, True]


def test_child_without_models(project: Project):
    """Where the child has no such module, it is the parent's."""
    project.write({**TRACKED, **config("voga.cal", "library.cal")})

    told = project.install("voga.cal").ask(NAMES)

    names = ["EventLog", "RoomLog"]
    assert told == [names, True, "library.cal.models", "module", True, True]


def test_nearest_level_without_models(project: Project):
    """Where the nearest level has no such module, it is that of the level below."""
    project.write(
        {
            **TRACKED,
            "tracker.py": "def track(model):\n    return model",
            **config("low.cal", "library.cal", "Room"),
            "low/cal/models.py": CHILD["voga/cal/models.py"],
            **config("voga.cal", "low.cal"),
        }
    )

    told = project.install("voga.cal").ask("""
        import low.cal.models, sys, voga.cal.models
        from library.cal.models import Room
        tell([sys.modules["voga.cal.models"] is low.cal.models, Room.__module__])
    """)

    assert told == [True, "low.cal.models"]


def test_three_levels(project: Project):
    """A level in between, with models or without, is announced as well."""
    project.write(
        {
            **TRACKED,
            **config("mid.cal", "library.cal"),
            **config("low.cal", "mid.cal", "Room"),
            "low/cal/models.py": CHILD["voga/cal/models.py"],
            **config("voga.cal", "low.cal", "Room"),
            "voga/cal/models.py": """
                from low.cal.models import Room

                class Room(Room):
                    pass
            """,
        }
    )

    told = project.install("voga.cal").ask(NAMES)

    names = ["EventLog", "RoomLog"]
    assert told == [names, True, "voga.cal.models", "module", True, True]


@pytest.mark.parametrize(
    "importing",
    [
        "from voga.cal.models import Room",
        "from voga.cal.models import *",
        "import voga.cal.models as its\nRoom = its.Room",
        "from voga.cal import models as its\nRoom = its.Room",
    ],
)
def test_announced_module_is_imported(project: Project, importing: str):
    """Who imports from the child before its turn gets its model."""
    importing = importing.replace("\n", "\n                ")
    project.write(
        {
            **TRACKED,
            **CHILD,
            "third/models.py": f"""
                import library.cal.models
                {importing}

                made = Room.__module__
            """,
        }
    )

    told = project.install("third", "voga.cal").ask(
        "import third.models\ntell(third.models.made)"
    )

    assert told == "voga.cal.models"


def test_import_from_within(project: Project):
    """A parent's module may import the child's, as far as that can run then."""
    project.write(
        {
            **TRACKED,
            **CHILD,
            "helper.py": """
                from voga.cal.models import Room
                rooms = Room.objects
            """,
        }
    )
    models = project.root / "library/cal/models.py"
    models.write_text(models.read_text() + "\nimport helper\n")

    told = project.install("voga.cal").ask(
        "import helper\ntell(helper.Room.__module__)"
    )

    assert told == "voga.cal.models"


@pytest.mark.parametrize(
    "file", ["library/cal/models.py", "voga/cal/models.py"], ids=["parent", "child"]
)
@pytest.mark.parametrize(
    "child", [CHILD, config("voga.cal", "library.cal")], ids=["models", "none"]
)
def test_failed_import(project: Project, file: str, child: dict[str, str]):
    """A module that failed is not there, and says why when it is imported again."""
    project.write({**TRACKED, **child})
    if not (project.root / file).exists():
        return
    text = (project.root / file).read_text()
    (project.root / file).write_text(f"{text}\n1 / 0\n")
    site = project.install("voga.cal")

    told = site.ask_early("""
        import django, os, sys
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
        try:
            django.setup()
        except ZeroDivisionError:
            import voga.cal
            tell([
                "voga.cal.models" in sys.modules, hasattr(voga.cal, "models"),
            ])
    """)

    assert told == [False, False]


def test_failed_import_after_the_child(project: Project):
    """A child that has run stays, when the parent fails after that."""
    project.write({**TRACKED, **CHILD, "helper.py": "from voga.cal.models import Room"})
    models = project.root / "library/cal/models.py"
    models.write_text(models.read_text() + "\nimport helper\n1 / 0\n")

    told = project.install("voga.cal").ask_early("""
        import django, os, sys
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
        try:
            django.setup()
        except ZeroDivisionError:
            names = ["voga.cal.models", "library.cal.models"]
            tell([name in sys.modules for name in names])
    """)

    assert told == [True, False]


def test_models_left_out(project: Project):
    """A child that leaves out its parent's models has none."""
    left_out = {"modules": ["models"]}
    project.write(
        {
            **TRACKED,
            **config("voga.cal", "library.cal", not_inherited=left_out),
            "tracker.py": "def track(model):\n    return model",
        }
    )

    told = project.install("voga.cal").ask("""
        import sys
        from django.apps import apps
        tell(["voga.cal.models" in sys.modules, sorted(apps.all_models["cal"])])
    """)

    assert told == [False, ["event", "room"]]


def test_loader_of_another_module(project: Project):
    """Nor is one parsed that speaks of no such model, whoever loads it."""
    project.write(
        {
            **_library(),
            "third/models.py": "import keeper\nkeeper.kept.append(__name__)",
            "loading.py": """
                import sys
                from importlib.machinery import PathFinder, SourceFileLoader

                class Loader(SourceFileLoader):
                    def get_source(self, name):
                        raise AssertionError(name)

                class Finder:
                    def find_spec(self, name, path, target=None):
                        if name == "third.models":
                            spec = PathFinder.find_spec(name, path, target)
                            spec.loader = Loader(name, spec.origin)
                            return spec

                sys.meta_path.insert(0, Finder())
            """,
        }
    )
    site = project.install("third", "voga.cal", lines="import loading")

    assert site.ask(ASK) == ["third.models"]


def test_loader_without_source(project: Project):
    """A module whose loader shows no source is imported as ever."""
    project.write(
        {
            **CAL,
            **VOGA_CAL,
            "loading.py": """
                import sys
                from importlib.machinery import PathFinder

                class Loader:
                    def __init__(self, loader):
                        self.exec_module = loader.exec_module
                        self.get_source = lambda name: None

                    def create_module(self, spec):
                        return None

                class Finder:
                    def find_spec(self, name, path, target=None):
                        if name == "library.cal.models":
                            spec = PathFinder.find_spec(name, path, target)
                            spec.loader = Loader(spec.loader)
                            return spec

                sys.meta_path.insert(0, Finder())
            """,
        }
    )
    site = project.install("voga.cal", lines="import loading")

    told = site.ask(
        TABLES
        + "create_tables('cal')\ntell(apps.get_model('cal.Room').objects.count())"
    )

    assert told == 0
