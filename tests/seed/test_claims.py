"""What a stranger claims of the library who knows the seed's text and no source.

The stranger's site is the shop of ``shop.py``.
"""

from __future__ import annotations

import json
from textwrap import dedent

import pytest

from .conftest import SiteMaker
from .shop import APPS, CARRIERS, IN_CODE, SHIPPING, WHO, Consoles, carrier
from .sites import Site

# Installing


def test_migrate_is_all_that_a_new_site_needs(make_site: SiteMaker) -> None:
    """From no database at all to the right answer, and the checks are content."""
    site = make_site(APPS, SHIPPING | CARRIERS)
    site.database.unlink()

    site.manage("migrate")

    assert site.items() == IN_CODE
    assert site.run(f"{WHO}print(who())") == ["Post"]
    assert site.manage("check", "--database", "default", "--fail-level", "WARNING") == (
        "System check identified no issues (0 silenced).\n"
    )
    assert site.manage("makemigrations", "--check") == "No changes detected\n"


def test_migrations_go_back_to_zero_and_forth(shop: Site) -> None:
    """The tables leave and come back with all their rows."""
    shop.manage("migrate", "django_plugin_system", "zero")
    shop.manage("migrate")

    assert shop.items() == IN_CODE


# Registering


@pytest.mark.parametrize(
    "order",
    [
        pytest.param("INSTALLED_APPS", id="type-first"),
        pytest.param("INSTALLED_APPS[::-1]", id="type-last-library-after-it"),
        pytest.param(
            "INSTALLED_APPS[6:] + INSTALLED_APPS[:6]", id="type-first-library-last"
        ),
    ],
)
def test_every_way_of_registering_works_in_any_order(shop: Site, order: str) -> None:
    """From ready(), plugins, models, __init__ or apps.py; before its type or after."""
    shop.sql("DELETE FROM django_plugin_system_pluginitem")
    reordered = shop.with_settings(f"INSTALLED_APPS = {order}")

    reordered.manage("pluginsync")

    assert shop.items() == IN_CODE


GOOD_TYPE = {"name": "'x'", "manager": "'shop.shipping'", "interface": "Good"}
GOOD_ITEM = {
    "name": "'x'",
    "module": "'shop.postal'",
    "type_name": "'carrier'",
    "manager_name": "'shop.shipping'",
    "plugin_class": "Fine",
}


def attempt(call: str, declared: dict[str, str], **other: str | None) -> str:
    """Return a script that registers something and prints what is raised."""
    values = {key: value for key, value in (declared | other).items() if value}
    given = ", ".join(f"{key!r}: {value}" for key, value in values.items())
    return f"""
from abc import ABC, abstractmethod
from django_plugin_system import register
from shop.shipping.interfaces import Carrier

class Good(ABC):
    @abstractmethod
    def work(self): ...

class NoABC:
    def work(self): ...

class Empty(ABC):
    def work(self): ...

class Fine(Carrier):
    def ship(self, parcel): ...

class Abstract(Carrier):
    pass

class Half(Carrier):
    def ship(self, parcel): ...
    @abstractmethod
    def track(self): ...

class Duck:
    def ship(self, parcel): ...

try:
    register.{call}({{{given}}})
except Exception as error:
    kinds = [kind.__name__ for kind in (TypeError, ValueError, KeyError)
             if isinstance(error, kind)]
    print(*kinds)
    print(error)
else:
    print("accepted")
"""


def bad_type(**other: str | None) -> str:
    return attempt("register_plugin_type", GOOD_TYPE, **other)


def bad_item(**other: str | None) -> str:
    return attempt("register_plugin_item", GOOD_ITEM, **other)


