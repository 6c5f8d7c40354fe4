"""The demo, started as a newcomer starts it and used over HTTP."""

from __future__ import annotations

import html
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

RUN = Path(__file__).parents[2] / "demo" / "run.py"


class Demo:
    """A running demo, and what it printed before it served."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, RUN],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.url = ""
        for line in self.process.stdout:
            if found := re.match(r"The page: +(\S+)", line):
                self.url = found[1]
            if line.startswith("Ctrl-C"):
                break

    def end(self, sent: signal.Signals) -> tuple[int, str, str]:
        """Send a signal; return exit code, and the rest of what was printed."""
        self.process.send_signal(sent)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err


class Browser:
    """Visits pages, keeps cookies, and posts forms with their token."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str = "") -> str:
        with self.opener.open(self.url + path, timeout=10) as page:
            return html.unescape(page.read().decode())

    def post(self, path: str, page: str, **values: object) -> str:
        """Post to path with the token found on the page; return what is shown next."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
        body = urlencode({"csrfmiddlewaretoken": token, **values}, doseq=True)
        with self.opener.open(self.url + path, body.encode(), timeout=10) as page:
            return html.unescape(page.read().decode())

    def log_in(self, name: str) -> None:
        page = self.get("admin/login/")
        self.post("admin/login/", page, username=name, password=name, next="/")

    def switch(self, action: str, *names: str) -> str:
        """Use a bulk action of the real admin, confirming if it asks back."""
        path = "admin/django_plugin_system/pluginitem/"
        page = self.get(path)
        ids = [_id_of(name, page) for name in names]
        values = {"action": action, "_selected_action": ids, "index": 0}
        answer = self.post(path, page, **values)
        asked = re.findall(r'name="(_confirmed[^"]*)" value="yes"', answer)
        if asked:
            answer = self.post(path, answer, **values, **dict.fromkeys(asked, "yes"))
        return answer


def _id_of(name: str, page: str) -> str:
    return re.search(rf"pluginitem/([0-9a-f-]+)/change/[^>]*>{name}</a>", page)[1]


def deliveries(page: str) -> list[tuple[str, ...]]:
    """Return the rows of the page's last table."""
    rows = re.findall(r"<tr><td>(.*)</td></tr>", page)
    return [tuple(row.split("</td><td>")) for row in rows]


@pytest.fixture
def demo() -> Iterator[Demo]:
    running = Demo()
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGTERM)
    running.process.stdout.close()
    running.process.stderr.close()


@pytest.fixture
def browser(demo: Demo) -> Browser:
    return Browser(demo.url)


def send_code(browser: Browser) -> tuple[str, str, str]:
    page = browser.post("send-code/", browser.get(), number="+3161234")
    sender, via, to, text = deliveries(page)[0]
    assert re.fullmatch(r"Your code is \d{6}", text)
    return sender, via, to


def test_each_provider_delivers(browser: Browser):
    """A switch in the admin changes what the next code is really sent by."""
    browser.log_in("admin")
    sent = [send_code(browser)]
    for name in ("swift_sms", "budget_sms"):
        browser.switch("mark_disabled", name)
        sent.append(send_code(browser))
    browser.switch("mark_disabled", "mail")
    page = browser.post("send-code/", browser.get(), number="+3161234")

    assert sent == [
        ("swift_sms", "SMS", "+3161234"),
        ("budget_sms", "SMS", "+3161234"),
        ("mail", "mail", "3161234@phone.example"),
    ]
    assert "No plugin can be selected for type 'otp' of 'otp'" in page
    assert "Nothing answers now" in page


def test_favourite_channels(browser: Browser):
    """A user is notified on each favourite, but not on one that is switched off."""
    browser.log_in("admin")
    page = browser.get()
    boxes = {
        name: value
        for value, name in re.findall(
            r'name="anna-channels" value="([0-9a-f-]+)"[^>]*> (\w+)</label>', page
        )
    }
    anna = re.search(r'<option value="(\d+)"[^>]*>anna<', page)[1]

    chosen = browser.post("notify/", page, user=anna, message="one")
    ticked = {"user": "anna", "anna-channels": [boxes["sms"], boxes["file"]]}
    page = browser.post("favourites/", chosen, **ticked)
    both = browser.post("notify/", page, user=anna, message="two")
    browser.switch("mark_disabled", "sms")
    one = browser.post("notify/", browser.get(), user=anna, message="three")

    assert deliveries(chosen) == [("email", "mail", "anna@demo.example", "one")]
    assert deliveries(both)[0] == ("sms", "SMS", "the phone of anna", "two")
    assert ("file", "file", "anna", "two") in deliveries(both)
    assert [row for row in deliveries(one) if row[3] == "three"] == [
        ("file", "file", "anna", "three")
    ]
    assert "neither offered nor used: sms" in " ".join(one.split())


def test_bad_input_is_explained(browser: Browser):
    """The form says what is wrong, and nothing is sent."""
    page = browser.post("send-code/", browser.get(), number="call me")

    assert "Digits only" in page
    assert deliveries(page) == []


def test_a_viewer_cannot_switch(browser: Browser):
    """Looking is allowed; the action changes nothing."""
    browser.log_in("viewer")

    browser.switch("mark_disabled", "swift_sms")

    assert send_code(browser)[0] == "swift_sms"


def test_the_admin_has_its_styles(browser: Browser):
    """Static files are served, and strangers are sent to the login."""
    assert "--primary" in browser.get("static/admin/css/base.css")
    assert 'name="password"' in browser.get("admin/")
    with pytest.raises(HTTPError, match="404"):
        browser.get("static/nothing.css")


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_everything(demo: Demo, sent):
    """No traceback, exit code 0, and the port is free again."""
    code, out, err = demo.end(sent)

    assert (code, out.strip(), err) == (0, "The demo has ended.", "")
    with socket.socket() as port, pytest.raises(ConnectionRefusedError):
        port.connect(("127.0.0.1", urlsplit(demo.url).port))
