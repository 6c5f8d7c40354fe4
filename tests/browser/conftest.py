"""Chromium against a live server, which also serves the admin's CSS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from pytest_django.live_server_helper import LiveServer

if TYPE_CHECKING:
    # Collecting the tests has to work where Selenium is not installed.
    from selenium.webdriver import Chrome

    from .chromium import Browser


@pytest.fixture(scope="session")
def chrome(
    tmp_path_factory: pytest.TempPathFactory, live_server: LiveServer
) -> Iterator[Chrome]:
    """One Chromium for all tests, with a profile of its own.

    It quits before the live server stops: the server's threads cannot close what a
    browser keeps open once the tests' database is no longer shared with them.
    """
    from .chromium import start_chromium

    chrome = start_chromium(tmp_path_factory.mktemp("profile"))
    yield chrome
    chrome.quit()


@pytest.fixture
def browser(chrome: Chrome, live_server: LiveServer) -> Browser:
    """A browser that nobody has logged in yet."""
    from .chromium import Browser

    chrome.delete_all_cookies()
    return Browser(chrome, live_server.url)