@pytest.mark.parametrize(
    ("script", "kind", "about"),
    [
        pytest.param(bad_type(interface="NoABC"), "TypeError", "NoABC", id="no-abc"),
        pytest.param(bad_type(interface="Empty"), "TypeError", "Empty", id="empty"),
        pytest.param(bad_type(interface=None), "KeyError", "interface", id="lacks"),
        pytest.param(bad_type(extra="1"), "KeyError", "extra", id="type-extra-key"),
        pytest.param(bad_type(name="'x' * 101"), "ValueError", "101", id="long-name"),
        pytest.param(bad_type(manager="''"), "ValueError", "manager", id="no-manager"),
        pytest.param(bad_type(get_plugin="7"), "TypeError", "7", id="get-plugin"),
        pytest.param(
            bad_type(name="'carrier'"), "ValueError", "Carrier", id="type-taken"
        ),
        pytest.param(
            bad_item(plugin_class="Abstract"), "TypeError", "ship", id="abstract"
        ),
        pytest.param(bad_item(plugin_class="Half"), "TypeError", "track", id="half"),
        pytest.param(bad_item(plugin_class="Duck"), "TypeError", "Duck", id="duck"),
        pytest.param(bad_item(plugin_class="Good"), "TypeError", "Good", id="foreign"),
        pytest.param(bad_item(plugin_class="'Fine'"), "TypeError", "Fine", id="string"),
        pytest.param(bad_item(plugin_class="None"), "TypeError", "None", id="none"),
        pytest.param(bad_item(module=None), "KeyError", "module", id="lacks-module"),
        pytest.param(bad_item(priorty="1"), "KeyError", "priorty", id="misspelt-key"),
        pytest.param(bad_item(priority="'1'"), "TypeError", "'1'", id="priority-text"),
        pytest.param(bad_item(priority="1.5"), "TypeError", "1.5", id="priority-float"),
        pytest.param(
            bad_item(priority="32768"), "ValueError", "32768", id="priority-high"
        ),
        pytest.param(
            bad_item(priority="-32769"), "ValueError", "-32769", id="priority-low"
        ),
        pytest.param(bad_item(module="'m' * 101"), "ValueError", "101", id="long"),
        pytest.param(bad_item(name="'post'"), "ValueError", "Post", id="item-taken"),
    ],
)
def test_a_mis_registration_is_refused_where_it_is_made(
    shop: Site, script: str, kind: str, about: str
) -> None:
    """Its call raises what Python programmers expect and names the culprit."""
    kinds, message = shop.run(script)

    assert kind in kinds.split()
    assert about in message


def test_registering_twice_is_harmless(shop: Site) -> None:
    """The same declarations again change neither the registry nor a row."""
    before = shop.items("*"), shop.types("*")

    printed = shop.run(f"""{WHO}
from django.apps import apps
from django.core.management import call_command
from django_plugin_system.register import register_plugin_item
from shop.postal.plugins import Post

apps.get_app_config("shipping").ready()
register_plugin_item({{
    "name": "post",
    "module": "shop.postal",
    "type_name": "carrier",
    "manager_name": "shop.shipping",
    "plugin_class": Post,
    "priority": 10,
    "description": "By post",
}})
call_command("pluginsync", "--mode", "update", verbosity=0)
print(who())
""")

    assert printed == ["Post"]
    assert (shop.items("*"), shop.types("*")) == before


def test_an_item_of_an_unknown_type_fails_the_check(make_site: SiteMaker) -> None:
    """The check names the item and the type that was probably meant."""
    text = carrier("shop.postal", "post", 1).replace('"carrier"', '"carier"')
    site = make_site(APPS[:2], SHIPPING | {"shop/postal/plugins.py": text})

    printed = site.manage("check", exit_code=1)

    assert "shop.postal:post for shop.shipping:carier" in printed
    assert "Did you mean shop.shipping:carrier?" in printed


def add_app(site: Site, name: str, plugins: str) -> Site:
    """Return the site with one more app, first in line, that has a plugins module."""
    package = site.database.parent / name
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "plugins.py").write_text(dedent(plugins))
    return site.with_settings(f"INSTALLED_APPS.insert(0, {name!r})")


