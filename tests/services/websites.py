"""The site of ``tests.services.web``, its operator and its visitors, over HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from tests import settings
from tests.admin.pages import ITEMS, Fields, form_with, list_form

from .processes import PATIENCE, Site

APPS = [
    "django.contrib.admin",
    "django.contrib.messages",
    "django.contrib.sessions",
    "tests.services.web",
]
LOGIN = "/admin/login/"
OPERATOR = "operator"
# Without DEBUG, Django would tell tracebacks to nobody but admins.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
MAKE_OPERATOR = f"""
from django.contrib.auth.models import User
User.objects.create_superuser({OPERATOR!r}, password={OPERATOR!r})
"""


def website(
    database: dict[str, object], apps: Iterable[str] = APPS, **more: object
) -> Site:
    """Return the site on a database, which may still be without tables."""
    return Site(
        {"default": database},
        apps=apps,
        settings={
            "ALLOWED_HOSTS": settings.ALLOWED_HOSTS,
            "LOGGING": LOGGING,
            "MIDDLEWARE": settings.MIDDLEWARE,
            "PASSWORD_HASHERS": settings.PASSWORD_HASHERS,
            "ROOT_URLCONF": "tests.services.web.urls",
            "STATIC_URL": settings.STATIC_URL,
            "TEMPLATES": settings.TEMPLATES,
            **more,
        },
    )


def furnish(site: Site) -> None:
    """Give the site its tables, the rows of its plugins, and an operator."""
    site.manage("migrate", "--verbosity=0")
    site.manage("shell", "--verbosity=0", "--command", MAKE_OPERATOR)


@dataclass(frozen=True, slots=True)
class Page:
    """What a server has answered."""

    status: int
    text: str
    process: str
    """The id of the process, where the page tells it."""

    cookies: dict[str, str]


def fetch(
    url: str,
    path: str,
    form: Fields | None = None,
    cookies: dict[str, str] | None = None,
) -> Page:
    """Get a page, or post a form, over a connection of its own; follow no redirect."""
    headers = {"Connection": "close"}
    if cookies:
        headers["Cookie"] = "; ".join(f"{key}={cookies[key]}" for key in cookies)
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    try:
        connection.request(
            "GET" if form is None else "POST",
            path,
            None if form is None else urlencode(form, doseq=True),
            headers,
        )
        response = connection.getresponse()
        received: SimpleCookie = SimpleCookie()
        for header in response.headers.get_all("Set-Cookie", []):
            received.load(header)
        return Page(
            status=response.status,
            text=response.read().decode(),
            process=response.headers.get("X-Process", ""),
            cookies={key: morsel.value for key, morsel in received.items()},
        )
    finally:
        connection.close()


class Operator:
    """Somebody who has logged in to the admin."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies: dict[str, str] = {}
        form = form_with(self._open(LOGIN), "username")
        self._post(LOGIN, form | {"username": [OPERATOR], "password": [OPERATOR]})

    def prepare(self, name: str, priority: int) -> tuple[str, Fields]:
        """Fill in a priority in the list of items; return what Save will post."""
        path = f"{ITEMS}?q={name}"
        form = list_form(self._open(path))
        return path, form | {"form-0-priority": [str(priority)]}

    def save(self, path: str, form: Fields) -> None:
        """Press Save."""
        self._post(path, form)

    def _open(self, path: str) -> Page:
        page = self._fetch(path)
        assert page.status == 200, f"{path}: {page.status} {page.text}"
        return page

    def _post(self, path: str, form: Fields) -> None:
        page = self._fetch(path, form)
        # The admin redirects after what it has done, and shows a mistake at once.
        assert page.status == 302, f"{path}: {page.status} {page.text}"

    def _fetch(self, path: str, form: Fields | None = None) -> Page:
        page = fetch(self.url, path, form, self.cookies)
        self.cookies |= page.cookies
        return page
