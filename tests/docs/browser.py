"""As much of a web browser as it takes to log in and to send one form."""

from __future__ import annotations

from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener


class Browser:
    """Goes from page to page of one site, as somebody who was let in."""

    PASSWORD = "correct horse battery staple"

    def __init__(self, site: str) -> None:
        self.site = site
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def open(self, path: str) -> str:
        """Return the page at ``path``; raise HTTPError if there is none."""
        return self._read(path)

    def log_in(self, name: str) -> None:
        """Fill in the admin's login page."""
        self.send("/admin/login/", username=name, password=self.PASSWORD)

    def send(self, path: str, **values: str) -> str:
        """Send the form at ``path`` with these values; return the page that follows."""
        form = Form()
        form.feed(self._read(path))
        return self._read(path, urlencode({**form.values, **values}).encode())

    def _read(self, path: str, body: bytes | None = None) -> str:
        with self._opener.open(self.site + path, body) as answer:
            text: str = answer.read().decode()
            return text


class Form(HTMLParser):
    """What a browser would send if nobody filled in anything."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._select = ""

    def handle_starttag(
        self, tag: str, attributes: list[tuple[str, str | None]]
    ) -> None:
        told = {key: value or "" for key, value in attributes}
        if tag == "input" and told.get("type") not in ("submit", "checkbox"):
            self.values[told.get("name", "")] = told.get("value", "")
        elif tag == "select":
            self._select = told.get("name", "")
        elif tag == "option" and "selected" in told:
            self.values[self._select] = told.get("value", "")
