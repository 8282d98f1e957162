"""Pictures in the product's form."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.admin_pages import address, notes, picture, submit
from tradepost.kit.models import Job
from tradepost.kit.stamps import read_stamp
from tradepost.store.actions.images import add_image
from tradepost.store.models import Product, ProductImage
from tradepost.store.models.images import MOST_IMAGES
from tradepost.store.stamps import CATALOGUE
from tradepost.store.tests.factories import make_product


@pytest.fixture(autouse=True)
def media(boss, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def page_of(client, product) -> str:
    return client.get(address(Product, "change", product.pk)).content.decode()


def test_a_picture_is_added_and_made_smaller_by_a_job(client):
    product = make_product()
    before = read_stamp(CATALOGUE)

    answer = submit(client, Product, product, **{"images-0-image": picture()})

    image = ProductImage.objects.get()
    assert answer.status_code == 302
    assert (image.product, image.width, image.height) == (product, 40, 30)
    assert "tea" not in image.image.name
    assert Job.objects.get(name="store.make_variants").arguments == {"image_id": image.pk}
    assert read_stamp(CATALOGUE) > before


def test_a_new_product_is_made_with_its_picture(client):
    collection = make_product().collection

    submit(
        client, Product, title="Cup", slug="cup", unit_price="4", inventory="1",
        collection=collection.pk, **{"images-0-image": picture()},
    )  # fmt: skip

    assert ProductImage.objects.get().product.title == "Cup"


def test_a_picture_is_shown_and_the_empty_row_shows_nothing(client):
    product = make_product()
    image = add_image(product_id=product.pk, file=picture())

    page = page_of(client, product)

    assert f'<img src="{image.image.url}" class="thumbnail" alt="">' in page
    assert page.count('class="thumbnail"') == 1
    assert '<link href="/static/store/styles.css" media="all" rel="stylesheet">' in page


def test_a_name_that_looks_like_markup_is_escaped(client):
    product = make_product()
    image = add_image(product_id=product.pk, file=picture())
    ProductImage.objects.filter(pk=image.pk).update(image='"><script>alert(1)</script>.png')

    assert "<script>alert(1)" not in page_of(client, product)


def test_a_picture_is_replaced(client):
    product = make_product()
    image = add_image(product_id=product.pk, file=picture())

    submit(client, Product, product, **{"images-0-image": picture(size=(7, 5))})

    replaced = ProductImage.objects.get()
    assert (replaced.pk, replaced.width) == (image.pk, 7)
    assert Job.objects.get(name="store.remove_files").arguments == {"names": [image.image.name]}


def test_a_picture_is_deleted_with_its_file(client):
    product = make_product()
    image = add_image(product_id=product.pk, file=picture())

    submit(client, Product, product, **{"images-0-DELETE": "on"})

    assert ProductImage.objects.count() == 0
    assert Job.objects.get(name="store.remove_files").arguments == {"names": [image.image.name]}


def test_a_file_that_is_too_large_is_refused(client):
    product = make_product()
    large = picture(padding=500 * 1024)

    answer = submit(client, Product, product, **{"images-0-image": large})

    assert "Files cannot be larger than 500 KB!" in answer.content.decode()
    assert ProductImage.objects.count() == 0


def test_what_is_no_picture_is_refused(client):
    product = make_product()
    file = SimpleUploadedFile("tea.png", b"<svg/>", "image/png")

    answer = submit(client, Product, product, **{"images-0-image": file})

    assert "Upload a valid image." in answer.content.decode()
    assert ProductImage.objects.count() == 0


def test_a_product_has_no_more_pictures_than_it_may(client):
    product = make_product()
    ProductImage.objects.bulk_create(
        ProductImage(product=product, image=f"store/images/{n}.png", width=1, height=1)
        for n in range(MOST_IMAGES)
    )

    answer = submit(
        client, Product, product,
        **{"images-TOTAL_FORMS": str(MOST_IMAGES + 1), f"images-{MOST_IMAGES}-image": picture()},
    )  # fmt: skip

    assert f"Please submit at most {MOST_IMAGES} forms." in answer.content.decode()
    assert ProductImage.objects.count() == MOST_IMAGES
    assert notes(answer) == []
