import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import override_settings

from tradepost.likes.actions.likes import like
from tradepost.likes.limits import LikeChanges
from tradepost.likes.models import LikedItem

LIKES = "/api/v1/likes/"


def test_a_visitor_sees_the_counts(api, ann, choir, band):
    like(user=ann, kind="group", object_id=choir.pk)

    response = api().get(LIKES, {"kind": "group", "ids": f"{choir.pk},{band.pk}"})

    assert response.status_code == 200
    assert response.json() == [
        {"kind": "group", "id": choir.pk, "count": 1, "liked": False},
        {"kind": "group", "id": band.pk, "count": 0, "liked": False},
    ]


def test_somebody_signed_in_sees_their_own_likes(api, ann, bob, choir, band):
    like(user=ann, kind="group", object_id=choir.pk)
    like(user=bob, kind="group", object_id=band.pk)

    response = api(ann).get(LIKES, {"kind": "group", "ids": f"{choir.pk},{band.pk}"})

    assert [(row["count"], row["liked"]) for row in response.json()] == [(1, True), (1, False)]


def test_liking_answers_with_the_new_count(api, ann, choir):
    response = api(ann).post(LIKES, {"kind": "group", "id": choir.pk})

    assert response.status_code == 201
    assert response.json() == {"kind": "group", "id": choir.pk, "count": 1, "liked": True}


def test_liking_again_is_answered_in_the_same_way(api, ann, choir):
    first = api(ann).post(LIKES, {"kind": "group", "id": choir.pk})

    second = api(ann).post(LIKES, {"kind": "group", "id": choir.pk})

    assert (second.status_code, second.json()) == (201, first.json())
    assert LikedItem.objects.count() == 1


def test_a_like_is_taken_back_as_often_as_one_wants(api, ann, choir):
    like(user=ann, kind="group", object_id=choir.pk)

    statuses = [api(ann).delete(f"{LIKES}group/{choir.pk}/").status_code for _ in range(2)]

    assert statuses == [204, 204]
    assert not LikedItem.objects.exists()


@pytest.mark.parametrize(("method", "path"), [("post", LIKES), ("delete", f"{LIKES}group/1/")])
def test_visitors_like_nothing(api, choir, method, path):
    response = getattr(api(), method)(path, {"kind": "group", "id": choir.pk})

    assert response.status_code == 401
    assert not LikedItem.objects.exists()


def test_what_is_not_there_is_not_found(api, ann):
    assert api(ann).post(LIKES, {"kind": "group", "id": 10**6}).status_code == 404
    assert not LikedItem.objects.exists()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"ids": "1"}, "kind"),
        ({"kind": "group"}, "ids"),
        ({"kind": "group", "ids": ""}, "ids"),
        ({"kind": "group", "ids": "1,"}, "ids"),
        ({"kind": "group", "ids": "1,x"}, "ids"),
        ({"kind": "group", "ids": "-1"}, "ids"),
        ({"kind": "group", "ids": str(2**63)}, "ids"),
        ({"kind": "group", "ids": ",".join(["1"] * 101)}, "ids"),
        ({"kind": "choir", "ids": "1"}, "kind"),
    ],
)
def test_a_bad_question_is_refused(api, db, asked, field):
    response = api().get(LIKES, asked)

    assert response.status_code == 400
    assert list(response.json()) == [field]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "choir", "id": 1}, "kind"),
        ({"kind": "group", "id": "x"}, "id"),
        ({"kind": "group", "id": 2**63}, "id"),
        ({"kind": "group", "id": None}, "id"),
        ({"id": 1}, "kind"),
    ],
)
def test_a_bad_like_is_refused(api, ann, body, field):
    response = api(ann).post(LIKES, body)

    assert response.status_code == 400
    assert list(response.json()) == [field]
    assert not LikedItem.objects.exists()


def test_an_unknown_kind_is_refused_when_a_like_is_taken_back_too(api, ann):
    response = api(ann).delete(f"{LIKES}choir/1/")

    assert response.status_code == 400
    assert response.json() == {"kind": ["Nothing of this kind can be liked."]}


def test_a_hundred_objects_cost_as_many_queries_as_one(api, ann, choir, django_assert_num_queries):
    ContentType.objects.get_for_model(type(choir))
    client = api(ann)

    with django_assert_num_queries(3):  # the objects, their counts, one's own
        client.get(LIKES, {"kind": "group", "ids": ",".join(str(n) for n in range(100))})


@override_settings(RATE_LIMITS=True)
def test_who_changes_their_mind_too_often_has_to_wait(api, ann, choir, monkeypatch):
    monkeypatch.setattr(LikeChanges, "most", 1)
    client = api(ann)

    statuses = [
        client.delete(f"{LIKES}group/{choir.pk}/").status_code,
        client.post(LIKES, {"kind": "group", "id": choir.pk}).status_code,
        client.get(LIKES, {"kind": "group", "ids": choir.pk}).status_code,
    ]

    assert statuses == [204, 429, 200]