def test_one_broken_plugin_hides_no_other(shop: Site) -> None:
    """A module that cannot be imported is named by the check; all others answer."""
    shop.sql("DELETE FROM django_plugin_system_pluginitem")
    broken = add_app(shop, "broken", "import no_such_sdk\n")

    printed = broken.run(f"""{WHO}
from django.core.management import call_command

call_command("pluginsync", verbosity=0)
print(who())
""")

    assert printed[-1] == "Post"
    assert shop.items() == IN_CODE
    assert (
        "broken.plugins could not be loaded: ModuleNotFoundError: No module named "
        "'no_such_sdk'" in broken.manage("check")
    )


def test_one_broken_plugin_keeps_no_other_from_being_synced(shop: Site) -> None:
    """The command makes the rows of all the others, and says what is missing."""
    shop.sql("DELETE FROM django_plugin_system_pluginitem")
    broken = add_app(shop, "broken", "import no_such_sdk\n")

    printed = broken.manage("pluginsync")

    assert shop.items() == IN_CODE
    assert "no_such_sdk" in printed


def test_an_override_may_be_registered_before_the_type(shop: Site) -> None:
    """``get_plugin`` in a plugins module outlives the plain type of ``ready()``."""
    overridden = add_app(
        shop,
        "override",
        """
        from django_plugin_system.register import register_plugin_type
        from shop.shipping.interfaces import Carrier

        register_plugin_type({
            "name": "carrier",
            "manager": "shop.shipping",
            "interface": Carrier,
            "get_plugin": lambda plugin_type: plugin_type.get_active_plugins()[-1],
        })
        """,
    )

    assert overridden.run(f"{WHO}print(who())") == ["Train"]


def test_types_of_one_name_by_two_managers_are_two_types(make_site: SiteMaker) -> None:
    """Their items may share name and module, and never answer for each other."""
    text = SHIPPING["shop/shipping/apps.py"]
    files = {
        "shop/freight/apps.py": text.replace("ShippingConfig", "FreightConfig")
        .replace("shop.shipping", "shop.freight")
        .replace(".interfaces", "shop.shipping.interfaces"),
        "shop/postal/plugins.py": carrier("shop.postal", "post", 1),
        "shop/postal/more.py": carrier("shop.postal", "post", 1)
        .replace('"shop.shipping"', '"shop.freight"')
        .replace("Post", "Barge"),
        "shop/postal/models.py": "from . import more\n",
    }
    site = make_site(["shop.freight", *APPS[:2]], SHIPPING | files)
    site.manage("pluginsync")

    printed = site.run(f"""{WHO}
from django_plugin_system.models import PluginItem

def freight():
    return type(get_plugin_instance("carrier", "shop.freight")).__name__

print(who(), freight())
PluginItem.objects.filter(plugin_type__manager="shop.freight").delete()
print(who(), freight())
""")

    assert printed == ["Post Barge", "Post NoneType"]


# Selecting


def test_equal_priorities_never_waver(shop: Site) -> None:
    """Ties go by name, whatever the order of rows or of hashes."""
    shop.set_items("priority = 0")

    printed = shop.run(f"""{WHO}
from django_plugin_system.models import PluginItem

items = {{item.name: item for item in PluginItem.objects.all()}}
print(who())
PluginItem.objects.all().delete()
for name in ["train", "courier", "post", "bike", "drone"]:
    items[name].save(force_insert=True)
print(who())
""")

    assert printed == ["Bike", "Bike"]


def test_code_that_is_gone_leaves_the_answer_to_the_next(shop: Site) -> None:
    """An active row without a class is passed over, and loading it says why."""
    shop.set_items("name = 'old_post'", "post")

    printed = shop.run(f"""{WHO}
from django_plugin_system.models import PluginItem, PluginType

print(who())
print(PluginType.objects.get().get_single_plugin().name)
item = PluginItem.objects.get(name="old_post")
print(item.load_class())
try:
    item.load()
except RuntimeError as error:
    print(error)
""")

    assert printed == [
        "Courier",
        "courier",
        "None",
        "Plugin item shop.postal:old_post for shop.shipping:carrier cannot be loaded: "
        "this process has no class registered for it. Is its app installed, and does "
        "its plugins module import?",
    ]


