"""Every list and form of the admin opens, is searched, and tells no more than it may."""

from datetime import date

import pytest
from django.contrib import admin

from tests.admin_pages import address, submit
from tradepost.kit.jobs import enqueue
from tradepost.kit.models import Job
from tradepost.kit.stamps import read_stamp
from tradepost.messaging.models import Message
from tradepost.messaging.tests.factories import make_conversation, say
from tradepost.stays.tests.factories import make_booking, make_photo, make_property
from tradepost.store.models import Product
from tradepost.store.stamps import CATALOGUE
from tradepost.store.tests.factories import make_order, make_product

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
OURS = [model for model in MODELS if model.__module__.startswith("tradepost.")]


@pytest.fixture
def filled(boss, ann, bob):
    """Something in every table."""
    make_order(ann, {make_product(): 2})
    say(ann, make_conversation(ann, bob), "A message of more than fifty characters, to be cut.")
    make_photo(make_booking(make_property(), bob, date(2027, 5, 1)).property)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_list_opens_and_can_be_searched(client, filled, model):
    assert client.get(address(model, "changelist")).status_code == 200
    assert client.get(address(model, "changelist"), {"q": "a"}).status_code == 200


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_form_opens(client, filled, model):
    row = model._default_manager.first()

    if row is not None:
        assert client.get(address(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_lists_take_as_many_queries_for_three_rows_as_for_one(
    client, filled, model, ann, bob, charlie, django_assert_max_num_queries
):
    for other in (bob, charlie):
        make_order(other, {make_product(): 1})
        say(other, make_conversation(other, ann))
        make_booking(make_property(), other, date(2027, 5, 1))

    with django_assert_max_num_queries(14):  # session, user, counts, filters, rows, joined rows
        client.get(address(model, "changelist"))


def test_a_price_changed_in_the_admin_shows_in_the_catalogue(client, boss):
    product = make_product(unit_price="8.99")
    before = read_stamp(CATALOGUE)

    answer = submit(client, Product, product, unit_price="9.50")

    assert answer.status_code == 302
    assert str(Product.objects.get().unit_price) == "9.50"
    assert read_stamp(CATALOGUE) > before


def test_a_price_out_of_range_is_refused_in_the_form(client, boss):
    product = make_product(unit_price="8.99")

    answer = client.post(address(Product, "change", product.pk), {"unit_price": "0.99"})

    assert "Ensure this value is greater than or equal to 1.00" in answer.content.decode()
    assert str(Product.objects.get().unit_price) == "8.99"


def test_products_without_a_sku_do_not_collide(client, boss):
    collection = make_product().collection
    for title in ("One", "Two"):
        answer = submit(
            client, Product, title=title, slug=title.lower(), unit_price="5", inventory="1",
            collection=collection.pk, sku="",
        )  # fmt: skip
        assert answer.status_code == 302

    assert Product.objects.filter(sku=None).count() == 3


def test_a_dead_job_is_seen_and_given_another_try(client, boss):
    enqueue("kit.purge_jobs")
    Job.objects.update(state="dead", attempts=8, last_error="Traceback ...\nOSError: no route")

    listed = client.get(address(Job, "changelist"))
    client.post(
        address(Job, "changelist"),
        {"action": "run_again", "_selected_action": [Job.objects.get().pk]},
    )

    assert "OSError: no route" in listed.content.decode()
    assert (Job.objects.get().state, Job.objects.get().attempts) == ("waiting", 0)


def test_customer_service_sees_customers_and_orders_only(client, dora):
    dora.is_staff = True
    dora.save()
    client.force_login(dora)

    allowed = {
        model._meta.label
        for model in MODELS
        if client.get(address(model, "changelist")).status_code == 200
    }

    assert allowed == {"store.Customer", "store.Order"}


def test_messages_cannot_be_changed_in_the_admin(client, filled):
    message = Message.objects.get()

    client.post(address(Message, "change", message.pk), {"body": "forged"})
    client.post(address(Message, "delete", message.pk), {"post": "yes"})

    assert Message.objects.get().body == message.body
