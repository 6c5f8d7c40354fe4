"""Seed, "Syncing the Registry": both ways, both modes."""

from __future__ import annotations

import pytest

from .sites import Site

AS_IN_CODE = [
    ("email", "active", 5),
    ("push", "active", 20),
    ("sms", "active", 10),
    ("sms_ir", "active", 10),
]
EDITED = "status = 'disable', priority = 77, description = 'As edited'"


def test_migrate_syncs_by_itself(site: Site) -> None:
    """Nothing but ``manage.py migrate`` was run, and every row is there."""
    assert site.items() == AS_IN_CODE


def test_migrate_creates_and_keeps_what_admins_edited(site: Site) -> None:
    """Missing rows come back with the next migrate; edited ones stay as they are."""
    site.set_items(EDITED, "email")
    site.sql("DELETE FROM django_plugin_system_pluginitem WHERE name = 'sms'")

    site.manage("migrate")

    assert site.items() == [("email", "disable", 77), *AS_IN_CODE[1:]]
    assert site.items("description")[0] == ("As edited",)


def test_migrate_never_prunes(site: Site) -> None:
    """Rows of an app that is gone stay until someone runs pluginsync."""
    smaller = site.with_settings("INSTALLED_APPS.remove('apps.notifications_push')")

    smaller.manage("migrate")

    assert site.items() == AS_IN_CODE


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="as-printed"),
        pytest.param(["--mode", "create"], id="create"),
    ],
)
def test_pluginsync_creates(site: Site, arguments: list[str]) -> None:
    """Without a mode, or in mode create, only missing rows are written."""
    site.set_items(EDITED, "email")
    site.sql("DELETE FROM django_plugin_system_pluginitem WHERE name = 'sms'")

    site.manage("pluginsync", *arguments)

    assert site.items() == [("email", "disable", 77), *AS_IN_CODE[1:]]
    assert site.items("description")[0] == ("As edited",)


def test_pluginsync_updates(site: Site) -> None:
    """Mode update refreshes description and priority; the status stays the admin's."""
    site.set_items(EDITED, "email")
    site.set_items("status = 'reserve'", "push")
    site.sql("UPDATE django_plugin_system_plugintype SET description = 'As edited'")

    site.manage("pluginsync", "--mode", "update")

    assert site.items() == [
        ("email", "disable", 5),
        ("push", "reserve", 20),
        *AS_IN_CODE[2:],
    ]
    assert site.items("description")[0] == ("Send notification via Email",)
    assert site.types("description") == [
        ("Notification channels for users",),
        ("One-time password (OTP) delivery channel",),
    ]


def test_pluginsync_prunes_stale_rows(site: Site) -> None:
    """Rows of an app that is no longer installed go, types with all their items."""
    smaller = site.with_settings(
        "INSTALLED_APPS.remove('apps.notifications_push')",
        "INSTALLED_APPS.remove('apps.otp')",
        "INSTALLED_APPS.remove('apps.otp_sms')",
    )

    smaller.manage("pluginsync")

    assert site.items() == [AS_IN_CODE[0], AS_IN_CODE[2]]
    assert site.types() == [("notifier", "apps.notifications")]


def test_pluginsync_skips_pruning(site: Site) -> None:
    """With --no-prune they stay."""
    smaller = site.with_settings("INSTALLED_APPS.remove('apps.notifications_push')")

    smaller.manage("pluginsync", "--no-prune")

    assert site.items() == AS_IN_CODE
