"""Pictures of products as clients of the API meet them."""

from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from PIL import Image

from conftest import make_user
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.pictures import files
from tradepost.kit.tests.pictures import bomb, huge_claim, picture_bytes, upload
from tradepost.store.models import Product, ProductImage
from tradepost.store.tests.factories import make_image, make_product

LIMIT = 500 * 1024

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def staff(api):
    return api(make_user("sam", is_staff=True))


@pytest.fixture
def tea(db) -> Product:
    return make_product(title="Tea")


def images_of(product: Product) -> str:
    return f"/api/v1/store/products/{product.pk}/images/"


def send(client, address: str, file=None, method: str = "post"):
    return getattr(client, method)(address, {"image": file or upload()}, format="multipart")


def stored() -> list[str]:
    return sorted(default_storage.listdir("store/images")[1])


def test_a_picture_is_kept_and_answered_with_its_address(api, staff, tea):
    answer = send(staff, images_of(tea))

    assert answer.status_code == 201
    image = ProductImage.objects.get()
    name = image.image.name
    assert answer.json() == {
        "id": image.pk,
        "image": f"http://testserver/media/{name}",
        "thumbnail": None,
        "webp": None,
        "width": 40,
        "height": 30,
    }
    assert answer["Location"] == f"http://testserver{images_of(tea)}{image.pk}/"
    assert name.startswith("store/images/")
    assert "tea" not in name
    assert default_storage.exists(name)


def test_smaller_forms_come_a_moment_later(api, staff, tea):
    made = send(staff, images_of(tea), upload(picture_bytes(size=(2000, 1000)))).json()
    shown = f"/api/v1/store/products/{tea.pk}/"
    assert api().get(shown).json()["images"] == [made]

    run_due_jobs()

    [image] = api().get(shown).json()["images"]
    assert image == api().get(f"{images_of(tea)}{image['id']}/").json()
    sizes = {}
    for form in ("thumbnail", "webp"):
        with default_storage.open(image[form].removeprefix("http://testserver/media/")) as file:
            opened = Image.open(file)
            sizes[form] = (opened.format, opened.size)
    assert sizes == {"thumbnail": ("WEBP", (400, 200)), "webp": ("WEBP", (1600, 800))}


def test_everybody_sees_the_pictures_of_one_product(api, tea, django_assert_num_queries):
    first, second = make_image(tea), make_image(tea)
    make_image(make_product())

    with django_assert_num_queries(2):  # product, rows
        shown = api().get(images_of(tea)).json()

    assert [row["id"] for row in shown] == [first.pk, second.pk]
    assert shown[0]["image"] == f"http://testserver/media/{first.image.name}"


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_picture_is_replaced(staff, tea, method):
    old = send(staff, images_of(tea)).json()
    run_due_jobs()

    answer = send(
        staff, f"{images_of(tea)}{old['id']}/", upload(picture_bytes("PNG"), "x.png"), method
    )
    run_due_jobs()

    assert answer.status_code == 200
    new = answer.json()
    assert new["id"] == old["id"]
    assert new["image"].endswith(".png")
    assert new["image"] != old["image"]
    image = ProductImage.objects.get()
    names = [image.image.name, image.thumbnail.name, image.webp.name]
    assert stored() == sorted(name.rpartition("/")[2] for name in names)


def test_a_deleted_picture_takes_its_files_along(staff, tea):
    image = send(staff, images_of(tea)).json()
    run_due_jobs()
    assert len(stored()) == 3

    answer = staff.delete(f"{images_of(tea)}{image['id']}/")

    assert answer.status_code == 204
    assert len(stored()) == 3  # until the transaction is over
    run_due_jobs()
    assert stored() == []
    assert not ProductImage.objects.exists()


def test_a_deleted_product_takes_its_pictures_along(staff, tea):
    for _ in range(2):
        send(staff, images_of(tea))
    run_due_jobs()
    assert len(stored()) == 6

    assert staff.delete(f"/api/v1/store/products/{tea.pk}/").status_code == 204
    run_due_jobs()

    assert stored() == []


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"%PDF-1.7 no picture", "tea.jpg"),
        (b"hello", "tea.png"),
        (picture_bytes()[:200], "tea.jpg"),
        (picture_bytes("GIF"), "tea.jpg"),
        (picture_bytes("GIF"), "tea.gif"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "tea.svg"),
        (picture_bytes(), "tea.exe"),
        (picture_bytes(), "tea"),
        (huge_claim(), "tea.png"),
        (bomb(), "tea.png"),
        (b"", "tea.png"),
    ],
)
def test_what_is_no_picture_of_ours_is_400(staff, tea, content, name):
    answer = send(staff, images_of(tea), upload(content, name))

    assert answer.status_code == 400
    assert set(answer.json()) == {"image"}
    assert not ProductImage.objects.exists()
    assert not default_storage.exists("store/images")


