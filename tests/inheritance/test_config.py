"""How an app says which app it extends, and what its config then is."""

from __future__ import annotations

import pytest

from .library import CAL, UNAWARE_CAL, VOGA_CAL, config
from .projects import Project

ROOM = {"voga/cal/models.py": VOGA_CAL["voga/cal/models.py"]}
TOLD = """
from django.apps import apps
app = apps.get_app_config("cal")
tell([
    type(app).__name__, app.name, app.label, str(app.verbose_name),
    app.path.split("/site/")[-1], [*app.lineage], app.models_module.__name__,
    apps.get_model("cal.Room").__module__,
])
"""


def told(
    name: str = "CalConfig",
    package: str = "voga.cal",
    parent: str = "library.cal",
    verbose_name: str = "Calendar",
) -> list[object]:
    return [
        name,
        package,
        "cal",
        verbose_name,
        package.replace(".", "/"),
        [package, parent],
        f"{package}.models",
        f"{package}.models",
    ]


APPS = {
    "same-name": """
        from library.cal.apps import CalConfig

        class CalConfig(CalConfig):
            name = "voga.cal"
            extends_models = ["Room"]
    """,
    "no-name": """
        from library.cal.apps import CalConfig

        class CalConfig(CalConfig):
            extends_models = ["Room"]
    """,
    "other-name": """
        from library.cal.apps import CalConfig as Parent

        class CalConfig(Parent):
            extends_models = ["Room"]
    """,
    "both-names": """
        from library.cal.apps import *

        Parent = CalConfig

        class CalConfig(CalConfig):
            extends_models = ["Room"]
    """,
    "by-module": """
        from library.cal import apps as parent

        class CalConfig(parent.CalConfig):
            extends_models = ["Room"]
    """,
    "by-package": """
        from django_plugin_system.inheritance import PluginConfig

        class CalConfig(PluginConfig):
            extends = "library.cal"
            extends_models = "Room"
    """,
    "mixins": """
        from django.apps import AppConfig
        from django_plugin_system.inheritance import PluginConfig
        from mixins import Loud, Quiet

        class CalConfig(Loud, Quiet, PluginConfig):
            extends = "library.cal"
            extends_models = ["Room"]
    """,
    "two-in-one": """
        from library.cal.apps import CalConfig as Parent

        class Base(Parent):
            default = False
            extends_models = ["Room"]

        class CalConfig(Base):
            default = True
    """,
    "not-taken": """
        from library.cal.apps import CalConfig as Parent

        class CalConfig(Parent):
            extends_models = ["Room"]

        class OtherConfig(CalConfig):
            default = False
    """,
}


@pytest.mark.parametrize("text", APPS.values(), ids=APPS)
def test_ways_to_say_it(project: Project, text: str):
    """Whichever way a parent is named, Django takes the child's config."""
    project.write(
        {
            **CAL,
            **ROOM,
            "voga/cal/apps.py": text,
            "mixins.py": """
                from django_plugin_system.inheritance import PluginConfig

                class Loud:
                    pass

                class Quiet(PluginConfig):
                    pass
            """,
        }
    )

    assert project.install("voga.cal").ask(TOLD) == told()


def test_class_path(project: Project):
    """INSTALLED_APPS may name the class, under any name, in any module."""
    project.write(
        {
            **CAL,
            **ROOM,
            "voga/cal/apps.py": "",
            "voga/cal/variants.py": """
                from library.cal.apps import CalConfig

                class Small(CalConfig):
                    name = "voga.cal"
                    verbose_name = "Small"
                    extends_models = ["Room"]

                class Large(Small):
                    verbose_name = "Large"
                    extends_models = ["Room"]
            """,
        }
    )

    site = project.install("voga.cal.variants.Large")

    assert site.ask(TOLD) == told("Large", verbose_name="Large")


PLUGIN = "from django_plugin_system.inheritance import PluginConfig\n"


