"""Inserts that leave out what is taken, and nothing else."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tradepost.kit import inserts
from tradepost.kit.inserts import insert
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
