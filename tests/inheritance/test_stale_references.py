"""Where manage.py check finds a class that a child's has taken the place of."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest

from .library import CAL, VOGA_CAL
from .projects import Project

HINT = (
    "HINT: Look the model up where it is used, as with apps.get_model('cal.Room'), or "
    "put it there later, in ready()."
)


def registering(registry: str, models: str = "") -> dict[str, str]:
    """Return a child of a library whose models call ``register`` of a registry."""
    return {
        **CAL,
        **VOGA_CAL,
        "library/registry.py": registry,
        "library/cal/models.py": dedent(CAL["library/cal/models.py"])
        + dedent(
            models
            # What is used cannot wait for the model.
            or "\nfrom library.registry import register\nresult = register(Room)\n"
        ),
    }


def places(said: str) -> list[list[str]]:
    """Return for each W101 the places that it names."""
    found = re.findall(r"W101\) (.*?) (?:has|have) the abstract", said)
    return [re.split(r", | and ", each) for each in found]


HOLDERS = {
    "slotted dataclass": """
        from dataclasses import dataclass

        @dataclass(slots=True)
        class Entry:
            model: type

        def register(model):
            global entry
            entry = Entry(model)
    """,
    "deque": """
        from collections import deque
        entry = deque()
        register = entry.append
    """,
    "weak keys": """
        from weakref import WeakKeyDictionary
        entry = WeakKeyDictionary()
        def register(model): entry[model] = 1
    """,
    "weak reference": """
        from weakref import ref
        def register(model):
            global entry
            entry = ref(model)
    """,
    "mapping proxy": """
        from types import MappingProxyType
        def register(model):
            global entry
            entry = MappingProxyType({"model": (model,)})
    """,
    "registry in registries": """
        class Registry:
            def __init__(self, **inner): self._models = inner

        entry = Registry(a=Registry(b=[Registry(c={})]))
        def register(model): entry._models["a"]._models["b"][0]._models["c"][0] = model
    """,
    "partial": """
        from functools import partial
        def register(model):
            global entry
            entry = [partial(print, model)]
    """,
    "bound method": """
        def register(model):
            global entry
            entry = model.check
    """,
    "closure": """
        def register(model):
            global entry
            def entry(): return model
    """,
    "default": """
        def register(model):
            global entry
            def entry(model=model): return model
    """,
    "namespace": """
        from types import SimpleNamespace
        entry = SimpleNamespace()
        def register(model): entry.models = {model}
    """,
    "lazy": """
        from django.utils.functional import SimpleLazyObject
        def register(model):
            global entry
            entry = SimpleLazyObject(lambda: 1 / 0 or model)
    """,
    "hostile": """
        class Meta(type):
            def __getattribute__(cls, name): 1 / 0
            __eq__ = __hash__ = __instancecheck__ = __subclasscheck__ = None

        class Hostile(metaclass=Meta):
            def __getattribute__(self, name): 1 / 0
            __eq__ = __hash__ = __iter__ = __len__ = __contains__ = __repr__ = None
            __class__ = property(lambda self: 1 / 0)

        entry = object.__new__(Hostile)
        def register(model): object.__setattr__(entry, "model", model)
    """,
    "subclasses that are hostile": """
        class Dict(dict):
            items = keys = values = get = __iter__ = __contains__ = None

        entry = Dict()
        def register(model): dict.__setitem__(entry, "model", model)
    """,
    "made without a module": """
        made = {"__builtins__": {"type": type}}
        exec("entry = type('Nowhere', (), {})()", made)
        entry = made.pop("entry")
        def register(model): entry.model = model
    """,
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_w101_whatever_holds_it(project: Project, holder: str):
    """It is found in objects of any kind, and none of their code is run."""
    project.write(registering(HOLDERS[holder]))

    said = project.install("voga.cal").check()

    assert places(said) == [["library.registry.entry"]]
    assert HINT in said


def test_w101_in_the_module_of_the_class(project: Project):
    """What an object in the parent's own models has is no name of a base."""
    models = """
        class Registry:
            def __init__(self): self._models = {}
            def register(self, model): self._models[model.__name__] = model

        registry = Registry()
        result = registry.register(Room)
        Room.registry = registry
    """
    project.write(registering("", models))

    said = project.install("voga.cal").check()

    assert places(said) == [["library.cal.models.registry"]]


