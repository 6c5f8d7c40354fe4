"""What operators decide, and the generation that each of their changes starts."""

from .changes import Change
from .generation import Generation
from .plugins import PluginItem, PluginStatus, PluginType

__all__ = ["Change", "Generation", "PluginItem", "PluginStatus", "PluginType"]
