"""INSTALLED_APPS worked out from what apps need, and the variants that are wanted."""

from __future__ import annotations

from itertools import permutations

import pytest

from .families import app, plain_app
from .projects import Project

FILES = {
    **app("library.contacts"),
    **app("library.room", needs_plugins=["library.contacts"]),
    **app("library.cal", needs_plugins=["library.room"]),
    **app("library.courses", needs_plugins=("library.cal", "library.room")),
    **app("library.sales"),
    **app("voga.room", "library.room"),
    **app("voga.cal", "library.cal", needs_plugins="library.sales"),
    **app("voga.courses", "library.courses"),
    **app("roger.courses", "voga.courses", needs_plugins=["voga.room"]),
    **app("roger.cal", "library.cal"),
    **app("other.room"),
    **app("needs.voga", needs_plugins=["voga.cal"]),
    **app("needs.roger", needs_plugins=["roger.cal"]),
    **app("needs.library", needs_plugins=["library.cal"]),
    **app("needs.more", needs_plugins=["needs.needs"]),
    **app("needs.needs", needs_plugins=["needs.voga", "needs.library"]),
    **app("needs.itself", "library.cal", needs_plugins=["library.cal"]),
    **app("needs.nothing", needs_plugins=["library.nothing"]),
    **app("ring.a", needs_plugins=["ring.b"]),
    **app("ring.b", needs_plugins=["ring.c"]),
    **app("ring.c", needs_plugins=["ring.a"]),
    **app("ring.way", needs_plugins=["ring.a"]),
    **app("diamond.top", needs_plugins=["diamond.left", "diamond.right"]),
    **app("diamond.left", needs_plugins=["diamond.below"]),
    **app("diamond.right", needs_plugins=["diamond.below"]),
    **app("diamond.below"),
}

RESOLVE = """
import sys
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django_plugin_system.inheritance import installed_apps
def resolve(*given, **modifiers):
    try:
        return installed_apps(given, modifiers)
    except ImproperlyConfigured as error:
        return str(error)
"""

COURSES = [
    "library.contacts",
    "library.room",
    "library.cal",
    "library.courses",
]


@pytest.fixture
def library(project: Project) -> Project:
    """A library of apps, and sites' variants of them."""
    project.write(FILES)
    return project


def test_needs(library: Project):
    """What an app needs comes before it, however deep, and once."""
    told = library.ask_early(
        RESOLVE,
        """
        tell([
            resolve("library.courses"),
            resolve("library.sales", "library.courses", "library.contacts"),
            resolve("django.contrib.admin", "library.room", "django.contrib.auth"),
            resolve("diamond.top"), resolve("needs.itself"), resolve(),
        ])
        """,
    )

    assert told == [
        COURSES,
        ["library.sales", *COURSES],
        [
            "django.contrib.admin",
            "library.contacts",
            "library.room",
            "django.contrib.auth",
        ],
        ["diamond.below", "diamond.left", "diamond.right", "diamond.top"],
        ["library.contacts", "library.room", "needs.itself"],
        [],
    ]


def test_a_listed_variant(library: Project):
    """An entry counts for needs of its label, also where it is listed later."""
    told = library.ask_early(
        RESOLVE,
        """
        tell([
            resolve("library.courses", "voga.room"),
            resolve("voga.room", "library.courses"),
        ])
        """,
    )

    courses = ["library.contacts", "voga.room", "library.cal", "library.courses"]
    assert told == [courses, courses]


def test_a_variant_by_label(library: Project):
    """A modifier replaces entries and needs alike, at their place, whatever the order.

    What the variant needs comes along, and so does what its parent needs.
    """
    told = library.ask_early(
        RESOLVE,
        """
        tell([
            resolve("library.courses", room="voga.room"),
            resolve("library.courses", "library.room", room="voga.room"),
            resolve("library.room", "library.courses", room="voga.room"),
            resolve("library.cal", cal="voga.cal"),
            resolve("library.cal", "library.courses", cal="voga.cal.apps.Config"),
        ])
        """,
    )

    courses = ["library.contacts", "voga.room", "library.cal", "library.courses"]
    room = ["library.contacts", "library.room", "library.sales"]
    assert told == [
        courses,
        courses,
        courses,
        [*room, "voga.cal"],
        [*room, "voga.cal.apps.Config", "library.courses"],
    ]


