"""What these tests share."""

from __future__ import annotations

import pytest

from django_plugin_system.register import register_plugin_item, register_plugin_type
from django_plugin_system.sync import sync
from tests.declared import item_dict, type_dict


@pytest.fixture
def sender(db: None) -> None:
    """A second type, with an item called like one of the first."""
    register_plugin_type(type_dict())
    register_plugin_item(item_dict())
    register_plugin_item(item_dict(name="voice", priority=5))
    sync()
