"""Mails about what was missed, and the daily digest."""

from datetime import datetime, timedelta

import pytest
import time_machine

from tradepost.accounts.actions.users import close_account
from tradepost.accounts.models import User
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.models import Job
from tradepost.notifications.actions.mails import (
    ask_for_digests,
    ask_for_missed_mails,
    hand_out_missed_mail,
)
from tradepost.notifications.actions.notifications import (
    mark_group_read,
    withdraw_notifications,
)
from tradepost.notifications.actions.preferences import change_preferences
from tradepost.notifications.kinds import Channel
from tradepost.notifications.links import read_unsubscription
from tradepost.notifications.models import Notification

NOON = datetime.fromisoformat("2026-11-21T12:00:00+00:00")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def wave_at(wave):
    """``wave_at(5, ann)`` tells ann five minutes after noon."""

    def wave_at(minutes: float, *users, **options) -> None:
        with time_machine.travel(NOON + minutes * MINUTE, tick=False):
            wave(*users, **options)

    return wave_at


def sweep_at(minutes: float) -> None:
    """Look who missed something, so many minutes after noon, and do all that follows."""
    with time_machine.travel(NOON + minutes * MINUTE, tick=False):
        ask_for_missed_mails(now=NOON + minutes * MINUTE)
        run_due_jobs()
    assert Job.objects.dead().count() == 0


def test_after_a_quiet_time_one_mail_tells_all_that_was_missed(
    ann, bob, charlie, wave_at, mailoutbox
) -> None:
    wave_at(0, ann, cause="a", actor=bob, group="party")
    wave_at(1, ann, cause="b", actor=charlie, group="party")
    wave_at(2, ann, cause="c", actor=bob)

    sweep_at(11)
    assert mailoutbox == []
    sweep_at(12)
    sweep_at(13)
    sweep_at(60)

    [mail] = mailoutbox
    assert (mail.to, mail.subject) == (["ann@example.com"], "What you have missed on Tradepost")
    text = mail.body
    assert "Charlie Example and 1 other waved. (2)\nhttp://127.0.0.1:8000/waves/2/" in text
    assert text.index("Bob Example waved 2 times.") < text.index("Charlie Example and 1 other")
    assert "Charlie Example and 1 other waved." in mail.alternatives[0][0]


def test_new_things_put_the_mail_off_three_times_at_most(ann, wave_at, mailoutbox) -> None:
    for minute in range(0, 30, 3):
        wave_at(minute, ann, cause=f"{minute}", group="party")
        sweep_at(minute)
    assert mailoutbox == []

    sweep_at(30)

    assert "(10)" in mailoutbox[0].body


def test_what_comes_after_a_mail_is_told_by_the_next_alone(ann, wave_at, mailoutbox) -> None:
    wave_at(0, ann, cause="a", group="first")
    sweep_at(10)
    wave_at(20, ann, cause="b", kind="test.warned", group="second")

    sweep_at(30)

    assert len(mailoutbox) == 2
    assert "You are warned." in mailoutbox[1].body
    assert "waved" not in mailoutbox[1].body


def test_what_was_read_is_not_mailed(ann, wave_at, mailoutbox) -> None:
    wave_at(0, ann, cause="a", group="party")
    wave_at(0, ann, cause="b", kind="test.warned")
    mark_group_read(user=ann, group="party", now=NOON)

    sweep_at(10)

    assert "You are warned." in mailoutbox[0].body
    assert "waved" not in mailoutbox[0].body


def test_what_is_read_or_gone_after_the_mail_was_handed_out_is_left_out(
    ann, wave_at, mailoutbox
) -> None:
    for cause in ("read", "gone", "kept"):
        wave_at(0, ann, cause=cause, actor=ann, group=cause)
    ask_for_missed_mails(now=NOON + 10 * MINUTE)
    assert hand_out_missed_mail(user_id=ann.pk, now=NOON + 10 * MINUTE) == 3

    mark_group_read(user=ann, group="read", now=NOON)
    withdraw_notifications(cause="gone")
    run_due_jobs()

    assert mailoutbox[0].body.count("waved") == 1


def test_no_mail_tells_of_nothing(ann, wave_at, mailoutbox) -> None:
    wave_at(0, ann)
    hand_out_missed_mail(user_id=ann.pk, now=NOON)

    mark_group_read(user=ann, group="wave:1", now=NOON)
    run_due_jobs()

    assert mailoutbox == []


def test_everybody_gets_a_mail_of_their_own(ann, bob, wave_at, mailoutbox) -> None:
    wave_at(0, ann, bob)

    sweep_at(10)

    assert sorted(mail.to for mail in mailoutbox) == [["ann@example.com"], ["bob@example.com"]]


def test_a_kind_that_is_not_to_be_mailed_is_not_and_is_not_looked_at_again(
    ann, wave_at, mailoutbox
) -> None:
    change_preferences(user=ann, switches={("test.waved", Channel.EMAIL): False})
    wave_at(0, ann)

    sweep_at(10)

    assert mailoutbox == []
    assert Notification.objects.awaiting_mail().count() == 0
    assert Notification.objects.get().mailed_at is None


def test_a_kind_that_is_kept_out_of_the_list_is_mailed(ann, wave_at, mailoutbox) -> None:
    change_preferences(user=ann, switches={("test.waved", Channel.IN_APP): False})
    wave_at(0, ann)

    sweep_at(10)

    assert len(mailoutbox) == 1


