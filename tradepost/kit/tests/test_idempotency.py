"""Idempotency-Key through the doors that users use: messages, carts, registration."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from tradepost.kit.http.idempotency import fingerprint_of
from tradepost.kit.models import IdempotentAnswer

MESSAGES = "/api/v1/messages/"
CARTS = "/api/v1/store/carts/"
ORDERS = "/api/v1/store/orders/"
KEY = "0193a2b4-7c1d-4e8f-9a3b-5d6e7f8091a2"


@pytest.fixture
def talk(api, ann, bob) -> str:
    """The id of a conversation between ann and bob."""
    answer = api(ann).post("/api/v1/conversations/", {"participant_ids": [str(bob.pk)]})
    return answer.json()["conversation_id"]


@pytest.fixture
def send(api, ann, talk):
    """Send "Hello" as ann under KEY, or something else."""

    def send(*, sender=ann, body="Hello", key=KEY):
        form = {"conversation": talk, "message_body": body}
        return api(sender).post(MESSAGES, form, headers={"Idempotency-Key": key})

    return send


@pytest.fixture
def bodies_in(api, ann):
    """The texts in a conversation, newest first."""

    def bodies_in(talk: str) -> list[str]:
        messages = api(ann).get(f"/api/v1/conversations/{talk}/messages/").json()["results"]
        return [message["message_body"] for message in messages]

    return bodies_in


def test_a_repeated_request_gets_the_first_answer_byte_for_byte(send) -> None:
    first = send()

    again = send()

    assert (again.status_code, again.content) == (201, first.content)
    assert again["Content-Type"] == first["Content-Type"]


def test_only_the_repetition_is_marked(send) -> None:
    first, again = send(), send()

    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"


def test_a_repeated_request_has_its_effect_once(send, talk, bodies_in) -> None:
    send()
    send()

    assert bodies_in(talk) == ["Hello"]


def test_a_repeated_order_is_one_order_with_its_location(api, ann, make_product) -> None:
    cart = api().post(CARTS).json()["id"]
    api().post(f"{CARTS}{cart}/items/", {"product_id": make_product().pk, "quantity": 1})

    def order():
        return api(ann).post(ORDERS, {"cart_id": cart}, headers={"Idempotency-Key": KEY})

    first, again = order(), order()

    assert (again.status_code, again.content) == (201, first.content)
    assert again["Location"] == first["Location"] != ""
    assert len(api(ann).get(ORDERS).json()["results"]) == 1


def test_a_repeated_registration_gets_its_first_answer(api, db) -> None:
    form = {
        "username": "eve", "email": "eve@example.com", "password": "correct-horse-7",
        "first_name": "Eve", "last_name": "Example",
    }  # fmt: skip

    def register():
        return api().post("/api/v1/auth/users/", form, headers={"Idempotency-Key": KEY})

    first, again = register(), register()

    assert (again.status_code, again.content) == (201, first.content)


def test_another_body_under_the_same_key_is_refused(send, talk, bodies_in) -> None:
    send()

    refused = send(body="Something else")

    assert refused.status_code == 422
    assert refused.json()["code"] == "idempotency_key_reused"
    assert bodies_in(talk) == ["Hello"]


def test_another_path_under_the_same_key_is_refused(api, ann, send) -> None:
    send()

    refused = api(ann).post(CARTS, headers={"Idempotency-Key": KEY})

    assert refused.status_code == 422


def test_the_order_of_the_fields_makes_no_other_body(api, ann, talk, send) -> None:
    first = send()

    turned = {"message_body": "Hello", "conversation": talk}
    again = api(ann).post(MESSAGES, turned, headers={"Idempotency-Key": KEY})

    assert again.content == first.content


def test_the_same_key_of_another_user_is_another_key(bob, send, talk, bodies_in) -> None:
    send()

    answer = send(sender=bob)

    assert "Idempotent-Replayed" not in answer
    assert bodies_in(talk) == ["Hello", "Hello"]


def test_without_a_key_every_request_has_its_effect(api, ann, talk, bodies_in) -> None:
    form = {"conversation": talk, "message_body": "Hello"}

    api(ann).post(MESSAGES, form)
    api(ann).post(MESSAGES, form)

    assert bodies_in(talk) == ["Hello", "Hello"]


def test_a_visitors_key_must_be_too_long_to_guess(api, db) -> None:
    refused = api().post(CARTS, headers={"Idempotency-Key": "x" * 31})

    assert refused.status_code == 400
    assert list(refused.json()) == ["Idempotency-Key"]


def test_a_visitors_uuid_is_a_good_key(api, db) -> None:
    first = api().post(CARTS, headers={"Idempotency-Key": KEY})

    again = api().post(CARTS, headers={"Idempotency-Key": KEY})

    assert first.status_code == 201
    assert again.content == first.content


@pytest.mark.parametrize(
    "key", ["", "x" * 256, "a\x01b" * 20, "a\x7fb" * 20, "clé" * 20, "a\tb" * 20]
)
def test_a_key_that_is_not_short_printable_ascii_is_refused(send, talk, bodies_in, key) -> None:
    assert send(key=key).status_code == 400
    assert bodies_in(talk) == []


def test_a_refused_request_may_be_tried_again(api, ann, make_product) -> None:
    cart = api().post(CARTS).json()["id"]

    def order():
        return api(ann).post(ORDERS, {"cart_id": cart}, headers={"Idempotency-Key": KEY})

    refused = order()
    api().post(f"{CARTS}{cart}/items/", {"product_id": make_product().pk, "quantity": 1})

    assert refused.status_code == 400
    assert order().status_code == 201


def test_a_key_means_nothing_to_a_get(api, ann, send) -> None:
    send()

    answer = api(ann).get(MESSAGES, headers={"Idempotency-Key": KEY})

    assert answer.status_code == 200
    assert "Idempotent-Replayed" not in answer


def test_deep_json_under_a_key_is_bad_input_and_no_fault(forgiving, ann) -> None:
    deep = "[" * 500 + "]" * 500

    answer = forgiving(ann).post(
        MESSAGES, deep, content_type="application/json", headers={"Idempotency-Key": KEY}
    )

    assert answer.status_code == 400


def test_broken_json_under_a_key_is_bad_input(forgiving, ann) -> None:
    answer = forgiving(ann).post(
        MESSAGES, "{", content_type="application/json", headers={"Idempotency-Key": KEY}
    )

    assert answer.status_code == 400
    assert IdempotentAnswer.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_crash_leaves_neither_effect_nor_answer(
    forgiving, send, ann, talk, bodies_in, monkeypatch
) -> None:
    def crash(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("tradepost.messaging.actions.messages.keep_mentions", crash)
    form = {"conversation": talk, "message_body": "Hello"}
    crashed = forgiving(ann).post(MESSAGES, form, headers={"Idempotency-Key": KEY})
    monkeypatch.undo()

    assert crashed.status_code == 500
    assert IdempotentAnswer.objects.count() == 0
    assert bodies_in(talk) == []
    assert send().status_code == 201


@pytest.mark.django_db(transaction=True)
def test_a_request_whose_twin_is_at_work_is_told_to_come_back(send, monkeypatch) -> None:
    begun, may_end, answers = threading.Event(), threading.Event(), []

    def slow(*args: object) -> str:
        begun.set()
        may_end.wait(20)
        return "the same hash"

    def send_first() -> None:
        answers.append(send())
        connection.close()

    monkeypatch.setattr("tradepost.messaging.actions.messages._hash_of", slow)
    first = threading.Thread(target=send_first)
    first.start()
    begun.wait(20)
    early = send()
    may_end.set()
    first.join(20)
    late = send()

    assert (early.status_code, early["Retry-After"]) == (409, "1")
    assert early.json()["code"] == "idempotency_in_flight"
    assert answers[0].status_code == 201
    assert late.content == answers[0].content


def form_with(content: bytes, *, name: str = "a.txt", caption: str = "Tea") -> Request:
    file = SimpleUploadedFile(name, content)
    made = APIRequestFactory().post(
        "/files/", {"file": file, "caption": caption}, format="multipart"
    )
    return Request(made, parsers=[MultiPartParser()])


def test_the_same_form_has_the_same_fingerprint() -> None:
    assert fingerprint_of(form_with(b"one")) == fingerprint_of(form_with(b"one"))


@pytest.mark.parametrize(
    "other",
    [
        form_with(b"two"),
        form_with(b"one", name="b.txt"),
        form_with(b"one", caption="Coffee"),
    ],
    ids=["content", "name", "field"],
)
def test_another_form_has_another_fingerprint(other) -> None:
    assert fingerprint_of(form_with(b"one")) != fingerprint_of(other)


def test_a_file_can_still_be_read_after_its_fingerprint_was_taken() -> None:
    form = form_with(b"one")

    fingerprint_of(form)

    assert form.data["file"].read() == b"one"


def test_the_query_is_part_of_the_fingerprint() -> None:
    def asked(query: str) -> Request:
        return Request(APIRequestFactory().post(f"/files/?{query}"))

    assert fingerprint_of(asked("a=1")) != fingerprint_of(asked("a=2"))
