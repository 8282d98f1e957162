"""The visitor's cart, in the browser."""

import pytest

from tradepost.store.actions.carts import add_to_cart, ensure_own_cart
from tradepost.store.actions.products import delete_product
from tradepost.store.models import Cart, CartItem, Product
from tradepost.store.tests.factories import make_cart, make_product
from tradepost.store.tests.pages import keep_cart, notices


def test_the_first_thing_added_makes_a_cart_that_the_session_keeps(client, db):
    product = make_product()

    answer = client.post("/cart/add/", {"product_id": product.pk, "quantity": 2})

    line = CartItem.objects.get()
    assert answer["Location"] == "/cart/"
    assert (line.product, line.quantity) == (product, 2)
    assert client.session["cart_id"] == str(line.cart_id)


def test_a_first_thing_that_is_refused_leaves_no_cart(client, db):
    answer = client.post("/cart/add/", {"product_id": 99999, "quantity": 1})

    assert notices(answer) == ["No product with the given ID was found."]
    assert Cart.objects.count() == 0
    assert "cart_id" not in client.session


def test_looking_at_the_cart_makes_none(client, db):
    answer = client.get("/cart/")

    assert answer.status_code == 200
    assert Cart.objects.count() == 0


def test_adding_again_uses_the_same_cart_and_line(client, db):
    product = make_product()
    cart = keep_cart(client, {product: 2})

    client.post("/cart/add/", {"product_id": product.pk, "quantity": 3})

    line = CartItem.objects.get()
    assert (line.cart_id, line.quantity) == (cart.pk, 5)


def test_adding_after_the_cart_is_gone_makes_a_new_one(client, db):
    keep_cart(client).delete()

    client.post("/cart/add/", {"product_id": make_product().pk, "quantity": 1})

    assert str(CartItem.objects.get().cart_id) == client.session["cart_id"]


@pytest.mark.parametrize("quantity", ["0", "-1", "1.5", "many", "", "32768", "9" * 40])
def test_a_wrong_quantity_leads_back_to_the_product(client, db, quantity):
    product = make_product()

    answer = client.post("/cart/add/", {"product_id": product.pk, "quantity": quantity})

    assert answer["Location"] == f"/products/{product.pk}/"
    assert notices(answer) == ["Please say how many, as a whole number."]
    assert CartItem.objects.count() == 0


def test_more_than_a_cart_holds_is_refused_with_a_reason(client, db):
    product = make_product()
    keep_cart(client, {product: 32767})

    answer = client.post("/cart/add/", {"product_id": product.pk, "quantity": 1})

    assert notices(answer) == ["A cart cannot hold that many of one product."]
    assert CartItem.objects.get().quantity == 32767


def test_a_line_takes_a_new_quantity(client, db):
    keep_cart(client, {make_product(): 2})
    line = CartItem.objects.get()

    answer = client.post(f"/cart/lines/{line.pk}/", {"quantity": 7, "change": 1})

    line.refresh_from_db()
    assert (answer["Location"], line.quantity) == ("/cart/", 7)


@pytest.mark.parametrize("words", [{"quantity": "x", "remove": "1"}, {"quantity": "0"}])
def test_a_line_is_taken_out(client, db, words):
    keep_cart(client, {make_product(): 2})

    client.post(f"/cart/lines/{CartItem.objects.get().pk}/", words)

    assert CartItem.objects.count() == 0


def test_a_line_of_somebody_elses_cart_stays_as_it_is(client, db):
    make_cart({make_product(): 2})
    keep_cart(client)
    line = CartItem.objects.get()

    answer = client.post(f"/cart/lines/{line.pk}/", {"remove": 1})

    assert notices(answer) == ["That was no longer in your cart."]
    assert CartItem.objects.get() == line


def test_the_cart_shows_lines_and_total_and_not_its_id(client, db):
    cart = keep_cart(client, {make_product(unit_price="1500.10"): 2, make_product(): 1})

    text = client.get("/cart/").content.decode()

    assert "3,000.20 <small>USD</small>" in text
    assert "3,009.19 <small>USD</small>" in text
    assert str(cart.pk) not in text


def test_the_cart_takes_five_queries_however_full_it_is(client, db, django_assert_num_queries):
    keep_cart(client, {make_product(): 1 for _ in range(5)})

    # session, cart, lines with their products, lines that were lost, pictures
    with django_assert_num_queries(5):
        client.get("/cart/")


def test_a_price_that_has_changed_is_shown_with_both_prices(client, db):
    product = make_product(unit_price="8.99")
    client.post("/cart/add/", {"product_id": product.pk, "quantity": 1})
    Product.objects.filter(pk=product.pk).update(unit_price="9.50")

    text = client.get("/cart/").content.decode()

    assert "The price has changed from 8.99 to 9.50 USD" in text