def test_looking_again_asks_for_nothing_twice(ann, wave_at) -> None:
    wave_at(0, ann)

    assert ask_for_missed_mails(now=NOON + 10 * MINUTE) == 1
    assert ask_for_missed_mails(now=NOON + 11 * MINUTE) == 1

    assert Job.objects.filter(name="notifications.collect_missed").count() == 1


def test_a_job_that_died_does_not_keep_back_what_comes_later(ann, wave_at, mailoutbox) -> None:
    wave_at(0, ann, cause="a")
    ask_for_missed_mails(now=NOON + 10 * MINUTE)
    Job.objects.update(state=Job.State.DEAD)
    wave_at(20, ann, cause="b")

    with time_machine.travel(NOON + 30 * MINUTE, tick=False):
        ask_for_missed_mails(now=NOON + 30 * MINUTE)
        run_due_jobs()

    assert mailoutbox[0].body.count("waved") == 2


def test_no_job_holds_more_than_ids_and_times(ann, bob, wave_at) -> None:
    wave_at(0, ann, actor=bob)
    ask_for_missed_mails(now=NOON + 10 * MINUTE)
    hand_out_missed_mail(user_id=ann.pk, now=NOON + 10 * MINUTE)

    arguments = {job.name: job.arguments for job in Job.objects.all()}

    assert arguments == {
        "notifications.collect_missed": {"user_id": str(ann.pk)},
        "notifications.send_missed": {
            "user_id": str(ann.pk),
            "mailed_at": "2026-11-21T12:10:00+00:00",
        },
    }


def test_closed_accounts_get_no_mail(ann, wave_at, mailoutbox) -> None:
    wave_at(0, ann)
    hand_out_missed_mail(user_id=ann.pk, now=NOON)

    close_account(user=ann)
    run_due_jobs()

    assert mailoutbox == []


def test_accounts_that_were_switched_off_get_no_mail(ann, wave_at, mailoutbox) -> None:
    wave_at(0, ann)
    hand_out_missed_mail(user_id=ann.pk, now=NOON)

    User.objects.update(is_active=False)
    run_due_jobs()

    assert mailoutbox == []


@pytest.mark.parametrize("people", [1, 20])
def test_a_look_takes_two_queries_and_one_for_each_job(
    people, ann, bob, wave_at, django_assert_num_queries
) -> None:
    wave_at(0, ann, bob)
    for number in range(people):
        wave_at(0, ann, cause=f"{number}")

    # the transaction, who is due, a job for ann and one for bob, the commit
    with django_assert_num_queries(5, exact=False):
        ask_for_missed_mails(now=NOON + 10 * MINUTE)


def test_a_mail_says_how_to_stop_such_mails(ann, wave_at, mailoutbox) -> None:
    wave_at(0, ann)

    sweep_at(10)

    token = mailoutbox[0].body.rpartition("/stop-mail/")[2].partition("/")[0]
    assert read_unsubscription(token) == (ann.pk, "missed")


# The digest ------------------------------------------------------------------------------------

EIGHT = datetime.fromisoformat("2026-11-22T08:00:00+00:00")  # the morning after


def choose_digest(user) -> None:
    off = {("", Channel.DIGEST): True, ("", Channel.EMAIL): False}
    change_preferences(user=user, switches=off)


def digest_at(moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        ask_for_digests(now=moment)
        run_due_jobs()
    assert Job.objects.dead().count() == 0


def test_who_chose_the_digest_gets_everything_unread_once_a_day(
    ann, bob, wave_at, mailoutbox
) -> None:
    choose_digest(ann)
    wave_at(-5000, ann, cause="days ago", kind="test.warned")
    wave_at(0, ann, bob, actor=bob)

    digest_at(EIGHT - MINUTE)
    assert mailoutbox == []
    digest_at(EIGHT)
    digest_at(EIGHT + 300 * MINUTE)

    [mail] = mailoutbox
    assert (mail.to, mail.subject) == (["ann@example.com"], "Your day on Tradepost")
    assert "Bob Example waved 2 times." in mail.body
    assert "You are warned." in mail.body
    token = mail.body.rpartition("/stop-mail/")[2].partition("/")[0]
    assert read_unsubscription(token) == (ann.pk, "digest")


def test_a_day_that_brought_nothing_has_no_digest(ann, wave_at, mailoutbox) -> None:
    choose_digest(ann)
    wave_at(0, ann)
    digest_at(EIGHT)

    digest_at(EIGHT + timedelta(days=1))

    assert len(mailoutbox) == 1


def test_what_was_read_is_in_no_digest(ann, wave_at, mailoutbox) -> None:
    choose_digest(ann)
    wave_at(0, ann)
    mark_group_read(user=ann, group="wave:1", now=NOON)

    digest_at(EIGHT)
    assert mailoutbox == []
    wave_at(1440, ann, cause="warning", kind="test.warned")
    digest_at(EIGHT + timedelta(days=1))

    assert "You are warned." in mailoutbox[0].body
    assert "waved" not in mailoutbox[0].body


def test_the_hour_of_the_digest_is_a_setting(ann, wave_at, mailoutbox, settings) -> None:
    settings.NOTIFY_DIGEST_HOUR = 18
    choose_digest(ann)
    wave_at(0, ann)

    digest_at(NOON.replace(hour=17))
    assert mailoutbox == []
    digest_at(NOON.replace(hour=18))

    assert len(mailoutbox) == 1
