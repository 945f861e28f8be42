"""Pictures: what comes out is clean whatever goes in, and what cannot be a picture is refused in words."""

from __future__ import annotations

import threading
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms

from atlasbahamas.errors import Refused
from atlasbahamas.files import pictures
from atlasbahamas.testing import samples


def remade(data: bytes) -> tuple[pictures.Picture, Image.Image]:
    picture = pictures.remake(BytesIO(data))
    image = Image.open(BytesIO(picture.data))
    image.load()
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (picture.width, picture.height))
    return picture, image


def corners(image: Image.Image) -> list[str]:
    names = {(255, 0, 0): "red", (0, 128, 0): "green", (0, 0, 255): "blue", (255, 255, 0): "yellow"}
    width, height = image.size
    found = []
    for point in ((9, 9), (width - 9, 9), (width - 9, height - 9), (9, height - 9)):
        pixel: Any = image.getpixel(point)
        found.append(min(names, key=lambda colour: sum(abs(a - b) for a, b in zip(colour, pixel, strict=True))))
    return [names[colour] for colour in found]


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        pictures.remake(BytesIO(data))
    return caught.value.message


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_pictures_come_out_as_jpeg(form: str) -> None:
    picture, image = remade(samples.picture(form=form))
    assert (picture.width, picture.height) == (640, 480)
    assert corners(image) == ["red", "green", "blue", "yellow"]


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "RGBA", "I;16", "CMYK"])
def test_every_mode_of_colour_is_taken(mode: str) -> None:
    white: Any = {"I;16": 65535, "LA": (255, 255), "RGBA": (255, 255, 255, 255), "CMYK": (0, 0, 0, 0)}.get(mode, 255)
    image = Image.new("RGB", (40, 30), "white").quantize() if mode == "P" else Image.new(mode, (40, 30), white)
    out = BytesIO()
    image.save(out, "JPEG" if mode == "CMYK" else "PNG")
    _, result = remade(out.getvalue())
    pixel: Any = result.getpixel((5, 5))
    assert min(pixel) > 250


def test_what_is_transparent_becomes_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (40, 30), (255, 0, 0, 0)).save(out, "PNG")
    pixel: Any = remade(out.getvalue())[1].getpixel((5, 5))
    assert min(pixel) > 250


def test_nothing_of_who_and_where_stays() -> None:
    data = samples.with_exif()
    for mark in (samples.PLACE_MARK, samples.GPS_MARK, "Marva Bethel"):
        assert mark.encode() in data
    assert Image.open(BytesIO(data)).getexif().get_ifd(0x8825)
    picture, image = remade(data)
    for mark in (samples.PLACE_MARK, samples.GPS_MARK, "Marva Bethel", "Exif", "xmpmeta", "ICC_PROFILE"):
        assert mark.encode() not in picture.data
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_upright(orientation: int) -> None:
    there = {
        1: ["red", "green", "blue", "yellow"], 2: ["green", "red", "yellow", "blue"], 3: ["blue", "yellow", "red", "green"],
        4: ["yellow", "blue", "green", "red"], 5: ["red", "yellow", "blue", "green"], 6: ["yellow", "red", "green", "blue"],
        7: ["blue", "green", "red", "yellow"], 8: ["green", "blue", "yellow", "red"],
    }  # fmt: skip
    picture, image = remade(samples.with_exif(orientation=orientation))
    assert corners(image) == there[orientation]
    assert (picture.width > picture.height) == (orientation < 5)


def test_another_colour_space_is_brought_to_srgb_and_a_broken_one_does_no_harm() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert corners(remade(samples.picture(icc_profile=lab))[1])[0] == "red"
    assert corners(remade(samples.picture(icc_profile=b"nonsense" * 20))[1])[0] == "red"


def test_large_pictures_are_made_smaller_and_small_ones_stay() -> None:
    picture, _ = remade(samples.picture((6000, 4000)))
    assert (picture.width, picture.height) == (2400, 1600)
    picture, _ = remade(samples.picture((30, 4000)))
    assert (picture.width, picture.height) == (18, 2400)
    picture, _ = remade(samples.picture((20, 20)))
    assert (picture.width, picture.height) == (20, 20)


