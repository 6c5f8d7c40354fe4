"""A plugin namespace: other variants of plugins, as one school wants them."""
