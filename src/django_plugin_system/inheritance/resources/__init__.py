"""Files of the parents that Django looks for in apps, each kind in its module."""
