"""Promotions as clients of the API meet them."""

from datetime import UTC, datetime

import pytest

from conftest import make_user
from tradepost.store.models import Promotion
from tradepost.store.tests.factories import make_product, make_promotion

PROMOTIONS = "/api/v1/store/promotions/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(api):
    return api(make_user("sam", is_staff=True))


def test_everybody_sees_all_promotions(api, django_assert_num_queries):
    late = make_promotion(description="B", starts_at=datetime(2999, 1, 1, tzinfo=UTC))
    early = make_promotion(description="A", discount="33.33")

    with django_assert_num_queries(1):  # rows
        answer = api().get(PROMOTIONS)

    assert answer.json() == [
        {
            "id": early.pk, "description": "A", "discount": 33.33, "starts_at": None,
            "ends_at": None,
        },
        {
            "id": late.pk, "description": "B", "discount": 25.0,
            "starts_at": "2999-01-01T00:00:00Z", "ends_at": None,
        },
    ]  # fmt: skip
    assert api().get(f"{PROMOTIONS}{late.pk}/").json() == answer.json()[1]


def test_more_than_a_hundred_are_linked(api):
    Promotion.objects.bulk_create(Promotion(description=f"{n:03}", discount=1) for n in range(101))

    answer = api().get(PROMOTIONS)
    link = answer["Link"].removeprefix("<").removesuffix('>; rel="next"')
    rest = api().get(link).json()

    assert len(answer.json()) == 100
    assert [row["description"] for row in rest["results"]] == ["100"]
    assert rest["next"] is None


def test_a_new_promotion_is_answered_whole(staff):
    sent = {
        "description": "Summer", "discount": 12.5, "starts_at": "2026-06-01T00:00:00Z",
        "ends_at": "2026-09-01T00:00:00Z",
    }  # fmt: skip

    answer = staff.post(PROMOTIONS, sent)

    promotion = Promotion.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {"id": promotion.pk, **sent}
    assert answer["Location"] == f"http://testserver{PROMOTIONS}{promotion.pk}/"
    assert b'"discount":12.50' in answer.content


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("description", ""),
        ("description", "x" * 256),
        ("discount", 0),
        ("discount", "99.01"),
        ("discount", "1.001"),
        ("discount", -5),
        ("starts_at", "soon"),
        ("ends_at", "2026-13-01"),
    ],
)
def test_a_bad_field_is_400_on_that_field(staff, field, value):
    answer = staff.post(PROMOTIONS, {"description": "Summer", "discount": 10, field: value})

    assert answer.status_code == 400
    assert set(answer.json()) == {field}
    assert not Promotion.objects.exists()


def test_a_promotion_ends_after_it_starts(staff):
    moment, later = "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z"
    sent = {"description": "Summer", "discount": 10, "starts_at": moment}
    refusal = {"ends_at": ["A promotion must end after it starts."]}
    kept = staff.post(PROMOTIONS, {**sent, "ends_at": later}).json()

    created = staff.post(PROMOTIONS, {**sent, "ends_at": moment})
    changed = staff.patch(f"{PROMOTIONS}{kept['id']}/", {"starts_at": later})

    assert (created.status_code, created.json()) == (400, refusal)
    assert (changed.status_code, changed.json()) == (400, refusal)
    assert staff.get(PROMOTIONS).json() == [kept]


def test_changes_show_in_the_prices_at_once(api, staff):
    product, promotion = make_product(unit_price="10.00"), make_promotion(discount="10.00")
    shown, address = f"/api/v1/store/products/{product.pk}/", f"{PROMOTIONS}{promotion.pk}/"

    staff.patch(shown, {"promotions": [promotion.pk]})
    assert api().get(shown).json()["price"] == 9.0

    assert staff.patch(address, {"discount": "20.00"}).status_code == 200
    assert (api().get(shown).json()["price"], api().get(shown).json()["discount"]) == (8.0, 20.0)

    staff.put(address, {"description": "X", "discount": 5, "starts_at": "2999-01-01T00:00Z"})
    assert api().get(shown).json()["price"] == 10.0

    staff.patch(address, {"starts_at": None})
    assert api().get(shown).json()["price"] == 9.5

    assert staff.delete(address).status_code == 204
    assert api().get(shown).json()["price"] == 10.0


@pytest.mark.parametrize("pk", ["999", "x"])
def test_an_unknown_promotion_is_404(staff, pk):
    assert staff.get(f"{PROMOTIONS}{pk}/").status_code == 404
    assert staff.patch(f"{PROMOTIONS}{pk}/", {}).status_code == 404
    assert staff.delete(f"{PROMOTIONS}{pk}/").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"), [("post", ""), ("put", "{pk}/"), ("patch", "{pk}/"), ("delete", "{pk}/")]
)
def test_only_staff_write(api, ann, method, path):
    address = PROMOTIONS + path.format(pk=make_promotion(description="Kept").pk)

    assert getattr(api(), method)(address, {}).status_code == 401
    assert getattr(api(ann), method)(address, {}).status_code == 403
    assert Promotion.objects.get().description == "Kept"