def test_two_levels(library: Project):
    """A variant of a variant stands for all it extends, and changes others' variants.

    It asks for one of the rooms, which all others get as well.
    """
    told = library.ask_early(
        RESOLVE,
        """
        tell([
            resolve("library.courses", courses="roger.courses"),
            resolve("voga.courses", "library.room", courses="roger.courses"),
        ])
        """,
    )

    assert told[0] == ["library.contacts", "voga.room", "library.cal", "roger.courses"]
    assert told[1] == (
        "'roger.courses' needs 'voga.room', but 'library.room' is to be installed "
        "under the label 'room', and does not extend it. "
        "List, or name in the modifiers, one that does."
    )


def test_variants_that_are_needed(library: Project):
    """Of the variants that are needed, the one that extends the others is taken."""
    order = ["library.contacts", "library.room", "library.sales", "voga.cal"]

    told = library.ask_early(
        RESOLVE,
        """
        tell([
            resolve("needs.library", "needs.voga"),
            resolve("needs.voga", "needs.library"),
            resolve("needs.library", "needs.more"),
            resolve("needs.voga", "needs.roger"),
        ])
        """,
    )

    assert told == [
        [*order, "needs.library", "needs.voga"],
        [*order, "needs.voga", "needs.library"],
        [*order, "needs.library", "needs.voga", "needs.needs", "needs.more"],
        "'needs.roger' needs 'roger.cal', but 'voga.cal' is to be installed under the "
        "label 'cal', and does not extend it. "
        "List, or name in the modifiers, one that does.",
    ]


def test_layers(library: Project):
    """A later layer of settings may change what an earlier one has worked out."""
    told = library.ask_early(
        RESOLVE,
        """
        first = resolve("library.courses", courses="voga.courses", cal="voga.cal")
        tell([
            first, resolve(*first),
            resolve(*first, courses="roger.courses", room="voga.room"),
            resolve(*first, courses=None, cal="roger.cal"),
            resolve(*first, courses=None, cal=None, sales=None),
        ])
        """,
    )

    first = ["library.contacts", "library.room", "library.sales", "voga.cal"]
    assert told == [
        [*first, "voga.courses"],
        [*first, "voga.courses"],
        ["library.contacts", "voga.room", *first[2:], "roger.courses"],
        ["library.contacts", "library.room", "library.sales", "roger.cal"],
        ["library.contacts", "library.room"],
    ]


def test_left_out(library: Project):
    """None leaves an app out for good, and is refused while others need it.

    All of those are told. What only apps need that are left out is not installed
    either, and may be left out too.
    """
    told = library.ask_early(
        RESOLVE,
        """
        tell([
            resolve("library.cal", room=None),
            resolve("library.courses", room=None),
            resolve("library.room", "library.courses", room=None),
            resolve("library.courses", "library.room", room=None),
            resolve("library.courses", "library.sales", courses=None),
            resolve("library.courses", "library.sales", courses=None, room=None),
            resolve("library.courses", cal=None, room=None, courses=None),
            resolve("voga.cal", cal="roger.cal", sales=None),
        ])
        """,
    )

    both = (
        "'room' is to be left out, but needed by library.cal, library.courses. "
        "Leave those out too, or keep it."
    )
    assert told == [
        "'room' is to be left out, but needed by library.cal. "
        "Leave those out too, or keep it.",
        both,
        both,
        both,
        ["library.sales"],
        ["library.sales"],
        [],
        ["library.contacts", "library.room", "roger.cal"],
    ]


