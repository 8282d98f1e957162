"""What is sold while somebody has the product open in the admin stays sold."""

from tradepost.accounts.models import User
from tradepost.store.models import Product
from tradepost.store.tests.factories import make_order, make_product

CHANGE = "/admin/store/product/{pk}/change/"


def test_saving_another_field_does_not_bring_sold_stock_back(client, ann):
    tea = make_product(inventory=10)
    client.force_login(User.objects.create_superuser("root", "root@example.com", "x"))
    form = client.get(CHANGE.format(pk=tea.pk)).context["adminform"].form
    shown = {form.add_prefix(name): form.get_initial_for_field(field, name) or ""
             for name, field in form.fields.items()}  # fmt: skip
    hidden = {form.add_initial_prefix(name): value for name, value in shown.items()}
    make_order(ann, {tea: 3})

    client.post(CHANGE.format(pk=tea.pk), {**shown, **hidden, "title": "Better tea"})

    saved = Product.objects.get(pk=tea.pk)
    assert (saved.title, saved.inventory) == ("Better tea", 7)
