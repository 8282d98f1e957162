"""What stands between and behind the nodes: HAProxy, Redis and RabbitMQ, each with its own files
and ports, so that nobody else's are touched."""

import os
import re
import signal
import subprocess
from pathlib import Path

import redis

from benchmarks.databases import ROOT
from benchmarks.servers import free_port
from failover.programs import Program, find, listens

HAPROXY_CFG = ROOT / "deploy" / "haproxy.cfg"
RABBITMQ = "/usr/lib/rabbitmq/bin"
EPMD_SECONDS = 10


class Redis(Program):
    """Cache and hints. It keeps nothing: after a restart it is empty."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        command = (
            "redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
            "--appendonly", "no", "--dir", str(folder),
        )  # fmt: skip
        super().__init__(
            name="redis", command=command, env={"PATH": os.environ["PATH"]}, folder=folder
        )

    @property
    def url(self) -> str:
        """Return what REDIS_URL is to be."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        super().start()
        self.wait_for(self._answers)

    def _answers(self) -> bool:
        try:
            return bool(redis.Redis(port=self.port, socket_timeout=1).ping())
        except redis.RedisError:
            return False


class Names(Program):
    """Erlang's list of nodes: one of our own, or the machine's would be started and stay."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        command = ("epmd", "-port", str(self.port), "-address", "127.0.0.1")
        super().__init__(
            name="epmd", command=command, env={"PATH": os.environ["PATH"]}, folder=folder
        )

    def start(self) -> None:
        super().start()
        self.wait_for(lambda: listens(self.port), seconds=EPMD_SECONDS)


class RabbitMQ(Program):
    """The broker. Its queue is durable: what it took is there after a restart."""

    def __init__(self, folder: Path, *, names: Names) -> None:
        self.port = free_port()
        home = folder / "rabbitmq"
        home.mkdir()
        (home / "plugins").write_text("[].\n")
        super().__init__(
            name="rabbitmq",
            command=(find("rabbitmq-server", RABBITMQ) or "rabbitmq-server",),
            env=self._environment(home, names),
            folder=folder,
        )

    @property
    def url(self) -> str:
        """Return what CELERY_BROKER_URL is to be."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def start(self) -> None:
        super().start()
        self.wait_for(lambda: listens(self.port))

    def _environment(self, home: Path, names: Names) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(home),  # where Erlang keeps the secret by which its nodes know each other
            "ERL_EPMD_PORT": str(names.port),
            "RABBITMQ_NODENAME": f"failover{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS":
                "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(home),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": str(home / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
        }  # fmt: skip


class HAProxy(Program):
    """The proxy, with deploy/haproxy.cfg on our ports; both nodes serve, none is in reserve."""

    def __init__(self, folder: Path, *, web: tuple[int, int], realtime: tuple[int, int]) -> None:
        self.port, self.plain_port = free_port(), free_port()
        self.certificate = make_certificate(folder)
        self._file = folder / "haproxy.cfg"
        text = configure_haproxy(
            web=web, realtime=realtime, ports=(self.plain_port, self.port),
            certificate=self.certificate,
        )  # fmt: skip
        self._file.write_text(text)
        command = (find("haproxy") or "haproxy", "-W", "-db", "-f", str(self._file))
        super().__init__(
            name="haproxy", command=command, env={"PATH": os.environ["PATH"]}, folder=folder
        )

    @property
    def host(self) -> str:
        """Return where it listens."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        super().start()
        self.wait_for(lambda: listens(self.port))

    def reload(self) -> None:
        """Have it read its file anew; connections that are open end with the old process."""
        self.signal(signal.SIGUSR2)


def configure_haproxy(
    *, web: tuple[int, int], realtime: tuple[int, int], ports: tuple[int, int], certificate: Path
) -> str:
    """Return deploy/haproxy.cfg for these ports of two nodes, and of the proxy without TLS and with
    it."""
    text = HAPROXY_CFG.read_text()
    known = {"8000": web[0], "8010": web[1], "8001": realtime[0], "8011": realtime[1]}
    for theirs, ours in known.items():
        text = text.replace(f"127.0.0.1:{theirs}", f"127.0.0.1:{ours}")
    text = text.replace("bind :80\n", f"bind 127.0.0.1:{ports[0]}\n")
    text = text.replace("bind :443 ", f"bind 127.0.0.1:{ports[1]} ")
    text = text.replace("/etc/haproxy/certs/shop.example.pem", str(certificate))
    text = re.sub(r"^ +(user|group) .*\n", "", text, flags=re.MULTILINE)
    text = text.replace("maxconn 20000", "maxconn 2000")  # what a shell's limit of files allows
    return text.replace(" backup\n", "\n")


def make_certificate(folder: Path) -> Path:
    """Make a certificate for this machine's address, with its key, in one file."""
    file, key, certificate = (folder / name for name in ("site.pem", "key", "crt"))
    command = (
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
        "-keyout", str(key), "-out", str(certificate),
    )  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    file.write_text(certificate.read_text() + key.read_text())
    return file
