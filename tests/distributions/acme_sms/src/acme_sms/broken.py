"""An entry point that fails must not hide the others."""

from __future__ import annotations

import a_module_that_nobody_has  # noqa: F401
