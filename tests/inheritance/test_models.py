"""Models of an app that is extended: one class for each, whoever defines it."""

from __future__ import annotations

import pytest

from .library import CAL, SILENT_CHILD, TABLES, UNAWARE_CAL, VOGA_CAL, config
from .projects import Project

FACTS = """
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
tell({
    "tables": [
        model._meta.db_table for model in apps.get_app_config("cal").get_models()
    ],
    "content types": [
        *ContentType.objects.filter(app_label="cal").values_list("model", flat=True)
    ],
    "permissions": [
        *Permission.objects.filter(content_type__app_label="cal")
        .values_list("codename", flat=True)
    ],
})
"""


def test_untouched(project: Project):
    """A child that holds only a config has its parent's models, and no others."""
    project.write({**UNAWARE_CAL, **SILENT_CHILD})
    parent, child = project.install("library.cal"), project.install("voga.cal")

    child.manage("migrate", "--run-syncdb", "--verbosity=0")
    of_child = child.ask(FACTS)
    child.database.unlink()
    parent.manage("migrate", "--run-syncdb", "--verbosity=0")
    of_parent = parent.ask(FACTS)

    assert of_child == of_parent
    assert of_child["tables"] == ["cal_room", "cal_event"]
    assert of_child["content types"] == ["event", "room"]
    assert "add_room" in of_child["permissions"]
    assert "no issues" in child.check()


@pytest.mark.parametrize(
    "library", [pytest.param(CAL, id="asking"), pytest.param(UNAWARE_CAL, id="unaware")]
)
def test_one_model(project: Project, library: dict[str, str]):
    """The child's class is the model, also where the parent speaks of it."""
    project.write({**library, **VOGA_CAL})
    site = project.install("voga.cal")

    told = site.ask("""
        from django.apps import apps
        import library.cal.models, voga.cal.models
        Room = apps.get_model("cal.Room")
        Event = apps.get_model("cal.Event")
        tell([
            Room.__module__, Event.__module__,
            library.cal.models.Room is voga.cal.models.Room is Room,
            Event._meta.get_field("room").related_model is Room,
            Room._meta.get_field("part_of").related_model is Room,
            Room._meta.ordering, Room._meta.db_table, Room._meta.verbose_name,
            type(Room.objects).__name__, Room.events.rel.related_model is Event,
            sorted(model.__name__ for model in apps.get_app_config("cal").get_models()),
        ])
    """)

    assert told == [
        "voga.cal.models",
        "library.cal.models",
        True,
        True,
        True,
        ["name"],
        "cal_room",
        "room",
        "RoomManager",
        True,
        ["Event", "Room"],
    ]
    assert "no issues" in site.check()


def test_library_alone(project: Project):
    """A model that asks is one like any other, where nobody extends the app."""
    project.write(CAL)

    told = project.install("library.cal").ask("""
        from library.cal.models import Room
        tell([Room._meta.abstract, Room._meta.label])
    """)

    assert told == [False, "cal.Room"]


def test_packages_of_models(project: Project):
    """Parent and child may split their models over several modules."""
    event = CAL["library/cal/models.py"].partition("class Event")[2]
    project.write(
        {
            **CAL,
            "library/cal/models.py": "",
            "library/cal/models/rooms.py": CAL["library/cal/models.py"].partition(
                "        class Event"
            )[0],
            "library/cal/models/events.py": "from django.db import models\n"
            f"from .rooms import Room\nclass Event{event}".replace("\n        ", "\n"),
            "voga/cal/apps.py": VOGA_CAL["voga/cal/apps.py"],
            "voga/cal/models/rooms.py": VOGA_CAL["voga/cal/models.py"],
        }
    )
    (project.root / "library/cal/models.py").unlink()
    project.write(
        {
            "library/cal/models/__init__.py": """
                from .rooms import *
                from .events import Event
            """,
            "voga/cal/models/__init__.py": "from .rooms import Room",
        }
    )

    told = project.install("voga.cal").ask("""
        from django.apps import apps
        from library.cal import models
        from library.cal.models import rooms, events
        Room = apps.get_model("cal.Room")
        tell([
            Room.__module__,
            models.Room is rooms.Room is events.Room is Room,
            models.Event._meta.get_field("room").related_model is Room,
            sorted(model.__name__ for model in apps.get_app_config("cal").get_models()),
        ])
    """)

    assert told == ["voga.cal.models.rooms", True, True, ["Event", "Room"]]


