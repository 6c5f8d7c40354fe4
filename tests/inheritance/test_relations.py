"""What points to an extended model, and what derives from it."""

from __future__ import annotations

import pytest

from .library import TABLES, config
from .projects import Project

ROOMS = {
    **config("library.cal"),
    "library/cal/models.py": """
        from django.db import models

        class Tagged(models.Model):
            rooms = models.ManyToManyField(
                "cal.Room", related_name="%(app_label)s_%(class)s_tags"
            )

            class Meta:
                abstract = True

        class Room(models.Model):
            name = models.CharField(max_length=50)
            part_of = models.ForeignKey("self", null=True, on_delete=models.CASCADE)
            near = models.ManyToManyField("self")

            class Meta:
                ordering = ["name"]

            def title(self):
                return f"Room {self.name}"

        class Key(models.Model):
            room = models.OneToOneField(Room, models.CASCADE)

        class Event(Tagged):
            room = models.ForeignKey(Room, models.CASCADE)
            by_name = models.ForeignKey("Room", models.CASCADE, related_name="+")
            also = models.ManyToManyField(Room, through="Use", related_name="also_for")
            later = models.ManyToManyField(Room, related_name="%(class)s_later")

        class Use(models.Model):
            room = models.ForeignKey(Room, models.CASCADE)
            event = models.ForeignKey(Event, models.CASCADE)
    """,
    **config("voga.cal", "library.cal", "Room"),
    "voga/cal/models.py": """
        from django.db import models
        from library.cal.models import Room

        class Room(Room):
            tariff = models.IntegerField(default=1)

            def title(self):
                return super().title() + "!"
    """,
}

THIRD = {
    "third/models.py": """
        from django.contrib.contenttypes.fields import GenericForeignKey
        from django.contrib.contenttypes.fields import GenericRelation
        from django.contrib.contenttypes.models import ContentType
        from django.db import models
        from library.cal.models import Event, Room

        class Note(models.Model):
            room = models.ForeignKey(Room, models.CASCADE)
            rooms = models.ManyToManyField("cal.Room", related_name="%(class)s_rooms")
            content_type = models.ForeignKey(ContentType, models.CASCADE, null=True)
            object_id = models.IntegerField(null=True)
            about = GenericForeignKey()

        class SpecialRoom(Room):
            notes = GenericRelation(Note)
            rate = models.IntegerField(default=1)

            def title(self):
                return super(SpecialRoom, self).title() + " special"

        class RoomProxy(Room):
            class Meta:
                proxy = True
                ordering = ["-name"]

            def title(self):
                return super().title() + " proxy"

        class Visit(models.Model):
            room = models.ForeignKey(SpecialRoom, models.CASCADE)
            proxy = models.ForeignKey(RoomProxy, models.CASCADE, related_name="+")

        def special():
            return SpecialRoom.objects.create(name="S"), RoomProxy.objects.get()
    """,
}

RELATIONS = """
from django.apps import apps
from django.db.models import Field
Room = apps.get_model("cal.Room")
told = {}
for model in apps.get_models(True):
    for field in model._meta.get_fields():
        if model._meta.app_label in ("cal", "third") and field.is_relation:
            if isinstance(field, Field):
                told[str(field).lower()] = field.related_model is Room
"""


def test_every_kind(project: Project):
    """Relations of the parent mean the child's class, however they name it."""
    project.write(ROOMS)
    site = project.install("voga.cal")

    told = site.ask(
        TABLES
        + RELATIONS
        + """
create_tables("cal")
models = apps.get_app_config("cal").models_module
from library.cal.models import Event, Key, Use
room = Room.objects.create(name="A")
hall = Room.objects.create(name="B", part_of=room)
room.near.add(hall)
event = Event.objects.create(room=room, by_name=room)
event.also.add(hall)
event.later.add(hall)
event.rooms.add(room)
Key.objects.create(room=room)
tell([
    [name for name, is_room in told.items() if not is_room],
    len(told),
    room.key.room.title(),
    [each.pk for each in room.event_set.all()] == [event.pk],
    room.cal_event_tags.get() == hall.event_later.get() == hall.also_for.get(),
    hall.near.get() == hall.part_of == room,
    Room.near.through._meta.label,
    Room.objects.filter(event__use__room__tariff=1).get() == room,
])
"""
    )

    assert told == [
        [
            "cal.event_later.event",
            "cal.event_rooms.event",
            "cal.use.event",
        ],
        16,
        "Room A!",
        True,
        True,
        True,
        "cal.Room_near",
        True,
    ]
    assert "no issues" in site.check()