def test_w101_one_line_for_each_class(project: Project):
    """However often it is kept, the name that is nearest comes first, and some do."""
    registry = """
        KNOWN = []
        class Page: pass
        class Site: pages = {}

        def register(model):
            KNOWN.append(model)
            for number in range(12):
                Site.pages[number] = page = Page()
                page.model = model
                globals()[f"page_{number:02}"] = page
            Site.latest = type("RoomPage", (), {"model": model, "known": KNOWN})
    """
    project.write(registering(registry))

    said = project.install("voga.cal").check()

    assert places(said) == [
        [
            "library.registry.KNOWN",
            *(f"library.registry.page_{number:02}" for number in range(7)),
            "6 more",
        ]
    ]
    assert (
        "page_06 and 6 more have the abstract library.cal.models.Room, not the model "
        "that has become of it, voga.cal.models.Room: it was put there before that was "
        "defined.\n" in said
    )


def test_w101_called_by_where_it_was_made(project: Project):
    """A list that others import is named once, by the module that they import."""
    registry = """
        KNOWN = []
        register = KNOWN.append
    """
    project.write(
        {
            **registering(registry),
            "library/a.py": "from library.registry import KNOWN\n",
            "library/cal/__init__.py": "import library.a\n",
        }
    )

    said = project.install("voga.cal").check()

    assert places(said) == [["library.registry.KNOWN"]]


def test_w101_is_not_about_bases(project: Project):
    """Methods, subclasses, caches and names of a base have the class rightly."""
    registry = """
        import abc, sys, types, typing

        HOOKS = []
        class Named(abc.ABC): pass
        gone = types.ModuleType("library.gone")
        exec("def look(): return Room", vars(gone))

        def register(model):
            issubclass(model, Named)
            vars(gone)["Room"] = model
            typing.Optional[model]
            HOOKS.extend([model.clean, gone.look])
            def running():
                yield model
            HOOKS.append(running())
            next(HOOKS[-1])
    """
    models = """
        from library.registry import register
        from django.contrib import admin

        class Options:
            def __init__(self, model): self.model = model

        class Kept(models.Model):
            def __init_subclass__(cls): cls.options = Options(cls)
            def clean(self): return super().clean()
            class Meta:
                abstract = True

        class Hall(Kept):
            pass

        class Chapel(Hall):
            pass

        class Small(Hall):
            class Meta:
                proxy = True

        result = register(Hall)
    """
    child = """
        from library.cal.models import Hall as Base

        class Hall(Base):
            base = Base
            def clean(self): return Base.clean(self)
    """
    project.write(registering(registry, models))
    project.write(
        {
            "voga/cal/apps.py": VOGA_CAL["voga/cal/apps.py"].replace("Room", "Hall"),
            "voga/cal/models.py": child,
        }
    )

    assert "no issues" in project.install("voga.cal").check()


def test_w101_among_many(project: Project):
    """What is there once is not lost among what is there a thousand times."""
    registry = """
        class Page: pass
        kept = {}
        found = [None]

        def register(model):
            for number in range(1000):
                kept[number] = page = Page()
                page.model = model
            kept.clear()
            Page.all = lambda: [page for page in pages]
            pages = [Page() for _ in range(1000)]
            for page in pages:
                page.model = model
            found[0] = {"model": (model,)}
    """
    project.write(registering(registry))

    said = project.install("voga.cal").check()

    assert "library.registry.found" in places(said)[0]


def test_w101_in_good_time(project: Project):
    """A web of objects without a name is given up."""
    registry = """
        class Web: pass

        class Local:
            def __del__(self): pass

        def register(model):
            from threading import Thread, Event
            webs = [Web() for _ in range(5000)]
            for number, web in enumerate(webs):
                web.model, web.next = model, webs[number - 1]
            def keep():
                kept = webs
                Event().wait()
            Thread(target=keep, daemon=True).start()
    """
    project.write(registering(registry))

    seconds, found = project.install("voga.cal").ask("""
        from time import process_time
        from django_plugin_system.inheritance.checks import models
        start = process_time()
        found = models.check_stale_references()
        tell([process_time() - start, [each.msg for each in found]])
    """)

    assert found == []
    assert seconds < 2
