"""By which ways people are told what."""

import pytest
from django.db import IntegrityError

from tradepost.notifications.actions.preferences import change_preferences
from tradepost.notifications.errors import NotSwitchable, UnknownKind
from tradepost.notifications.kinds import Channel, register_kind
from tradepost.notifications.links import sign_unsubscription
from tradepost.notifications.models import Notification, Preference
from tradepost.notifications.queries import count_unread, get_choices, kinds_mailed_to

URL = "/api/v1/notifications/preferences/"


def of_kind(answer: dict, kind: str) -> dict:
    return next(row for row in answer["kinds"] if row["kind"] == kind)


def test_those_who_say_nothing_have_the_defaults(api, ann, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):  # what she said
        answer = api(ann).get(URL).json()

    assert (answer["email"], answer["digest"]) == (True, False)
    assert of_kind(answer, "test.waved") == {
        "kind": "test.waved",
        "label": "Somebody waves",
        "channels": {"in_app": True, "email": True, "push": True},
        "may_be_switched": ["in_app", "email", "push"],
    }
    assert of_kind(answer, "test.warned") == {
        "kind": "test.warned",
        "label": "You are warned.",
        "channels": {"in_app": True, "email": True, "push": False},
        "may_be_switched": [],
    }


def test_a_kind_without_a_label_is_called_by_its_sentence(ann) -> None:
    register_kind("test.unnamed", sentence="{actor} did {deed}.", link=lambda data: "/")

    labels = {choice.kind: choice.label for choice in get_choices(user=ann).kinds}

    assert labels["test.unnamed"] == "Somebody did …."


def test_what_is_named_is_switched_and_the_rest_stays(api, ann) -> None:
    api(ann).put(URL, {"kinds": [{"kind": "test.waved", "channels": {"push": False}}]})

    answer = api(ann).put(
        URL, {"digest": True, "kinds": [{"kind": "test.waved", "channels": {"email": False}}]}
    )

    assert answer.status_code == 200
    assert (answer.json()["email"], answer.json()["digest"]) == (True, True)
    channels = of_kind(answer.json(), "test.waved")["channels"]
    assert channels == {"in_app": True, "email": False, "push": False}


def test_only_what_is_not_the_default_is_kept(ann) -> None:
    email, digest = ("test.waved", Channel.EMAIL), ("", Channel.DIGEST)
    change_preferences(user=ann, switches={email: False, digest: True})
    assert Preference.objects.count() == 2

    change_preferences(user=ann, switches={email: True, digest: True})

    assert [row.channel for row in Preference.objects.all()] == ["digest"]


def test_the_own_devices_hear_of_a_change(api, ann, bob) -> None:
    api(ann).put(URL, {"digest": True})

    [row] = api(ann).get("/api/v1/feed/").json()["results"]
    assert (row["kind"], row["data"]) == ("notification.preferences_changed", {})
    assert api(bob).get("/api/v1/feed/").json()["results"] == []


def test_preferences_are_ones_own(api, ann, bob) -> None:
    api(ann).put(URL, {"digest": True})

    assert api(bob).get(URL).json()["digest"] is False


def test_visitors_have_no_preferences(api, db) -> None:
    assert api().get(URL).status_code == 401
    assert api().put(URL, {"digest": True}).status_code == 401


@pytest.mark.parametrize(
    ("switch", "is_on", "error"),
    [
        (("no.such", Channel.EMAIL), False, UnknownKind),
        (("test.warned", Channel.EMAIL), False, NotSwitchable),
        (("test.warned", Channel.PUSH), True, NotSwitchable),
        (("test.waved", Channel.DIGEST), True, NotSwitchable),
        (("", Channel.PUSH), False, NotSwitchable),
    ],
)
def test_what_cannot_be_switched_is_refused_and_nothing_changes(switch, is_on, error, ann) -> None:
    with pytest.raises(error):
        change_preferences(user=ann, switches={("", Channel.DIGEST): True, switch: is_on})

    assert Preference.objects.count() == 0


def test_what_is_fixed_may_be_said_as_it_is(ann) -> None:
    change_preferences(user=ann, switches={("test.warned", Channel.EMAIL): True})

    assert Preference.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [
        {"kinds": [{"kind": "no.such", "channels": {"email": False}}]},
        {"kinds": [{"kind": "test.warned", "channels": {"email": False}}]},
        {"kinds": [{"kind": "test.waved", "channels": {"email": "perhaps"}}]},
        {"kinds": [{"kind": "test.waved"}]},
        {"kinds": "all"},
        {"kinds": [{"kind": "test.waved", "channels": {}}] * 201},
        {"digest": None},
    ],
)
def test_bad_preferences_are_refused(body, api, ann) -> None:
    assert api(ann).put(URL, body).status_code == 400
    assert Preference.objects.count() == 0


@pytest.mark.parametrize(
    ("kind", "channel"), [("", "in_app"), ("", "push"), ("test.waved", "digest"), ("", "smoke")]
)
def test_the_database_knows_the_channels(kind, channel, ann) -> None:
    with pytest.raises(IntegrityError, match="preference_channel_is_known"):
        Preference.objects.create(user=ann, kind=kind, channel=channel, is_on=True)


def test_a_kind_that_is_off_is_out_of_the_list_and_of_the_count(api, ann, bob, wave) -> None:
    wave(ann, bob)
    wave(ann, bob, cause="warning", kind="test.warned")

    change_preferences(user=ann, switches={("test.waved", Channel.IN_APP): False})

    assert [n.kind for n in Notification.objects.visible_to(ann)] == ["test.warned"]
    assert (count_unread(user=ann), count_unread(user=bob)) == (1, 2)
    page = api(ann).get("/api/v1/notifications/").json()
    assert [row["kind"] for row in page["results"]] == ["test.warned"]


def test_without_mails_come_those_that_cannot_be_switched_off(ann) -> None:
    change_preferences(user=ann, switches={("", Channel.EMAIL): False})

    assert sorted(kinds_mailed_to(user_id=ann.pk)) == ["message.warned", "test.warned"]


@pytest.mark.parametrize(
    ("which", "row"), [("missed", ("email", False)), ("digest", ("digest", None))]
)
def test_a_link_in_a_mail_stops_it_without_signing_in(which, row, client, ann) -> None:
    change_preferences(user=ann, switches={("", Channel.DIGEST): True})
    path = f"/notifications/stop-mail/{sign_unsubscription(user_id=ann.pk, which=which)}/"

    looked = client.get(path)
    assert looked.status_code == 200
    assert Preference.objects.count() == 1
    client.handler.enforce_csrf_checks = True
    answer = client.post(path, {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    channel, is_on = row
    said = Preference.objects.filter(user=ann, kind="", channel=channel).first()
    assert (said.is_on if said else None) is is_on


@pytest.mark.parametrize("token", ["garbage", "a:b:c", "%00"])
def test_a_link_that_we_did_not_make_is_not_there(token, client, db) -> None:
    for answer in (
        client.get(f"/notifications/stop-mail/{token}/"),
        client.post(f"/notifications/stop-mail/{token}/"),
    ):
        assert answer.status_code == 404


def test_the_link_of_a_closed_account_is_not_there(client, ann) -> None:
    token = sign_unsubscription(user_id=ann.pk, which="missed")
    ann.is_active = False
    ann.save()

    assert client.post(f"/notifications/stop-mail/{token}/").status_code == 404
    assert Preference.objects.count() == 0
