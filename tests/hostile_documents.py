"""PDF files and texts that betray somebody, or mean harm; each is made when it is asked for."""

from __future__ import annotations

import io
import zlib
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link, Text
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, EncodedStreamObject, NameObject
from pypdf.generic import TextStringObject as Words

from tests.hostile_pictures import BOTH, LATIN, Made, jpeg_with_place
from tests.samples import pdf


def _dictionary(**entries: Any) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{key}"): value for key, value in entries.items()})


def _stream(content: bytes, **entries: Any) -> DecodedStreamObject:
    made = DecodedStreamObject()
    made.set_data(content)
    made.update(_dictionary(**entries))
    return made


def _again(content: bytes) -> PdfWriter:
    return PdfWriter(clone_from=io.BytesIO(content))


def _bytes(writer: PdfWriter) -> bytes:
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def _authored() -> bytes:
    writer = _again(pdf())
    writer.add_metadata({"/Author": BOTH, "/Creator": LATIN, "/Title": BOTH, "/Company": BOTH})
    return _bytes(writer)


def _xmp() -> bytes:
    writer = _again(pdf())
    data = writer._add_object(_stream(BOTH.encode(), Type=NameObject("/Metadata"), Subtype=NameObject("/XML")))
    writer.root_object[NameObject("/Metadata")] = writer.pages[0][NameObject("/Metadata")] = data
    writer.pages[0][NameObject("/PieceInfo")] = _dictionary(Word=_dictionary(Private=Words(BOTH)))
    return _bytes(writer)


def _scripted() -> bytes:
    writer = _again(pdf())
    action = _dictionary(S=NameObject("/JavaScript"), JS=Words(BOTH))
    named = _dictionary(Names=ArrayObject([Words(LATIN), action]))
    writer.root_object[NameObject("/Names")] = _dictionary(JavaScript=named)
    writer.root_object[NameObject("/OpenAction")] = action
    writer.pages[0][NameObject("/AA")] = _dictionary(O=action)
    return _bytes(writer)


def _attached() -> bytes:
    writer = _again(pdf())
    writer.add_attachment(f"{LATIN}.txt", BOTH.encode())
    return _bytes(writer)


def _noted() -> bytes:
    writer = _again(pdf())
    writer.add_annotation(0, Text(text="三月", rect=(10, 10, 20, 20)))
    note = writer.pages[0]["/Annots"][0].get_object()  # type: ignore[index]  # an array of notes
    note[NameObject("/T")], note[NameObject("/RC")] = Words(BOTH), Words(BOTH)
    writer.add_annotation(0, Link(rect=(0, 0, 9, 9), url=f"https://example.org/{LATIN}"))
    return _bytes(writer)


def _launching() -> bytes:
    writer = _again(pdf())
    action = _dictionary(S=NameObject("/Launch"), F=Words(LATIN))
    link = _dictionary(Type=NameObject("/Annot"), Subtype=NameObject("/Link"), A=action)
    file = _dictionary(Type=NameObject("/Annot"), Subtype=NameObject("/FileAttachment"), FS=Words(BOTH))
    writer.pages[0][NameObject("/Annots")] = ArrayObject([link, file])
    return _bytes(writer)


def _field(**entries: Any) -> bytes:
    writer = _again(pdf())
    field = _dictionary(
        Type=NameObject("/Annot"), Subtype=NameObject("/Widget"), FT=NameObject("/Tx"), T=Words(BOTH),
        Rect=ArrayObject(), V=Words(BOTH), AA=_dictionary(K=_dictionary(S=NameObject("/JavaScript"), JS=Words(BOTH))),
        **entries,
    )  # fmt: skip
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(field)])
    writer.root_object[NameObject("/AcroForm")] = _dictionary(Fields=ArrayObject(), DA=Words(BOTH))
    return _bytes(writer)


def _drawn_field() -> bytes:
    look = _stream(b"BT ET", Type=NameObject("/XObject"), Subtype=NameObject("/Form"))
    return _field(AP=_dictionary(N=look))


def _image(content: bytes, kind: str) -> bytes:
    writer = _again(pdf())
    image = EncodedStreamObject()
    image._data = content
    image.update(_dictionary(Type=NameObject("/XObject"), Subtype=NameObject("/Image"), Filter=NameObject(kind)))
    resources = writer.pages[0]["/Resources"]
    assert isinstance(resources, DictionaryObject)
    resources[NameObject("/XObject")] = _dictionary(Im1=writer._add_object(image))
    return _bytes(writer)


def _layered() -> bytes:
    writer = _again(pdf())
    usage = _dictionary(CreatorInfo=_dictionary(Creator=Words(BOTH)))
    layer = writer._add_object(_dictionary(Type=NameObject("/OCG"), Name=Words("1"), Usage=usage))
    writer.root_object[NameObject("/OCProperties")] = _dictionary(OCGs=ArrayObject([layer]), D=_dictionary())
    return _bytes(writer)


def _changed_later() -> bytes:
    writer = PdfWriter(io.BytesIO(_authored()), incremental=True)
    writer.add_metadata({"/Author": "nobody"})
    return _bytes(writer)


def _locked(password: str) -> bytes:
    writer = _again(pdf())
    writer.encrypt(password, "owner")
    return _bytes(writer)


def _form_of_xml() -> bytes:
    writer = _again(pdf())
    writer.root_object[NameObject("/AcroForm")] = _dictionary(XFA=_stream(BOTH.encode()))
    return _bytes(writer)


