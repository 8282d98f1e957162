"""Asking the shop about a product, in the browser."""

import pytest

from tradepost.messaging.models import Conversation
from tradepost.store.tests.factories import make_product


@pytest.fixture
def product(db):
    return make_product()


def test_a_question_opens_one_conversation_with_the_shop(client, ann, dora, product):
    client.force_login(ann)

    button = client.get(f"/products/{product.pk}/").content.decode()
    answers = [client.post(f"/products/{product.pk}/conversation/") for _ in range(2)]

    talk = Conversation.objects.get()
    assert f'action="/products/{product.pk}/conversation/"' in button
    assert [answer["Location"] for answer in answers] == [f"/inbox/{talk.pk}/"] * 2
    assert (set(talk.participants.all()), talk.subject) == ({ann, dora}, product)


def test_the_shop_need_not_ask_itself(client, dora, product):
    client.force_login(dora)

    answer = client.post(f"/products/{product.pk}/conversation/")

    assert answer["Location"] == f"/products/{product.pk}/"
    assert not Conversation.objects.exists()


def test_nothing_is_asked_about_what_there_is_not(client, ann, dora, product):
    client.force_login(ann)

    answer = client.post(f"/products/{product.pk + 1}/conversation/")

    assert answer.status_code == 404
    assert not Conversation.objects.exists()


def test_a_visitor_signs_in_first(client, product):
    answer = client.post(f"/products/{product.pk}/conversation/")

    where = f"/account/sign-in/?next=/products/{product.pk}/conversation/"
    assert answer["Location"] == where
    assert "conversation" not in client.get(f"/products/{product.pk}/").content.decode()
