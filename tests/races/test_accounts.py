"""One copy of one's data, one block, and none that outlives an account, whoever asks at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial

import httpx
import pytest
from django.db import connection, connections
from django.utils import timezone

from tests.races.conftest import signed_in, statuses
from tradepost.accounts.actions.blocks import block_person
from tradepost.accounts.actions.exports import ask_for_export, ensure_export
from tradepost.accounts.actions.users import close_account
from tradepost.accounts.errors import AccountClosed
from tradepost.accounts.models import Block, Export, User
from tradepost.kit.errors import NotFound
from tradepost.kit.models import Job
from tradepost.kit.transactions import unit_of_work

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

parallel_only = pytest.mark.skipif(
    connection.vendor == "sqlite",
    reason="SQLite has one writer at a time; the guard there is BEGIN IMMEDIATE",
)
LONG_ENOUGH_SECONDS = 1  # for a thread that a lock keeps waiting


def ask_by_api(client: httpx.Client, *, method: str, user: User) -> httpx.Response:
    return client.request(method, "accounts/export/", headers=signed_in(user))


def block(client: httpx.Client, *, blocker: User, person: User) -> httpx.Response:
    return client.post(f"users/{person.pk}/block/", headers=signed_in(blocker))


def in_thread(action: Callable[..., object], **words: object) -> object:
    try:
        return action(**words)
    finally:
        connections.close_all()


def test_one_copy_is_made_however_often_it_is_asked_for_at_once(crowd, ann):
    asks = [partial(ask_by_api, method=method, user=ann) for method in ("GET", "POST")]

    answers = crowd.at_once(*asks * 5)

    assert statuses(answers) == [202] * 10
    assert len({answer.json()["asked_at"] for answer in answers}) == 1
    assert Export.objects.count() == 1
    assert Job.objects.filter(name="accounts.make_export").count() == 1


@parallel_only
@pytest.mark.parametrize("ask", [ensure_export, ask_for_export])
def test_who_asks_while_another_does_gets_the_same_copy(ann, ask):
    now = timezone.now()
    with ThreadPoolExecutor(1) as pool:
        with unit_of_work():
            first = ask(user=ann, now=now)
            deed = pool.submit(in_thread, ask, user=ann, now=now)
            wait([deed], timeout=LONG_ENOUGH_SECONDS)  # for the lock: it ends with this block
        second = deed.result()

    assert second == first
    assert Job.objects.filter(name="accounts.make_export").count() == 1


def test_parallel_blocks_of_one_person_are_one(crowd, ann, bob):
    answers = crowd.at_once(*[partial(block, blocker=ann, person=bob)] * 10)

    assert statuses(answers) == [204] * 10
    assert Block.objects.count() == 1


def test_two_people_who_block_each_other_at_once_do_not_wait_for_ever(crowd, ann, bob):
    both = [partial(block, blocker=ann, person=bob), partial(block, blocker=bob, person=ann)]

    answers = crowd.at_once(*both * 5)

    assert statuses(answers) == [204] * 10
    assert Block.objects.count() == 2


@parallel_only
@pytest.mark.parametrize("leaving", ["blocker", "blocked"])
def test_no_block_outlives_an_account_that_is_being_closed(ann, bob, leaving):
    blocker, person = (ann, bob) if leaving == "blocker" else (bob, ann)
    with ThreadPoolExecutor(1) as pool:
        with unit_of_work():
            close_account(user=ann)
            deed = pool.submit(in_thread, block_person, blocker=blocker, person_id=person.pk)
            wait([deed], timeout=LONG_ENOUGH_SECONDS)  # for the lock: it ends with this block
        refusal = deed.exception()

    assert isinstance(refusal, AccountClosed if leaving == "blocker" else NotFound)
    assert not Block.objects.exists()