def test_refused(library: Project):
    """Each refusal says what is wrong, who wants it, and what to do."""
    told = library.ask_early(
        RESOLVE,
        """
        tell([
            resolve("library.cal", rooms="voga.room"),
            resolve("library.cal", xyz=None),
            resolve("library.cal", room="voga.cal"),
            resolve("library.cal", room="other.room"),
            resolve("library.room", room="other.room"),
            resolve("library.cal", "other.room"),
            resolve("library.room", "voga.room"),
            resolve("ring.way"),
            resolve("needs.nothing"),
            resolve("nobody"),
            resolve("library.cal.apps.Confgi"),
            resolve("library.cal", room="library.rooms"),
        ])
        """,
    )

    mend = (
        "which is neither a package nor a config class. Install it, or mend its name."
    )
    unrelated = (
        "The modifier 'room': 'other.room' names an app that has nothing to do with "
        "'library.room'. An app can be replaced only by one that extends it, or the "
        "same parent."
    )
    assert told == [
        "The modifiers name the label 'rooms', which no app has. Did you mean 'room'?",
        "The modifiers name the label 'xyz', which no app has. Take it out.",
        "The modifier 'room': 'voga.cal' names an app with another label, 'cal'. "
        "An app can be replaced only by one that extends it.",
        unrelated,
        unrelated,
        "'library.cal' needs 'library.room', but 'other.room' is to be installed under "
        "the label 'room', and does not extend it. "
        "List, or name in the modifiers, one that does.",
        "'library.room' and 'voga.room' are both listed, but have the same label "
        "'room'. Keep the one that is wanted.",
        "Apps need each other in a circle: ring.a -> ring.b -> ring.c -> ring.a. "
        "Take one out of needs_plugins.",
        f"'needs.nothing' needs 'library.nothing', {mend}",
        f"An entry of the apps is 'nobody', {mend}",
        f"An entry of the apps is 'library.cal.apps.Confgi', {mend}",
        f"The modifier of 'room' is 'library.rooms', {mend}",
    ]


def test_order(library: Project):
    """Whatever the order of entries, the same apps come out, none before its needs.

    What is in order stays as it is.
    """
    entries = ["library.room", "voga.cal", "library.courses", "needs.library"]

    told = library.ask_early(
        RESOLVE, f"tell([resolve(*each) for each in {list(permutations(entries))!r}])"
    )

    needs = {
        "library.room": ["library.contacts"],
        "voga.cal": ["library.room", "library.sales"],
        "library.courses": ["voga.cal", "library.room"],
        "needs.library": ["voga.cal"],
    }
    assert {frozenset(each) for each in told} == {
        frozenset(["library.contacts", "library.sales", *entries])
    }
    assert all(
        found.index(need) < found.index(name)
        for found in told
        for name in entries
        for need in needs[name]
    )
    again = library.ask_early(RESOLVE, f"tell([resolve(*each) for each in {told!r}])")
    assert again == told


def test_other_apps(library: Project):
    """Apps that know nothing of inheritance, and paths of classes, are entries too."""
    library.write(
        {
            **plain_app("plain.one"),
            **plain_app("plain.two", label="double"),
            "plain/three/__init__.py": "",
            "plain/four/apps.py": """
                from django.apps import AppConfig

                class One(AppConfig):
                    name = "plain.four"
                    label = "first"

                class Two(AppConfig):
                    name = "plain.four"
                    label = "second"
                    default = True
            """,
            "plain/five/apps.py": """
                from django.apps import AppConfig

                class One(AppConfig):
                    name = "plain.five"

                class Two(AppConfig):
                    name = "plain.five"
            """,
            "seed/cal/__init__.py": """
                from library.cal.apps import Config

                class Plugin(Config):
                    needs_plugins = ["library.sales"]
            """,
            "seed/room/__init__.py": """
                from django_plugin_system.inheritance import PluginConfig

                class Plugin(PluginConfig):
                    extends = "library.room"
            """,
            **app("needs.plain", needs_plugins=["plain.two", "django.contrib.auth"]),
        }
    )

    told = library.ask_early(
        RESOLVE,
        """
        tell([
            resolve("plain.one", "library.room.apps.Config", "needs.plain"),
            resolve("plain.two", "plain.three", double=None),
            resolve("plain.four.apps.Two", "plain.four", second=None),
            resolve("plain.four", second=None), resolve("plain.five", five=None),
            resolve("plain.four.apps.One", first=None),
            resolve("library.cal", "library.room", cal="seed.cal", room="seed.room"),
        ])
        """,
    )

    assert told == [
        [
            "plain.one",
            "library.contacts",
            "library.room.apps.Config",
            "plain.two",
            "django.contrib.auth",
            "needs.plain",
        ],
        ["plain.three"],
        "'plain.four.apps.Two' and 'plain.four' are both listed, but have the same "
        "label 'second'. Keep the one that is wanted.",
        [],
        [],
        [],
        ["library.contacts", "seed.room", "library.sales", "seed.cal"],
    ]


