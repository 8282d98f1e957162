"""One's own addresses."""

import pytest

from tradepost.store.actions.customers import add_address
from tradepost.store.models import Address, Customer

ADDRESSES = "/api/v1/store/addresses/"
HOME = {"street": "Hill Street 1", "city": "Bath", "zip": "BA1"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(ann) -> Address:
    return add_address(user=ann, **HOME)


def place(address: Address) -> str:
    return f"{ADDRESSES}{address.pk}/"


def test_an_address_is_kept_and_has_a_place(api, ann):
    answer = api(ann).post(ADDRESSES, HOME)

    assert answer.status_code == 201
    kept = Address.objects.get()
    assert answer["Location"] == f"http://testserver{place(kept)}"
    assert answer.json() == {"id": kept.pk, **HOME}
    assert kept.customer.user == ann


def test_the_zip_may_be_left_out(api, ann):
    answer = api(ann).post(ADDRESSES, {"street": "Lane 2", "city": "Bath"})

    assert (answer.status_code, answer.json()["zip"]) == (201, "")


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"city": "Bath"}, "street"),
        ({"street": "Lane 2"}, "city"),
        ({"street": " ", "city": "Bath"}, "street"),
        ({**HOME, "zip": "1" * 21}, "zip"),
        ({**HOME, "street": "a" * 256}, "street"),
    ],
)
def test_a_bad_address_is_400_on_its_field(api, ann, bad, field):
    answer = api(ann).post(ADDRESSES, bad)

    assert answer.status_code == 400
    assert set(answer.json()) == {field}
    assert not Address.objects.exists()


def test_the_list_holds_ones_own_in_one_query(api, ann, bob, home, django_assert_num_queries):
    work = add_address(user=ann, street="Lane 2", city="Bath")
    add_address(user=bob, **HOME)

    with django_assert_num_queries(1):  # addresses
        shown = api(ann).get(ADDRESSES).json()

    assert [row["id"] for row in shown] == [home.pk, work.pk]
    assert api(ann).get(place(home)).json() == shown[0]


def test_patch_changes_what_it_names(api, ann, home):
    answer = api(ann).patch(place(home), {"city": "Wells", "customer": 99})

    assert answer.json() == {"id": home.pk, **HOME, "city": "Wells"}


def test_put_needs_the_whole_address(api, ann, home):
    assert api(ann).put(place(home), {"city": "Wells"}).status_code == 400

    answer = api(ann).put(place(home), {"street": "Lane 2", "city": "Wells", "zip": "BA5"})

    assert answer.json() == {"id": home.pk, "street": "Lane 2", "city": "Wells", "zip": "BA5"}


def test_a_removed_address_is_gone(api, ann, home):
    answer = api(ann).delete(place(home))

    assert (answer.status_code, answer.content) == (204, b"")
    assert api(ann).get(place(home)).status_code == 404


def test_other_peoples_addresses_are_404_even_for_the_desk(api, charlie, dora, home):
    for somebody in (charlie, dora):
        assert api(somebody).get(place(home)).status_code == 404
        assert api(somebody).put(place(home), HOME).status_code == 404
        assert api(somebody).patch(place(home), {"city": "Wells"}).status_code == 404
        assert api(somebody).delete(place(home)).status_code == 404
    assert Address.objects.get().city == "Bath"


def test_visitors_have_no_addresses(api, home):
    assert api().get(ADDRESSES).status_code == 401
    assert api().post(ADDRESSES, HOME).status_code == 401
    assert api().delete(place(home)).status_code == 401


def test_nobody_keeps_more_than_twenty(api, ann, bob):
    for number in range(20):
        assert api(ann).post(ADDRESSES, {**HOME, "street": f"Lane {number}"}).status_code == 201

    answer = api(ann).post(ADDRESSES, HOME)

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_addresses")
    assert Address.objects.count() == 20
    assert api(bob).post(ADDRESSES, HOME).status_code == 201


def test_who_has_no_customer_record_gets_one_with_the_first_address(api, ann):
    Customer.objects.all().delete()

    assert api(ann).get(ADDRESSES).json() == []
    assert not Customer.objects.exists()
    assert api(ann).post(ADDRESSES, HOME).status_code == 201
    assert Customer.objects.get().user == ann
