"""Inserts that leave out what is taken, and nothing else."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone

from tradepost.kit import inserts
from tradepost.kit.ids import uuid7
from tradepost.kit.inserts import insert, insert_columns
from tradepost.kit.models import Job, Schedule, Stamp


def a_job(**fields: object) -> Job:
    return Job(**{"name": "kit.test", "run_at": timezone.now(), **fields})


def test_rows_have_their_ids_and_defaults_afterwards(db):
    jobs = [a_job(arguments={"n": n}) for n in range(3)]

    insert(jobs)

    kept = Job.objects.order_by("id")
    assert [(job.pk, job.arguments, job.state) for job in kept] == [
        (job.pk, {"n": n}, "waiting") for n, job in enumerate(jobs)
    ]
    assert all(job.created_at for job in kept)


def test_a_row_that_is_there_already_is_left_out(db):
    insert([Stamp(name="a", shard=1, version=5)])

    insert(
        [Stamp(name="a", shard=1, version=9), Stamp(name="a", shard=2, version=9)],
        unless_taken=["name", "shard"],
    )

    assert list(Stamp.objects.order_by("shard").values_list("shard", "version")) == [(1, 5), (2, 9)]


@pytest.mark.skipif("connection.vendor == 'mysql'", reason="nobody can tell there")
def test_rows_that_might_be_there_have_their_ids_if_none_was(db):
    fresh = [a_job(dedupe_key=key) for key in "ab"]
    some_taken = [a_job(dedupe_key=key) for key in "bc"]

    insert(fresh, unless_taken=["dedupe_key"])
    insert(some_taken, unless_taken=["dedupe_key"])

    assert [job.pk for job in fresh] == list(
        Job.objects.filter(dedupe_key__in="ab").order_by("id").values_list("pk", flat=True)
    )
    assert [job.pk for job in some_taken] == [None, None]


def test_another_broken_constraint_is_a_fault(db):
    insert([a_job(dedupe_key="once")])

    with pytest.raises(IntegrityError), transaction.atomic():
        insert([a_job(dedupe_key="twice", name=None)], unless_taken=["dedupe_key"])

    assert Job.objects.count() == 1


def test_a_taken_row_is_a_fault_where_nobody_expects_one(db):
    insert([Schedule(name="daily")])

    with pytest.raises(IntegrityError), transaction.atomic():
        insert([Schedule(name="daily")])


def test_more_rows_than_a_statement_takes_go_in_by_portions(db, monkeypatch):
    monkeypatch.setattr(inserts, "MOST_PARAMETERS", 25)

    insert([a_job(arguments={"n": n}) for n in range(7)])

    assert sorted(job.arguments["n"] for job in Job.objects.all()) == list(range(7))


def test_no_rows_cost_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        insert([])


def columns_of_jobs(**each: list[object]) -> None:
    insert_columns(Job, each=each, all={"name": "kit.test", "run_at": timezone.now()})


def test_columns_become_rows_in_their_order_with_defaults(db, django_assert_num_queries):
    claims = [uuid7(), None, uuid7()]
    with django_assert_num_queries(1):
        columns_of_jobs(dedupe_key=["a", None, "ü'\"\\,{}"], attempts=[1, 2, 3], claim=claims)

    kept = Job.objects.order_by("id")
    assert [(job.dedupe_key, job.attempts, job.claim) for job in kept] == [
        ("a", 1, claims[0]),
        (None, 2, None),
        ("ü'\"\\,{}", 3, claims[2]),
    ]
    assert all((job.state, job.arguments) == ("waiting", {}) for job in kept)
    assert all(job.created_at for job in kept)


def test_one_column_and_one_value_for_all(db):
    insert_columns(
        Job,
        each={"claim": [uuid7(), uuid7()]},
        all={"name": "kit.test", "run_at": timezone.now(), "arguments": {"n": [1]}},
    )

    assert [job.arguments for job in Job.objects.all()] == [{"n": [1]}] * 2


def test_each_row_may_have_its_own_json_and_time(db):
    times = [timezone.now() + timedelta(days=n) for n in range(2)]

    insert_columns(
        Job, each={"run_at": times, "arguments": [{"n": 0}, {"n": 1}]}, all={"name": "kit.test"}
    )

    kept = Job.objects.order_by("id").values_list("run_at", "arguments")
    assert list(kept) == [(times[0], {"n": 0}), (times[1], {"n": 1})]


def test_of_columns_a_row_that_is_there_already_is_left_out(db):
    insert([Stamp(name="a", shard=1, version=5)])

    insert_columns(
        Stamp,
        each={"shard": [1, 2]},
        all={"name": "a", "version": 9},
        unless_taken=["name", "shard"],
    )

    assert list(Stamp.objects.order_by("shard").values_list("shard", "version")) == [(1, 5), (2, 9)]


def test_of_columns_a_taken_row_is_a_fault_where_nobody_expects_one(db):
    insert([a_job(dedupe_key="once")])

    with pytest.raises(IntegrityError), transaction.atomic():
        columns_of_jobs(dedupe_key=["first", "once"])

    assert Job.objects.count() == 1


def test_of_columns_what_is_too_long_is_not_cut(db):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no lengths")
    with pytest.raises(DataError), transaction.atomic():
        columns_of_jobs(dedupe_key=["x" * 201])


def test_columns_must_be_equally_long(db):
    with pytest.raises(ValueError, match="not equally long"):
        columns_of_jobs(dedupe_key=["a", "b"], attempts=[1])

    assert not Job.objects.exists()


def test_columns_without_rows_cost_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        columns_of_jobs(dedupe_key=[])


def test_each_row_has_an_id_of_its_own(db):
    User, names = get_user_model(), ["ann", "bob"]

    insert_columns(User, each={"username": names, "email": names}, all={"password": "!"})

    ids = {user.pk for user in User.objects.filter(username__in=names)}
    assert len(ids) == 2


def test_databases_without_our_words_get_the_same_rows(db, monkeypatch):
    monkeypatch.setattr(inserts, "KNOW_OUR_WORDS", ())

    columns_of_jobs(dedupe_key=["a", "b"], attempts=[1, 2])

    kept = Job.objects.order_by("dedupe_key").values_list("dedupe_key", "attempts", "state")
    assert list(kept) == [("a", 1, "waiting"), ("b", 2, "waiting")]
