"""The server of a site, quiet and on a free port."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from outside.background import serving


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Leave the terminal to the addresses printed on it."""


@contextmanager
def site() -> Iterator[str]:
    """Serve the site on a free port for the length of the block; give its address."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler)
    server.set_app(StaticFilesHandler(get_wsgi_application()))
    with serving(server) as url:
        yield url
