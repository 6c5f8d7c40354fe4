"""What operators decide, and the generation that each of their changes starts."""

from .generation import Generation
from .plugins import PluginItem, PluginStatus, PluginType

__all__ = ["Generation", "PluginItem", "PluginStatus", "PluginType"]
