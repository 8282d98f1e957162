"""Pictures: what is let in, and what is left of it."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tradepost.kit import images
from tradepost.kit.images import check_picture, clean_picture, shrink
from tradepost.kit.tests.pictures import bomb, huge_claim, notes, picture_bytes

SIDEWAYS = 6  # the camera was turned by a quarter


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


@pytest.mark.parametrize(("kind", "extension"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")])
def test_a_picture_keeps_its_kind_and_size(kind, extension):
    clean = clean_picture(ContentFile(picture_bytes(kind)))

    assert (clean.extension, clean.width, clean.height) == (extension, 40, 30)
    assert (opened(clean.content).format, opened(clean.content).size) == (kind, (40, 30))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_notes_about_people_and_places_are_gone(kind):
    content = picture_bytes(kind, exif=notes(), xmp=b"<x>Anns kitchen</x>", comment=b"Anns kitchen")
    assert b"Anns kitchen" in content

    clean = clean_picture(ContentFile(content)).content

    assert b"Anns kitchen" not in clean
    assert dict(opened(clean).getexif()) == {}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_from_a_turned_camera_stands_upright(kind):
    content = picture_bytes(kind, exif=notes(orientation=SIDEWAYS))

    clean = clean_picture(ContentFile(content))

    assert (clean.width, clean.height) == (30, 40)
    assert opened(clean.content).size == (30, 40)


def test_a_turn_moves_the_pixels():
    sideways = Image.new("RGB", (2, 1), "white")
    sideways.putpixel((0, 0), (255, 0, 0))
    content = BytesIO()
    sideways.save(content, "PNG", exif=notes(orientation=SIDEWAYS))

    upright = opened(clean_picture(content).content)

    assert (upright.getpixel((0, 0)), upright.getpixel((0, 1))) == ((255, 0, 0), (255, 255, 255))


def test_broken_notes_do_no_harm():
    content = picture_bytes("JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\xff" * 40)

    assert clean_picture(ContentFile(content)).width == 40


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_all_modes_are_cleaned_and_shrunk(mode):
    content = picture_bytes("PNG", mode=mode)

    clean = clean_picture(ContentFile(content)).content
    small = shrink(BytesIO(clean), longest_side=20)

    assert opened(clean).mode == mode
    assert (opened(small).format, opened(small).size) == ("WEBP", (20, 15))


def test_a_picture_in_printers_colours_becomes_a_small_one_on_screen():
    content = picture_bytes("JPEG", mode="CMYK")

    small = shrink(BytesIO(clean_picture(ContentFile(content)).content), longest_side=20)

    assert opened(small).mode == "RGB"


def test_grey_of_16_bits_keeps_its_shade():
    content = BytesIO()
    Image.new("I;16", (40, 30), 0x8000).save(content, "PNG")

    small = opened(shrink(content, longest_side=20))

    assert small.getpixel((5, 5))[0] in range(126, 131)


def test_a_transparent_palette_stays_transparent():
    content = BytesIO()
    Image.new("P", (40, 30), 0).save(content, "PNG", transparency=0)

    clean = clean_picture(ContentFile(content.getvalue())).content
    small = opened(shrink(BytesIO(clean), longest_side=20))

    assert opened(clean).convert("RGBA").getpixel((0, 0))[3] == 0
    assert small.getpixel((5, 5))[3] == 0


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_a_moving_picture_the_first_frame_stays(kind):
    content = BytesIO()
    red, blue = (Image.new("RGB", (40, 30), colour) for colour in ("red", "blue"))
    red.save(content, kind, save_all=True, append_images=[blue], lossless=True)
    assert opened(content.getvalue()).n_frames == 2

    clean = opened(clean_picture(content).content)

    assert getattr(clean, "n_frames", 1) == 1
    assert clean.convert("RGB").getpixel((5, 5))[0] > 240


def test_of_a_phones_several_jpegs_the_first_stays():
    content = BytesIO()
    red, blue = (Image.new("RGB", (40, 30), colour) for colour in ("red", "blue"))
    red.save(content, "MPO", save_all=True, append_images=[blue])

    clean = clean_picture(content)

    assert clean.extension == "jpg"
    assert opened(clean.content).format == "JPEG"


@pytest.mark.parametrize(("size", "small"), [((2000, 1000), (400, 200)), ((10, 20), (10, 20))])
def test_a_small_form_never_grows(size, small):
    assert opened(shrink(BytesIO(picture_bytes(size=size)), longest_side=400)).size == small


@pytest.mark.parametrize("content", [huge_claim(), bomb()])
@pytest.mark.parametrize("deed", [check_picture, clean_picture])
def test_what_claims_too_many_pixels_is_not_unpacked(content, deed, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda *args: pytest.fail("was unpacked"))

    with pytest.raises(ValidationError):
        deed(ContentFile(content))


def test_a_picture_of_the_most_pixels_is_let_in(monkeypatch):
    monkeypatch.setattr(images, "MOST_PIXELS", 1200)

    check_picture(ContentFile(picture_bytes(size=(40, 30))))
    with pytest.raises(ValidationError) as refusal:
        check_picture(ContentFile(picture_bytes(size=(40, 31))))

    assert refusal.value.code == "too_large"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7",
        b"GIF89a",
        picture_bytes("GIF"),
        picture_bytes("TIFF"),
        picture_bytes()[:-300],
    ],
)
def test_what_is_no_whole_picture_is_refused(content):
    with pytest.raises(ValidationError) as refusal:
        check_picture(ContentFile(content))

    assert refusal.value.code == "invalid_image"


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(["JPEG", "PNG", "WEBP"]),
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_damaged_pictures_are_cleaned_or_refused(kind, changes):
    content = bytearray(picture_bytes(kind, exif=notes(orientation=SIDEWAYS)))
    for place, value in changes:
        content[place % len(content)] = value

    try:
        clean = clean_picture(ContentFile(bytes(content)))
    except ValidationError:
        return

    assert b"Anns kitchen" not in clean.content
