"""The demo, started as a newcomer starts it and used over HTTP."""

from __future__ import annotations

import json
import os
import re
import signal
import smtplib
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from demo.browser import ITEMS, Browser

from .processes import DEMO, RUN, Demo, running

PLUGINS = ("swift_sms", "budget_sms", "mail", "email", "sms", "file")


@pytest.fixture(scope="module")
def operator(demo: Demo) -> Browser:
    operator = Browser(demo.url)
    operator.log_in("admin")
    return operator


@pytest.fixture
def browser(demo: Demo, operator: Browser) -> Browser:
    """A visitor, to whom every plugin is active and nobody has favourites."""
    operator.switch("mark_active", *PLUGINS)
    visitor = Browser(demo.url)
    for user in ("anna", "ben"):
        tick(visitor, user)
    return visitor


def send_code(browser: Browser) -> str:
    browser.visit()
    return browser.post("send-code/", number="+3161234", email="eve@example.com")


def notify(browser: Browser, user: str, message: str) -> str:
    browser.visit()
    pk = browser.find(rf'<option value="(\d+)"[^>]*>{user}</option>')
    return browser.post("notify/", user=pk, message=message)


def offered(browser: Browser, user: str) -> dict[str, str]:
    """Return the ids of the channels that the page offers a user, by name."""
    boxes = re.findall(
        rf'name="{user}-channels" value="([\w-]+)"[^>]*> (\w+)</label>', browser.visit()
    )
    return {name: value for value, name in boxes}


def tick(browser: Browser, user: str, *names: str) -> str:
    boxes = offered(browser, user)
    ticked = {f"{user}-channels": [boxes[name] for name in names]}
    return browser.post("favourites/", user=user, **ticked)


@pytest.mark.parametrize(
    ("name", "via", "to"),
    [
        ("swift_sms", "SMS", "+3161234"),
        ("budget_sms", "SMS", "+3161234"),
        ("mail", "mail", "eve@example.com"),
    ],
)
def test_codes(browser: Browser, operator: Browser, name: str, via: str, to: str):
    """The code goes out through the plugin that the admin has left active."""
    operator.switch("mark_disabled", *{"swift_sms", "budget_sms", "mail"} - {name})

    page = send_code(browser)

    sent_by, arrived_by, receiver, text = browser.deliveries()[0]
    assert (sent_by, arrived_by, receiver) == (name, via, to)
    assert re.fullmatch(r"Your code is \d{6}", text)
    assert "A code is on its way." in page
    assert re.search(rf"Right now <strong>otp_\w+:{name} answers</strong>", page)


@pytest.mark.parametrize(
    ("name", "via", "to"),
    [
        ("email", "mail", "ben@demo.example"),
        ("sms", "SMS", "the phone of ben"),
        ("file", "file", "ben"),
    ],
)
def test_notifications(
    browser: Browser, operator: Browser, name: str, via: str, to: str
):
    """Who has no favourites gets what answers for all."""
    operator.switch("mark_disabled", *{"email", "sms", "file"} - {name})

    page = notify(browser, "ben", f"Only {name}")

    assert browser.deliveries()[0] == (name, via, to, f"Only {name}")
    assert "ben has been notified." in page


def test_a_switch_changes_the_next_delivery(browser: Browser, operator: Browser):
    """The site goes on running while the operator switches back and forth."""
    senders = []
    for action in ("mark_active", "mark_reserved", "mark_active"):
        operator.switch(action, "swift_sms")
        send_code(browser)
        senders.append(browser.deliveries()[0][0])

    assert senders == ["swift_sms", "budget_sms", "swift_sms"]


def test_the_file(demo: Demo, browser: Browser, operator: Browser):
    """The file notifier has written a line, whatever the message has in it."""
    operator.switch("mark_disabled", "email", "sms")

    notify(browser, "ben", "Ring me: at\n<once>")

    last = demo.file.read_text().splitlines()[-1]
    assert last.partition(" ")[2] == "ben: Ring me: at <once>"
    assert browser.deliveries()[0] == ("file", "file", "ben", "Ring me: at <once>")
    assert "&lt;once&gt;" in urlopen(demo.url).read().decode()


