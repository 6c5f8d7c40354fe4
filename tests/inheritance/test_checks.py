"""What manage.py check says of apps that extend others."""

from __future__ import annotations

from textwrap import dedent

import pytest

from .library import CAL, VOGA_CAL, config
from .projects import Project

APPS = """
    from library.cal.apps import CalConfig

    class CalConfig(CalConfig):
        name = "voga.cal"
        {}
"""


def voga(apps: str, models: str = "", **files: str) -> dict[str, str]:
    """Return the library and a child with this in its config and its models."""
    child = {"voga/cal/apps.py": APPS.format(apps)}
    if models:
        child["voga/cal/models.py"] = models
    return {**CAL, **child, **files}


ROOM = """
    from django.db import models
    from library.cal.models import Room

    class {}(Room):
        tariff = models.IntegerField(default=1)
"""


def test_all_is_well(project: Project):
    """A child in order hears nothing."""
    project.write({**CAL, **VOGA_CAL})

    said = project.install("voga.cal").check()

    assert said == "System check identified no issues (0 silenced).\n"


TWO_CONFIGS = """
    from library.cal.apps import CalConfig

    class First(CalConfig):
        name = "voga.cal"

    class Second(CalConfig):
        name = "voga.cal"
        {}
"""


def test_two_configs(project: Project):
    """Django would take neither, and say nothing."""
    project.write({**CAL, "voga/cal/apps.py": TWO_CONFIGS})

    said = project.install("voga.cal").check(exit_code=1)

    assert "'voga.cal' has more than one config: First, Second. Give one" in said


def test_two_configs_with_a_default(project: Project):
    """It is said which one it is; and others can be installed by their own names."""
    default = TWO_CONFIGS.replace("{}", "default = True")
    project.write({**CAL, "voga/cal/apps.py": default})
    ask = (
        "from django.apps import apps; tell(type(apps.get_app_config('cal')).__name__)"
    )

    assert project.install("voga.cal").ask(ask) == "Second"
    assert project.install("voga.cal.apps.First").ask(ask) == "First"


def test_two_configs_in_the_package(project: Project):
    """The seed's form is no other in this."""
    project.write({**CAL, "voga/cal/__init__.py": TWO_CONFIGS})

    said = project.install("voga.cal").check(exit_code=1)

    assert "'voga.cal' has more than one config: First, Second. Give one" in said


def test_e101_no_config_taken(project: Project):
    """A module that says itself what is in it shows Django both."""
    own = "\n    def __dir__(): return [*globals()]"
    project.write({**CAL, "voga/cal/apps.py": TWO_CONFIGS.replace("{}", "") + own})

    said = project.install("voga.cal").check(exit_code=1)

    assert "E101) 'voga.cal' is installed with a plain AppConfig, although" in said
    assert "it has First, Second in its apps module." in said


def test_e102_unknown_model(project: Project):
    """A typo in extends_models, with the file, the line and a suggestion."""
    project.write(voga('extends_models = ["Rooom"]'))

    said = project.install("voga.cal").check(exit_code=1)

    assert (
        "voga/cal/apps.py:4: extends_models names 'Rooom', but no app that CalConfig "
        "extends has such a model." in said
    )
    assert "HINT: Did you mean 'Room'?" in said


def test_e102_without_source(project: Project):
    """A config that no file has the source of is named instead."""
    made = """
        from library.cal.apps import CalConfig

        attrs = {"name": "voga.cal", "__module__": __name__}
        attrs["extends_models"] = ["Roomm"]
        Made = type(CalConfig)("Made", (CalConfig,), attrs)
    """
    project.write({**CAL, "voga/cal/apps.py": made})

    said = project.install("voga.cal").check(exit_code=1)

    assert "voga.cal.apps.Made: extends_models names 'Roomm', but no app" in said


def test_e103_nobody_makes_it(project: Project):
    """The child's class is misspelt, so there is no Room."""
    models = ROOM.format("Roomm")
    project.write(voga('extends_models = ["Room"]', models))

    said = project.install("voga.cal").check(exit_code=1)

    assert (
        "voga/cal/apps.py:4: extends_models names 'Room', so the parent's is abstract, "
        "but voga.cal.models does not define it." in said
    )


def test_e103_no_models_at_all(project: Project):
    """Nor does a child without models define one."""
    project.write(voga('extends_models = ["Room"]'))

    said = project.install("voga.cal").check(exit_code=1)

    assert "E103" in said
    assert "HINT: Define class Room(Room) in voga.cal.models." in said


