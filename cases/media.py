"""What a file really is, told from its content; only a few kinds are known, and its name counts for nothing."""

from __future__ import annotations

import zipfile
from pathlib import Path

import puremagic

#: Bytes from the beginning that are enough to tell what a file is.
HEAD = 4_096

PDF, PNG, JPEG, TEXT = "application/pdf", "image/png", "image/jpeg", "text/plain"
SNIFFED = {".pdf": PDF, ".png": PNG, ".jpg": JPEG, ".jpeg": JPEG, ".jfif": JPEG}
OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ZIP = b"PK\x03\x04"
ENCODINGS = ("utf-8", "gb18030")


def media_type(path: Path, head: bytes) -> str | None:
    """Return the media type of a file whose first bytes are given; None for a kind that is not taken."""
    if head.startswith(ZIP):
        return _office(path)
    if _is_text(path, head):
        return TEXT
    try:
        endings = {found.extension.lower() for found in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return None
    types = {SNIFFED[ending] for ending in endings if ending in SNIFFED}
    return types.pop() if len(types) == 1 else None


def _office(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    return next((found for name, found in OFFICE.items() if name in names), None)


def _is_text(path: Path, head: bytes) -> bool:
    """Tell whether a file is plain text: no control characters, in one of the two encodings that offices write."""
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8")) or any(
        byte < 32 and byte not in b"\t\n\r\f" for byte in head
    ):
        return False
    content = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            return "\0" not in content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return False