@pytest.mark.parametrize(
    "order", [("third", "voga.cal"), ("voga.cal", "third")], ids=["before", "after"]
)
def test_models_of_a_third_app(project: Project, order: tuple[str, str]):
    """An app that knows only the library gets the child's model to derive from."""
    project.write({**ROOMS, **THIRD})
    site = project.install(*order)

    told = site.ask(
        TABLES
        + """
from third.models import Note, RoomProxy, SpecialRoom, Visit, special
Room = apps.get_model("cal.Room")
create_tables("contenttypes", "cal", "third")
made, proxy = special()
Note.objects.create(room=made, about=proxy)
Note.objects.create(room=made, about=made)
Visit.objects.create(room=made, proxy=proxy)
tell([
    SpecialRoom.__bases__[-1] is RoomProxy.__bases__[-1] is Room,
    [parent.__name__ for parent in SpecialRoom._meta.parents],
    [field.name for field in SpecialRoom._meta.local_fields],
    SpecialRoom._meta.ordering, RoomProxy._meta.ordering, RoomProxy._meta.db_table,
    made.title(), proxy.title(), made.tariff,
    SpecialRoom.__name__, SpecialRoom.__module__, SpecialRoom._meta.label,
    [type(note.about).__name__ for note in Note.objects.order_by("pk")],
    made.notes.count(),
    Room.specialroom.related.related_model is SpecialRoom,
    Visit.proxy.field.related_model is RoomProxy,
])
"""
    )

    assert told == [
        True,
        ["Room"],
        ["room_ptr", "rate"],
        ["name"],
        ["-name"],
        "cal_room",
        "Room S! special",
        "Room S! proxy",
        1,
        "SpecialRoom",
        "third.models",
        "third.SpecialRoom",
        ["Room", "SpecialRoom"],
        1,
        True,
        True,
    ]
    assert "no issues" in site.check()


def test_children_in_the_parent(project: Project):
    """Children and proxies of a model in its own module are made of the child's."""
    project.write(ROOMS)
    source = project.root / "library/cal/models.py"
    source.write_text(
        source.read_text()
        + """
class LargeRoom(Room):
    seats = models.IntegerField(default=100)

    def title(self):
        return super(LargeRoom, self).title() + " large"

class HugeRoom(LargeRoom):
    class Meta(Room.Meta):
        verbose_name = "huge"

class AnyRoom(Room):
    class Meta:
        proxy = True

class HasStage(Room):
    stage = models.IntegerField(default=1)

    class Meta:
        abstract = True

class Theatre(HasStage):
    pass
"""
    )
    site = project.install("voga.cal")

    told = site.ask(
        TABLES
        + """
from library.cal.models import AnyRoom, HugeRoom, LargeRoom, Theatre
Room = apps.get_model("cal.Room")
create_tables("cal")
HugeRoom.objects.create(name="H")
Theatre.objects.create(name="T")
tell([
    Room.objects.get(name="H").largeroom.hugeroom.title(),
    AnyRoom.objects.get(name="H").title(),
    Room.objects.get(name="T").theatre.stage,
    str(HugeRoom._meta.verbose_name), HugeRoom._meta.ordering, Theatre._meta.ordering,
    [each.__name__ for each in HugeRoom._meta.parents],
])
"""
    )

    assert told == [
        "Room H! large",
        "Room H!",
        1,
        "huge",
        ["name"],
        # As where nobody extends it: the Meta of HasStage comes before.
        [],
        ["LargeRoom"],
    ]
    assert "no issues" in site.check()


