"""Seed, "Database Models" and "Uniqueness"."""

from __future__ import annotations

import pytest

from .sites import Site


def test_the_models_have_the_printed_fields(site: Site) -> None:
    """Names, kinds and order of the columns are those of the seed."""
    printed = site.run("""
        from django_plugin_system.models import PluginItem, PluginType

        for model in (PluginType, PluginItem):
            for field in model._meta.fields:
                key = "primary key" if field.primary_key else ""
                print(model.__name__, field.name, type(field).__name__, key)
    """)

    assert printed == [
        "PluginType id UUIDField primary key",
        "PluginType name CharField ",
        "PluginType manager CharField ",
        "PluginType description TextField ",
        "PluginItem id UUIDField primary key",
        "PluginItem plugin_type ForeignKey ",
        "PluginItem module CharField ",
        "PluginItem name CharField ",
        "PluginItem status CharField ",
        "PluginItem priority SmallIntegerField ",
        "PluginItem description TextField ",
    ]


def test_a_status_is_active_reserve_or_disable(site: Site) -> None:
    """These three strings, the first of them for a new row."""
    printed = site.run("""
        from django_plugin_system.models import PluginItem

        status = PluginItem._meta.get_field("status")
        print([value for value, label in status.choices], status.get_default().value)
    """)

    assert printed == ["['active', 'reserve', 'disable'] active"]


@pytest.mark.parametrize(
    ("model", "own"),
    [
        pytest.param("PluginType", ("name", "manager"), id="type"),
        pytest.param("PluginItem", ("name", "module", "plugin_type"), id="item"),
    ],
)
def test_uniqueness(site: Site, model: str, own: tuple[str, ...]) -> None:
    """The database refuses a second row of one key, and takes any other."""
    printed = site.run(f"""
        from django.db import IntegrityError, transaction
        from django_plugin_system.models import PluginItem, PluginType

        row = {model}.objects.filter(name__in=["otp", "sms_ir"]).get()
        key = {{name: getattr(row, name) for name in {own}}}
        others = {{
            "name": "other",
            "manager": "apps.other",
            "module": "apps.other",
            "plugin_type": PluginType.objects.get(name="notifier"),
        }}
        try:
            with transaction.atomic():
                {model}.objects.create(**key)
        except IntegrityError:
            print("refused")
        for name in {own}:
            {model}.objects.create(**key | {{name: others[name]}})
            print("taken:", name)
    """)

    assert printed == ["refused", *(f"taken: {name}" for name in own)]