@pytest.mark.parametrize(
    ("mid", "top", "line"),
    [
        pytest.param(True, True, ["top", "mid", "library"], id="both"),
        pytest.param(False, True, ["top", "library"], id="only-top"),
        pytest.param(True, False, ["mid", "library"], id="only-mid"),
        pytest.param(False, False, ["library"], id="nobody"),
    ],
)
def test_three_levels(project: Project, mid: bool, top: bool, line: list[str]):
    """Each level may define the model or be silent; one class comes of it."""
    project.write(UNAWARE_CAL)
    for package, parent, extends in (
        ("mid.cal", "library.cal", mid),
        ("top.cal", "mid.cal", top),
    ):
        project.write(config(package, parent, *(["Room"] if extends else [])))
        if extends:
            name = package.partition(".")[0]
            source = "mid" if name == "top" and mid else "library"
            project.write(
                {
                    f"{name}/cal/models.py": f"""
                        from django.db import models
                        from {source}.cal.models import Room

                        class Room(Room):
                            {name} = models.IntegerField(default=1)

                            def save(self, **kwargs):
                                super(Room, self).save(**kwargs)
                    """
                }
            )

    told = project.install("top.cal").ask(
        TABLES
        + """
import sys
Room = apps.get_model("cal.Room")
create_tables("cal")
Room.objects.create(name="A")
tell([
    [each.__module__.partition(".")[0] for each in Room.__mro__
     if each.__name__ == "Room"],
    all(
        module.Room is Room
        for name, module in sys.modules.items()
        if name.endswith("cal.models")
    ),
    sorted(field.name for field in Room._meta.fields),
])
"""
    )

    fields = sorted(["id", "name", "part_of", *line[:-1]])
    assert told == [line, True, fields]


def test_mid_level_alone(project: Project):
    """What a child extends stays a model where only the middle level is installed."""
    project.write({**CAL, **VOGA_CAL, **config("top.cal", "voga.cal", "Room")})

    told = project.install("voga.cal").ask("""
        from django.apps import apps
        tell(apps.get_model("cal.Room").__module__)
    """)

    assert told == "voga.cal.models"


def test_different_models_at_each_level(project: Project):
    """One level extends Room, the next Event: both are models of the app."""
    project.write(
        {
            **CAL,
            **VOGA_CAL,
            **config("top.cal", "voga.cal", "Event"),
            "top/cal/models.py": """
                from django.db import models
                from library.cal.models import Event

                class Event(Event):
                    seats = models.IntegerField(default=1)
            """,
        }
    )
    project.write(
        {
            "library/cal/models.py": CAL["library/cal/models.py"]
            + "\n            def rooms(self):\n                return Room.objects\n"
        }
    )

    told = project.install("top.cal").ask("""
        from django.apps import apps
        Room, Event = map(apps.get_model, ["cal.Room", "cal.Event"])
        tell([
            Room.__module__, Event.__module__,
            Event._meta.get_field("room").related_model is Room,
            Event().rooms().model is Room,
        ])
    """)

    assert told == ["voga.cal.models", "top.cal.models", True, True]


def test_complete_replacement(project: Project):
    """A child's model need not derive from the parent's."""
    project.write({**CAL, **VOGA_CAL})
    project.write(
        {
            "voga/cal/models.py": """
                from django.db import models

                class Room(models.Model):
                    number = models.IntegerField()
            """
        }
    )

    told = project.install("voga.cal").ask("""
        from django.apps import apps
        from library.cal import models
        Room = apps.get_model("cal.Room")
        tell([models.Room is Room, models.Event.room.field.related_model is Room])
    """)

    assert told == [True, True]


