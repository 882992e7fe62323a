"""An exported chain is verified offline, to the first changed byte."""

from __future__ import annotations

import os
import random
import secrets
from pathlib import Path

import pytest

from cases.broken import ChainBroken
from cases.record.database import reading
from cases.verifying import CannotRead, case_id_of, export_events, verify_file
from tests.cases.world import ROADS, Story, World

SCALE = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "20000")) / 20_000


@pytest.fixture
def exports(tmp_path: Path, migrated_sqlite_url: str) -> dict[str, bytes]:
    """Gives an export of a whole installation and one of a case, as bytes."""
    world = World(migrated_sqlite_url)
    stories = [Story(world, law) for law in ROADS for _ in range(2)]
    for step in range(4):
        for story in stories:
            action, by, form = ROADS[story.law][step]
            story.then(action, by, **form)
    with reading(world.db) as db:
        made = {"whole": list(export_events(db)), "case": list(export_events(db, case_id_of(db, stories[1].number)))}
    return {name: "".join(f"{line}\n" for line in lines).encode() for name, lines in made.items()}


def broken_line(path: Path, data: bytes) -> int | None:
    path.write_bytes(data)
    with pytest.raises(ChainBroken) as caught:
        verify_file(path)
    assert str(caught.value).isprintable()
    return caught.value.finding.line


def test_an_export_holds(tmp_path: Path, exports: dict[str, bytes]) -> None:
    path = tmp_path / "export.jsonl"
    for data in exports.values():
        path.write_bytes(data)
        assert verify_file(path) == data.count(b"\n") - 1


@pytest.mark.parametrize("kind", ["whole", "case"])
def test_every_random_tampering_of_an_export_is_found_at_its_first_line(
    tmp_path: Path, exports: dict[str, bytes], kind: str
) -> None:
    seed = secrets.randbelow(10**9)
    print("seed", seed)
    chance, data, path = random.Random(seed), exports[kind], tmp_path / "export.jsonl"
    lines = data.splitlines(keepends=True)
    for _ in range(round(1_000 * SCALE)):
        match chance.choice(("byte", "byte", "byte", "delete", "swap", "repeat", "cut", "append")):
            case "byte":
                place = chance.randrange(len(data))
                other = chance.choice([value for value in range(256) if value != data[place]])
                changed, expected = bytearray(data), data[:place].count(b"\n") + 1
                changed[place] = other
                assert broken_line(path, bytes(changed)) == expected, (place, other)
            case "delete":
                place = chance.randrange(len(lines))
                assert broken_line(path, b"".join(lines[:place] + lines[place + 1 :])) == place + 1
            case "swap":
                first, second = sorted(chance.sample(range(len(lines)), 2))
                swapped = lines.copy()
                swapped[first], swapped[second] = lines[second], lines[first]
                assert broken_line(path, b"".join(swapped)) == first + 1, (first, second)
            case "repeat":
                place = chance.randrange(len(lines))
                assert broken_line(path, b"".join([*lines[: place + 1], *lines[place:]])) == place + 2
            case "cut":
                place = chance.randrange(len(data))
                assert broken_line(path, data[:place]) == data[:place].count(b"\n") + 1
            case "append":
                extra = chance.choice((b"\n", b"\0", b" ", b"{}\n", lines[-1], lines[0]))
                assert broken_line(path, data + extra) == len(lines) + 1


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"{}\n", b"[" * 100_000, b"1" * 10_000 + b"\n", b'"\\ud800"\n', b"null\n"]
)
def test_something_else_is_no_export(tmp_path: Path, data: bytes) -> None:
    assert broken_line(tmp_path / "export.jsonl", data) == 1


def test_a_folder_and_a_missing_file_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.jsonl"):
        with pytest.raises(CannotRead, match="Cannot read the file"):
            verify_file(path)
