"""Fixtures of an app and of those it extends, in data formats and in Python."""

from __future__ import annotations

import gzip
import json
from textwrap import dedent

from .families import app, plain_app
from .projects import Project

# What is loaded stands in one table, so the order shows.
MODELS = {
    "notes/urls.py": "urlpatterns = []",
    "notes/models.py": """
        from django.core.exceptions import ValidationError
        from django.db import models

        class Note(models.Model):
            text = models.CharField(max_length=30, unique=True)
            after = models.ForeignKey(
                "self", models.CASCADE, null=True, blank=True, related_name="later"
            )
            times_saved = models.IntegerField(default=0)
            friends = models.ManyToManyField("self", blank=True)

            def save(self, **kwargs):
                self.times_saved += 1
                super().save(**kwargs)

            def clean(self):
                if self.text.startswith("!"):
                    raise ValidationError({"text": "No shouting."})
    """,
}

FAMILY = {
    **plain_app("notes"),
    **MODELS,
    **app("library.cal"),
    **app("voga.cal", "library.cal"),
    **app("top.cal", "voga.cal"),
}

LOAD = """
import warnings
from io import StringIO
from django.core.management import CommandError, call_command
from django.core.serializers.base import DeserializationError
from notes.models import Note
call_command("migrate", run_syncdb=True, verbosity=0)
def load(*labels, **options):
    out = StringIO()
    try:
        call_command("loaddata", *labels, stdout=out, **options)
    except (CommandError, DeserializationError) as error:
        return str(error)
    return texts()
def texts():
    return [note.text for note in Note.objects.order_by("pk")]
"""


def as_json(*texts: str, pk: int | None = None) -> str:
    rows = [
        {"model": "notes.note", "pk": pk, "fields": {"text": text, "times_saved": 0}}
        for text in texts
    ]
    return json.dumps(rows)


def as_python(*texts: str) -> str:
    """Return a fixture of notes with these texts."""
    return f"""
        from notes.models import Note

        def objects():
            for text in {texts!r}:
                yield Note(text=text)
    """


def install(project: Project, *apps: str, lines: str = "") -> Project:
    # Without Django's own apps, so that there is little to migrate.
    few = f"INSTALLED_APPS = {['notes', *apps]}\nROOT_URLCONF = 'notes.urls'\n"
    return project.install(lines=few + dedent(lines))


FORMATS = {
    "json": as_json("parent"),
    "xml": (
        '<django-objects version="1.0"><object model="notes.note">'
        '<field name="text" type="CharField">parent</field>'
        '<field name="times_saved" type="IntegerField">0</field>'
        "</object></django-objects>"
    ),
    "yaml": "[{model: notes.note, fields: {text: parent, times_saved: 0}}]",
    "py": as_python("parent"),
}


def test_inherited(project: Project):
    """Fixtures in all formats are inherited, over any number of levels, at once."""
    project.write(
        {
            **FAMILY,
            **{
                f"library/cal/fixtures/{each}_demo.{each}": FORMATS[each]
                for each in FORMATS
            },
        }
    )

    told = install(project, "top.cal").ask(
        LOAD,
        f"""
        told = []
        for each in {list(FORMATS)!r}:
            told.append(load(f"{{each}}_demo"))
            Note.objects.all().delete()
        from pathlib import Path
        Path("library/cal/fixtures/new.json").write_text({as_json("new")!r})
        tell([*told, load("new")])
        """,
    )

    assert told == [["parent"]] * 4 + [["new"]]


def test_overridden(project: Project):
    """Of one name only the child's is loaded, whatever the formats."""
    own = {"json": as_json("child"), "py": as_python("child")}
    pairs = {f"{old}_{new}": (old, new) for old in FORMATS for new in own}
    project.write(FAMILY)
    for name, (old, new) in pairs.items():
        project.write(
            {
                f"library/cal/fixtures/{name}.{old}": FORMATS[old],
                f"voga/cal/fixtures/{name}.{new}": own[new],
            }
        )

    told = install(project, "top.cal").ask(
        LOAD,
        f"""
        told = {{}}
        for name in {list(pairs)!r}:
            told[name] = load(name)
            Note.objects.all().delete()
        tell(told)
        """,
    )

    assert told == {name: ["child"] for name in pairs}


