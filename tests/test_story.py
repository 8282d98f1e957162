"""The main story of the product over HTTP: register, browse, order, get mail, talk."""

import time
from email import message_from_bytes, policy
from typing import Any
from uuid import uuid4

import httpx
import pytest

PASSWORD = "seven-lamps-in-the-hall"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def eve(shop) -> Json:
    """Somebody who registered just now."""
    name = f"eve-{uuid4().hex[:8]}"
    account = {
        "username": name,
        "email": f"{name}@example.com",
        "password": PASSWORD,
        "first_name": "Eve",
        "last_name": "Adams",
    }
    shop.visitor().post("auth/users/", json=account).raise_for_status()
    return account


@pytest.fixture(scope="module")
def buyer(shop, eve) -> httpx.Client:
    return shop.signed_in(eve["username"], PASSWORD)


@pytest.fixture(scope="module")
def order(buyer) -> Json:
    """What Eve ordered: two of one product and one of another."""
    cheap = buyer.get("store/products/", params={"ordering": "unit_price"}).json()["results"]
    first, second = [row for row in cheap if row["inventory"] >= 3][:2]
    return place(buyer, {first["id"]: 2, second["id"]: 1}).json()


def place(client: httpx.Client, quantities: dict[int, int], **headers: str) -> httpx.Response:
    cart = client.post("store/carts/").json()["id"]
    for product, quantity in quantities.items():
        line = {"product_id": product, "quantity": quantity}
        client.post(f"store/carts/{cart}/items/", json=line).raise_for_status()
    total = client.get(f"store/carts/{cart}/").json()["total_price"]
    wanted = {"cart_id": cart, "expected_total": total}
    return client.post("store/orders/", json=wanted, headers=headers).raise_for_status()


def wait_for(find, seconds: float = 15):
    """Return what ``find`` finds, as soon as it finds it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := find():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come")


def test_the_catalogue_can_be_searched_and_sorted(buyer):
    cheap = buyer.get("store/products/", params={"ordering": "unit_price"}).json()
    prices = [row["unit_price"] for row in cheap["results"]]
    title = cheap["results"][0]["title"]
    found = buyer.get("store/products/", params={"search": title}).json()

    assert cheap["count"] > 10
    assert prices == sorted(prices)
    assert title in [row["title"] for row in found["results"]]


def test_an_order_takes_stock_ends_the_cart_and_can_be_sent_again(buyer):
    rows = buyer.get("store/products/").json()["results"]
    tea = next(row for row in rows if row["inventory"] >= 3)
    cart = buyer.post("store/carts/").json()["id"]
    buyer.post(f"store/carts/{cart}/items/", json={"product_id": tea["id"], "quantity": 2})
    key = {"Idempotency-Key": str(uuid4())}

    placed = buyer.post("store/orders/", json={"cart_id": cart}, headers=key)
    again = buyer.post("store/orders/", json={"cart_id": cart}, headers=key)

    assert placed.status_code == again.status_code == 201
    assert again.content == placed.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert placed.json()["total"] == pytest.approx(2 * tea["unit_price"])
    assert buyer.get(f"store/carts/{cart}/").status_code == 404
    left = buyer.get(f"store/products/{tea['id']}/").json()["inventory"]
    assert left == tea["inventory"] - 2


def test_the_receipt_comes_by_mail_in_text_and_html(shop, eve, order):
    def receipt():
        for file in (shop.folder / "mail").glob("*.eml"):
            mail = message_from_bytes(file.read_bytes(), policy=policy.default)
            if mail["To"] == eve["email"] and f"{order['id']}" in mail["Subject"]:
                return mail
        return None

    mail = wait_for(receipt)

    for kind in ("plain", "html"):
        text = mail.get_body((kind,)).get_content()
        assert f"{order['total']:.2f}" in text
        assert order["items"][0]["title"] in text


def test_buyer_and_shop_talk_about_the_order(shop, buyer, order):
    host = shop.signed_in("host")
    talk = buyer.post(f"store/orders/{order['id']}/conversation/").json()["conversation_id"]
    question = {"conversation": talk, "message_body": "When will it come?", "client_id": "1"}

    for _ in range(2):  # the second is a repetition
        assert buyer.post("messages/", json=question).status_code == 201

    told = host.get("notifications/").json()["results"]
    assert told[0]["text"] == "Eve Adams wrote to you."
    inbox = host.get("conversations/").json()["results"]
    assert (inbox[0]["conversation_id"], inbox[0]["unread_count"]) == (talk, 1)
    [read] = host.get(f"conversations/{talk}/").json()["messages"]
    assert read["message_body"] == "When will it come?"

    answer = {"conversation": talk, "message_body": "On Tuesday."}
    host.post("messages/", json=answer | {"parent_message": read["message_id"]})

    newest = buyer.get(f"conversations/{talk}/messages/").json()["results"][0]
    assert (newest["message_body"], newest["is_read"]) == ("On Tuesday.", False)
    assert buyer.get("notifications/").json()["results"][0]["text"].endswith("wrote to you.")


def test_the_feed_tells_it_all_in_order_and_without_gaps(shop, eve, buyer):
    feed = buyer.get("feed/").json()
    rest = buyer.get("feed/", params={"after": 2, "epoch": feed["epoch"]}).json()

    assert [row["seq"] for row in feed["results"]] == list(range(1, feed["seq"] + 1))
    assert rest["results"] == feed["results"][2:]
    kinds = {row["kind"] for row in feed["results"]}
    assert {"order.placed", "message.created", "notification.created"} <= kinds


def test_nobody_else_can_look_in(shop, buyer, order):
    name = f"mallory-{uuid4().hex[:8]}"
    account = {
        "username": name,
        "email": f"{name}@example.com",
        "password": PASSWORD,
        "first_name": "Mallory",
        "last_name": "Moe",
    }
    shop.visitor().post("auth/users/", json=account).raise_for_status()
    mallory = shop.signed_in(name, PASSWORD)
    talk = buyer.post(f"store/orders/{order['id']}/conversation/").json()["conversation_id"]

    assert shop.signed_in("host").get(f"store/orders/{order['id']}/").status_code == 200
    assert mallory.get(f"store/orders/{order['id']}/").status_code == 404
    assert mallory.get(f"conversations/{talk}/").status_code == 404
    assert shop.visitor().get(f"store/orders/{order['id']}/").status_code == 401