PARTNERS = {
    **config("library.contacts"),
    "library/contacts/models.py": """
        from django.db import models

        class Partner(models.Model):
            name = models.CharField(max_length=50)

            class Meta:
                ordering = ["name"]

            def full_name(self):
                return self.name

            def save(self, *args, **kwargs):
                self.name += "1"
                super(Partner, self).save(*args, **kwargs)

        class Person(Partner):
            first = models.CharField(max_length=50)

            class Meta:
                verbose_name = "person"

            def full_name(self):
                return f"{self.first} {super(Person, self).full_name()}"

            def save(self, *args, **kwargs):
                self.name += "2"
                super(Person, self).save(*args, **kwargs)

        class Company(Partner):
            vat = models.CharField(max_length=50)

        class Role(models.Model):
            person = models.ForeignKey(Person, models.CASCADE)
            company = models.ForeignKey(Company, models.CASCADE, related_name="roles")
    """,
}


@pytest.mark.parametrize(
    "bases", ["Person, Partner", "Partner, Person", "Person"], ids=str
)
def test_all_of_a_family(project: Project, bases: str):
    """A child may extend a model and those derived from it, bases in any order."""
    company = bases.replace("Person", "Company")
    project.write(
        {
            **PARTNERS,
            **config("min9.contacts", "library.contacts", *PARTNER_NAMES),
            "min9/contacts/models.py": f"""
                from django.db import models
                from library.contacts.models import *

                class Partner(Partner):
                    created = models.IntegerField(default=1)

                    def full_name(self):
                        return super().full_name().upper()

                    def save(self, *args, **kwargs):
                        self.name += "3"
                        super(Partner, self).save(*args, **kwargs)

                class Person({bases}):
                    middle = models.CharField(max_length=50)

                    class Meta(Person.Meta):
                        verbose_name = "human"

                    def save(self, *args, **kwargs):
                        self.name += "4"
                        super(Person, self).save(*args, **kwargs)

                class Company({company}):
                    size = models.IntegerField(default=1)
            """,
        }
    )
    site = project.install("min9.contacts")

    told = site.ask(FAMILY)

    assert told == [
        ["id", "name", "created", "partner_ptr", "first", "middle"],
        ["id", "name", "created", "partner_ptr", "vat", "size"],
        ["Partner"],
        ["name"],
        "human",
        "Ann X4231",
        "X4231",
        "min9.contacts.models",
        True,
    ]
    assert "no issues" in site.check()


PARTNER_NAMES = ("Partner", "Person", "Company")
FAMILY = (
    TABLES
    + """
Partner, Person, Company = map(
    apps.get_app_config("contacts").get_model, ["Partner", "Person", "Company"]
)
create_tables("contacts")
person = Person.objects.create(name="X", first="Ann")
tell([
    [field.name for field in Person._meta.fields],
    [field.name for field in Company._meta.fields],
    [each.__name__ for each in Person._meta.parents],
    Person._meta.ordering, str(Person._meta.verbose_name),
    person.full_name(), Partner.objects.get().name, Person.__module__,
    apps.get_model("contacts.Role").person.field.related_model is Person,
])
"""
)


def test_only_the_base(project: Project):
    """The parent's own children of a model go on from the child's."""
    project.write(
        {
            **PARTNERS,
            **config("min9.contacts", "library.contacts", "Partner"),
            "min9/contacts/models.py": """
                from django.db import models
                from library.contacts.models import Partner

                class Partner(Partner):
                    created = models.IntegerField(default=1)

                    def save(self, *args, **kwargs):
                        self.name += "3"
                        super(Partner, self).save(*args, **kwargs)
            """,
        }
    )

    told = project.install("min9.contacts").ask(FAMILY)

    assert told == [
        ["id", "name", "created", "partner_ptr", "first"],
        ["id", "name", "created", "partner_ptr", "vat"],
        ["Partner"],
        ["name"],
        "person",
        "Ann X231",
        "X231",
        "library.contacts.models",
        True,
    ]


