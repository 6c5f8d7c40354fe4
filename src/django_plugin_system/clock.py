"""The clock that freshness goes by."""

from __future__ import annotations

import time
from collections.abc import Callable

# Not the function itself: freezegun replaces that in every module that has it, and
# what is read while time stands still would be young for as long as it does.
monotonic: Callable[[], float] = time.monotonic.__call__  # type: ignore[operator]  # a method-wrapper is callable
