"""A whole story, told to a server that logs every statement: nothing of it is in the logs."""

import os
import re
import subprocess
import sys
from email import message_from_bytes, policy

import httpx
import pytest

from tests.servers import ROOT, running_server
from tests.test_story import wait_for

STREET, CITY, ZIP = "Kestrel Rise 77", "Nettlecombe", "NC77 9QX"
QUESTION = "does it come with the brass hinges"
CARD = "4242424242424242"
LINK = re.compile(r"/account/reset/([^/\s]+)/([^/\s]+)/")
ACCOUNT = {
    "username": "walburga77",
    "email": "walburga77@wren.example",
    "password": "Plover-Marsh-4410",
    "first_name": "Walburga",
    "last_name": "Quillfeather",
}
NEW_PASSWORD = "Curlew-Marsh-9921"
AGENT = "WrenBrowser/77"


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> tuple[str, set[str]]:
    """What the server logged, and what must not be in it."""
    folder = tmp_path_factory.mktemp("story")
    with running_server(
        data_dir=folder, DEMO="off", DATABASE_URL="", REDIS_URL="", EMAIL_URL="", LOG_FILE="",
        DJANGO_LOG_LEVEL="INFO", SLOW_QUERY_MS="0.000001",
    ) as server:  # fmt: skip
        fill(folder)
        client = httpx.Client(base_url=f"{server}/api/v1/", headers={"User-Agent": AGENT})
        secrets = live(client, server, folder)
    logs = sorted((folder / "logs").iterdir())
    texts = [file.read_text() for file in [*logs, folder / "server.log"]]
    return "\n".join(texts), secrets


def fill(folder) -> None:
    """Put some products into the catalogue of the server."""
    given = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "DATABASE_URL": ""}
    command = [sys.executable, "manage.py", "seed_db", "--products", "5"]
    subprocess.run(command, cwd=ROOT, env=given, check=True, capture_output=True)


def live(client: httpx.Client, server: str, folder) -> set[str]:
    """Register, sign in, lose the password, set a new one, order, pay, talk; return the secrets."""
    client.post("auth/users/", json=ACCOUNT).raise_for_status()
    client.post("auth/jwt/create/", json={**ACCOUNT, "password": "Wrong-Heron-1177"})
    secrets = set(sign_in(client, ACCOUNT["password"]).values())
    httpx.post(f"{server}/account/sign-in/?next=/walburga77/", data=ACCOUNT)
    client.post("auth/users/reset_password/", json={"email": ACCOUNT["email"]}).raise_for_status()
    uid, token = wait_for(lambda: find_link(folder))
    new = {"uid": uid, "token": token, "new_password": NEW_PASSWORD}
    client.post("auth/users/reset_password_confirm/", json=new).raise_for_status()
    client.headers.pop("Authorization", None)
    tokens = sign_in(client, NEW_PASSWORD)
    client.headers["Authorization"] = f"JWT {tokens['access']}"
    cart = trade(client)
    return secrets | {token, cart, *tokens.values()}


def sign_in(client: httpx.Client, password: str) -> dict[str, str]:
    account = {"username": ACCOUNT["username"], "password": password}
    return client.post("auth/jwt/create/", json=account).raise_for_status().json()


def find_link(folder) -> tuple[str, str] | None:
    for file in (folder / "mail").glob("*.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        if found := LINK.search(mail.get_body(("plain",)).get_content()):
            return found.group(1), found.group(2)
    return None


def trade(client: httpx.Client) -> str:
    """Order with an address, pay by card, ask the shop; return the cart's secret id."""
    place = {"street": STREET, "city": CITY, "zip": ZIP}
    address = client.post("store/addresses/", json=place).raise_for_status().json()
    rows = client.get("store/products/").json()["results"]
    product = next(row for row in rows if row["inventory"] >= 3)
    cart = client.post("store/carts/").json()["id"]
    line = {"product_id": product["id"], "quantity": 1}
    client.post(f"store/carts/{cart}/items/", json=line).raise_for_status()
    order = client.post("store/orders/", json={"cart_id": cart, "address_id": address["id"]})
    number = order.raise_for_status().json()["id"]
    card = {"order": number, "payment_method": CARD}
    client.post("payments/", json=card).raise_for_status()
    talk = client.post(f"store/orders/{number}/conversation/").json()["conversation_id"]
    message = {"conversation": talk, "message_body": QUESTION, "client_id": "heron-1"}
    client.post("messages/", json=message).raise_for_status()
    return str(cart)


def test_the_statements_of_the_story_are_in_the_logs(told):
    text, _ = told

    for table in ("accounts_user", "store_order", "messaging_message", "payments_payment"):
        assert re.search(rf"query\.slow .*INSERT INTO \\*.?{table}", text), table


def test_nothing_that_people_said_is_in_the_logs(told):
    text, secrets = told
    planted = {
        *ACCOUNT.values(), NEW_PASSWORD, "Wrong-Heron-1177", STREET, CITY, ZIP, QUESTION, CARD,
        AGENT, *secrets,
    }  # fmt: skip

    assert len(planted) == len(secrets) + 13
    assert sorted(word for word in planted if word in text) == []
