"""Photos of places as clients of the API meet them."""

import pytest
from django.contrib.auth.models import Permission
from django.core.files.storage import default_storage
from django.db import connection, transaction

from conftest import make_user
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.pictures import files
from tradepost.kit.tests.pictures import bomb, notes, picture_bytes, upload
from tradepost.stays.models import Photo, Property
from tradepost.stays.tests.factories import make_host, make_photo, make_property

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def place() -> Property:
    return make_property(make_host("hanna"))


@pytest.fixture
def hanna(api, place):
    return api(place.host)


def photos_of(place: Property) -> str:
    return f"/api/v1/properties/{place.pk}/photos/"


def send(client, place: Property, file=None, **fields):
    form = {"image": file or upload(), **fields}
    return client.post(photos_of(place), form, format="multipart")


def stored() -> list[str]:
    return sorted(default_storage.listdir("stays/photos")[1])


def test_a_photo_is_kept_and_answered_with_its_address(hanna, place):
    content = picture_bytes(exif=notes())

    answer = send(hanna, place, upload(content, "hannas hall.jpg"), caption="The hall")

    photo = Photo.objects.get()
    name = photo.image.name
    assert answer.status_code == 201
    assert answer.json() == {
        "id": photo.pk,
        "image": f"http://testserver/media/{name}",
        "thumbnail": None,
        "webp": None,
        "width": 40,
        "height": 30,
        "position": 1,
        "caption": "The hall",
    }
    assert answer["Location"] == f"http://testserver{photos_of(place)}{photo.pk}/"
    assert name.startswith("stays/photos/")
    assert "hall" not in name
    with default_storage.open(name) as file:
        assert b"Exif" not in file.read()


def test_everybody_gets_the_photo_and_its_smaller_forms_from_their_addresses(api, hanna, place):
    send(hanna, place)
    run_due_jobs()

    [photo] = api().get(photos_of(place)).json()

    for form, kind in (("image", "jpeg"), ("thumbnail", "webp"), ("webp", "webp")):
        answer = api().get(photo[form].removeprefix("http://testserver"))
        assert (answer.status_code, answer["Content-Type"]) == (200, f"image/{kind}")


def test_everybody_sees_the_photos_in_their_order(api, place, django_assert_num_queries):
    second, first = make_photo(place, position=2), make_photo(place, position=1)
    make_photo(make_property())

    with django_assert_num_queries(2):  # place, rows
        shown = api().get(photos_of(place)).json()

    assert [(row["position"], row["id"]) for row in shown] == [(1, first.pk), (2, second.pk)]
    assert api().get(f"{photos_of(place)}{second.pk}/").json() == shown[1]


def test_photos_of_a_draft_are_the_hosts_alone(api, charlie):
    draft = make_property(make_host("hanna"), status=Property.Status.DRAFT)
    photo = make_photo(draft)
    addresses = (photos_of(draft), f"{photos_of(draft)}{photo.pk}/")

    seen = {
        who: [client.get(address).status_code for address in addresses]
        for who, client in {
            "visitor": api(), "stranger": api(charlie), "host": api(draft.host)
        }.items()
    }  # fmt: skip

    assert seen == {"visitor": [404, 404], "stranger": [404, 404], "host": [200, 200]}


def test_photos_are_shown_in_another_order(hanna, place):
    first, second = make_photo(place), make_photo(place)

    answer = hanna.put(f"{photos_of(place)}order/", {"photos": [second.pk, first.pk]})

    assert answer.status_code == 200
    assert answer.json() == hanna.get(photos_of(place)).json()
    assert [row["id"] for row in answer.json()] == [second.pk, first.pk]


def test_an_order_of_other_photos_is_409(hanna, place):
    first, second = make_photo(place), make_photo(place)

    answer = hanna.put(f"{photos_of(place)}order/", {"photos": [second.pk]})

    assert (answer.status_code, answer.json()["code"]) == (409, "photos_changed")
    assert [row["id"] for row in hanna.get(photos_of(place)).json()] == [first.pk, second.pk]


@pytest.mark.parametrize("photos", [None, "1", [None], ["x"], [-1], [2**63], list(range(21))])
def test_what_is_no_order_is_400(hanna, place, photos):
    answer = hanna.put(f"{photos_of(place)}order/", {"photos": photos})

    assert answer.status_code == 400
    assert set(answer.json()) == {"photos"}


def test_a_caption_is_changed(hanna, place):
    photo = make_photo(place, caption="The hall")

    answer = hanna.patch(f"{photos_of(place)}{photo.pk}/", {"caption": "The kitchen"})

    assert (answer.status_code, answer.json()["caption"]) == (200, "The kitchen")
    assert Photo.objects.get().caption == "The kitchen"


@pytest.mark.parametrize("caption", [None, "x" * 256, ["x"]])
def test_what_is_no_caption_is_400(hanna, place, caption):
    photo = make_photo(place, caption="The hall")

    answer = hanna.patch(f"{photos_of(place)}{photo.pk}/", {"caption": caption})

    assert (answer.status_code, set(answer.json())) == (400, {"caption"})
    assert Photo.objects.get().caption == "The hall"


