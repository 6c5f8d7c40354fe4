"""An SMS gateway on a free port: one JSON object a message, by POST."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from .deliveries import Delivery, inbox


class Gateway(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        message = json.loads(self.rfile.read(length))
        inbox.add(
            Delivery(
                via="SMS",
                sender=message["sender"],
                to=message["to"],
                text=message["text"],
            )
        )
        self.send_response(202)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing; the page shows what has arrived."""


@contextmanager
def sms_gateway() -> Iterator[str]:
    """Run the gateway for the length of the block; give its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/messages"
    finally:
        server.shutdown()
        server.server_close()