def test_only_one_of_the_children(project: Project):
    """A child may extend what derives from a model, and leave that as it is."""
    project.write(
        {
            **PARTNERS,
            **config("min9.contacts", "library.contacts", "Person"),
            "min9/contacts/models.py": """
                from django.db import models
                from library.contacts.models import Person

                class Person(Person):
                    middle = models.CharField(max_length=50)
            """,
        }
    )

    told = project.install("min9.contacts").ask(FAMILY)

    assert told == [
        ["id", "name", "partner_ptr", "first", "middle"],
        ["id", "name", "partner_ptr", "vat"],
        ["Partner"],
        ["name"],
        "person",
        "Ann X21",
        "X21",
        "min9.contacts.models",
        True,
    ]


def test_child_of_one_never_made(project: Project):
    """What derives from a model that nobody makes is not there either."""
    project.write(
        {
            **PARTNERS,
            **config("min9.contacts", "library.contacts", "Partner"),
            "min9/contacts/models.py": "",
        }
    )

    told = project.install("min9.contacts").ask("""
        from django.apps import apps
        tell([*apps.get_app_config("contacts").models])
    """)

    assert told == ["role"]


def test_room_of_voga(project: Project):
    """The room of Lino Voga: another base from an extended app, and old-style super."""
    project.write(
        {
            **ROOMS,
            **PARTNERS,
            **config("voga.contacts", "library.contacts", "Partner"),
            "voga/contacts/models.py": """
                from django.db import models
                from library.contacts.models import Partner

                class Partner(Partner):
                    language = models.CharField(max_length=5, default="en")
            """,
            "voga/cal/models.py": """
                from django.db import models
                from library.cal.models import Room
                from library.contacts.models import ContactRelated

                class Room(Room, ContactRelated):
                    tariff = models.ForeignKey(
                        "Use", models.CASCADE, null=True, related_name="+"
                    )

                    def save(self, *args, **kwargs):
                        super(Room, self).save(*args, **kwargs)
                        self.saved = [*self.saved, "voga"]
            """,
        }
    )
    contacts = project.root / "library/contacts/models.py"
    contacts.write_text(
        contacts.read_text()
        + """
class ContactRelated(models.Model):
    company = models.ForeignKey(Company, models.CASCADE, null=True)

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        self.saved = ["contact"]
        super(ContactRelated, self).save(*args, **kwargs)
"""
    )
    cal = project.root / "library/cal/models.py"
    cal.write_text(
        cal.read_text().replace(
            '    def title(self):\n        return f"Room {self.name}"',
            "    def save(self, *args, **kwargs):\n"
            "        super(Room, self).save(*args, **kwargs)\n"
            '        self.saved += ["cal"]\n',
        )
    )
    site = project.install("voga.contacts", "voga.cal")

    told = site.ask(
        TABLES
        + """
Room = apps.get_model("cal.Room")
create_tables("contacts", "cal")
Company = apps.get_model("contacts.Company")
room = Room.objects.create(company=Company.objects.create(name="C"))
tell([room.saved, Room.objects.get().company.language])
"""
    )

    assert told == [["contact", "cal", "voga"], "en"]
    assert "no issues" in site.check()


def test_children_of_several(project: Project):
    """A model may derive from two extended ones, in an app that comes first."""
    project.write(
        {
            **PARTNERS,
            **ROOMS,
            **config("voga.contacts", "library.contacts", "Partner"),
            "voga/contacts/models.py": """
                from django.db import models
                from library.contacts.models import Partner

                class Partner(Partner):
                    language = models.CharField(max_length=5, default="en")
            """,
            "third/models.py": """
                from django.db import models
                from library.cal.models import Room
                from library.contacts.models import Partner

                class Host(Partner, Room):
                    room_ptr = models.OneToOneField(
                        Room, models.CASCADE, parent_link=True, primary_key=True
                    )
            """,
        }
    )
    for path in project.root.glob("library/*/models.py"):
        app = path.parent.name
        path.write_text(
            path.read_text().replace(
                "    name = models.CharField(max_length=50)",
                f"    {app}_id = models.AutoField(primary_key=True)",
                1,
            )
        )

    told = project.install("third", "voga.cal", "voga.contacts").ask("""
        from django.apps import apps
        from third.models import Host
        tell([[each.__name__ for each in Host._meta.parents], Host._meta.abstract])
    """)

    assert told == [["Partner", "Room"], False]


