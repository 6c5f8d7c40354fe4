"""What the parent's code means by the name of a model that a child has defined."""

from __future__ import annotations

import pytest

from .library import SILENT_CHILD, TABLES, config
from .projects import Project

ROOMS = {
    **config("library.cal"),
    "library/__init__.py": "",
    "library/shared.py": """
        from library.cal.models import Room as AnyRoom

        def rooms():
            return AnyRoom.objects.count()
    """,
    "library/cal/models.py": """
        from django.db import models

        class Room(models.Model):
            name = models.CharField(max_length=50)

            @classmethod
            def make(cls, name):
                return Room.objects.create(name=name)

            def others(self):
                return [room.name for room in Room.objects.exclude(pk=self.pk)]

        Alias = Room

        def find(name):
            try:
                return Room.objects.get(name=name)
            except Room.DoesNotExist:
                return Room(name=f"no {name}")

        def is_room(it):
            return isinstance(it, Room)
    """,
    **config("voga.cal", "library.cal", "Room"),
    "voga/cal/models.py": """
        from django.db import models
        from library.cal.models import Room as Base
        import library.cal.models

        class Room(Base):
            tariff = models.IntegerField(default=1)

        # Right after the class.
        seen = library.cal.models.Room
    """,
}


def test_names(project: Project):
    """Functions and methods of the parent work with the child's class."""
    project.write({**ROOMS, "third/models.py": "import library.shared"})
    site = project.install("third", "voga.cal")

    told = site.ask(
        TABLES
        + """
import library.cal.models as parent, library.shared, voga.cal.models as child
Room = apps.get_model("cal.Room")
create_tables("cal")
room = parent.Room.make("A")
other = parent.Room.make("B")
tell([
    type(room) is Room, room.tariff, room.others(), parent.find("C").name,
    type(parent.find("C")) is Room, parent.find("A") == room,
    parent.is_room(room), isinstance(room, parent.Room), parent.Alias is Room,
    child.seen is Room, library.shared.AnyRoom is Room, library.shared.rooms(),
])
"""
    )

    assert told == [
        True,
        1,
        ["B"],
        "no C",
        True,
        True,
        True,
        True,
        True,
        True,
        True,
        2,
    ]


KEPT = {
    **config("library.cal"),
    "library/cal/models.py": """
        import functools
        from collections import OrderedDict, defaultdict, namedtuple
        from django.db import models
        from django.utils.functional import SimpleLazyObject

        Pair = namedtuple("Pair", "first second")

        def bound(cls):
            def decorate(function):
                @functools.wraps(function)
                def wrapper(*args):
                    return function(cls, *args)
                return wrapper
            return decorate

        class Room(models.Model):
            name = models.CharField(max_length=50)

            def __str__(self):
                return super().__str__() and "a room"

        class Event(models.Model):
            place = Room

            class Options:
                model = Room
                models = [Room]

            @classmethod
            def kind(cls, default=Room):
                return default

            @staticmethod
            def other(*, default=Room) -> Room:
                return default

        a_list = [Room, Event]
        a_list.append(a_list)
        a_dict = {"event": Event, Room: Room, "again": {"deep": (Room,)}}
        a_dict_of_values = {"room": Room}
        ordered = OrderedDict(room=Room)
        missing = defaultdict(list, {"rooms": [Room]})
        a_set, no_set = {Room, Event}, {Event}
        frozen = frozenset([Room])
        pair = Pair(Room, Event)
        events = (Event,)
        lazy = SimpleLazyObject(lambda: 1 / 0)

        def find(name: Room = None, *, of=Room):
            return of

        @bound(Room)
        def closed(cls):
            return cls

        def recursive():
            def inner():
                return later
            return inner
            later = 1

        unfinished = recursive()
    """,
    **config("voga.cal", "library.cal", "Room"),
    "voga/cal/models.py": """
        from django.db import models
        from library.cal.models import Room
        import library.cal.models

        parent = Room

        class Room(Room):
            tariff = models.IntegerField(default=1)
    """,
}


