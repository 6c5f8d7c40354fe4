"""A browser of few means: it keeps cookies, and posts forms with their token."""

from __future__ import annotations

import html
import re
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

ITEMS = "admin/django_plugin_system/pluginitem/"


class Browser:
    """Visits one site; ``page`` is the page that it shows."""

    def __init__(self, site: str, language: str = "en") -> None:
        self.site = site
        self.page = ""
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self._opener.addheaders += [("Accept-Language", language)]

    def visit(self, path: str = "") -> str:
        return self._open(path)

    def post(self, path: str, **values: object) -> str:
        """Post to path with the token of the page shown; return what comes next."""
        token = self.find(r'name="csrfmiddlewaretoken" value="(\w+)"')
        body = urlencode({"csrfmiddlewaretoken": token, **values}, doseq=True)
        return self._open(path, body.encode())

    def find(self, pattern: str) -> str:
        """Return the first match on the page shown, or raise LookupError."""
        if found := re.search(pattern, self.page):
            return found[1]
        raise LookupError(f"The page has no {pattern!r}.")

    def log_in(self, name: str) -> None:
        """Log in to the admin; in the demo the password is the name."""
        self.visit("admin/login/")
        self.post("admin/login/", username=name, password=name, next="/admin/")

    def switch(self, action: str, *names: str) -> str:
        """Do a bulk action of the admin with some items, and say yes if asked."""
        self.visit(ITEMS)
        chosen = [self.find(rf"/([\w-]+)/change/[^>]*>{name}</a>") for name in names]
        values = {"action": action, "_selected_action": chosen, "index": 0}
        answer = self.post(ITEMS, **values)
        asked = re.findall(r'name="(_confirmed[^"]*)" value="([^"]*)"', answer)
        if asked:
            answer = self.post(ITEMS, **values, **dict(asked))
        return answer

    def deliveries(self) -> list[tuple[str, ...]]:
        """Return plugin, way, receiver and text of what the demo's page shows."""
        rows = re.findall(r"<tr><td>[\d:]{8}</td><td>(.*)</td></tr>", self.visit())
        return [tuple(row.split("</td><td>")) for row in rows]

    def _open(self, path: str, body: bytes | None = None) -> str:
        with self._opener.open(self.site + path, body, timeout=10) as page:
            self.page = html.unescape(page.read().decode())
        return self.page
