"""Metaclasses, fields and modules that look at a class after it has been made."""

from __future__ import annotations

import pytest

from .library import TABLES, config
from .projects import Project

RULED = """
    from django.db import models

    pages, permissions = [], {}

    class RulesBase(models.base.ModelBase):
        "As django-rules does it: it takes out of Meta, and asks the class."

        def __new__(cls, name, bases, attrs, **kwargs):
            meta = attrs.get("Meta")
            own = getattr(meta, "rules", {})
            if own:
                del meta.rules
            made = super().__new__(cls, name, bases, attrs, **kwargs)
            made._meta.rules = own
            for each in own:
                permissions[made.get_perm(each)] = own[each]
            return made

    class Ruled(models.Model, metaclass=RulesBase):
        class Meta:
            abstract = True

        @classmethod
        def get_perm(cls, kind):
            return f"{cls._meta.app_label}.{kind}_{cls._meta.model_name}"

    class PageBase(models.base.ModelBase):
        "As Wagtail does it: it looks at the bases before, and the body afterwards."

        def __new__(cls, name, bases, attrs, **kwargs):
            if not any(
                isinstance(base, models.base.ModelBase)
                and hasattr(base, "_meta")
                and (base._meta.all_parents or not base._meta.abstract)
                for base in bases
            ):
                attrs["is_root"] = name
            return super().__new__(cls, name, bases, attrs, **kwargs)

        def __init__(cls, name, bases, attrs):
            super().__init__(name, bases, attrs)
            if "template" not in attrs:
                cls.template = f"{name}.html"
            if "is_creatable" not in attrs:
                cls.is_creatable = not cls._meta.abstract
            if not cls._meta.abstract:
                pages.append(name)

    class Page(models.Model, metaclass=PageBase):
        title = models.CharField(max_length=9)

    class Room(Ruled):
        class Meta:
            rules = {"add": "staff"}

    class Large(Room):
        class Meta:
            rules = {"view": "all"}

    class Proxy(Room):
        class Meta:
            proxy = True

    class EventPage(Page):
        template = "own.html"
        is_creatable = False

    class SpecialPage(EventPage):
        template = "special.html"

    class PageProxy(EventPage):
        class Meta:
            proxy = True

    class LinkBase(models.base.ModelBase):
        "As django-parler does it: it looks at what a relation is to."

        def __new__(cls, name, bases, attrs, **kwargs):
            made = super().__new__(cls, name, bases, attrs, **kwargs)
            if not made._meta.abstract:
                to = made._meta.get_field("to").remote_field.model
                assert not to._meta.abstract, f"{name} has met an abstract class"
                to.links = [*getattr(to, "links", []), name]
            return made

    class Link(models.Model, metaclass=LinkBase):
        to = models.ForeignKey(Room, models.CASCADE)

        class Meta:
            default_related_name = "+"
"""
ASK = """
from library.cal import models
from library.cal.models import *
tell([
    sorted(permissions.items()), sorted(pages),
    [[each.template, each.is_creatable, each.is_root]
     for each in (EventPage, SpecialPage, PageProxy)],
    Room.links, Large.get_perm("x"), Proxy.get_perm("x"), Large.links,
    Link.to.field.related_model is Room, Link._meta.default_related_name,
])
"""
NAMES = ["Room", "Large", "Proxy", "EventPage", "SpecialPage", "PageProxy", "Link"]


@pytest.mark.parametrize(
    "names",
    [["Room", "EventPage"], ["Large", "PageProxy", "Link"], NAMES],
    ids=["bases", "ends", "all"],
)
def test_metaclasses(project: Project, names: list[str]):
    """What a metaclass does with a class comes out as where nobody extends it."""
    lines = ["from library.cal import models as parent", ""]
    lines += [f"class {name}(parent.{name}):\n    pass\n" for name in names]
    project.write(
        {
            **config("library.cal"),
            "library/cal/models.py": RULED,
            **config("voga.cal", "library.cal", *names),
            "voga/cal/models.py": "\n".join(lines),
        }
    )

    expected = project.install("library.cal").ask(ASK)

    assert project.install("voga.cal").ask(ASK) == expected


def test_fields_of_others(project: Project):
    """A field that makes something of its model is told of one model, and only that."""
    project.write(
        {
            **config("library.cal"),
            "library/cal/models.py": """
                from django.db import models

                told = []

                class TagField(models.CharField):
                    def contribute_to_class(self, cls, name, **kwargs):
                        super().contribute_to_class(cls, name, **kwargs)
                        told.append([cls.__name__, cls._meta.abstract])
                        attrs = {"__module__": __name__}
                        setattr(cls, f"{name}_model", type(
                            f"{cls.__name__}_{name}", (models.Model,), attrs
                        ))

                class Room(models.Model):
                    name = models.CharField(max_length=9)
                    tags = TagField(max_length=9)

                class Large(Room):
                    size = TagField(max_length=9)
            """,
            **config("voga.cal", "library.cal", "Room"),
            "voga/cal/models.py": """
                from library.cal.models import Room

                class Room(Room):
                    pass
            """,
        }
    )
    ask = """
        from django.apps import apps
        from library.cal.models import Large, Room, told
        tell([
            told, sorted(apps.all_models["cal"]), Room.tags_model.__name__,
            [each.name for each in Large._meta.fields],
        ])
    """

    expected = project.install("library.cal").ask(ask)

    assert expected[1] == ["large", "large_size", "room", "room_tags"]
    assert project.install("voga.cal").ask(ask) == expected


