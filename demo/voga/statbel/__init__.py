"""A plugin namespace: other variants of plugins, as Belgium's statistics want them."""
