"""A small plugin library and a site's children of it, as files of a project."""

from __future__ import annotations

CAL = {
    "library/cal/apps.py": """
        from django_plugin_system.inheritance import PluginConfig

        class CalConfig(PluginConfig):
            name = "library.cal"
            verbose_name = "Calendar"
    """,
    "library/cal/models.py": """
        from django.db import models
        from django_plugin_system.inheritance import is_abstract_model

        class RoomManager(models.Manager):
            def big(self):
                return self.filter(name__startswith="B")

        class Room(models.Model):
            name = models.CharField(max_length=50)
            part_of = models.ForeignKey("self", null=True, on_delete=models.CASCADE)

            objects = RoomManager()

            class Meta:
                abstract = is_abstract_model(__name__, "Room")
                ordering = ["name"]
                verbose_name = "room"

            def __str__(self):
                return self.name

        class Event(models.Model):
            room = models.ForeignKey(Room, models.CASCADE, related_name="events")
            title = models.CharField(max_length=50)
    """,
}

# The same without a word about being extended.
UNAWARE_CAL = {
    **CAL,
    "library/cal/models.py": CAL["library/cal/models.py"]
    .replace('abstract = is_abstract_model(__name__, "Room")', "")
    .replace("from django_plugin_system.inheritance import is_abstract_model", ""),
}

VOGA_CAL = {
    "voga/cal/apps.py": """
        from library.cal.apps import CalConfig

        class CalConfig(CalConfig):
            name = "voga.cal"
            extends_models = ["Room"]
    """,
    "voga/cal/models.py": """
        from django.db import models
        from library.cal.models import Room

        class Room(Room):
            tariff = models.IntegerField(default=1)
    """,
}

# All that a child needs.
SILENT_CHILD = {
    "voga/cal/apps.py": """
        from library.cal.apps import CalConfig

        class CalConfig(CalConfig):
            name = "voga.cal"
    """,
}

# For scripts: the tables of an app whose migrations are not the point.
TABLES = """
from django.apps import apps
from django.db import connection

def create_tables(*labels):
    with connection.schema_editor() as editor:
        for label in labels:
            for model in apps.get_app_config(label).get_models():
                if not model._meta.proxy:
                    editor.create_model(model)
"""


def config(
    package: str, parent: str | None = None, *models: str, **lines: object
) -> dict[str, str]:
    """Return the apps module of a package that may extend a parent's models."""
    text = ["from django_plugin_system.inheritance import PluginConfig", ""]
    text += ["class Config(PluginConfig):", f"    name = {package!r}"]
    if parent:
        text += [f"    extends = {parent!r}", f"    extends_models = {models!r}"]
    text += [f"    {name} = {value!r}" for name, value in lines.items()]
    return {f"{package.replace('.', '/')}/apps.py": "\n".join(text) + "\n"}
