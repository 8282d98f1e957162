"""What is kept of a request with a password does not help to guess the password."""

import hashlib

import orjson

from tradepost.kit.models import IdempotentAnswer


def test_the_fingerprint_of_a_registration_is_keyed(api, db):
    path = "/api/v1/auth/users/"
    form = {
        "username": "eve",
        "email": "eve@example.com",
        "password": "a-long-phrase-of-mine",
        "first_name": "Eve",
        "last_name": "Adams",
    }
    api().post(path, form, headers={"Idempotency-Key": "k" * 32})

    guess = hashlib.sha256(path.encode() + orjson.dumps(form, option=orjson.OPT_SORT_KEYS))
    assert IdempotentAnswer.objects.get().fingerprint != guess.hexdigest()