def test_the_page_shows_what_has_arrived(demo: Demo, browser: Browser):
    """The servers are real ones: what others send there is shown too."""
    with smtplib.SMTP("127.0.0.1", demo.port("Mail server")) as client:
        client.sendmail("me@x.example", "you@x.example", "Subject: Hi\n\nBy mail")
    mail = browser.deliveries()[0]
    sms = {"sender": "me", "to": "+31", "text": "By SMS"}
    with urlopen(demo.told["SMS gateway"], json.dumps(sms).encode()) as answer:
        assert answer.status == 202

    assert mail == ("me", "mail", "you@x.example", "By mail")
    assert browser.deliveries()[0] == ("me", "SMS", "+31", "By SMS")


def test_the_time_of_a_delivery(browser: Browser, operator: Browser):
    """Wherever it arrived, it is shown in UTC, as the table's head says."""
    operator.switch("mark_disabled", "email", "sms")
    before = datetime.now(UTC)

    send_code(browser)
    notify(browser, "ben", "On time")

    shown = re.findall(r"<tr><td>([\d:]{8})</td>", browser.page)[:2]
    between = [before + timedelta(seconds=passed) for passed in range(60)]
    assert "Time (UTC)" in browser.page
    assert set(shown) <= {f"{moment:%H:%M:%S}" for moment in between}


def test_favourites(browser: Browser):
    """A user is notified on each favourite, and the newest delivery comes first."""
    tick(browser, "anna", "sms", "file")

    notify(browser, "anna", "On both")

    assert browser.deliveries()[:2] == [
        ("file", "file", "anna", "On both"),
        ("sms", "SMS", "the phone of anna", "On both"),
    ]


def test_a_disabled_favourite(browser: Browser, operator: Browser):
    """It is neither offered nor used, and not forgotten either."""
    tick(browser, "anna", "sms", "file")
    operator.switch("mark_disabled", "sms")

    page = notify(browser, "anna", "Without sms")
    rows = [row for row in browser.deliveries() if row[3] == "Without sms"]
    boxes = offered(browser, "anna")
    tick(browser, "anna", "file", "email")
    operator.switch("mark_active", "sms")
    notify(browser, "anna", "With sms")
    senders = {row[0] for row in browser.deliveries() if row[3] == "With sms"}

    assert rows == [("file", "file", "anna", "Without sms")]
    assert list(boxes) == ["email", "file"]
    assert "neither offered nor used: <strong>sms</strong>" in " ".join(page.split())
    assert senders == {"file", "email", "sms"}


def test_a_favourite_disabled_in_between(browser: Browser, operator: Browser):
    """A page that was made before the switch cannot tick the channel any more."""
    sms = offered(browser, "anna")["sms"]
    operator.switch("mark_disabled", "sms")

    page = browser.post("favourites/", user="anna", **{"anna-channels": sms})

    assert "That channel has just been switched off." in page


def test_nothing_answers(browser: Browser, operator: Browser):
    """With all plugins disabled the page says so and sends nothing."""
    operator.switch("mark_disabled", *PLUGINS)
    before = browser.deliveries()

    pages = send_code(browser), notify(browser, "ben", "No one hears")

    assert "No code was sent. No plugin can be selected for type 'otp'" in pages[0]
    assert "ben was not notified. No plugin can be selected for type" in pages[1]
    assert "<strong>nothing answers</strong>" in pages[1]
    assert browser.deliveries() == before


def test_wrong_input(browser: Browser):
    """The form says what is wrong and keeps what was typed; nothing is sent."""
    before = browser.deliveries()

    browser.visit()
    page = browser.post("send-code/", number="call me", email="at home")

    assert "Digits only" in page
    assert "Enter a valid email address." in page
    assert 'value="call me"' in page
    assert browser.deliveries() == before


@pytest.mark.parametrize("path", ["send-code/", "notify/", "favourites/"])
def test_strangers_cannot_post(browser: Browser, path: str):
    """Without the token of a page every form is refused."""
    browser.visit()
    browser.page = 'name="csrfmiddlewaretoken" value="none"'

    with pytest.raises(HTTPError, match="403"):
        browser.post(path)


def test_a_viewer_cannot_switch(demo: Demo, browser: Browser):
    """Looking is allowed; neither the list nor an item's page changes anything."""
    viewer = Browser(demo.url)
    viewer.log_in("viewer")

    viewer.switch("mark_disabled", "swift_sms")
    item = viewer.find(r"/([\w-]+)/change/[^>]*>swift_sms</a>")
    viewer.visit(f"{ITEMS}{item}/change/")
    with pytest.raises(HTTPError, match="403"):
        viewer.post(f"{ITEMS}{item}/change/", status="disable", priority=99)

    send_code(browser)
    assert browser.deliveries()[0][0] == "swift_sms"