def test_metaclasses(project: Project):
    """Metaclasses and class arguments of other libraries go on working."""
    project.write(
        {
            **config("library.cal"),
            "library/cal/models.py": """
                from django.db import models

                class Tracing(models.base.ModelBase):
                    def __new__(cls, name, bases, attrs, **kwargs):
                        new = super().__new__(cls, name, bases, attrs, **kwargs)
                        new.traced = [*getattr(new, "traced", []), name]
                        return new

                class Mixin(metaclass=models.base.ModelBase):
                    pass

                class Room(Mixin, models.Model, metaclass=Tracing):
                    def __init_subclass__(cls, icon="none", **kwargs):
                        super().__init_subclass__(**kwargs)
                        cls.icon = icon

                class LargeRoom(Room, icon="large"):
                    size = models.IntegerField()
            """,
            **config("voga.cal", "library.cal", "Room"),
            "voga/cal/models.py": """
                from library.cal.models import Room

                class Room(Room, icon="room"):
                    pass
            """,
        }
    )

    told = project.install("voga.cal").ask("""
        from library.cal.models import LargeRoom, Room
        tell([
            type(LargeRoom).__name__, Room.icon, LargeRoom.icon, Room.traced,
            [parent.__name__ for parent in LargeRoom._meta.parents],
        ])
    """)

    assert told == ["Tracing", "room", "large", ["Room", "Room"], ["Room"]]


def test_migrations_of_children(project: Project):
    """The order that a child model takes over is no change of its own."""
    project.write(
        {
            **config("library.contacts"),
            **config("voga.contacts", "library.contacts", "Partner"),
            "library/contacts/models.py": """
                from django.db import models

                class Partner(models.Model):
                    name = models.CharField(max_length=50)

                    class Meta:
                        ordering = ["name"]

                class Person(Partner):
                    pass
            """,
            "library/contacts/migrations/__init__.py": "",
            "voga/contacts/models.py": """
                from library.contacts.models import Partner

                class Partner(Partner):
                    def greet(self):
                        return f"Dear {self.name}"
            """,
        }
    )
    project.install("library.contacts").manage("makemigrations", "contacts")
    site = project.install("voga.contacts")

    printed = site.manage("makemigrations", "--check", "--dry-run")
    ordering = site.ask("""
        from django.apps import apps
        tell(apps.get_model("contacts.Person")._meta.ordering)
    """)

    assert printed == "No changes detected\n"
    assert ordering == ["name"]


WAITING = {
    **config("library.cal"),
    "library/cal/models.py": """
        from django.db import models
        from django.db.models.signals import class_prepared

        class Log:
            "As django-simple-history does it."

            def contribute_to_class(self, cls, name):
                self.cls, self.name = cls, name
                class_prepared.connect(self.finalize, weak=False)

            def finalize(self, sender, **kwargs):
                if sender is self.cls:
                    attrs = {"__module__": sender.__module__}
                    log = type(f"Log{sender.__name__}", (models.Model,), attrs)
                    setattr(sender, self.name, log)

        class Room(models.Model):
            log = Log()

        class Large(Room):
            "Large, as its author says."

            large_log = Log()
    """,
    **config("voga.cal", "library.cal", "Room"),
    "voga/cal/models.py": """
        from django.db import models
        from library.cal.models import Room

        class Room(Room):
            tariff = models.IntegerField(default=1)
    """,
}
LOGS = """
import inspect
from django.apps import apps
from library.cal.models import Large, Room
tell([
    sorted(model.__name__ for model in apps.get_app_config("cal").get_models()),
    Room.__dict__["log"] is not None and Room.log.__name__,
    Large.large_log.__name__, Large.log.__name__, Large.__doc__,
    inspect.getsource(Large).split(":")[0],
])
"""


def test_attributes_that_wait_for_their_class(project: Project):
    """What is told of its class is told of the model, as where nobody extends it."""
    project.write(WAITING)

    for app in ("library.cal", "voga.cal"):
        assert project.install(app).ask(LOGS) == [
            ["Large", "LogLarge", "LogRoom", "Room"],
            "LogRoom",
            "LogLarge",
            "LogRoom",
            "Large, as its author says.",
            "class Large(Room)",
        ]


