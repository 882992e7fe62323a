"""Word and Excel files packed anew: only the parts that the document leads to, each of them cleaned."""

from __future__ import annotations

import posixpath
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote
from xml.sax.saxutils import quoteattr

from cases import clean_pictures
from cases.clean_markup import Budget, local, read, rewrite
from cases.media import OFFICE, refused_file, words

MOST_ENTRIES = 2_000
MOST_UNPACKED = 32 * 1024 * 1024
MOST_PIXELS = 100_000_000
#: An entry above the second figure that unpacks to more than so many times its size is a bomb.
MOST_RATIO, SMALL = 200, 1024 * 1024
NAME = re.compile(r"[A-Za-z0-9_.\[\]~ +()-]+(/[A-Za-z0-9_.\[\]~ +()-]+)*")
TYPES, ROOT_LINKS = "[Content_Types].xml", "_rels/.rels"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
#: Kinds of relationships (the last word of their type) whose parts are left out: who wrote, when, where, with what.
GONE = words(
    "core-properties extended-properties custom-properties thumbnail customXml customXmlProps printerSettings people "
    "commentsExtensible attachedTemplate documenttasks revisionHeaders revisionLog usernames customProperty "
    "keyMapCustomizations customizations webextensiontaskpanes webextension origin signature mailMergeSource "
    "recipientData mailMergeRecipientData wpsCustomData classificationlabels"
)
#: Kinds that run, or bring another file along: such a file is refused, for without them it says something else.
REFUSED = words(
    "vbaProject wordVbaData oleObject package control activeXControlBinary ctrlProp aFChunk subDocument frame "
    "externalLink externalLinkPath externalLinkLongPath xlPathMissing connections queryTable "
    "xlMacrosheet xlIntlMacrosheet dialogsheet attachedToolbars extensibility"
)
MARKUP = (".xml", ".vml", ".rels")
PICTURES = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jfif": "JPEG",
    ".gif": "GIF",
    ".bmp": "BMP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
}
FONT = ".odttf"
EPOCH = (1980, 1, 1, 0, 0, 0)


def clean(source: Path, target: BinaryIO) -> None:
    """Pack an office file anew, one that `media_type` has let pass: its directory is short.

    Raises InvalidFields for a bomb, for names that lead elsewhere, for macros and embedded or linked files, and
    whatever zipfile, expat and Pillow raise if it is damaged.
    """
    with zipfile.ZipFile(source) as archive:
        _require_harmless(archive)
        package = _Package(archive)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
            package.write(made)


def _require_harmless(archive: zipfile.ZipFile) -> None:
    """Refuse an archive by what its directory says, before anything is unpacked."""
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise _bomb()
    names = {entry.filename.lower() for entry in entries}
    for entry in entries:
        if entry.file_size > SMALL and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise _bomb()
        is_link = entry.external_attr >> 16 & 0o170000 == 0o120000
        parts = entry.orig_filename.rstrip("/").split("/")
        is_odd = not NAME.fullmatch(entry.orig_filename.rstrip("/")) or any(set(part) == {"."} for part in parts)
        if is_link or is_odd or len(names) < len(entries):
            raise refused_file(
                "文件包中有不正常的文件名或链接，无法接受", "The file holds links or names that lead elsewhere"
            )
        if entry.flag_bits & 1:
            raise refused_file("文件有密码，请去掉密码后再上传", "The file has a password; take it off first")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise zipfile.BadZipFile("packed in an unusual way")


