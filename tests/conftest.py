"""Servers and browsers for the tests that cross apps."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.servers import ROOT, running_server

SCREENSHOTS = ROOT / ".pytest_cache" / "screenshots"  # of tests that failed
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Keep what the browser shows when a test fails, a picture for each page that is open."""
    report = yield
    browser = getattr(item, "funcargs", {}).get("browser")
    if report.when == "call" and report.failed and browser is not None:
        pages = [page for context in browser.contexts for page in context.pages]
        for number, page in enumerate(pages, 1):
            path = SCREENSHOTS / f"{re.sub(r'[^A-Za-z0-9]+', '-', item.nodeid)}-{number}.png"
            report.sections.append(("screenshot", _take_picture(page, path)))
    return report


def _take_picture(page: Page, path: Path) -> str:
    """Return where the picture is, or why there is none: what failed is told in any case."""
    try:
        page.screenshot(path=path, full_page=True, timeout=5000)
    except PlaywrightError as error:
        return f"none: {error}"
    return str(path)


@pytest.fixture(scope="session")
def shop(tmp_path_factory) -> Iterator["Shop"]:
    """The product as `make run` starts it: an empty folder, SQLite, demo data."""
    folder = tmp_path_factory.mktemp("shop")
    with running_server(data_dir=folder, DATABASE_URL="", REDIS_URL="") as address:
        yield Shop(address, folder)


class Shop:
    """A running server with demo data."""

    def __init__(self, address, folder) -> None:
        self.address = address
        self.folder = folder
        self.log = folder / "server.log"
        self.password = (folder / "demo-password").read_text().strip()

    def visitor(self) -> httpx.Client:
        return httpx.Client(base_url=f"{self.address}/api/v1/", timeout=30)

    def signed_in(self, username: str, password: str | None = None) -> httpx.Client:
        client = self.visitor()
        account = {"username": username, "password": password or self.password}
        tokens = client.post("auth/jwt/create/", json=account).raise_for_status().json()
        client.headers["Authorization"] = f"JWT {tokens['access']}"
        return client


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. Not for longer than a module: Playwright's event loop is in the ORM's way."""
    chromium = shutil.which("chromium")
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have chromium")
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(shop, browser) -> Iterator[Page]:
    """A browser page; its console must stay silent."""
    complaints: list[str] = []
    context = browser.new_context(base_url=shop.address)
    page = context.new_page()
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def traveller(shop, browser) -> Iterator[Page]:
    """The browser of somebody whose line comes and goes, of which it may complain."""
    context = browser.new_context(base_url=shop.address)
    yield context.new_page()
    context.close()
