"""Files for tests, good and bad, made when they are asked for: what people send by mistake, and what others send on purpose."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageDraw
from pypdf import PdfWriter

MARK = b"<script>alert('polyglot')</script>"
GPS_MARK = "25 3 36.0 N"
PLACE_MARK = "somebody's kitchen"


def picture(
    size: tuple[int, int] = (640, 480), form: str = "JPEG", *, seed: int = 0, mode: str = "RGB", **options: object
) -> bytes:
    """A drawing whose corners differ, so that turning and cutting show: red, green, blue and yellow from top left clockwise."""
    width, height = size
    image = Image.new("RGB", size, (200, 220, (40 + seed * 7) % 256))
    draw = ImageDraw.Draw(image)
    w, h = width // 2, height // 2
    for box, colour in (
        ((0, 0, w, h), "red"),
        ((w, 0, width, h), "green"),
        ((w, h, width, height), "blue"),
        ((0, h, w, height), "yellow"),
    ):
        draw.rectangle(box, fill=colour)
    if seed:
        draw.rectangle((w - w // 4, h - h // 4, w + w // 4, h + h // 4), fill=(seed * 37 % 256, seed * 91 % 256, seed * 13 % 256))
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def with_exif(*, orientation: int = 1) -> bytes:
    """A JPEG that knows where it was taken and by whom, as phones write it, with XMP and a comment besides."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = PLACE_MARK  # ImageDescription
    exif[0x013B] = "Marva Bethel"  # Artist
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (25.0, 3.0, 36.0), "W", (77.0, 20.0, 24.0)
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{GPS_MARK}</x:xmpmeta>".encode()
    return picture(exif=exif, xmp=xmp, comment=PLACE_MARK.encode())


def animated(form: str) -> bytes:
    """Two frames, as GIF, WEBP or PNG."""
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue")]
    out = BytesIO()
    frames[0].save(out, form, save_all=True, append_images=frames[1:], duration=100, loop=0)
    return out.getvalue()


def two_in_one_jpeg() -> bytes:
    """What many phones write: a JPEG with a second picture behind it. It does not move."""
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue")]
    out = BytesIO()
    frames[0].save(out, "MPO", save_all=True, append_images=frames[1:])
    return out.getvalue()


def huge_png(side: int = 20_000) -> bytes:
    """A true PNG of side by side pixels that is only some 50 kilobytes long."""
    line = b"\0" + bytes((side + 7) // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(line) for _ in range(side)) + packer.flush()

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def heic() -> bytes:
    """The first bytes of an iPhone's picture."""
    return b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(400)


def pdf(pages: int = 1, *, password: str | None = None, note: str = "") -> bytes:
    """A PDF of empty pages; with a password, a locked one."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=200, height=200)
    if note:
        writer.add_metadata({"/Title": note})
    if password is not None:
        writer.encrypt(password, algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def gif_and_script() -> bytes:
    """One file that is a GIF to a browser that shows pictures and JavaScript to one that runs it."""
    good = picture(form="GIF")
    return b"GIF89a/*" + good[8:] + b"*/=1;" + MARK


def pdf_and_page(*, page_first: bool = False) -> bytes:
    """A PDF with a page of HTML in it, behind its end or in front of its beginning."""
    page = b"<html><body>" + MARK + b"</body></html>\n"
    return page + pdf() if page_first else pdf() + page


LONG_NAME = "house " * 664 + "front.jpg"
"""A name of more than 4,000 characters with a path's worth of words."""
TURNED_NAME = "rent\u202egpj.exe"
"""A name that reads as "rentexe.jpg" where the mark that turns the direction is obeyed."""