def test_done_to_a_class_afterwards(project: Project):
    """What a module does to a class that waits is done to the model that comes."""
    project.write(
        {
            **config("library.cal"),
            "library/cal/models.py": """
                from django.db import models

                class Room(models.Model):
                    pass

                class Large(Room):
                    size = models.IntegerField(default=1)
                    note = "body"
                    other = "body"

                    def title(self):
                        return "large"

                Large.note = "later"
                Large.added = 5
                Large.title.short_description = "Title"
                Large.add_to_class("extra", models.IntegerField(default=2))
                Large.add_to_class("method", lambda self: self.extra)
            """,
            **config("voga.cal", "library.cal", "Room"),
            "voga/cal/models.py": """
                from library.cal.models import Room

                class Room(Room):
                    pass
            """,
        }
    )
    ask = (
        TABLES
        + """
from library.cal.models import Large
create_tables("cal")
it = Large.objects.create()
tell([
    it.note, it.other, it.added, it.title.short_description, it.method(),
    [each.name for each in Large._meta.local_fields],
])
"""
    )

    assert project.install("voga.cal").ask(ask) == [
        "later",
        "body",
        5,
        "Title",
        2,
        ["room_ptr", "size", "extra"],
    ]


SHAPES = {
    **config("library.cal"),
    "library/cal/models.py": """
        from django.db import models

        class Plain:
            def said(self):
                return ["plain"]

        class Kept(models.Manager):
            def get_queryset(self):
                return super().get_queryset().filter(is_gone=False)

        class Room(models.Model):
            is_gone = models.BooleanField(default=False)
            kept = Kept()
            objects = models.Manager()

            class Meta:
                db_table = "rooms"
                verbose_name = "chamber"
                default_manager_name = "kept"
                base_manager_name = "kept"
                constraints = [
                    models.UniqueConstraint(fields=["is_gone", "id"], name="once")
                ]

            def said(self):
                return ["room"]
    """,
    **config("voga.cal", "library.cal", "Room"),
    "voga/cal/models.py": """
        from library.cal.models import Room

        class RoomMixin(Room):
            class Meta:
                abstract = True

            def said(self):
                return ["mixin", *super().said()]

        class Room(RoomMixin):
            class Meta(Room.Meta):
                verbose_name = "hall"

        class After(Room):
            class Meta(Room.Meta):
                proxy = True
                constraints = []
    """,
    "third/models.py": """
        from django.db import models
        from library.cal.models import Plain, Room

        class Special(Room):
            pass

        class Mixed(Plain, Room):
            def said(self):
                return ["mixed", *super().said()]

        class Linked(models.Model):
            room = models.OneToOneField(
                Room, models.CASCADE, parent_link=True, primary_key=True
            )

            class Meta:
                abstract = True

        class Link(Linked, Room):
            pass

        class Shown(Room):
            class Meta:
                proxy = True
    """,
}


@pytest.mark.parametrize("order", [("third", "voga.cal"), ("voga.cal", "third")])
def test_shapes_in_a_third_app(project: Project, order: tuple[str, str]):
    """Children in another app have no Meta of a model, and its managers."""
    project.write(SHAPES)
    site = project.install(*order)

    told = site.ask(
        TABLES
        + """
from third.models import Link, Mixed, Shown, Special
from voga.cal.models import After, Room, RoomMixin
create_tables("cal", "third")
Special.objects.create()
Special.objects.create(is_gone=True)
tell([
    [[each._meta.db_table, str(each._meta.verbose_name), len(each._meta.constraints),
      each._default_manager.name, each._base_manager.name, each._meta.proxy]
     for each in (Room, Special, Mixed, Link, Shown, After)],
    Mixed().said(), Room().said(), isinstance(Room(), RoomMixin),
    Special._default_manager.count(), Shown._default_manager.count(),
    Special.objects.count(), Link._meta.pk.name, Link._meta.pk.model is Link,
])
"""
    )

    named = ["kept", "kept"]
    assert told == [
        [
            ["rooms", "hall", 1, *named, False],
            ["third_special", "special", 0, *named, False],
            ["third_mixed", "mixed", 0, *named, False],
            # Its first base is abstract, which is where Django looks.
            ["third_link", "link", 0, "kept", "_base_manager", False],
            ["rooms", "shown", 0, *named, True],
            ["rooms", "after", 0, *named, True],
        ],
        ["mixed", "plain"],
        ["mixin", "room"],
        True,
        1,
        1,
        2,
        "room",
        True,
    ]
    assert "no issues" in site.check()
