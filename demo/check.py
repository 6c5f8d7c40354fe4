"""What --check does: send through every plugin, and see that it arrives."""

from __future__ import annotations

from collections.abc import Iterator

from browser import Browser

# How the plugins of each type deliver.
OTP = {"swift_sms": "SMS", "budget_sms": "SMS", "mail": "mail"}
NOTIFIERS = {"email": "mail", "sms": "SMS", "file": "file"}


def check(url: str) -> bool:
    """Use the site as an operator and a visitor would; tell whether all arrived."""
    browser = Browser(url)
    browser.log_in("admin")
    for name in one_by_one(browser, OTP):
        send_code(browser)
        if not has_arrived(browser, name, OTP[name], "Your code is "):
            return False
    for name in one_by_one(browser, NOTIFIERS):
        message = f"This is from {name}"
        notify(browser, "ben", message)
        if not has_arrived(browser, name, NOTIFIERS[name], message):
            return False
    print("All of it was delivered.")
    return True


def one_by_one(browser: Browser, names: dict[str, str]) -> Iterator[str]:
    """Yield each name once the admin has switched all others off."""
    for name in names:
        browser.switch("mark_active", name)
        browser.switch("mark_disabled", *(names.keys() - {name}))
        yield name


def send_code(browser: Browser) -> str:
    browser.visit()
    return browser.post("send-code/", number="+31612345678", email="you@example.com")


def notify(browser: Browser, user: str, message: str) -> str:
    browser.visit()
    pk = browser.find(rf'<option value="(\d+)"[^>]*>{user}</option>')
    return browser.post("notify/", user=pk, message=message)


def has_arrived(browser: Browser, name: str, via: str, text: str) -> bool:
    """Print the newest delivery; tell whether it is the one described."""
    newest = next(iter(browser.deliveries()), None)
    if newest is None or newest[:2] != (name, via) or not newest[3].startswith(text):
        print(f"Expected {text!r} from {name} by {via}, but the newest is {newest}.")
        return False
    print(f"{name} delivered by {via} to {newest[2]}: {newest[3]}")
    return True
