"""A small client of the SMS gateway."""

from __future__ import annotations

import json
from urllib.request import Request, urlopen

from django.conf import settings


def send_sms(sender: str, number: str, text: str) -> None:
    """Send one text message, or raise URLError, which is an OSError."""
    body = json.dumps({"sender": sender, "to": number, "text": text})
    request = Request(
        settings.SMS_GATEWAY_URL,
        data=body.encode(),
        headers={"Content-Type": "application/json"},
    )
    with urlopen(request, timeout=5):
        """Any answer but 2xx has raised HTTPError."""