def test_each_call_makes_a_new_object(shop: Site) -> None:
    """Nothing that one caller does to its plugin reaches another."""
    printed = shop.run(f"""{WHO}
first = get_plugin_instance("carrier", "shop.shipping")
second = get_plugin_instance("carrier", "shop.shipping")
print(first is second, type(first) is type(second), first.ship("box"))
""")

    assert printed == ["False True post box"]


def test_an_unknown_type_is_none_and_one_warning(shop: Site) -> None:
    """The helper keeps its promise of None, and the log says what was meant."""
    printed = shop.run("""
        from django_plugin_system.helpers import get_plugin_class, get_plugin_instance

        print(get_plugin_instance("carier", "shop.shipping"))
        print(get_plugin_class("carier", "shop.shipping"))
    """)

    assert sorted(printed) == [
        "No plugin type 'carier' of 'shop.shipping' is registered. Did you mean "
        "'carrier' of 'shop.shipping'? Nothing is selected.",
        "None",
        "None",
    ]


def test_an_error_in_a_plugin_is_the_callers_to_see(shop: Site) -> None:
    """Neither a constructor's nor a selector's exception turns into None."""
    printed = shop.run(f"""{WHO}
from django_plugin_system.register import register_plugin_type
from shop.postal.plugins import Post
from shop.shipping.interfaces import Carrier

def fail(*args):
    raise ConnectionError("no route to " + type(args[0]).__name__)

Post.__init__ = fail
try:
    who()
except ConnectionError as error:
    print(error)
register_plugin_type({{
    "name": "carrier",
    "manager": "shop.shipping",
    "interface": Carrier,
    "get_plugin": fail,
}})
try:
    who()
except ConnectionError as error:
    print(error)
""")

    assert printed == ["no route to Post", "no route to PluginType"]


def test_asking_by_interface(shop: Site) -> None:
    """By class instead of by name, in sync and async code; nothing to select raises."""
    printed = shop.run("""
        import asyncio

        from django_plugin_system import aget_plugin, get_plugin
        from django_plugin_system.models import PluginItem
        from shop.shipping.interfaces import Carrier

        print(get_plugin(Carrier).ship("box"))
        print(asyncio.run(aget_plugin(Carrier)).ship("box"))
        PluginItem.objects.update(status="disable")
        try:
            get_plugin(Carrier)
        except LookupError as error:
            print(type(error).__name__)
    """)

    assert printed == ["post box", "post box", "NoPluginAvailable"]


# Staying fresh: one process asks, another one switches


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        pytest.param(
            "post = items.get(name='post'); post.status = 'disable'; post.save()",
            "Courier",
            id="save",
        ),
        pytest.param("items.get(name='post').delete()", "Courier", id="delete"),
        pytest.param(
            "items.filter(name='post').update(status='reserve')", "Courier", id="update"
        ),
        pytest.param(
            "rows = list(items.all())\n"
            "for row in rows: row.priority = -row.priority\n"
            "items.bulk_update(rows, ['priority'])",
            "Train",
            id="bulk-update",
        ),
        pytest.param(
            "items.filter(priority__lt=30).delete()", "Drone", id="bulk-delete"
        ),
        pytest.param(
            "train = items.get(name='train'); items.all().delete(); "
            "items.bulk_create([train])",
            "Train",
            id="bulk-create",
        ),
        pytest.param(
            "items.update_or_create(name='bike', defaults={'priority': 1})",
            "Bike",
            id="update-or-create",
        ),
        pytest.param("PluginType.objects.get().delete()", "NoneType", id="cascade"),
        pytest.param(
            "with transaction.atomic(): items.filter(name='post').update(priority=99)",
            "Courier",
            id="transaction",
        ),
        pytest.param("boss.press('DISABLED', 'post')", "Courier", id="admin-bulk"),
        pytest.param(
            "boss.press('RESERVED', 'post', 'courier')", "Drone", id="admin-reserve"
        ),
        pytest.param(
            "boss.edit_list(bike={'priority': 3})", "Bike", id="admin-quick-edit"
        ),
        pytest.param("boss.edit('post', status='disable')", "Courier", id="admin-page"),
        pytest.param(
            "items.filter(name='courier').update(priority=11)\n"
            "boss.press('Increase priority', 'courier')\n"
            "boss.press('Increase priority', 'courier')",
            "Courier",
            id="admin-nudge",
        ),
    ],
)
@pytest.mark.service
def test_a_switch_in_one_process_is_the_next_answer_in_all(
    consoles: Consoles, change: str, answer: str
) -> None:
    """Whatever way it is made, and whether it is asked for in a request or not."""
    assert consoles.answer() == "Post"

    consoles.changer.run(change)

    assert consoles.answer() == answer


