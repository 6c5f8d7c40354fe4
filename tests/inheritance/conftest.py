"""A project for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from .projects import Project, make_project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with stock settings and no apps of its own."""
    return make_project(tmp_path, {})
