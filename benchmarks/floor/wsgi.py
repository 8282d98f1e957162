"""The floor as a WSGI application: the measured addresses, and nothing else."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import jwt
import orjson

from benchmarks.data import SECRET_KEY
from benchmarks.floor import messaging, shop

Environ = Any  # each server has a type of its own for it
Answer = tuple[str, object]
API = "/api/v1/"


class ClientGone(Exception):
    """The rest of a request never came: the load has ended."""


def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    try:
        status, body = _answer(environ)
    except ClientGone:
        status, body = "400 Bad Request", None
    content = orjson.dumps(body, option=orjson.OPT_UTC_Z)
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(content)))]
    start_response(status, headers)
    return [content]


def _answer(environ: Environ) -> Answer:
    parts = environ["PATH_INFO"].removeprefix(API).strip("/").split("/")
    match environ["REQUEST_METHOD"], *parts:
        case "GET", "store", "products":
            asked = parse_qs(environ["QUERY_STRING"])
            page = int(asked.get("page", ["1"])[0])
            above = asked.get("unit_price__gt", [None])[0]
            return "200 OK", shop.list_products(page=page, above=above)
        case "GET", "store", "products", pk:
            return "200 OK", shop.read_product(int(pk))
        case "POST", "store", "carts", cart, "items":
            return "201 Created", shop.add_item(cart_id=cart, **_body(environ))
        case "POST", "store", "orders":
            body = _body(environ)
            return "201 Created", shop.place_order(user_id=_caller(environ), **body)
        case "GET", "conversations":
            return "200 OK", messaging.list_conversations(_caller(environ))
        case "POST", "messages":
            body = _body(environ)
            return "201 Created", messaging.send_message(
                user_id=_caller(environ),
                conversation=body["conversation"],
                body=body["message_body"],
            )
    return "404 Not Found", {"detail": "Not found."}


def _body(environ: Environ) -> Any:
    content = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    if not content:
        raise ClientGone
    return orjson.loads(content)


def _caller(environ: Environ) -> str:
    token = environ["HTTP_AUTHORIZATION"].removeprefix("JWT ")
    user_id: str = jwt.decode(token, SECRET_KEY, algorithms=["HS256"])["user_id"]
    return user_id
