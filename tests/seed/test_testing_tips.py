"""Seed, "Testing tips"."""

from __future__ import annotations

from .sites import Site


def test_the_tips_hold_in_a_project_of_their_own(site: Site) -> None:
    """``manage.py test`` passes: pluginsync makes rows, toggling them switches."""
    printed = site.manage("test", "myapp")

    assert "Ran 3 tests" in printed
    assert printed.splitlines()[-2:] == [
        "OK",
        "Destroying test database for alias 'default'...",
    ]
