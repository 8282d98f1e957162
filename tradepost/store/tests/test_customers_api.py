"""Customers: the back office's view of them, and everybody's own record."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.utils import timezone

from conftest import make_user
from tradepost.accounts.actions.users import close_account
from tradepost.accounts.models import User
from tradepost.store.actions.customers import add_address, change_customer, ensure_customer
from tradepost.store.models import Address, Cart, Customer
from tradepost.store.queries import CUSTOMER_SERVICE
from tradepost.store.tests.factories import make_cart, make_order, make_product

CUSTOMERS = "/api/v1/store/customers/"
ME = f"{CUSTOMERS}me/"

pytestmark = pytest.mark.django_db


def record_of(user: User) -> Customer:
    return Customer.objects.get(user=user)


def address(user: User) -> str:
    return f"{CUSTOMERS}{record_of(user).pk}/"


def again(user: User) -> User:
    """Return the user as the next request loads it, with the rights of that moment."""
    return User.objects.get(pk=user.pk)


# --- One's own record --------------------------------------------------------------------------


def test_everybody_sees_their_own_record(api, ann):
    answer = api(ann).get(ME)

    assert answer.status_code == 200
    assert answer.json() == {
        "id": record_of(ann).pk,
        "user_id": str(ann.pk),
        "phone": "",
        "birth_date": None,
        "membership": "B",
    }


def test_a_visitor_has_no_record(api):
    for answer in (api().get(ME), api().put(ME, {}), api().patch(ME, {})):
        assert answer.status_code == 401
        assert answer.json()["detail"] == "Authentication credentials were not provided."


@pytest.mark.parametrize("method", ["put", "patch"])
def test_ones_own_record_can_be_changed(api, ann, method):
    changes = {"phone": "+49 30 1", "birth_date": "1990-05-17"}

    answer = getattr(api(ann), method)(ME, changes)

    assert answer.status_code == 200
    assert answer.json() == {
        "id": record_of(ann).pk, "user_id": str(ann.pk), "membership": "B", **changes
    }  # fmt: skip
    assert record_of(ann).birth_date == date(1990, 5, 17)


def test_the_own_devices_hear_of_what_becomes_of_the_record(api, ann, bob, dora):
    addresses = "/api/v1/store/addresses/"
    api(ann).patch(ME, {"phone": "1"})
    added = api(ann).post(addresses, {"street": "Lane 1", "city": "Bath"}).json()
    api(ann).patch(f"{addresses}{added['id']}/", {"city": "Bristol"})
    api(ann).delete(f"{addresses}{added['id']}/")
    change_customer(customer_id=record_of(ann).pk, changes={"membership": "G"})  # by the staff

    rows = api(ann).get("/api/v1/feed/").json()["results"]
    assert [(row["kind"], row["data"]) for row in rows] == [("customer.changed", {})] * 5
    assert api(bob).get("/api/v1/feed/").json()["results"] == []


@pytest.mark.parametrize("method", ["put", "patch"])
def test_the_membership_and_the_account_are_not_ones_own_to_change(api, ann, bob, method):
    body = {"phone": "1", "membership": "G", "user_id": str(bob.pk), "id": 99}

    answer = getattr(api(ann), method)(ME, body)

    assert answer.status_code == 200
    assert (answer.json()["membership"], answer.json()["user_id"]) == ("B", str(ann.pk))
    assert record_of(ann).membership == "B"


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"birth_date": "yesterday"}, "birth_date"),
        ({"birth_date": (timezone.localdate() + timedelta(days=2)).isoformat()}, "birth_date"),
        ({"phone": None}, "phone"),
        ({"phone": "1" * 256}, "phone"),
        (["phone"], "non_field_errors"),
    ],
)
@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_bad_record_is_400_on_its_field(api, ann, method, bad, field):
    answer = getattr(api(ann), method)(ME, bad)

    assert answer.status_code == 400
    assert set(answer.json()) == {field}
    assert (record_of(ann).phone, record_of(ann).birth_date) == ("", None)


def test_looking_for_a_missing_record_makes_none(api, ann):
    Customer.objects.all().delete()

    assert api(ann).get(ME).status_code == 404
    assert not Customer.objects.exists()


def test_a_missing_record_is_made_by_putting_it(api, ann):
    Customer.objects.all().delete()

    answer = api(ann).put(ME, {"phone": "1"})

    assert answer.status_code == 200
    assert (record_of(ann).phone, record_of(ann).membership) == ("1", "B")


def test_methods_can_be_discovered(api, ann, dora):
    assert api(ann).options(ME)["Allow"] == "GET, PUT, PATCH, HEAD, OPTIONS"
    assert api(ann).head(ME).status_code == 200
    assert api(dora).head(CUSTOMERS).status_code == 200


# --- The back office ---------------------------------------------------------------------------


def test_customer_service_sees_a_customer_with_name_and_address(api, ann, dora):
    Customer.objects.filter(user=ann).update(phone="1", membership="S")

    shown = api(dora).get(address(ann)).json()

    assert shown == {
        "id": record_of(ann).pk,
        "user_id": str(ann.pk),
        "phone": "1",
        "birth_date": None,
        "membership": "S",
        "first_name": "Ann",
        "last_name": "Example",
        "email": "ann@example.com",
    }


def test_customers_come_in_pages_by_name(api, dora):
    for number in range(10):
        make_user(f"u{number}", first_name=f"Person {9 - number}")

    first = api(dora).get(CUSTOMERS).json()

    assert first["count"] == 11
    assert len(first["results"]) == 10
    assert [row["first_name"] for row in first["results"][:2]] == ["Dora", "Person 0"]
    [last] = api(dora).get(first["next"]).json()["results"]
    assert last["first_name"] == "Person 9"


@pytest.mark.parametrize(
    ("search", "found"),
    [("an", ["ann", "hannah-lee"]), ("ANN EX", ["ann"]), ("nn", []), ("example.com", [])],
)
def test_customers_are_found_by_how_their_names_begin(api, ann, dora, search, found):
    make_user("hannah-lee", first_name="Hannah", last_name="Anders")

    rows = api(dora).get(CUSTOMERS, {"search": search}).json()["results"]

    assert sorted(row["email"].partition("@")[0] for row in rows) == found


def test_a_record_is_made_for_a_user_who_has_none(api, ann, dora):
    Customer.objects.filter(user=ann).delete()
    body = {"user_id": str(ann.pk), "phone": "1", "membership": "G"}

    answer = api(dora).post(CUSTOMERS, body)

    assert answer.status_code == 201
    assert answer["Location"] == f"http://testserver{address(ann)}"
    assert answer.json() == api(dora).get(address(ann)).json()
    assert record_of(ann).membership == "G"


def test_nobody_gets_a_second_record(api, ann, dora):
    unknown = "01a1fc3f-93aa-7d2b-8003-28ce06a4c6de"

    for user_id in (str(ann.pk), unknown):
        answer = api(dora).post(CUSTOMERS, {"user_id": user_id})
        assert answer.status_code == 400
        assert answer.json() == {
            "user_id": ["No user without a customer profile has the given ID."]
        }
    assert Customer.objects.filter(user=ann).count() == 1


@pytest.mark.parametrize("body", [{}, {"user_id": "7"}, {"user_id": None}])
def test_a_record_needs_an_account(api, dora, body):
    answer = api(dora).post(CUSTOMERS, body)

    assert answer.status_code == 400
    assert set(answer.json()) == {"user_id"}


@pytest.mark.parametrize("method", ["put", "patch"])
def test_the_back_office_changes_a_record_but_not_whose_it_is(api, ann, bob, dora, method):
    body = {"phone": "2", "membership": "G", "user_id": str(bob.pk)}

    answer = getattr(api(dora), method)(address(ann), body)

    assert answer.status_code == 200
    shown = (answer.json()["phone"], answer.json()["membership"], answer.json()["user_id"])
    assert shown == ("2", "G", str(ann.pk))
    assert record_of(ann).membership == "G"


def test_an_unknown_membership_is_400(api, ann, dora):
    answer = api(dora).patch(address(ann), {"membership": "X"})

    assert answer.status_code == 400
    assert set(answer.json()) == {"membership"}
    assert record_of(ann).membership == "B"


def test_missing_customers_are_404(api, dora):
    there = f"{CUSTOMERS}999/"

    assert api(dora).get(there).status_code == 404
    assert api(dora).put(there, {"phone": "1"}).status_code == 404
    assert api(dora).patch(there, {"phone": "1"}).status_code == 404
    assert api(dora).delete(there).status_code == 404
    assert api(dora).get(f"{there}history/").status_code == 404


def test_the_record_of_an_open_account_stays(api, ann, dora):
    answer = api(dora).delete(address(ann))

    assert (answer.status_code, answer.json()["code"]) == (409, "customer_in_use")
    assert record_of(ann)


def test_the_record_of_a_closed_account_stays_while_there_are_orders(api, ann, dora):
    make_order(ann)
    close_account(user=ann)

    answer = api(dora).delete(address(ann))

    assert (answer.status_code, answer.json()["code"]) == (409, "customer_in_use")
    assert record_of(ann)


def test_the_record_of_a_closed_account_without_orders_can_go(api, ann, dora):
    close_account(user=ann)

    answer = api(dora).delete(address(ann))

    assert (answer.status_code, answer.content) == (204, b"")
    assert not Customer.objects.filter(user=ann).exists()


@pytest.mark.parametrize(
    ("codename", "method", "status"),
    [
        ("view_customer", "get", 200),
        ("change_customer", "patch", 200),
        ("change_customer", "put", 200),
        ("delete_customer", "delete", 409),
    ],
)
def test_each_deed_needs_its_own_permission(api, ann, bob, codename, method, status):
    others = {"view_customer", "add_customer", "change_customer", "delete_customer"} - {codename}
    bob.user_permissions.set(Permission.objects.filter(codename__in=others))
    assert getattr(api(again(bob)), method)(address(ann)).status_code == 403

    bob.user_permissions.set(Permission.objects.filter(codename=codename))

    assert getattr(api(again(bob)), method)(address(ann)).status_code == status


def test_who_leaves_the_group_loses_its_rights_at_once(api, ann, bob):
    group = Group.objects.get(name=CUSTOMER_SERVICE)
    assert api(again(bob)).get(CUSTOMERS).status_code == 403

    bob.groups.add(group)
    assert api(again(bob)).get(CUSTOMERS).status_code == 200
    bob.groups.remove(group)

    refused = api(again(bob)).get(CUSTOMERS)
    assert refused.status_code == 403
    assert refused.json()["detail"] == "You do not have permission to perform this action."


@pytest.mark.parametrize("customers", [1, 9])
def test_the_list_takes_four_queries_however_long_it_is(
    api, dora, django_assert_num_queries, customers
):
    for number in range(customers - 1):
        make_user(f"u{number}")
    client = api(again(dora))

    with django_assert_num_queries(4):  # own and group's permissions, count, rows with users
        assert client.get(CUSTOMERS).json()["count"] == customers


# --- History -----------------------------------------------------------------------------------


def test_the_history_is_the_customers_orders_newest_first(api, ann, bob, dora):
    first, second = make_order(ann), make_order(ann)
    make_order(bob)

    shown = api(dora).get(f"{address(ann)}history/").json()

    assert [row["id"] for row in shown["results"]] == [second.pk, first.pk]
    assert shown["results"][0] == api(ann).get(f"/api/v1/store/orders/{second.pk}/").json()
    assert (shown["next"], shown["previous"]) == (None, None)


def test_the_history_needs_its_permission_and_no_other(api, ann, bob):
    make_order(ann)
    there = f"{address(ann)}history/"
    bob.user_permissions.add(Permission.objects.get(codename="view_customer"))
    assert api(again(bob)).get(there).status_code == 403
    assert api(ann).get(there).status_code == 403
    assert api().get(there).status_code == 401

    bob.user_permissions.set(Permission.objects.filter(codename="view_history"))

    assert len(api(again(bob)).get(there).json()["results"]) == 1


@pytest.mark.parametrize("orders", [1, 5])
def test_the_history_takes_five_queries_however_long_it_is(
    api, ann, dora, django_assert_num_queries, orders
):
    for _ in range(orders):
        make_order(ann, {make_product(): 1, make_product(): 1})
    there = f"{address(ann)}history/"
    client = api(again(dora))

    # own and group's permissions, customer, orders, lines with products
    with django_assert_num_queries(5):
        assert len(client.get(there).json()["results"]) == orders


# --- When the account is closed ----------------------------------------------------------------


def test_with_the_account_goes_what_the_shop_knew_but_for_the_orders(api, ann, bob):
    order = make_order(ann)
    for user in (ann, bob):
        Customer.objects.filter(user=user).update(phone="1", birth_date=date(1990, 5, 17))
        add_address(user=user, street="Hill Street 1", city="Bath")
        api(user).post(f"/api/v1/store/carts/{make_cart().pk}/claim/")

    api(ann).delete("/api/v1/auth/users/me/", {"current_password": "correct-horse"})

    assert (record_of(ann).phone, record_of(ann).birth_date) == ("", None)
    assert record_of(ann).orders.get() == order
    assert Address.objects.get().customer == record_of(bob)
    assert Cart.objects.get().owner == bob
    assert record_of(bob).phone == "1"


def test_what_was_forgotten_does_not_come_back(api, ann):
    close_account(user=again(ann))

    for answer in (
        api(ann).put(ME, {"phone": "1"}),
        api(ann).post("/api/v1/store/addresses/", {"street": "Lane 1", "city": "Bath"}),
        api(ann).post(f"/api/v1/store/carts/{make_cart().pk}/claim/"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "account_closed")
    assert record_of(ann).phone == ""
    assert not Address.objects.exists()
    assert Cart.objects.get().owner is None


def test_every_new_user_has_one_record_and_saving_makes_no_other(ann):
    ann.first_name = "Anna"
    ann.save()

    assert Customer.objects.filter(user=ann).count() == 1
    assert ensure_customer(user=ann) == record_of(ann)
