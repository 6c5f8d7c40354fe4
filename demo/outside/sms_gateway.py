"""An SMS gateway on a free port: one JSON object a message, by POST."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .background import serving
from .deliveries import Delivery, inbox


class Gateway(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        message = json.loads(self.rfile.read(length))
        inbox.append(
            Delivery(
                sender=message["sender"],
                via="SMS",
                to=message["to"],
                text=message["text"],
            )
        )
        self.send_response(202)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing; the page shows what has arrived."""


def sms_gateway() -> AbstractContextManager[str]:
    """Run the gateway for the length of a with block; give its address."""
    return serving(ThreadingHTTPServer(("127.0.0.1", 0), Gateway))