def test_extended(project: Project):
    """A child that yields the parent's objects has both, and so do wrapper modules."""
    project.write(
        {
            **FAMILY,
            "library/cal/fixtures/__init__.py": "",
            "library/cal/fixtures/std.py": as_python("library"),
            "library/cal/fixtures/demo.py": as_python("library's demo"),
            "library/cal/fixtures/star.py": as_python("library's star"),
            "library/cal/fixtures/data.json": as_json("library's data"),
            "voga/cal/fixtures/std.py": """
                from library.cal.fixtures import std
                from notes.models import Note

                def objects():
                    yield from std.objects()
                    yield Note(text="voga", after=Note.objects.get(text="library"))
            """,
            "top/cal/fixtures/std.py": """
                from notes.models import Note
                from voga.cal.fixtures.std import objects as inherited

                def objects():
                    yield inherited()
                    yield Note(text="top")
            """,
            "voga/cal/fixtures/demo.py": """
                from library.cal.fixtures.demo import objects
            """,
            "voga/cal/fixtures/star.py": """
                from library.cal.fixtures.star import *

                assert objects
            """,
        }
    )

    told = install(project, "top.cal").ask(
        LOAD,
        """
        told = [load("std"), Note.objects.get(text="voga").after.text]
        tell([*told, load("demo")[3:], load("star")[4:]])
        """,
    )

    assert told == [
        ["library", "voga", "top"],
        "library",
        ["library's demo"],
        ["library's star"],
    ]


def test_order(project: Project):
    """Apps are loaded in their order, with inherited objects at the child's place."""

    def after(text: str, other: str) -> str:
        return f"""
            from notes.models import Note

            def objects():
                yield Note(text={text!r}, after=Note.objects.get(text={other!r}))
        """

    project.write(
        {
            **FAMILY,
            **plain_app("a"),
            **plain_app("z"),
            "a/fixtures/std.json": as_json("a"),
            "library/cal/fixtures/std.py": after("cal", "a"),
            "z/fixtures/std.py": after("z", "cal"),
            "site_fixtures/std.py": after("site", "z"),
        }
    )
    site = install(
        project, "a", "voga.cal", "z", lines="FIXTURE_DIRS = ['site_fixtures']"
    )

    assert site.ask(LOAD, 'tell(load("std"))') == ["a", "cal", "z", "site"]


def test_left_out(project: Project):
    """A fixture that is left out is not found, until one level has its own."""
    project.write(
        {
            **plain_app("notes"),
            **MODELS,
            **plain_app("z"),
            **app("library.cal"),
            **app(
                "voga.cal", "library.cal", not_inherited={"fixtures": ["a", "deep/c"]}
            ),
            **app("top.cal", "voga.cal"),
            "library/cal/fixtures/a.json": as_json("library a"),
            "library/cal/fixtures/b.json": as_json("library b"),
            "library/cal/fixtures/c.json": as_json("library c"),
            "library/cal/fixtures/deep/c.json": as_json("library deep c"),
            "top/cal/fixtures/a.py": as_python("top a"),
            "z/fixtures/a.json": as_json("z a"),
        }
    )
    asked = (
        LOAD,
        """
        told = []
        for label in ("a", "b", "c", "deep/c", "library/cal/fixtures/a.json"):
            told.append(load(label))
            Note.objects.all().delete()
        tell(told)
    """,
    )

    middle = install(project, "voga.cal").ask(*asked)
    top = install(project, "top.cal", "z").ask(*asked)

    left_out = "No fixture named {!r} found: its app leaves it out by not_inherited."
    assert middle == [
        left_out.format("a"),
        ["library b"],
        ["library c"],
        left_out.format("deep/c"),
        ["library a"],
    ]
    assert top == [
        ["top a", "z a"],
        ["library b"],
        ["library c"],
        left_out.format("deep/c"),
        ["library a"],
    ]


