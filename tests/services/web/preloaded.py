"""What gunicorn serves with --preload: an application that looks before the fork."""

from __future__ import annotations

from django.db import connections

from django_plugin_system import get_plugin

from .wsgi import application as application

from .plugins import AbstractCarrier  # isort: skip  # needs what wsgi sets up

LOOKED = get_plugin(AbstractCarrier).name

# What Django asks of whoever forks: two processes must not use one connection.
connections.close_all()