@pytest.mark.service
def test_a_sync_in_one_process_is_the_next_answer_in_all(consoles: Consoles) -> None:
    """``pluginsync --mode update`` puts back the priorities of code."""
    consoles.changer.run("items.filter(name='train').update(priority=1)")
    assert consoles.answer() == "Train"

    consoles.changer.run('call_command("pluginsync", "--mode", "update", verbosity=0)')

    assert consoles.answer() == "Post"


@pytest.mark.parametrize(
    ("end", "answer"),
    [
        pytest.param("", "Courier", id="commit"),
        pytest.param("transaction.set_rollback(True)", "Post", id="rollback"),
    ],
)
@pytest.mark.service
def test_an_open_transaction_is_its_own_affair(
    consoles: Consoles, end: str, answer: str
) -> None:
    """Its process reads its own writes; others see them at commit, or never."""
    own = consoles.changer.run("""
block = transaction.atomic()
block.__enter__()
items.filter(name="post").update(status="disable")
print(who())
""")
    meanwhile = consoles.answer()
    consoles.changer.run(f"{end}\nblock.__exit__(None, None, None)")

    assert own == ["Courier"]
    assert meanwhile == "Post"
    assert consoles.answer() == answer
    assert consoles.changer.run("print(who())") == [answer]


# Syncing


def test_update_leaves_disabled_items_disabled(shop: Site) -> None:
    """It refreshes priority and description, and the status stays the operator's."""
    shop.set_items("status = 'disable', priority = 1, description = ''", "post")
    shop.set_items("status = 'reserve'", "bike")

    shop.manage("pluginsync", "--mode", "update")

    assert shop.items("name, status, priority, description") == [
        ("bike", "reserve", 40, "By bike"),
        ("courier", "active", 20, "By courier"),
        ("drone", "active", 30, "By drone"),
        ("post", "disable", 10, "By post"),
        ("train", "active", 50, "By train"),
    ]


@pytest.mark.parametrize("command", ["pluginsync", "migrate"])
def test_apps_may_be_installed_by_their_config(shop: Site, command: str) -> None:
    """A path like ``shop.shipping.apps.ShippingConfig`` loses no row, id or status."""
    shop.set_items("status = 'disable'", "post")
    before = shop.items("*"), shop.types("*")
    by_config = shop.with_settings(
        "INSTALLED_APPS.remove('shop.shipping')",
        "INSTALLED_APPS.remove('shop.courier')",
        "INSTALLED_APPS += ['shop.courier.apps.CourierConfig', "
        "'shop.shipping.apps.ShippingConfig']",
    )

    by_config.manage(command)

    assert (shop.items("*"), shop.types("*")) == before


def test_only_apps_that_left_are_pruned_and_only_by_pluginsync(shop: Site) -> None:
    """migrate and --no-prune keep their rows, pluginsync deletes them."""
    smaller = shop.with_settings("INSTALLED_APPS.remove('shop.bike')")

    smaller.manage("migrate")
    smaller.manage("pluginsync", "--no-prune")
    kept = shop.items()
    smaller.manage("pluginsync")

    assert kept == IN_CODE
    assert shop.items() == IN_CODE[1:]


