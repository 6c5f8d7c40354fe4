"""A plugins module that cannot be imported."""

from __future__ import annotations

raise RuntimeError("the provider's SDK is not there")