def _raw(*objects: str) -> bytes:
    body = "".join(f"{number} 0 obj\n{text}\nendobj\n" for number, text in enumerate(objects, 1))
    return f"%PDF-1.7\n{body}trailer<</Root 1 0 R/Size {len(objects) + 1}>>\n%%EOF\n".encode()


def _unpacking() -> bytes:
    packed = zlib.compress(bytes(100_000_000), 9)
    head = f"1 0 obj\n<</Type/XRef/W[1 2 1]/Size 9/Root 2 0 R/Filter/FlateDecode/Length {len(packed)}>>\nstream\n"
    made = b"%PDF-1.7\n" + head.encode() + packed + b"\nendstream\nendobj\n"
    return made + b"startxref\n9\n%%EOF\n"


def titled() -> list[str]:
    """Return the properties that a reader finds in a PDF with an author, to show that the corpus is not empty."""
    return [str(value) for value in (PdfReader(io.BytesIO(_authored())).metadata or {}).values()]


BETRAYING: tuple[Made, ...] = (
    ("author.pdf", _authored),
    ("xmp.pdf", _xmp),
    ("script.pdf", _scripted),
    ("attachment.pdf", _attached),
    ("notes.pdf", _noted),
    ("launch.pdf", _launching),
    ("field.pdf", _drawn_field),
    ("photo.pdf", lambda: _image(jpeg_with_place(), "/DCTDecode")),
    ("layers.pdf", _layered),
    ("changed later.pdf", _changed_later),
    ("page behind.pdf", lambda: pdf() + f"<html><script>{BOTH}</script>".encode()),
    ("remark in front.pdf", lambda: pdf().replace(b"%PDF-1.3\n", f"%PDF-1.3\n%{BOTH}<html>\n".encode(), 1)),
)
HARMFUL: tuple[Made, ...] = (
    ("locked.pdf", lambda: _locked("secret")),
    ("locked without a password.pdf", lambda: _locked("")),
    ("half.pdf", lambda: pdf()[:120]),
    ("empty.pdf", lambda: b"%PDF-1.7\n%%EOF\n"),
    ("no pages.pdf", lambda: _raw("<</Type/Catalog>>")),
    ("form of xml.pdf", _form_of_xml),
    ("undrawn field.pdf", _field),
    ("JPEG 2000.pdf", lambda: _image(BOTH.encode(), "/JPXDecode")),
    ("broken photo.pdf", lambda: _image(BOTH.encode(), "/DCTDecode")),
    ("circle.pdf", lambda: _raw("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 9/Kids[2 0 R]>>")),
    ("deep.pdf", lambda: _raw("<</Type/Catalog/Pages 2 0 R>>", "[" * 100_000)),
    ("bomb.pdf", _unpacking),
    ("many pages.pdf", lambda: _raw(
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count 20000/Kids[{'3 0 R ' * 20_000}]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    )),
    ("deep page.pdf", lambda: _raw(
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Group {'<</A ' * 90}1{'>>' * 90}>>",
    )),
)  # fmt: skip
#: Texts stay as they came, under a name that nothing runs.
TEXTS: tuple[Made, ...] = (
    ("drawing.svg", lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><!-- --></svg>'),
    ("page.html", lambda: b"<!doctype html><script>alert(document.cookie)</script>"),
    ("page.pht", lambda: b"<?php system($_GET['c']);"),
    ("page.pdf.phtml", lambda: b"<?php phpinfo();"),
    ("picture.gif.js", lambda: b"GIF89a/*0000*/=0;alert(1)//"),
    ("report.pdf.html", lambda: b"<html><!--%PDF-1.7--><script>alert(1)</script>"),
    ("start.bat", lambda: b"@echo off\r\ndel *.*\r\n"),
    ("工资.hta", lambda: b"<hta:application><script language=vbscript>"),
    (".htaccess", lambda: b"AddType application/x-httpd-php .txt"),
    ("web.config", lambda: b"<configuration></configuration>"),
    ("a\u202etxt.exe", lambda: b"echo"),
    ("a\0.txt", lambda: b"echo"),
    ("../../../etc/cron.d/x", lambda: b"* * * * * root id"),
    ("C:\\Windows\\win.ini", lambda: b"[fonts]"),
    ("CON.txt", lambda: b"con"),
    ("a.txt::$DATA", lambda: b"stream"),
    ("长" * 4_000 + ".docx", lambda: b"long"),
    ("x" * 100_000, lambda: b"long"),
    ("a.txt\r\nSet-Cookie: a=b", lambda: b"header"),
    ('"; filename="a.html', lambda: b"header"),
    ("", lambda: b"nameless"),
    ("large.txt", lambda: "工资".encode() * 1_700_000),
    ("faces.txt", lambda: b"x" * 9_000_000 + "😀".encode()),
)
NO_TEXTS: tuple[Made, ...] = (
    ("program.exe", lambda: b"MZ\x90\0" + bytes(500)),
    ("program", lambda: b"\x7fELF\2\1\1" + bytes(500)),
    ("link.lnk", lambda: b"L\0\0\0\1\x14\2\0" + bytes(100)),
    ("nul.txt", lambda: b"a" * 100_000 + b"\0"),
    ("wide.txt", lambda: "工资".encode("utf-16")),
    ("letter.rtf", lambda: b"{\\rtf1{\\info{\\author " + LATIN.encode() + b"}}}"),
    ("print.ps", lambda: b"%!PS-Adobe-3.0\n%%Creator: " + LATIN.encode()),
    ("old.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    ("archive.7z", lambda: b"7z\xbc\xaf\x27\x1c\0\4" + bytes(60)),
    ("nothing.txt", lambda: b""),
    ("too large.txt", lambda: b"x" * (10 * 1024 * 1024 + 1)),
)
