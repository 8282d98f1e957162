"""The servers of docs/deploy.md for real: granian and serve_feed behind nginx, with the settings of
servers, while visitors fill carts and the web processes are started anew."""

import asyncio
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import httpx
import pytest
import websockets
from django.conf import settings

from conftest import make_user
from tests.races.conftest import database_url, signed_in
from tests.servers import ROOT, free_port
from tests.test_deploy_files import DEPLOY, PROCFILE, certificate, need  # noqa: F401 - a fixture
from tradepost.store.models import Cart

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
HOST = {"Host": "shop.example"}
VISITORS = 4
BAD_GATEWAY = 502


@contextmanager
def running(command, *, log: Path, **how):
    """Run a program until the block ends."""
    with log.open("ab") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, cwd=ROOT, **how)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def wait_for(address: str, processes, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert all(process.poll() is None for process in processes), log.read_text()[-3000:]
        try:
            if httpx.get(f"{address}/readyz", headers=HOST, verify=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    pytest.fail(log.read_text()[-3000:])


@pytest.fixture
def site(tmp_path, certificate, transactional_db):  # noqa: F811
    """The site of deploy/nginx.conf on free ports, in front of the Procfile's web and realtime."""
    nginx, log = need("nginx"), tmp_path / "log"
    ports = {name: free_port() for name in ("web", "other", "realtime", "http", "https")}
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        "SECRET_KEY": settings.SECRET_KEY,
        "ALLOWED_HOSTS": "shop.example",
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "DATA_DIR": str(tmp_path / "data"),
        "TRUSTED_PROXIES": "1",
        "RATE_LIMITS": "off",
        "DJANGO_LOG_LEVEL": "WARNING",
    }
    conf = configure(tmp_path, certificate, ports)
    with ExitStack() as stack:
        web, realtime = (
            stack.enter_context(
                running(["sh", "-c", f"exec {PROCFILE[role]}"], log=log,
                        env=environment | {"PORT": str(ports[role])})
            )
            for role in ("web", "realtime")
        )  # fmt: skip
        proxy = stack.enter_context(running([nginx, "-c", conf, "-p", tmp_path], log=log))
        address = f"https://127.0.0.1:{ports['https']}"
        wait_for(address, (web, realtime, proxy), log)
        wait_for(f"http://127.0.0.1:{ports['realtime']}", (realtime,), log)
        yield SimpleNamespace(
            address=address, web=web, log=log, ports=ports, data=tmp_path / "data",
            environment=environment,
        )  # fmt: skip


def configure(folder: Path, certificate: Path, ports: dict[str, int]) -> Path:  # noqa: F811
    site = (DEPLOY / "nginx.conf").read_text()
    site = re.sub(r"/etc/letsencrypt/\S+?\.pem", str(certificate), site)
    site = re.sub(r"listen \[::\].*\n", "", site)
    site = site.replace("listen 80;", f"listen 127.0.0.1:{ports['http']};")
    site = site.replace("listen 443", f"listen 127.0.0.1:{ports['https']}")
    site = site.replace("127.0.0.1:8000", f"127.0.0.1:{ports['web']}")
    site = site.replace("127.0.0.1:8010", f"127.0.0.1:{ports['other']}")
    site = site.replace("127.0.0.1:8001", f"127.0.0.1:{ports['realtime']}")
    site = site.replace("root /var/lib/tradepost;", f"root {folder}/data;")
    paths = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{name}_temp_path {folder}/{name};" for name in paths)
    conf = folder / "nginx.conf"
    conf.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log stderr;"
        f"events {{}} http {{ access_log off; {temporary} {site} }}"
    )
    return conf


def take_cart(visitor: httpx.Client) -> int:
    """Ask for a cart as clients should: under a key, and once more when the proxy cannot know
    whether a process that ended had heard it."""
    headers = {"Idempotency-Key": uuid4().hex}
    status = visitor.post("/api/v1/store/carts/", headers=headers).status_code
    if status == BAD_GATEWAY:
        status = visitor.post("/api/v1/store/carts/", headers=headers).status_code
    return status


