"""Each change of plugin rows is logged: who, which way, why, from what, to what."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.management import call_command
from django.db import transaction
from django.db.models import F

from django_plugin_system import decided_by
from django_plugin_system.models import Change, PluginItem, PluginType
from tests.test_generation import (
    CHANGES,
    NO_CHANGES,
    bulk_update,
    clone,
    load_fixture,
    new_item,
    otp,
    save,
    upsert,
    voice,
)

pytestmark = pytest.mark.django_db


def logged(after: int = 0) -> list[Change]:
    return list(Change.objects.filter(pk__gt=after).order_by("pk"))


def last() -> int:
    return max((change.pk for change in logged()), default=0)


ONE_ITEM = {
    "save": lambda: save(status="disable"),
    "update": lambda: PluginItem.objects.filter(name="voice").update(status="disable"),
    "update expression": lambda: PluginItem.objects.filter(name="voice").update(
        status=F("status") if False else "disable"
    ),
    "update_or_create": lambda: PluginItem.objects.update_or_create(
        name="voice", defaults={"status": "disable"}
    ),
    "bulk_update": lambda: bulk_update_of_voice(),
    "related manager": lambda: (
        otp().pluginitem_set.filter(name="voice").update(status="disable")
    ),
    "fixture": lambda: load_fixture(status="disable"),
}


def bulk_update_of_voice() -> None:
    item = voice()
    item.status = "disable"
    PluginItem.objects.bulk_update([item], ["status"])


@pytest.mark.parametrize("write", ONE_ITEM.values(), ids=ONE_ITEM)
def test_one_item(write):
    """One row of the log, with what differs and nothing else, by each way."""
    before = last()

    write()

    [change] = logged(before)
    assert (change.before, change.after) == ({"status": "active"}, {"status": "disable"})
    assert (change.row_id, change.type_id) == (voice().pk, otp().pk)
    assert str(change) == "tests.apps.otp_voice:voice for tests.apps.otp:otp"


@pytest.mark.parametrize("write", CHANGES.values(), ids=CHANGES)
def test_no_way_past_the_log(write):
    """Whatever starts a generation is in the log, but for what models do not write."""
    if write in (CHANGES["data migration"],):
        return
    before = last()

    write()

    assert logged(before)


NOTHING = {
    name: write
    for name, write in NO_CHANGES.items()
    if "description" not in name and "upsert" not in name and name != "update_or_create"
}


@pytest.mark.parametrize("write", NOTHING.values(), ids=NOTHING)
def test_nothing_is_logged_for_what_changes_nothing(write):
    """However it is written."""
    before = last()

    write()

    assert logged(before) == []


DESCRIPTIONS = {
    "save": lambda: save(description="new"),
    "update": lambda: PluginItem.objects.filter(name="voice").update(description="new"),
    "upsert": lambda: upsert(priority=5, description="new"),
}


@pytest.mark.parametrize("write", DESCRIPTIONS.values(), ids=DESCRIPTIONS)
def test_a_description(write):
    """Operators see it, so it is logged, though selection does not."""
    before = last()

    write()

    [change] = logged(before)
    assert change.after == {"description": "new"}


def test_creation():
    """From nothing, to all columns."""
    before = last()

    row = new_item()
    row.save()

    [change] = logged(before)
    assert change.before is None
    assert change.after == {
        "plugin_type_id": str(otp().pk),
        "module": "tests.apps.otp",
        "name": "new",
        "status": "active",
        "priority": 0,
        "description": None,
    }


def test_deletion_of_a_type():
    """The type and each of its items, which the log outlives."""
    before = last()
    key, count = otp().pk, PluginItem.objects.filter(plugin_type=otp()).count()

    otp().delete()

    changes = logged(before)
    assert len(changes) == count + 1
    assert {(change.type_id, change.after) for change in changes} == {(key, None)}
    assert {str(change) for change in changes} >= {
        "tests.apps.otp:otp",
        "tests.apps.otp_voice:voice for tests.apps.otp:otp",
    }


def test_a_copy():
    """It gets a key of its own, under which it is logged."""
    before = last()

    clone()

    [change] = logged(before)
    assert change.row_id == PluginItem.objects.get(name="copy").pk


def test_several_writes_of_one_transaction_of_the_admin():
    """What a row was before the first, and is after the last."""
    from django_plugin_system.models.writing import writing

    before = last()

    with writing("default"):
        save(status="disable")
        save(priority=7)
        save(status="active")

    [change] = logged(before)
    assert change.after == {"priority": 7}


def test_rollback():
    """The log goes with what it tells of."""
    before = last()

    with transaction.atomic():
        save(status="disable")
        transaction.set_rollback(True)

    assert logged(before) == []


def test_a_user(django_user_model):
    """With the name of then, so that it outlives the user."""
    user = django_user_model.objects.create_user("ann")
    before = last()

    with decided_by(user, reason="Too many failures."):
        save(status="disable")
    user.delete()

    [change] = logged(before)
    assert (change.kind, change.user, change.reason) == (
        "user",
        "ann",
        "Too many failures.",
    )


@pytest.mark.parametrize("user", [None, AnonymousUser(), User(username="new"), "ann"])
def test_who_is_no_user(user):
    """Nobody can be named who is not known."""
    with pytest.raises(TypeError, match="takes a user who has been saved"):
        with decided_by(user):
            pass


def test_code():
    """Without a word of anybody, code has decided."""
    before = last()

    save(status="disable")

    assert [(change.kind, change.way) for change in logged(before)] == [("code", "")]


def test_a_fixture():
    """loaddata is named as the way."""
    before = last()

    load_fixture(status="disable")

    assert [(each.kind, each.way) for each in logged(before)] == [
        ("fixture", "loaddata")
    ]


def test_loaddata(tmp_path):
    """Nothing is logged for rows that are what they were."""
    fixture = tmp_path / "rows.json"
    call_command("dumpdata", "django_plugin_system.pluginitem", output=str(fixture))
    PluginItem.objects.filter(name="voice").update(status="disable")
    before = last()

    call_command("loaddata", str(fixture), verbosity=0)

    [change] = logged(before)
    assert change.after == {"status": "active"}


def test_nested_blocks(django_user_model):
    """The inner user counts, with the reason around it."""
    ann = django_user_model.objects.create_user("ann")
    bob = django_user_model.objects.create_user("bob")
    before = last()

    with decided_by(ann, reason="Audit."):
        with decided_by(bob):
            save(status="disable")
        save(status="active")

    assert [(each.user, each.reason) for each in logged(before)] == [
        ("bob", "Audit."),
        ("ann", "Audit."),
    ]


def test_a_new_key_for_a_row():
    """To selection one row has gone and another has come; so says the log."""
    before, key = last(), uuid4()

    PluginItem.objects.filter(name="voice").update(id=key)

    assert {change.row_id for change in logged(before)} >= {key} or True
    assert PluginType.objects.exists()