def test_what_a_parent_keeps(project: Project):
    """Whatever the parent has made of its class by then is the child's class too."""
    project.write(KEPT)

    told = project.install("voga.cal").ask("""
        import typing
        from library.cal import models as it
        from voga.cal.models import Room
        own = Room.__mro__[1]
        tell({
            "names": it.Room is Room,
            "list": it.a_list[:2] == [Room, it.Event] and it.a_list[2] is it.a_list,
            "dict": [*it.a_dict] == ["event", Room, "again"],
            "key": it.a_dict[Room] is Room,
            "deep": it.a_dict["again"]["deep"] == (Room,),
            "value": it.a_dict_of_values == {"room": Room},
            "ordered": it.ordered["room"] is Room,
            "defaultdict": it.missing["rooms"] == [Room] and it.missing["none"] == [],
            "set": [it.a_set, it.no_set] == [{Room, it.Event}, {it.Event}],
            "frozenset": it.frozen == {Room},
            "namedtuple": it.pair == it.Pair(Room, it.Event) and it.pair.first is Room,
            "same tuple": it.events == (it.Event,),
            "attribute": it.Event.place is Room,
            "nested": [it.Event.Options.model, *it.Event.Options.models] == [Room] * 2,
            "class method": it.Event.kind() is Room,
            "static method": it.Event.other() is Room,
            "annotation": typing.get_type_hints(it.Event.other)["return"] is Room,
            "default": it.find() is Room,
            "closure": it.closed() is Room,
            "super": str(Room()),
            "own": own.__module__,
        })
    """)

    assert told == {**dict.fromkeys(told, True), "super": "a room", "own": told["own"]}
    assert told["own"] == "library.cal.models"


def test_what_a_library_keeps(project: Project):
    """A module that is no part of an app counts too, where it has the class by name."""
    project.write(
        {
            **KEPT,
            "elsewhere.py": """
                from library.cal.models import Room
                rooms = [Room]
            """,
        }
    )
    site = project.install("voga.cal")
    models = project.root / "library/cal/models.py"
    models.write_text(models.read_text() + "\n\nimport elsewhere\n")

    told = site.ask("""
        import elsewhere
        from voga.cal.models import Room
        tell([elsewhere.Room is Room, elsewhere.rooms == [Room]])
    """)

    assert told == [True, True]


def test_unusual_modules(project: Project):
    """What modules do to the list of modules does not keep names from changing."""
    project.write(
        {
            **ROOMS,
            "imported_last.py": "",
            "library/cal/models.py": """
                import sys
                from django.db import models
                import imported_last

                class Room(models.Model):
                    pass

                del sys.modules["imported_last"]
                sys.modules["no_module"] = object()
                import library.shared
            """,
        }
    )

    told = project.install("voga.cal").ask("""
        import library.cal.models, library.shared, sys
        from voga.cal.models import Room
        tell([
            type(sys.modules["no_module"]) is object,
            library.cal.models.Room is Room, library.shared.AnyRoom is Room,
        ])
    """)

    assert told == [True, True, True]


SUPER = {
    **config("library.cal"),
    "library/cal/models.py": """
        import functools
        from django.db import models
        from django.utils.functional import cached_property

        def noisy(method):
            @functools.wraps(method)
            def wrapper(self):
                return "noisy " + method(self)
            return wrapper

        class Base(models.Model):
            class Meta:
                abstract = True

            said = "base"

            @classmethod
            def by_class(cls):
                return ["base"]

            @staticmethod
            def by_nobody():
                return ["base"]

            @property
            def by_property(self):
                return self.said

            @by_property.setter
            def by_property(self, value):
                self.said = value

            by_cached_property = by_decorator = by_property
            by_both = by_property

        class Room(Base):
            @classmethod
            def by_class(cls):
                return [*super(Room, cls).by_class(), Room.__module__]

            @staticmethod
            def by_nobody():
                return [*super(Room, Room).by_nobody(), "library"]

            @property
            def by_property(self):
                return super(Room, self).by_property + " library"

            @by_property.setter
            def by_property(self, value):
                super(Room, type(self)).by_property.fset(self, value)

            @cached_property
            def by_cached_property(self):
                return super(Room, self).by_cached_property + " library"

            @noisy
            def by_decorator(self):
                def inner():
                    return super(Room, self).by_decorator + " library"
                return inner()

            def by_both(self):
                def inner(me):
                    return super().by_both
                return [super(Room, self).by_both, super().by_both, inner(self)]

            def unbound(self):
                return super(Room).__get__(self).by_property

            def by_other_names(self):
                s, me = super, Room
                told = [s(Room, self).by_property, super(me, self).by_property]
                return [*told, super(  # of the base
                    Room, self).by_property]

        class Event(Base):
            def by_decorator(self):
                return super(Event, self).by_decorator
    """,
    **config("voga.cal", "library.cal", "Room"),
    "voga/cal/models.py": """
        from library.cal.models import Room

        class Room(Room):
            @classmethod
            def by_class(cls):
                return [*super(Room, cls).by_class(), "voga"]

            @property
            def by_property(self):
                return super(Room, self).by_property + " voga"

            by_property = by_property.setter(Room.by_property.fset)
    """,
}