@pytest.mark.parametrize("parent_apps", [False, True], ids=["", "apps-in-parent"])
@pytest.mark.parametrize("child_apps", [False, True], ids=["", "apps-in-child"])
def test_plugin_in_the_package(project: Project, parent_apps: bool, child_apps: bool):
    """A class Plugin in the package itself is its config; no apps module is needed."""
    project.write(
        {
            "library/cal/models.py": CAL["library/cal/models.py"],
            **ROOM,
            "library/cal/__init__.py": PLUGIN
            + """
class Plugin(PluginConfig):
    verbose_name = "Calendar"
            """,
            "voga/cal/__init__.py": """
                from library.cal import Plugin

                class Plugin(Plugin):
                    extends_models = ["Room"]
            """,
        }
    )
    if parent_apps:
        project.write({"library/cal/apps.py": "from library.cal import Plugin"})
    if child_apps:
        project.write({"voga/cal/apps.py": "from . import Plugin"})

    assert project.install("voga.cal").ask(TOLD) == told("Plugin")
    assert project.install("library.cal").ask(TOLD)[:2] == ["Plugin", "library.cal"]


def test_plugin_beside_apps(project: Project):
    """A config in the package counts, also where the apps module has none."""
    project.write(
        {
            **CAL,
            **ROOM,
            "voga/cal/__init__.py": """
                from library.cal.apps import CalConfig

                class Plugin(CalConfig):
                    extends_models = ["Room"]
            """,
            "voga/cal/apps.py": "",
        }
    )

    assert project.install("voga.cal").ask(TOLD) == told("Plugin")


def test_apps_beside_plugin(project: Project):
    """The apps module's own config is the one that counts, where there is one too."""
    project.write(
        {
            **CAL,
            **ROOM,
            "voga/cal/__init__.py": """
                from library.cal.apps import CalConfig

                class Plugin(CalConfig):
                    extends_models = ["Room"]
            """,
            "voga/cal/apps.py": """
                from voga.cal import Plugin

                class CalConfig(Plugin):
                    verbose_name = "Calendar of Voga"
            """,
        }
    )

    told_of = project.install("voga.cal").ask(TOLD)

    assert told_of == told(verbose_name="Calendar of Voga")


def test_package_called_otherwise(project: Project):
    """The label stays the parent's, whatever the child's package is called."""
    project.write(
        {
            **CAL,
            "voga/agenda/apps.py": APPS["same-name"].replace("voga.cal", "voga.agenda"),
            "voga/agenda/models.py": VOGA_CAL["voga/cal/models.py"],
            **config("deep.calendar", "voga.agenda"),
        }
    )

    assert project.install("voga.agenda").ask(TOLD) == told(package="voga.agenda")
    assert project.install("deep.calendar").ask(
        "from django.apps import apps\n"
        "app = apps.get_app_config('cal')\ntell([app.name, *app.lineage])"
    ) == ["deep.calendar", "deep.calendar", "voga.agenda", "library.cal"]


def test_own_label(project: Project):
    """A parent's own label is inherited."""
    project.write(
        {
            **config("library.cal", label="agenda"),
            "library/cal/models.py": CAL["library/cal/models.py"],
            **config("voga.cal", "library.cal"),
        }
    )

    told = project.install("voga.cal").ask("""
        from django.apps import apps
        app = apps.get_app_config("agenda")
        tell([app.name, [*app.models]])
    """)

    assert told == ["voga.cal", ["room", "event"]]


def test_what_is_inherited(project: Project):
    """ready() runs once, as the child; attributes are the parent's until overridden."""
    project.write(
        {
            **CAL,
            **ROOM,
            "library/cal/apps.py": """
                from pathlib import Path
                from django_plugin_system.inheritance import PluginConfig

                class CalConfig(PluginConfig):
                    name = "library.cal"
                    verbose_name = "Calendar"
                    default_auto_field = "django.db.models.SmallAutoField"
                    path = str(Path(__file__).parent)
                    started = []

                    def ready(self):
                        from django.db.models.signals import post_save
                        self.started.append([self.name, self.label])
                        post_save.connect(self.saved, sender="cal.Room")

                    def saved(self, **kwargs):
                        self.started.append("saved")
            """,
            "voga/cal/apps.py": """
                from library.cal.apps import CalConfig

                class CalConfig(CalConfig):
                    extends_models = ["Room"]

                    def ready(self):
                        self.started.append("child")
                        super().ready()
            """,
        }
    )

    told = project.install("voga.cal").ask("""
        from django.apps import apps
        from django.db.models.signals import post_save
        app, Room = apps.get_app_config("cal"), apps.get_model("cal.Room")
        post_save.send(sender=Room)
        tell([
            app.started, app.path.split("/site/")[-1], type(Room._meta.pk).__name__,
        ])
    """)

    assert told == [
        ["child", ["voga.cal", "cal"], "saved"],
        "voga/cal",
        "SmallAutoField",
    ]