def test_by_other_names(project: Project):
    """Subdirectories, formats, apps, paths and databases narrow it down as ever."""
    project.write(
        {
            **FAMILY,
            **plain_app("z"),
            "library/cal/fixtures/cal/demo.json": as_json("deep library"),
            "voga/cal/fixtures/cal/demo.py": as_python("deep voga"),
            "library/cal/fixtures/demo.json": as_json("library"),
            "voga/cal/fixtures/demo.py": as_python("voga"),
            "z/fixtures/demo.json": as_json("z"),
            "library/cal/fixtures/for.default.py": """
                from notes.models import Note
                from . import demo_words

                def objects():
                    return Note(text=demo_words.WORD)
            """,
            "library/cal/fixtures/demo_words.py": "WORD = 'for default'",
            "library/cal/fixtures/for.other.json": as_json("for other"),
            "site_fixtures/own.py": as_python("own"),
            "site_fixtures/own.json": "",
        }
    )
    packed = project.root / "library/cal/fixtures/packed.json.gz"
    packed.write_bytes(gzip.compress(as_json("packed").encode()))
    project.root.joinpath("library/cal/fixtures/both.py.gz").write_bytes(b"")
    # So that a name of its own is all that a Python file has.
    (project.root / "site_fixtures/own.json").unlink()
    lines = "FIXTURE_DIRS = [BASE_DIR / 'site_fixtures', 'library/cal/fixtures']"
    site = install(project, "z", "top.cal", lines=lines)

    told = site.ask(
        LOAD,
        """
        import sys
        from pathlib import Path
        path = Path("library/cal/fixtures/demo.json").resolve()
        asked = [
            (("cal/demo",), {}), (("demo",), {"app_label": "cal"}), (("demo",), {}),
            (("demo.py",), {}), (("demo.json",), {"app_label": "cal"}),
            ((str(path),), {}), (("library/cal/fixtures/demo.json",), {}),
            (("for",), {}), (("packed",), {}), (("own",), {}), (("both",), {}),
        ]
        told = []
        for labels, options in asked:
            told.append(load(*labels, **options))
            Note.objects.all().delete()
        sys.stdin = open(path)
        tell([*told, load("-", format="json")])
        """,
    )

    assert told == [
        ["deep voga"],
        ["voga"],
        ["z", "voga"],
        ["voga"],
        # Asked for by its format, the nearest such file.
        ["library"],
        ["library"],
        ["library"],
        ["for default"],
        ["packed"],
        ["own"],
        "No fixture named 'both' found.",
        ["library"],
    ]


def test_objects(project: Project):
    """objects() gives instances in any nesting, saved as the model does, one by one."""
    project.write(
        {
            **FAMILY,
            "library/cal/fixtures/demo.py": """
                from notes.models import Note

                def objects():
                    first = Note(text="first")
                    yield first
                    yield None
                    yield [Note(text="second", after=first), (Note(text="third"), None)]
                    friend = Note(text="fourth")
                    yield friend
                    friend.friends.add(first)
                    yield (Note(text=text, after=first) for text in ("fifth", "sixth"))
            """,
            "library/cal/fixtures/one.py": """
                from notes.models import Note

                objects = lambda: Note(text="one")
            """,
        }
    )

    told = install(project, "voga.cal").ask(
        LOAD,
        """
        told = [load("demo"), load("one")[6:]]
        first = Note.objects.get(text="first")
        tell([
            *told,
            [note.text for note in first.later.order_by("pk")],
            [note.text for note in first.friends.all()],
            [note.times_saved for note in Note.objects.all()],
        ])
        """,
    )

    words = ["first", "second", "third", "fourth", "fifth", "sixth"]
    assert told == [
        words,
        ["one"],
        ["second", "fifth", "sixth"],
        ["fourth"],
        [1] * 7,
    ]


