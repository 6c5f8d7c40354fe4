"""The many ways in which a process of a site starts, and starts again."""

from __future__ import annotations

import shutil
from threading import Event, Thread

import pytest

from .library import SILENT_CHILD, TABLES, UNAWARE_CAL, VOGA_CAL, config
from .projects import Project
from .test_migrations import CHILD, LIBRARY, TESTS, bare

SPAWN = """
import multiprocessing, os, sys

if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
"""


def test_tests_in_spawned_processes(project: Project):
    """Workers that share nothing with their parent find the same apps."""
    project.write(
        {
            **LIBRARY,
            **CHILD,
            "voga/cal/migrations/0002_tariff.py": """
                from django.db import migrations, models

                class Migration(migrations.Migration):
                    dependencies = [("cal", "0001_initial")]
                    operations = [
                        migrations.AddField(
                            "Room", "tariff", models.IntegerField(default=1)
                        ),
                    ]
            """,
            "voga/cal/tests.py": TESTS.replace("size, 0", "tariff, 1"),
            "manage.py": SPAWN,
        }
    )

    printed = bare(project, "voga.cal").manage("test", "voga.cal", "--parallel=2")

    assert "Ran 3 tests" in printed
    assert "OK" in printed


def test_other_apps_for_a_while(project: Project):
    """Settings of a test may install other apps, or leave the child out."""
    project.write(
        {
            **UNAWARE_CAL,
            **VOGA_CAL,
            "third/models.py": """
                from django.db import models
                from library.cal.models import Room

                class Note(models.Model):
                    room = models.ForeignKey(Room, models.CASCADE)
            """,
        }
    )

    told = project.install("voga.cal").ask("""
        from django.apps import apps
        from django.conf import settings
        from django.test import override_settings
        from django_plugin_system.inheritance import lineage

        def state():
            found = [app.name for app in apps.get_app_configs() if app.label == "cal"]
            return [found, apps.is_installed("third")]

        Room = apps.get_model("cal.Room")
        told = [state()]
        with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, "third"]):
            told += [state(), apps.get_model("cal.Room") is Room]
            told.append(apps.get_model("third.Note").room.field.related_model is Room)
        with override_settings(INSTALLED_APPS=["django.contrib.contenttypes"]):
            told.append(state())
        tell([*told, state(), lineage("cal"), apps.get_model("cal.Room") is Room])
    """)

    installed = [["voga.cal"], False]
    assert told == [
        installed,
        [["voga.cal"], True],
        True,
        True,
        [[], False],
        installed,
        ["voga.cal", "library.cal"],
        True,
    ]


def test_isolated_models(project: Project):
    """Models of a test that isolates its apps are models as Django makes them."""
    project.write({**UNAWARE_CAL, **VOGA_CAL})

    told = project.install("voga.cal").ask("""
        from django.apps import apps
        from django.db import models
        from django.test.utils import isolate_apps
        from library.cal.models import Room
        with isolate_apps("voga.cal") as isolated:
            class Test(models.Model):
                class Meta:
                    app_label = "cal"
            class Twin(models.Model):
                class Meta:
                    app_label = "cal"
            Twin.__name__ = "Room"
        tell([
            [*isolated.all_models["cal"]], "test" in apps.all_models["cal"],
            apps.get_model("cal.Room") is Room,
        ])
    """)

    assert told == [["test", "twin"], False, True]


def test_autoreload(project: Project):
    """The development server starts again when a file of the parent changes."""
    project.write({**UNAWARE_CAL, **VOGA_CAL, "bare_urls.py": "urlpatterns = []"})
    site = bare(project, "voga.cal", lines="DEBUG = True")
    source = project.root / "library/cal/models.py"

    ended = Event()

    def change() -> None:
        # Until it is noticed: the server looks around only once it has started.
        for _ in range(60):
            source.touch()
            if ended.wait(0.5):
                return
        process.terminate()

    printed = []
    with site.start("-u", "manage.py", "runserver", "127.0.0.1:0") as process:
        assert process.stdout
        Thread(target=change).start()
        for line in process.stdout:
            printed.append(line)
            if "changed, reloading" in line:
                break
        ended.set()
        process.terminate()

    assert f"{source} changed, reloading.\n" in printed, printed


def test_asgi(project: Project):
    """An ASGI application serves the child's models, asynchronously too."""
    project.write(
        {
            **UNAWARE_CAL,
            **VOGA_CAL,
            "bare_urls.py": """
                from django.http import JsonResponse
                from django.urls import path
                from library.cal.models import Room

                async def rooms(request):
                    await Room.objects.acreate(name="A")
                    room = await Room.objects.aget()
                    return JsonResponse([room.name, room.tariff], safe=False)

                urlpatterns = [path("", rooms)]
            """,
        }
    )

    told = bare(project, "voga.cal").ask_early(
        """
        import asyncio
        from django.core.asgi import get_asgi_application
        application = get_asgi_application()
        from django.test import AsyncClient
        """,
        TABLES,
        """
        create_tables("cal")

        async def ask():
            return (await AsyncClient().get("/", headers={"host": "testserver"})).json()

        tell(asyncio.run(ask()))
        """,
    )

    assert told == ["A", 1]


@pytest.mark.parametrize("child", [CHILD, SILENT_CHILD], ids=["extending", "silent"])
def test_namespace_packages(project: Project, child: dict[str, str]):
    """The packages of parent and child may lie in namespace packages."""
    project.write({**LIBRARY, **child})
    for package in ("library", "voga"):
        (project.root / package / "__init__.py").unlink()
    site = bare(project, "voga.cal")

    site.manage("makemigrations", "--name=tariff", "--verbosity=0")
    site.manage("migrate", "--verbosity=0")

    told = site.ask("""
        from django.apps import apps
        from library.cal.models import Room
        tell([Room is apps.get_model("cal.Room"), Room.objects.count()])
    """)
    assert told == [True, 0]