def test_own_path(project: Project):
    """A config may say where its files are, as any AppConfig may."""
    project.write({**CAL, **config("voga.cal", "library.cal", path="/elsewhere")})

    told = project.install("voga.cal").ask("""
        from django.apps import apps
        tell(apps.get_app_config("cal").path)
    """)

    assert told == "/elsewhere"


def test_plain_config_beside(project: Project):
    """An apps module that only imports PluginConfig has Django take its plain one."""
    project.write(
        {
            "plain/apps.py": """
                from django.apps import AppConfig
                from django_plugin_system.inheritance import PluginConfig

                class PlainConfig(AppConfig):
                    name = "plain"
            """
        }
    )

    told = project.install("plain").ask("""
        from django.apps import apps
        tell(type(apps.get_app_config("plain")).__name__)
    """)

    assert told == "PlainConfig"


def test_unready_app(project: Project):
    """An app that has no such config cannot be extended, and the error says so."""
    project.write(
        {
            "plain/cal/models.py": "",
            **config("voga.cal", "plain.cal"),
        }
    )

    printed = project.install("voga.cal").check(exit_code=1)

    assert (
        "voga.cal.apps extends 'plain.cal', but that has no config derived from "
        "PluginConfig. Give it one in its apps module."
    ) in printed


def test_several_configs(project: Project):
    """A parent with several configs has to say which one is meant."""
    two = """
        from django_plugin_system.inheritance import PluginConfig

        class First(PluginConfig):
            name = "library.cal"

        class Second(PluginConfig):
            name = "library.cal"
    """
    project.write({**UNAWARE_CAL, **config("voga.cal", "library.cal")})
    project.write({"library/cal/apps.py": two})

    printed = project.install("voga.cal").check(exit_code=1)

    assert (
        "'library.cal' has more than one config: First, Second. "
        "Give one of them 'default = True'."
    ) in printed

    project.write({"library/cal/apps.py": two + "        default = True\n"})

    assert (
        project.install("voga.cal").ask("""
        from django.apps import apps
        tell([each.__name__ for each in type(apps.get_app_config("cal")).__mro__][1])
    """)
        == "Second"
    )


def test_modules(project: Project):
    """A module that the child has not is the parent's own, not a copy."""
    project.write(
        {
            **UNAWARE_CAL,
            **config("mid.cal", "library.cal"),
            **config("voga.cal", "mid.cal", not_inherited={"modules": ["secrets"]}),
            "library/cal/tools/deep.py": "from . import shallow",
            "library/cal/tools/shallow.py": "",
            "library/cal/secrets.py": "",
            "library/cal/broken.py": "import nothing_of_that_name",
            "mid/cal/half.py": "",
        }
    )

    told = project.install("voga.cal").ask("""
        import voga.cal.tools.deep, voga.cal.tools.shallow, voga.cal.half
        import library.cal.tools.deep, library.cal.models, mid.cal.half
        import voga.cal.models
        from importlib import import_module

        def error(name):
            try:
                import_module(name)
            except ImportError as error:
                return str(error)

        tell([
            voga.cal.tools.deep is library.cal.tools.deep,
            voga.cal.tools.shallow is library.cal.tools.deep.shallow,
            voga.cal.half is mid.cal.half, voga.cal.models is library.cal.models,
            library.cal.models.__name__, library.cal.models.__spec__.name,
            error("voga.cal.nowhere"), error("voga.cal.nowhere.deep"),
            error("voga.cal.secrets"), error("voga.cal.broken"),
        ])
    """)

    assert told == [
        True,
        True,
        True,
        True,
        "library.cal.models",
        "library.cal.models",
        "No module named 'voga.cal.nowhere'",
        "No module named 'voga.cal.nowhere'",
        "No module named 'voga.cal.secrets'",
        "No module named 'nothing_of_that_name'",
    ]


def test_lineage(project: Project):
    """lineage() tells of any installed app, by config or label."""
    project.write({**CAL, **VOGA_CAL})

    told = project.install("voga.cal").ask("""
        from django.apps import apps
        from django_plugin_system import inheritance
        from django_plugin_system.inheritance import lineage
        try:
            lineage("nobody")
        except LookupError as error:
            told = str(error)
        tell([
            lineage("cal"), lineage(apps.get_app_config("cal")), lineage("auth"), told,
            "lineage" in dir(inheritance), hasattr(inheritance, "nothing"),
        ])
    """)

    assert told == [
        ["voga.cal", "library.cal"],
        ["voga.cal", "library.cal"],
        ["django.contrib.auth"],
        "No installed app with label 'nobody'.",
        True,
        False,
    ]


