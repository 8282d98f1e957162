"""Pushes to browsers, by a real push service on this machine."""

import socket
import threading
import time
from contextlib import suppress
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

pytest.importorskip("pywebpush", reason="the extra push is not installed")

from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.models import Job
from tradepost.notifications import webpush
from tradepost.notifications.actions.notifications import mark_all_notifications_read
from tradepost.notifications.actions.preferences import change_preferences
from tradepost.notifications.actions.push import MOST_FAILURES, MOST_SUBSCRIPTIONS
from tradepost.notifications.checks import pushes_can_be_sent
from tradepost.notifications.kinds import Channel
from tradepost.notifications.models import PushSubscription
from tradepost.notifications.tests.push_service import Browser, running_push_service, text_of
from tradepost.notifications.webpush import SubscriptionGone, is_public, send_push

SUBSCRIPTIONS = "/api/v1/notifications/push/subscriptions/"
KEY = "/api/v1/notifications/push/key/"
FAR_AWAY = "https://push.example.com/s/1"


@pytest.fixture(scope="module")
def certified(tmp_path_factory):
    return tmp_path_factory.mktemp("push-service")


@pytest.fixture
def keys(settings) -> None:
    """The server has keys of its own."""
    out = StringIO()
    call_command("make_push_keys", stdout=out)
    for line in out.getvalue().split():
        setattr(settings, *line.split("="))


@pytest.fixture
def service(keys, certified, settings, monkeypatch):
    """A push service that is trusted here, and may be on this machine."""
    settings.PUSH_TO_PRIVATE_ADDRESSES = True
    monkeypatch.setenv("SSL_CERT_FILE", str(certified / "cert.pem"))
    with running_push_service(certified) as service:
        yield service


@pytest.fixture
def browser(service, api, ann) -> Browser:
    """Ann's, which takes her pushes."""
    browser = Browser(f"{service.url}/ann")
    assert api(ann).post(SUBSCRIPTIONS, browser.subscription()).status_code == 201
    return browser


def test_a_push_tells_what_happened_to_the_browser_alone(browser, service, ann, bob, wave) -> None:
    wave(ann, actor=bob, group="party")

    run_due_jobs()

    [received] = service.received
    assert browser.read(received) == {
        "title": "Tradepost",
        "body": "Bob Example waved 2 times.",
        "link": "/waves/2/",
        "tag": "party",
    }
    assert received.path == "/push/ann"
    assert received.headers["TTL"] == "86400"
    assert b"Bob" not in received.body


def test_a_push_is_sent_once_for_a_cause(browser, service, ann, wave) -> None:
    wave(ann)
    run_due_jobs()
    wave(ann)

    run_due_jobs()

    assert len(service.received) == 1


def test_two_kinds_of_one_cause_are_both_pushed(browser, service, api, ann, bob, wave) -> None:
    others = Browser(f"{service.url}/bob")
    api(bob).post(SUBSCRIPTIONS, others.subscription())

    wave(ann, cause="message:1")
    talk = {"conversation": str(bob.pk)}
    wave(bob, cause="message:1", kind="message.received", data=talk)
    run_due_jobs()

    assert sorted(received.path for received in service.received) == ["/push/ann", "/push/bob"]


def test_what_was_read_meanwhile_is_not_pushed(browser, service, ann, wave) -> None:
    wave(ann)
    mark_all_notifications_read(user=ann, now=timezone.now())

    run_due_jobs()

    assert service.received == []
    assert not Job.objects.filter(name="notifications.push_one").exists()


def test_what_was_read_before_a_new_try_is_not_pushed(browser, service, ann, wave) -> None:
    service.status = 503
    wave(ann)
    run_due_jobs()
    mark_all_notifications_read(user=ann, now=timezone.now())
    service.status = 201

    run_due_jobs(now=timezone.now() + timedelta(hours=1))

    assert len(service.received) == 1
    assert Job.objects.filter(state=Job.State.WAITING).count() == 0


def test_who_does_not_want_pushes_gets_none(browser, service, ann, bob, wave) -> None:
    change_preferences(user=ann, switches={("test.waved", Channel.PUSH): False})

    wave(ann)
    wave(ann, cause="warning", kind="test.warned")
    run_due_jobs()

    assert service.received == []


def test_a_server_without_keys_makes_no_jobs(ann, wave) -> None:
    wave(ann)

    assert Job.objects.count() == 0


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_the_service_does_not_know_is_forgotten(
    status, browser, service, ann, wave
) -> None:
    service.status = status
    wave(ann)

    run_due_jobs()

    assert PushSubscription.objects.count() == 0
    assert Job.objects.exclude(state=Job.State.DONE).count() == 0


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_tried_again(status, browser, service, ann, wave) -> None:
    service.status = status
    wave(ann)
    run_due_jobs()
    waiting = Job.objects.get(state=Job.State.WAITING)
    assert (waiting.name, waiting.attempts) == ("notifications.push_one", 1)

    service.status = 201
    run_due_jobs(now=timezone.now() + timedelta(minutes=1))

    assert len(service.received) == 2
    assert Job.objects.exclude(state=Job.State.DONE).count() == 0
    assert PushSubscription.objects.get().failures == 0


