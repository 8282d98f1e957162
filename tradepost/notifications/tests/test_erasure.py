"""What of notifications goes with an account, and what the admin shows."""

import json

import pytest

from tradepost.accounts import personal_data
from tradepost.accounts.actions.users import close_account
from tradepost.notifications.actions.preferences import change_preferences
from tradepost.notifications.kinds import Channel, sentence_for
from tradepost.notifications.models import Notification, Preference, PushSubscription
from tradepost.notifications.personal_data import collect_notifications


def close(user) -> None:
    close_account(user=user)


def delete(user) -> None:
    user.customer.delete()
    user.delete()


@pytest.fixture
def known(ann, bob, wave):
    """Bob was told things, wants some, has a browser, and did things himself. So did ann."""
    for number, user in enumerate([ann, bob]):
        change_preferences(user=user, switches={("", Channel.DIGEST): True})
        PushSubscription.objects.create(
            user=user, endpoint=f"https://push.example.com/{number}", p256dh="p", auth="a"
        )
    wave(bob, cause="to bob", actor=ann)
    wave(ann, cause="to ann", actor=bob)


@pytest.mark.parametrize("end", [close, delete])
def test_what_was_a_persons_goes_and_others_keep_theirs(end, known, ann, bob) -> None:
    end(bob)

    assert [n.user for n in Notification.objects.all()] == [ann]
    assert [p.user for p in Preference.objects.all()] == [ann]
    assert [s.user for s in PushSubscription.objects.all()] == [ann]


@pytest.mark.parametrize("end", [close, delete])
def test_what_a_person_did_was_done_by_somebody(end, known, bob) -> None:
    end(bob)

    told = Notification.objects.get()
    assert (told.actor, sentence_for(told)) == (None, "Somebody waved 2 times.")


def test_a_person_can_have_what_is_kept_about_them(known, bob) -> None:
    files = {path: json.loads(b"".join(chunks)) for path, chunks in collect_notifications(bob)}

    [told] = files["notifications/notifications.json"]
    assert (told["text"], told["link"]) == ("Ann Example waved 2 times.", "/waves/2/")
    assert files["notifications/preferences.json"] == [
        {"kind": "", "channel": "digest", "is_on": True}
    ]
    [browser] = files["notifications/browsers.json"]
    assert browser["endpoint"] == "https://push.example.com/1"


def test_the_export_has_what_is_kept_here() -> None:
    assert personal_data._collectors["notifications"] is collect_notifications


def test_the_admin_shows_notifications_and_changes_none(known, boss, client) -> None:
    told = Notification.objects.first()
    path = f"/admin/notifications/notification/{told.pk}/change/"

    assert client.get("/admin/notifications/notification/").status_code == 200
    assert client.get(path).status_code == 200
    assert client.post(path, {"kind": "other"}).status_code == 403
    assert client.get("/admin/notifications/notification/add/").status_code == 403


def test_the_admin_shows_browsers_without_keys_and_addresses(boss, bob, client) -> None:
    browser = PushSubscription.objects.create(
        user=bob, endpoint="https://push.example.com/secret", p256dh="p-key", auth="a-key"
    )

    for path in ("", f"{browser.pk}/change/"):
        page = client.get(f"/admin/notifications/pushsubscription/{path}").content.decode()
        assert "push.example.com" in page
        assert not any(word in page for word in ("/secret", "p-key", "a-key"))