@pytest.mark.parametrize(("inventory", "said"), [(1, "Only 1 left"), (0, "Sold out")])
def test_a_line_says_that_there_is_not_enough(client, db, inventory, said):
    keep_cart(client, {make_product(inventory=inventory): 2, make_product(inventory=2): 2})

    text = client.get("/cart/").content.decode()

    assert text.count(said) == 1
    assert "Only 2 left" not in text


def test_what_is_no_longer_sold_is_named(client, db):
    gone = make_product(title="Kettle")
    keep_cart(client, {gone: 1, make_product(): 1})
    delete_product(product_id=gone.pk)

    text = client.get("/cart/").content.decode()

    assert "No longer sold" in text
    assert "<li>Kettle</li>" in text


# --- Signing in and out ----------------------------------------------------------------------


def sign_in(client, username: str = "ann"):
    return client.post("/account/sign-in/", {"username": username, "password": "correct-horse"})


def test_a_visitors_cart_becomes_the_own_one_at_sign_in(client, ann):
    cart = keep_cart(client, {make_product(): 2})

    sign_in(client)

    cart.refresh_from_db()
    assert cart.owner == ann
    assert "cart_id" not in client.session
    assert client.get("/cart/").context["cart"] == cart


def test_a_visitors_cart_becomes_the_own_one_at_registration(client, db):
    cart = keep_cart(client, {make_product(): 2})

    client.post(
        "/account/register/",
        {
            "first_name": "Fay", "last_name": "Brook", "username": "fay",
            "email": "fay@example.com", "role": "guest", "password": "seven-lamps-in-the-hall",
        },
    )  # fmt: skip

    cart.refresh_from_db()
    assert cart.owner.username == "fay"


def test_a_visitors_cart_is_put_into_the_own_one(client, ann):
    cup, pot = make_product(), make_product()
    own = ensure_own_cart(user=ann)
    add_to_cart(cart_id=own.pk, product_id=cup.pk, quantity=1, user=ann)
    keep_cart(client, {cup: 2, pot: 1})

    sign_in(client)

    lines = Cart.objects.get().items.order_by("product_id")
    assert [(line.product, line.quantity) for line in lines] == [(cup, 3), (pot, 1)]


def test_a_cart_that_is_gone_is_in_nobodys_way(client, ann):
    keep_cart(client).delete()

    answer = sign_in(client)

    assert answer["Location"] == "/"
    assert Cart.objects.count() == 0
    assert "cart_id" not in client.session


def test_a_failed_sign_in_leaves_the_cart_with_the_visitor(client, ann):
    cart = keep_cart(client, {make_product(): 2})

    client.post("/account/sign-in/", {"username": "ann", "password": "wrong"})

    cart.refresh_from_db()
    assert cart.owner is None
    assert client.session["cart_id"] == str(cart.pk)


def test_the_own_cart_is_out_of_sight_after_signing_out(client, ann):
    keep_cart(client, {make_product(): 2})
    sign_in(client)

    client.post("/account/sign-out/")

    assert client.get("/cart/").context["cart"] is None
    assert CartItem.objects.count() == 1


def test_what_is_added_after_signing_out_is_not_in_the_own_cart(client, ann):
    cart = keep_cart(client, {make_product(): 2})
    sign_in(client)
    client.post("/account/sign-out/")

    client.post("/cart/add/", {"product_id": make_product().pk, "quantity": 1})

    assert cart.items.count() == 1
    assert client.session["cart_id"] != str(cart.pk)


def test_a_session_that_names_somebodys_own_cart_shows_nothing(client, ann):
    cart = ensure_own_cart(user=ann)
    session = client.session
    session["cart_id"] = str(cart.pk)
    session.save()

    client.post("/cart/add/", {"product_id": make_product().pk, "quantity": 1})

    assert cart.items.count() == 0


def test_who_is_signed_in_has_one_cart_in_every_browser(client, ann):
    client.force_login(ann)
    client.post("/cart/add/", {"product_id": make_product().pk, "quantity": 1})
    other = type(client)()
    other.force_login(ann)

    other.post("/cart/add/", {"product_id": make_product().pk, "quantity": 1})

    assert len(client.get("/cart/").context["lines"]) == 2
    assert Cart.objects.get().owner == ann


@pytest.mark.parametrize(
    ("address", "page"),
    [("/cart/add/", "/products/"), ("/cart/lines/1/", "/cart/")],
)
def test_a_form_address_that_is_opened_by_hand_leads_to_its_page(client, db, address, page):
    assert client.get(address)["Location"] == page


def test_what_was_seen_is_not_said_again(client, db):
    tea = make_product(unit_price="2.00")
    client.post("/cart/add/", {"product_id": tea.pk, "quantity": 1})
    CartItem.objects.update(seen_price="1.00")
    before = client.get("/cart/").content.decode()

    after = client.post("/cart/accept/", follow=True).content.decode()

    assert "The price has changed from 1.00 to 2.00" in before
    assert "The price has changed" not in after
    assert "I have seen what changed" not in after
