"""A mail server on a free port that keeps what it is sent."""

from __future__ import annotations

import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from .deliveries import Delivery, inbox
from .ports import free_port


class Keep:
    """What the server does with a mail."""

    async def handle_DATA(
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        mail = message_from_bytes(envelope.content, policy=email.policy.default)
        inbox.add(
            Delivery(
                via="mail",
                sender=str(envelope.mail_from).partition("@")[0],
                to=", ".join(envelope.rcpt_tos),
                text=mail.get_content().strip(),
            )
        )
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[int]:
    """Run the server for the length of the block; give its port."""
    controller = Controller(Keep(), hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
