"""Background work of the shop."""

from django.core import mail

from tradepost.kit.jobs import kinds
from tradepost.store.tests.factories import make_order, make_product


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
    assert "Salt &amp; &lt;pepper&gt;" in sent.alternatives[0][0]
