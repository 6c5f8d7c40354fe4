"""Models of an app that is extended, compared with those where nobody extends it."""

from __future__ import annotations

import pytest

from .library import config
from .projects import Project

MODELS = """
    from django.contrib.contenttypes.fields import GenericForeignKey
    from django.contrib.contenttypes.models import ContentType
    from django.db import models
    from django.db.models.signals import class_prepared

    def name_manager(sender, **kwargs):
        if sender.__name__ == "Plain" and sender.__module__ != "__fake__":
            models.Manager().contribute_to_class(sender, "late")
            sender._meta.base_manager_name = "late"
            sender._meta.default_manager_name = "late"

    class_prepared.connect(name_manager)

    class Kept(models.Manager):
        use_in_migrations = True

        def get_queryset(self):
            return super().get_queryset().filter(is_gone=False)

    class Sorted(models.Model):
        position = models.IntegerField(default=0, db_index=True)

        class Meta:
            abstract = True
            ordering = ["position"]
            get_latest_by = "position"
            default_related_name = "%(class)s_set_of_%(app_label)s"

    class Soft(models.Model):
        is_gone = models.BooleanField(default=False)
        everything = models.Manager()
        kept = Kept()

        class Meta:
            abstract = True
            default_manager_name = "kept"
            base_manager_name = "kept"

    class Partner(Soft):
        kind = models.CharField(max_length=5, choices=[("a", "A")], default="a")
        objects = models.Manager()

        class Meta(Soft.Meta):
            ordering = ["-kind"]
            get_latest_by = "kind"
            verbose_name = "contact"
            permissions = [("greet", "Can greet")]
            default_permissions = ["add"]
            db_table = "partners"
            constraints = [
                models.UniqueConstraint(fields=["kind", "id"], name="kinds")
            ]
            indexes = [models.Index(fields=["kind"], name="by_kind")]

    class Person(Partner):
        first = models.CharField(max_length=5)

    class Teacher(Person):
        class Meta:
            verbose_name = "coach"
            unique_together = [("degree", "subject")]

        degree = models.CharField(max_length=5)
        subject = models.CharField(max_length=5)

    class Quiet(Partner):
        class Meta:
            proxy = True

    class Gone(Quiet):
        gone = Kept()

        class Meta(Quiet.Meta if hasattr(Quiet, "Meta") else object):
            proxy = True
            ordering = ["pk"]
            default_permissions = ()

    class HasStage(Partner):
        stage = models.IntegerField(default=1)

        class Meta:
            abstract = True
            verbose_name_plural = "stages"

    class Theatre(HasStage):
        pass

    class Ordered(Sorted, Partner):
        pass

    class Linked(Partner):
        link = models.OneToOneField(
            Partner, models.CASCADE, parent_link=True, primary_key=True
        )

    class Guest(Linked):
        class Meta:
            order_with_respect_to = "host"

        host = models.ForeignKey(Partner, models.CASCADE, related_name="guests")

    class Plain(models.Model):
        name = models.CharField(max_length=5)

        class Meta:
            ordering = ["name"]
            constraints = [
                models.UniqueConstraint(fields=["name"], name="names")
            ]

    class PlainChild(Plain):
        pass

    class Note(Sorted):
        class Meta(Sorted.Meta):
            indexes = [models.Index(fields=["position"], name="%(class)s_position")]
            constraints = [
                models.CheckConstraint(
                    condition=models.Q(position__gte=0), name="%(class)s_positive"
                )
            ]

        partner = models.ForeignKey(Partner, models.CASCADE)
        content_type = models.ForeignKey(ContentType, models.CASCADE)
        object_id = models.IntegerField()
        about = GenericForeignKey()

    class LongNote(Note):
        text = models.TextField()
"""
PARENT = {
    **config("library.contacts"),
    "library/contacts/models.py": MODELS,
    "library/contacts/migrations/__init__.py": "",
}
NAMES = ["Partner", "Person", "Teacher", "Quiet", "Gone", "Theatre", "Ordered"]
NAMES += ["Linked", "Guest", "Plain", "PlainChild", "Note", "LongNote"]

FACTS = """
import re
from django.apps import apps
from django.db.migrations.state import ModelState
from django.db.models.options import DEFAULT_NAMES

def said(value):
    if isinstance(value, tuple):
        value = [*value]
    return re.sub(" at 0x[0-9a-f]+", "", repr(value))

def of_field(field):
    name, path, args, kwargs = field.deconstruct()
    return [name, path, said(args), said(kwargs), field.model._meta.label]

def of_model(model):
    options, state = model._meta, ModelState.from_model(model)
    return {
        "options": {
            name: said(getattr(options, name)) for name in sorted(DEFAULT_NAMES)
            if name != "apps"
        },
        "said": sorted(options.original_attrs),
        "managers": [[each.name, type(each).__name__] for each in options.managers],
        "default": [model._default_manager.name, model._base_manager.name],
        "fields": [of_field(field) for field in options.get_fields()
                   if hasattr(field, "deconstruct")],
        "reverse": sorted(
            [each.get_accessor_name() or "", each.related_model._meta.label]
            for each in options.related_objects
        ),
        "own": [field.name for field in options.local_fields],
        "private": [field.name for field in options.private_fields],
        "parents": [
            [parent._meta.label, link and f"{link.model._meta.label}.{link.name}"]
            for parent, link in options.parents.items()
        ],
        "proxy": [options.proxy, options.concrete_model._meta.label],
        "pk": options.pk.name,
        "state": [
            said(sorted(state.options.items())), said(state.bases),
            [[name, type(each).__name__] for name, each in state.managers],
        ],
    }

tell({
    model.__name__: of_model(model)
    for model in apps.get_app_config("contacts").get_models()
})
"""


def _child(*names: str) -> dict[str, str]:
    lines = ["from library.contacts import models as parent", ""]
    for name in names:
        lines += [f"class {name}(parent.{name}):", "    pass", ""]
    return {
        **config("voga.contacts", "library.contacts", *names),
        "voga/contacts/models.py": "\n".join(lines),
        "voga/contacts/migrations/__init__.py": "",
    }


@pytest.mark.parametrize(
    "names",
    [
        ["Partner", "Plain", "Note"],
        ["Person", "Quiet", "PlainChild", "LongNote", "Linked"],
        ["Partner", "Teacher", "Gone", "Theatre", "Ordered", "Guest"],
        NAMES,
    ],
    ids=["bases", "middle", "ends", "all"],
)
def test_families(project: Project, names: list[str]):
    """Every option, manager, field and parent is what it is without a child."""
    project.write({**PARENT, **_child(*names)})
    plain, extended = (
        project.install("library.contacts"),
        project.install("voga.contacts"),
    )
    plain.manage("makemigrations", "contacts", "--verbosity=0")

    expected, told = plain.ask(FACTS), extended.ask(FACTS)

    assert sorted(told) == sorted(expected)
    for name in expected:
        for fact in expected[name]:
            assert told[name][fact] == expected[name][fact], (name, fact)
    printed = extended.manage("makemigrations", "--check", "--dry-run")
    assert printed == "No changes detected\n"
    assert extended.check() == plain.check()
