"""Seed, "Example: Notification System", with Django Plugin System."""

from __future__ import annotations

import pytest

from .sites import Site

NOTIFY = """
from django.contrib.auth.models import User

from django_plugin_system.helpers import get_plugin_instance

user = User(username="ada", email="ada@example.org")

notifier = get_plugin_instance("notifier", "apps.notifications")
notifier.send(user, "Your OTP is 1234")
"""


def test_your_code_sends_through_the_selected_notifier(site: Site) -> None:
    """Step 5, as printed."""
    assert site.run(NOTIFY) == ["Sending email to ada@example.org: Your OTP is 1234"]


def test_an_item_may_name_a_module_inside_its_app(site: Site) -> None:
    """``apps.notifications.email`` counts as installed, so no sync deletes its row."""
    before = site.items("id, name, module")

    site.manage("pluginsync")

    assert ("apps.notifications.email",) in site.items("module")
    assert site.items("id, name, module") == before


def test_admins_select_and_your_code_does_not_change(site: Site) -> None:
    """Step 4: active, reserve, disabled and reordered in the admin; step 5 follows."""
    site.run("""
        from operators import Operator

        Operator().edit_list(
            email={"status": "reserve"}, sms={"priority": 30}, push={"priority": 1}
        )
    """)

    assert site.run(NOTIFY) == ["Pushing to ada: Your OTP is 1234"]

    site.run("""
        from operators import Operator

        operator = Operator()
        operator.press("DISABLED", "push", "sms")
    """)

    assert site.run(NOTIFY) == ["Sending email to ada@example.org: Your OTP is 1234"]


FAVOURITES = """
from django.contrib.auth.models import User
from django_plugin_system.models import PluginItem
from myapp.models import UserNotifyPref

message = "Your order is on its way"
"""


def test_users_are_notified_through_all_their_favourites(site: Site) -> None:
    """UserNotifyPref as printed; ``load()`` where the seed calls a class."""
    printed = site.run(f"""{FAVOURITES}
def notify(user):
    favourite_plugins = UserNotifyPref.get_user_plugins(user)
    for plugin in favourite_plugins:
        plugin_service = plugin.load()
        plugin_service.send(user, message)

ada = User.objects.create(username="ada", email="ada@example.org")
bob = User.objects.create(username="bob", email="bob@example.org")
eve = User.objects.create(username="eve", email="eve@example.org")
for user, names in [(ada, ["email", "push"]), (bob, ["push"])]:
    pref = UserNotifyPref.objects.create(user=user)
    pref.favourite_plugins.set(PluginItem.objects.filter(name__in=names))
for user in (ada, bob, eve):
    print(user.username)
    notify(user)
""")

    assert [sorted(printed[1:3]), printed[0], *printed[3:]] == [
        [
            "Pushing to ada: Your order is on its way",
            "Sending email to ada@example.org: Your order is on its way",
        ],
        "ada",
        "bob",
        "Pushing to bob: Your order is on its way",
        "eve",
    ]


@pytest.mark.parametrize("mode", ["create", "update"])
def test_favourites_outlive_every_sync(site: Site, mode: str) -> None:
    """Rows keep their ids, so what points at them stays."""
    site.run(f"""{FAVOURITES}
user = User.objects.create(username="ada")
pref = UserNotifyPref.objects.create(user=user)
pref.favourite_plugins.set(PluginItem.objects.all())
""")

    site.manage("pluginsync", "--mode", mode)
    site.manage("migrate")

    kept = site.run(f"""{FAVOURITES}
plugins = UserNotifyPref.get_user_plugins(User.objects.get(username="ada"))
print(sorted(plugin.name for plugin in plugins))
""")
    assert kept == ["['email', 'push', 'sms', 'sms_ir']"]


def test_the_project_needs_no_further_migration(site: Site) -> None:
    """A model of yours may point at PluginItem: the library ships its migrations."""
    printed = site.manage("makemigrations", "--check", "--dry-run")

    assert printed == "No changes detected\n"