def test_the_base_alone(project: Project):
    """An apps module that only imports PluginConfig has no config of its own."""
    project.write(
        {"plain/apps.py": "from django_plugin_system.inheritance import PluginConfig"}
    )

    told = project.install("plain").ask("""
        from django.apps import apps
        tell(type(apps.get_app_config("plain")).__name__)
    """)

    assert told == "AppConfig"


def test_a_path_of_its_own(project: Project):
    """A config that names a directory means it."""
    project.write(
        {
            "cal/apps.py": """
                from pathlib import Path
                from django_plugin_system.inheritance import PluginConfig

                class CalConfig(PluginConfig):
                    path = str(Path(__file__).parent / "elsewhere")
            """
        }
    )

    told = project.install("cal").ask("""
        from django.apps import apps
        tell(apps.get_app_config("cal").path)
    """)

    assert told == str(project.root / "cal" / "elsewhere")


LEVELS = """
from django.apps import apps
tell({app.label: [*app.lineage, str(app.verbose_name)] for app in apps.get_app_configs()
      if hasattr(app, "lineage")})
"""
CON = {
    **config("library.con"),
    "library/con/models.py": """
        from django.db import models

        class Person(models.Model):
            pass
    """,
}


def test_other_config_of_the_project(project: Project):
    """A project may have configs of its own for apps of others, as Django has it."""
    project.write(
        {
            **CAL,
            **CON,
            **VOGA_CAL,
            "mysite/apps.py": """
                from django.apps import AppConfig
                from library.con.apps import Config as ConConfig
                from voga.cal.apps import CalConfig

                class MyCal(CalConfig):
                    verbose_name = "My calendar"

                class MyCon(ConConfig):
                    verbose_name = "My contacts"
                    label = "people"

                class MySite(AppConfig):
                    name = "mysite"
            """,
        }
    )
    site = project.install("mysite.apps.MyCal", "mysite.apps.MyCon", "mysite")

    assert site.ask(LEVELS) == {
        "cal": ["voga.cal", "library.cal", "My calendar"],
        "people": ["library.con", "My contacts"],
    }
    assert site.check() == "System check identified no issues (0 silenced).\n"


@pytest.mark.parametrize("home", ["library/__init__.py", "library/apps.py"])
def test_base_of_a_library(project: Project, home: str):
    """A config in the package around those of apps is a base, and no app itself."""
    module = home.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    project.write(
        {
            home: """
                from django_plugin_system.inheritance import PluginConfig

                class LibraryConfig(PluginConfig):
                    default_auto_field = "django.db.models.SmallAutoField"
                    needs_plugins = ["library.con"]
            """,
            **CON,
            "library/cal/models.py": CAL["library/cal/models.py"],
            "library/cal/apps.py": f"""
                from {module} import LibraryConfig

                class CalConfig(LibraryConfig):
                    verbose_name = "Calendar"
            """,
            **VOGA_CAL,
        }
    )
    site = project.install("library.con", "voga.cal")

    assert site.ask(LEVELS) == {
        "con": ["library.con", "Con"],
        "cal": ["voga.cal", "library.cal", "Calendar"],
    }
    assert "needs 'library.con'" in project.install("voga.cal").check(exit_code=1)


def test_what_a_config_without_a_package_says(project: Project):
    """What a project's own config for an app declares counts like the app's."""
    project.write(
        {
            **CAL,
            **CON,
            **VOGA_CAL,
            "voga/cal/models.py": VOGA_CAL["voga/cal/models.py"],
            "mysite/configs.py": """
                from voga.cal.apps import CalConfig

                class Wants:
                    needs_plugins = ["library.con"]

                class MyCal(Wants, CalConfig):
                    not_inherited = {"modules": "extra"}
            """,
            "library/cal/extra.py": "",
        }
    )
    lines = """
        INSTALLED_APPS = installed_apps([*INSTALLED_APPS, "mysite.configs.MyCal"])
    """
    site = project.install(lines=lines)

    assert site.ask("""
        from django.apps import apps
        from importlib.util import find_spec
        from voga.cal.models import Room
        tell([apps.is_installed("library.con"), find_spec("voga.cal.extra"),
              Room._meta.label])
    """) == [True, None, "cal.Room"]


