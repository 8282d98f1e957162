from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, connection

from tradepost.accounts.models import User
from tradepost.kit.errors import NotFound
from tradepost.likes.actions.likes import forget_likes, like, unlike
from tradepost.likes.errors import NoSuchKind
from tradepost.likes.kinds import register_likeable
from tradepost.likes.models import LikedItem
from tradepost.likes.queries import Likes, count_likes, liked_by, list_likes


def test_a_like_counts_once_however_often_it_is_given(ann, choir):
    like(user=ann, kind="group", object_id=choir.pk)
    first = LikedItem.objects.values().get()

    likes = like(user=ann, kind="group", object_id=choir.pk)

    assert likes == Likes("group", choir.pk, 1, True)
    assert LikedItem.objects.values().get() == first


def test_two_people_may_like_the_same(ann, bob, choir):
    like(user=ann, kind="group", object_id=choir.pk)

    assert like(user=bob, kind="group", object_id=choir.pk).count == 2


def test_what_is_not_there_cannot_be_liked(ann):
    with pytest.raises(NotFound):
        like(user=ann, kind="group", object_id=10**6)

    assert not LikedItem.objects.exists()


def test_what_is_not_public_cannot_be_liked(ann):
    secret = Group.objects.create(name="Secret Society")

    with pytest.raises(NotFound):
        like(user=ann, kind="group", object_id=secret.pk)


def test_what_nobody_registered_cannot_be_liked(ann, choir):
    with pytest.raises(NoSuchKind):
        like(user=ann, kind="permission", object_id=choir.pk)


def test_a_kind_is_registered_once():
    with pytest.raises(ValueError, match="'group' can be liked already"):
        register_likeable("group", Group.objects.all)


def test_a_like_of_somebody_who_is_gone_is_a_fault_and_not_ignored(choir, transactional_db):
    with pytest.raises(IntegrityError):
        like(user=User(username="nobody"), kind="group", object_id=choir.pk)


def test_a_like_is_taken_back_and_only_one_s_own(ann, bob, choir):
    like(user=ann, kind="group", object_id=choir.pk)
    like(user=bob, kind="group", object_id=choir.pk)

    unlike(user=ann, kind="group", object_id=choir.pk)
    unlike(user=ann, kind="group", object_id=choir.pk)

    assert [item.user for item in LikedItem.objects.all()] == [bob]


def test_likes_of_what_is_gone_are_forgotten(ann, choir, band):
    like(user=ann, kind="group", object_id=choir.pk)
    like(user=ann, kind="group", object_id=band.pk)

    forget_likes(model=Group, ids=[choir.pk])

    assert [item.object_id for item in LikedItem.objects.all()] == [band.pk]


def test_likes_go_with_the_one_who_likes(ann, choir):
    like(user=ann, kind="group", object_id=choir.pk)

    ann.delete()

    assert not LikedItem.objects.exists()


def test_the_same_number_of_another_kind_is_another_object(ann, choir):
    like(user=ann, kind="group", object_id=choir.pk)

    assert count_likes(model=Permission, ids=[choir.pk]) == {}
    assert liked_by(user=ann, model=Permission, ids=[choir.pk]) == set()


def test_likes_are_listed_in_the_order_asked_for_without_what_is_not_there(ann, bob, choir, band):
    secret = Group.objects.create(name="Secret Society")
    like(user=ann, kind="group", object_id=band.pk)
    like(user=bob, kind="group", object_id=band.pk)

    listed = list_likes(
        kind="group", ids=[band.pk, 10**6, choir.pk, secret.pk, band.pk], reader=ann
    )

    assert listed == [Likes("group", band.pk, 2, True), Likes("group", choir.pk, 0, False)]


@pytest.mark.django_db(transaction=True)
def test_a_like_given_many_times_at_the_same_moment_is_one_like(ann, choir):
    barrier = Barrier(4)

    def give(_: int) -> int:
        barrier.wait(10)
        try:
            return like(user=ann, kind="group", object_id=choir.pk).count
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(give, range(4)))

    assert counts == [1, 1, 1, 1]
    assert LikedItem.objects.count() == 1