def test_after_an_hour_a_push_is_given_up_quietly(browser, service, ann, wave) -> None:
    service.status = 503
    wave(ann)
    run_due_jobs()

    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        run_due_jobs()

    assert Job.objects.exclude(state=Job.State.DONE).count() == 0
    assert PushSubscription.objects.get().failures == 1


def test_a_push_that_is_refused_is_not_tried_again(browser, service, ann, wave) -> None:
    service.status = 403
    wave(ann)

    run_due_jobs()

    assert Job.objects.exclude(state=Job.State.DONE).count() == 0
    assert PushSubscription.objects.get().failures == 1


def test_a_browser_that_nothing_reaches_any_more_is_forgotten(browser, service, ann, wave) -> None:
    service.status = 400
    PushSubscription.objects.update(failures=MOST_FAILURES - 1)
    wave(ann)

    run_due_jobs()

    assert PushSubscription.objects.count() == 0


def test_a_push_that_arrives_forgets_the_failures(browser, service, ann, wave) -> None:
    PushSubscription.objects.update(failures=3)
    wave(ann)

    run_due_jobs()

    assert PushSubscription.objects.get().failures == 0


def test_a_redirection_is_not_followed(browser, service, ann, wave) -> None:
    service.status, service.location = 307, service.url + "/elsewhere"
    wave(ann)

    run_due_jobs()

    assert [received.path for received in service.received] == ["/push/ann"]


def test_a_server_that_is_not_trusted_gets_nothing(
    browser, service, ann, wave, monkeypatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    wave(ann)

    run_due_jobs()

    assert service.received == []
    assert "PushFailed: SSLCertVerificationError" in Job.objects.get(state="waiting").last_error


def test_a_server_that_drips_its_answer_is_left() -> None:
    """Each byte comes before the patience for one could end."""
    ours, theirs = socket.socketpair()

    def drip() -> None:
        with theirs, suppress(OSError):
            for byte in b"HTTP/1.1 200 OK\r\n":
                theirs.send(bytes([byte]))
                time.sleep(0.02)

    thread = threading.Thread(target=drip)
    thread.start()
    with ours, pytest.raises(TimeoutError):
        webpush._read_status(ours, until=time.monotonic() + 0.1)
    thread.join(10)


def test_a_name_that_leads_into_our_network_is_not_called(
    browser, service, ann, wave, settings
) -> None:
    settings.PUSH_TO_PRIVATE_ADDRESSES = False
    wave(ann)

    run_due_jobs()

    assert service.received == []
    assert PushSubscription.objects.count() == 0


def test_every_answer_of_the_name_service_must_be_public(keys, ann, monkeypatch) -> None:
    """One that is public and one that is not: whoever chooses later must not have the choice."""
    answers = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("8.8.8.8", "10.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: answers)
    browser = Browser(FAR_AWAY)
    sent = browser.subscription()
    subscription = PushSubscription(user=ann, endpoint=FAR_AWAY, **sent["keys"])

    with pytest.raises(SubscriptionGone, match="not public"):
        send_push(subscription, {"title": "t", "body": "b", "link": "/", "tag": "g"})


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "224.0.0.1", "::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1",
        "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b:1::1", "2001::1", "::",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_that_are_public(address) -> None:
    assert is_public(address)


# Subscriptions ----------------------------------------------------------------------------------


def test_the_key_is_shown_to_those_who_subscribe(api, ann, keys, settings) -> None:
    assert api(ann).get(KEY).json() == {"public_key": settings.VAPID_PUBLIC_KEY}
    assert api().get(KEY).status_code == 401


def test_a_server_without_keys_says_so(api, ann) -> None:
    sent = Browser(FAR_AWAY).subscription()

    assert api(ann).get(KEY).json()["code"] == "push_off"
    assert api(ann).post(SUBSCRIPTIONS, sent).json()["code"] == "push_off"


def test_the_commands_keys_fit(keys, settings) -> None:
    assert (len(settings.VAPID_PUBLIC_KEY), len(settings.VAPID_PRIVATE_KEY)) == (87, 43)


def test_a_browser_is_listed_without_its_keys(api, ann, bob, keys) -> None:
    made = api(ann).post(SUBSCRIPTIONS, Browser(FAR_AWAY).subscription())

    assert made.status_code == 201
    assert api(ann).get(SUBSCRIPTIONS).json() == [made.json()]
    assert made.json().keys() == {"id", "endpoint", "created_at"}
    assert api(bob).get(SUBSCRIPTIONS).json() == []


def test_a_browser_that_comes_again_is_the_same_with_its_new_keys(api, ann, keys) -> None:
    first = api(ann).post(SUBSCRIPTIONS, Browser(FAR_AWAY).subscription()).json()
    browser = Browser(FAR_AWAY)

    second = api(ann).post(SUBSCRIPTIONS, browser.subscription()).json()

    assert first["id"] == second["id"]
    assert PushSubscription.objects.get().p256dh == browser.subscription()["keys"]["p256dh"]


def test_a_browser_is_of_whoever_signed_in_last(api, ann, bob, keys) -> None:
    browser = Browser(FAR_AWAY)
    api(ann).post(SUBSCRIPTIONS, browser.subscription())

    api(bob).post(SUBSCRIPTIONS, browser.subscription())

    assert [row.user for row in PushSubscription.objects.all()] == [bob]


def test_the_oldest_of_too_many_browsers_goes(api, ann, bob, keys) -> None:
    api(bob).post(SUBSCRIPTIONS, Browser(f"{FAR_AWAY}/bob").subscription())
    for number in range(MOST_SUBSCRIPTIONS + 1):
        api(ann).post(SUBSCRIPTIONS, Browser(f"{FAR_AWAY}/{number}").subscription())

    kept = {row["endpoint"] for row in api(ann).get(SUBSCRIPTIONS).json()}

    assert kept == {f"{FAR_AWAY}/{number}" for number in range(1, MOST_SUBSCRIPTIONS + 1)}
    assert PushSubscription.objects.filter(user=bob).count() == 1


def test_a_browser_is_taken_off_by_its_owner_alone(api, ann, bob, keys) -> None:
    pk = api(ann).post(SUBSCRIPTIONS, Browser(FAR_AWAY).subscription()).json()["id"]

    assert api(bob).delete(f"{SUBSCRIPTIONS}{pk}/").status_code == 404
    assert PushSubscription.objects.count() == 1
    assert api(ann).delete(f"{SUBSCRIPTIONS}{pk}/").status_code == 204
    assert api(ann).delete(f"{SUBSCRIPTIONS}{pk}/").status_code == 404


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.com/1",
        "https://localhost/1",
        "https://sub.localhost/1",
        "https://intranet/1",
        "https://printer.local/1",
        "https://127.0.0.1/1",
        "https://[::1]/1",
        "https://10.0.0.1/1",
        "https://push.example.com:8080/1",
        "https://push.example.com:99999/1",
        "https://me:secret@push.example.com/1",
        "https://push.example.com/1#part",
        "https://push.example.com/a b",
        "https://push.example.com/a\r\nHost: other",
        "https://püsh.example.com/1",
        "https://[::1/1",
        "ftp://push.example.com/1",
        "//push.example.com/1",
        "https://",
        "",
        "x" * 701,
    ],
)
def test_an_address_that_is_no_push_service_is_refused(endpoint, api, ann, keys) -> None:
    answer = api(ann).post(SUBSCRIPTIONS, Browser(endpoint).subscription())

    assert answer.status_code == 400
    assert list(answer.json()) == ["endpoint"]
    assert PushSubscription.objects.count() == 0


