"""Models of an app that is extended."""

from __future__ import annotations

from .library import CAL, VOGA_CAL
from .projects import Project


def test_one_model(project: Project):
    """The child's class is the model, also where the parent speaks of it."""
    project.write({**CAL, **VOGA_CAL})
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
            Room._meta.ordering, Room._meta.db_table,
        ])
    """)

    assert told == [
        "voga.cal.models",
        "library.cal.models",
        True,
        True,
        ["name"],
        "cal_room",
    ]
