"""Files: what is taken, where it lies, how it is handed out."""

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from cases.media import ENDINGS
from tests import samples
from tests.samples import DOCX, XLSX, docx, packed, pdf, picture, xlsx
from tests.web.visitors import API, Office

PNG = samples.picture("PNG")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (pdf(), "application/pdf"),
        (PNG, "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (packed(docx()), DOCX),
        (packed(xlsx()), XLSX),
        ("工资条\n三月未发".encode(), "text/plain"),
        ("工资条\r\n三月未发".encode("gb18030"), "text/plain"),
        (b"<html><script>alert(1)</script>", "text/plain"),
    ],
)  # fmt: skip
def test_a_file_is_what_it_holds_and_comes_back_as_a_download(
    sqlite_office: Office, tmp_path: Path, content: bytes, media_type: str
) -> None:
    number = sqlite_office.submitted()
    zhang = sqlite_office.program("zhang")
    answer = zhang.post(f"{API}/cases/{number}/attachments", files={"file": ("../../张三 工资.exe", content)})
    assert answer.status_code == 201, answer.text
    file = answer.json()["file"]
    assert (file["media_type"], file["version"]) == (media_type, 3)
    assert file["name"] == "张三 工资.exe" + ENDINGS[media_type][0]
    fetched = sqlite_office.program("li").get(f"{API}/cases/{number}/attachments/{file['digest']}")
    digest, kept = file["digest"], fetched.content
    assert (hashlib.sha256(kept).hexdigest(), len(kept)) == (digest, file["size"])
    assert [path.read_bytes() for path in stored(tmp_path)] == [kept]
    assert fetched.headers["content-type"].startswith(media_type)
    assert fetched.headers["cross-origin-resource-policy"] == "same-origin"
    assert fetched.headers["content-disposition"].startswith("attachment; filename*=utf-8''%E5%BC%A0")
    assert fetched.headers["content-security-policy"].startswith("sandbox")
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert sqlite_office.program("wang").get(f"{API}/cases/{number}/attachments/{digest}").status_code == 404
    event = sqlite_office.program("li").get(f"{API}/cases/{number}/events").json()["items"][-1]
    assert (event["action"], event["role"], event["actor"]) == ("attach", "submitter", None)


@pytest.mark.parametrize(
    "content", [b"", b"MZ\x90\x00" + bytes(100), packed({"evil.exe": "MZ"}), b"PK\x03\x04broken", b"\x00\x01"]
)
def test_a_file_of_another_kind_is_refused_and_leaves_nothing(office: Office, tmp_path: Path, content: bytes) -> None:
    number = office.submitted()
    answer = office.program("zhang").post(f"{API}/cases/{number}/attachments", files={"file": ("a.pdf", content)})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "file"
    assert stored(tmp_path) == []
    assert office.program("zhang").get(f"{API}/cases/{number}").json()["version"] == 2


def test_ten_megabytes_are_the_most(sqlite_office: Office, tmp_path: Path) -> None:
    number = sqlite_office.submitted()
    zhang, url = sqlite_office.program("zhang"), f"{API}/cases/{number}/attachments"
    assert zhang.post(url, files={"file": ("a.txt", b"x" * (10 * 1024 * 1024))}).status_code == 201
    over = zhang.post(url, files={"file": ("a.txt", b"x" * (10 * 1024 * 1024 + 1))})
    assert over.status_code == 422
    assert zhang.post(url, files={"file": ("a.txt", b"x" * (11 * 1024 * 1024))}).status_code == 413
    assert zhang.post(url).status_code == 422


def test_a_file_comes_through_the_page_too(office: Office) -> None:
    number = office.submitted()
    zhang = office.browser("zhang")
    zhang.get(f"/cases/{number}")
    assert zhang.send(f"/cases/{number}/attachments", file=("现场.png", PNG)).status_code == 303
    assert "现场.png" in zhang.words
    assert "上传附件" in zhang.words
    answer = zhang.send(f"/cases/{number}/attachments", file=("程序.exe", b"MZ\x00"))
    assert answer.status_code == 422
    assert "只接受 PDF" in zhang.words
    link = re.search(rf'"(/cases/{number}/attachments/[0-9a-f]{{64}})"', zhang.get(f"/cases/{number}"))
    assert link and zhang.client.get(link[1]).content.startswith(b"\x89PNG")


def test_of_two_who_add_to_the_same_version_one_is_told(office: Office) -> None:
    number = office.submitted()
    url = f"{API}/cases/{number}/attachments"
    for login, status in (("zhang", 201), ("li", 409)):
        answer = office.program(login).post(url, files={"file": ("a.png", PNG)}, headers={"if-match": '"2"'})
        assert answer.status_code == status
    assert answer.json()["version"] == 3


def test_two_equal_files_are_two_and_neither_lies_under_its_digest(sqlite_office: Office, tmp_path: Path) -> None:
    number = sqlite_office.submitted()
    zhang = sqlite_office.program("zhang")
    sent = [zhang.post(f"{API}/cases/{number}/attachments", files={"file": ("a.png", PNG)}).json() for _ in "12"]
    assert sent[0]["file"]["digest"] == sent[1]["file"]["digest"]
    names = {path.name for path in stored(tmp_path)}
    assert len(names) == 2 and all(len(name) == 32 and name not in sent[0]["file"]["digest"] for name in names)


def test_a_file_that_no_case_takes_does_not_stay(sqlite_office: Office, tmp_path: Path) -> None:
    number = sqlite_office.submitted()
    url, old = f"{API}/cases/{number}/attachments", {"if-match": '"1"'}
    answer = sqlite_office.program("zhang").post(url, files={"file": ("a.png", PNG)}, headers=old)
    assert (answer.status_code, stored(tmp_path)) == (409, [])
    assert sqlite_office.program("wang").post(url, files={"file": ("a.png", PNG)}).status_code == 404
    assert stored(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("工资.hta", "工资.hta.txt"),
        ("现场.TXT", "现场.TXT"),
        ("a.pdf\u202etxt.exe", "a.pdftxt.exe.txt"),
        ("..\\..\\autorun.inf", "autorun.inf.txt"),
        ("a:b|c.txt", "a_b_c.txt"),
        (" . ", "file.txt"),
        ("长" * 400 + ".txt", "长" * 196 + ".txt"),
    ],
)
def test_a_name_says_what_a_file_is_and_nothing_else(sqlite_office: Office, name: str, kept: str) -> None:
    number = sqlite_office.submitted()
    sent = {"file": (name, b"wages")}
    answer = sqlite_office.program("zhang").post(f"{API}/cases/{number}/attachments", files=sent)
    assert answer.json()["file"]["name"] == kept


def stored(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


def test_one_person_adds_so_many_files_an_hour_and_the_refused_ones_count(office: Office, tmp_path: Path) -> None:
    number, state = office.submitted(), office.app.state
    state.settings = replace(state.settings, uploads_an_hour=3)

    def added(login: str, content: bytes) -> int:
        path = f"{API}/cases/{number}/attachments"
        return office.program(login).post(path, files={"file": ("a.txt", content)}).status_code

    assert [added("zhang", content) for content in (b"one", b"\0", b"two", b"three")] == [201, 422, 201, 429]
    assert len(stored(tmp_path)) == 2 and added("li", b"four") == 201
    office.later(hours=1)
    assert added("zhang", b"three") == 201
