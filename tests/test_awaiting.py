"""What is done right after a module has been imported."""

from __future__ import annotations

from collections import defaultdict
from importlib.util import find_spec

from django_plugin_system import awaiting


def test_a_loader_that_is_awaited_is_like_the_one_it_has(monkeypatch):
    """Whoever asks it for more than to load the module gets that."""
    monkeypatch.setattr(awaiting, "_once", defaultdict(list))
    monkeypatch.setattr(awaiting, "_is_imported", lambda module: False)
    awaiting.when_imported("this", lambda: None)

    spec = find_spec("this")

    assert spec
    assert spec.loader
    assert spec.loader.get_filename("this") == spec.origin  # type: ignore[attr-defined]
