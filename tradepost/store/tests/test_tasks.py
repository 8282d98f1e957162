"""Background work of the shop."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.utils import timezone

from tradepost.accounts.actions.users import close_account
from tradepost.accounts.models import User
from tradepost.kit.jobs import kinds
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.mail import message_id
from tradepost.kit.models import Job
from tradepost.store.actions.order_changes import cancel_order, delete_order, set_payment_status
from tradepost.store.models import Order
from tradepost.store.tests.factories import make_order, make_product


@pytest.fixture
def keeper(bob) -> User:
    """Of the staff, and may change products."""
    bob.is_staff = True
    bob.save()
    bob.user_permissions.add(Permission.objects.get(codename="change_product"))
    return bob


def mails_called(subject: str) -> list:
    return [sent for sent in mail.outbox if subject in sent.subject]


def html_of(message) -> str:
    return message.alternatives[0][0]


# --- Receipts ----------------------------------------------------------------------------------


def test_the_receipt_is_complete_without_html(ann, settings):
    settings.SITE_URL = "https://shop.example"
    product = make_product(title="Salt & <pepper>", unit_price="8.99")
    order = make_order(ann, {product: 2})

    kinds["store.send_receipt"].run(order_id=order.pk)

    sent = mail.outbox[0]
    assert sent.subject == f"Your order {order.pk} at Tradepost"
    assert "2 x Salt & <pepper>, 8.99 USD: 17.98 USD\n" in sent.body
    assert "Total: 17.98 USD" in sent.body
    assert f"https://shop.example/orders/{order.pk}/\n" in sent.body
    assert "Salt &amp; &lt;pepper&gt;" in html_of(sent)


def test_the_receipt_says_where_the_order_goes(ann):
    order = make_order(ann)
    Order.objects.update(delivery_address="Main Street 5, Springfield")

    kinds["store.send_receipt"].run(order_id=order.pk)

    assert "We send it to: Main Street 5, Springfield\n" in mail.outbox[0].body
    assert "Main Street 5, Springfield" in html_of(mail.outbox[0])


def test_the_invoice_comes_with_the_receipt(ann):
    order = make_order(ann)

    kinds["store.send_receipt"].run(order_id=order.pk)

    [(name, content, mime_type)] = mail.outbox[0].attachments
    assert name == f"invoice-{order.pk}.pdf"
    assert mime_type == "application/pdf"
    assert content.startswith(b"%PDF-")


def test_a_receipt_that_is_sent_again_is_the_same_mail(ann):
    order = make_order(ann)

    kinds["store.send_receipt"].run(order_id=order.pk)
    kinds["store.send_receipt"].run(order_id=order.pk)

    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == message_id(f"receipt:{order.pk}")
    assert first.extra_headers == second.extra_headers
    assert first.attachments == second.attachments


@pytest.mark.parametrize(
    "name", ["store.send_receipt", "store.send_payment_received", "store.send_cancellation"]
)
def test_nobody_is_mailed_about_an_order_that_was_deleted(ann, name):
    order = make_order(ann)
    delete_order(order_id=order.pk)

    kinds[name].run(order_id=order.pk)

    assert mail.outbox == []


@pytest.mark.parametrize(
    "name", ["store.send_receipt", "store.send_payment_received", "store.send_cancellation"]
)
def test_nobody_is_mailed_whose_account_is_closed(ann, name):
    order = make_order(ann)
    close_account(user=ann)

    kinds[name].run(order_id=order.pk)

    assert mail.outbox == []


# --- Changes of orders -------------------------------------------------------------------------


def test_a_cancellation_by_the_shop_says_so_and_that_nothing_is_owed(ann, dora):
    dora.user_permissions.add(Permission.objects.get(codename="cancel_order"))
    order = make_order(ann, {make_product(title="Teapot <blue>", unit_price="8.99"): 2})
    cancel_order(order_id=order.pk, actor=User.objects.get(pk=dora.pk), now=timezone.now())
    run_due_jobs()

    [sent] = mails_called("is canceled")
    assert sent.to == ["ann@example.com"]
    assert sent.subject == f"Your order {order.pk} at Tradepost is canceled"
    assert f"the shop canceled your order {order.pk} on" in sent.body
    assert "2 x Teapot <blue>: 17.98 USD" in sent.body
    assert "you owe nothing" in sent.body
    assert "the shop canceled your order" in html_of(sent)
    assert "you owe nothing" in html_of(sent)
    assert sent.extra_headers["Message-ID"] == message_id(f"cancellation:{order.pk}")


def test_a_cancellation_by_the_buyer_says_so(ann):
    order = make_order(ann)
    cancel_order(order_id=order.pk, actor=ann, now=timezone.now())
    run_due_jobs()

    [sent] = mails_called("is canceled")
    assert f"you canceled your order {order.pk} on" in sent.body
    assert "you canceled your order" in html_of(sent)


def test_a_paid_order_is_confirmed_once(ann, dora):
    order = make_order(ann, {make_product(unit_price="8.99"): 2})
    set_payment_status(order_id=order.pk, status="C", actor=dora)
    set_payment_status(order_id=order.pk, status="C", actor=dora)
    run_due_jobs()

    [sent] = mails_called("is paid")
    assert sent.to == ["ann@example.com"]
    assert f"your order {order.pk} is paid: 17.98 USD." in sent.body
    assert "17.98 USD" in html_of(sent)


def test_a_failed_payment_is_not_mailed_as_paid(ann, dora):
    order = make_order(ann)
    set_payment_status(order_id=order.pk, status="F", actor=dora)
    run_due_jobs()

    assert mails_called("is paid") == []


# --- Stock -------------------------------------------------------------------------------------


def test_an_order_that_takes_products_below_the_limit_warns_the_staff_in_one_mail(ann, keeper):
    teapot = make_product(title="Teapot & lid", inventory=11)
    cup = make_product(title="Cup", inventory=10)
    plenty = make_product(title="Plenty", inventory=100)
    make_order(ann, {teapot: 3, cup: 1, plenty: 1})
    run_due_jobs()

    [sent] = mails_called("run out")
    assert sent.to == ["bob@example.com"]
    assert sent.subject == "2 products of Tradepost run out"
    assert "fewer than 10 are left" in sent.body
    assert "Cup: 9 left\n" in sent.body
    assert "Teapot & lid: 8 left\n" in sent.body
    assert f"/products/{teapot.pk}/" in sent.body
    assert "Plenty" not in sent.body
    assert "Teapot &amp; lid" in html_of(sent)


def test_a_product_is_warned_of_once_a_day(ann, keeper, time_machine):
    product = make_product(inventory=10)
    time_machine.move_to("2026-11-21T12:00:00Z", tick=False)
    kinds["store.warn_of_low_stock"].run(product_ids=[product.pk], notice="first")

    time_machine.shift(timedelta(hours=23))
    kinds["store.warn_of_low_stock"].run(product_ids=[product.pk], notice="second")
    assert len(mail.outbox) == 1

    time_machine.shift(timedelta(hours=2))
    kinds["store.warn_of_low_stock"].run(product_ids=[product.pk], notice="third")
    assert len(mail.outbox) == 2


def test_a_warning_names_only_what_was_not_warned_of_today(keeper, db):
    known, fresh = make_product(title="Known"), make_product(title="Fresh")
    kinds["store.warn_of_low_stock"].run(product_ids=[known.pk], notice="first")
    mail.outbox.clear()

    kinds["store.warn_of_low_stock"].run(product_ids=[known.pk, fresh.pk], notice="second")

    [sent] = mail.outbox
    assert sent.subject == "A product of Tradepost runs out"
    assert "Fresh: 10 left" in sent.body
    assert "Known" not in sent.body


def test_a_warning_that_could_not_be_sent_is_sent_by_the_next_try(ann, keeper, settings):
    make_order(ann, {make_product(inventory=10): 1})
    Job.objects.exclude(name="store.warn_of_low_stock").delete()
    settings.EMAIL_BACKEND = "no.such.Backend"
    run_due_jobs()

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    run_due_jobs(now=timezone.now() + timedelta(minutes=1))

    assert len(mail.outbox) == 1


def test_only_active_staff_who_may_change_products_is_warned(ann, charlie, dora, keeper):
    editors = Group.objects.create(name="Editors")
    editors.permissions.add(Permission.objects.get(codename="change_product"))
    charlie.groups.add(editors)  # may, but is not of the staff
    by_group = User.objects.create_user("eve", "eve@example.com", is_staff=True)
    by_group.groups.add(editors)
    gone = User.objects.create_user("gone", "gone@example.com", is_staff=True, is_active=False)
    gone.groups.add(editors)
    User.objects.create_user("clerk", "clerk@example.com", is_staff=True)
    User.objects.create_superuser("root", "root@example.com", "x")

    kinds["store.warn_of_low_stock"].run(product_ids=[make_product().pk], notice="first")

    told = sorted(address for sent in mail.outbox for address in sent.to)
    assert told == ["bob@example.com", "eve@example.com", "root@example.com"]


def test_nobody_is_warned_of_a_product_that_is_gone(keeper, db):
    kinds["store.warn_of_low_stock"].run(product_ids=[12345], notice="first")

    assert mail.outbox == []
