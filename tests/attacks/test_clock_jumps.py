"""A clock that was wrong for a moment does not stop the schedule."""

from datetime import timedelta

from django.utils import timezone

from tradepost.kit.jobs.schedule import hand_out_periodic_jobs, leave_the_schedule
from tradepost.kit.models import Job, Lease, Schedule

YEAR = timedelta(days=365)


def test_after_a_clock_that_ran_ahead_periodic_jobs_are_handed_out_again(db):
    now = timezone.now()
    hand_out_periodic_jobs(now=now + YEAR)
    leave_the_schedule()
    Job.objects.all().delete()

    hand_out_periodic_jobs(now=now)

    assert Job.objects.filter(name="store.apply_promotions").exists()


def test_a_lease_from_the_future_is_not_waited_for(db):
    now = timezone.now()
    hand_out_periodic_jobs(now=now)
    Lease.objects.update(holder="somebody who stopped", until=now + YEAR)
    Job.objects.all().delete()
    Schedule.objects.all().delete()

    hand_out_periodic_jobs(now=now)

    assert Job.objects.filter(name="store.apply_promotions").exists()


def test_a_process_whose_clock_is_late_hands_nothing_out_twice(db):
    now = timezone.now()
    hand_out_periodic_jobs(now=now)
    before = Job.objects.count()

    hand_out_periodic_jobs(now=now - timedelta(minutes=30))

    assert Job.objects.count() == before
