"""PDF files made anew from what their pages show: nothing of them acts, is attached or says who wrote them."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any, BinaryIO

from pypdf import Configuration, PageObject, PdfReader, PdfWriter, apply_configuration
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    EncodedStreamObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from cases.clean_pictures import without_segments
from cases.media import refused_file, words

MOST_PAGES = 1_000
MOST_OBJECTS = 50_000
DEEPEST = 60
MOST_UNPACKED = 16 * 1024 * 1024
#: What a page shows; all else of it (actions, thumbnails, the data of other programs) is left out.
PAGE = words("/MediaBox /CropBox /BleedBox /TrimBox /ArtBox /Rotate /UserUnit /Resources /Contents /Group")
#: What is drawn on a page later: its look, and the text of a note. Who drew it, and when, is left out.
NOTE = words(
    "/Type /Subtype /Rect /AP /AS /F /C /BS /Border /CA /QuadPoints /InkList /L /Vertices /LE /IC /DA /Q /RD /Contents"
)
SHOWN_NOTES = words(
    "/Text /FreeText /Line /Square /Circle /Polygon /PolyLine /Highlight /Underline /Squiggly /StrikeOut /Caret /Stamp "
    "/Ink /Watermark /Redact"
)
#: Left out wherever it stands.
GONE = words(
    "/Metadata /PieceInfo /LastModified /CreationDate /ModDate /AF /EF /JS /JavaScript /OPI /Alternates /AA "
    "/OpenAction /CreatorInfo /Creator /Author /Producer /User /StructParent /StructParents /Thumb /URI /Launch "
    "/FFilter /FDecodeParms"
)
#: Dictionaries of these kinds are left out wherever they stand.
GONE_TYPES = words("/Action /Filespec /F /EmbeddedFile /Metadata /Page /Pages /Catalog /Annot /Sig /XRef /ObjStm")
ACTIONS = words(
    "/GoTo /GoToR /GoToE /Launch /Thread /URI /Sound /Movie /Hide /Named /SubmitForm /ResetForm /ImportData "
    "/JavaScript /SetOCGState /Rendition /Trans /GoTo3DView /RichMediaExecute"
)
#: A small stream may unpack to very much; what is read here of a file needs little.
LIMITS = Configuration(
    zlib_maximum_output_length=MOST_UNPACKED,
    lzw_maximum_output_length=MOST_UNPACKED,
    run_length_maximum_output_length=MOST_UNPACKED,
    stream_decoding_work_maximum_length=4 * MOST_UNPACKED,
    stream_parsing_work_maximum_count=400_000,
    array_maximum_element_count=MOST_OBJECTS,
    dictionary_maximum_element_count=MOST_OBJECTS,
    page_tree_maximum_entries=4 * MOST_PAGES,
    page_tree_maximum_page_entries=MOST_OBJECTS,
)


def clean(source: Path, target: BinaryIO) -> None:
    """Make a PDF anew.

    Raises InvalidFields for one with a password, with a form whose entries nobody has drawn, or with too much in it,
    and whatever pypdf raises if it is damaged.
    """
    with source.open("rb") as file, apply_configuration(LIMITS):
        reader = PdfReader(file, root_object_recovery_limit=1_000, xref_stream_maximum_entries=4 * MOST_OBJECTS)
        if reader.is_encrypted:
            raise refused_file("PDF 有密码或加密，请去掉后再上传", "The PDF is encrypted; take its password off first")
        if len(reader.pages) > MOST_PAGES:
            raise _too_much()
        if not reader.pages:
            raise ValueError("no pages")
        catalog = reader.root_object
        form = _resolved(catalog.get("/AcroForm"))
        if isinstance(form, DictionaryObject) and "/XFA" in form:
            raise _undrawn()
        writer = PdfWriter()
        writer.metadata = None
        copy = _Copy(writer)
        for page in reader.pages:
            _add(writer, copy, page)
        if "/OCProperties" in catalog:  # without it, layers that are switched off would be seen
            writer.root_object[NameObject("/OCProperties")] = copy.of(catalog.raw_get("/OCProperties"))
        writer.write(target)


def _add(writer: PdfWriter, copy: _Copy, page: PageObject) -> None:
    made = writer.add_blank_page(page.mediabox.width, page.mediabox.height)
    for key in sorted(PAGE & page.keys()):
        made[NameObject(key)] = copy.of(page.raw_get(key))
    notes = _resolved(page.get("/Annots"))
    drawn = (
        [_note(copy, note) for raw in notes if isinstance(note := _resolved(raw), DictionaryObject)] if notes else []
    )
    if any(drawn):
        made[NameObject("/Annots")] = ArrayObject([writer._add_object(note) for note in drawn if note])


def _note(copy: _Copy, note: DictionaryObject) -> DictionaryObject | None:
    """Return what is drawn on a page for a note or a field of a form; None for what only acts when it is clicked."""
    kind, is_drawn = note.get("/Subtype"), "/AP" in note
    is_field = kind == "/Widget"
    if is_field and not is_drawn and any("/V" in field for field in _with_parents(note)):
        raise _undrawn()
    if not (kind in SHOWN_NOTES or (is_field and is_drawn)):
        return None
    made = DictionaryObject()
    for key in sorted(NOTE & note.keys()):
        made[NameObject(key)] = copy.of(note.raw_get(key))
    if is_field:  # a field without its form is a picture of what was filled in
        made[NameObject("/Subtype")] = NameObject("/Stamp")
    return made


def _with_parents(field: DictionaryObject) -> list[DictionaryObject]:
    found = [field]
    while len(found) < DEEPEST and isinstance(parent := _resolved(found[-1].get("/Parent")), DictionaryObject):
        found.append(parent)
    return found


class _Copy:
    """Copies what pages lead to into a new file, each object once, without what is left out everywhere."""

    def __init__(self, writer: PdfWriter) -> None:
        self._writer = writer
        self._known: dict[tuple[int, int], PdfObject] = {}
        self._left = MOST_OBJECTS * 10

    def of(self, given: Any, depth: int = 0) -> PdfObject:
        """Return a copy. Raises InvalidFields if there is too much of it."""
        self._left -= 1
        if depth > DEEPEST or self._left < 0:
            raise _too_much()
        if isinstance(given, IndirectObject):
            return self._of_reference(given, depth)
        if isinstance(given, StreamObject):
            return self._filled(_stream(given), given, depth)
        if isinstance(given, DictionaryObject):
            return NullObject() if _is_gone(given) else self._filled(DictionaryObject(), given, depth)
        if isinstance(given, ArrayObject):
            return ArrayObject([self.of(item, depth + 1) for item in given])
        return given if isinstance(given, PdfObject) else NullObject()

    def _of_reference(self, given: IndirectObject, depth: int) -> PdfObject:
        key = (given.idnum, given.generation)
        if key in self._known:
            return self._known[key]
        if len(self._known) >= MOST_OBJECTS:
            raise _too_much()
        self._known[key] = NullObject()  # a reference that leads to itself leads nowhere
        there = given.get_object()
        if not isinstance(there, DictionaryObject):
            self._known[key] = self.of(there, depth + 1)
        elif not _is_gone(there):
            made = _stream(there) if isinstance(there, StreamObject) else DictionaryObject()
            # Known before it is filled, for what is in it may lead back to it.
            self._known[key] = self._writer._add_object(made)
            self._filled(made, there, depth)
        return self._known[key]

    def _filled(self, made: DictionaryObject, given: DictionaryObject, depth: int) -> DictionaryObject:
        is_stream = isinstance(given, StreamObject)
        for key in given:
            # The length is told anew; a stream that names a file would fetch it.
            if key not in GONE and key not in made and not (is_stream and key in ("/Length", "/F", "/DL")):
                made[NameObject(key)] = self.of(given.raw_get(key), depth + 1)
        return made


def _stream(given: StreamObject) -> StreamObject:
    """Return a stream with the content of another one, photos without their metadata."""
    made = EncodedStreamObject()
    made._data = given._data
    named = _resolved(given.get("/Filter"))
    kinds = [str(_resolved(kind)) for kind in named] if isinstance(named, list) else [str(named)] if named else []
    if "/JPXDecode" in kinds or "/Crypt" in kinds:
        raise refused_file(
            "PDF 中含有无法清理的图片（JPEG 2000），请打印成 PDF 后再上传",
            "The PDF holds pictures (JPEG 2000) that cannot be cleaned; print it to a PDF",
        )
    if kinds and kinds[-1] in ("/DCTDecode", "/DCT"):
        if kinds[:-1] == ["/FlateDecode"]:
            made._data = zlib.decompressobj().decompress(made._data, MOST_UNPACKED)
            made[NameObject("/Filter")] = NameObject("/DCTDecode")
            made[NameObject("/DecodeParms")] = NullObject()
        elif kinds[:-1]:
            raise ValueError("a photo that is packed in an unusual way")
        made._data = without_segments(made._data)
    made[NameObject("/Length")] = NumberObject(len(made._data))
    return made


def _is_gone(given: DictionaryObject) -> bool:
    return _resolved(given.get("/Type")) in GONE_TYPES or _resolved(given.get("/S")) in ACTIONS


def _resolved(given: Any) -> Any:
    return given.get_object() if isinstance(given, IndirectObject) else given


def _undrawn() -> Exception:
    return refused_file(
        "PDF 中的表单无法清理，请把填好的表打印成 PDF 后再上传",
        "The form in the PDF cannot be cleaned; print the filled-in form to a PDF",
    )


def _too_much() -> Exception:
    return refused_file("PDF 页数或内容过多，请拆分后再上传", "The PDF holds too much; divide it")
