"""Small honest files of every kind that is taken, made here so that no binary file is kept with the tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
P = "http://schemas.openxmlformats.org/package/2006"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What a part of an office file is called in the list of types.
KINDS = {
    "word/document.xml": f"{DOCX}.main+xml",
    "xl/workbook.xml": f"{XLSX}.main+xml",
    "xl/worksheets/sheet1.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml",
}


def picture(kind: str, mode: str = "RGB", size: tuple[int, int] = (40, 20), **how: Any) -> bytes:
    """Return a picture whose left half is red, or bright."""
    image = Image.new(mode, size)
    red: Any = {"RGB": (255, 0, 0), "RGBA": (255, 0, 0, 255), "CMYK": (0, 255, 255, 0), "I;16": 60_000}.get(mode, 200)
    image.paste(Image.new(mode, (size[0] // 2, size[1]), red), (0, 0))
    made = io.BytesIO()
    image.save(made, kind, **how)
    return made.getvalue()


def packed(parts: Mapping[str, str | bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", how) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def links(*rows: tuple[str, str]) -> str:
    """Return relationships rId1, rId2, …; a target with a scheme is outside."""
    made = "".join(
        f'<Relationship Id="rId{place}" Type="{R}/{kind}" Target="{target}"'
        + (' TargetMode="External"/>' if ":" in target else "/>")
        for place, (kind, target) in enumerate(rows, 1)
    )
    return f'<?xml version="1.0"?><Relationships xmlns="{P}/relationships">{made}</Relationships>'


def office(main: str, body: str, *more: tuple[str, str]) -> dict[str, str | bytes]:
    """Return the parts of an office file; `more` are relationships of the whole package."""
    types = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in KINDS.items())
    endings = "".join(
        f'<Default Extension="{ending}" ContentType="{kind}"/>'
        for ending, kind in (
            ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
            ("xml", "application/xml"),
            ("jpeg", "image/jpeg"),
            ("bin", "application/octet-stream"),
        )
    )
    return {
        "[Content_Types].xml": f'<?xml version="1.0"?><Types xmlns="{P}/content-types">{endings}{types}</Types>',
        "_rels/.rels": links(("officeDocument", main), *more),
        main: body,
    }


def docx(body: str = "<w:p><w:r><w:t>三月工资未发</w:t></w:r></w:p>", *more: tuple[str, str]) -> dict[str, str | bytes]:
    """Return the parts of a Word file."""
    return office(
        "word/document.xml",
        f'<?xml version="1.0"?><w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}</w:body></w:document>',
        *more,
    )


def xlsx(cells: str = '<row r="1"><c r="A1"><v>1</v></c></row>', *more: tuple[str, str]) -> dict[str, str | bytes]:
    """Return the parts of an Excel file."""
    head = f'xmlns="{S}" xmlns:r="{R}"'
    book = f'<workbook {head}><sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>'
    return office("xl/workbook.xml", book, *more) | {
        "xl/_rels/workbook.xml.rels": links(("worksheet", "worksheets/sheet1.xml")),
        "xl/worksheets/sheet1.xml": f"<worksheet {head}><sheetData>{cells}</sheetData></worksheet>",
    }


def pdf(words: str = "Unpaid wages", writer: PdfWriter | None = None) -> bytes:
    """Return a PDF of one page with a line of text."""
    made, target = writer or PdfWriter(), io.BytesIO()
    page = made.add_blank_page(200, 100)
    font = DictionaryObject(
        {NameObject(key): NameObject(f"/{value}") for key, value in
         (("/Type", "Font"), ("/Subtype", "Type1"), ("/BaseFont", "Helvetica"))}
    )  # fmt: skip
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
    )
    drawn = DecodedStreamObject()
    drawn.set_data(f"BT /F1 12 Tf 10 50 Td ({words}) Tj ET".encode())
    page[NameObject("/Contents")] = made._add_object(drawn)
    made.write(target)
    return target.getvalue()
