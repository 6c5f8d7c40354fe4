"""Translations of an app and of those it extends."""

from __future__ import annotations

import struct

import pytest

from .families import app, plain_app
from .projects import Project

PLURALS = {
    "de": "nplurals=2; plural=(n != 1);",
    "et": "nplurals=2; plural=(n != 1);",
    "lt": "nplurals=3; plural=(n%10==1 ? 0 : n>9 ? 2 : 1);",
    "tlh": "nplurals=1; plural=0;",
    "de_BE": "nplurals=2; plural=(n != 1);",
}

FILES = {
    **app("library.cal"),
    **app("voga.cal", "library.cal", not_inherited={"locale": ["de_BE", "et"]}),
    **app("top.cal", "voga.cal"),
    **plain_app("before"),
    **plain_app("after"),
}

LINES = """
from django.conf.locale import LANG_INFO
LANG_INFO["tlh"] = {
    "bidi": False, "code": "tlh", "name": "Klingon", "name_local": "tlhIngan Hol",
}
LANGUAGES = [(code, code) for code in ("en", "de", "de-be", "et", "lt", "tlh")]
LOCALE_PATHS = [BASE_DIR / "locale"]
"""


def catalogue(locale: str, messages: dict[str, str]) -> bytes:
    """Return a compiled catalogue; ``|`` parts singulars and plurals."""
    head = f"Content-Type: text/plain; charset=UTF-8\nPlural-Forms: {PLURALS[locale]}\n"
    texts = {
        key.replace("|", "\0").encode(): text.replace("|", "\0").encode()
        for key, text in sorted({"": head, **messages}.items())
    }
    start = 7 * 4 + 2 * 8 * len(texts)
    tables, blob = [b"", b""], b""
    for table, column in enumerate((texts.keys(), texts.values())):
        for text in column:
            tables[table] += struct.pack("<II", len(text), start + len(blob))
            blob += text + b"\0"
    counts = (0x950412DE, 0, len(texts), 28, 28 + 8 * len(texts), 0, 0)
    return struct.pack("<7I", *counts) + b"".join(tables) + blob


def translate(
    project: Project, home: str, locale: str, domain: str = "django", **messages: str
) -> None:
    path = project.root / home / f"locale/{locale}/LC_MESSAGES/{domain}.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(catalogue(locale, messages))


@pytest.fixture
def translated(project: Project) -> Project:
    """A project whose apps and own directory have German translations."""
    project.write(FILES)
    words = ("room", "event", "first", "last", "site")
    plural = {"%d seat|%d seats": "%d Platz|%d Plätze"}
    everything = {word: f"library {word}" for word in words} | plural
    translate(project, "library/cal", "de", **everything)
    translate(project, "voga/cal", "de", room="voga room")
    translate(project, "before", "de", first="before")
    translate(project, "after", "de", last="after")
    translate(project, ".", "de", site="site")
    return project


TRANSLATE = """
from django.utils.translation import gettext, gettext_lazy, ngettext, override
def say(language, *words):
    with override(language):
        return [gettext(word) for word in words]
"""


def test_order(translated: Project):
    """The child's text beats the parent's, and both have the child's place."""
    site = translated.install("before", "top.cal", "after", lines=LINES)

    told = site.ask(
        TRANSLATE, 'tell(say("de", "room", "event", "first", "last", "site", "other"))'
    )

    assert told == [
        "voga room",
        "library event",
        "before",
        "library last",
        "site",
        "other",
    ]


def test_lazy_and_plural(translated: Project):
    """Lazy strings and plurals are inherited, each with the rule of its catalogue."""
    seats = {"%d seat|%d seats": "%d vieta|%d vietos|%d vietų"}
    translate(translated, "library/cal", "lt", **seats)
    translate(translated, "voga/cal", "lt", room="kambarys")

    told = translated.install("voga.cal", lines=LINES).ask(
        TRANSLATE,
        """
        lazy = gettext_lazy("event")
        told = []
        for language, numbers in {"de": (1, 2), "lt": (1, 2, 10), "en": (1, 2)}.items():
            with override(language):
                seats = [ngettext("%d seat", "%d seats", n) % n for n in numbers]
                told.append([str(lazy), *seats])
        tell(told)
        """,
    )

    assert told == [
        ["library event", "1 Platz", "2 Plätze"],
        ["event", "1 vieta", "2 vietos", "10 vietų"],
        ["event", "1 seat", "2 seats"],
    ]


def test_language_of_the_parent(translated: Project):
    """A language that only the parent speaks can be switched to."""
    translate(translated, "library/cal", "tlh", room="pa'")

    told = translated.install("top.cal", lines=LINES).ask(
        TRANSLATE,
        """
        from django.test import RequestFactory
        from django.utils.translation import check_for_language
        from django.views.i18n import set_language
        request = RequestFactory().post("/", {"language": "tlh", "next": "/"})
        cookie = set_language(request).cookies["django_language"].value
        tell([say("tlh", "room"), check_for_language("tlh"), cookie])
        """,
    )

    assert told == [["pa'"], True, "tlh"]


def test_left_out(translated: Project):
    """Languages are left out by the names of their directories."""
    translate(translated, "library/cal", "et", room="library tuba", event="sündmus")
    translate(translated, "library/cal", "de_BE", room="library Saal")
    translate(translated, "top/cal", "et", room="top tuba")

    told = translated.install("top.cal", lines=LINES).ask(
        TRANSLATE,
        'tell([say(code, "room", "event") for code in ("et", "de-be", "de")])',
    )

    assert told == [
        ["top tuba", "event"],
        # As if the parent had no de_BE: then German is de.
        ["voga room", "library event"],
        ["voga room", "library event"],
    ]


