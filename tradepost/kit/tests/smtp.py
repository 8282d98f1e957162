"""A mail server to send to: it records what it is told, and refuses whom it is asked to refuse."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class MailServer:
    """``refusals`` maps an address to the reply that its RCPT gets; ``data_reply`` ends a mail."""

    port: int = 0
    connections: int = 0
    mails: list[tuple[list[str], bytes]] = field(default_factory=list)  # recipients, content
    refusals: dict[str, str] = field(default_factory=dict)
    data_reply: str = "250 taken"


class _Session(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        self.server.known.connections += 1
        self.recipients: list[str] = []
        self.reply("220 here")
        for line in self.rfile:
            word, _, rest = line.decode().strip().partition(" ")
            self.reply(getattr(self, f"on_{word.lower()}", self.otherwise)(rest))
            if word == "QUIT":
                return

    def reply(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def otherwise(self, rest: str) -> str:
        return "250 fine"

    def on_rset(self, rest: str) -> str:
        self.recipients = []
        return "250 forgotten"

    def on_rcpt(self, rest: str) -> str:
        address = rest.partition("<")[2].partition(">")[0]
        refusal = self.server.known.refusals.get(address)
        if refusal is None:
            self.recipients.append(address)
        return refusal or "250 known"

    def on_data(self, rest: str) -> str:
        self.reply("354 go on")
        content = b"".join(iter(self.rfile.readline, b".\r\n"))
        if self.server.known.data_reply.startswith("2"):
            self.server.known.mails.append((self.recipients, content))
        self.recipients = []
        return self.server.known.data_reply


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, known: MailServer) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.known = known


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a mail server on a free port."""
    known = MailServer()
    with _Server(known) as server:
        known.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        try:
            yield known
        finally:
            server.shutdown()
