"""Collections through the API: who may make them, and what everybody sees."""

import pytest

from tradepost.store.models import Collection
from tradepost.store.tests.factories import make_collection, make_product

COLLECTIONS = "/api/v1/store/collections/"


@pytest.fixture
def create_collection(api_client):
    """``create_collection({...})`` posts it as whoever ``api_client`` is signed in as."""
    return lambda payload: api_client.post(COLLECTIONS, payload)


@pytest.mark.django_db
class TestCreateCollection:
    def test_a_visitor_is_asked_who_they_are(self, create_collection):
        answer = create_collection({"title": "a"})

        assert answer.status_code == 401
        assert not Collection.objects.exists()

    def test_who_is_no_staff_is_refused(self, authenticate, create_collection):
        authenticate()

        answer = create_collection({"title": "a"})

        assert answer.status_code == 403
        assert not Collection.objects.exists()

    def test_a_blank_title_is_refused(self, authenticate, create_collection):
        authenticate(is_staff=True)

        answer = create_collection({"title": ""})

        assert answer.status_code == 400
        assert answer.json()["title"] == ["This field may not be blank."]
        assert not Collection.objects.exists()

    def test_a_missing_title_is_refused(self, authenticate, create_collection):
        authenticate(is_staff=True)

        answer = create_collection({})

        assert answer.status_code == 400
        assert answer.json()["title"] == ["This field is required."]
        assert not Collection.objects.exists()

    def test_staff_make_one(self, authenticate, create_collection):
        authenticate(is_staff=True)

        answer = create_collection({"title": "a"})

        assert answer.status_code == 201
        assert answer.json()["id"] > 0
        assert Collection.objects.get(pk=answer.json()["id"]).title == "a"


@pytest.mark.django_db
class TestRetrieveCollection:
    def test_one_that_exists_is_shown(self, api_client):
        collection = make_collection("Tea")

        answer = api_client.get(f"{COLLECTIONS}{collection.pk}/")

        assert answer.status_code == 200
        assert answer.json() == {
            "id": collection.pk,
            "title": "Tea",
            "products_count": 0,
            "featured_product": None,
        }

    def test_one_that_is_missing_is_not_found(self, api_client):
        assert api_client.get(f"{COLLECTIONS}0/").status_code == 404

    def test_its_products_are_counted(self, api_client):
        collection = make_collection("Tea")
        for _ in range(10):
            make_product(collection=collection)
        make_product(collection=make_collection("Wood"))

        answer = api_client.get(f"{COLLECTIONS}{collection.pk}/")

        assert answer.json()["products_count"] == 10

    def test_an_address_without_its_last_slash_leads_to_the_one_with_it(self, api_client):
        collection = make_collection("Tea")

        answer = api_client.get(f"{COLLECTIONS}{collection.pk}")

        assert answer.status_code == 301
        assert answer["Location"] == f"{COLLECTIONS}{collection.pk}/"