def test_a_deleted_photo_is_gone_with_its_files(hanna, place):
    send(hanna, place)
    run_due_jobs()

    answer = hanna.delete(f"{photos_of(place)}{Photo.objects.get().pk}/")
    run_due_jobs()

    assert answer.status_code == 204
    assert not Photo.objects.exists()
    assert stored() == []


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"%PDF-1.7 no picture", "hall.jpg"),
        (picture_bytes()[:200], "hall.jpg"),
        (picture_bytes("GIF"), "hall.gif"),
        (bomb(), "hall.png"),
        (picture_bytes() + bytes(8 * 1024 * 1024), "hall.jpg"),
        (b"", "hall.png"),
    ],
    ids=["pdf", "cut", "gif", "bomb", "large", "empty"],
)
def test_what_is_no_picture_of_ours_is_400(hanna, place, content, name):
    answer = send(hanna, place, upload(content, name))

    assert (answer.status_code, set(answer.json())) == (400, {"image"})
    assert not Photo.objects.exists()
    assert not default_storage.exists("stays/photos")


def test_a_missing_part_is_400(hanna, place):
    empty = hanna.post(photos_of(place), {}, format="multipart")
    json = hanna.post(photos_of(place), {"image": "x"}, format="json")

    assert [(answer.status_code, set(answer.json())) for answer in (empty, json)] == [
        (400, {"image"}), (400, {"image"}),
    ]  # fmt: skip


def test_a_place_has_twenty_photos_at_most(hanna, place):
    for _ in range(20):
        make_photo(place)

    answer = send(hanna, place)

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_photos")
    assert place.photos.count() == 20
    assert not default_storage.exists("stays/photos")


def test_a_repeated_post_keeps_one_photo(hanna, place):
    content, key = picture_bytes(), {"Idempotency-Key": "same"}

    answers = [
        hanna.post(photos_of(place), {"image": upload(content)}, format="multipart", headers=key)
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert len(stored()) == 1


@pytest.mark.django_db(transaction=True)
def test_a_photo_under_a_key_is_looked_at_outside_of_any_transaction(hanna, place, monkeypatch):
    clean, inside = files.clean_picture, []

    def watched(file):
        inside.append(connection.in_atomic_block)
        return clean(file)

    monkeypatch.setattr(files, "clean_picture", watched)
    key = {"Idempotency-Key": "same"}

    answer = hanna.post(photos_of(place), {"image": upload()}, format="multipart", headers=key)

    assert answer.status_code == 201
    assert inside == [False]


def test_hosts_see_a_form_in_the_browser(hanna, place):
    page = hanna.get(photos_of(place), headers={"Accept": "text/html"})

    assert page.status_code == 200
    assert b'type="file"' in page.content


def test_who_sends_too_many_is_asked_to_wait(hanna, place, settings, monkeypatch):
    settings.RATE_LIMITS = True
    monkeypatch.setattr("tradepost.stays.limits.Uploads.most", 1)

    answers = [send(hanna, place).status_code for _ in range(2)]

    assert answers == [201, 429]
    assert place.photos.count() == 1


# What each answers to a visitor, the host, another host, staff, and who may change every place.
ANSWERS = {
    "published": {
        "list": (200, 200, 200, 200, 200),
        "retrieve": (200, 200, 200, 200, 200),
        "create": (401, 201, 403, 403, 201),
        "caption": (401, 200, 403, 403, 200),
        "order": (401, 200, 403, 403, 200),
        "delete": (401, 204, 403, 403, 204),
    },
    "draft": {
        "list": (404, 200, 404, 404, 200),
        "retrieve": (404, 200, 404, 404, 200),
        "create": (401, 201, 404, 404, 201),
        "caption": (401, 200, 404, 404, 200),
        "order": (401, 200, 404, 404, 200),
        "delete": (401, 204, 404, 404, 204),
    },
}


def ask(client, place: Property, deed: str) -> int:
    photo = place.photos.get()
    all_of_them, one = photos_of(place), f"{photos_of(place)}{photo.pk}/"
    deeds = {
        "list": lambda: client.get(all_of_them),
        "retrieve": lambda: client.get(one),
        "create": lambda: send(client, place),
        "caption": lambda: client.patch(one, {"caption": "Mine"}),
        "order": lambda: client.put(f"{all_of_them}order/", {"photos": [photo.pk]}),
        "delete": lambda: client.delete(one),
    }
    return deeds[deed]().status_code


@pytest.mark.parametrize(
    ("status", "deed"), [(status, deed) for status in ANSWERS for deed in ANSWERS[status]]
)
def test_everybody_may_do_what_the_table_says(api, place, status, deed):
    Property.objects.update(status=status)
    make_photo(place)
    keeper = make_user("kit", is_staff=True)
    keeper.user_permissions.set(
        Permission.objects.filter(codename__in=["view_property", "change_property"])
    )
    people = (None, place.host, make_host("hugo"), make_user("sam", is_staff=True), keeper)

    answers = []
    for person in people:
        with transaction.atomic():  # each of them finds everything as it was
            client = api() if person is None else api(person)
            answers.append(ask(client, place, deed))
            transaction.set_rollback(True)

    assert tuple(answers) == ANSWERS[status][deed]


@pytest.mark.parametrize("number", ["999", "x", "9" * 19])
def test_photos_of_an_unknown_place_are_404(hanna, number):
    address = f"/api/v1/properties/{number}/photos/"

    assert hanna.get(address).status_code == 404
    assert hanna.post(address, {"image": upload()}, format="multipart").status_code == 404
    assert hanna.put(f"{address}order/", {"photos": []}).status_code == 404
    assert not default_storage.exists("stays/photos")


def test_a_photo_is_found_below_its_own_place_only(hanna, place):
    photo = make_photo(make_property(place.host), caption="There")
    address = f"{photos_of(place)}{photo.pk}/"

    assert hanna.get(address).status_code == 404
    assert hanna.patch(address, {"caption": "Here"}).status_code == 404
    assert hanna.delete(address).status_code == 404
    assert Photo.objects.get().caption == "There"
