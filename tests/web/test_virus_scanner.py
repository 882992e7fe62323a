"""The virus scanner: what it finds is refused, and where it cannot be asked nothing is taken."""

import socket
import tempfile
import time
from pathlib import Path

import pytest

from cases.errors import InvalidFields
from cases.virus_scanner import scan
from config.settings import Settings, SettingsError
from tests.samples import picture
from tests.scanners import EICAR, Scanner
from tests.web.visitors import API, SUBMISSION, Office

MISBEHAVING = ("deaf", "slow", "hangs_up", "halfway", "garbage", "endless", "full", "unfinished")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "came"
    path.write_bytes(b"wages" * 100_000)
    return path


def test_what_a_scanner_does_not_mind_is_taken_and_it_has_seen_every_byte(file: Path) -> None:
    with Scanner() as scanner:
        scan(file, scanner.address)
    assert scanner.seen == [file.read_bytes()]


def test_a_scanner_may_be_reached_by_a_path(file: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, Scanner(path=Path(folder) / "clamd.ctl") as scanner:
        scan(file, scanner.address)
    assert scanner.seen == [file.read_bytes()]


def test_what_it_finds_is_refused(file: Path) -> None:
    file.write_bytes(b"wages" + EICAR)
    with Scanner() as scanner, pytest.raises(InvalidFields, match="The virus scanner found something"):
        scan(file, scanner.address)


@pytest.mark.parametrize("how", MISBEHAVING)
def test_a_scanner_that_misbehaves_lets_nothing_pass_and_keeps_nobody_waiting(file: Path, how: str) -> None:
    began = time.monotonic()
    with Scanner(how) as scanner, pytest.raises(InvalidFields, match="does not answer"):
        scan(file, scanner.address, patience=1)
    assert time.monotonic() - began < 5


def test_a_scanner_that_is_not_there_lets_nothing_pass(file: Path, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"127.0.0.1:{free.getsockname()[1]}"
    for address in (nowhere, str(tmp_path / "none"), "127.0.0.1:99999", "\udcff:3310"):
        with pytest.raises(InvalidFields, match="does not answer"):
            scan(file, address, patience=1)


def test_an_installation_with_a_scanner_takes_only_what_it_has_looked_at(sqlite_office: Office, tmp_path: Path) -> None:
    number = sqlite_office.submitted()
    zhang, url = sqlite_office.program("zhang"), f"{API}/cases/{number}/attachments"
    settings = sqlite_office.app.state.settings
    with Scanner() as scanner:
        object.__setattr__(settings, "virus_scanner", scanner.address)
        assert zhang.post(url, files={"file": ("a.png", picture("PNG"))}).status_code == 201
        found = zhang.post(url, files={"file": ("a.txt", EICAR)})
    assert (found.status_code, found.json()["detail"]) == (422, "病毒扫描发现问题，文件未保存")
    gone = zhang.post(url, files={"file": ("a.png", picture("PNG"))}, headers={"accept-language": "en"})
    assert (gone.status_code, gone.json()["errors"][0]["field"]) == (422, "file")
    assert "not kept" in gone.json()["detail"]
    assert len([path for path in (tmp_path / "files").rglob("*") if path.is_file()]) == 1


def test_nobody_waits_for_the_scanner_of_somebody_else(sqlite_office: Office) -> None:
    number = sqlite_office.submitted()
    zhang, url = sqlite_office.program("zhang"), f"{API}/cases/{number}/attachments"
    others = sqlite_office.program("li")
    entered: list[int] = []

    class Watching(Scanner):
        def _answer(self, client: socket.socket) -> None:
            entered.append(others.post(url, files={}, data={}).status_code)
            entered.append(others.post(f"{API}/cases", json=SUBMISSION).status_code)
            super()._answer(client)

    with Watching() as scanner:
        object.__setattr__(sqlite_office.app.state.settings, "virus_scanner", scanner.address)
        assert zhang.post(url, files={"file": ("a.txt", b"wages")}).status_code == 201
    assert entered == [422, 201]


@pytest.mark.parametrize("address", ["127.0.0.1", "clamd", "host:port", "host:", "relative/path", "a b:1"])
def test_an_address_that_is_none_is_refused_at_the_start(address: str) -> None:
    with pytest.raises(SettingsError, match="virus_scanner"):
        Settings(virus_scanner=address)
