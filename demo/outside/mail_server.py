"""A mail server on a free port that keeps what it is sent."""

from __future__ import annotations

import asyncio
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from threading import Thread

from aiosmtpd.smtp import SMTP, Envelope, Session

from .deliveries import Delivery, inbox


class Keep:
    """What the server does with a mail."""

    async def handle_DATA(
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)  # since decode_data is off
        mail = message_from_bytes(envelope.content, policy=email.policy.default)
        inbox.append(
            Delivery(
                sender=str(envelope.mail_from).partition("@")[0],
                via="mail",
                to=", ".join(envelope.rcpt_tos),
                text=mail.get_content().strip(),
            )
        )
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[int]:
    """Run the server for the length of the block; give its port."""
    with asyncio.Runner() as runner:
        server = runner.run(_listen())
        loop = runner.get_loop()
        thread = Thread(target=loop.run_forever, daemon=True)
        thread.start()
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            server.close()


async def _listen() -> asyncio.Server:
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: SMTP(Keep(), loop=loop), host="127.0.0.1", port=0
    )
