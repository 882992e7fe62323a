"""In which encoding a text file was written: found by its mark, else by decoding it once from end to end."""

from __future__ import annotations

import codecs
from pathlib import Path

from cases.spreadsheets.faults import BadFile

PIECE = 1 << 20
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: So many sound characters to a broken one make a file a damaged UTF-8 and not one in another encoding.
SOUND_TO_BROKEN = 4


def encoding_of(path: Path, named: str | None = None) -> str:
    """Return the encoding of a file. Raises BadFile for one that is none of UTF-8, UTF-16 with a mark and GB18030."""
    if named is not None:
        return named
    with path.open("rb") as file:
        start = file.read(4)
    for mark, encoding in MARKS:
        if start.startswith(mark):
            return encoding
    if _decodes(path, "utf-8") or _is_damaged_utf8(path):
        return "utf-8"
    if _decodes(path, "gb18030"):
        return "gb18030"
    raise BadFile(
        f"{path.name} 的文字编码无法识别，请另存为 UTF-8，或在映射中写明 encoding。",
        f"The encoding of {path.name} is not known; save it as UTF-8, or name its encoding in the mapping.",
    )


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_damaged_utf8(path: Path) -> bool:
    """Tell whether a file is UTF-8 but for a few bytes; those cells then keep their rows out, and no others."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    sound = broken = 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            odd = [letter for letter in decoder.decode(piece) if letter > "\x7f"]
            lost = sum("\ud800" <= letter <= "\udfff" for letter in odd)
            broken += lost
            sound += len(odd) - lost
    return sound > SOUND_TO_BROKEN * broken
