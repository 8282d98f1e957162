"""Who may do what in the shop's API: one table, which names every endpoint and method."""

import base64

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from conftest import make_user
from tests.permission_tables import offered_by, read_table, status_for, statuses_of_missing
from tradepost.accounts.actions.users import close_account
from tradepost.accounts.models import User
from tradepost.store.actions.carts import claim_cart
from tradepost.store.actions.customers import add_address
from tradepost.store.actions.order_changes import set_payment_status
from tradepost.store.api_urls import urlpatterns
from tradepost.store.models import Customer
from tradepost.store.tests.factories import (
    make_cart,
    make_collection,
    make_image,
    make_order,
    make_product,
    make_promotion,
    make_review,
)

PEOPLE = ("visitor", "owner", "stranger", "service", "staff", "root")
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)

# The owner is a customer: the cart, the orders, the review and the addresses are theirs. The
# stranger is another one. Service is a member of Customer Service, without the staff flag; staff
# has the flag and nothing else.
TABLE = """
                                          visitor owner stranger service staff root
    api-root               GET                200   200      200     200   200  200
    products-list          GET                200   200      200     200   200  200
    products-list          POST               401   403      403     403   201  201
    products-detail        GET                200   200      200     200   200  200
    products-detail        PUT                401   403      403     403   200  200
    products-detail        PATCH              401   403      403     403   200  200
    products-detail        DELETE             401   403      403     403   204  204
    products-detail        DELETE ordered     401   403      403     403   405  405
    products-conversation  POST               401   200      200     403   200  200
    collection-list        GET                200   200      200     200   200  200
    collection-list        POST               401   403      403     403   201  201
    collection-detail      GET                200   200      200     200   200  200
    collection-detail      PUT                401   403      403     403   200  200
    collection-detail      PATCH              401   403      403     403   200  200
    collection-detail      DELETE             401   403      403     403   204  204
    collection-detail      DELETE filled      401   403      403     403   405  405
    promotions-list        GET                200   200      200     200   200  200
    promotions-list        POST               401   403      403     403   201  201
    promotions-detail      GET                200   200      200     200   200  200
    promotions-detail      PUT                401   403      403     403   200  200
    promotions-detail      PATCH              401   403      403     403   200  200
    promotions-detail      DELETE             401   403      403     403   204  204
    product-images-list    GET                200   200      200     200   200  200
    product-images-list    POST               401   403      403     403   201  201
    product-images-detail  GET                200   200      200     200   200  200
    product-images-detail  PUT                401   403      403     403   200  200
    product-images-detail  PATCH              401   403      403     403   200  200
    product-images-detail  DELETE             401   403      403     403   204  204
    product-reviews-list   GET                200   200      200     200   200  200
    product-reviews-list   POST               401   201      403     403   403  403
    product-reviews-detail GET                200   200      200     200   200  200
    product-reviews-detail PUT                401   200      403     403   200  200
    product-reviews-detail PATCH              401   200      403     403   200  200
    product-reviews-detail DELETE             401   204      403     403   204  204
    carts-list             POST               201   201      201     201   201  201
    carts-detail           GET                200   200      200     200   200  200
    carts-detail           DELETE             204   204      204     204   204  204
    carts-detail           GET claimed        404   200      404     404   404  404
    carts-detail           DELETE claimed     404   204      404     404   404  404
    carts-accept           POST               200   200      200     200   200  200
    carts-accept           POST claimed       404   200      404     404   404  404
    carts-claim            POST               401   200      200     200   200  200
    carts-claim            POST claimed       401   200      404     404   404  404
    carts-mine             GET                401   200      404     404   404  404
    cart-items-list        GET                200   200      200     200   200  200
    cart-items-list        POST               201   201      201     201   201  201
    cart-items-list        GET claimed        404   200      404     404   404  404
    cart-items-list        POST claimed       404   201      404     404   404  404
    cart-items-detail      GET                200   200      200     200   200  200
    cart-items-detail      PATCH              200   200      200     200   200  200
    cart-items-detail      DELETE             204   204      204     204   204  204
    cart-items-detail      GET claimed        404   200      404     404   404  404
    cart-items-detail      PATCH claimed      404   200      404     404   404  404
    cart-items-detail      DELETE claimed     404   204      404     404   404  404
    orders-list            GET                401   200      200     200   200  200
    orders-list            POST               401   201      201     201   201  201
    orders-list            POST claimed       401   201      400     400   400  400
    orders-detail          GET                401   200      404     200   404  200
    orders-detail          PATCH              401   403      403     200   403  200
    orders-detail          DELETE             401   403      403     204   403  204
    orders-detail          DELETE paid        401   403      403     409   403  409
    orders-cancel          POST               401   200      404     200   404  200
    orders-cancel          POST paid          401   409      404     409   404  409
    orders-timeline        GET                401   200      404     200   404  200
    orders-invoice         GET                401   200      404     200   404  200
    orders-conversation    POST               401   200      404     200   404  403
    customers-list         GET                401   403      403     200   403  200
    customers-list         POST               401   403      403     201   403  201
    customers-detail       GET                401   403      403     200   403  200
    customers-detail       PUT                401   403      403     200   403  200
    customers-detail       PATCH              401   403      403     200   403  200
    customers-detail       DELETE             401   403      403     409   403  409
    customers-detail       DELETE closed      401   403      403     204   403  204
    customers-me           GET                401   200      200     200   200  200
    customers-me           PUT                401   200      200     200   200  200
    customers-me           PATCH              401   200      200     200   200  200
    customers-history      GET                401   403      403     200   403  200
    addresses-list         GET                401   200      200     200   200  200
    addresses-list         POST               401   201      201     201   201  201
    addresses-detail       GET                401   200      404     404   404  404
    addresses-detail       PUT                401   200      404     404   404  404
    addresses-detail       PATCH              401   200      404     404   404  404
    addresses-detail       DELETE             401   204      404     404   404  404
    sales-report           GET                401   403      403     403   403  200
"""  # the catalogue is kept by staff, orders and customers by those with the permissions


