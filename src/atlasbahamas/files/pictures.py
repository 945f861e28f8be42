"""Pictures: decoded, turned upright, brought to sRGB, made smaller and written anew as JPEG.

Nothing of the original stays: no EXIF, GPS, XMP, colour profile or comment, no bytes behind the picture's end. Which picture
belongs to what, and where bytes are kept, is not known here.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

import structlog
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from atlasbahamas.errors import Refused

log = structlog.get_logger("atlasbahamas.files")

MEDIA_TYPE = "image/jpeg"
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_PIXELS = 50_000_000
LONGEST_SIDE = 2400
RENDITIONS = {"small": 400, "medium": 800, "large": 1600}
"""Names, as addresses have them, and widths in pixels."""
QUALITY, RENDITION_QUALITY = 85, 80

NO_PICTURE = "This is not a picture that we can read. Use a JPEG, PNG or WebP picture."
BROKEN = "This picture is damaged or was cut off on its way. Choose it again, or take it anew."
ANIMATED = "Moving pictures cannot be used. Choose a still one."
TOO_MANY_PIXELS = "This picture has more than 50 million pixels. Make it smaller and choose it again."
HEIC = (
    "This is an iPhone picture in the HEIC format, which many browsers cannot show. On the phone choose Settings, Camera,"
    " Formats, Most Compatible; or share the picture as JPEG and choose it again."
)
AVIF = "AVIF pictures cannot be used yet. Save it as JPEG and choose it again."

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}
_ORIENTATION = 0x0112
# A picture of 50 million pixels takes 200 MB while it is decoded; one at a time keeps a process within bounds.
_decoding = threading.Lock()


@dataclass(frozen=True)
class Picture:
    """A finished JPEG. Width and height are pixels."""

    data: bytes
    width: int
    height: int


def remake(stream: BinaryIO) -> Picture:
    """A clean picture from whatever somebody uploaded. Raises Refused, with words for them, for what is none."""
    _refuse_by_first_bytes(stream)
    with _decoding:
        try:
            with Image.open(stream, formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise Refused(TOO_MANY_PIXELS)
                # A phone's JPEG may carry a second picture behind the first; that one does not move.
                if image.format != "MPO" and getattr(image, "is_animated", False):
                    raise Refused(ANIMATED)
                return _encode(_upright(_small(image)), QUALITY)
        except Refused:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise Refused(TOO_MANY_PIXELS) from error
        except UnidentifiedImageError as error:
            raise Refused(NO_PICTURE) from error
        except MemoryError as error:
            raise Refused(TOO_MANY_PIXELS) from error
        except Exception as error:
            # Decoders raise whatever a hostile or broken file brings them to; the file is at fault, and its owner is told.
            log.info("a picture could not be decoded", error=repr(error))
            raise Refused(BROKEN) from error


def rendition(data: bytes, width: int) -> Picture:
    """One of our own pictures, `width` pixels wide."""
    with _decoding, Image.open(BytesIO(data), formats=("JPEG",)) as image:
        height = max(1, round(image.height * width / image.width))
        image.draft(None, (width, height))
        return _encode(image.resize((width, height), Image.Resampling.LANCZOS), RENDITION_QUALITY)


def square(data: bytes, side: int) -> Picture:
    """The middle of one of our own pictures, `side` pixels wide and high."""
    with _decoding, Image.open(BytesIO(data), formats=("JPEG",)) as image:
        return _encode(ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS), QUALITY)


def _refuse_by_first_bytes(stream: BinaryIO) -> None:
    """Name the formats that people have and we do not take."""
    stream.seek(0)
    start = stream.read(12)
    stream.seek(0)
    if start[4:8] == b"ftyp":
        if start[8:12] in _HEIC_BRANDS:
            raise Refused(HEIC)
        if start[8:12] in (b"avif", b"avis"):
            raise Refused(AVIF)


def _small(image: Image.Image) -> Image.Image:
    """At most the longest side that is kept. Shrinking comes first, so that all else has less to do."""
    ratio = min(1.0, LONGEST_SIDE / max(image.size))
    # A JPEG can be decoded at a half, a quarter or an eighth of its size, which saves time and memory.
    image.draft(None, (max(1, int(image.width * ratio)), max(1, int(image.height * ratio))))
    image.load()
    orientation = _orientation(image)
    profile = image.info.get("icc_profile")
    plain = _plain_mode(image)
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    plain.info = {"orientation": orientation, "icc_profile": profile}
    return plain


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception as error:  # EXIF is read by hand and breaks in many ways; the picture below it may be fine
        log.info("the EXIF of a picture could not be read", error=repr(error))
        return 1


def _plain_mode(image: Image.Image) -> Image.Image:
    """RGB, CMYK or greyscale, with an alpha channel only where there is one."""
    if image.mode in ("RGB", "RGBA", "CMYK", "L"):
        return image
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("1", "F"):
        return image.convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _upright(image: Image.Image) -> Image.Image:
    """As its owner saw it, in sRGB, on white where it was transparent."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    plain = _in_srgb(image.convert("RGB") if alpha is not None else image, image.info["icc_profile"])
    clean = Image.new("RGB", plain.size, "white")
    clean.paste(plain, mask=alpha)
    for turn in _TURNS.get(image.info["orientation"], ()):
        clean = clean.transpose(turn)
    return clean


def _in_srgb(image: Image.Image, profile: Any) -> Image.Image:
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            assert converted is not None
            return converted
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
            log.info("the colour profile of a picture could not be used", error=repr(error))
    return image.convert("RGB")


def _encode(image: Image.Image, quality: int) -> Picture:
    out = BytesIO()
    # Pixels only: what Pillow remembers of a file (comment, profile) would be written into the next one.
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    bare.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return Picture(out.getvalue(), image.width, image.height)