def test_mistakes(project: Project):
    """A mistake is told with the path of the fixture, and nothing is half written."""
    project.write(
        {
            **FAMILY,
            "library/cal/fixtures/invalid.py": as_python("good", "!bad"),
            "library/cal/fixtures/twice.py": as_python("same", "same"),
            "library/cal/fixtures/text.py": """
                def objects():
                    yield ["text"]
            """,
            "library/cal/fixtures/none.py": "from os import *",
            "library/cal/fixtures/raises.py": """
                def objects():
                    raise ValueError("on purpose")
            """,
        }
    )

    told = install(project, "voga.cal").ask(
        LOAD,
        """
        from django.core import serializers
        told = {name: load(name) for name in ("invalid", "twice", "text", "none")}
        try:
            load("raises")
        except ValueError as error:
            told["raises"] = str(error)
        told["from stdin"] = load("-", format="py")
        told["from text"] = []
        try:
            list(serializers.deserialize("py", "def objects(): pass"))
        except DeserializationError as error:
            told["from text"] = str(error)
        tell([told, texts()])
        """,
    )

    home = f"{project.root.resolve()}/library/cal/fixtures"
    no_file = "Fixtures in Python are files, not text to be read."
    assert told == [
        {
            name: f"Problem installing fixture '{home}/{name}.py': {words}"
            for name, words in {
                "invalid": f"{home}/invalid.py gave <Note: Note object (None)>, which "
                "is not valid: {'text': ['No shouting.']}",
                "twice": f"{home}/twice.py gave <Note: Note object (None)>, which is "
                "not valid: {'text': ['Note with this Text already exists.']}",
                "text": f"objects() of {home}/text.py gave 'text', which is neither a "
                "model instance nor an iterable of such.",
                "none": f"{home}/none.py has no function objects(), which is to return "
                "model instances.",
                "raises": "on purpose",
            }.items()
        }
        | {
            "from stdin": f"Problem installing fixture '-': {no_file}",
            "from text": no_file,
        },
        [],
    ]


def test_loaded_twice(project: Project):
    """With keys of their own, objects are those that are there already."""
    project.write(
        {
            **FAMILY,
            "library/cal/fixtures/demo.py": """
                from notes.models import Note

                def objects():
                    yield Note(pk=1, text="one")
                    yield Note(pk=2, text="two", after_id=1)
            """,
        }
    )

    told = install(project, "voga.cal").ask(
        LOAD,
        """
        told = [load("demo")]
        Note.objects.filter(pk=2).update(text="changed")
        tell([*told, load("demo"), load("demo")])
        """,
    )

    assert told == [["one", "two"]] * 3


def test_other_database(project: Project):
    """Into another database it is loaded whatever is in the first."""
    project.write({**FAMILY, "library/cal/fixtures/demo.py": as_python("one")})
    lines = """
    DATABASES["other"] = {**DATABASES["default"], "NAME": BASE_DIR / "other.sqlite3"}
    """

    told = install(project, "voga.cal", lines=lines).ask(
        LOAD,
        """
        from django.db import IntegrityError
        call_command("migrate", run_syncdb=True, verbosity=0, database="other")
        told = [load("demo"), load("demo", database="other")]
        told.append([note.text for note in Note.objects.using("other")])
        try:
            load("demo", database="other")
        except IntegrityError as error:
            told.append("UNIQUE" in str(error))
        tell(told)
        """,
    )

    assert told == [["one"], ["one"], ["one"], True]


def test_no_fixtures(project: Project):
    """Other Python files there are nobody's business, whatever they are called."""
    project.write(
        {
            **FAMILY,
            "library/cal/fixtures/__init__.py": "",
            "library/cal/fixtures/demo.json": as_json("json"),
            "library/cal/fixtures/demo.py": """
                from notes.models import Note

                def make():
                    objects = list(Note.objects.all())
                    return objects

                raise RuntimeError("This is not to be imported.")
            """,
            "voga/cal/fixtures/factories.py": "",
        }
    )

    told = install(project, "voga.cal").ask(
        LOAD, 'tell([load("demo"), load("factories")])'
    )

    assert told == [["json"], "No fixture named 'factories' found."]


def test_files_elsewhere(project: Project):
    """The files of a parent may be in another directory than its modules."""
    elsewhere = str(project.root / "elsewhere")
    project.write(
        {
            **plain_app("notes"),
            **MODELS,
            **app("library.cal", path=elsewhere),
            **app("voga.cal", "library.cal"),
            "elsewhere/fixtures/demo.py": as_python("elsewhere"),
            "elsewhere/fixtures/data.json": as_json("data"),
        }
    )

    told = install(project, "voga.cal").ask(LOAD, 'tell([load("demo"), load("data")])')

    assert told == [["elsewhere"], ["elsewhere", "data"]]