def test_scripts(translated: Project):
    """The catalogue for scripts has the parent's texts, by either package's name."""
    translate(
        translated, "library/cal", "de", "djangojs", room="library", event="event"
    )
    translate(translated, "voga/cal", "de", "djangojs", room="voga")
    translate(translated, "after", "de", "djangojs", room="after", other="other")

    told = translated.install("voga.cal", "after", lines=LINES).ask(
        TRANSLATE,
        """
        from django.test import RequestFactory
        from django.views.i18n import JSONCatalog
        import json
        def catalogue(packages):
            with override("de"):
                view = JSONCatalog.as_view(packages=packages)
                found = json.loads(view(RequestFactory().get("/")).content)["catalog"]
            return {word: found[word] for word in words if word in found}
        words = ["room", "event", "other"]
        packages = [None, ["voga.cal"], ["library.cal"], ["voga.cal", "after"]]
        told = [catalogue(each) for each in packages]
        try:
            catalogue(["voga.cal", "nobody"])
        except ValueError as error:
            told.append(str(error))
        tell(told)
        """,
    )

    assert told == [
        {"room": "voga", "event": "event", "other": "other"},
        {"room": "voga", "event": "event"},
        {"room": "voga", "event": "event"},
        {"room": "after", "event": "event", "other": "other"},
        "Invalid package(s) provided to JavaScriptCatalog: nobody",
    ]


def test_watched(translated: Project):
    """The server of a developer reads a parent's catalogue anew when it changes."""
    told = translated.install("voga.cal", lines=LINES).ask(
        TRANSLATE,
        """
        from django.utils.autoreload import StatReloader, autoreload_started
        say("de", "room")
        reloader = StatReloader()
        autoreload_started.send(sender=reloader)
        tell([
            any(path.match(f"{home}/cal/locale") for path in reloader.directory_globs)
            for home in ("voga", "library", "top")
        ])
        """,
    )

    assert told == [True, True, False]


def test_nobody_extends(translated: Project):
    """Where no app extends another one, all is as without."""
    translated.write(app("library.other"))

    told = translated.install("library.other", "after", "before", lines=LINES).ask(
        TRANSLATE, 'tell(say("de", "room", "first", "last", "site"))'
    )

    assert told == ["room", "before", "after", "site"]


def test_left_out_everywhere(translated: Project):
    """A language that is left out is so for scripts and for switching to it as well.

    Others of the same parent are not, nor is it where it is what others fall back to.
    """
    for locale in ("de", "et", "tlh"):
        for domain in ("django", "djangojs"):
            translate(translated, "library/cal", locale, domain, room=f"{locale} room")
    translated.write(
        {
            **app("voga.cal", "library.cal", not_inherited={"locale": ["et", "tlh"]}),
            **app("other.cal", "library.cal", not_inherited={"locale": ["de"]}),
        }
    )
    translate(translated, "library/cal", "de_BE", "django", event="Saal")
    asked = (
        TRANSLATE,
        """
        import json
        from django.test import RequestFactory
        from django.utils.translation import check_for_language
        from django.views.i18n import JavaScriptCatalog, JSONCatalog
        def catalogue(view, package, language):
            with override(language):
                request = RequestFactory().get("/")
                text = view.as_view(packages=[package])(request).content.decode()
                return ' room"' in text
        tell([
            [catalogue(view, package, language)
             for view in (JavaScriptCatalog, JSONCatalog)
             for package in (installed, "library.cal")]
            for language in ("de", "et", "tlh")
        ] + [
            [check_for_language(code) for code in ("de", "tlh", "tlh", "x y", None)],
            say("de-be", "room", "event"),
        ])
        """,
    )

    voga, other, estonian = (
        translated.install(f"{name}.cal", lines=f"{LINES}\n{line}").ask(
            f"installed = '{name}.cal'", *asked
        )
        for name, line in (
            ("voga", ""),
            ("other", ""),
            ("voga", "LANGUAGE_CODE = 'et'"),
        )
    )

    assert voga == [
        [True] * 4,
        [False] * 4,
        [False] * 4,
        [True, False, False, False, False],
        ["voga room", "Saal"],
    ]
    assert other == [
        [False] * 4,
        [True] * 4,
        [True] * 4,
        [True, True, True, False, False],
        ["room", "Saal"],
    ]
    assert estonian[2] == [False] * 4


@pytest.mark.parametrize("package", ["voga.cal", "library.cal"])
def test_too_early(translated: Project, package: str):
    """Who translates while it is imported is told so, as by Django alone."""
    translated.write(
        {
            "early/apps.py": """
                from django.apps import AppConfig
                from django.utils.translation import gettext

                class Config(AppConfig):
                    name = "early"
                    verbose_name = gettext("room")
            """
        }
    )

    printed = translated.install(package, "early", lines=LINES).check(exit_code=1)

    assert printed.splitlines()[-1] == (
        "django.core.exceptions.AppRegistryNotReady: The translation infrastructure "
        "cannot be initialized before the apps registry is ready. Check that you "
        "don't make non-lazy gettext calls at import time."
    )