def test_imports(library: Project):
    """Only packages of apps and their ``apps`` modules are imported, no settings."""
    library.write({f"library/{each}/models.py": "1 / 0" for each in ("cal", "room")})

    told = library.ask_early(
        RESOLVE,
        """
        resolve("library.cal", "django.contrib.admin", cal="voga.cal")
        ours = [name for name in sys.modules if name.startswith(("library", "voga"))]
        tell([
            sorted(ours), settings.configured, "django.contrib.admin" in sys.modules,
            "django.db.models.base" in sys.modules,
        ])
        """,
    )

    packages = [
        "library.cal",
        "library.contacts",
        "library.room",
        "library.sales",
        "voga.cal",
    ]
    modules = [f"{each}.apps" for each in packages]
    assert told == [
        sorted(["library", "voga", *packages, *modules]),
        False,
        False,
        False,
    ]


def test_reads_settings(library: Project):
    """An app that reads settings too early is refused by its name.

    One that has settings, or translations, at hand for later is not.
    """
    library.write(
        {
            "early/one/apps.py": """
                from django.apps import AppConfig
                from django.conf import settings

                class Config(AppConfig):
                    name = "early.one"
                    zone = settings.TIME_ZONE
            """,
            "early/two/apps.py": """
                from django.apps import AppConfig
                from django.conf import settings

                class Config(AppConfig):
                    name = "early.two"
                    zone = settings.NOT_THERE_YET
            """,
            "late/apps.py": """
                from django.apps import AppConfig
                from django.conf import settings
                from django.utils.translation import gettext_lazy as _
                from django_plugin_system.inheritance import PluginConfig

                class Config(PluginConfig):
                    name = "late"
                    verbose_name = _("late")

                    def ready(self):
                        self.zone = settings.TIME_ZONE
            """,
        }
    )

    def settings(name: str) -> str:
        return f"INSTALLED_APPS = installed_apps([*INSTALLED_APPS, 'late', {name!r}])"

    told = {
        name: library.install(lines=settings(name)).manage("check", exit_code=1)
        for name in ("early.one", "early.two")
    }
    late = library.install(lines=settings("library.cal")).manage("check")

    assert {name: text.splitlines()[-1] for name, text in told.items()} == {
        name: (
            f"django.core.exceptions.ImproperlyConfigured: {name!r} reads the settings "
            "while it is imported, before they are complete. Have its apps module read "
            "them in ready(), or later, or add the app to what installed_apps() "
            "returns."
        )
        for name in ("early.one", "early.two")
    }
    assert late == "System check identified no issues (0 silenced).\n"


def test_mistakes_inside(library: Project):
    """What a package lacks itself is told as Python does."""
    library.write(
        {
            "broken/one/__init__.py": "import nowhere",
            "broken/two/apps.py": "import nowhere",
            "broken/three/apps.py": """
                from django_plugin_system.inheritance import PluginConfig

                class One(PluginConfig):
                    name = "broken.three"

                class Two(PluginConfig):
                    name = "broken.three"
            """,
        }
    )

    told = library.ask_early(
        RESOLVE,
        """
        told = []
        for entry in ("broken.one", "broken.two", "broken.two.apps.Config"):
            try:
                resolve(entry)
            except ModuleNotFoundError as error:
                told.append(error.name)
        tell([*told, resolve("broken.three")])
        """,
    )

    assert told == [
        "nowhere",
        "nowhere",
        "nowhere",
        "'broken.three' has more than one config: One, Two. "
        "Give one of them 'default = True'.",
    ]