def test_the_same_picture_gives_the_same_bytes() -> None:
    data = samples.picture(seed=3)
    assert pictures.remake(BytesIO(data)).data == pictures.remake(BytesIO(data)).data


def test_the_second_picture_of_a_phone_is_not_an_animation() -> None:
    data = samples.two_in_one_jpeg()
    with Image.open(BytesIO(data)) as image:
        assert image.format == "MPO"
        assert getattr(image, "is_animated", False)
    remade(data)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_moving_pictures_are_refused(form: str) -> None:
    assert refusal(samples.animated(form)) == pictures.ANIMATED


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    data = samples.huge_png()
    assert len(data) < 100_000
    assert refusal(data) == pictures.TOO_MANY_PIXELS
    assert refusal(samples.huge_png(9_999)) == pictures.TOO_MANY_PIXELS
    assert refusal(samples.huge_png(7_100)) == pictures.TOO_MANY_PIXELS


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("part", [0.3, 0.9])
def test_pictures_that_were_cut_off_are_refused(form: str, part: float) -> None:
    noise = Image.effect_noise((500, 400), 80).convert("RGB")
    out = BytesIO()
    noise.save(out, form)
    assert refusal(out.getvalue()[: int(len(out.getvalue()) * part)]) in (pictures.BROKEN, pictures.NO_PICTURE)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<html><body>no picture</body></html>", pictures.NO_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", pictures.NO_PICTURE),
        (b"MZ" + bytes(5000), pictures.NO_PICTURE),
        (b"\xff\xd8\xff", pictures.NO_PICTURE),
        (samples.pdf(), pictures.NO_PICTURE),
        (samples.picture(form="TIFF"), pictures.NO_PICTURE),
        (samples.picture(form="BMP"), pictures.NO_PICTURE),
        (samples.heic(), pictures.HEIC),
        (b"\0\0\0\x18ftypavif" + bytes(400), pictures.AVIF),
    ],
    ids=["html", "svg", "program", "three bytes", "pdf", "tiff", "bmp", "heic", "avif"],
)  # fmt: skip
def test_what_is_no_picture_for_us_is_refused_in_words(data: bytes, words: str) -> None:
    assert refusal(data) == words


def test_junk_in_every_byte_is_a_refusal_or_a_picture() -> None:
    good = [samples.picture((60, 40), form) for form in ("JPEG", "PNG", "WEBP", "GIF")]
    for data in (*good, samples.with_exif()):
        for place in range(0, min(len(data), 900), 7):
            broken = bytearray(data)
            broken[place] ^= 0xFF
            try:
                remade(bytes(broken))
            except Refused as refused:
                assert len(refused.message) > 20


def test_a_polyglot_is_only_a_picture_afterwards() -> None:
    for data in (samples.picture() + samples.MARK, samples.picture(comment=samples.MARK)):
        assert samples.MARK in data
        assert samples.MARK not in remade(data)[0].data
    try:
        assert samples.MARK not in remade(samples.gif_and_script())[0].data
    except Refused as refused:
        assert refused.message in (pictures.BROKEN, pictures.TOO_MANY_PIXELS, pictures.NO_PICTURE)


def test_renditions_keep_the_shape() -> None:
    picture, _ = remade(samples.picture((2000, 1500)))
    small = pictures.rendition(picture.data, 400)
    assert (small.width, small.height) == (400, 300)
    image = Image.open(BytesIO(small.data))
    assert image.size == (400, 300)
    assert corners(image) == ["red", "green", "blue", "yellow"]
    assert len(small.data) < len(picture.data)


def test_pictures_may_be_remade_in_many_threads() -> None:
    data, results = samples.picture((1200, 900)), []
    threads = [threading.Thread(target=lambda: results.append(pictures.remake(BytesIO(data)).data)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    assert len(set(results)) == 1
