"""A browser for pages and pictures: Debian's Chromium without a network, driven by playwright."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from lab import LabUnavailableError
from lab.browser import chromium, mermaid

_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A running browser; without one the test is skipped, with the reason."""
    try:
        program = chromium()
    except LabUnavailableError as error:
        pytest.skip(str(error))
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=_QUIET)
        yield running
        running.close()


@pytest.fixture(scope="session")
def mermaid_script() -> str:
    """The text of Mermaid; without it the test is skipped, with the reason."""
    try:
        return mermaid().read_text()
    except LabUnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture
def mermaid_page(browser: Browser, mermaid_script: str) -> Iterator[Any]:
    """A page that has Mermaid, and sends nothing to anywhere."""
    page = browser.new_page()
    page.add_script_tag(content=mermaid_script)
    page.evaluate("mermaid.initialize({startOnLoad: false, securityLevel: 'strict'})")
    yield page
    page.close()