def test_e104_a_base_is_forgotten(project: Project):
    """A model of the same name that does not derive from the parent's."""
    project.write(
        voga(
            'extends_models = ["Room"]',
            """
            from django.db import models

            class Room(models.Model):
                tariff = models.IntegerField(default=1)
            """,
        )
    )

    said = project.install("voga.cal").check(exit_code=1)

    assert (
        "Room does not derive from library.cal.models.Room, which is the same model in "
        "an app that is extended, so its fields and methods are lost.\n\tHINT: Define "
        "class Room in voga.cal.models with library.cal.models.Room as its base.\n"
    ) in said


def test_e104_a_diamond_that_is_silent(project: Project):
    """Of two apps that extend one model, the nearer would win in silence."""
    project.write(
        {
            **CAL,
            **{
                f"{side}/cal/{name}": text
                for side in ("left", "right")
                for name, text in {
                    "apps.py": f"""
                        from library.cal.apps import CalConfig

                        class {side.title()}Config(CalConfig):
                            name = "{side}.cal"
                            extends_models = ["Room"]
                    """,
                    "models.py": f"""
                        from django.db import models
                        from library.cal.models import Room

                        class Room(Room):
                            {side} = models.IntegerField(default=1)
                    """,
                }.items()
            },
            "both/cal/apps.py": """
                from left.cal.apps import LeftConfig
                from right.cal.apps import RightConfig

                class BothConfig(LeftConfig, RightConfig):
                    name = "both.cal"
            """,
        }
    )

    said = project.install("both.cal").check(exit_code=1)

    assert "Room does not derive from right.cal.models.Room" in said
    assert (
        "HINT: Name Room in extends_models of both.cal. Define class Room in "
        "both.cal.models with left.cal.models.Room, right.cal.models.Room as its "
        "bases.\n" in said
    )


def test_e105_a_need_is_missing(project: Project):
    """An app that another needs is not installed, in no variant."""
    project.write(voga('needs_plugins = ["library.contacts"]'))

    said = project.install("voga.cal").check(exit_code=1)

    assert (
        "voga/cal/apps.py:4: CalConfig needs 'library.contacts', which is not "
        "installed." in said
    )


def test_e105_a_variant_will_do(project: Project):
    """A child of what is needed counts."""
    project.write(
        {
            **CAL,
            **VOGA_CAL,
            "courses/apps.py": """
                from django_plugin_system.inheritance import PluginConfig

                class CoursesConfig(PluginConfig):
                    needs_plugins = ["library.cal"]
            """,
        }
    )

    assert "no issues" in project.install("voga.cal", "courses").check()


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        pytest.param("fixture", "Did you mean 'fixtures'?", id="near"),
        pytest.param(
            "x",
            "Known: commands, config, fixtures, locale, modules, static, templates, "
            "templatetags.",
            id="far",
        ),
    ],
)
def test_e106_unknown_kind(project: Project, kind: str, hint: str):
    """A kind in not_inherited that there is not."""
    project.write(voga(f'not_inherited = {{"{kind}": ["demo"]}}'))

    said = project.install("voga.cal").check(exit_code=1)

    assert f"voga/cal/apps.py:4: not_inherited has an unknown kind '{kind}'." in said
    assert f"HINT: {hint}" in said


def test_e109_a_seam_that_has_moved(project: Project):
    """What is to be replaced is not there, or takes something else."""
    project.write({**CAL, **VOGA_CAL})
    script = """
        from django.core.checks import run_checks
        from django.core.exceptions import ImproperlyConfigured
        from django_plugin_system.inheritance import seams

        def ours():
            return [each.msg for each in run_checks() if "E109" in str(each.id)]

        try:
            seams.replace("django.utils.dates:nothing", "", lambda it: it)
        except ImproperlyConfigured as error:
            at_once = str(error)
        seams.replace("django.contrib.humanize.apps:Nobody.x", "", lambda it: it)
        tell([at_once, ours(), ours()])
    """

    at_once, first, second = project.install("voga.cal").ask(script)

    assert at_once == (
        "App inheritance needs django.utils.dates:nothing to take (), but in this "
        "release of Django it is not there. Use a release that django_plugin_system "
        "supports."
    )
    assert first == [
        at_once.replace("utils.dates:nothing", "contrib.humanize.apps:Nobody.x")
    ]
    assert second == first


