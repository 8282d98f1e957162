"""Customers in the admin."""

import pytest

from conftest import make_user
from tests.admin_pages import address, delete, fields_of, notes, submit
from tradepost.accounts.errors import AccountClosed
from tradepost.store.errors import TooManyAddresses
from tradepost.store.models import Address, Customer
from tradepost.store.models.customers import MOST_ADDRESSES
from tradepost.store.tests.factories import make_order, make_product

LIST = "/admin/store/customer/"


@pytest.fixture(autouse=True)
def alone(boss):
    """Nobody but those whom a test names: the superuser's own record is out of the way."""
    Customer.objects.filter(user=boss).delete()


def names(answer) -> list[str]:
    return [str(customer) for customer in answer.context["cl"].result_list]


def test_the_list_shows_ten_customers_by_first_and_last_name(client):
    for number in range(11):
        make_user(f"u{number}", first_name="May" if number < 9 else "Ann", last_name=f"L{number}")

    answer = client.get(LIST)

    assert names(answer)[:3] == ["Ann L10", "Ann L9", "May L0"]
    assert len(names(answer)) == 10


def test_the_list_links_to_the_orders_of_each_customer(client, ann, bob):
    make_order(ann)
    make_order(ann)

    page = client.get(LIST).content.decode()

    for person, count in ((ann, 2), (bob, 0)):
        url = f"/admin/store/order/?customer__id={person.customer.pk}"
        assert f'<a href="{url}">{count} Orders</a>' in page


def test_the_list_is_sorted_by_names_and_by_the_number_of_orders(client):
    first = make_user("x", first_name="Ann", last_name="Young")
    make_user("y", first_name="Bea", last_name="Old")
    make_order(first)

    assert names(client.get(LIST, {"o": "-1"})) == ["Bea Old", "Ann Young"]
    assert names(client.get(LIST, {"o": "2"})) == ["Bea Old", "Ann Young"]
    assert names(client.get(LIST, {"o": "-4"})) == ["Ann Young", "Bea Old"]


@pytest.mark.parametrize("rows", [1, 10])
def test_the_list_takes_as_many_queries_for_ten_rows_as_for_one(
    client, rows, django_assert_num_queries
):
    for number in range(rows):
        make_order(make_user(f"u{number}"))

    # session, user; rows found, rows at all; the rows with users and counts; their filter
    with django_assert_num_queries(5):
        client.get(LIST)


@pytest.mark.parametrize("typed", ["m", "M"])
def test_a_search_finds_names_that_start_with_it(client, typed):
    make_user("x", first_name="May", last_name="Young")
    make_user("y", first_name="Bea", last_name="moss")
    make_user("z", first_name="Tim", last_name="Elm")

    assert names(client.get(LIST, {"q": typed})) == ["Bea moss", "May Young"]


def test_the_membership_is_changed_in_the_list(client, ann):
    sent = fields_of(client.get(LIST), "changelist-form")

    client.post(LIST, {**sent, "form-0-membership": "G", "_save": "Save"})

    assert Customer.objects.get(user=ann).membership == "G"


def test_addresses_are_part_of_the_form(client, ann):
    submit(
        client, Customer, ann.customer, phone="12", **{
            "addresses-TOTAL_FORMS": "1", "addresses-0-street": "Elm Street 1",
            "addresses-0-city": "Springfield",
        },
    )  # fmt: skip

    assert Customer.objects.get(user=ann).phone == "12"
    assert str(Address.objects.get(customer__user=ann)) == "Elm Street 1, Springfield"


def test_an_address_is_changed_and_another_one_removed_in_the_form(client, ann):
    kept, gone = (
        Address.objects.create(customer=ann.customer, street=f"Elm Street {n}", city="Springfield")
        for n in (1, 2)
    )

    submit(
        client, Customer, ann.customer,
        **{"addresses-0-street": "Oak Street 1", "addresses-1-DELETE": "on"},
    )  # fmt: skip

    assert str(Address.objects.get(pk=kept.pk)) == "Oak Street 1, Springfield"
    assert not Address.objects.filter(pk=gone.pk).exists()


@pytest.mark.parametrize(("addresses", "is_open"), [(0, False), (MOST_ADDRESSES, True)])
def test_an_address_that_may_not_be_kept_is_refused_in_the_form(client, ann, addresses, is_open):
    Address.objects.bulk_create(
        Address(customer=ann.customer, street="Elm Street 1", city="X") for _ in range(addresses)
    )
    ann.is_active = is_open
    ann.save()
    new = f"addresses-{addresses}"

    answer = submit(
        client, Customer, ann.customer, phone="12", **{
            "addresses-TOTAL_FORMS": f"{addresses + 1}", f"{new}-street": "Oak Street 1",
            f"{new}-city": "Y",
        },
    )  # fmt: skip

    refusal = TooManyAddresses if is_open else AccountClosed
    assert refusal.message in answer.content.decode()
    assert Customer.objects.get(user=ann).phone == ""
    assert not Address.objects.filter(city="Y").exists()


def test_the_first_address_comes_with_a_record_that_was_missing(client, ann):
    ann.customer.delete()

    submit(
        client, Customer, user=str(ann.pk), membership="S", **{
            "addresses-TOTAL_FORMS": "1", "addresses-0-street": "Elm Street 1",
            "addresses-0-city": "Springfield",
        },
    )  # fmt: skip

    assert Address.objects.get().customer == Customer.objects.get(membership="S")


def test_the_record_of_a_customer_stays_with_its_person(client, ann, bob):
    bob.customer.delete()

    submit(client, Customer, ann.customer, user=str(bob.pk))

    assert Customer.objects.get().user == ann


def test_a_missing_record_is_made(client, ann):
    ann.customer.delete()

    submit(client, Customer, user=str(ann.pk), membership="S")

    assert Customer.objects.get().membership == "S"


def test_a_customer_whose_account_is_open_is_not_deleted(client, ann):
    answer = delete(client, Customer, ann.customer)

    assert Customer.objects.count() == 1
    assert notes(answer) == [
        ("error", "Customers with orders or with an open account cannot be deleted.")
    ]


def test_a_customer_whose_account_is_closed_goes_with_the_addresses(client, ann):
    Address.objects.create(customer=ann.customer, street="Elm Street 1", city="Springfield")
    ann.is_active = False
    ann.save()

    delete(client, Customer, ann.customer)

    assert (Customer.objects.count(), Address.objects.count()) == (0, 0)


def test_addresses_are_looked_at_and_not_changed(client, ann):
    place = Address.objects.create(customer=ann.customer, street="Elm Street 1", city="Springfield")

    client.post(address(Address, "change", place.pk), {"street": "Oak Street 1", "city": "X"})
    delete(client, Address, place)

    assert client.get(address(Address, "changelist")).status_code == 200
    assert Address.objects.get().street == "Elm Street 1"


def test_customers_of_an_order_are_suggested_with_one_query_for_their_names(
    client, django_assert_num_queries
):
    for number in range(5):
        make_user(f"u{number}")
    data = {"term": "u", "app_label": "store", "model_name": "order", "field_name": "customer"}

    with django_assert_num_queries(4):  # session, user, how many there are, customers with users
        answer = client.get("/admin/autocomplete/", data)

    assert len(answer.json()["results"]) == 5
    assert make_product().pk
