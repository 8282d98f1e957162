"""A request that is sent again has its effect once and gets its first answer again.

The answer is stored in the transaction of the effect, so there is no moment at which one exists
without the other, and nothing to clean up after a crash.
"""

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import IntegrityError, connection

from tradepost.kit.deadlocks import again_after_deadlock
from tradepost.kit.errors import Conflict, DomainError
from tradepost.kit.models import IdempotentAnswer
from tradepost.kit.transactions import unit_of_work

ID_OR_TIME = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)"
)


class StillRunning(Conflict):
    code = "idempotency_in_flight"
    message = "A request with this Idempotency-Key is still being answered."
    retry_after_seconds = 1


class KeyReused(DomainError):
    code = "idempotency_key_reused"
    message = "This Idempotency-Key was used for a different request."


@dataclass(frozen=True)
class Answer:
    """A successful answer: status, the headers worth repeating, and the encoded body."""

    status: int
    headers: dict[str, str]
    body: str
    replayed: bool = False


def answer_once(*, owner: str, key: str, fingerprint: str, run: Callable[[], Answer]) -> Answer:
    """Run ``run`` in a transaction and keep its answer, or return the one that was kept.

    Raises StillRunning while another request with the key is at work, and KeyReused when the key
    was used for a request with another fingerprint. What ``run`` raises is not kept: a refusal
    changed nothing, so the same request may be tried again. After a deadlock it is run once more.
    """
    name = f"{owner}/{key}"

    def once() -> Answer:
        with unit_of_work():
            _lock_in_transaction(name)
            kept = IdempotentAnswer.objects.filter(owner=owner, key=key).first()
            if kept is not None:
                return _replay(kept, fingerprint)
            answer = run()
            _keep(answer, owner=owner, key=key, fingerprint=fingerprint)
            return answer

    try:
        with _exclusive(name), _locked_in_session(name):
            return again_after_deadlock(once)
    except _TakenMeanwhile as error:
        raise StillRunning from error


def forget_answers(*, owner: str) -> None:
    """Delete what is kept for an owner who leaves."""
    IdempotentAnswer.objects.filter(owner=owner).delete()


def forget_texts_about(*, person_id: str) -> None:
    """Take every text out of the answers that name a person who has left: ids and times stay.

    Others go on owning them, so that what they ask once more is not done once more.
    """
    named = IdempotentAnswer.objects.filter(body__contains=person_id).order_by("pk")
    for kept in named.iterator():
        body = orjson.dumps(_without_texts(orjson.loads(kept.body))).decode()
        IdempotentAnswer.objects.filter(pk=kept.pk).update(body=body)


def _without_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_texts(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without_texts(inner) for inner in value]
    return "" if isinstance(value, str) and not ID_OR_TIME.fullmatch(value) else value


class _TakenMeanwhile(Exception):
    """Another process stored an answer under the key first; ours is rolled back."""


def _keep(answer: Answer, *, owner: str, key: str, fingerprint: str) -> None:
    try:
        IdempotentAnswer.objects.create(
            owner=owner,
            key=key,
            fingerprint=fingerprint,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
        )
    except IntegrityError as error:
        raise _TakenMeanwhile from error


def _replay(kept: IdempotentAnswer, fingerprint: str) -> Answer:
    if kept.fingerprint != fingerprint:
        raise KeyReused
    return Answer(kept.status, kept.headers, kept.body, replayed=True)


_in_flight: set[str] = set()
_in_flight_lock = threading.Lock()


@contextmanager
def _exclusive(name: str) -> Iterator[None]:
    """Refuse at once what this very process is already working on."""
    with _in_flight_lock:
        if name in _in_flight:
            raise StillRunning
        _in_flight.add(name)
    try:
        yield
    finally:
        with _in_flight_lock:
            _in_flight.discard(name)


def _lock_in_transaction(name: str) -> None:
    """Refuse at once what another process is working on, where the database can tell.

    PostgreSQL has locks on names that end with the transaction. On SQLite the unique constraint
    decides when the second request tries to store its answer.
    """
    if connection.vendor != "postgresql":
        return
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            raise StillRunning


@contextmanager
def _locked_in_session(name: str) -> Iterator[None]:
    """Refuse at once what another process is working on, where locks on names are the session's.

    MariaDB's are: they outlive the transaction, so that whoever gets it next finds the answer. The
    server has one for all of its databases, and names of 64 characters at most.
    """
    if connection.vendor != "mysql":
        yield
        return
    of_database = f"{connection.settings_dict['NAME']}/{name}"
    short = hashlib.sha256(of_database.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK(%s, 0)", [short])
        if not cursor.fetchone()[0]:
            raise StillRunning
        try:
            yield
        finally:
            cursor.execute("SELECT RELEASE_LOCK(%s)", [short])
