"""Mistakes that others made with files, tried here: each is named after what told of it."""

from __future__ import annotations

import ast
import csv
import io
import pickle
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cases import backup, restoring
from cases.record.database import reading
from cases.spreadsheets.ledger import Filters, export_cases
from tests.hostile_documents import HARMFUL as DOCUMENTS
from tests.samples import docx, packed
from tests.web.test_receipts import anonymous, holder
from tests.web.visitors import API, Office
from workflow.errors import Refusal

ROOT = Path(__file__).resolve().parent.parent.parent
UPWARDS = (
    "../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "..%252f..%252fetc%252fpasswd", "....//....//etc/passwd",
    "%2e%2e/%2e%2e/etc/passwd", "..\\..\\etc\\passwd", "/etc/passwd", "%00/etc/passwd", "..%c0%af..%c0%afetc/passwd",
)  # fmt: skip


def sent(office: Office, number: str, name: str, content: bytes, kind: str = "application/octet-stream") -> Any:
    """Send a file to a case."""
    path = f"{API}/cases/{number}/attachments"
    return office.program("zhang").post(path, files={"file": (name, content, kind)})


def lying(office: Office) -> list[Path]:
    """Return the files that lie in the office's folder."""
    return [path for path in office.app.state.settings.files.rglob("*") if path.is_file()]


@pytest.mark.parametrize("up", UPWARDS)
def test_no_address_leads_out_of_its_folder_ghsa_9ph7_f3hc_95gg(sqlite_office: Office, up: str) -> None:
    office = sqlite_office
    number, code = anonymous(office)
    clients = (
        office.client(),
        office.browser("xitong").client,
        office.browser("li").client,
        holder(office, code).client,
    )
    for start in ("/static/", f"/cases/{number}/attachments/", f"{API}/cases/{number}/attachments/", "/track/files/",
                  "/admin/logs/", "/admin/news/words/task/", "/language/"):  # fmt: skip
        for client in clients:
            answer = client.get(start + up)
            assert answer.status_code in (303, 401, 403, 404, 405, 422) and "root:" not in answer.text, start + up


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/x-php", "text/html;charset=x"])
def test_what_a_browser_says_of_a_file_counts_for_nothing_ghsa_858x_8f77_9vc5(sqlite_office: Office, kind: str) -> None:
    office = sqlite_office
    number = office.submitted()
    file = sent(office, number, "shell.php.txt", b"<?php system($_GET['c']); ?>", kind).json()["file"]
    assert file["media_type"] == "text/plain"
    fetched = office.program("li").get(
        f"{API}/cases/{number}/attachments/{file['digest']}", headers={"accept": kind[:9]}
    )
    assert fetched.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("ending", [".pht", ".phtml", ".php5", ".htaccess", ".jsp", ".aspx", ".py", ".sh", ".lnk"])
def test_a_file_lies_under_no_ending_that_runs_ghsa_27vp_fpg8_j8wv(sqlite_office: Office, ending: str) -> None:
    office = sqlite_office
    number = office.submitted()
    file = sent(office, number, f"shell{ending}", b"<?php echo 1; ?>").json()["file"]
    assert file["name"].endswith(f"{ending}.txt")
    assert [path.suffix for path in lying(office)] == [""]
    assert all(path.stat().st_mode & 0o111 == 0 for path in lying(office))


def test_a_package_writes_nowhere_else_osticket_zip_path_traversal(sqlite_office: Office, tmp_path: Path) -> None:
    office = sqlite_office
    number = office.submitted()
    evil = docx() | {"../../../evil.txt": "x", "/tmp/evil.txt": "x"}
    assert sent(office, number, "a.docx", packed(evil)).status_code in (201, 422)
    for path in lying(office):
        assert not [name for name in zipfile.ZipFile(path).namelist() if ".." in name or name.startswith("/")]
    saved, bad = tmp_path / "saved.tar.gz", tmp_path / "bad.tar.gz"
    backup.write(office.engine, saved, office.app.state.settings.files, at=office.at)
    for name in ("files/../../evil.txt", "/tmp/evil-bihuan.txt", "files/ab/../../../evil.txt"):
        with tarfile.open(saved) as old, tarfile.open(bad, "w:gz") as new:
            for member in old.getmembers():
                new.addfile(member, old.extractfile(member))
            info = tarfile.TarInfo(name)
            info.size = 4
            new.addfile(info, io.BytesIO(b"evil"))
        with pytest.raises(Refusal):
            restoring.restore(f"sqlite:///{tmp_path / 'new.db'}", bad, tmp_path / "restored")
    assert not list(tmp_path.rglob("evil*")) and not Path("/tmp/evil-bihuan.txt").exists()