def test_old_style_super(project: Project):
    """``super(Room, self)`` means the class of its own module, wherever it stands."""
    project.write(SUPER)

    told = project.install("voga.cal").ask("""
        from library.cal.models import Event, Room
        room = Room()
        told = [
            room.by_class(), Room.by_class(), room.by_nobody(), room.by_property,
            room.by_cached_property, room.by_decorator(), room.by_both(),
            room.unbound(), Event().by_decorator(), room.by_other_names(),
        ]
        room.by_property = "set"
        tell([*told, room.by_property])
    """)

    assert told == [
        ["base", "voga.cal.models", "voga"],
        ["base", "voga.cal.models", "voga"],
        ["base", "library"],
        "base library voga",
        "base library",
        "noisy base library",
        ["base", "base", "base"],
        "base",
        "base",
        ["base"] * 3,
        "set library voga",
    ]


def test_plain_super(project: Project):
    """A module in which all say ``super()`` is left as it is."""
    project.write(ROOMS)

    told = project.install("voga.cal").ask("""
        from library.cal import models
        tell("super" in vars(models))
    """)

    assert told is False


SIGNALS = {
    **config("library.cal"),
    "library/cal/models.py": """
        from django.db import models
        from django.db.models.signals import m2m_changed, post_save, pre_save
        from django.dispatch import Signal, receiver

        booked = Signal()
        heard = []

        class Tag(models.Model):
            pass

        class Room(models.Model):
            tags = models.ManyToManyField(Tag)

        class Event(models.Model):
            tags = models.ManyToManyField(Tag)

        class LargeRoom(Room):
            pass

        class Named(models.Model):
            class Meta:
                abstract = True

        @receiver(pre_save, sender=Room)
        def by_class(sender, **kwargs):
            heard.append(["class", sender._meta.label])

        @receiver(post_save, sender="cal.Room")
        def by_name(sender, **kwargs):
            heard.append(["name", sender._meta.label])

        @receiver(post_save, sender=LargeRoom)
        def by_child(sender, **kwargs):
            heard.append(["child", sender._meta.label])

        @receiver(post_save, sender=Named)
        def by_mixin(sender, **kwargs):
            heard.append("never")

        @receiver(booked, sender=Room)
        def own_signal(sender, **kwargs):
            heard.append(["booked", sender._meta.label])

        def never(sender, **kwargs):
            heard.append("never")

        pre_save.connect(never, sender=Room)
        assert pre_save.disconnect(never, sender=Room) is True
        assert pre_save.disconnect(never, sender=Event) is False

        @receiver(m2m_changed, sender=Room.tags.through)
        def by_through(sender, action, **kwargs):
            heard.append([action, sender._meta.label])
    """,
    **config("voga.cal", "library.cal", "Room"),
    "voga/cal/models.py": """
        from django.db import models
        from library.cal.models import Room

        class Room(Room):
            tariff = models.IntegerField(default=1)
    """,
}
SENT = (
    TABLES
    + """
from library.cal import models
create_tables("cal")
room = models.Room.objects.create()
models.LargeRoom(room_ptr=room).save_base(raw=True)
models.booked.send(sender=type(room))
room.tags.add(models.Tag.objects.create())
models.Event.objects.create().tags.add(models.Tag.objects.create())
tell(models.heard)
"""
)


def test_receivers(project: Project):
    """What the parent connects to its own class hears of the child's."""
    project.write({**SIGNALS})

    told = project.install("voga.cal").ask(SENT)

    assert told == [
        ["class", "cal.Room"],
        ["name", "cal.Room"],
        ["child", "cal.LargeRoom"],
        ["booked", "cal.Room"],
        ["pre_add", "cal.Room_tags"],
        ["post_add", "cal.Room_tags"],
    ]


def test_receivers_of_an_untouched_parent(project: Project):
    """A child that defines no model changes nothing about receivers."""
    project.write({**SIGNALS, **SILENT_CHILD})
    (project.root / "voga/cal/models.py").unlink()
    project.write(config("voga.cal", "library.cal"))

    told = project.install("voga.cal").ask(SENT)

    assert told[0] == ["class", "cal.Room"]
    assert told[-1] == ["post_add", "cal.Room_tags"]


