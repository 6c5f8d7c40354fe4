"""Rows that are moved between databases, by what identifies them in each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.test import TestCase

from django_plugin_system import fresh_plugins, get_plugin
from django_plugin_system.models import Generation, PluginItem, PluginType
from django_plugin_system.selection.current import forget_all
from tests.apps.otp.interfaces import AbstractOTP

TYPE = ["otp", "tests.apps.otp"]
VOICE = ["voice", "tests.apps.otp_voice", *TYPE]


def who() -> str:
    return type(get_plugin(AbstractOTP)).__name__


def dump(path: Path, using: str, *labels: str, **options: bool) -> list[dict[str, Any]]:
    labels = labels or ("django_plugin_system",)
    call_command("dumpdata", *labels, database=using, output=str(path), **options)
    return json.loads(path.read_text())  # type: ignore[no-any-return]


def ids(using: str) -> dict[str, UUID]:
    types = PluginType.objects.using(using).values_list("name", "pk")
    items = PluginItem.objects.using(using).values_list("name", "pk")
    return dict(types) | dict(items)


@pytest.fixture
def moved(other: str, tmp_path: Path) -> Path:
    """A fixture from a database where an operator has decided, and ids are others."""
    operate(other)
    path = tmp_path / "moved.json"
    dump(path, other, use_natural_foreign_keys=True, use_natural_primary_keys=True)
    return path


def operate(using: str) -> None:
    PluginType.objects.using(using).all().delete()
    type_ = PluginType.objects.using(using).create(name="otp", manager=TYPE[1])
    for name, module, status in (
        ("voice", "tests.apps.otp_voice", "disable"),
        ("sms_ir", "tests.apps.otp_sms", "reserve"),
        ("gone", "tests.apps.gone", "active"),
    ):
        PluginItem.objects.using(using).create(
            plugin_type=type_, name=name, module=module, status=status
        )


@pytest.mark.django_db
def test_natural_keys(other: str):
    """Each row has one, by which it is found in every database."""
    for using in ("default", other):
        type_ = PluginType.objects.db_manager(using).get_by_natural_key(*TYPE)
        item = PluginItem.objects.db_manager(using).get_by_natural_key(*VOICE)

        assert (type_.name, item.name) == ("otp", "voice")
        assert (type_._state.db, item._state.db) == (using, using)
        assert list(type_.natural_key()) == TYPE
        assert list(item.natural_key()) == VOICE
    with pytest.raises(PluginType.DoesNotExist):
        PluginType.objects.get_by_natural_key("otp", "nobody")
    with pytest.raises(PluginItem.DoesNotExist):
        PluginItem.objects.get_by_natural_key(*VOICE[:3], "nobody")


@pytest.mark.django_db
def test_dump(moved: Path):
    """No id is in it, and types come before their items."""
    _, *rows = json.loads(moved.read_text())

    assert [each["model"].partition(".")[2] for each in rows] == [
        "plugintype",
        *["pluginitem"] * 3,
    ]
    assert not any("pk" in each for each in rows)
    assert rows[1]["fields"]["plugin_type"] == TYPE


@pytest.mark.django_db
def test_load(moved: Path):
    """Decisions are moved, ids and all other rows stay, and lookups see it at once."""
    before = ids("default")
    seen = [who()]
    with fresh_plugins():
        seen.append(who())

    call_command("loaddata", str(moved), verbosity=0)

    after = ids("default")
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"gone"}
    assert dict(PluginItem.objects.values_list("name", "status")) == {
        "gone": "active",
        "kavenegar": "active",
        "sms_ir": "reserve",
        "voice": "disable",
    }
    seen.append(who())
    with fresh_plugins():
        seen.append(who())
    assert seen == ["VoiceOTP"] * 2 + ["KavenegarOTP"] * 2


@pytest.mark.django_db(transaction=True)
def test_load_that_is_committed(moved: Path):
    """Likewise, and twice changes nothing more."""
    with fresh_plugins():
        before = who()
    for _ in range(2):
        call_command("loaddata", str(moved), verbosity=0)
        with fresh_plugins():
            assert (before, who()) == ("VoiceOTP", "KavenegarOTP")


@pytest.mark.django_db
def test_load_into_an_empty_database(moved: Path):
    """The rows are made."""
    PluginType.objects.all().delete()

    call_command("loaddata", str(moved), verbosity=0)

    assert set(ids("default")) == {"otp", "voice", "sms_ir", "gone"}


@pytest.mark.django_db
def test_a_dump_with_ids(tmp_path: Path):
    """It brings back the rows that it was made of; the old generation stays gone."""
    before = {row.pk: row.status for row in PluginItem.objects.all()}
    old = Generation.objects.get().token
    path = tmp_path / "backup.json"
    dump(path, "default")
    PluginItem.objects.update(status="disable")

    call_command("loaddata", str(path), verbosity=0)

    assert {row.pk: row.status for row in PluginItem.objects.all()} == before
    assert who() == "VoiceOTP"
    assert Generation.objects.get().token != old


@pytest.mark.django_db(transaction=True)
def test_a_generation_alone_is_never_brought_back(tmp_path: Path):
    """Somebody may know other rows by the old one.

    A process looks. The generation is dumped, rows change, and it is loaded.
    """
    with fresh_plugins():
        before = who()
    path = tmp_path / "generation.json"
    dump(path, "default", "django_plugin_system.generation")
    rows = PluginItem.objects.filter(name="voice")
    super(type(rows), rows).update(status="disable")

    call_command("loaddata", str(path), verbosity=0)

    with fresh_plugins():
        assert (before, who()) == ("VoiceOTP", "SmsIrOTP")


@pytest.mark.django_db
def test_a_generation_that_is_saved():
    """Only fixtures bring back old ones."""
    generation = Generation.objects.get()
    old = generation.token

    generation.save()

    assert Generation.objects.get().token == old


class WithFixtures(TestCase):
    """Fixtures of a test case are seen by its tests."""

    fixtures = ("switched.json",)

    @classmethod
    def setUpClass(cls):
        forget_all()
        super().setUpClass()

    def test_it(self):
        assert who() == "SmsIrOTP"
        assert (
            PluginItem.objects.get(name="voice").pk
            == PluginItem.objects.get(name="voice", plugin_type__name="otp").pk
        )


@pytest.fixture(autouse=True, scope="module")
def switched(tmp_path_factory: pytest.TempPathFactory):
    """Where that fixture is."""
    from django.test import override_settings

    path = tmp_path_factory.mktemp("fixtures")
    row = {
        "model": "django_plugin_system.pluginitem",
        "fields": {
            "name": "voice",
            "module": "tests.apps.otp_voice",
            "plugin_type": TYPE,
            "status": "disable",
        },
    }
    (path / "switched.json").write_text(json.dumps([row]))
    with override_settings(FIXTURE_DIRS=[path]):
        yield
