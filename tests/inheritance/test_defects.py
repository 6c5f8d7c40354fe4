"""Models that vanish without a word in Lino.

What goes wrong there with variants is in ``test_installed_apps.py``.
"""

from __future__ import annotations

from .families import app
from .projects import Project

ROOM = """
from django.db import models
from django_plugin_system.inheritance import is_abstract_model

class Room(models.Model):
    name = models.CharField(max_length=50)

    class Meta:
        abstract = is_abstract_model(__name__, "Room")
"""


def extended(package: str) -> str:
    """Return models with a room that has one more field, called as its package."""
    return f"""
        from django.db import models
        from library.cal.models import Room

        class Room(Room):
            {package.partition(".")[0]} = models.IntegerField(default=1)
    """


ASK = """
from django.apps import apps
Room = apps.get_model("cal.Room")
tell([Room.__module__, [field.name for field in Room._meta.get_fields()]])
"""


def test_split_models(project: Project):
    """A model in a module below ``models`` is there, extended or not."""
    project.write(
        {
            **app("library.cal"),
            "library/cal/models/__init__.py": "from .rooms import Room",
            "library/cal/models/rooms.py": ROOM,
            **app("voga.cal", "library.cal", extends_models=["Room"]),
            "voga/cal/models.py": extended("voga.cal"),
        }
    )

    told = [project.install(name).ask(ASK) for name in ("library.cal", "voga.cal")]

    assert told == [
        ["library.cal.models.rooms", ["id", "name"]],
        ["voga.cal.models", ["id", "name", "voga"]],
    ]
