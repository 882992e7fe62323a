"""The dossier of a case is verified offline: any byte that changes, any row, any text and any file is found."""

from __future__ import annotations

import json
import os
import random
import zipfile
from pathlib import Path

import pytest

from cases import dossier
from cases.act import find
from cases.attachments import attach, store
from cases.broken import ChainBroken
from cases.dossier import ChangedDossier, _pack
from cases.raw import snapshot
from cases.record.database import transaction
from cases.record.people import User
from cases.verifying import CannotRead
from tests.cases.attacks import run
from tests.cases.world import Story, World
from tests.cast import MONDAY

EXAMPLES = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "300"))
SEED = 20_261_121


@pytest.fixture
def written(world: World, tmp_path: Path) -> Path:
    """Gives the dossier of a case with texts, clocks, a department and a file."""
    story = Story(world).up_to("satisfied")
    files, paper = tmp_path / "files", tmp_path / "工资单.txt"
    paper.write_text("三月工资 3,200 元", encoding="utf-8")
    with paper.open("rb") as source, transaction(world.db) as db:
        file = store(files, paper.name, source)
        attach(db, find(db, story.number), file, by=db.get_one(User, world.people["li"]), at=story.at)
    return out_of(world, story, tmp_path / "dossier.zip")


def out_of(world: World, story: Story, out: Path) -> Path:
    with snapshot(world.db) as db:
        dossier.write(db, story.case.id or 0, out, out.with_name("files"), MONDAY)
    return out


def test_a_dossier_holds_and_is_an_ordinary_archive(written: Path) -> None:
    assert dossier.is_one(written) and dossier.verify(written) > 6
    with zipfile.ZipFile(written) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names[:3] == ["events.jsonl", "record.json", "summary.html"] and names[-1] == "manifest.json"
        page = archive.read("summary.html").decode()
    assert "已补发工资" in page and "工资单.txt" in page and "张代表" not in page
    assert 'submitter_id":null' in zipfile.ZipFile(written).read("record.json").decode()


def test_the_same_case_makes_the_same_bytes(world: World, tmp_path: Path) -> None:
    story = Story(world).up_to("report")
    assert (
        out_of(world, story, tmp_path / "a.zip").read_bytes() == out_of(world, story, tmp_path / "b.zip").read_bytes()
    )


def test_a_dossier_of_an_erased_text_holds_without_it(world: World, tmp_path: Path) -> None:
    story = Story(world).up_to("report")
    with transaction(world.db) as db:
        run(db, "UPDATE passages SET body = NULL, salt = NULL WHERE field = 'answer'")
    out = out_of(world, story, tmp_path / "a.zip")
    assert dossier.verify(out) and "已补发工资".encode() not in out.read_bytes()


def test_every_random_change_of_a_dossier_is_found(written: Path, tmp_path: Path) -> None:
    chance, data, path = random.Random(SEED), written.read_bytes(), tmp_path / "changed.zip"
    for _ in range(EXAMPLES):
        path.write_bytes(changed := tampered(data, chance))
        with pytest.raises((ChangedDossier, ChainBroken)) as caught:
            dossier.verify(path)
        assert changed != data and str(caught.value).isprintable()


def tampered(data: bytes, chance: random.Random) -> bytes:
    """Return other bytes: one changed, some deleted, two pieces swapped, some inserted, the end cut off."""
    while True:
        at = chance.randrange(len(data))
        length = chance.randint(1, 64)
        match chance.choice(("edit", "edit", "delete", "swap", "insert", "cut")):
            case "edit":
                changed = data[:at] + bytes([data[at] ^ chance.randint(1, 255)]) + data[at + 1 :]
            case "delete":
                changed = data[:at] + data[at + length :]
            case "swap":
                first, second = data[at : at + length], data[at + length : at + 2 * length]
                changed = data[:at] + second + first + data[at + 2 * length :]
            case "insert":
                changed = data[:at] + chance.randbytes(length) + data[at:]
            case _:
                changed = data[:at]
        if changed != data:
            return changed


@pytest.mark.parametrize("what", ["text", "clock", "column", "file", "summary", "event", "left out", "more"])
def test_who_makes_a_new_archive_of_changed_members_is_found_by_the_events(
    written: Path, tmp_path: Path, what: str
) -> None:
    """The archive is made anew with fitting sums, so that only the hashes of the events are left to tell."""
    with zipfile.ZipFile(written) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    record = json.loads(members["record.json"])
    match what:
        case "text":
            table = record["rows"]["passages"]
            table["rows"][1][table["columns"].index("body")] += "。"
        case "clock":
            table = record["rows"]["clocks"]
            table["rows"][0][table["columns"].index("due_at")] = "2030-01-01 00:00:00.000000"
        case "column":
            record["case"]["state"] = "x"
        case "event":
            members["events.jsonl"] = members["events.jsonl"].replace(b'"role":"reviewer"', b'"role":"supervisor"')
        case "left out":
            record["rows"]["passages"]["rows"].pop()
        case "more":
            record["rows"]["more"] = 7
    members["record.json"] = json.dumps(record, ensure_ascii=False).encode()
    told = json.loads(members.pop("manifest.json"))
    if what == "file":
        members[next(name for name in members if name.startswith("files/"))] = b"another"
    if what == "summary":
        members["summary.html"] = b"<p>all is well</p>"
    if what in ("file", "summary"):  # told as they were
        facts = told["members"]
    else:
        facts = {name: dossier._facts(content) for name, content in members.items()}
    manifest = json.dumps({**told, "members": facts}).encode()
    path = tmp_path / "forged.zip"
    with path.open("wb") as target:
        _pack(target, {**members, "manifest.json": manifest}, dossier._facts(manifest)["sha256"])
    with pytest.raises((ChangedDossier, ChainBroken)):
        dossier.verify(path)


def test_what_is_no_dossier_is_refused_in_a_sentence(world: World, tmp_path: Path) -> None:
    story = Story(world).up_to("accept")
    out = out_of(world, story, tmp_path / "a.zip")
    assert json.loads(zipfile.ZipFile(out).read("manifest.json"))["missing"] == []
    with pytest.raises(CannotRead):
        dossier.verify(tmp_path / "missing.zip")
    (tmp_path / "other.zip").write_bytes(b"PK\x03\x04" + b"\0" * 100)
    with pytest.raises(ChangedDossier):
        dossier.verify(tmp_path / "other.zip")