def test_code_may_leave_and_come_back(make_site: SiteMaker) -> None:
    """While its app stays installed a row keeps its id and status meanwhile."""
    plugins = "shop/postal/plugins.py"
    files = SHIPPING | {plugins: carrier("shop.postal", "post", 1)}
    site = make_site(APPS[:2], files)
    site.manage("pluginsync")
    site.set_items("status = 'reserve'", "post")
    before = site.items("*")

    site.write({plugins: ""})
    site.manage("pluginsync")
    gone = site.items("*"), site.run(f"{WHO}print(who())")
    site.write({plugins: files[plugins]})
    site.manage("pluginsync")

    assert gone == (before, ["NoneType"])
    assert site.items("*") == before
    assert site.run(f"{WHO}print(who())") == ["Post"]


@pytest.mark.parametrize(
    ("drift", "arguments"),
    [
        pytest.param("DELETE FROM {} WHERE name = 'post'", [], id="missing"),
        pytest.param("UPDATE {} SET module = 'gone.' || module", [], id="stale"),
        pytest.param(
            "UPDATE {} SET priority = 3", ["--mode", "update"], id="not-as-in-code"
        ),
    ],
)
def test_check_and_dry_run_tell_of_drift_and_write_nothing(
    shop: Site, drift: str, arguments: list[str]
) -> None:
    """--check exits with 1 where there is something to do, with 0 where not."""
    shop.manage("pluginsync", "--check", *arguments)
    shop.sql(drift.format("django_plugin_system_pluginitem"))
    before = shop.items("*")

    checked = shop.manage("pluginsync", "--check", *arguments, exit_code=1)
    tried = shop.manage("pluginsync", "--dry-run", *arguments)

    assert checked == tried
    assert "post" in tried
    assert shop.items("*") == before


def test_edits_of_operators_are_no_drift(shop: Site) -> None:
    """What the default mode would leave alone does not fail a build."""
    shop.set_items("status = 'disable', priority = 3, description = 'Mine'")

    shop.manage("pluginsync", "--check")


def test_the_report_is_also_for_machines(shop: Site) -> None:
    """--format json prints one object and nothing else."""
    shop.sql("DELETE FROM django_plugin_system_pluginitem WHERE name = 'post'")

    report = json.loads(shop.manage("pluginsync", "--format", "json"))

    assert {key: value for key, value in report.items() if value} == {
        "created_items": ["shop.postal:post for shop.shipping:carrier"]
    }


def test_processes_may_sync_at_the_same_time(shop: Site) -> None:
    """Four of them on empty tables: no error, and each row once."""
    shop.sql("DELETE FROM django_plugin_system_pluginitem")
    shop.sql("DELETE FROM django_plugin_system_plugintype")
    script = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "print('ready', flush=True); input()\n"
        "call_command('pluginsync', verbosity=0)\n"
    )
    processes = [shop.start("-c", script) for _ in range(4)]
    ready = [process.stdout.readline() for process in processes if process.stdout]

    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    printed = [process.communicate(timeout=60)[0] for process in processes]

    assert ready == ["ready\n"] * 4
    assert printed == [""] * 4
    assert shop.items() == IN_CODE
    assert shop.types() == [("carrier", "shop.shipping")]


def test_without_tables_the_command_says_what_to_do(shop: Site) -> None:
    """A sentence instead of a traceback, and an exit code that stops a deployment."""
    shop.database.unlink()

    printed = shop.manage("pluginsync", exit_code=1)

    assert printed == (
        "CommandError: Database 'default' has no tables for plugins yet. "
        "Run 'manage.py migrate --database default' first.\n"
    )


def test_the_number_of_queries_does_not_grow_with_items(shop: Site) -> None:
    """Neither that of a sync nor that of the admin's lists, at 5 and at 105 items."""
    printed = shop.run("""
        from django.core.management import call_command
        from django.db import connection
        from django.test.utils import CaptureQueriesContext
        from django_plugin_system.models import PluginItem
        from django_plugin_system.register import register_plugin_item
        from operators import ITEMS, TYPES, Operator
        from shop.postal.plugins import Post

        operator = Operator()

        def count(action):
            with CaptureQueriesContext(connection) as queries:
                action()
            return len(queries)

        def counts():
            sync = ["pluginsync", "--mode", "update"]
            return [
                count(lambda: call_command(*sync, verbosity=0)),
                count(lambda: operator.see(ITEMS)),
                count(lambda: operator.see(TYPES)),
            ]

        def spoil():
            PluginItem.objects.all().delete()

        operator.see(ITEMS)
        spoil()
        few = counts()
        for number in range(100):
            register_plugin_item({
                "name": f"post{number}",
                "module": "shop.postal",
                "type_name": "carrier",
                "manager_name": "shop.shipping",
                "plugin_class": Post,
            })
        spoil()
        print(counts() == few, PluginItem.objects.count())
    """)

    assert printed == ["True 105"]


