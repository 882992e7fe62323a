"""Where identities are sealed for an officer, the server opens none without the officer's file and passphrase."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from cases import officer
from cases.access import Cost
from cases.record.database import reading
from cases.record.event import Event
from tests.cast import PASSWORD
from tests.web.test_open_submit import TOLD, submitted
from tests.web.visitors import API, Browser, Office

CHEAP = Cost(8, 1, 1)
PASSPHRASE = "only the officer knows"


@pytest.fixture
def key_file(office: Office, tmp_path: Path) -> Path:
    """Seals what is told from now on for an officer, and gives the officer's file."""
    path = tmp_path / "officer.key"
    public = officer.make(path, PASSPHRASE, CHEAP)
    office.app.state.settings = replace(office.app.state.settings, vault_officer=public)
    return path


def agreed(office: Office) -> tuple[Browser, str]:
    """Ask to see who raised the only case, let somebody agree, and return where it can be shown."""
    (item,) = office.program("li").get(f"{API}/cases").json()["items"]
    place = f"/cases/{item['number']}/identity"
    li, zhao = office.browser("li"), office.browser("zhao")
    li.get(place)
    li.send(place, reason="须电话核实")
    zhao.get(place)
    (agree,) = re.findall(rf"{place}/\d+/agree", zhao.page.text)
    zhao.send(agree, approve="yes")
    li.get(place)
    (show,) = re.findall(rf"{place}/\d+/show", li.page.text)
    return li, show


def showings(office: Office) -> int:
    with reading(office.engine) as db:
        return len(db.exec(select(Event).where(Event.action == "reveal")).all())


def test_the_officer_opens_an_identity_with_file_and_passphrase(office: Office, key_file: Path) -> None:
    submitted(office, "confidential")
    li, show = agreed(office)
    assert 'name="officer_key"' in li.page.text
    sent = {"password": PASSWORD, "passphrase": PASSPHRASE}
    assert li.send(show, officer_key=("officer.key", key_file.read_bytes()), **sent).status_code == 200
    assert all(value in li.words for value in TOLD.values())
    assert showings(office) == 1


@pytest.mark.parametrize("wrong", ["no file", "no key", "passphrase", "somebody else's"])
def test_without_the_officer_nothing_is_shown(office: Office, key_file: Path, tmp_path: Path, wrong: str) -> None:
    submitted(office, "confidential")
    li, show = agreed(office)
    file: tuple[str, bytes] = ("", b"")
    passphrase = PASSPHRASE
    if wrong == "no key":
        file = ("a.txt", b"[1")
    elif wrong == "passphrase":
        file, passphrase = ("officer.key", key_file.read_bytes()), "only nobody knows"
    elif wrong == "somebody else's":
        officer.make(tmp_path / "other.key", PASSPHRASE, CHEAP)
        file = ("officer.key", (tmp_path / "other.key").read_bytes())
    answer = li.send(show, officer_key=file, password=PASSWORD, passphrase=passphrase)
    assert answer.status_code == 409 and not any(value in li.words for value in TOLD.values())
    said = {"no file": "须由身份查看员", "somebody else's": "密钥不是当初"}.get(wrong, "密钥文件或口令不正确")
    assert said in li.words
    assert showings(office) == (wrong == "somebody else's")  # which key fits is known only once one has tried to open


def test_whoever_is_named_is_still_shown_by_name(office: Office, key_file: Path) -> None:
    for mode in ("named", "confidential"):
        submitted(office, mode, title=f"{mode} 一件")
    li, shown = office.browser("li"), {}
    for item in office.program("li").get(f"{API}/cases").json()["items"]:
        li.get(f"/cases/{item['number']}")
        shown[item["identity"]] = TOLD["name"] in li.words
    assert shown == {"named": True, "confidential": False}
