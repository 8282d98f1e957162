"""Likes know no other app, so these tests like groups of people."""

import pytest
from django.contrib.auth.models import Group

from tradepost.likes import kinds


@pytest.fixture(autouse=True)
def groups_are_likeable(monkeypatch):
    public = Group.objects.exclude(name="Secret Society").all
    monkeypatch.setitem(kinds._kinds, "group", public)


@pytest.fixture
def choir(db) -> Group:
    return Group.objects.create(name="Choir")


@pytest.fixture
def band(db) -> Group:
    return Group.objects.create(name="Band")