def test_replacement_that_comes_first(project: Project):
    """An app that imports the child's models early changes nothing."""
    project.write(
        {
            **CAL,
            **VOGA_CAL,
            "voga/cal/models.py": """
                from django.db import models

                class Room(models.Model):
                    number = models.IntegerField()
            """,
            "early/models.py": "from voga.cal.models import Room",
        }
    )

    told = project.install("early", "voga.cal").ask("""
        from django.apps import apps
        from library.cal import models
        tell(models.Room is apps.get_model("cal.Room"))
    """)

    assert told is True


def test_app_label_written(project: Project):
    """A Meta that names the label, as libraries had to, is fine."""
    project.write({**CAL, **VOGA_CAL})
    project.write(
        {
            "library/cal/models.py": CAL["library/cal/models.py"].replace(
                "ordering =", 'app_label = "cal"\n                ordering ='
            ),
        }
    )

    told = project.install("voga.cal").ask("""
        from django.apps import apps
        tell(apps.get_model("cal.Room").__module__)
    """)

    assert told == "voga.cal.models"


def test_meta(project: Project):
    """Options of the parent's Meta are the child's, which may derive from it."""
    project.write(
        {
            **config("library.cal"),
            "library/cal/models.py": """
                from django.db import models

                class RoomQuerySet(models.QuerySet):
                    def big(self):
                        return self.filter(size__gt=9)

                class Base(models.Model):
                    size = models.IntegerField()

                    class Meta:
                        abstract = True
                        get_latest_by = "size"
                        constraints = [
                            models.CheckConstraint(
                                condition=models.Q(size__gt=0),
                                name="%(app_label)s_%(class)s_size",
                            )
                        ]

                class Room(Base):
                    objects = models.Manager.from_queryset(RoomQuerySet)()
                    everything = models.Manager()

                    class Meta(Base.Meta):
                        ordering = ["-size"]
                        permissions = [("book", "Can book")]
                        verbose_name = "chamber"
                        indexes = [
                            models.Index(fields=["size"], name="%(class)s_by_size")
                        ]

                class House(Base):
                    class Meta:
                        verbose_name = "house"

                class Hall(Base):
                    pass
            """,
            **config("voga.cal", "library.cal", "Room", "House", "Hall"),
            "voga/cal/models.py": """
                from django.db import models
                from library.cal.models import Hall, House, Room

                class Room(Room):
                    class Meta(Room.Meta):
                        verbose_name = "room"

                class House(House):
                    pass

                class Hall(Hall):
                    class Meta:
                        verbose_name = "auditorium"
            """,
        }
    )
    site = project.install("voga.cal")

    told = site.ask("""
        from django.apps import apps
        told = []
        for name in ("Room", "House", "Hall"):
            options = apps.get_model("cal", name)._meta
            told.append([
                str(options.verbose_name), options.get_latest_by, options.ordering,
                options.permissions, [index.name for index in options.indexes],
                [each.name for each in options.constraints], options.abstract,
            ])
        Room = apps.get_model("cal.Room")
        big = str(Room.objects.big().query.where)
        tell([told, Room._default_manager.name, Room.everything.name, big])
    """)

    assert told == [
        [
            [
                "room",
                "size",
                ["-size"],
                [["book", "Can book"]],
                ["room_by_size"],
                ["cal_room_size"],
                False,
            ],
            ["house", None, [], [], [], [], False],
            ["auditorium", None, [], [], [], [], False],
        ],
        "objects",
        "everything",
        "(AND: IntegerGreaterThan(Col(cal_room, cal.Room.size), 9))",
    ]
    assert "no issues" in site.check()


def test_mixin_listed(project: Project):
    """A class that its author made abstract is no model, whoever lists it."""
    project.write(
        {
            **config("library.cal"),
            "library/cal/models.py": """
                from django.db import models

                class Named(models.Model):
                    name = models.CharField(max_length=50)

                    class Meta:
                        abstract = True

                class Room(Named):
                    pass
            """,
            **config("voga.cal", "library.cal", "Named"),
            "voga/cal/models.py": """
                from django.db import models
                from library.cal.models import Named

                class Named(Named):
                    class Meta:
                        abstract = True

                class House(Named):
                    pass
            """,
        }
    )

    told = project.install("voga.cal").ask("""
        from django.apps import apps
        tell([model._meta.label for model in apps.get_app_config("cal").get_models()])
    """)

    assert told == ["cal.Room", "cal.House"]


