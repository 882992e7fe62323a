"""The XML of office files written anew, tag by tag: names of people, comments and what leads elsewhere stay out."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import BinaryIO
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from cases.media import refused_file, words

#: Who wrote a comment or made a change cannot be left out where it is required; everyone is called alike.
NOBODY = "Author"
#: Elements and attributes; a sheet of 150,000 cells has as many.
MOST_MARKS = 900_000
DEEPEST = 500
LONGEST_TAG = 512 * 1024
CHUNK = 64 * 1024
#: Elements that are left out with all that is in them: sessions of writing, templates, folders, letters in series, the
#: views of single people, drawings that are there a second time as a picture.
GONE = words(
    "rsids rsid rsidRoot docId docVars mailMerge attachedTemplate saveThroughXslt absPath revisionPtr fileSharing "
    "customWorkbookViews customSheetViews svgBlip"
)
GONE_ATTRIBUTES = words("initials dateUtc refreshedBy lastModifiedBy userName documentId providerId")
#: (element, attribute): left out there only, for the word means something else in other places.
GONE_FROM = frozenset({("permStart", "ed"), ("permEnd", "ed"), ("scenario", "user")})
RENAMED_IN = frozenset({("person", "displayName"), ("person", "userId")})
POINTERS = words("id embed link pict href")
#: Fields and formulas that fetch something from elsewhere, or run it, when somebody opens the file.
FETCHING_FIELD = re.compile(r"^\s*(DDE|DDEAUTO|INCLUDE|INCLUDEPICTURE|INCLUDETEXT|LINK|IMPORT|DATABASE|RD)\b", re.I)
FETCHING_FORMULA = re.compile(r"\b(WEBSERVICE|IMAGE|RTD|CALL|REGISTER\.ID|EXEC)\s*\(", re.I)
Start = Callable[[str, list[str]], None]
Heard = Callable[[str], None] | None
ESCAPED = {"\r": "&#13;"}


class Budget:
    """How many elements and attributes the parts of one file may have together: a small file may hold very many."""

    def __init__(self, marks: int = MOST_MARKS) -> None:
        self.left = marks

    def spend(self, marks: int) -> None:
        """Count what was read. Raises InvalidFields when there is too much."""
        self.left -= marks
        if self.left < 0:
            raise _too_much()


def rewrite(source: BinaryIO, target: BinaryIO, gone_ids: Collection[str], budget: Budget) -> None:
    """Write the XML of one part anew; `gone_ids` are its relationships that were taken away.

    Raises InvalidFields for what fetches something from elsewhere and for a document type, ExpatError if it is no XML.
    """
    writer = _Writer(target, gone_ids, budget)
    target.write(b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n')
    read(source, writer.start, writer.end, writer.text)
    writer.flush()


def read(source: BinaryIO, start: Start, end: Heard = None, text: Heard = None) -> None:
    """Read XML and call what is given for its tags and its text; attributes come as a flat list.

    Raises InvalidFields for a document type: entities are declared there. Comments are passed over.
    """
    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_document_type
    fed = 0
    while chunk := source.read(CHUNK):
        parser.Parse(chunk, False)
        fed += len(chunk)
        if fed - parser.CurrentByteIndex > LONGEST_TAG:  # it is waiting for the end of a tag
            raise _too_much()
    parser.Parse(b"", True)


def local(name: str) -> str:
    """Return a name without its prefix."""
    return name.rpartition(":")[2]


class _Writer:
    def __init__(self, target: BinaryIO, gone_ids: Collection[str], budget: Budget) -> None:
        self._target, self._gone_ids, self._budget = target, gone_ids, budget
        self._out: list[str] = []
        self._path: list[str] = []
        self._depth_gone = 0
        self._field = ""
        self._formula = ""
        self._authors: set[str] = set()

    def start(self, name: str, attributes: list[str]) -> None:
        self._budget.spend(1 + len(attributes) // 2)
        if len(self._path) + self._depth_gone > DEEPEST:
            raise _too_much()
        element = local(name)
        if self._depth_gone or element in GONE:
            self._depth_gone += 1
            return
        self._path.append(element)
        if element == "fldChar":
            self._check_field()
        self._out.append("<" + name)
        for key, value in zip(attributes[::2], attributes[1::2], strict=True):
            if (kept := self._kept(element, key, value)) is not None:
                self._out.append(f" {key}={quoteattr(kept)}")
        self._out.append(">")
        if len(self._out) > 10_000:
            self.flush()

    def end(self, name: str) -> None:
        if self._depth_gone:
            self._depth_gone -= 1
            return
        if self._path.pop() == "f":
            self._check_formula()
        self._out.append(f"</{name}>")

    def text(self, text: str) -> None:
        if self._depth_gone:
            return
        match self._path[-1]:
            case "author":
                self._authors.add(text)
                text = NOBODY
            case "t" if text.rstrip(":：") in self._authors:  # a comment of a spreadsheet begins with who wrote it
                text = NOBODY + ":"
            case "instrText" | "delInstrText":
                self._field += text
            case "f":
                self._formula += text
        self._out.append(escape(text, ESCAPED))

    def flush(self) -> None:
        """Put on the disk what was written so far."""
        if not self._path:
            self._check_field()
        self._target.write("".join(self._out).encode())
        self._out.clear()

    def _kept(self, element: str, key: str, value: str) -> str | None:
        """Return what an attribute says afterwards; None if it goes."""
        prefix, _, attribute = key.rpartition(":")
        if attribute in GONE_ATTRIBUTES or attribute.startswith("rsid") or (element, attribute) in GONE_FROM:
            return None
        if attribute == "author" or (element, attribute) in RENAMED_IN:
            return NOBODY
        if attribute == "date" and prefix:  # of a comment or of a tracked change
            return None
        if prefix and attribute in POINTERS and value in self._gone_ids:
            return None
        if element == "fldSimple" and attribute == "instr" and FETCHING_FIELD.match(value):
            raise _fetching()
        return value

    def _check_field(self) -> None:
        if FETCHING_FIELD.match(self._field):
            raise _fetching()
        self._field = ""

    def _check_formula(self) -> None:
        if FETCHING_FORMULA.search(self._formula):
            raise _fetching()
        self._formula = ""


def _too_much() -> Exception:
    return refused_file("文件内容过多，无法检查，请拆分后再上传", "The file holds too much to be checked; divide it")


def _fetching() -> Exception:
    return refused_file(
        "文件会在打开时从别处取内容（域或公式），请改成固定内容后再上传",
        "A field or formula of the file fetches something from elsewhere; put in its place what it shows",
    )


def _refuse_document_type(*_: object) -> None:
    raise refused_file("文件中含有实体声明，无法接受", "The file declares entities and cannot be taken")
