"""One demo for all tests that leave it running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .processes import RUN, Demo, running


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    with running(*RUN) as demo:
        yield demo