def test_links_to_the_admin(browser: Browser, operator: Browser):
    """The page leads to the list of a type's items and to each item's page."""
    browser.visit()
    items = browser.find(r'href="/([^"]*plugin_type__id__exact=[\w-]+)">Switch')
    item = browser.find(r'href="/([^"]*)">swift_sms</a>')

    assert "budget_sms" in operator.visit(items)
    assert "Change plugin item" in operator.visit(item)


def test_styles(browser: Browser):
    """The page and the admin have theirs; a wrong address is just not found."""
    assert "--accent" in browser.visit("static/pages/demo.css")
    assert "--primary" in browser.visit("static/admin/css/base.css")
    with pytest.raises(HTTPError, match="404"):
        browser.visit("static/nothing.css")


IN_BACKGROUND = ("sh", "-c", 'trap "" INT; exec "$@"', "sh", *RUN)
"""As a shell without job control starts what ends in ``&``: deaf to Ctrl-C."""


@pytest.mark.parametrize(
    ("command", "sent"),
    [
        pytest.param(RUN, signal.SIGINT, id="Ctrl-C"),
        pytest.param(RUN, signal.SIGTERM, id="SIGTERM"),
        pytest.param(IN_BACKGROUND, signal.SIGINT, id="background"),
    ],
)
def test_the_end(command: tuple[str, ...], sent: signal.Signals):
    """No traceback, exit code 0, and nothing is left: no server, no file."""
    with running(*command) as demo:
        browser = Browser(demo.url)
        send_code(browser)
        notify(browser, "ben", "Bye")
        before = len(browser.deliveries()), demo.file.parent.exists()

        answer = demo.end(sent)

    assert before == (2, True)
    assert answer == (0, "The demo has ended.", "")
    assert not demo.file.parent.exists()
    for name in ("The page", "Mail server", "SMS gateway", "The library", "Voga"):
        with socket.socket() as port:
            assert port.connect_ex(("127.0.0.1", demo.port(name))) != 0


def test_check():
    """``--check`` uses all plugins and sites, prints what came out, and ends well."""
    run = subprocess.run(
        [*RUN, "--check"], capture_output=True, text=True, timeout=60, check=False
    )

    arrived = run.stdout.partition("Ctrl-C ends all of it.\n")[2]
    assert (run.returncode, run.stderr) == (0, "")
    assert re.sub(r"\d{6}$", "<code>", arrived, flags=re.MULTILINE).splitlines() == [
        "swift_sms delivered by SMS to +31612345678: Your code is <code>",
        "budget_sms delivered by SMS to +31612345678: Your code is <code>",
        "mail delivered by mail to you@example.com: Your code is <code>",
        "email delivered by mail to ben@demo.example: This is from email",
        "sms delivered by SMS to the phone of ben: This is from sms",
        "file delivered by file to ben: This is from file",
        "All of it was delivered.",
        "Both list the library's rooms.",
        "Only Voga's rooms have a tariff.",
        "Only Voga's admin changes it.",
        "Voga has an INS code for a place.",
        "In Dutch its places have another name.",
        "Rows, content types and what depends on them have stayed.",
    ]


IN_PROCESS = """
import django

django.setup()
from django.core.management import call_command
from django.test import Client

call_command("makemigrations", check=True, dry_run=True)
call_command("migrate", verbosity=0)
form = {"number": "+3161234", "email": "eve@example.com"}
client = Client(SERVER_NAME="localhost")
print(client.post("/send-code/", form, follow=True).content.decode())
"""


def test_a_gateway_that_is_down(tmp_path: Path):
    """The page tells it; and the demo's migrations are in step with its models."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        run = subprocess.run(
            [sys.executable, "-c", IN_PROCESS],
            env={
                **os.environ,
                "PYTHONPATH": str(DEMO),
                "DJANGO_SETTINGS_MODULE": "settings",
                "DEMO_DIR": str(tmp_path),
                "DEMO_SMS_URL": f"http://127.0.0.1:{closed.getsockname()[1]}/",
                "no_proxy": "127.0.0.1",
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("No changes detected\n")
    assert "No code was sent. &lt;urlopen error" in run.stdout