def test_attributes_that_are_overridden(project: Project):
    """A nearer class that has something else by that name has its way."""
    project.write(
        {
            **WAITING,
            **config("top.cal", "voga.cal", "Room"),
            "top/cal/models.py": """
                from voga.cal.models import Room

                class Room(Room):
                    pass
            """,
        }
    )
    models = project.root / "voga/cal/models.py"
    models.write_text(models.read_text() + "    log = None\n")

    told = project.install("top.cal").ask("""
        from django.apps import apps
        room = apps.get_model("cal.Room")
        tell([room.__module__, room.log, "logroom" in apps.all_models["cal"]])
    """)

    assert told == ["top.cal.models", None, False]


def test_metaclass_that_goes_on_after_django(project: Project):
    """A model that derives from an extended one is made when that one is complete."""
    project.write(
        {
            **WAITING,
            "library/cal/models.py": """
                from django.db import models

                class TreeBase(models.base.ModelBase):
                    def __new__(cls, name, bases, attrs, **kwargs):
                        made = super().__new__(cls, name, bases, attrs, **kwargs)
                        if not made._meta.abstract:
                            above = [getattr(b, "tree", None) for b in made.__mro__[1:]]
                            if made._meta.parents:
                                assert any(above), f"{name} came too early"
                            made.tree = name
                        return made

                class Tree(models.Model, metaclass=TreeBase):
                    class Meta:
                        abstract = True

                class Room(Tree):
                    pass

                class Large(Room):
                    pass
            """,
        }
    )

    told = project.install("voga.cal").ask("""
        from library.cal.models import Large, Room
        tell([Room.tree, Large.tree, Large.__mro__[2].__name__])
    """)

    assert told == ["Room", "Large", "Room"]


def test_base_called_by_its_name(project: Project):
    """In the child, the name of its base goes on to mean the base."""
    project.write(
        {
            **config("library.cal"),
            "library/cal/models.py": """
                from django.db import models

                class Room(models.Model):
                    def said(self):
                        return ["library"]

                    @classmethod
                    def made(cls):
                        return Room.__module__
            """,
            **config("voga.cal", "library.cal", "Room"),
            "voga/cal/models.py": """
                from library.cal.models import Room as LibraryRoom

                class Room(LibraryRoom):
                    def said(self):
                        return [*LibraryRoom.said(self), "voga"]
            """,
            **config("top.cal", "voga.cal", "Room"),
            "top/cal/models.py": """
                from voga.cal.models import Room as VogaRoom

                class Room(VogaRoom):
                    def said(self):
                        return [*super(VogaRoom, self).said(), *VogaRoom.said(self)]
            """,
        }
    )
    ask = """
        from django.apps import apps
        Room = apps.get_model("cal.Room")
        tell([Room().said(), Room.made()])
    """

    assert project.install("voga.cal").ask(ask) == [
        ["library", "voga"],
        "voga.cal.models",
    ]
    assert project.install("top.cal").ask(ask) == [
        ["library", "library", "voga"],
        "top.cal.models",
    ]


def test_model_defined_outside_of_its_app(project: Project):
    """One that says itself which app it is of can be extended like the others."""
    project.write(
        {
            **config("library.cal"),
            "library/core.py": """
                from django.db import models

                class Hall(models.Model):
                    class Meta:
                        app_label = "cal"
            """,
            "library/cal/models.py": "from library.core import Hall",
            **config("voga.cal", "library.cal", "Hall"),
            "voga/cal/models.py": """
                from django.db import models
                from library.cal.models import Hall

                class Hall(Hall):
                    tariff = models.IntegerField(default=1)
            """,
        }
    )
    site = project.install("voga.cal")

    assert site.ask("""
        from library.core import Hall
        tell([Hall._meta.label, [each.name for each in Hall._meta.fields]])
    """) == ["cal.Hall", ["id", "tariff"]]
    assert "no issues" in site.check()
