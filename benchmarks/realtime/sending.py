"""The messages of a row, sent over HTTP until each is answered."""

import asyncio
import json
import random
import time
from dataclasses import dataclass

from benchmarks.realtime.http import MESSAGES, post
from benchmarks.realtime.people import PEOPLE, TALK_SIZE, talk_id
from benchmarks.realtime.stack import Unit

ANSWERED = (200, 201)
PAUSE_SECONDS = 0.1
GIVING_UP_SECONDS = 180


@dataclass
class Sending:
    """A message on its way: when it was first tried and when last, how often, and the id that it
    was answered with; ``refused`` is the last answer that had none."""

    client_id: str
    sent_at: float
    tried_at: float = 0.0
    tries: int = 0
    message: str = ""
    refused: str = ""


class Sender:
    """Sends at a steady rate, whatever becomes of the earlier messages."""

    def __init__(self, *, prefix: str, tokens: list[str], servers: list[Unit]) -> None:
        self.sent: list[Sending] = []
        self._prefix = prefix
        self._tokens = tokens[:PEOPLE]  # who talks
        self._servers = servers

    async def send_all(self, *, count: int, per_second: int) -> None:
        """Return when every message is answered or given up."""
        begun = time.monotonic()
        works = []
        for number in range(count):
            await asyncio.sleep(begun + number / per_second - time.monotonic())
            works.append(asyncio.create_task(self._send(number)))
        await asyncio.gather(*works)

    async def _send(self, number: int) -> None:
        talk = random.randrange(len(self._tokens) // TALK_SIZE)
        token = self._tokens[talk * TALK_SIZE + random.randrange(TALK_SIZE)]
        sending = Sending(f"{self._prefix}{number}", time.monotonic())
        self.sent.append(sending)
        body = {
            "conversation": str(talk_id(talk)),
            "message_body": f"Message {number} of this row",
            "client_id": sending.client_id,
        }
        while not sending.message and time.monotonic() < sending.sent_at + GIVING_UP_SECONDS:
            if not await self._try(sending, token, body):
                await asyncio.sleep(PAUSE_SECONDS)

    async def _try(self, sending: Sending, token: str, body: dict[str, object]) -> bool:
        """Send it to any server; one that is down is found out by trying."""
        sending.tries += 1
        sending.tried_at = time.monotonic()
        port = random.choice(self._servers).port
        try:
            status, answer = await post(port, MESSAGES, token=token, body=body)
        except (OSError, TimeoutError, EOFError):
            return False
        if status not in ANSWERED:
            sending.refused = f"{status} {answer[:200]!r}"
            return False
        sending.message = json.loads(answer)["message_id"]
        return True
