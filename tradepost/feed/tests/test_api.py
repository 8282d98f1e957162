import json
from uuid import uuid4

import pytest
from django.core.serializers.json import DjangoJSONEncoder

from tradepost.feed.actions.publishing import publish
from tradepost.feed.api import FeedOutput
from tradepost.feed.models import Event, FeedHead, Pointer
from tradepost.kit.http.json import encode
from tradepost.kit.transactions import unit_of_work

FEED = "/api/v1/feed/"


@pytest.fixture
def publish_to():
    """``publish_to(ann, 3)``: three things happen to ann."""

    def publish_to(user, count: int = 1) -> None:
        for number in range(1, count + 1):
            with unit_of_work():
                publish(kind="test", user_ids=[user.pk], data={"number": number})

    return publish_to


def read(client, **query: object) -> dict:
    answer = client.get(FEED, query)
    assert answer.status_code == 200
    return answer.json()


def seqs(page: dict) -> list[int]:
    return [row["seq"] for row in page["results"]]


def test_a_feed_starts_empty_at_0(api, ann) -> None:
    page = read(api(ann))

    assert {**page, "epoch": None} == {
        "epoch": None, "seq": 0, "reset": False, "more": False, "results": [],
    }  # fmt: skip


def test_a_feed_says_what_happened(api, ann, publish_to) -> None:
    publish_to(ann)

    [row] = read(api(ann))["results"]

    assert sorted(row) == ["at", "data", "kind", "seq"]
    assert (row["seq"], row["kind"], row["data"]) == (1, "test", {"number": 1})


def test_a_client_asks_for_what_comes_after_its_place(api, ann, publish_to) -> None:
    publish_to(ann, 3)

    page = read(api(ann), after=1)

    assert seqs(page) == [2, 3]
    assert (page["seq"], page["more"]) == (3, False)


def test_a_client_that_has_everything_gets_nothing_new(api, ann, publish_to) -> None:
    publish_to(ann, 3)

    page = read(api(ann), after=3)

    assert (seqs(page), page["seq"], page["reset"], page["more"]) == ([], 3, False, False)


def test_a_long_feed_comes_in_pieces(api, ann, publish_to) -> None:
    publish_to(ann, 5)

    first = read(api(ann), limit=2)
    second = read(api(ann), limit=2, after=first["seq"])
    third = read(api(ann), limit=2, after=second["seq"])

    assert [seqs(page) for page in (first, second, third)] == [[1, 2], [3, 4], [5]]
    assert [page["more"] for page in (first, second, third)] == [True, True, False]


def test_the_epoch_of_a_feed_stays(api, ann, publish_to) -> None:
    publish_to(ann)
    epoch = read(api(ann))["epoch"]
    publish_to(ann)

    page = read(api(ann), after=1, epoch=epoch)

    assert (page["epoch"], page["reset"], seqs(page)) == (epoch, False, [2])


def test_the_epoch_of_an_empty_feed_is_the_one_that_it_keeps(api, ann, publish_to) -> None:
    epoch = read(api(ann))["epoch"]
    publish_to(ann)

    page = read(api(ann), after=0, epoch=epoch)

    assert (page["reset"], seqs(page)) == (False, [1])


def test_a_client_of_another_epoch_must_start_afresh(api, ann, publish_to) -> None:
    publish_to(ann, 3)

    page = read(api(ann), after=1, epoch=uuid4())

    assert (page["reset"], page["seq"], page["results"]) == (True, 3, [])


def test_a_client_ahead_of_the_feed_must_start_afresh(api, ann, publish_to) -> None:
    publish_to(ann, 3)

    page = read(api(ann), after=4)

    assert (page["reset"], page["seq"]) == (True, 3)


def test_a_client_behind_what_is_kept_must_start_afresh(api, ann, publish_to) -> None:
    publish_to(ann, 3)
    FeedHead.objects.update(kept_after=2)

    assert read(api(ann), after=1)["reset"] is True
    assert seqs(read(api(ann), after=2)) == [3]


@pytest.mark.parametrize(
    "query",
    [
        {"after": -1}, {"after": 2**63}, {"after": "x"}, {"limit": 0}, {"limit": 201},
        {"epoch": "x"},
    ],
)  # fmt: skip
def test_a_place_that_cannot_be_is_refused(api, ann, query) -> None:
    answer = api(ann).get(FEED, query)

    assert answer.status_code == 400
    assert list(answer.json()) == list(query)


def test_other_peoples_events_are_not_seen(api, ann, bob, publish_to) -> None:
    publish_to(bob, 2)

    assert read(api(ann))["results"] == []


def test_visitors_have_no_feed(api, db) -> None:
    assert api().get(FEED).status_code == 401


def test_reading_takes_two_queries_however_long_the_page(
    api, ann, publish_to, django_assert_num_queries
) -> None:
    publish_to(ann, 30)

    with django_assert_num_queries(2):  # the head; the events
        read(api(ann))


def test_who_has_everything_costs_one_query(
    api, ann, publish_to, django_assert_num_queries
) -> None:
    publish_to(ann, 3)

    with django_assert_num_queries(1):  # the head
        read(api(ann), after=3)


def test_rows_say_what_the_contract_says(api, ann, publish_to) -> None:
    publish_to(ann, 3)
    head = FeedHead.objects.get(user=ann)
    rows = Pointer.objects.visible_to(ann).select_related("event").order_by("seq")[:2]
    page = {"epoch": head.epoch, "seq": 2, "reset": False, "more": True, "rows": rows}

    answer = api(ann).get(FEED, {"limit": 2})

    assert answer.json() == json.loads(encode(FeedOutput(page).data))
    assert list(answer.json()) == list(FeedOutput(page).data)


def test_the_log_holds_nothing_that_somebody_wrote(api, ann, bob) -> None:
    secret = "meet me behind the teahouse"
    start = {"participant_ids": [str(bob.pk)]}
    talk = api(ann).post("/api/v1/conversations/", start).json()["conversation_id"]

    api(ann).post("/api/v1/messages/", {"conversation": talk, "message_body": secret})

    log = json.dumps(list(Event.objects.values()), cls=DjangoJSONEncoder)
    assert "message.created" in log
    assert secret not in log
