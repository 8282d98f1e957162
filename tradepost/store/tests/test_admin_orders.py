"""Orders in the admin: taken down for a customer, looked at, paid, canceled, deleted."""

import pytest
from django.utils import timezone

from tests.admin_pages import act, address, delete, notes, submit
from tradepost.feed.models import Event
from tradepost.kit.models import Job
from tradepost.notifications.models import Notification
from tradepost.store.actions.order_changes import cancel_order, set_payment_status
from tradepost.store.models import Order, OrderItem, Product
from tradepost.store.tests.factories import make_order, make_product

LIST = "/admin/store/order/"


@pytest.fixture
def desk(client, dora):
    """Customer Service, signed in."""
    dora.is_staff = True
    dora.save()
    client.force_login(dora)
    return dora


def take_down(client, customer, *lines: tuple[object, object]):
    """Send the form of a new order with these lines: product id and quantity."""
    sent = {"items-TOTAL_FORMS": str(len(lines)), "customer": customer.pk}
    for number, (product, quantity) in enumerate(lines):
        sent |= {f"items-{number}-product": product, f"items-{number}-quantity": quantity}
    return submit(client, Order, **sent)


def test_an_order_is_taken_down_for_a_customer(client, desk, ann):
    tea, cup = (
        make_product(title="Tea", unit_price="8.00", inventory=5),
        make_product(title="Cup", unit_price="3.50", inventory=5),
    )

    answer = take_down(client, ann.customer, (tea.pk, 2), (cup.pk, 1))

    order = Order.objects.get()
    assert answer.status_code == 302
    assert (order.customer.user, str(order.total), order.payment_status) == (ann, "19.50", "P")
    assert sorted(order.items.values_list("title", "quantity")) == [("Cup", 1), ("Tea", 2)]
    assert list(Product.objects.order_by("pk").values_list("inventory", flat=True)) == [3, 4]


def test_everybody_hears_of_an_order_that_was_taken_down(client, desk, ann):
    take_down(client, ann.customer, (make_product().pk, 1))

    order = Order.objects.get()
    told = Notification.objects.get(kind="order.placed")
    assert Job.objects.get(name="store.send_receipt").arguments == {"order_id": order.pk}
    assert (told.user, told.actor) == (ann, desk)
    assert Event.objects.filter(kind="order.placed").count() == 1


def test_a_price_that_a_promotion_lowers_is_charged(client, desk, ann):
    product = make_product(unit_price="8.00")
    Product.objects.filter(pk=product.pk).update(discount="25.00")

    take_down(client, ann.customer, (product.pk, 1))

    assert str(OrderItem.objects.get().unit_price) == "6.00"


def test_the_form_of_a_new_order_has_one_row_and_no_date(client, desk):
    page = client.get(address(Order, "add")).content.decode()

    assert 'name="items-TOTAL_FORMS" value="1"' in page
    assert 'name="items-MAX_NUM_FORMS" value="10"' in page
    assert "placed_at" not in page


def test_what_is_short_is_named_in_the_form(client, desk, ann):
    tea, cup = make_product(title="Tea", inventory=1), make_product(title="Cup", inventory=9)

    answer = take_down(client, ann.customer, (tea.pk, 2), (cup.pk, 1))

    text = "There is not enough in stock of some of the products. Tea: 1 left"
    assert text in answer.content.decode()
    assert Order.objects.count() == 0
    assert list(Product.objects.order_by("pk").values_list("inventory", flat=True)) == [1, 9]


@pytest.mark.parametrize(
    ("quantities", "message"),
    [
        ([], "Please submit at least 1 form."),
        ([0], "Ensure this value is greater than or equal to 1."),
        ([1] * 11, "Please submit at most 10 forms."),
    ],
)
def test_a_new_order_has_from_one_to_ten_lines(client, desk, ann, quantities, message):
    lines = [(make_product().pk, quantity) for quantity in quantities]

    answer = take_down(client, ann.customer, *lines)

    assert message in answer.content.decode()
    assert Order.objects.count() == 0


def test_a_product_is_on_one_line_only(client, desk, ann):
    product = make_product()

    answer = take_down(client, ann.customer, (product.pk, 1), (product.pk, 2))

    assert "Please correct the duplicate data for product." in answer.content.decode()
    assert Order.objects.count() == 0


def test_a_line_needs_a_product(client, desk, ann):
    answer = take_down(client, ann.customer, ("", "1"))

    assert "This field is required." in answer.content.decode()
    assert Order.objects.count() == 0


def test_customer_service_finds_products_for_an_order_and_sees_no_more_of_them(client, desk):
    make_product(title="Green tea")
    data = {"term": "tea", "app_label": "store", "model_name": "orderitem", "field_name": "product"}

    answer = client.get("/admin/autocomplete/", data)

    assert [row["text"] for row in answer.json()["results"]] == ["Green tea"]
    assert client.get("/admin/store/product/").status_code == 403


