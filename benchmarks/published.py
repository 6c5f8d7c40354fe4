"""Times the lookup of a release from the package index; run by ``peers``.

Prints the version of Django, and then, for each line it reads, how many seconds one
lookup from its warm cache took.
"""

from __future__ import annotations

import sys
from abc import abstractmethod
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command

from .ratios import timed

Lookup = Callable[[], Any]


def main(version: str) -> None:
    # What commands print is no answer.
    with redirect_stdout(StringIO()):
        set_up()
        lookup = DECLARE[version]()
        # 1.1.0 has no migrations, and 2.0.9 does not sync after them.
        call_command("migrate", run_syncdb=True, verbosity=0)
        call_command("pluginsync")
        # Fills the cache, and fails where nothing is found.
        assert lookup().send("text") == "text"
    print(django.get_version(), flush=True)
    measure = timed(lookup)
    for _ in sys.stdin:
        print(measure(), flush=True)


def set_up() -> None:
    """Set up Django with all that either release asks for."""
    settings.configure(
        SECRET_KEY="only for benchmarks",
        INSTALLED_APPS=["benchmarks", "django_plugin_system"],
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
        },
        # 2.0.9 only: 1.1.0 always uses the cache.
        DJANGO_PLUGIN_SYSTEM_USE_CACHE=True,
        FIELD_ENCRYPTION_KEY="only for benchmarks",
        SALT_KEY="only for benchmarks",
    )
    django.setup()


def declare_dicts() -> Lookup:
    """Declare ten items as 1.1.0 documents it, and return its documented lookup."""
    from django_plugin_system.helpers import get_plugin_instance

    from .plugins import declare

    declare(10)
    return lambda: get_plugin_instance("sender", "benchmarks")


def declare_classes() -> Lookup:
    """Declare ten items as 2.0.9 documents it, and return its documented lookup."""
    from django_plugin_system import helpers, plugin_core, register

    class Sender(plugin_core.BasePluginType):
        name = "sender"

        @abstractmethod
        def send(self, text: str) -> str: ...

        @classmethod
        def __plugin_item_validator__(cls, plugin_class: type) -> None:
            # The inherited one calls itself without end.
            pass

    register.register_plugin_type({"interface": Sender})
    for number in range(10):
        attributes = {
            "name": f"mail{number}",
            "plugin_type": Sender,
            "send": lambda self, text: text,
        }
        plugin_class = type(f"Mail{number}", (plugin_core.BasePluginItem,), attributes)
        register.register_plugin_item({"plugin_class": plugin_class})
    return lambda: helpers.get_plugin_instance(Sender)


DECLARE = {"1.1.0": declare_dicts, "2.0.9": declare_classes}

if __name__ == "__main__":
    main(sys.argv[1])