def test_in_settings(library: Project):
    """Django installs what comes out, and its test tools may change it."""
    site = library.install(
        lines="""
        INSTALLED_APPS = installed_apps(
            [*INSTALLED_APPS, "library.courses"], modifiers={"courses": "roger.courses"}
        )
        INSTALLED_APPS = installed_apps(INSTALLED_APPS, modifiers={"sessions": None})
        """
    )

    told = site.ask("""
        from django.apps import apps
        from django.test import modify_settings, override_settings
        from django_plugin_system.inheritance import installed_apps, lineage
        def names():
            return [app.name for app in apps.get_app_configs()][5:]
        told = [names(), lineage("courses")]
        with override_settings(INSTALLED_APPS=installed_apps(["library.cal"])):
            told.append([app.name for app in apps.get_app_configs()])
        with modify_settings(INSTALLED_APPS={"remove": "roger.courses"}):
            told.append(names())
        tell([*told, names(), type(apps.get_app_config("courses")).__module__])
    """)

    others = ["library.contacts", "voga.room", "library.cal"]
    assert told == [
        [*others, "roger.courses"],
        ["roger.courses", "voga.courses", "library.courses"],
        ["library.contacts", "library.room", "library.cal"],
        others,
        [*others, "roger.courses"],
        "roger.courses.apps",
    ]


def test_apps_of_django_by_class(library: Project):
    """The path of one of Django's config classes means the app that it is of."""
    library.write(app("needs.pages", needs_plugins=["django.contrib.admin"]))

    told = library.ask_early(
        RESOLVE,
        """
        simple = "django.contrib.admin.apps.SimpleAdminConfig"
        tell([
            resolve("needs.pages", simple), resolve("needs.pages", admin=simple),
            resolve(simple, "library.sales", admin=None),
            resolve(simple, "django.contrib.admin"),
            resolve("django.contrib.gis", gis=None),
        ])
        """,
    )

    simple = "django.contrib.admin.apps.SimpleAdminConfig"
    assert told == [
        [simple, "needs.pages"],
        [simple, "needs.pages"],
        ["library.sales"],
        f"{simple!r} and 'django.contrib.admin' are both listed, but have the same "
        "label 'admin'. Keep the one that is wanted.",
        [],
    ]


def test_not_what_is_expected(library: Project):
    """What is no list, no mapping or no name is refused by what it is."""
    told = library.ask_early(
        RESOLVE,
        """
        def refuse(*given):
            try:
                return installed_apps(*given)
            except ImproperlyConfigured as error:
                return str(error)
        tell([
            refuse("library.cal"), refuse(["library.cal"], {"cal"}), refuse([], []),
            refuse(["library.cal"], {"cal": ""}), refuse(["library.cal"], {"cal": 1}),
            refuse([""]), refuse([".cal"]), refuse([None]), refuse([], None),
        ])
        """,
    )

    names = "which is no name of an app. Name a package or the path of a config class"
    assert told == [
        "The apps are 'library.cal', a string. Give a list: "
        "installed_apps(['library.cal']).",
        "The modifiers are {'cal'}, which is no mapping. Give a dict of labels and the "
        "packages to install, such as {'cal': 'voga.cal'}.",
        "The modifiers are [], which is no mapping. Give a dict of labels and the "
        "packages to install, such as {'cal': 'voga.cal'}.",
        f"The modifier of 'cal' is '', {names}, or None to leave the app out.",
        f"The modifier of 'cal' is 1, {names}, or None to leave the app out.",
        f"An entry of the apps is '', {names}.",
        f"An entry of the apps is '.cal', {names}.",
        f"An entry of the apps is None, {names}.",
        [],
    ]


def test_package_of(library: Project):
    """A need may be the path of a config class; what is no app is no error here."""
    library.write(
        {
            **app("needs.a_class", needs_plugins=["library.room.apps.Config"]),
            "broken/app/__init__.py": "import nowhere",
            **plain_app("plain.one"),
        }
    )

    told = library.ask_early(
        RESOLVE,
        """
        from django_plugin_system.inheritance.installed import package_of
        names = [
            "library.cal", "voga.cal.apps.Config", "plain.one.apps.Config",
            "django.contrib.admin.apps.AdminConfig", "nobody", "library.cal.apps.Cfg",
            "broken.app",
        ]
        tell([[package_of(name) for name in names], resolve("needs.a_class")])
        """,
    )

    assert told == [
        [
            "library.cal",
            "voga.cal",
            "plain.one",
            "django.contrib.admin",
            "nobody",
            "library.cal.apps.Cfg",
            "broken.app",
        ],
        ["library.contacts", "library.room.apps.Config", "needs.a_class"],
    ]