def test_test_cases(project: Project):
    """The fixtures of a test case are found as by the command."""
    project.write(
        {
            **FAMILY,
            "library/cal/fixtures/std.json": as_json("library"),
            "library/cal/fixtures/demo.json": as_json("library's demo"),
            "voga/cal/fixtures/demo.py": as_python("voga's demo"),
            "voga/cal/tests.py": """
                from django.test import TestCase
                from notes.models import Note

                class Test(TestCase):
                    fixtures = ["std", "demo"]

                    def test_notes(self):
                        texts = [note.text for note in Note.objects.order_by("pk")]
                        self.assertEqual(texts, ["library", "voga's demo"])
            """,
        }
    )

    assert "Ran 1 test" in install(project, "top.cal").manage("test", "voga.cal")


def test_dumped(project: Project):
    """Data are dumped as ever, and not as Python."""
    project.write({**FAMILY, "library/cal/fixtures/demo.json": as_json("one", pk=1)})
    site = install(project, "voga.cal")
    site.manage("migrate", "--run-syncdb")
    site.manage("loaddata", "demo")

    dumped = json.loads(site.manage("dumpdata", "notes"))
    refused = site.manage("dumpdata", "notes", "--format", "py", exit_code=1)

    fields = {"text": "one", "after": None, "times_saved": 0, "friends": []}
    assert dumped == [{"model": "notes.note", "pk": 1, "fields": fields}]
    assert refused == (
        "CommandError: Unable to serialize database: Fixtures in Python are written "
        "by hand. Use another format, such as json.\n"
    )


def test_serializers_of_the_project(project: Project):
    """A project's own format of that name is left alone, whenever it is read."""
    project.write(
        {
            **FAMILY,
            "own_format.py": """
                from django.core.serializers.json import Deserializer, Serializer
            """,
        }
    )
    asked = """
        from django.core import serializers
        tell(serializers.get_serializer("py").__module__)
    """
    own = "SERIALIZATION_MODULES = {'py': 'own_format'}"
    ready = """
        from django.core import serializers

        serializers.get_serializer_formats()
    """
    project.write({"reads/__init__.py": ready})

    told = [
        install(project, *apps, "voga.cal", lines=lines).ask(asked)
        for apps in ((), ("reads",))
        for lines in ("", own)
    ]

    ours = "django_plugin_system.inheritance.resources.python_fixtures"
    theirs = "django.core.serializers.json"
    assert told == [ours, theirs, ours, theirs]


PLACES = {
    **FAMILY,
    **plain_app("places"),
    "places/models.py": """
        import uuid
        from django.contrib.contenttypes.fields import (
            GenericForeignKey, GenericRelation,
        )
        from django.contrib.contenttypes.models import ContentType
        from django.db import models

        class Label(models.Model):
            text = models.CharField(max_length=30)
            content_type = models.ForeignKey(ContentType, models.CASCADE)
            object_id = models.PositiveIntegerField()
            thing = GenericForeignKey()

        class House(models.Model):
            code = models.UUIDField(primary_key=True, default=uuid.uuid4)
            name = models.CharField(max_length=30, unique=True)

        class Room(models.Model):
            name = models.CharField(max_length=30)
            house = models.ForeignKey(
                House, models.CASCADE, to_field="name", null=True, blank=True
            )
            labels = GenericRelation(Label)

            def __str__(self):
                return self.name

            def __len__(self):
                return 0

        class Hall(Room):
            seats = models.IntegerField(default=0)

        class Event(models.Model):
            room = models.OneToOneField(Room, models.CASCADE)
            title = models.CharField(max_length=30)

            def __str__(self):
                return self.title

        class Strict(models.Model):
            def save(self):
                super().save()
    """,
}


def with_places(project: Project, **fixtures: str) -> Project:
    """Return a site whose parent has these fixtures of places."""
    imports = "from places.models import Event, Hall, House, Label, Room, Strict"
    project.write(PLACES)
    for name, text in fixtures.items():
        path = project.root / f"library/cal/fixtures/{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{imports}\n\n{dedent(text)}")
    return install(project, "django.contrib.contenttypes", "places", "voga.cal")


SHOW = """
from places.models import Event, Hall, Label, Room
def events():
    return [
        [event.title, event.room.name] for event in Event.objects.order_by("title")
    ]
"""