@pytest.mark.parametrize("rows", [1, 5])
def test_the_list_takes_as_many_queries_for_five_rows_as_for_one(
    client, boss, ann, bob, charlie, rows, django_assert_num_queries
):
    for number in range(rows):
        make_order([ann, bob, charlie][number % 3])

    with django_assert_num_queries(5):  # session, user, rows found, rows at all, rows with names
        page = client.get(LIST).content.decode()

    assert "Ann Example" in page


def test_the_list_is_filtered_by_customer(client, desk, ann, bob):
    make_order(ann)
    order = make_order(bob)

    answer = client.get(LIST, {"customer__id": bob.customer.pk})

    assert list(answer.context["cl"].result_list) == [order]


def test_what_was_agreed_is_shown_and_not_changed(client, desk, ann, bob):
    order = make_order(ann, {make_product(title="Tea"): 2})
    line = order.items.get()

    submit(
        client, Order, order, customer=bob.customer.pk, total="1.00", **{
            "items-TOTAL_FORMS": "1", "items-INITIAL_FORMS": "1", "items-0-id": line.pk,
            "items-0-order": order.pk, "items-0-quantity": "1", "items-0-DELETE": "on",
        },
    )  # fmt: skip

    same = Order.objects.get()
    assert (same.customer, same.total) == (order.customer, order.total)
    assert same.items.get().quantity == 2
    assert "Tea" in client.get(address(Order, "change", order.pk)).content.decode()


def test_an_order_is_marked_as_paid_and_its_timeline_says_so(client, desk, ann):
    order = make_order(ann)

    submit(client, Order, order, payment_status="C")

    page = client.get(address(Order, "change", order.pk)).content.decode()
    assert Order.objects.get().payment_status == "C"
    assert "paid, by Dora Example" in page
    assert 'name="payment_status"' not in page


def test_a_paid_order_stays_paid(client, desk, ann):
    order = make_order(ann)
    set_payment_status(order_id=order.pk, status="C", actor=desk)

    submit(client, Order, order, payment_status="P")

    assert Order.objects.get().payment_status == "C"


def test_saving_the_form_does_not_undo_a_status_that_changed_meanwhile(client, desk, ann):
    order = make_order(ann)
    shown = {"payment_status": "P", "initial-payment_status": "P"}
    set_payment_status(order_id=order.pk, status="F", actor=desk)

    submit(client, Order, order, **shown)

    assert Order.objects.get().payment_status == "F"


def test_chosen_orders_are_canceled_and_the_others_say_why_not(client, desk, ann):
    tea = make_product(inventory=9)
    open_order, paid = make_order(ann, {tea: 2}), make_order(ann, {tea: 3})
    set_payment_status(order_id=paid.pk, status="C", actor=desk)

    answer = act(client, Order, "cancel_selected", open_order, paid)

    assert Order.objects.get(pk=open_order.pk).canceled_at is not None
    assert Order.objects.get(pk=paid.pk).canceled_at is None
    assert Product.objects.get().inventory == 6
    assert [level for level, _ in notes(answer)] == ["error", "success"]
    assert notes(answer)[0][1].startswith(f"Order {paid.pk}: Only orders that are neither paid")
    assert notes(answer)[1][1] == "1 orders were canceled."


def test_canceling_needs_its_permission(client, desk, ann):
    desk.groups.get().permissions.remove(*desk.groups.get().permissions.filter(
        codename="cancel_order"
    ))  # fmt: skip
    order = make_order(ann)

    act(client, Order, "cancel_selected", order)

    assert "Cancel selected orders" not in client.get(LIST).content.decode()
    assert Order.objects.get().canceled_at is None


def test_deleted_orders_give_their_goods_back(client, desk, ann):
    tea = make_product(inventory=9)
    orders = [make_order(ann, {tea: 2}), make_order(ann, {tea: 3})]
    cancel_order(order_id=orders[1].pk, actor=desk, now=timezone.now())

    answer = act(client, Order, "delete_selected", *orders, post="yes")

    assert Order.objects.count() == 0
    assert Product.objects.get().inventory == 9
    assert notes(answer) == [("success", "Successfully deleted 2 orders.")]


def test_a_paid_order_is_not_deleted(client, desk, ann):
    order = make_order(ann)
    set_payment_status(order_id=order.pk, status="C", actor=desk)

    answer = delete(client, Order, order)

    assert Order.objects.count() == 1
    assert notes(answer) == [("error", "A paid order cannot be deleted.")]


def test_none_of_several_orders_is_deleted_when_one_is_paid(client, desk, ann):
    tea = make_product(inventory=9)
    open_order, paid = make_order(ann, {tea: 2}), make_order(ann, {tea: 3})
    set_payment_status(order_id=paid.pk, status="C", actor=desk)

    act(client, Order, "delete_selected", open_order, paid, post="yes")

    assert Order.objects.count() == 2
    assert Product.objects.get().inventory == 4
