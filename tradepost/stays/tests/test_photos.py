"""Photos of places: numbered from 1 whatever is done to them, and their files with them."""

import json
import os
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tradepost.accounts.actions.users import close_account
from tradepost.feed.models import Pointer
from tradepost.kit.audit import find_faults
from tradepost.kit.errors import NotFound, Refused
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.models import Job
from tradepost.kit.tests.pictures import upload
from tradepost.kit.transactions import unit_of_work
from tradepost.stays.actions.photos import (
    add_photo,
    change_caption,
    delete_photo,
    keep_photo,
    make_variants,
    order_photos,
    stored_photo,
    sweep_photo_files,
)
from tradepost.stays.errors import PhotosChanged, TooManyPhotos
from tradepost.stays.models import Photo, Property
from tradepost.stays.personal_data import collect_stays
from tradepost.stays.tests.factories import make_host, make_photo, make_property

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def place() -> Property:
    return make_property()


def add(place: Property, **fields: object) -> Photo:
    return add_photo(keeper=place.host, property_id=place.pk, file=upload(), **fields)


def order(place: Property, *photos: Photo) -> None:
    order_photos(keeper=place.host, property_id=place.pk, photo_ids=[photo.pk for photo in photos])


def shown(place: Property) -> list[tuple[int, int]]:
    """Return position and id of the photos of a place, in their order."""
    return list(place.photos.order_by("position").values_list("position", "pk"))


def stored() -> list[str]:
    return sorted(default_storage.listdir("stays/photos")[1])


def names_of(photo: Photo) -> list[str]:
    photo.refresh_from_db()
    names = (photo.image, photo.thumbnail, photo.webp)
    return sorted(str(name).rpartition("/")[2] for name in names)


def test_a_new_photo_is_the_last(place):
    first, second = add(place, caption="The door"), add(place)

    assert shown(place) == [(1, first.pk), (2, second.pk)]
    assert [photo.caption for photo in (first, second)] == ["The door", ""]


def test_photos_are_shown_in_the_order_that_was_asked_for(place):
    first, second, third = add(place), add(place), add(place)

    order(place, third, first, second)

    assert shown(place) == [(1, third.pk), (2, first.pk), (3, second.pk)]


@pytest.mark.parametrize("asked", [[0], [0, 0], [0, 1, 1], [], [0, 1, 2]])
def test_an_order_that_does_not_name_each_photo_once_changes_nothing(place, asked):
    photos = [add(place), add(place), make_photo(make_property())]
    before = shown(place)

    with pytest.raises(PhotosChanged):
        order(place, *(photos[number] for number in asked))

    assert shown(place) == before


def test_those_behind_a_deleted_photo_move_up(place):
    first, second, third = add(place), add(place), add(place)

    delete_photo(keeper=place.host, property_id=place.pk, photo_id=first.pk)

    assert shown(place) == [(1, second.pk), (2, third.pk)]


def test_the_last_photo_can_go(place):
    photo = add(place)

    delete_photo(keeper=place.host, property_id=place.pk, photo_id=photo.pk)

    assert shown(place) == []


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(["add", "delete", "turn"]), max_size=8), st.randoms())
def test_whatever_is_done_photos_are_numbered_without_gaps(place, deeds, chance):
    expected: list[int] = []
    with transaction.atomic():
        for deed in deeds:
            if deed == "add":
                expected.append(make_photo(place, position=len(expected) + 1).pk)
            elif deed == "turn":
                chance.shuffle(expected)
                order_photos(keeper=place.host, property_id=place.pk, photo_ids=expected)
            elif expected:
                gone = expected.pop(chance.randrange(len(expected)))
                delete_photo(keeper=place.host, property_id=place.pk, photo_id=gone)

        assert shown(place) == list(enumerate(expected, start=1))
        transaction.set_rollback(True)


def test_a_place_has_twenty_photos_at_most_and_the_refused_leaves_no_file(place):
    for number in range(20):
        make_photo(place, position=number + 1)

    with pytest.raises(TooManyPhotos):
        add(place)

    assert place.photos.count() == 20
    assert not default_storage.exists("stays/photos")


def test_two_at_once_cannot_be_the_last_of_twenty(place):
    for number in range(19):
        make_photo(place, position=number + 1)

    with (
        pytest.raises(TooManyPhotos),
        stored_photo(keeper=place.host, property_id=place.pk, file=upload()) as columns,
    ):
        add(place)
        keep_photo(keeper=place.host, property_id=place.pk, columns=columns)

    assert place.photos.count() == 20
    assert len(stored()) == 1


@pytest.mark.parametrize("position", [0, 21, -21])
def test_the_database_knows_no_position_beyond_twenty(place, position):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_photo(place, position=position)