# The admin


def test_view_sees_and_cannot_switch(shop: Site) -> None:
    """Neither offered actions nor forged requests get past a missing permission."""
    printed = shop.run("""
        from django_plugin_system.models import PluginItem
        from operators import ITEMS, Operator

        picks = Operator().picks()
        post = str(PluginItem.objects.get(name="post").pk)
        forged_row = {
            "form-TOTAL_FORMS": "1",
            "form-INITIAL_FORMS": "1",
            "form-0-id": post,
            "form-0-status": "disable",
            "form-0-priority": "99",
            "_save": "Save",
        }
        forged_page = {"status": "disable", "priority": "99", "description": ""}

        def forge(operator):
            print([row["name"] for row in operator.rows(ITEMS)], operator.actions())
            for value in filter(None, picks.values()):
                action = {"action": value, "_selected_action": post, "post": "yes"}
                operator.force(ITEMS, action)
            operator.force(ITEMS, forged_row)
            print(operator.force(f"{ITEMS}{post}/change/", forged_page))
            print(operator.force(f"{ITEMS}{post}/delete/", {"post": "yes"}))

        forge(Operator("view_pluginitem"))
        forge(Operator("view_plugintype", "change_plugintype"))
        forge(Operator(everything=False))
    """)

    assert printed == [
        "['post', 'courier', 'drone', 'bike', 'train'] []",
        "403",
        "403",
        *["[] []", "403", "403"] * 2,
    ]
    assert shop.items() == IN_CODE


def test_change_is_enough_to_switch(shop: Site) -> None:
    """The one permission gives the bulk actions, the list and the page."""
    printed = shop.run("""
        from operators import Operator

        operator = Operator("change_pluginitem")
        print(operator.actions())
        operator.press("DISABLED", "post")
        operator.edit_list(bike={"status": "reserve"})
        operator.edit("train", priority=3)
    """)

    assert printed == [
        "['Mark selected as active', 'Mark selected as reserve', "
        "'Mark selected as disabled', 'Increase priority (lower number)', "
        "'Decrease priority (higher number)']"
    ]
    assert shop.items() == [
        ("bike", "reserve", 40),
        ("courier", "active", 20),
        ("drone", "active", 30),
        ("post", "disable", 10),
        ("train", "active", 3),
    ]


def test_every_switch_is_in_the_history(shop: Site) -> None:
    """Who, which row, from what to what: for bulk actions, list and page alike."""
    printed = shop.run("""
        from django.contrib.admin.models import LogEntry
        from operators import Operator

        operator = Operator()
        operator.press("DISABLED", "post", "courier")
        operator.press("Increase priority", "drone")
        operator.edit_list(bike={"status": "reserve", "priority": 4})
        operator.edit("train", priority=3)
        for entry in LogEntry.objects.order_by("object_repr"):
            user, is_change = entry.user.username, entry.is_change()
            print(user, is_change, entry.object_repr, entry.get_change_message())
    """)

    assert printed == [
        f"operator0 True {each}"
        for each in [
            "shop.bike:bike for shop.shipping:carrier Status: active → reserve. "
            "Priority: 40 → 4.",
            "shop.courier:courier for shop.shipping:carrier Status: active → disabled.",
            "shop.drone:drone for shop.shipping:carrier Priority: 30 → 29.",
            "shop.postal:post for shop.shipping:carrier Status: active → disabled.",
            "shop.train:train for shop.shipping:carrier Priority: 50 → 3.",
        ]
    ]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("press('DISABLED', 'post', {})", id="bulk"),
        pytest.param("press('RESERVED', 'post', {})", id="bulk-reserve"),
        pytest.param("edit_list({}, post={{'status': 'disable'}})", id="list"),
        pytest.param("edit('post', status='disable', {})", id="page"),
    ],
)
def test_the_last_active_item_is_not_lost_by_mistake(shop: Site, change: str) -> None:
    """The admin asks first, saying who would answer; only a yes switches it off."""
    shop.set_items("status = 'disable'", "courier", "drone", "train")
    shop.set_items("status = 'reserve'", "bike")

    asked = shop.run(f"""
        from operators import Operator

        print(Operator().{change.format("sure=False")})
    """)
    untouched = shop.items()
    shop.run(f"""
        from operators import Operator

        Operator().{change.format("sure=True")}
    """)

    assert "answers from reserve" in asked[0]
    assert untouched[3] == ("post", "active", 10)
    assert shop.items()[3] in [("post", "disable", 10), ("post", "reserve", 10)]


