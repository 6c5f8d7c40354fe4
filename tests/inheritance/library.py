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