def test_no_one_chooses_how_a_file_is_handed_out_osticket_remove_file_type_override(sqlite_office: Office) -> None:
    office = sqlite_office
    number = office.submitted()
    digest = sent(office, number, "a.txt", b"<html><script>alert(1)</script>").json()["file"]["digest"]
    client = office.browser("li").client
    for more in ("?type=text/html", "?disposition=inline", "?download=0&content_type=text/html", "?name=a.html"):
        fetched = client.get(f"/cases/{number}/attachments/{digest}{more}")
        assert fetched.headers["content-type"].startswith("text/plain")
        assert fetched.headers["content-disposition"].startswith("attachment") and ".txt" in str(fetched.headers)


def test_no_words_read_a_file_of_the_server_osticket_xss_to_lfi(sqlite_office: Office) -> None:
    office = sqlite_office
    words = "<iframe src=file:///etc/passwd> {% include '/etc/passwd' %} <!--#include file='/etc/passwd'--> &passwd;"
    number, code = anonymous(office, text=words)
    browser = holder(office, code)
    answers = [browser.page, office.browser("li").client.get(f"/cases/{number}"), browser.send("/track/export")]
    for answer in answers:
        assert answer.status_code == 200 and "root:" not in answer.text
    assert "/etc/passwd" in answers[-1].text  # it stands there as it was written


@pytest.mark.parametrize("made", DOCUMENTS, ids=lambda made: made[0][:20].encode("ascii", "replace").decode())
def test_a_document_opens_and_starts_nothing_mpdf_rce_lfi(sqlite_office: Office, made: Any) -> None:
    office = sqlite_office
    number = office.submitted()
    name, make = made
    answer = sent(office, number, name, make())
    assert answer.status_code == 422 and lying(office) == []


def test_no_upload_is_unpacked_into_objects_cve_2026_22248(sqlite_office: Office, tmp_path: Path) -> None:
    office, trace = sqlite_office, tmp_path / "trace"
    number = office.submitted()

    class Evil:
        def __reduce__(self) -> tuple[Any, tuple[str]]:
            return Path.touch, (trace,)  # type: ignore[return-value]  # what it would do, were it unpacked

    yaml = f"!!python/object/apply:pathlib.Path.touch ['{trace}']"
    files = (pickle.dumps(Evil()), yaml.encode(), b'O:8:"stdClass":0:{}', b"\xac\xed\x00\x05sr")
    for content in files:
        assert sent(office, number, "a.txt", content).status_code in (201, 422)
        assert office.client().post("/track", data={"code": content[:90]}).status_code in (401, 422, 429)
        cookie = content[:90].hex()
        assert office.client(cookie=f"bihuan={cookie}").get("/").status_code == 303
    assert not trace.exists()
    assert sorted(set(unpackers())) == []


def unpackers() -> Iterator[str]:
    """Yield what our programs use that makes objects, or programs, of what they read."""
    forbidden = {"pickle", "marshal", "shelve", "dill", "yaml", "jsonpickle", "exec", "eval"}
    for folder in ("cases", "web", "workflow", "notifications", "commands", "config"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [alias.name.partition(".")[0] for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                names += [node.func.id] if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else []
                yield from (f"{path.name}: {name}" for name in names if name in forbidden)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "＝", "＋", "－", "＠"])
def test_no_cell_begins_a_formula_osticket_csv_formula_injection(
    sqlite_office: Office, tmp_path: Path, sign: str
) -> None:
    office = sqlite_office
    words = f"{sign}cmd|' /C calc'!A0"
    office.submitted(title=words, identity="named")
    plain, excel = tmp_path / "ledger.csv", tmp_path / "ledger.xlsx"
    for path in (plain, excel):
        with reading(office.engine) as db:
            export_cases(db, path, Filters(), at=office.at)
    with plain.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["title"] == "'" + words.strip()
    page = openpyxl.load_workbook(excel).active
    cells = [cell for row in page.iter_rows(min_row=2) for cell in row]
    assert all(cell.data_type != "f" for cell in cells) and words.strip() in [cell.value for cell in cells]
