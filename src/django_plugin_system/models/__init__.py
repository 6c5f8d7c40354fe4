"""What operators decide, and the generation that each of their changes starts."""

from ..conf import ensure_installed

# Before Django says of the first model that it has no app.
ensure_installed()

from .generation import Generation  # noqa: E402
from .plugins import PluginItem, PluginStatus, PluginType  # noqa: E402

__all__ = ["Generation", "PluginItem", "PluginStatus", "PluginType"]