class _Package:
    """What is kept of an archive: the parts that relationships lead to, and the relationships themselves."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._budget = Budget()
        self._names = {name.lower(): name for name in archive.namelist()}
        self._links: dict[str, list[tuple[str, str, str]]] = {}
        self._gone_ids: dict[str, set[str]] = {}
        self._kept: dict[str, None] = {}
        self._follow("")

    def write(self, made: zipfile.ZipFile) -> None:
        """Write every part that is kept, cleaned, and what names them."""
        _add(made, TYPES, self._types())
        for source, links in self._links.items():
            if links:
                _add(made, _links_of(source), _relationships(links))
        pixels = 0
        for name in self._kept:
            ending = posixpath.splitext(name)[1].lower()
            with self._archive.open(name) as part, made.open(_entry(name), "w") as target:
                if ending in MARKUP:
                    rewrite(part, target, self._gone_ids.get(name, ()), self._budget)  # type: ignore[arg-type]  # a stream
                elif ending in PICTURES:
                    pixels += clean_pictures.clean(part, target, PICTURES[ending])  # type: ignore[arg-type]  # too
                elif ending == FONT:
                    shutil.copyfileobj(part, target)
                else:
                    raise refused_file(
                        "文件中含有无法清理的内容（如 EMF 图片），请另存为 PDF 后再上传",
                        "The file holds something that cannot be cleaned, such as an EMF drawing; save it as PDF",
                    )
            if pixels > MOST_PIXELS:
                raise _bomb()

    def _follow(self, source: str) -> None:
        """Keep what the relationships of a part lead to, and so on; parts wait in a list, for circles are common."""
        waiting = [source]
        while waiting:
            here = waiting.pop()
            self._links[here], self._gone_ids[here] = [], set()
            for link_id, kind, target, is_outside in self._relationships_of(here):
                word = kind.rpartition("/")[2]
                name = None if is_outside else self._names.get(_resolved(here, target).lower())
                if word in REFUSED or (is_outside and word not in ("hyperlink", *GONE)):
                    raise refused_file(
                        "文件含有宏、嵌入的文件或指向外部的链接，请去掉后再上传（如断开外部数据链接）",
                        "The file holds macros, embedded files or links to data elsewhere; take them out first",
                    )
                if word in GONE or name is None or name.lower().endswith(".svg"):
                    self._gone_ids[here].add(link_id)
                    continue
                self._links[here].append((link_id, kind, "/" + name))
                if name not in self._kept:
                    self._kept[name] = None
                    waiting.append(name)

    def _relationships_of(self, source: str) -> Iterator[tuple[str, str, str, bool]]:
        found: list[dict[str, str]] = []

        def start(name: str, attributes: list[str]) -> None:
            self._budget.spend(1 + len(attributes) // 2)
            if local(name) == "Relationship":
                found.append(dict(zip(attributes[::2], attributes[1::2], strict=True)))

        name = self._names.get(_links_of(source).lower())
        if name is not None:
            with self._archive.open(name) as part:
                read(part, start)  # type: ignore[arg-type]  # a stream
        for link in found:
            yield link["Id"], link["Type"], link["Target"], link.get("TargetMode") == "External"

    def _types(self) -> str:
        """Return the list of what each part is, for those that are kept."""
        kinds: dict[tuple[str, str], str] = {}

        def start(name: str, attributes: list[str]) -> None:
            self._budget.spend(1 + len(attributes) // 2)
            of = dict(zip(attributes[::2], attributes[1::2], strict=True))
            if local(name) == "Default":
                kinds["Extension", of["Extension"]] = of["ContentType"]
            elif local(name) == "Override":
                kinds["PartName", of["PartName"]] = of["ContentType"]

        with self._archive.open(TYPES) as part:
            read(part, start)  # type: ignore[arg-type]  # a stream
        if any(word in kind for kind in kinds.values() for word in ("macroEnabled", "vbaProject")):
            raise refused_file("不接受含宏的文件", "Files with macros are not taken")
        parts = {"/" + name.lower() for name in self._kept}
        endings = {posixpath.splitext(name)[1][1:].lower() for name in self._kept} | {"rels", "xml"}
        rows = "".join(
            f"<{'Default' if key == 'Extension' else 'Override'} {key}={quoteattr(of)} ContentType={quoteattr(kind)}/>"
            for (key, of), kind in kinds.items()
            if of.lower() in (endings if key == "Extension" else parts)
        )
        if not any(main in self._kept for main in OFFICE):
            raise zipfile.BadZipFile("no main part")
        return f'<Types xmlns="{PACKAGE}content-types">{rows}</Types>'


def _relationships(links: list[tuple[str, str, str]]) -> str:
    rows = "".join(
        f"<Relationship Id={quoteattr(link_id)} Type={quoteattr(kind)} Target={quoteattr(target)}/>"
        for link_id, kind, target in links
    )
    return f'<Relationships xmlns="{PACKAGE}relationships">{rows}</Relationships>'


def _links_of(source: str) -> str:
    """Return where the relationships of a part stand; the whole package is the part without a name."""
    folder, name = posixpath.split(source)
    return posixpath.join(folder, "_rels", name + ".rels")


def _resolved(source: str, target: str) -> str:
    """Return the part that a relationship names; one that leads out of the package names none."""
    path = posixpath.normpath(posixpath.join("/", posixpath.dirname(source), unquote(target).partition("#")[0]))
    return path.lstrip("/")


def _add(made: zipfile.ZipFile, name: str, markup: str) -> None:
    made.writestr(_entry(name), '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + markup)


def _entry(name: str) -> zipfile.ZipInfo:
    """Return an entry that says nothing of when and where it was made."""
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _bomb() -> Exception:
    return refused_file(
        "文件解压后过大，请拆分或缩小后再上传", "The file unpacks to more than is taken; divide it or make it smaller"
    )
