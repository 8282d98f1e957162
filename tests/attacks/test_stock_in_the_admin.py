"""What is sold while somebody has the product open in the admin stays sold."""

from tests.admin_pages import address, fields_of
from tradepost.accounts.models import User
from tradepost.store.models import Product
from tradepost.store.tests.factories import make_order, make_product


def test_saving_another_field_does_not_bring_sold_stock_back(client, ann):
    tea = make_product(inventory=10)
    client.force_login(User.objects.create_superuser("root", "root@example.com", "x"))
    url = address(Product, "change", tea.pk)
    shown = fields_of(client.get(url), "product_form")
    make_order(ann, {tea: 3})

    client.post(url, {**shown, "title": "Better tea"})

    saved = Product.objects.get(pk=tea.pk)
    assert (saved.title, saved.inventory) == ("Better tea", 7)