def test_related(project: Project):
    """Objects may refer to others that get their keys only when they are saved."""
    site = with_places(
        project,
        listed="""
            def objects():
                room = Room(name="a")
                return [room, Event(room=room, title="listed")]
        """,
        nested="""
            def objects():
                house = House(name="house")
                room = Hall(name="b", house=house)
                label = Label(thing=room, text="label")
                yield house
                yield [room, [label, Event(room=room, title="nested")]]
                yield [room, Hall(name="nowhere")]
        """,
    )

    told = site.ask(
        LOAD,
        SHOW,
        """
        load("listed"), load("nested")
        tell([
            events(), Room.objects.get(name="b").house.name, Hall.objects.count(),
            [label.thing.name for label in Label.objects.all()],
            [label.text for label in Room.objects.get(name="b").labels.all()],
        ])
        """,
    )

    assert told == [[["listed", "a"], ["nested", "b"]], "house", 2, ["b"], []]


def test_related_that_is_not_saved(project: Project):
    """An object before those that it refers to is refused, and nothing is written."""
    site = with_places(
        project,
        early="""
            def objects():
                room = Room(name="a")
                yield Room(name="first")
                yield [Event(room=room, title="early"), room]
        """,
        label="""
            def objects():
                yield Room(name="first")
                yield Label(text="label", thing=Room(name="a"))
        """,
        house="""
            def objects():
                yield Room(name="a", house=House(name="house"))
        """,
    )

    told = site.ask(
        LOAD,
        SHOW,
        """
        told = {name: load(name) for name in ("early", "label")}
        house = load("house").partition("gave ")[2].partition(" instance")[0]
        tell([told, house, Room.objects.count()])
        """,
    )

    home = f"{project.root.resolve()}/library/cal/fixtures"
    first = "which is not saved yet. Give that one first, or save it there."
    assert told == [
        {
            "early": f"Problem installing fixture '{home}/early.py': {home}/early.py "
            f"gave <Event: early>, whose 'room' is <Room: a>, {first}",
            "label": f"Problem installing fixture '{home}/label.py': {home}/label.py "
            f"gave <Label: Label object (None)>, whose 'thing' is <Room: a>, {first}",
        },
        "<Room: a>, which is not valid: {'house': [\"house",
        0,
    ]


def test_saves_nowhere(project: Project):
    """A save() that takes no database is named, and what to do."""
    site = with_places(project, strict="objects = lambda: [Strict()]")

    told = site.ask(LOAD, 'tell(load("strict"))')

    path = f"{project.root.resolve()}/library/cal/fixtures/strict.py"
    assert told == (
        f"Problem installing fixture '{path}': {path} gave <Strict: Strict object "
        "(None)>, but Strict.save() got an unexpected keyword argument 'using', the "
        "database to save it to. Let save() take **kwargs, and pass them on."
    )


def test_other_mistakes_in_save(project: Project):
    """What else goes wrong in a save() is told as it is."""
    project.write({**FAMILY, "library/cal/fixtures/demo.py": as_python("one")})
    models = project.root / "notes/models.py"
    models.write_text(models.read_text().replace("+= 1", "+= 'x'"))

    told = install(project, "voga.cal").ask(
        LOAD,
        """
        try:
            load("demo")
        except TypeError as error:
            tell(str(error))
        """,
    )

    path = f"{project.root.resolve()}/library/cal/fixtures/demo.py"
    assert told == (
        f"Problem installing fixture '{path}': unsupported operand type(s) for +=: "
        "'int' and 'str'"
    )


def test_encodings(project: Project):
    """A Python file is read in the encoding that it declares, as Python does."""
    project.write({**FAMILY, "library/cal/fixtures/__init__.py": ""})
    home = project.root / "library/cal/fixtures"
    source = dedent(as_python("Büro"))
    (home / "latin.py").write_bytes(f"# coding: latin-1\n{source}".encode("latin-1"))
    (home / "bom.py").write_bytes(source.encode("utf-8-sig"))
    (home / "star.py").write_bytes(
        b"# coding: latin-1\n# \xfc\nfrom library.cal.fixtures.bom import *\n"
    )

    told = install(project, "voga.cal").ask(
        LOAD,
        """
        told = []
        for name in ("latin", "bom", "star"):
            told.append(load(name))
            Note.objects.all().delete()
        tell(told)
        """,
    )

    assert told == [["Büro"]] * 3
