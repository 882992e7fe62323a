"""What a file really is, told from its content; only a few kinds are known, and its name counts for nothing."""

from __future__ import annotations

import codecs
import os
import re
import zipfile
from pathlib import Path

import puremagic

from cases.errors import FieldError, InvalidFields

#: Bytes from the beginning that are enough to tell what a file is.
HEAD = 4_096

PDF, PNG, JPEG, TEXT = "application/pdf", "image/png", "image/jpeg", "text/plain"
SNIFFED = {".pdf": PDF, ".png": PNG, ".jpg": JPEG, ".jpeg": JPEG, ".jfif": JPEG}
OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: Bytes of a zip file's directory, and of what stands behind it with a remark of the longest kind.
LONGEST_DIRECTORY, DIRECTORY_END = 512 * 1024, 22 + 65_535
ZIP = b"PK\x03\x04"
#: Files that may be written in plain signs and are no text.
NOT_TEXTS = (b"%PDF", b"\x89PNG", b"\xff\xd8", b"{\\rtf", b"%!PS")
ENCODINGS = ("utf-8", "gb18030")
CHUNK = 64 * 1024
#: Control characters that no text holds; form feeds and ends of lines it may.
UNPRINTABLE = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]")
#: What a file of a kind is called at its end, the usual ending first.
ENDINGS = {
    PDF: (".pdf",),
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg"),
    TEXT: (".txt",),
    OFFICE["word/document.xml"]: (".docx",),
    OFFICE["xl/workbook.xml"]: (".xlsx",),
}


def media_type(path: Path, head: bytes) -> str | None:
    """Return the media type of a file whose first bytes are given; None for a kind that is not taken.

    Raises InvalidFields for a package of very many files.
    """
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


def refused_file(zh: str, en: str) -> InvalidFields:
    """Return the refusal of a file that somebody sends."""
    return InvalidFields([FieldError("file", zh, en)])


def words(text: str) -> frozenset[str]:
    """Return the words of a text as a set; lists of names are read more easily as a text."""
    return frozenset(text.split())


def _office(path: Path) -> str | None:
    try:
        _require_short_directory(path)
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    return next((found for name, found in OFFICE.items() if name in names), None)


def _require_short_directory(path: Path) -> None:
    """Look at the size of a zip file's directory before all of it is read into memory."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - DIRECTORY_END))
        tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) < place + 22:
        raise zipfile.BadZipFile("no directory")
    is_large = b"PK\x06\x07" in tail[max(0, place - 20) : place]
    if is_large or int.from_bytes(tail[place + 12 : place + 16], "little") > LONGEST_DIRECTORY:
        raise refused_file("文件包中的文件过多，请拆分后再上传", "There are too many files in the package; divide it")


def _is_text(path: Path, head: bytes) -> bool:
    """Tell whether a file is plain text: no control characters, in one of the two encodings that offices write."""
    if head.startswith(NOT_TEXTS):
        return False
    return any(_is_written_in(encoding, path) for encoding in ENCODINGS)


def _is_written_in(encoding: str, path: Path) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                if UNPRINTABLE.search(chunk):
                    return False
                decoder.decode(chunk)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True