def test_exactly_500_kb_are_accepted_and_one_byte_more_is_not(staff, tea):
    start = picture_bytes()
    full = start + b"\0" * (LIMIT - len(start))

    accepted = send(staff, images_of(tea), upload(full))
    refused = send(staff, images_of(tea), upload(full + b"\0"))

    assert accepted.status_code == 201
    assert refused.status_code == 400
    assert refused.json() == {"image": ["Files cannot be larger than 500 KB!"]}
    assert ProductImage.objects.count() == 1


def test_a_missing_part_is_400_and_json_is_415(staff, tea):
    empty = staff.post(images_of(tea), {}, format="multipart")
    text = staff.post(images_of(tea), {"image": "text"}, format="multipart")
    json = staff.post(images_of(tea), {"image": "x"}, format="json")

    assert (empty.status_code, empty.json()) == (400, {"image": ["No file was submitted."]})
    assert (text.status_code, set(text.json())) == (400, {"image"})
    assert json.status_code == 415
    assert not ProductImage.objects.exists()


def test_a_product_has_twenty_pictures_at_most(staff, tea):
    for _ in range(20):
        make_image(tea)

    answer = send(staff, images_of(tea))

    assert answer.status_code == 409
    assert answer.json()["code"] == "too_many_images"
    assert tea.images.count() == 20
    assert stored() == []


@pytest.mark.parametrize("product", ["999", "x", "9" * 19])
def test_the_pictures_of_an_unknown_product_are_404(staff, product):
    address = f"/api/v1/store/products/{product}/images/"

    assert staff.get(address).status_code == 404
    assert send(staff, address).status_code == 404
    assert send(staff, f"{address}1/", method="put").status_code == 404
    assert not default_storage.exists("store/images")


def test_a_picture_is_found_below_its_own_product_only(staff, tea):
    image = make_image(make_product())
    address = f"{images_of(tea)}{image.pk}/"

    assert staff.get(address).status_code == 404
    assert send(staff, address, method="patch").status_code == 404
    assert staff.delete(address).status_code == 404
    assert ProductImage.objects.get().image.name == image.image.name


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_only_staff_write(api, ann, tea, method):
    image = make_image(tea)
    address = images_of(tea) if method == "post" else f"{images_of(tea)}{image.pk}/"

    assert getattr(api(), method)(address, {}).status_code == 401
    assert getattr(api(ann), method)(address, {}).status_code == 403
    assert ProductImage.objects.count() == 1


def test_a_repeated_post_keeps_one_picture(staff, tea):
    content, key = picture_bytes(), {"Idempotency-Key": "same"}

    answers = [
        staff.post(images_of(tea), {"image": upload(content)}, format="multipart", headers=key)
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert len(stored()) == 1


@pytest.mark.django_db(transaction=True)
def test_a_picture_under_a_key_is_looked_at_outside_of_any_transaction(staff, tea, monkeypatch):
    clean, save, inside = files.clean_picture, default_storage.save, []

    def watched(work):
        def run(*args):
            inside.append(connection.in_atomic_block)
            return work(*args)

        return run

    monkeypatch.setattr(files, "clean_picture", watched(clean))
    monkeypatch.setattr(default_storage, "save", watched(save))
    key = {"Idempotency-Key": "same"}

    answer = staff.post(images_of(tea), {"image": upload()}, format="multipart", headers=key)

    assert answer.status_code == 201
    assert inside == [False, False]


def test_staff_see_a_form_in_the_browser(staff, tea):
    image = make_image(tea)

    page = staff.get(f"{images_of(tea)}{image.pk}/", headers={"Accept": "text/html"})

    assert page.status_code == 200
    assert b'type="file"' in page.content


def test_the_sent_name_and_notes_are_gone(staff, tea):
    content = picture_bytes("PNG", pnginfo=None)

    name = send(staff, images_of(tea), upload(content, "../../etc/ann secret.png")).json()["image"]

    assert "ann" not in name
    with default_storage.open(ProductImage.objects.get().image.name) as file:
        assert Image.open(BytesIO(file.read())).format == "PNG"
