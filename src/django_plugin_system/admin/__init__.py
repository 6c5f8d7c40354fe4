"""Where operators see which plugin answers, and switch."""

from .items import PluginItemAdmin
from .types import PluginTypeAdmin

__all__ = ["PluginItemAdmin", "PluginTypeAdmin"]
