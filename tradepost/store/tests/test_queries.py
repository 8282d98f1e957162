from uuid import UUID

import pytest

from conftest import make_user
from tradepost.accounts.models import User
from tradepost.store.queries import list_shop_desk


@pytest.fixture
def root(db) -> User:
    return make_user("root", is_superuser=True)


def test_customer_service_answers_for_the_shop(ann, dora, root):
    assert list_shop_desk() == [dora]


def test_superusers_answer_while_customer_service_is_empty(ann, root):
    assert list_shop_desk() == [root]


def test_who_has_left_does_not_answer(dora, root):
    User.objects.update(is_active=False)

    assert list_shop_desk() == []


def test_the_desk_is_in_the_order_of_its_ids(db):
    for number, username in ((3, "root-a"), (1, "root-c"), (2, "root-b")):
        make_user(username, id=UUID(int=number), is_superuser=True)

    assert [person.pk.int for person in list_shop_desk()] == [1, 2, 3]


def test_nothing_but_the_ids_of_the_desk_is_loaded(dora):
    [person] = list_shop_desk()

    assert person.get_deferred_fields() == {
        field.attname for field in User._meta.concrete_fields
    } - {"id"}