def test_priorities_stop_at_the_ends_of_a_small_integer(shop: Site) -> None:
    """A nudge beyond changes nothing, and no form takes a number beyond."""
    shop.set_items("priority = -32768", "post")
    shop.set_items("priority = 32767", "bike")

    shop.run("""
        from operators import Operator

        operator = Operator()
        operator.press("Increase priority", "post", "courier")
        operator.press("Decrease priority", "bike", "drone")
        operator.edit_list(train={"priority": 32768})
        operator.edit("train", priority=-32769)
    """)

    assert shop.items() == [
        ("bike", "active", 32767),
        ("courier", "active", 19),
        ("drone", "active", 31),
        ("post", "active", -32768),
        ("train", "active", 50),
    ]


def test_the_admin_makes_no_object_of_a_plugin(shop: Site) -> None:
    """A class that cannot be instantiated loads, and no page breaks over it."""
    printed = shop.run("""
        from django_plugin_system.models import PluginItem, PluginType
        from operators import ITEMS, TYPES, Operator
        from shop.postal.plugins import Post

        def fail(self):
            raise ConnectionError

        Post.__init__ = fail
        operator = Operator()
        print({row["name"]: row["class loads"] for row in operator.rows(ITEMS)}["post"])
        print([row["answers now"] for row in operator.rows(TYPES)])
        post, carrier = PluginItem.objects.get(name="post"), PluginType.objects.get()
        print(operator.see(f"{ITEMS}{post.pk}/change/")[:3])
        print(operator.see(f"{TYPES}{carrier.pk}/change/")[:3])
    """)

    assert printed == ["True", "['shop.postal:post']", "200", "200"]


def test_the_type_page_explains_the_selection(shop: Site) -> None:
    """Who answers, and of each other item why it does not."""
    shop.set_items("status = 'disable'", "bike")
    shop.set_items("status = 'reserve'", "drone")
    shop.set_items("name = 'maglev'", "train")

    printed = shop.run("""
        from django_plugin_system.models import PluginType
        from operators import TYPES, Operator

        print(Operator().see(f"{TYPES}{PluginType.objects.get().pk}/change/"))
    """)

    for sentence in [
        "post answers",
        "shop.postal:post active 10 chosen: first of the active items",
        "shop.courier:courier active 20 passed over: another item comes first",
        "shop.drone:drone reserve 30 in reserve",
        "shop.bike:bike disabled 40 dropped: disabled",
        "shop.train:maglev active 50 dropped: no code is registered",
    ]:
        assert sentence in printed[0]


# Settings


def test_a_misspelt_setting_fails_the_check(shop: Site) -> None:
    """An unknown key of PLUGIN_SYSTEM is refused, not ignored."""
    misspelt = shop.with_settings("PLUGIN_SYSTEM = {'ENTRY_POINT': True}")

    printed = misspelt.manage("check", exit_code=1)

    assert "PLUGIN_SYSTEM has an unknown key 'ENTRY_POINT'." in printed
    assert "Did you mean 'ENTRY_POINTS'?" in printed
