"""Pictures drawn anew from their pixels: where and with what they were taken, and what hangs behind them, stays out."""

from __future__ import annotations

import io
import threading
from typing import Any, BinaryIO

from PIL import Image, ImageCms, PngImagePlugin

from cases.media import refused_file

MOST_PIXELS = 50_000_000
#: A PNG is packed a little looser than usual, which takes a third of the time.
SAVED: dict[str, dict[str, Any]] = {"JPEG": {"quality": 90}, "PNG": {"compress_level": 3}}
#: EXIF: how a camera was held, and how the picture is turned upright.
ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
#: How the formats that are taken keep their pixels; all else becomes RGB, or RGBA where something shines through.
KEPT_MODES = {
    "PNG": ("1", "L", "LA", "I;16", "RGB", "RGBA"),
    "JPEG": ("L", "RGB"),
    "GIF": ("L", "RGB"),
    "BMP": ("1", "L", "RGB"),
    "TIFF": ("1", "L", "I;16", "RGB", "RGBA"),
}
#: Segments of a JPEG that a decoder needs besides the pixels: the kind of colours, as JFIF and as Adobe tell them.
NEEDED_SEGMENTS = (0xE0, 0xEE)
# Texts beside the pixels are thrown away, so little memory is given to unpack them.
PngImagePlugin.MAX_TEXT_MEMORY = 4 * 1024 * 1024

# The pixels of one picture may take 200 MB, twice that while it is turned; those of all who send one at the same time
# shall not add up.
_one_at_a_time = threading.Lock()


def clean(source: BinaryIO, target: BinaryIO, kind: str) -> int:
    """Draw a picture of a kind (PNG, JPEG, and within documents GIF, BMP, TIFF) anew and return its number of pixels.

    Raises InvalidFields if it has too many pixels or moves, and whatever Pillow raises if it is damaged.
    """
    try:
        image = Image.open(source, formats=[kind])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _flood() from None
    with image:
        pixels = image.width * image.height
        if pixels > MOST_PIXELS:
            raise _flood()
        # A JPEG with several pictures is a photo with its depth or its brightness; the first one is what it shows.
        if kind != "JPEG" and getattr(image, "n_frames", 1) > 1:
            raise refused_file(
                "不接受动态图片，请改用静态图片", "Moving pictures are not taken; send a picture that stands still"
            )
        with _one_at_a_time:
            drawn = _drawn(image, KEPT_MODES[kind])
            drawn.save(target, kind, **SAVED.get(kind, {}))
    return pixels


def without_segments(jpeg: bytes) -> bytes:
    """Return a JPEG without its metadata, its pixels as they were. Raises ValueError if it is damaged."""
    if jpeg[:2] != b"\xff\xd8":
        raise ValueError("no JPEG")
    kept, place = [jpeg[:2]], 2
    while jpeg[place : place + 1] == b"\xff":
        marker = jpeg[place + 1]
        if marker == 0xFF:  # a marker may be preceded by any number of these
            place += 1
            continue
        if marker == 0xD9:
            return b"".join((*kept, b"\xff\xd9"))
        end = place + 2 + int.from_bytes(jpeg[place + 2 : place + 4], "big")
        if marker == 0xDA:
            end = _end_of_scan(jpeg, end)
        if end > len(jpeg) or end < place + 4:
            break
        is_metadata = marker == 0xFE or 0xE0 <= marker <= 0xEF
        if not is_metadata:
            kept.append(jpeg[place:end])
        elif marker in NEEDED_SEGMENTS and jpeg[place + 4 : place + 9] in (b"JFIF\0", b"Adobe"):
            # Sixteen bytes at most: what comes behind the figures is a small picture, or hides there.
            body = jpeg[place + 4 : min(end, place + 18)]
            body = body[:12] + b"\0\0" if marker == 0xE0 else body[:12]
            kept.append(jpeg[place : place + 2] + (len(body) + 2).to_bytes(2, "big") + body)
        place = end
    raise ValueError("a JPEG without an end")


def _drawn(image: Image.Image, modes: tuple[str, ...]) -> Image.Image:
    """Return the pixels alone: upright, in sRGB, in a mode that the format keeps."""
    profile = image.info.get("icc_profile")
    turn = UPRIGHT.get(_orientation(image))
    image.load()
    drawn = _in_srgb(image, profile) if profile and image.mode in ("RGB", "CMYK") else image
    if "transparency" in drawn.info or drawn.mode in ("PA", "La", "RGBa"):
        drawn = drawn.convert("RGBA")
    if drawn.mode not in modes:
        drawn = drawn.convert("RGB")
    if turn is not None:
        drawn = drawn.transpose(turn)
    # Saving looks into what was read with the pixels, in a TIFF also beside it.
    drawn.info.clear()
    return drawn.copy() if drawn is image and image.format not in ("PNG", "JPEG") else drawn


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # damaged EXIF raises anything; it is thrown away with the rest
        return 1


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, theirs, ImageCms.createProfile("sRGB"), outputMode="RGB") or image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image  # colours without a profile that can be read are taken as they are


def _end_of_scan(jpeg: bytes, place: int) -> int:
    """Return where the pixels of a scan end: at a marker that is neither a stuffed byte nor a restart."""
    while True:
        place = jpeg.find(b"\xff", place)
        if place < 0 or place + 1 >= len(jpeg):
            return len(jpeg) + 1
        if jpeg[place + 1] not in (0x00, *range(0xD0, 0xD8)):
            return place
        place += 2


def _flood() -> Exception:
    return refused_file(
        f"图片超过 {MOST_PIXELS // 10_000:,} 万像素，请缩小后再上传",
        f"The picture has more than {MOST_PIXELS // 1_000_000} million pixels; make it smaller",
    )
