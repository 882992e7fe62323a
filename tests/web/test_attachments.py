"""Files: what is taken, where it lies, how it is handed out."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from tests.web.visitors import API, Office

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc33"
    "0000000049454e44ae426082"
)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xdb" + bytes(64) + b"\xff\xd9"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def archive(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name in names:
            made.writestr(name, "<x/>")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (archive("[Content_Types].xml", "word/document.xml"), DOCX),
        (archive("[Content_Types].xml", "xl/workbook.xml"), XLSX),
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
    file, digest = answer.json()["file"], hashlib.sha256(content).hexdigest()
    assert file | {"added_at": ""} == {
        "digest": digest, "name": "张三 工资.exe", "media_type": media_type, "size": len(content), "version": 3,
        "added_at": "",
    }  # fmt: skip
    assert (tmp_path / "files" / digest[:2] / digest).read_bytes() == content
    fetched = sqlite_office.program("li").get(f"{API}/cases/{number}/attachments/{digest}")
    assert fetched.content == content
    assert fetched.headers["content-disposition"].startswith("attachment; filename*=utf-8''%E5%BC%A0")
    assert fetched.headers["content-security-policy"].startswith("sandbox")
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert sqlite_office.program("wang").get(f"{API}/cases/{number}/attachments/{digest}").status_code == 404
    event = sqlite_office.program("li").get(f"{API}/cases/{number}/events").json()["items"][-1]
    assert (event["action"], event["role"], event["actor"]) == ("attach", "submitter", None)


@pytest.mark.parametrize(
    "content", [b"", b"MZ\x90\x00" + bytes(100), archive("evil.exe"), b"PK\x03\x04broken", b"\x00\x01"]
)
def test_a_file_of_another_kind_is_refused_and_leaves_nothing(office: Office, tmp_path: Path, content: bytes) -> None:
    number = office.submitted()
    answer = office.program("zhang").post(f"{API}/cases/{number}/attachments", files={"file": ("a.pdf", content)})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "file"
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
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
    digest = hashlib.sha256(PNG).hexdigest()
    assert zhang.client.get(f"/cases/{number}/attachments/{digest}").content == PNG


def test_of_two_who_add_to_the_same_version_one_is_told(office: Office) -> None:
    number = office.submitted()
    url = f"{API}/cases/{number}/attachments"
    for login, status in (("zhang", 201), ("li", 409)):
        answer = office.program(login).post(url, files={"file": ("a.png", PNG)}, headers={"if-match": '"2"'})
        assert answer.status_code == status
    assert answer.json()["version"] == 3
