"""A stand-in for Stripe's servers: PaymentIntents and refunds over real HTTP, as their reference of
the API says, with idempotency keys. ``FIELDS`` are compared with the classes of their library."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Lock, Thread
from urllib.parse import parse_qsl, urlsplit

CARDS = {
    "pm_card_visa": ("succeeds", "4242"),
    "pm_card_chargeDeclined": ("generic_decline", "0002"),
    "pm_card_chargeDeclinedInsufficientFunds": ("insufficient_funds", "9995"),
    "pm_card_authenticationRequired": ("requires_action", "3184"),
}
FIELDS = {
    "PaymentIntent": {
        "id", "object", "amount", "amount_received", "capture_method", "client_secret", "created",
        "currency", "description", "last_payment_error", "latest_charge", "metadata", "status",
    },
    "Refund": {
        "id", "object", "amount", "created", "currency", "failure_reason", "metadata",
        "payment_intent", "status",
    },
}  # fmt: skip


class Refusal(Exception):
    def __init__(self, status: int, **error: object) -> None:
        self.status, self.error = status, error


class Stripe:
    """What is behind the API: intents and refunds by id, and answers by idempotency key."""

    def __init__(self) -> None:
        self.intents: dict[str, dict] = {}
        self.refunds: dict[str, dict] = {}
        self.answers: dict[str, tuple[int, dict]] = {}
        self.numbers = count(1)
        self.lock = Lock()
        self.now = 0
        self.drops = 0  # how many answers get lost on the way
        self.away = 0  # how many calls are answered 503, and nothing is done

    def answer(self, method: str, path: str, data: dict, key: str | None) -> tuple[int, dict]:
        if key in self.answers:
            return self.answers[key]
        try:
            said = 200, self._route(method, path.split("/")[2:], data)
        except Refusal as refusal:
            said = refusal.status, {"error": refusal.error}
        if key:
            self.answers[key] = said
        return said

    def confirm(self, client_secret: str) -> None:
        """Do what somebody does at their bank."""
        with self.lock:
            self._move(client_secret.removesuffix("_secret"), {"requires_action"}, "succeeded")

    def _route(self, method: str, parts: list[str], data: dict) -> dict:
        match (method, *parts):
            case ("POST", "payment_intents"):
                return self._create(data)
            case ("GET", "payment_intents"):
                low, high = int(data["created"]["gte"]), int(data["created"]["lte"])
                rows = [i for i in self.intents.values() if low <= i["created"] <= high]
                return {"object": "list", "url": "/v1/payment_intents", "has_more": False,
                        "data": rows}  # fmt: skip
            case ("GET", "payment_intents", name):
                return self._find(name)
            case ("POST", "payment_intents", name, "capture"):
                return self._move(name, {"requires_capture"}, "succeeded")
            case ("POST", "payment_intents", name, "cancel"):
                open_ones = {"requires_payment_method", "requires_capture", "requires_action"}
                return self._move(name, open_ones, "canceled")
            case ("POST", "refunds"):
                return self._refund(data)
            case ("GET", "refunds"):
                rows = [
                    r for r in self.refunds.values()
                    if r["payment_intent"] == data["payment_intent"]
                ]  # fmt: skip
                return {"object": "list", "url": "/v1/refunds", "has_more": False, "data": rows}
        raise Refusal(404, type="invalid_request_error", code="resource_missing")

    def _create(self, data: dict) -> dict:
        if data["payment_method"] not in CARDS:
            raise Refusal(400, type="invalid_request_error", code="resource_missing")
        behaviour, last4 = CARDS[data["payment_method"]]
        name = f"pi_{next(self.numbers)}"
        card = {"brand": "visa", "last4": last4}
        intent = {
            "id": name, "object": "payment_intent", "amount": int(data["amount"]),
            "amount_received": 0, "capture_method": data["capture_method"],
            "client_secret": f"{name}_secret", "created": self.now, "currency": data["currency"],
            "description": data["description"], "last_payment_error": None,
            "latest_charge": {
                "id": "ch_1", "object": "charge", "payment_method_details": {"card": card},
            },
            "metadata": data["metadata"], "status": "requires_capture",
        }  # fmt: skip
        self.intents[name] = intent
        if behaviour == "requires_action":
            intent["status"] = "requires_action"
        elif behaviour != "succeeds":
            error = {"type": "card_error", "code": "card_declined", "decline_code": behaviour}
            intent |= {"status": "requires_payment_method", "last_payment_error": error}
            raise Refusal(402, **error, payment_intent=intent)
        elif data["capture_method"] == "automatic":
            self._move(name, {"requires_capture"}, "succeeded")
        return intent

    def _find(self, name: str) -> dict:
        if name not in self.intents:
            raise Refusal(404, type="invalid_request_error", code="resource_missing")
        return self.intents[name]

    def _move(self, name: str, before: set[str], after: str) -> dict:
        intent = self._find(name)
        if intent["status"] not in before:
            code = "payment_intent_unexpected_state"
            raise Refusal(400, type="invalid_request_error", code=code)
        intent["status"] = after
        intent["amount_received"] = intent["amount"] if after == "succeeded" else 0
        return intent

    def _refund(self, data: dict) -> dict:
        intent = self._find(data["payment_intent"])
        gone = sum(
            r["amount"] for r in self.refunds.values() if r["payment_intent"] == intent["id"]
        )
        if int(data["amount"]) > intent["amount_received"] - gone:
            raise Refusal(400, type="invalid_request_error", code="charge_already_refunded")
        name = f"re_{next(self.numbers)}"
        self.refunds[name] = {
            "id": name, "object": "refund", "amount": int(data["amount"]), "created": self.now,
            "currency": intent["currency"], "failure_reason": None,
            "metadata": data.get("metadata", {}), "payment_intent": intent["id"],
            "status": "succeeded",
        }  # fmt: skip
        return self.refunds[name]


@contextmanager
def stripe_server() -> Iterator[tuple[Stripe, str]]:
    """Serve on a free port; give what is behind it, and its address."""
    stripe = Stripe()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve(urlsplit(self.path).query)

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self._serve(self.rfile.read(length).decode())

        def _serve(self, form: str) -> None:
            with stripe.lock:
                status, said = self._answer(form)
            if stripe.drops:
                stripe.drops -= 1
                self.connection.close()
                return
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _answer(self, form: str) -> tuple[int, dict]:
            if self.headers.get("Authorization") != "Bearer sk_test_1":
                return 401, {"error": {"type": "invalid_request_error"}}
            if stripe.away:
                stripe.away -= 1
                return 503, {"error": {"type": "api_error"}}
            path = urlsplit(self.path).path
            key = self.headers.get("Idempotency-Key")
            return stripe.answer(self.command, path, nested(form), key)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield stripe, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def nested(form: str) -> dict:
    """Return ``a[b]=c`` as ``{"a": {"b": "c"}}``."""
    data: dict = {}
    for name, value in parse_qsl(form):
        first, *rest = name.replace("]", "").split("[")
        place = data
        for part in rest:
            place, first = place.setdefault(first, {}), part
        place[first] = value
    return data
