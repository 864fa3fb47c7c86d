"""A real browser: the system's Chromium, driven by playwright, with no network but the page itself."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

# The same without windows of its own takes a quarter of the CPU.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# Chromium looks up its maker's hosts at each start otherwise.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    assert path, "The tests of pages need Chromium: install the package chromium-headless-shell, or run make browser."
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield running
        running.close()


@pytest.fixture
def problems() -> list[str]:
    """Errors of scripts on the pages that were shown, and what they asked for from elsewhere."""
    return []


@pytest.fixture
def show(browser: Browser, problems: list[str]) -> Callable[[Path], Page]:
    """Return a function that opens a file."""

    def opened(path: Path) -> Page:
        page = browser.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith("file:") else problems.append(request.url))
        page.goto(path.as_uri())
        return page

    return opened