@pytest.mark.parametrize("child", [CHILD, SILENT_CHILD], ids=["extending", "silent"])
def test_zipped_parent(project: Project, child: dict[str, str]):
    """The parent may be in a zip file, with its models and migrations."""
    project.write({**LIBRARY, **child})
    source = project.root / "library/cal/models.py"
    source.write_text(
        source.read_text()
        + "\n    def save(self, **kwargs):\n        super(Event, self).save(**kwargs)\n"
    )
    archive = shutil.make_archive(
        str(project.root / "library"), "zip", project.root, "library"
    )
    shutil.rmtree(project.root / "library")
    site = bare(project, "voga.cal", lines=f"import sys; sys.path.append({archive!r})")

    site.manage("makemigrations", "--name=tariff", "--verbosity=0")
    site.manage("migrate", "--verbosity=0")

    told = site.ask("""
        from django.apps import apps
        from library.cal.models import Event, Room
        Event.objects.create(title="E", room=Room.objects.create(name="R"))
        tell([Room is apps.get_model("cal.Room"), Room.objects.get().events.count()])
    """)
    assert told == [True, 1]


def test_child_of_several_processes(project: Project):
    """What pickles carry from one process to another is the same there."""
    project.write({**UNAWARE_CAL, **VOGA_CAL, **config("top.cal", "voga.cal")})
    site = bare(project, "top.cal")
    script = "import pickle; from library.cal.models import Room\n"

    sent = site.ask(f"{script}tell(pickle.dumps([Room, Room(name='A')]).hex())")
    told = site.ask(
        f"import pickle\ncls, room = pickle.loads(bytes.fromhex({sent!r}))\n"
        "tell([cls.__module__, type(room) is cls, room.name, room.tariff])"
    )

    assert told == ["voga.cal.models", True, "A", 1]


def test_frozen(project: Project):
    """Django may come from another finder than Python's own, with one loader for all.

    Such as where everything is packed into one file.
    """
    project.write({**UNAWARE_CAL, **VOGA_CAL})
    project.write({"library/cal/templates/cal/room.html": "library's room"})

    told = project.install("voga.cal").ask_early(
        """
        import sys
        from importlib.util import find_spec, spec_from_loader
        from pathlib import Path

        ROOT = Path(find_spec("django").origin).parents[1]

        def source(name):
            path = ROOT.joinpath(*name.split("."))
            files = [path / "__init__.py", path.with_suffix(".py")]
            return next((file for file in files if file.is_file()), None)

        class Packed:
            def find_spec(self, name, path=None, target=None):
                found = source(name) if name.split(".")[0] == "django" else None
                if found is None:
                    return None
                spec = spec_from_loader(name, self, origin=str(found))
                if found.name == "__init__.py":
                    spec.submodule_search_locations = [f"packed:/{name}"]
                spec.has_location = True
                return spec

            def create_module(self, spec):
                return None

            def exec_module(self, module):
                exec(compile(source(module.__name__).read_text(), "packed", "exec"),
                     vars(module))

            def get_filename(self, name):
                return str(source(name))

        packed = Packed()
        sys.meta_path.insert(0, packed)
        import django
        django.setup()
        from django.template.loader import render_to_string
        import django.template.backends.django as changed
        names = [changed.get_template_tag_modules.__module__]
        names.append(changed.__loader__.get_filename(changed.__name__)[-9:])
        tell([
            *names, render_to_string("cal/room.html"),
            changed.__loader__ is packed, changed.__spec__.loader is packed,
        ])
        """
    )

    home = "django_plugin_system.inheritance"
    assert told == [
        f"{home}.resources.templatetags",
        "django.py",
        "library's room",
        True,
        True,
    ]


def test_import_hooks(project: Project):
    """Whoever watches imports sees those of what is changed in Django too.

    It may also be a finder that Python asks in place of all others.
    """
    project.write(
        {
            **UNAWARE_CAL,
            **VOGA_CAL,
            "library/cal/views.py": "",
            "library/cal/forms.py": "",
        }
    )
    names = ["django.db.migrations.loader", "voga.cal.models", "voga.cal.views"]

    told = project.install("voga.cal").ask_early(
        """
        import sys
        seen = []

        class Watch:
            def find_spec(self, name, path=None, target=None):
                seen.append(name)

        sys.meta_path.insert(0, Watch())
        import django
        django.setup()
        import django.db.migrations.loader, voga.cal.views

        class All:
            finders = sys.meta_path[:]

            def find_spec(self, name, path=None, target=None):
                found = (each.find_spec(name, path, target) for each in self.finders)
                return next(filter(None, found), None)

        sys.meta_path[:] = [All()]
        """,
        f"""
        import django.views.i18n as changed, voga.cal.forms
        tell([
            [name for name in {names!r} if name in seen], voga.cal.forms.__name__,
            changed.JavaScriptCatalog.get_paths.__module__.split(".")[-1],
        ])
        """,
    )

    assert told == [names, "library.cal.forms", "locale"]


def test_nothing_to_change(project: Project):
    """A change may wait for a module that is not installed; it is missing as ever."""
    project.write({**UNAWARE_CAL, **VOGA_CAL})

    told = project.install("voga.cal").ask("""
        from django_plugin_system.awaiting import when_imported
        from django_plugin_system.inheritance.seams import make_all_changes
        made = []
        when_imported("missing", lambda: made.append("missing"))
        make_all_changes()
        try:
            import missing
        except ModuleNotFoundError as error:
            tell([str(error), made])
    """)

    assert told == ["No module named 'missing'", []]