def test_extends_models_of_the_app_itself(project: Project):
    """A config whose name is still that of the parent extends nothing."""
    project.write(
        {
            **CAL,
            "mysite/configs.py": """
                from library.cal.apps import CalConfig

                class MyCal(CalConfig):
                    extends_models = ["Room"]
            """,
        }
    )

    said = project.install("mysite.configs.MyCal").check(exit_code=1)

    assert "extends_models names 'Room', but no app that MyCal extends has" in said
    assert (
        "HINT: That is a model of library.cal itself, whose name this config has. Give "
        "it that of its own package." in said
    )


REFUSED = {
    "parent's name": (
        {
            "voga/cal/apps.py": """
                from library.cal.apps import CalConfig

                class CalConfig(CalConfig):
                    name = "library.cal"
            """,
        },
        "'voga.cal' is in INSTALLED_APPS, but its config voga.cal.apps.CalConfig has "
        "the name 'library.cal'. Give it name = 'voga.cal'.",
    ),
    "two kinds of config": (
        {
            "voga/cal/__init__.py": """
                from library.cal.apps import CalConfig

                class Plugin(CalConfig):
                    pass
            """,
            "voga/cal/apps.py": """
                from django.apps import AppConfig

                class CalConfig(AppConfig):
                    name = "voga.cal"
            """,
        },
        "'voga.cal' has more than one config: Plugin, CalConfig. Give one of them",
    ),
    "extends itself": (
        {**config("voga.cal", "voga.cal")},
        "voga.cal.apps extends 'voga.cal', which is its own package.",
    ),
    "extends a class": (
        {**config("voga.cal", "library.cal.apps.CalConfig")},
        "voga.cal.apps extends 'library.cal.apps.CalConfig', which is not a package.",
    ),
    "extends a list": (
        {**config("voga.cal", ["library.cal"])},  # type: ignore[arg-type]
        "voga.cal.apps extends ['library.cal']; it has to be the name of one package.",
    ),
    "models": (
        {**config("voga.cal", extends_models=None)},
        "voga.cal.apps.Config: extends_models is None; it has to be a list of names.",
    ),
    "needs": (
        {**config("voga.cal", needs_plugins=[1])},
        "voga.cal.apps.Config: needs_plugins is [1]; it has to be a list of names.",
    ),
    "a list of what is not inherited": (
        {**config("voga.cal", not_inherited=["fixtures"])},
        "voga.cal.apps.Config: not_inherited is ['fixtures']; it has to be a dict of",
    ),
    "nothing that is not inherited": (
        {**config("voga.cal", not_inherited={"fixtures": None})},
        "not_inherited is {'fixtures': None}; it has to be a dict of lists of names, "
        "such as {'fixtures': ['demo']}.",
    ),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_refused_configs(project: Project, mistake: str):
    """What cannot be meant is refused, with the value and what to do."""
    files, message = REFUSED[mistake]
    project.write({**CAL, **files})

    assert message in project.install("voga.cal").check(exit_code=1)


def test_parent_that_fails_to_import(project: Project):
    """What the parent's package fails to import is told as such."""
    project.write({**CAL, **config("voga.cal", "library.cal")})
    (project.root / "library/cal/__init__.py").write_text("import nowhere")

    said = project.install("voga.cal").check(exit_code=1)

    assert "ModuleNotFoundError: No module named 'nowhere'" in said


@pytest.mark.parametrize("plain", [False, True])
def test_package_of_two_apps(project: Project, plain: bool):
    """The models of a package can be those of one app only."""
    two = """
        from library.cal.apps import CalConfig

        class Two(CalConfig):
            name = "library.cal"
            label = "cal2"
    """
    if plain:
        two = two.replace("(CalConfig)", "(AppConfig)")
        two = two.replace("library.cal.apps import Cal", "django.apps import App")
    project.write({**CAL, **VOGA_CAL, "mysite/configs.py": two})

    said = project.install("voga.cal", "mysite.configs.Two").check(exit_code=1)

    assert (
        "'voga.cal' (label 'cal') and 'library.cal' (label 'cal2') are both installed, "
        "and 'library.cal' is part of both. Keep the one that is wanted." in said
    )