@pytest.mark.parametrize(
    "keys_sent",
    [
        {},
        {"p256dh": "short", "auth": text_of(b"sixteen bytes ok")},
        {"p256dh": text_of(b"\x05" + b"x" * 64), "auth": text_of(b"sixteen bytes ok")},
        {"p256dh": text_of(b"\x04" + b"x" * 64), "auth": "short"},
        {"p256dh": "ü" * 87, "auth": text_of(b"sixteen bytes ok")},
    ],
)
def test_keys_that_are_none_are_refused(keys_sent, api, ann, keys) -> None:
    answer = api(ann).post(SUBSCRIPTIONS, {"endpoint": FAR_AWAY, "keys": keys_sent})

    assert answer.status_code == 400
    assert PushSubscription.objects.count() == 0


def test_a_key_that_is_on_no_curve_ends_the_subscription(service, api, ann, wave) -> None:
    sent = {"p256dh": text_of(b"\x04" + b"x" * 64), "auth": text_of(b"sixteen bytes ok")}
    assert api(ann).post(SUBSCRIPTIONS, {"endpoint": service.url, "keys": sent}).status_code == 201
    wave(ann)

    run_due_jobs()

    assert PushSubscription.objects.count() == 0
    assert Job.objects.exclude(state=Job.State.DONE).count() == 0


def test_subscriptions_are_limited(api, ann, keys, settings) -> None:
    settings.RATE_LIMITS = True
    sent = Browser(FAR_AWAY).subscription()

    answers = [api(ann).post(SUBSCRIPTIONS, sent).status_code for _ in range(31)]

    assert set(answers[:30]) == {201}
    assert answers[30] == 429


@pytest.mark.parametrize(
    ("changed", "count"),
    [
        ({}, 0),
        ({"VAPID_PUBLIC_KEY": ""}, 1),
        ({"VAPID_SUBJECT": "shop@example.com"}, 1),
        ({"VAPID_PUBLIC_KEY": "", "VAPID_PRIVATE_KEY": "", "VAPID_SUBJECT": ""}, 0),
    ],
)
def test_the_check_says_what_pushes_lack(changed, count, keys, settings) -> None:
    for name, value in changed.items():
        setattr(settings, name, value)

    assert len(pushes_can_be_sent(None)) == count
