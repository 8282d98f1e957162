"""Real servers for tests: processes of the product, on ports of their own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 180  # with demo data, on a machine that does other things too


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_server(*, data_dir: Path, **environment: str) -> Iterator[str]:
    """Run ``manage.py serve`` until the block ends; yield its address."""
    process, address = start_server(data_dir=data_dir, **environment)
    try:
        yield address
    finally:
        process.terminate()
        process.wait(20)


def start_server(*, data_dir: Path, **environment: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start ``manage.py serve`` and wait until it answers."""
    port = free_port()
    data_dir.mkdir(parents=True, exist_ok=True)
    log = (data_dir / "server.log").open("ab")
    inherited = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port)],
        cwd=ROOT,
        env={**inherited, "DATA_DIR": str(data_dir), "RATE_LIMITS": "off", **environment},
        stdout=log,
        stderr=log,
        stdin=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    wait_until_it_answers(process, address, log_file=data_dir / "server.log")
    return process, address


def wait_until_it_answers(
    process: "subprocess.Popen[bytes]", address: str, *, log_file: Path
) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{address}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    process.kill()
    raise RuntimeError(f"the server did not start:\n{log_file.read_text()[-4000:]}")
