"""A site with the admin, for real servers: one plugin type and many items."""
