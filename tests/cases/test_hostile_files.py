"""A hostile corpus: every file is refused in a sentence, or what is kept of it betrays nobody and does nothing."""

from __future__ import annotations

import io
import re
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import openpyxl.drawing.image
import pypdf
import pytest
from PIL import Image

from cases.attachments import LONGEST_NAME, place_of, store
from cases.errors import InvalidFields
from cases.media import ENDINGS
from tests import hostile_documents, hostile_office, hostile_pictures
from tests.hostile_pictures import CHINESE, LATIN
from tests.samples import picture

KEPT = (
    *hostile_pictures.BETRAYING,
    *hostile_documents.BETRAYING,
    *hostile_office.BETRAYING,
    *hostile_documents.TEXTS,
)
REFUSED = (
    *hostile_pictures.HARMFUL,
    *hostile_documents.HARMFUL,
    *hostile_office.HARMFUL,
    *hostile_documents.NO_TEXTS,
)
#: Those that name nobody, and act or hide something.
SILENT = {"page behind.docx"}
#: Words that make a reader of PDF or Office act, fetch or open something.
ACTING = b"/JavaScript /JS /Launch /URI /EmbeddedFile /OpenAction /AA vbaProject <script".split()
MOST_MEMORY = 64 * 1024 * 1024
# Pillow warns of a damaged EXIF, which is thrown away; a warning stops nothing outside of tests.
pytestmark = pytest.mark.filterwarnings("ignore:Corrupt EXIF")


def ids(made: tuple[str, Callable[[], bytes]]) -> str:
    return made[0][:30].encode("ascii", "backslashreplace").decode()


def test_the_corpus_is_large_and_names_people() -> None:
    assert len(KEPT) + len(REFUSED) >= 150
    assert any(LATIN in value for value in hostile_documents.titled())
    betraying = [*hostile_pictures.BETRAYING, *hostile_documents.BETRAYING, *hostile_office.BETRAYING]
    silent = {name for name, make in betraying if not betrayed(make())}
    assert silent == SILENT


@pytest.mark.parametrize("made", KEPT, ids=ids)
def test_what_is_kept_betrays_nobody(tmp_path: Path, made: tuple[str, Callable[[], bytes]]) -> None:
    name, content = made[0], made[1]()
    with measured():
        kept = store(tmp_path / "files", name, io.BytesIO(content))
    lies = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert lies == [place_of(tmp_path / "files", kept.place)]
    assert betrayed(lies[0].read_bytes()) == []
    assert len(kept.name) <= LONGEST_NAME and kept.name.lower().endswith(ENDINGS[kept.media_type])
    assert kept.name.isprintable() and not set(kept.name) & set('/\\:<>"|?*')
    if kept.media_type != "text/plain":
        assert [word for word in ACTING for part in insides(lies[0].read_bytes()) if word in part] == []
        # What is clean stays clean: another cleaning finds nothing to do that would refuse it.
        store(tmp_path / "again", name, io.BytesIO(lies[0].read_bytes()))


@pytest.mark.parametrize("made", REFUSED, ids=ids)
def test_what_cannot_be_made_clean_is_refused_in_a_sentence(
    tmp_path: Path, made: tuple[str, Callable[[], bytes]]
) -> None:
    content = made[1]()
    with measured(), pytest.raises(InvalidFields) as refusal:
        store(tmp_path / "files", made[0], io.BytesIO(content))
    assert [error.field for error in refusal.value.errors] == ["file"]
    assert re.fullmatch(r"[A-Z][^\n]{10,150}", refusal.value.en) and re.search(r"[一-鿿]", refusal.value.zh)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_photo_stays_the_photo_that_it_was_and_stands_upright(tmp_path: Path) -> None:
    for turned, red_at in ((1, (5, 10)), (3, (35, 10)), (6, (10, 5)), (8, (10, 35))):
        with pixels(tmp_path, picture("JPEG", exif=hostile_pictures.exif(turned))) as image:
            assert image.size == ((40, 20) if turned < 5 else (20, 40))
            red = image.convert("RGB").getpixel(red_at)
            assert isinstance(red, tuple) and red[0] > 200 > 60 > red[1]
    with pixels(tmp_path, picture("JPEG", "CMYK")) as image:
        red = image.getpixel((5, 10))
        assert image.mode == "RGB" and isinstance(red, tuple) and red[0] > 200 > 60 > red[1]
    with pixels(tmp_path, picture("PNG", "I;16")) as image:
        assert image.getpixel((5, 10)) == 60_000


