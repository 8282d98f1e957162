"""One's addresses, in the browser."""

import pytest

from tradepost.store.actions.customers import add_address
from tradepost.store.models import Address
from tradepost.store.models.customers import MOST_ADDRESSES
from tradepost.store.tests.pages import notices, without_token

WORDS = {"street": "Long Lane 3", "zip": "", "city": "York"}


@pytest.fixture
def home(client, ann) -> Address:
    """An address of ann, who is signed in."""
    client.force_login(ann)
    return add_address(user=ann, street="Hafengasse 12", city="Bremen", zip="28195")


def test_people_see_their_own_addresses(client, home, bob):
    add_address(user=bob, street="Long Lane 3", city="York")

    assert list(client.get("/account/addresses/").context["addresses"]) == [home]


def test_an_address_is_added(client, ann):
    client.force_login(ann)

    answer = client.post("/account/addresses/", WORDS)

    assert answer["Location"] == "/account/addresses/"
    assert str(Address.objects.visible_to(ann).get()) == "Long Lane 3, York"


@pytest.mark.parametrize(
    "fault",
    [{"street": ""}, {"city": ""}, {"street": "x" * 256}, {"city": "x" * 256}, {"zip": "1" * 21}],
)
def test_an_address_with_a_mistake_is_shown_again(client, ann, fault):
    client.force_login(ann)

    answer = client.post("/account/addresses/", WORDS | fault | {"for_checkout": "1"})

    assert list(answer.context["form"].errors) == list(fault)
    assert 'name="for_checkout"' in answer.content.decode()
    assert Address.objects.count() == 0


def test_one_address_too_many_is_refused_with_a_reason(client, ann):
    client.force_login(ann)
    for number in range(MOST_ADDRESSES):
        add_address(user=ann, street=f"Long Lane {number}", city="York")

    answer = client.post("/account/addresses/", WORDS)

    assert notices(answer) == ["You cannot keep that many addresses."]
    assert Address.objects.count() == MOST_ADDRESSES


def test_an_address_is_changed(client, home):
    shown = client.get(f"/account/addresses/{home.pk}/").context["form"]

    answer = client.post(f"/account/addresses/{home.pk}/", WORDS)

    home.refresh_from_db()
    assert [shown[name].value() for name in WORDS] == ["Hafengasse 12", "28195", "Bremen"]
    assert answer["Location"] == "/account/addresses/"
    assert str(home) == "Long Lane 3, York"


def test_an_address_is_removed(client, home):
    client.post(f"/account/addresses/{home.pk}/remove/")

    assert Address.objects.count() == 0


@pytest.mark.parametrize("deed", ["", "remove/"])
def test_a_strangers_address_and_a_missing_one_look_the_same(client, home, charlie, deed):
    client.force_login(charlie)

    foreign = client.post(f"/account/addresses/{home.pk}/{deed}", WORDS)
    missing = client.post(f"/account/addresses/99999/{deed}", WORDS)

    home.refresh_from_db()
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert without_token(foreign) == without_token(missing)
    assert str(home) == "Hafengasse 12, 28195 Bremen"


def test_addresses_need_an_account(client, db):
    answer = client.get("/account/addresses/")

    assert answer["Location"] == "/account/sign-in/?next=/account/addresses/"


def test_a_form_address_that_is_opened_by_hand_leads_to_its_page(client, home):
    answer = client.get(f"/account/addresses/{home.pk}/remove/")

    assert answer["Location"] == "/account/addresses/"
    assert Address.objects.get() == home


def test_addresses_take_six_queries_however_many_there_are(
    client, home, ann, django_assert_num_queries
):
    add_address(user=ann, street="Long Lane 3", city="York")

    # session, user, place in the feed, addresses, and what is unread: conversations, notifications
    with django_assert_num_queries(6):
        client.get("/account/addresses/")