def test_a_method_that_django_has_by_now(project: Project):
    """What is to be added is there already."""
    project.write({**CAL, **VOGA_CAL})

    said = project.install("voga.cal").ask("""
        from django.core.exceptions import ImproperlyConfigured
        from django_plugin_system.inheritance import seams

        try:
            seams.add("django.db.models.base:ModelBase.__init__", print)
        except ImproperlyConfigured as error:
            tell(str(error))
    """)

    assert said == (
        "App inheritance needs to add django.db.models.base:ModelBase.__init__, but "
        "this release of Django has it. Use a release that django_plugin_system "
        "supports."
    )


MISTAKES = {
    "conflict": (
        voga('extends_models = ["Roomm"]', ROOM.format("Room")),
        "voga.cal defines Room, and so does library.cal, which it extends. Name it in "
        "extends_models, which is ['Roomm'] at ",
    ),
    "extends nothing": (
        voga("", ROOM.format("Room"))
        | {
            "voga/cal/apps.py": """
                from django_plugin_system.inheritance import PluginConfig

                class VogaConfig(PluginConfig):
                    pass
            """
        },
        "It is imported by voga.cal, whose config is voga.cal.apps.VogaConfig. If "
        "voga.cal is to extend the app of library.cal.models, derive its config",
    ),
    "another label": (
        voga('label = "voga_cal"'),
        "voga.cal.apps.CalConfig has the label 'voga_cal', but it extends "
        "'library.cal', whose label is 'cal'.",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_explained_errors(project: Project, mistake: str):
    """Where Django stops before any check runs, the error says what to do."""
    files, meaning = MISTAKES[mistake]
    project.write(files)

    assert meaning in project.install("voga.cal").check(exit_code=1)


@pytest.mark.parametrize(
    "apps", [("library.cal", "voga.cal"), ("voga.cal", "library.cal")]
)
def test_child_and_parent_installed(project: Project, apps: tuple[str, str]):
    """The child takes its parent's place, so both at once is a mistake."""
    project.write({**CAL, **VOGA_CAL})

    said = project.install(*apps).check(exit_code=1)

    assert (
        "'voga.cal' extends 'library.cal' and takes its place. Take 'library.cal'"
        in said
    )


def test_siblings_installed(project: Project):
    """Two that extend the same app have its label both."""
    other = {name.replace("voga", "other"): text for name, text in VOGA_CAL.items()}
    other["other/cal/apps.py"] = other["other/cal/apps.py"].replace("voga", "other")
    project.write({**CAL, **VOGA_CAL, **other})

    said = project.install("voga.cal", "other.cal").check(exit_code=1)

    assert "Application labels aren't unique, duplicates: cal" in said


def test_other_errors_are_left_alone(project: Project):
    """Django's own errors about models of one app, or of none, get nothing added."""
    loose = """
        from django.db import models

        class Event(models.Model):
            pass
    """
    project.write({**CAL, **VOGA_CAL, "loose.py": loose})
    twice = """
        from django.db import models
        import pytest
        with pytest.raises(RuntimeError) as no_app:
            import loose
        with pytest.raises(RuntimeError) as two:
            type("Event", (models.Model,), {"__module__": "library.cal.other"})
        with pytest.raises(RuntimeError) as elsewhere:
            attrs = {"__module__": "django.contrib.auth.other"}
            type("Group", (models.Model,), attrs)
        errors = [no_app.value, two.value, elsewhere.value]
        tell([getattr(error, "__notes__", None) for error in errors])
    """

    assert project.install("voga.cal").ask(twice) == [None, None, None]


def test_w101_leftovers(project: Project):
    """What was given the parent's class before, where no rebinding reaches it."""
    project.write(
        {
            **CAL,
            **VOGA_CAL,
            "library/cal/apps.py": """
                from django_plugin_system.inheritance import PluginConfig
                from library import registry

                class CalConfig(PluginConfig):
                    name = "library.cal"
            """,
            "library/registry.py": """
                known = {}
                listed = [1]
                last = None

                class Registry:
                    models = []
                    latest = None

                class Later:
                    pass

                later = Later()

                def register(model):
                    global last
                    known[model.__name__] = last = Registry.latest = later.model = model
                    listed.append(model)
                    Registry.models.append(model)
            """,
            "library/cal/models.py": CAL["library/cal/models.py"]
            + """
        from django import forms
        from library.registry import register

        # What is used cannot wait.
        results = [register(Room), register(Event), register(Room)]
        forgotten = lambda: Room

        class RoomForm(forms.ModelForm):
            class Meta:
                model = Room
                fields = ["name"]
    """,
        }
    )

    said = project.install("voga.cal").check()

    warned = [line for line in said.splitlines() if "W101" in line]
    assert [line.partition(") ")[2] for line in warned] == [
        "library.registry.last, library.registry.known, library.registry.later, "
        "library.registry.listed, library.registry.Registry.latest, "
        "library.cal.models.RoomForm._meta and library.registry.Registry.models have "
        "the abstract library.cal.models.Room, not the model that has become of it, "
        "voga.cal.models.Room: it was put there before that was defined."
    ]
    assert "as with apps.get_model('cal.Room'), or put it there later, in" in said


def test_needs_by_the_path_of_a_config(project: Project):
    """A need may name a config, as INSTALLED_APPS may."""
    project.write(voga('needs_plugins = ["library.con.apps.Config"]'))
    project.write(config("library.con"))

    assert "no issues" in project.install("voga.cal", "library.con").check()
    said = project.install("voga.cal").check(exit_code=1)

    assert "CalConfig needs 'library.con.apps.Config', which is not installed." in said


BASE = """
        class Kept(models.Model):
            kept = models.BooleanField(default=True)

            class Meta:
                abstract = True

        class Hall(Kept):
            pass
"""
NO_MODELS = {
    "mixin": (
        'extends_models = ["Kept"]',
        """
        from django.db import models
        from library.cal.models import Kept

        class Kept(Kept):
            years = models.IntegerField(default=1)

            class Meta:
                abstract = True
        """,
        "library.cal.models.Kept is abstract by itself, so there is no model of that "
        "name to take the place of.\n\tHINT: Take it out of extends_models; a class "
        "Kept(Kept) needs no entry. To change the models that derive from it, list "
        "those: Hall.\n",
    ),
    "mixin of nothing": (
        'extends_models = ["Loose"]',
        "from library.cal.models import Loose",
        "library.cal.models.Loose is abstract by itself, so there is no model of that "
        "name to take the place of.\n\tHINT: Take it out of extends_models; a class "
        "Loose(Loose) needs no entry. Derive from it as from any abstract model.\n",
    ),
    "new model": (
        'extends_models = ["Tariff"]',
        "from django.db import models\nclass Tariff(models.Model): pass",
        "no app that CalConfig extends has such a model.\n\tHINT: voga.cal.models."
        "Tariff is a new model, so take it out of extends_models.\n",
    ),
    "new model with a name like it": (
        'extends_models = ["Rooms"]',
        "from django.db import models\nclass Rooms(models.Model): pass",
        "no app that CalConfig extends has such a model.\n\tHINT: voga.cal.models."
        "Rooms is a new model, so take it out of extends_models. Or, to extend one of "
        "theirs: Did you mean 'Room'?\n",
    ),
    "label": (
        'extends_models = ["cal.room"]',
        "",
        "no app that CalConfig extends has such a model.\n\tHINT: Did you mean "
        "'Room'?\n",
    ),
    "capitals": (
        'extends_models = ["EVENT"]',
        "",
        "no app that CalConfig extends has such a model.\n\tHINT: Did you mean "
        "'Event'?\n",
    ),
    "far": (
        'extends_models = ["RoomManager", "Zzz"]',
        "",
        "no app that CalConfig extends has such a model.\n\tHINT: Take it out of "
        "extends_models. These are there: Event, Hall, Room.\n",
    ),
}


@pytest.mark.parametrize("case", NO_MODELS)
def test_e102_what_is_no_model_of_a_parent(project: Project, case: str):
    """Each hears what it is that was listed, and what to do."""
    apps, models, said = NO_MODELS[case]
    loose = "\n        class Loose(models.Model):\n            class Meta:\n"
    project.write(voga(apps, models))
    project.write(
        {
            "library/cal/models.py": CAL["library/cal/models.py"]
            + BASE
            + f"{loose}                abstract = True\n"
        }
    )

    printed = project.install("voga.cal").check(exit_code=1)

    name = apps.split('"')[-2]
    assert (
        f"voga.cal: (django_plugin_system.E102) {project.root}/voga/cal/apps.py:4: "
        f"extends_models names {name!r}, but {said}" in printed
    )


def test_mixins_of_a_parent_need_no_entry(project: Project):
    """What an author has made abstract is derived from under any name."""
    models = """
        from django.db import models
        from library.cal.models import Hall, Kept

        class Kept(Kept):
            years = models.IntegerField(default=1)

            class Meta:
                abstract = True

        class Hall(Hall, Kept):
            pass
    """
    project.write(voga('extends_models = ["Hall"]', models))
    project.write({"library/cal/models.py": CAL["library/cal/models.py"] + BASE})
    site = project.install("voga.cal")

    assert "no issues" in site.check()
    assert site.ask("""
        from django.apps import apps
        tell([each.name for each in apps.get_model("cal.Hall")._meta.fields])
    """) == ["id", "kept", "years"]


def test_e102_the_parents_own(project: Project):
    """A library that means to let its models be extended lists nothing."""
    line = 'extends_models = ["Room"]'
    text = CAL["library/cal/apps.py"].replace('verbose_name = "Calendar"', line)
    project.write({**CAL, "library/cal/apps.py": text})

    said = project.install("library.cal").check(exit_code=1)

    assert (
        "apps.py:4: extends_models names 'Room', but CalConfig extends no app.\n"
        "\tHINT: Take it out: each app that extends library.cal lists, in a config of "
        "its own, what it defines itself.\n" in said
    )


NOT_MADE = {
    "close": (
        ROOM.format("Roomm"),
        "If voga.cal.models.Roomm is to be it, call that Room.",
    ),
    "abstract": (
        ROOM.format("Room") + "\n        class Meta:\n            abstract = True\n",
        "voga.cal.models.Room is abstract too. Take that out of its Meta.",
    ),
    "elsewhere": (
        "",
        "Define class Room(Room) in voga.cal.models. If another module does, import it "
        "there.",
    ),
}


@pytest.mark.parametrize("case", NOT_MADE)
def test_e103_why_it_is_missing(project: Project, case: str):
    """Each hears which class it is that was not made."""
    models, hint = NOT_MADE[case]
    # A parent's own of a name like it is not what was meant.
    text = CAL["library/cal/models.py"] + "\n        class Rooms(Event):\n"
    project.write(voga('extends_models = ["Room"]', models))
    project.write({"library/cal/models.py": f"{text}            pass\n"})

    said = project.install("voga.cal").check(exit_code=1)

    assert (
        "voga.cal: (django_plugin_system.E103) "
        f"{project.root}/voga/cal/apps.py:4: extends_models names 'Room', so the "
        "parent's is abstract, but voga.cal.models does not define it.\n\tHINT: "
        f"{hint}\n" in said
    )


SWAPPABLE = CAL["library/cal/models.py"].replace(
    'ordering = ["name"]', 'swappable = "CAL_ROOM_MODEL"'
)
SWAPPED = {
    "mysite/models.py": """
        from django.db import models

        class Room(models.Model):
            pass
    """,
}


def test_a_model_that_is_swapped_for_another(project: Project):
    """A child that defines it all the same has made it."""
    project.write(voga('extends_models = ["Room"]', ROOM.format("Room")))
    project.write({**SWAPPED, "library/cal/models.py": SWAPPABLE})
    keys = "models.ForeignKey(settings.CAL_ROOM_MODEL, "
    text = dedent(SWAPPABLE).replace("models.ForeignKey(Room, ", keys)
    text = f"from django.conf import settings\n{text}"
    project.write({"library/cal/models.py": text})
    swapped = project.install(
        "voga.cal", "mysite", lines='CAL_ROOM_MODEL = "mysite.Room"'
    )
    default = project.install("voga.cal", "mysite", lines='CAL_ROOM_MODEL = "cal.Room"')

    assert "no issues" in swapped.check()
    assert "no issues" in default.check()


def test_e103_swapped_for_another(project: Project):
    """There is nothing to define where a setting names another model."""
    project.write(voga('extends_models = ["Room"]'))
    project.write({**SWAPPED, "library/cal/models.py": SWAPPABLE})
    site = project.install("voga.cal", "mysite", lines='CAL_ROOM_MODEL = "mysite.Room"')

    said = site.check(exit_code=1)

    assert (
        f"{project.root}/voga/cal/apps.py:4: extends_models names 'Room', but the "
        "setting CAL_ROOM_MODEL has 'mysite.Room' in its place, so voga.cal.models "
        "does not define it.\n\tHINT: Take it out of extends_models, or have "
        "CAL_ROOM_MODEL name 'cal.Room'.\n" in said
    )


def test_e105_of_no_package(project: Project):
    """What is not there is not added by any function."""
    project.write(voga('needs_plugins = ["library.nothing", "no.such"]'))

    said = project.install("voga.cal").check(exit_code=1)

    assert said.count("\n\tHINT: There is no such package here: correct ") == 2
