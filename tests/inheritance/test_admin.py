"""The admin of an app that is extended."""

from __future__ import annotations

import pytest

from .library import CAL, VOGA_CAL, config
from .projects import Project

ADMIN = {
    "library/cal/admin.py": """
        from django.contrib import admin
        from library.cal.models import Event, Room

        @admin.register(Room)
        class RoomAdmin(admin.ModelAdmin):
            list_display = ["name"]

        admin.site.register(Event)
    """,
}
REGISTERED = """
from django.apps import apps
from django.contrib import admin
tell({
    model.__name__: list(admin.site.get_model_admin(model).list_display)
    for model in apps.get_app_config("cal").get_models()
    if admin.site.is_registered(model)
})
"""


@pytest.mark.parametrize(
    "registering",
    [
        """
        from library.cal.admin import RoomAdmin
        from voga.cal.models import Room

        @admin.register(Room)
        class RoomAdmin(RoomAdmin):
            list_display = ["name", "tariff"]
        """,
        """
        from library.cal.admin import RoomAdmin
        from voga.cal.models import Room

        admin.site.register([Room], RoomAdmin, list_display=["name", "tariff"])
        """,
    ],
)
def test_child_registers_again(project: Project, registering: str):
    """The child's admin of a model takes the place of its parent's."""
    registering = "        from django.contrib import admin" + registering
    project.write({**CAL, **VOGA_CAL, **ADMIN, "voga/cal/admin.py": registering})

    told = project.install("voga.cal").ask(REGISTERED)

    assert told == {"Room": ["name", "tariff"], "Event": ["__str__"]}


def test_three_levels(project: Project):
    """Each level's admin takes the place of the one before."""
    project.write({**CAL, **ADMIN, **VOGA_CAL, **config("top.cal", "voga.cal")})
    project.write(
        {
            f"{child}/cal/admin.py": f"""
                from django.contrib import admin
                from {parent}.cal.admin import *
                from library.cal.models import Room

                @admin.register(Room)
                class RoomAdmin(RoomAdmin):
                    list_display = [*RoomAdmin.list_display, "{child}"]

                    @admin.display
                    def {child}(self, room):
                        return 1
            """
            for child, parent in (("voga", "library"), ("top", "voga"))
        }
    )

    told = project.install("top.cal").ask(REGISTERED)

    assert told == {"Room": ["name", "voga", "top"], "Event": ["__str__"]}


@pytest.mark.parametrize(
    "files",
    [
        # Within one app, or by another one: as ever.
        {"library/cal/admin.py": ADMIN["library/cal/admin.py"] * 2},
        {
            "third/__init__.py": "",
            "third/admin.py": """
                from django.contrib import admin
                import library.cal.admin
                from library.cal.models import Event
                admin.site.register(Event)
            """,
        },
    ],
)
def test_nobody_else_does(project: Project, files: dict[str, str]):
    """Registered twice by the same app, or by one that does not extend it."""
    project.write({**CAL, **VOGA_CAL, **ADMIN, "third/__init__.py": "", **files})

    said = project.install("voga.cal", "third").check(exit_code=1)

    assert "AlreadyRegistered" in said


def test_registered_among_models(project: Project):
    """The parent registers its class where it is not a model yet."""
    registering = "admin.site.register([Room, Event])"
    project.write({**CAL, **VOGA_CAL})
    models = project.root / "library/cal/models.py"
    text = models.read_text()
    models.write_text(f"from django.contrib import admin\n{text}\n{registering}\n")

    told = project.install("voga.cal").ask(REGISTERED)

    assert told == {"Room": ["__str__"], "Event": ["__str__"]}


def test_model_that_nobody_makes(project: Project):
    """The check says what is missing, rather than the admin that Room is abstract."""
    project.write({**CAL, **VOGA_CAL, **ADMIN})
    models = project.root / "voga/cal/models.py"
    models.write_text(models.read_text().replace("class Room(", "class Rooms("))

    said = project.install("voga.cal").check(exit_code=1)

    assert "extends_models names 'Room', so the parent's is abstract, but" in said
    assert "HINT: If voga.cal.models.Rooms is to be it, call that Room." in said
