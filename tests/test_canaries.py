"""The search for invented people finds them however they are written, and nobody where nobody is."""

from __future__ import annotations

import base64
import io
import random
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.canaries import Canary, canaries, contents, disguises, hits, searches

PEOPLE = canaries(random.Random(5), 40)
SOMEBODY = PEOPLE[7]
NOISE = random.Random(6).randbytes(200_000)


@pytest.mark.parametrize("kind", ["name", "phone", "contact"])
def test_everybody_is_found_in_every_disguise(kind: str) -> None:
    wanted = searches(PEOPLE)
    for how, written in disguises(getattr(SOMEBODY, kind)):
        assert f"here: {kind} as {how}" in hits([("here", NOISE + written + NOISE)], wanted)


@pytest.mark.parametrize("shift", range(3))
@pytest.mark.parametrize("kind", ["name", "phone", "contact"])
def test_base64_is_found_between_any_neighbours(kind: str, shift: int) -> None:
    text = b"\xff\x07\x31"[:shift] + getattr(SOMEBODY, kind).encode() + b"\x99\x00"
    assert hits([("here", base64.b64encode(text))], searches(PEOPLE))


def test_nobody_is_found_in_noise_or_among_others() -> None:
    others = [Canary("欧阳娜娜", "13961812345", "canary-0@nest.example", "第一车间") for _ in range(3)]
    told = " ".join(word for one in others for word in one.told.values()).encode()
    assert hits([("noise", NOISE), ("others", told), ("hex", NOISE.hex().encode())], searches(PEOPLE)) == []


def test_half_a_name_is_found_as_well() -> None:
    assert hits([("here", SOMEBODY.name[:-3].encode())], searches(PEOPLE)) == ["here: name as UTF-8"]


def test_archives_are_searched_inside(tmp_path: Path) -> None:
    with zipfile.ZipFile(packed := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as inner:
        inner.writestr("sheet.xml", SOMEBODY.name * 50)
    (tmp_path / "ledger.xlsx").write_bytes(packed.getvalue())
    with tarfile.open(tmp_path / "saved.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "ledger.xlsx", "files/ledger.xlsx")
    found = hits(contents(tmp_path), searches(PEOPLE))
    assert [one.rpartition("|")[2] for one in found] == ["sheet.xml: name as UTF-8"] * 2