ROWS = read_table(TABLE, PEOPLE)


OFFERED = offered_by(urlpatterns)


@pytest.fixture
def people(ann, charlie, dora) -> dict[str, User | None]:
    return {
        "visitor": None,
        "owner": ann,
        "stranger": charlie,
        "service": dora,
        "staff": make_user("sam", is_staff=True),
        "root": make_user("root", is_superuser=True, is_staff=True),
    }


class Scene:
    """Something of everything, and where it is."""

    def __init__(self, owner: User) -> None:
        self.owner = owner
        self.tea, self.lamp, self.cup = (make_product(inventory=50) for _ in range(3))
        self.order = make_order(owner, {self.tea: 1})
        self.paid = make_order(owner, {self.lamp: 1, self.cup: 1})
        set_payment_status(order_id=self.paid.pk, status="C", actor=owner)
        self.cart = make_cart({self.tea: 1})
        self.claimed = claim_cart(cart_id=make_cart({self.tea: 1}).pk, user=owner)
        self.newcomer = make_user("newcomer")
        Customer.objects.filter(user=self.newcomer).delete()
        self.gone = Customer.objects.get(user=make_user("gone"))
        close_account(user=self.gone.user)

    def place(self, endpoint: str, case: str) -> str:
        """Return the address of an endpoint in a case."""
        keys = getattr(self, f"_{endpoint.replace('-', '_')}", None)
        return reverse(endpoint, kwargs=keys(case) if keys else None)

    def _cart(self, case):
        return self.claimed if case == "claimed" else self.cart

    def _products_detail(self, case):
        return {"pk": (self.tea if case == "ordered" else make_product()).pk}

    _products_conversation = _products_detail

    def _collection_detail(self, case):
        kept = self.tea.collection if case == "filled" else make_collection("Empty")
        return {"pk": kept.pk}

    def _promotions_detail(self, case):
        return {"pk": make_promotion().pk}

    def _product_images_list(self, case):
        return {"product_pk": self.tea.pk}

    def _product_images_detail(self, case):
        return {"product_pk": self.tea.pk, "pk": make_image(self.tea).pk}

    def _product_reviews_list(self, case):
        return {"product_pk": self.cup.pk}

    def _product_reviews_detail(self, case):
        return {"product_pk": self.lamp.pk, "pk": make_review(self.lamp, author=self.owner).pk}

    def _carts_detail(self, case):
        return {"pk": self._cart(case).pk}

    _carts_claim = _carts_detail
    _carts_accept = _carts_detail

    def _cart_items_list(self, case):
        return {"cart_pk": self._cart(case).pk}

    def _cart_items_detail(self, case):
        return {**self._cart_items_list(case), "pk": self._cart(case).items.get().pk}

    def _orders_detail(self, case):
        return {"pk": (self.paid if case == "paid" else self.order).pk}

    _orders_cancel = _orders_timeline = _orders_invoice = _orders_conversation = _orders_detail

    def _customers_detail(self, case):
        return {"pk": self.gone.pk if case == "closed" else self.order.customer_id}

    _customers_history = _customers_detail

    def _addresses_detail(self, case):
        return {"pk": add_address(user=self.owner, street="Hill Street 1", city="Bath").pk}

    def body(self, endpoint: str, case: str) -> dict[str, object]:
        """Return a body that the endpoint accepts."""
        kind = endpoint.rpartition("-")[0]
        product = {"title": "New", "unit_price": "5.00", "inventory": 1}
        return {
            "products": {**product, "collection": self.tea.collection_id},
            "collection": {"title": "New"},
            "promotions": {"description": "New", "discount": "5.00"},
            "product-images": {"image": SimpleUploadedFile("a.png", PICTURE, "image/png")},
            "product-reviews": {"name": "Ann", "description": "Good", "rating": 5},
            "cart-items": {"product_id": self.tea.pk, "quantity": 2},
            "addresses": {"street": "Lane 2", "city": "Bath"},
            "customers": {"phone": "1", "user_id": str(self.newcomer.pk)},
            "orders": {"payment_status": "F"},
        }.get(kind, {}) | (
            {"cart_id": str(self._cart(case).pk)} if endpoint == "orders-list" else {}
        )


@pytest.fixture
def scene(people) -> Scene:
    return Scene(people["owner"])


def test_the_table_names_every_endpoint_and_every_method():
    assert {(endpoint, method) for endpoint, method, _, _ in ROWS} == OFFERED
    assert len({row[:3] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(
    ("endpoint", "method", "case", "expected"), ROWS, ids=lambda value: str(value).strip("()")
)
def test_everybody_may_do_what_the_table_says(api, people, scene, endpoint, method, case, expected):
    place, answers = scene.place(endpoint, case), {}
    form = "multipart" if endpoint.startswith("product-images") else "json"

    for name, user in people.items():
        body = {} if method == "GET" else scene.body(endpoint, case)
        answers[name] = status_for(api, user, method, place, body, form)

    assert answers == dict(zip(PEOPLE, expected, strict=True))


@pytest.mark.parametrize("endpoint", sorted({row[0] for row in ROWS}))
def test_what_an_endpoint_does_not_offer_is_refused_to_the_most_powerful(
    api, people, scene, endpoint
):
    place = scene.place(endpoint, "")

    answers = statuses_of_missing(api(people["root"]), endpoint, place, offered=OFFERED)

    assert answers == dict.fromkeys(answers, 405)