def test_text_and_figures_of_a_document_stay(tmp_path: Path) -> None:
    kept = {name: make for name, make in hostile_office.BETRAYING}
    tracked = b"".join(insides(stored(tmp_path, kept["tracked.docx"]())))
    assert "工资".encode() in tracked and "奖金".encode() in tracked and b'w:author="Author"' in tracked
    assert b"rsid" not in tracked and b"w:date" not in tracked and b"w:initials" not in tracked


def test_a_workbook_of_an_office_opens_afterwards_with_all_its_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.properties.creator = book.properties.lastModifiedBy = LATIN
    sheet = book.active
    assert sheet is not None
    for row in range(1, 500):
        sheet.append([f"职工 {row}", row * 1.5, f"=B{row}*2"])
    sheet["A1"].comment = openpyxl.comments.Comment("三月少发", LATIN)
    sheet["A2"].hyperlink = f"https://example.org/{LATIN}"
    sheet.add_image(openpyxl.drawing.image.Image(io.BytesIO(hostile_pictures.jpeg_with_place())), "E2")
    made = io.BytesIO()
    book.save(made)
    kept = stored(tmp_path, made.getvalue())
    assert (betrayed(made.getvalue()) != [], betrayed(kept)) == (True, [])
    again = openpyxl.load_workbook(io.BytesIO(kept))
    sheet = again.active
    assert [[cell.value for cell in row] for row in sheet.rows][-1] == ["职工 499", 748.5, "=B499*2"]
    assert (sheet["A1"].comment.text, sheet["A1"].comment.author) == ("三月少发", "Author")
    assert (sheet["A2"].hyperlink.target, len(sheet._images)) == (None, 1)
    assert again.properties.creator != LATIN


def test_a_page_shows_the_same_text_afterwards(tmp_path: Path) -> None:
    for name, make in hostile_documents.BETRAYING:
        page = pypdf.PdfReader(io.BytesIO(stored(tmp_path, make()))).pages[0]
        assert page.extract_text() == "Unpaid wages", name


@pytest.fixture(autouse=True, scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Lets libraries load what they load once, so that no file is charged with it."""
    for made in (hostile_pictures.BETRAYING[3], hostile_documents.BETRAYING[0], hostile_office.BETRAYING[0]):
        store(tmp_path_factory.mktemp("warm"), made[0], io.BytesIO(made[1]()))


class measured:
    """Prints what is done costs in time, and fails if it takes 64 MB more than there were before."""

    def __enter__(self) -> None:
        if sys.platform == "linux":
            Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        self._before, self._began = memory("VmRSS"), time.thread_time()

    def __exit__(self, *problem: object) -> None:
        took, more = time.thread_time() - self._began, memory("VmHWM") - self._before
        print(f"{took:.3f} s, {more / 2**20:.1f} MB")
        assert more < MOST_MEMORY, f"{more / 2**20:.0f} MB"


def memory(what: str) -> int:
    if sys.platform != "linux":
        return 0
    found = re.search(rf"{what}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024


def stored(folder: Path, content: bytes) -> bytes:
    return place_of(folder, store(folder, "a", io.BytesIO(content)).place).read_bytes()


def pixels(folder: Path, content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(stored(folder, content)))


def betrayed(content: bytes) -> list[str]:
    """Return the names that are found in a file, in whatever is packed within it, however they are written."""
    found = []
    for part in insides(content):
        for name in (LATIN, LATIN.replace(" ", ""), LATIN.split()[1], CHINESE):
            written = [name.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")]
            written += [form.hex().encode() for form in written]
            found += [name for form in written if form in part or form in part.replace(b"\0", b"")]
    return found


def insides(content: bytes) -> Iterator[bytes]:
    """Return a file and what is packed in it: members of a zip file, strings of a PDF, and all that zlib unpacks."""
    yield content
    yield re.sub(rb"\\([0-7]{3})", lambda octal: bytes((int(octal[1], 8) & 255,)), content)
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield archive.comment
            for entry in archive.infolist():
                yield entry.filename.encode() + entry.extra + entry.comment
                yield archive.read(entry)
    for place in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", content):
        try:
            yield zlib.decompressobj().decompress(content[place.start() :], 1_000_000)
        except zlib.error:
            continue
