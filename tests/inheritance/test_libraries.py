"""Libraries that are told of models, or make them in their own way, as they are.

They are in the group ``services`` of pyproject.toml.
"""

from __future__ import annotations

import pytest

from .library import config
from .projects import Project

pytestmark = pytest.mark.service

WAGTAIL = "wagtail.users wagtail.admin wagtail.images wagtail.documents wagtail.search "
WAGTAIL += "wagtail.snippets wagtail taggit modelcluster"
LIBRARIES = {
    "rules": (
        "rules",
        """
        import rules
        from rules.contrib.models import RulesModel

        class Room(RulesModel):
            class Meta:
                rules_permissions = {"add": rules.is_staff}

        class Large(Room):
            class Meta:
                rules_permissions = {"view": rules.is_staff}
        """,
        "from rules.permissions import permissions; tell(sorted(permissions))",
        ["cal.add_room", "cal.view_large"],
    ),
    "mptt": (
        "mptt",
        """
        import mptt

        class Room(models.Model):
            parent = models.ForeignKey("self", models.CASCADE, null=True)

        mptt.register(Room)
        """,
        "tell([each.name for each in Room._meta.fields])",
        ["id", "parent", "tariff", "lft", "rght", "tree_id", "level"],
    ),
    "auditlog": (
        "auditlog",
        """
        from auditlog.registry import auditlog

        class Room(models.Model):
            pass

        auditlog.register(Room)
        """,
        "tell([str(each) for each in models.auditlog.get_models()])",
        ["<class 'voga.cal.models.Room'>"],
    ),
    "reversion": (
        "reversion",
        """
        import reversion

        @reversion.register()
        class Room(models.Model):
            pass
        """,
        "tell(models.reversion.revisions._get_options(Room).fields)",
        ["id", "tariff"],
    ),
    "watson": (
        "watson",
        """
        from watson import search

        class Room(models.Model):
            pass

        search.register(Room)
        """,
        "tell([str(each) for each in models.search.get_registered_models()])",
        ["<class 'voga.cal.models.Room'>"],
    ),
    "simple_history": (
        "simple_history",
        """
        import simple_history

        class Room(models.Model):
            pass

        simple_history.register(Room)
        """,
        "tell([each.name for each in Room.history.model._meta.fields][:2])",
        ["id", "tariff"],
    ),
    "pghistory": (
        "pgtrigger pghistory",
        """
        import pghistory

        @pghistory.track()
        class Room(models.Model):
            pass

        @pghistory.track()
        class Event(models.Model):
            pass
        """,
        "import voga.cal.models as child\n"
        "tell([str(child.RoomEvent), str(child.EventEvent)])",
        ["<class 'voga.cal.models.RoomEvent'>", "<class 'voga.cal.models.EventEvent'>"],
    ),
    "parler": (
        "parler",
        """
        from parler.fields import TranslationsForeignKey
        from parler.models import TranslatableModel, TranslatedFieldsModel

        class Room(TranslatableModel):
            pass

        class RoomTranslation(TranslatedFieldsModel):
            name = models.CharField(max_length=9)
            master = TranslationsForeignKey(
                Room, models.CASCADE, related_name="translations", null=True
            )
        """,
        "tell([Room(name='A').name, Room._parler_meta.root.shared_model is Room])",
        ["A", True],
    ),
    "polymorphic": (
        "polymorphic",
        """
        from polymorphic.models import PolymorphicModel

        class Room(PolymorphicModel):
            pass

        class Large(Room):
            pass
        """,
        "tell([type(Room.objects).__name__, Room.__subclasses__()[0].__name__])",
        ["PolymorphicManager", "Large"],
    ),
    "wagtail": (
        WAGTAIL,
        """
        from wagtail.models import Page
        from wagtail.snippets.models import get_snippet_models, register_snippet

        class Room(Page):
            template = "own.html"

        class Large(Room):
            pass

        @register_snippet
        class Advert(models.Model):
            pass
        """,
        "tell([Room.template, models.Large.template, Room.is_creatable,\n"
        "      [each.__name__ for each in models.get_snippet_models()]])",
        ["own.html", "cal/large.html", True, ["Advert"]],
    ),
}


@pytest.mark.parametrize("name", LIBRARIES)
def test_library(project: Project, name: str):
    """It meets the model of the child, and its migrations have what that adds."""
    installed, models, script, expected = LIBRARIES[name]
    header = "        from django.db import models\n"
    project.write(
        {
            **config("library.cal"),
            "library/cal/models.py": header + models,
            "library/cal/migrations/__init__.py": "",
            **config("voga.cal", "library.cal", "Room"),
            "voga/cal/models.py": """
                from django.db import models
                from library.cal.models import Room

                class Room(Room):
                    tariff = models.IntegerField(default=1)
            """,
            "voga/cal/migrations/__init__.py": "",
        }
    )
    lines = 'WAGTAIL_SITE_NAME = WAGTAILADMIN_BASE_URL = "http://testserver"'
    plain, site = (
        project.install(*installed.split(), app, lines=lines)
        for app in ("library.cal", "voga.cal")
    )
    plain.manage("makemigrations", "cal", "--verbosity=0")

    told = site.ask(
        "from library.cal import models\nfrom library.cal.models import Room", script
    )

    assert told == expected
    assert "no issues" in site.check()
    printed = site.manage("makemigrations", "cal", "--dry-run")
    assert "+ Add field tariff to room" in printed
    assert "Remove field" not in printed
