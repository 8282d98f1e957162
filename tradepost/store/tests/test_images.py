"""Files of pictures: made, replaced and removed, whatever happens in between."""

import os
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from tradepost.kit.errors import NotFound
from tradepost.kit.jobs import enqueue
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.models import Job
from tradepost.kit.pictures import files
from tradepost.kit.stamps import read_stamp
from tradepost.kit.tests.pictures import picture_bytes, upload
from tradepost.kit.transactions import unit_of_work
from tradepost.store.actions.images import (
    add_image,
    delete_image,
    make_variants,
    replace_image,
    sweep_image_files,
)
from tradepost.store.errors import TooManyImages
from tradepost.store.models import ProductImage
from tradepost.store.stamps import CATALOGUE
from tradepost.store.tests.factories import make_image, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def stored() -> list[str]:
    return sorted(default_storage.listdir("store/images")[1])


def names_of(image: ProductImage) -> list[str]:
    image.refresh_from_db()
    return sorted(
        str(name).rpartition("/")[2] for name in (image.image, image.thumbnail, image.webp)
    )


def test_smaller_forms_are_made_once():
    image = add_image(product_id=make_product().pk, file=upload())
    before = read_stamp(CATALOGUE)

    make_variants(image_id=image.pk)
    make_variants(image_id=image.pk)

    assert stored() == names_of(image)
    assert read_stamp(CATALOGUE) > before


def test_a_picture_that_is_replaced_meanwhile_leaves_nothing_behind(monkeypatch):
    product = make_product()
    image = add_image(product_id=product.pk, file=upload())
    shrink, calls = files.shrink, []

    def shrink_slowly(file, *, longest_side):
        if not calls:
            calls.append(longest_side)
            replace_image(product_id=product.pk, image_id=image.pk, file=upload())
        return shrink(file, longest_side=longest_side)

    monkeypatch.setattr(files, "shrink", shrink_slowly)
    make_variants(image_id=image.pk)
    run_due_jobs()

    assert stored() == names_of(image)
    assert len(stored()) == 3
    assert not Job.objects.filter(state=Job.State.DEAD).exists()


def test_a_picture_whose_file_went_with_its_replacement_is_no_failure(monkeypatch):
    product = make_product()
    image = add_image(product_id=product.pk, file=upload())
    first, opened = image.image.name, default_storage.open

    def open_too_late(name, mode="rb"):
        if name == first:
            replace_image(product_id=product.pk, image_id=image.pk, file=upload())
            default_storage.delete(name)
        return opened(name, mode)

    monkeypatch.setattr(default_storage, "open", open_too_late)
    make_variants(image_id=image.pk)

    row = ProductImage.objects.values("thumbnail", "webp").get()
    assert row == {"thumbnail": "", "webp": ""}


def test_a_picture_that_is_gone_needs_no_smaller_forms():
    product = make_product()
    image = add_image(product_id=product.pk, file=upload())
    delete_image(product_id=product.pk, image_id=image.pk)

    run_due_jobs()

    assert stored() == []
    assert not Job.objects.exclude(state=Job.State.DONE).exists()


@pytest.mark.parametrize("content", [b"no picture", picture_bytes()[:-300], None])
def test_a_broken_picture_is_given_up_at_once(content):
    image = make_image(make_product())
    if content is not None:
        default_storage.save(image.image.name, ContentFile(content))
    enqueue("store.make_variants", image_id=image.pk)

    run_due_jobs()

    job = Job.objects.get()
    assert (job.state, job.attempts) == (Job.State.DEAD, 1)
    assert image.image.name in job.last_error


def test_a_refused_picture_leaves_no_file():
    product = make_product()
    for _ in range(20):
        make_image(product)

    with pytest.raises(TooManyImages):
        add_image(product_id=product.pk, file=upload())

    assert stored() == []


def test_nothing_is_written_for_a_product_that_is_not_there():
    with pytest.raises(NotFound):
        add_image(product_id=999, file=upload())
    with pytest.raises(NotFound):
        replace_image(product_id=make_product().pk, image_id=999, file=upload())

    assert not default_storage.exists("store/images")


def test_files_stay_when_the_deletion_is_undone():
    product = make_product()
    image = add_image(product_id=product.pk, file=upload())
    run_due_jobs()

    class Undone(Exception):
        pass

    with pytest.raises(Undone), unit_of_work(savepoint=True):
        delete_image(product_id=product.pk, image_id=image.pk)
        raise Undone
    run_due_jobs()

    assert stored() == names_of(image)


def test_the_sweep_removes_old_files_without_a_row_and_spares_the_young():
    image = add_image(product_id=make_product().pk, file=upload())
    make_variants(image_id=image.pk)
    for name in ("old.png", "young.png"):
        default_storage.save(f"store/images/{name}", ContentFile(b"x"))
    long_ago = (timezone.now() - timedelta(days=2)).timestamp()
    for name in ("old.png", *names_of(image)):
        os.utime(default_storage.path(f"store/images/{name}"), (long_ago, long_ago))

    removed = sweep_image_files(now=timezone.now())

    assert removed == 1
    assert stored() == sorted(["young.png", *names_of(image)])


def test_the_sweep_of_a_shop_without_pictures_finds_nothing():
    assert sweep_image_files(now=timezone.now()) == 0
