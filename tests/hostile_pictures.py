"""Pictures that betray somebody, or mean harm; each is made when it is asked for."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

from PIL import Image, ImageCms, PngImagePlugin

from tests.samples import docx, packed, picture

#: Invented people who stand in every place where a file can hold a name.
LATIN, CHINESE = "Zebulon Quillfeather", "欧阳无名氏"
BOTH = f"{LATIN} {CHINESE}"
Made = tuple[str, Callable[[], bytes]]


def exif(turned: int = 1) -> Image.Exif:
    """Return the data of a camera: who, where, and how it was held."""
    data = Image.Exif()
    data[0x0112], data[0x013B], data[0x8298] = turned, LATIN, LATIN
    data.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + BOTH.encode("utf-16-le")
    data.get_ifd(0x8825).update({1: "N", 2: (31.0, 14.0, 9.0), 3: "E", 4: (121.0, 29.0, 2.0), 29: LATIN})
    return data


def jpeg_with_place() -> bytes:
    """Return a photo that says where and by whom it was taken."""
    return picture("JPEG", exif=exif())


def _segment(marker: int, body: bytes) -> bytes:
    whole = picture("JPEG")
    return whole[:2] + bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body + whole[2:]


def _texts(how: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    if how == "itxt":
        info.add_itxt("Author", BOTH, "zh", CHINESE)
    elif how == "xmp":
        info.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta><dc:creator>{BOTH}</dc:creator></x:xmpmeta>")
    else:
        info.add_text("Author", LATIN, zip=how == "ztxt")
    return picture("PNG", pnginfo=info)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _beside(kind: bytes, body: bytes, times: int = 1) -> bytes:
    whole = picture("PNG")
    return whole[:33] + _chunk(kind, body) * times + whole[33:]


def _flooded(side: int = 60_000) -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + _chunk(b"IDAT", zlib.compress(bytes(1_000_000))) + _chunk(b"IEND", b"")


def _flooded_jpeg() -> bytes:
    whole = bytearray(picture("JPEG"))
    place = whole.index(b"\xff\xc0")
    whole[place + 5 : place + 9] = struct.pack(">HH", 65_000, 65_000)
    return bytes(whole)


def _moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    made = io.BytesIO()
    frames[0].save(made, kind, save_all=True, append_images=frames[1:], **({"exif": exif()} if kind == "MPO" else {}))
    return made.getvalue()


def _palette() -> bytes:
    image = Image.new("P", (20, 20), 1)
    image.putpalette(bytes(6) + LATIN.encode() + b"\0")
    made = io.BytesIO()
    image.save(made, "PNG", transparency=0)
    return made.getvalue()


def _profile() -> bytes:
    theirs = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    theirs += LATIN.encode()
    theirs[:4] = struct.pack(">I", len(theirs))
    return bytes(theirs)


def _deep_grey() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", LATIN)
    return picture("PNG", "I;16", pnginfo=info)


#: Pictures that are taken, and of which nobody's name may be left.
BETRAYING: tuple[Made, ...] = (
    ("photo with place.jpg", jpeg_with_place),
    ("photo turned.jpg", lambda: picture("JPEG", exif=exif(6))),
    ("photo with remark.jpg", lambda: picture("JPEG", comment=BOTH.encode())),
    ("photo with xmp.jpg", lambda: picture("JPEG", xmp=f"<x:xmpmeta>{BOTH}</x:xmpmeta>".encode())),
    ("photo with profile.jpg", lambda: picture("JPEG", icc_profile=_profile())),
    ("photo with broken profile.jpg", lambda: picture("JPEG", icc_profile=BOTH.encode())),
    ("photo of Photoshop.jpg", lambda: _segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04" + BOTH.encode())),
    ("photo with broken exif.jpg", lambda: _segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff" + BOTH.encode())),
    ("photo in print colours.jpg", lambda: picture("JPEG", "CMYK", exif=exif())),
    ("grey photo.jpeg", lambda: picture("JPEG", "L", exif=exif())),
    ("photo in passes.jpg", lambda: picture("JPEG", progressive=True, exif=exif())),
    ("two photos.jpg", lambda: _moving("MPO")),
    ("photo and archive.jpg", lambda: jpeg_with_place() + packed(docx() | {f"{LATIN}.txt": CHINESE})),
    ("photo and program.jpg", lambda: picture("JPEG") + f"<?php // {BOTH} system($_GET[0]); ?>".encode()),
    ("photo.php.jpg", lambda: _segment(0xFE, f"<?php {BOTH} ?>".encode())),
    ("author.png", lambda: _texts("text")),
    ("author packed.png", lambda: _texts("ztxt")),
    ("author in Chinese.png", lambda: _texts("itxt")),
    ("xmp.png", lambda: _texts("xmp")),
    ("place.png", lambda: picture("PNG", exif=exif())),
    ("profile.png", lambda: picture("PNG", icc_profile=_profile())),
    ("16 bits.png", _deep_grey),
    ("shining through.png", lambda: picture("PNG", "RGBA", exif=exif())),
    ("palette.png", _palette),
    ("black and white.png", lambda: picture("PNG", "1", exif=exif())),
    ("private chunk.png", lambda: _beside(b"naMe", BOTH.encode())),
    ("long screenshot.png", lambda: picture("PNG", size=(1_080, 12_000), exif=exif())),
    ("large grey scan.png", lambda: picture("PNG", "L", size=(5_000, 7_000), exif=exif())),
    ("page behind.png", lambda: picture("PNG") + f"<html><script>{BOTH}</script>".encode()),
    ("archive behind.png", lambda: picture("PNG") + packed({LATIN: CHINESE})),
)
#: Pictures that are refused.
HARMFUL: tuple[Made, ...] = (
    ("half a photo.jpg", lambda: picture("JPEG", size=(400, 400))[:900]),
    ("half a picture.png", lambda: picture("PNG", size=(400, 400))[:200]),
    ("head only.jpg", lambda: b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"),
    ("flood.png", _flooded),
    ("smaller flood.png", lambda: _flooded(9_000)),
    ("flood.jpg", _flooded_jpeg),
    ("moving.png", lambda: _moving("PNG")),
    ("flood of words.png", lambda: _beside(b"zTXt", b"Author\0\0" + zlib.compress(b"x" * 1_000_000), 60)),
    ("one flood of words.png", lambda: _beside(b"zTXt", b"Author\0\0" + zlib.compress(b"x" * 60_000_000))),
    ("moving.gif", lambda: _moving("GIF")),
    ("picture.webp", lambda: picture("WEBP")),
    ("picture.bmp", lambda: picture("BMP")),
    ("picture.tiff", lambda: picture("TIFF")),
    ("picture.ico", lambda: picture("ICO", size=(16, 16))),
)
