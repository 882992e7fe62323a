"""What lies in the folder is what was added: anything else is not handed out, and named by whoever verifies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.commands.test_program import Captured, run
from tests.web.test_attachments import stored
from tests.web.visitors import API, Office


def kept(office: Office, words: bytes) -> tuple[str, str]:
    """Add a file to a new case; return the case's number and where the file is fetched."""
    number = office.submitted()
    answer = office.program("zhang").post(f"{API}/cases/{number}/attachments", files={"file": ("a.txt", words)})
    return number, f"{API}/cases/{number}/attachments/{answer.json()['file']['digest']}"


def test_a_file_that_was_changed_in_the_folder_is_not_handed_out(sqlite_office: Office, tmp_path: Path) -> None:
    _, place = kept(sqlite_office, "工资条".encode())
    (path,) = stored(tmp_path)
    li = sqlite_office.program("li")
    assert li.get(place).status_code == 200
    path.write_bytes("工资表".encode())
    answer = li.get(place)
    assert answer.status_code == 409 and "这份附件与记录不符" in answer.json()["detail"]
    page = sqlite_office.browser("li").client.get(place.removeprefix(API))
    assert page.status_code == 409 and "与记录不符" in page.text


@pytest.mark.parametrize("fault", ["changed", "missing"])
def test_whoever_verifies_the_files_is_told_of_the_case_of_the_first_that_does_not_hold(
    sqlite_office: Office, tmp_path: Path, capsys: Captured, fault: str
) -> None:
    _, (number, _) = kept(sqlite_office, b"one"), kept(sqlite_office, b"two")
    url = sqlite_office.engine.url.render_as_string(hide_password=False)
    words = ["verify", "--files", str(tmp_path / "files"), "--database", url]
    status, out, err = run(capsys, *words)
    assert (status, out.endswith("events\n")) == (0, True) and "2 files are as they were added" in err
    (path,) = [path for path in stored(tmp_path) if path.read_bytes() == b"two"]
    if fault == "changed":
        path.write_bytes(b"too")
    else:
        os.unlink(path)
    status, _, err = run(capsys, *words)
    assert status == 1 and f"(case {number})" in err and fault in err
