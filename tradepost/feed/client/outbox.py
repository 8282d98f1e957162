"""What the client wants of the server: one thing after the other, again until it is answered."""

from collections import deque
from dataclasses import dataclass

from tradepost.feed.client.effects import Answered
from tradepost.feed.client.frames import LONGEST_FRAME_BYTES, Frame, write_frame

ANSWER_SECONDS = 30.0
FIRST_RETRY_SECONDS = 2.0
MOST_RETRY_SECONDS = 30.0
MOST_FAULTS = 5  # of the server, over one message, before it is handed back
MOST_FRAMES, FRAMES_SECONDS = 80, 5.0  # the server takes 100, and there are acks too
TOO_LARGE = 413
BUSY = frozenset({429, 503})
FAULT = 500
OVERHEAD_BYTES = 200  # type and ref


@dataclass(slots=True)
class Message:
    """A message on its way; it keeps its ``client_id`` however often it is sent."""

    client_id: str
    data: Frame
    faults: int = 0


@dataclass(frozen=True, slots=True)
class Command:
    """What is not answered yet: a message or, without one, a read mark."""

    ref: int
    until: float
    message: Message | None = None
    conversation: str = ""
    seq: int = 0


class Outbox:
    """The queue of messages, and the read marks, of which only the last of each talk counts."""

    def __init__(self) -> None:
        self.messages: deque[Message] = deque()
        self._reads: dict[str, int] = {}
        self._unanswered: Command | None = None
        self._ref = 0
        self._messages_from = self._reads_from = 0.0
        self._sent_at: deque[float] = deque(maxlen=MOST_FRAMES)

    def add_message(self, *, client_id: str, data: Frame) -> Answered | None:
        """Queue a message; an answer at once is for one that no frame can hold.

        Raises UnicodeEncodeError for a text with half a character.
        """
        message = Message(client_id, {**data, "client_id": client_id})
        size = len(write_frame(frame=message.data).encode())
        if size > LONGEST_FRAME_BYTES - OVERHEAD_BYTES:
            return Answered(client_id, TOO_LARGE, {"detail": "The message is too long."})
        self.messages.append(message)
        return None

    def add_read(self, *, conversation: str, seq: int) -> None:
        """Note up to where a talk was read."""
        self._reads[conversation] = max(seq, self._reads.get(conversation, 0))

    def note_frame(self, *, now: float) -> None:
        """Count a frame against what the server takes."""
        self._sent_at.append(now)

    def next_frame(self, *, now: float) -> Frame | None:
        """Return what to send now, if there is something and its time has come."""
        if self._unanswered is not None or now < self._free_at():
            return None
        if self._reads and now >= self._reads_from:
            return self._send_read(now)
        if self.messages and now >= self._messages_from:
            return self._send_message(now)
        return None

    def take_answer(
        self, *, ref: object, status: int, data: object, retry_after: float | None, now: float
    ) -> Answered | None:
        """Note an answer; return the last word on a message, if it is one."""
        command = self._unanswered
        if command is None or ref != command.ref:
            return None
        self._unanswered = None
        if command.message is None:
            self._finish_read(command, status, retry_after, now)
            return None
        return self._finish_message(command.message, status, data, retry_after, now)

    def note_loss(self) -> None:
        """Have what is not answered sent again on the next connection."""
        self._unanswered = None

    def is_overdue(self, *, now: float) -> bool:
        """Say whether an answer should have come long ago."""
        return self._unanswered is not None and now >= self._unanswered.until

    def due_at(self) -> float | None:
        """Return when to look again."""
        if self._unanswered is not None:
            return self._unanswered.until
        times = [self._reads_from] if self._reads else []
        times += [self._messages_from] if self.messages else []
        return max(min(times), self._free_at()) if times else None

    def _send_message(self, now: float) -> Frame:
        message = self.messages[0]
        self._ref += 1
        self._unanswered = Command(self._ref, now + ANSWER_SECONDS, message=message)
        return {"type": "message.send", "ref": self._ref, "data": message.data}

    def _send_read(self, now: float) -> Frame:
        conversation, seq = next(iter(self._reads.items()))
        self._ref += 1
        until = now + ANSWER_SECONDS
        self._unanswered = Command(self._ref, until, conversation=conversation, seq=seq)
        data: Frame = {"conversation_id": conversation, "up_to_seq": seq}
        return {"type": "conversation.read", "ref": self._ref, "data": data}

    def _finish_read(
        self, command: Command, status: int, retry_after: float | None, now: float
    ) -> None:
        if status in BUSY or status >= FAULT:
            self._reads_from = now + _pause(retry_after, 0)
        elif self._reads[command.conversation] <= command.seq:
            del self._reads[command.conversation]  # a refused mark is dropped: it is no promise

    def _finish_message(
        self, message: Message, status: int, data: object, retry_after: float | None, now: float
    ) -> Answered | None:
        message.faults += status >= FAULT and status not in BUSY
        if status in BUSY or (status >= FAULT and message.faults < MOST_FAULTS):
            self._messages_from = now + _pause(retry_after, message.faults)
            return None
        self.messages.popleft()
        return Answered(message.client_id, status, data)

    def _free_at(self) -> float:
        is_full = len(self._sent_at) == MOST_FRAMES
        return self._sent_at[0] + FRAMES_SECONDS if is_full else 0.0


def _pause(retry_after: float | None, faults: int) -> float:
    if retry_after is not None:
        return retry_after
    return min(MOST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2.0**faults)