def test_the_database_takes_no_position_twice(place):
    make_photo(place, position=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_photo(place, position=1)


def deeds(place: Property, photo: Photo, keeper):
    of = {"keeper": keeper, "property_id": place.pk}
    return [
        lambda: add_photo(**of, file=upload()),
        lambda: change_caption(**of, photo_id=photo.pk, caption="Mine"),
        lambda: order_photos(**of, photo_ids=[photo.pk]),
        lambda: delete_photo(**of, photo_id=photo.pk),
    ]


@pytest.mark.parametrize(
    ("status", "refusal"),
    [(Property.Status.PUBLISHED, Refused), (Property.Status.DRAFT, NotFound)],
)
@pytest.mark.parametrize("deed", range(4))
def test_another_host_may_do_nothing(status, refusal, deed):
    place = make_property(status=status)
    photo = make_photo(place, caption="Hers")

    with pytest.raises(refusal):
        deeds(place, photo, make_host("hugo"))[deed]()

    assert list(place.photos.values_list("pk", "caption")) == [(photo.pk, "Hers")]
    assert not default_storage.exists("stays/photos")


@pytest.mark.parametrize("deed", range(4))
def test_whatever_is_done_is_told_to_the_hosts_devices(place, deed):
    photo = make_photo(place)

    deeds(place, photo, place.host)[deed]()

    [told] = Pointer.objects.select_related("event")
    assert (told.user_id, told.event.kind) == (place.host_id, "property.changed")
    assert told.event.data == {"property": place.pk}


@pytest.mark.parametrize("deed", [1, 3])
def test_a_photo_is_found_below_its_own_place_only(place, deed):
    other = make_photo(make_property(host=place.host), caption="There")

    with pytest.raises(NotFound):
        deeds(place, other, place.host)[deed]()

    assert Photo.objects.get().caption == "There"


def test_smaller_forms_are_made_a_moment_later(place):
    photo = add(place)

    run_due_jobs()

    assert stored() == names_of(photo)
    assert len(stored()) == 3


def test_a_deleted_photo_takes_its_files_along(place):
    photo = add(place)
    run_due_jobs()

    delete_photo(keeper=place.host, property_id=place.pk, photo_id=photo.pk)
    run_due_jobs()

    assert stored() == []
    assert not Job.objects.exclude(state=Job.State.DONE).exists()


def test_files_stay_when_the_deletion_is_undone(place):
    photo = add(place)
    run_due_jobs()

    class Undone(Exception):
        pass

    with pytest.raises(Undone), unit_of_work(savepoint=True):
        delete_photo(keeper=place.host, property_id=place.pk, photo_id=photo.pk)
        raise Undone
    run_due_jobs()

    assert stored() == names_of(photo)


def test_a_deleted_place_takes_its_photos_along(place):
    add(place), add(place)
    run_due_jobs()
    assert len(stored()) == 6

    place.delete()
    run_due_jobs()

    assert stored() == []


def test_the_sweep_removes_old_files_without_a_row_and_spares_the_young(place):
    photo = add(place)
    make_variants(photo_id=photo.pk)
    for name in ("old.png", "young.png"):
        default_storage.save(f"stays/photos/{name}", ContentFile(b"x"))
    long_ago = (timezone.now() - timedelta(days=2)).timestamp()
    for name in ("old.png", *names_of(photo)):
        os.utime(default_storage.path(f"stays/photos/{name}"), (long_ago, long_ago))

    removed = sweep_photo_files(now=timezone.now())

    assert removed == 1
    assert stored() == sorted(["young.png", *names_of(photo)])


@pytest.mark.django_db(transaction=True)  # a job that cleans the search index cannot run in one
def test_a_host_who_leaves_takes_the_photos_along(place):
    other = make_property()
    add(place), add(other)
    run_due_jobs()

    close_account(user=place.host)
    run_due_jobs()

    assert [photo.property for photo in Photo.objects.all()] == [other]
    assert stored() == names_of(other.photos.get())


def test_a_host_gets_a_copy_of_the_photos(place):
    photo = add(place, caption="The door")
    add(make_property())

    copy = {name: b"".join(parts) for name, parts in collect_stays(place.host)}

    file = f"photos/{photo.pk}.jpg"
    assert json.loads(copy["stays/photos.json"]) == [
        {"file": file, "property": place.pk, "position": 1, "caption": "The door"}
    ]
    assert copy.pop(f"stays/{file}") == photo.image.open().read()
    assert [name for name in copy if name.startswith("stays/photos/")] == []


def test_photos_that_are_kept_by_the_rules_are_all_right(place):
    add(place), add(place)

    run_due_jobs()

    assert find_faults(["stays.photos", "stays.files"]) == []


@pytest.mark.parametrize("position", [2, -1, 20])
def test_photos_with_gaps_are_found_by_the_audit(place, position):
    make_photo(place, position=position)

    [fault] = find_faults(["stays.photos"])

    assert fault == (
        f"stays.photos: property {place.pk}: has 1 photos, numbered from {position} to {position}"
    )


def test_files_that_are_missing_are_found_by_the_audit(place):
    photo = add(place)
    run_due_jobs()
    photo.refresh_from_db()
    default_storage.delete(photo.webp.name)

    assert find_faults(["stays.files"]) == [
        f"stays.files: photo {photo.pk}: {photo.webp.name} is not there"
    ]