def test_diamond(project: Project):
    """An app with two parents composes the model that both of them extend."""
    project.write({**UNAWARE_CAL})
    for side in ("left", "right"):
        project.write(
            {
                **config(f"{side}.cal", "library.cal", "Room"),
                f"{side}/cal/models.py": f"""
                    from django.db import models
                    from library.cal.models import Room

                    class Room(Room):
                        {side} = models.IntegerField(default=1)

                        def save(self, **kwargs):
                            self.name += {side!r}
                            super(Room, self).save(**kwargs)
                """,
            }
        )
    project.write(
        {
            "both/cal/apps.py": """
                from left.cal.apps import Config as Left
                from right.cal.apps import Config as Right

                class Config(Left, Right):
                    extends_models = ["Room"]
            """,
            "both/cal/models.py": """
                from left.cal import models as left
                from right.cal import models as right

                class Room(left.Room, right.Room):
                    pass
            """,
        }
    )

    told = project.install("both.cal").ask(
        TABLES
        + """
Room = apps.get_model("cal.Room")
create_tables("cal")
room = Room.objects.create(name="")
tell([
    [each.__module__.partition(".")[0] for each in Room.__mro__
     if each.__name__ == "Room"],
    [field.name for field in Room._meta.fields], room.name,
])
"""
    )

    assert told == [
        ["both", "left", "right", "library"],
        ["id", "name", "part_of", "right", "left"],
        "leftright",
    ]


def test_auth_user_model(project: Project):
    """A user model can be extended, also where another app asks for it at import."""
    project.write(
        {
            **config("library.users"),
            "library/users/models.py": """
                from django.contrib.auth.models import AbstractUser

                class User(AbstractUser):
                    pass
            """,
            **config("voga.users", "library.users", "User"),
            "voga/users/models.py": """
                from django.db import models
                from library.users.models import User

                class User(User):
                    nickname = models.CharField(max_length=50)
            """,
            "third/models.py": """
                from django.conf import settings
                from django.contrib.auth import get_user_model
                from django.db import models

                User = get_user_model()

                class Note(models.Model):
                    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
                    to = models.ForeignKey(User, models.CASCADE, related_name="+")
            """,
        }
    )
    site = project.install("third", "voga.users", lines="AUTH_USER_MODEL='users.User'")

    told = site.ask("""
        from django.contrib.auth import get_user_model
        from third import models
        User = get_user_model()
        tell([
            User.__module__, models.User is User,
            models.Note.by.field.related_model is User,
            models.Note.to.field.related_model is User,
        ])
    """)

    assert told == ["voga.users.models", True, True, True]
    assert "no issues" in site.check()


def test_not_listed(project: Project):
    """A child's model of a parent's name that extends_models lacks is refused."""
    project.write({**CAL, **VOGA_CAL, **config("voga.cal", "library.cal")})

    printed = project.install("voga.cal").check(exit_code=1)

    assert "Conflicting 'room' models in application 'cal'" in printed


def test_a_manager_of_a_mixin_behind_the_parent(project: Project):
    """What the parent's class has not yet hides nothing of the bases after it."""
    project.write(
        {
            "library/cal/apps.py": """
                from django_plugin_system.inheritance import PluginConfig

                class CalConfig(PluginConfig):
                    name = "library.cal"
            """,
            "library/cal/models.py": """
                from django.db import models

                class Room(models.Model):
                    name = models.CharField(max_length=9)
            """,
            "voga/cal/apps.py": """
                from library.cal.apps import CalConfig

                class CalConfig(CalConfig):
                    name = "voga.cal"
                    extends_models = ["Room"]
            """,
            "voga/cal/models.py": """
                from django.db import models
                from library.cal import models as parent

                class NamedManager(models.Manager):
                    pass

                class Named(models.Model):
                    objects = NamedManager()
                    class Meta:
                        abstract = True

                class Room(parent.Room, Named):
                    pass
            """,
        }
    )

    told = project.install("voga.cal").ask("""
        from voga.cal.models import Room
        tell([type(Room.objects).__name__, type(Room._default_manager).__name__])
    """)

    assert told == ["NamedManager", "NamedManager"]