def fill_carts(site, answers: Counter, stop: threading.Event) -> None:
    with httpx.Client(base_url=site.address, headers=HOST, verify=False, timeout=60) as visitor:
        while not stop.is_set():
            try:
                answers[take_cart(visitor)] += 1
                answers[visitor.get("/api/v1/store/products/").status_code] += 1
            except httpx.TransportError as error:
                answers[repr(error)] += 1
            time.sleep(0.02)


def test_no_request_fails_while_the_web_processes_are_started_anew(site):
    answers: Counter = Counter()
    stop = threading.Event()
    visitors = [
        threading.Thread(target=fill_carts, args=(site, answers, stop)) for _ in range(VISITORS)
    ]
    for visitor in visitors:
        visitor.start()

    site.web.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 60
    while site.log.read_text().count("Stopped old worker") < 2 and time.monotonic() < deadline:
        time.sleep(0.2)
    reloaded = answers.total()
    time.sleep(1)
    stop.set()
    for visitor in visitors:
        visitor.join()

    assert site.log.read_text().count("Stopped old worker") == 2
    assert set(answers) == {200, 201}, answers
    assert Cart.objects.count() == answers[201]  # none was made twice
    assert answers.total() > reloaded > 0


def test_no_request_fails_while_another_set_of_web_processes_takes_over(site):
    answers: Counter = Counter()
    stop = threading.Event()
    other = site.environment | {"PORT": str(site.ports["other"])}
    with running(["sh", "-c", f"exec {PROCFILE['web']}"], log=site.log, env=other) as second:
        wait_for(f"http://127.0.0.1:{site.ports['other']}", (second,), site.log)
        visitors = [
            threading.Thread(target=fill_carts, args=(site, answers, stop)) for _ in range(VISITORS)
        ]
        for visitor in visitors:
            visitor.start()
        time.sleep(1)
        site.web.terminate()
        site.web.wait(30)
        stopped = answers.total()
        time.sleep(1)
        stop.set()
        for visitor in visitors:
            visitor.join()

    assert set(answers) == {200, 201}, answers
    assert Cart.objects.count() == answers[201]  # none was made twice
    assert answers.total() > stopped > 0


def test_what_the_proxy_sends_where_and_what_it_keeps_back(site):
    uploaded = site.data / "media" / "store" / "images"
    private = site.data / "media" / "messaging" / "attachments"
    for folder in (uploaded, private):
        folder.mkdir(parents=True)
        (folder / "a.jpg").write_bytes(b"picture")
    with httpx.Client(base_url=site.address, headers=HOST, verify=False, timeout=60) as client:
        statuses = {
            "products": client.get("/api/v1/store/products/").status_code,
            "picture": client.get("/media/store/images/a.jpg").status_code,
            "private": client.get("/media/messaging/attachments/a.jpg").status_code,
            "private by dots": client.get(
                "/media/store/%2e%2e/messaging/attachments/a.jpg"
            ).status_code,
            "too large": client.post("/api/v1/auth/users/", content=b"x" * 3_000_000).status_code,
            "far too large": client.post(
                "/api/v1/attachments/", content=b"x" * 13_000_000
            ).status_code,
        }
        plain = httpx.get(f"http://127.0.0.1:{site.ports['http']}/products/", headers=HOST)

    assert statuses == {
        "products": 200, "picture": 200, "private": 404, "private by dots": 404,
        "too large": 413, "far too large": 413,
    }  # fmt: skip
    assert (plain.status_code, plain.headers["location"]) == (301, "https://shop.example/products/")
    welcome = asyncio.run(listen(site, make_user("ann")))
    assert welcome["type"] == "welcome"


async def listen(site, user) -> dict:
    """Connect to the feed's socket through the proxy; return what it says to who signs in."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    async with httpx.AsyncClient(verify=False, headers=HOST) as client:
        headers = await asyncio.to_thread(signed_in, user)
        answer = await client.post(f"{site.address}/api/v1/feed/ticket/", headers=headers)
    address = "wss://shop.example/ws/v1/feed/"
    where = {"host": "127.0.0.1", "port": site.ports["https"], "ssl": trusting}
    async with websockets.connect(address, **where) as socket:
        hello = {"type": "hello", "ticket": answer.json()["ticket"]}
        await socket.send(json.dumps(hello))
        return json.loads(await socket.recv())