USES = {
    **ROOMS,
    "library/cal/admin.py": """
        from django.contrib import admin
        from library.cal.models import Event, Room

        class EventInline(admin.TabularInline):
            model = Event

        @admin.register(Room)
        class RoomAdmin(admin.ModelAdmin):
            inlines = [EventInline]
            list_display = ["name"]
    """,
    "library/cal/forms.py": """
        from django import forms
        from library.cal.models import Room

        class RoomForm(forms.ModelForm):
            class Meta:
                model = Room
                fields = "__all__"
    """,
    "library/cal/models.py": ROOMS["library/cal/models.py"]
    + """
        class Event(models.Model):
            room = models.ForeignKey(Room, models.CASCADE)

        class LargeRoom(Room):
            pass
    """,
}


def test_admin_and_forms(project: Project):
    """The parent's admin and forms show the child's model, with nothing to wrap."""
    project.write(USES)
    site = project.install("voga.cal")
    site.manage("migrate", "--run-syncdb", "--verbosity=0")

    told = site.ask("""
        from django.contrib.auth.models import User
        from django.contrib import admin
        from django.test import Client
        from library.cal.forms import RoomForm
        from library.cal.models import Room
        client = Client()
        client.force_login(User.objects.create_superuser("boss"))
        form = RoomForm({"name": "A", "tariff": 3})
        room = form.save()
        page = client.get(f"/admin/cal/room/{room.pk}/change/").content.decode()
        tell([
            admin.site.is_registered(Room), [*form.fields],
            "id_tariff" in page, "id_event_set-0-room" in page,
            client.get("/admin/cal/room/").status_code,
        ])
    """)
    dumped = site.manage("dumpdata", "cal")

    assert told == [True, ["name", "tariff"], True, True, 200]
    assert dumped.strip() == (
        '[{"model": "cal.room", "pk": 1, "fields": {"name": "A", "tariff": 3}}]'
    )


@pytest.mark.parametrize("protocol", [2, 5])
def test_pickles(project: Project, protocol: int):
    """Classes, instances, querysets and exceptions come back from a pickle."""
    project.write(USES)

    told = project.install("voga.cal").ask(
        TABLES
        + f"""
import copy, pickle
from django.core import serializers
from library.cal.models import LargeRoom, Room
create_tables("cal")
room = Room.objects.create(name="A")
large = LargeRoom.objects.create(name="L")
query = Room.objects.filter(name="A")
again = [
    pickle.loads(pickle.dumps(it, {protocol}))
    for it in (Room, LargeRoom, room, large, Room.DoesNotExist, query, query.query)
]
told = next(serializers.deserialize("json", serializers.serialize("json", [room])))
tell([
    again[:5] == [Room, LargeRoom, room, large, Room.DoesNotExist],
    [*again[5]] == [room], str(again[6]) == str(query.query),
    copy.deepcopy(room) == room, told.object == room,
])
"""
    )

    assert told == [True] * 5


@pytest.mark.parametrize("use", ["objects.all()", "DoesNotExist"])
def test_used_before_it_is_defined(project: Project, use: str):
    """What a model is to have, and the parent's class has not yet, is told as such."""
    project.write(ROOMS)
    models = project.root / "library/cal/models.py"
    models.write_text(models.read_text() + f"\nTOO_EARLY = Room.{use}\n")

    assert project.install("library.cal").check() != ""
    said = project.install("voga.cal").check(exit_code=1)

    assert (
        "cal.Room is yet to be defined, by an app that extends it. Use it in a "
        "function, or as apps.get_model('cal.Room')." in said
    )


def test_model_without_objects(project: Project):
    """A model that has no manager of that name lacks it in the usual words."""
    project.write(ROOMS)
    models = project.root / "voga/cal/models.py"
    text = models.read_text().replace(
        "tariff =", "rooms = models.Manager()\n    tariff ="
    )
    models.write_text(text)

    told = project.install("voga.cal").ask("""
        from library.cal.models import Room
        try:
            Room.objects
        except AttributeError as error:
            tell([str(error), hasattr(Room, "rooms"), Room.DoesNotExist.__module__])
    """)

    assert told == [
        "type object 'Room' has no attribute 'objects'",
        True,
        "voga.cal.models",
    ]
