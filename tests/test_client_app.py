"""The upload client, on an origin of its own, in a real browser."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from io import BytesIO

import httpx
import pytest
from PIL import Image

from tests.servers import ROOT, free_port, running_server

pytestmark = pytest.mark.browser

UNREACHABLE = "Could not reach the server."
FOLDER = ROOT / "client-app"


def picture(side: int = 600) -> dict[str, object]:
    """Return a picture as a browser's file input takes it."""
    content = BytesIO()
    Image.new("RGB", (side, side // 2), "#1f6650").save(content, "PNG")
    return {"name": "kettle.png", "mimeType": "image/png", "buffer": content.getvalue()}


@pytest.fixture(scope="module")
def client_app() -> Iterator[str]:
    """The client's own server; its address."""
    node = shutil.which("node")
    if node is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have node")
        pytest.skip("node is not installed")
    port = free_port()
    environment = {**os.environ, "PORT": str(port)}
    process = subprocess.Popen([node, "server.js"], cwd=FOLDER, env=environment)
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the upload client did not start")


@pytest.fixture(scope="module")
def open_shop(tmp_path_factory, client_app) -> Iterator[tuple[str, str]]:
    """A server that lets the client in; its address and the password of the demo accounts."""
    folder = tmp_path_factory.mktemp("open-shop")
    with running_server(
        data_dir=folder, DATABASE_URL="", REDIS_URL="", CORS_ALLOWED_ORIGINS=client_app
    ) as address:
        yield address, (folder / "demo-password").read_text().strip()


@pytest.fixture
def tab(browser):
    """A page of the browser, which may complain in its console: refusals are what is tested."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def sign_in(tab, client_app: str, server: str, password: str, username: str = "admin") -> None:
    tab.goto(f"{client_app}/?server={server}")
    tab.get_by_label("User name").fill(username)
    tab.get_by_label("Password").fill(password)
    tab.get_by_role("button", name="Sign in").click()


def upload(tab, file: dict[str, object]) -> None:
    tab.get_by_label("Picture").set_input_files(file)
    tab.get_by_role("button", name="Upload").click()


def message(tab) -> str:
    tab.locator("#message:not([hidden])").wait_for()
    return tab.locator("#message").inner_text()


def test_a_picture_is_uploaded_and_shown_with_its_address(tab, client_app, open_shop):
    server, password = open_shop
    sign_in(tab, client_app, server, password)
    tab.get_by_label("Look for a product").fill("teapot")
    tab.get_by_role("button", name="Look").click()
    tab.locator("option", has_text="Teapot").wait_for(state="attached")

    upload(tab, picture())

    address = tab.locator("#result .address")
    address.wait_for()
    url = address.get_attribute("href")
    assert url.startswith(f"{server}/media/store/images/")
    assert Image.open(BytesIO(httpx.get(url).content)).size == (600, 300)
    tab.wait_for_function("document.querySelector('#result img').naturalWidth > 0")
    assert tab.locator("#message").is_hidden()


def test_what_is_no_picture_is_refused_with_the_reason(tab, client_app, open_shop):
    server, password = open_shop
    sign_in(tab, client_app, server, password)

    upload(tab, {"name": "kettle.png", "mimeType": "image/png", "buffer": b"no picture"})

    assert message(tab).startswith("image: ")
    assert tab.locator("#result").is_hidden()


def test_a_picture_that_is_too_large_is_not_sent(tab, client_app, open_shop):
    server, password = open_shop
    sign_in(tab, client_app, server, password)
    tab.get_by_label("Picture").wait_for()
    sent: list[str] = []
    tab.on("request", lambda request: sent.append(request.url))

    upload(tab, {"name": "big.png", "mimeType": "image/png", "buffer": b"x" * (500 * 1024 + 1)})

    assert message(tab) == "The picture is larger than 500 KB."
    assert sent == []


def test_a_wrong_password_is_said(tab, client_app, open_shop):
    server, _ = open_shop
    sign_in(tab, client_app, server, "wrong")

    assert message(tab) == "No active account found with the given credentials"


def test_who_may_not_add_pictures_is_told_so(tab, client_app, open_shop):
    server, password = open_shop
    sign_in(tab, client_app, server, password, username="guest")

    upload(tab, picture())

    assert message(tab) == "You may not do that. Only the shop's staff adds pictures."


def test_a_session_that_has_ended_leads_back_to_the_sign_in(tab, client_app, open_shop):
    server, password = open_shop
    sign_in(tab, client_app, server, password)
    tab.get_by_label("Picture").wait_for()
    tab.route("**/images/", lambda route: route.continue_(
        headers={**route.request.headers, "authorization": "JWT ended"}
    ))  # fmt: skip

    upload(tab, picture())

    assert "token" in message(tab).lower()
    assert tab.get_by_label("User name").is_visible()


def test_a_server_that_does_not_name_the_client_cannot_be_reached(tab, client_app, shop):
    sign_in(tab, client_app, shop.address, shop.password)

    assert message(tab).startswith(UNREACHABLE)
    assert tab.get_by_label("Picture").is_hidden()


def test_an_upload_that_the_browser_stops_says_so(tab, client_app, open_shop):
    server, password = open_shop
    sign_in(tab, client_app, server, password)
    tab.get_by_label("Picture").wait_for()
    tab.route("**/images/", lambda route: route.abort("connectionrefused"))

    upload(tab, picture())

    assert message(tab).startswith(UNREACHABLE)


def test_a_server_that_is_not_running_cannot_be_reached(tab, client_app):
    sign_in(tab, client_app, f"http://127.0.0.1:{free_port()}", "any")

    assert message(tab).startswith(UNREACHABLE)


def test_an_upload_shows_how_far_it_is(tab, client_app, open_shop):
    server, password = open_shop
    sign_in(tab, client_app, server, password)
    tab.get_by_label("Picture").wait_for()
    tab.evaluate(
        """() => {
          window.seen = [];
          const bar = document.querySelector("progress");
          new MutationObserver(() => window.seen.push([bar.hidden, bar.value]))
            .observe(bar, { attributes: true });
        }"""
    )

    upload(tab, picture())

    tab.locator("#result .address").wait_for()
    seen = tab.evaluate("window.seen")
    assert [False, 0] in seen or [False, 100] in seen
    assert seen[-1] == [True, 100]


@pytest.mark.parametrize(
    "path", ["../server.js", "..%2fserver.js", "%2e%2e/package.json", "nowhere.html", "%00", "%"]
)
def test_the_clients_server_gives_out_its_page_only(client_app, path):
    host, port = client_app.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as raw:  # httpx would tidy the path
        raw.sendall(f"GET /{path} HTTP/1.0\r\n\r\n".encode())
        status = raw.recv(4096).split(b"\r\n")[0]

    assert status == b"HTTP/1.1 404 Not Found"
