"""What a person does with a browser: open, read, fill in, press, look."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
]
DEADLINE = 10

# An element is cut off where an ancestor, or the window, hides what sticks out of it.
CUT_OFF = """
const named = (el) => el.tagName.toLowerCase() + "." + el.className + " in "
    + el.closest("[id]")?.id + ": " + el.textContent.trim().slice(0, 40);
const isSeen = (el, box) => box.width > 1 && box.height > 1
    && getComputedStyle(el).visibility !== "hidden" && !el.closest(".visually-hidden");
const isCut = (el) => {
    const box = el.getBoundingClientRect();
    if (!isSeen(el, box)) return false;
    for (let up = el.parentElement; up && up !== document.body; up = up.parentElement) {
        const overflow = getComputedStyle(up).overflowX;
        if (overflow === "auto" || overflow === "scroll") return false;
        const outer = up.getBoundingClientRect();
        if (overflow !== "visible"
            && (box.right > outer.right + 1 || box.left < outer.left - 1)) return true;
    }
    return box.right > document.documentElement.clientWidth + 1 || box.left < -1;
};
return Array.from(document.body.querySelectorAll("*")).filter(isCut).map(named);
"""
SCROLLED_SIDEWAYS = """
return Array.from(document.querySelectorAll("html, body *"))
    .filter((el) => el.scrollWidth > el.clientWidth + 1
        && ["auto", "scroll"].includes(getComputedStyle(el).overflowX))
    .map((el) => el.tagName.toLowerCase() + "." + el.className);
"""

Within = WebElement | None


def start_chromium(profile: Path) -> Chrome:
    """Start the system's Chromium with an empty profile; fail if it isn't there."""
    options = webdriver.ChromeOptions()
    options.binary_location = _program("chromium")
    for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    service = webdriver.ChromeService(executable_path=_program("chromedriver"))
    return Chrome(options=options, service=service)


class Browser:
    """One Chromium at one site."""

    def __init__(self, chrome: Chrome, address: str) -> None:
        self.chrome = chrome
        self.address = address

    @property
    def path(self) -> str:
        return self.chrome.current_url.removeprefix(self.address)

    def open(self, path: str) -> None:
        self.chrome.get(f"{self.address}{path}")

    def log_in(self, username: str, password: str) -> None:
        self.open("/admin/")
        self.fill("#id_username", username)
        self.fill("#id_password", password)
        self.press("[type=submit]")

    # Reading

    def find(self, css: str, within: Within = None) -> WebElement:
        return (within or self.chrome).find_element(By.CSS_SELECTOR, css)

    def has(self, css: str) -> bool:
        return bool(self.chrome.find_elements(By.CSS_SELECTOR, css))

    def text(self, css: str) -> str:
        return self.find(css).text

    def texts(self, css: str) -> list[str]:
        return [each.text for each in self.chrome.find_elements(By.CSS_SELECTOR, css)]

    def value(self, css: str, within: Within = None) -> str | None:
        return self.find(css, within).get_attribute("value")

    def row(self, name: str) -> WebElement:
        """Return the row of a list whose link says ``name``."""
        return self.chrome.find_element(
            By.XPATH, f"//table[@id='result_list']//tr[.//th//a[text()='{name}']]"
        )

    # Doing

    def fill(self, css: str, text: str, within: Within = None) -> None:
        element = self.find(css, within)
        element.clear()
        element.send_keys(text)

    def choose(self, css: str, label: str, within: Within = None) -> None:
        Select(self.find(css, within)).select_by_visible_text(label)

    def press(self, css: str, within: Within = None) -> None:
        """Click what leads to another page, and wait until it is there."""
        self._leave(self.find(css, within), WebElement.click)

    def press_enter(self, element: WebElement) -> None:
        """Press Enter where it leads to another page, and wait until that is there."""
        self._leave(element, lambda each: each.send_keys(Keys.ENTER))

    def _leave(self, element: WebElement, do: Callable[[WebElement], None]) -> None:
        do(element)
        # While pages change, ChromeDriver may say that it has no such node; ask again.
        ignored = [WebDriverException]
        wait = WebDriverWait(self.chrome, DEADLINE, ignored_exceptions=ignored)
        wait.until(staleness_of(element))

    def run(self, action: str, *names: str) -> None:
        """Run an action of a list on the rows with these names."""
        for name in names:
            self.find(".action-select", self.row(name)).click()
        self.choose("select[name=action]", action)
        self.press("button[name=index]")

    def resize(self, width: int, height: int = 900) -> None:
        """Make the page as wide as a device's, narrower than a window can be, too."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1}
        self.chrome.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", metrics | {"mobile": width < 800}
        )

    def cut_off(self) -> list[str]:
        """Return what of the page can neither be seen nor be scrolled to, sideways."""
        return self.chrome.execute_script(CUT_OFF)

    def scrolled_sideways(self) -> list[str]:
        """Return what has to be scrolled sideways to be seen as a whole."""
        return self.chrome.execute_script(SCROLLED_SIDEWAYS)

    def focused(self) -> WebElement:
        return self.chrome.switch_to.active_element

    def look(self, name: str) -> None:
        """Save what is shown, light and dark, to the directory SCREENSHOTS if set."""
        if not (directory := os.environ.get("SCREENSHOTS")):
            return
        Path(directory).mkdir(parents=True, exist_ok=True)
        # Django's colours fade from one scheme to the other.
        self.chrome.execute_script(
            "document.styleSheets[0].insertRule('* { transition: none !important }')"
        )
        for scheme in ("dark", "light"):
            self.chrome.execute_cdp_cmd(
                "Emulation.setEmulatedMedia",
                {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
            )
            self.chrome.save_screenshot(str(Path(directory) / f"{name}-{scheme}.png"))


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.fail(
            f"The browser tests need {name}, which is not on PATH. "
            "On Debian: apt install chromium chromium-driver.",
            pytrace=False,
        )
    return path
