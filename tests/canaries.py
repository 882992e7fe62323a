"""Invented people whose names nobody else bears, and a search for them in whatever bytes an installation leaves behind.

All names begin alike, and so do all numbers: whatever begins so is looked at, however it is written, also when somebody
has shortened it. Archives are opened and searched inside.
"""

from __future__ import annotations

import base64
import gzip
import io
import random
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from urllib.parse import quote, quote_plus

GIVEN = "桂芳志强秀兰建国丽华明霞永庆翠萍玉梅海燕"
#: Of bytes that begin as a canary does; fewer come by chance.
FEWEST = 9


@dataclass(frozen=True)
class Canary:
    """Somebody who is nobody: who they are, and what they write, which is searched for once it was erased."""

    name: str
    phone: str
    contact: str
    text: str

    @property
    def told(self) -> dict[str, str]:
        """Return what they tell of themselves."""
        return {"name": self.name, "phone": self.phone, "contact": self.contact}


def canaries(dice: random.Random, count: int, name: str = "欧阳翡翎", phone: str = "139617") -> list[Canary]:
    """Invent people; one number belongs to nobody else of them, and all names and telephones begin as is said."""
    numbers = dice.sample(range(10_000, 100_000), count)
    return [
        Canary(
            name=f"{name}{''.join(dice.sample(GIVEN, 3))}{number}",
            phone=f"{phone}{number}",
            contact=f"canary-{phone}-{number}@nest.example",
            text=f"翡翎纺织厂第{phone[-3:]}{number}车间没有发工资",
        )
        for number in numbers
    ]


def disguises(text: str) -> Iterator[tuple[str, bytes]]:
    """Yield a text as programs write it, and how."""
    plain = text.encode()
    yield "UTF-8", plain
    yield "UTF-16-LE", text.encode("utf-16-le")
    yield "UTF-16-BE", text.encode("utf-16-be")
    yield "GB 18030", text.encode("gb18030")
    yield "hex", plain.hex().encode()
    yield "HEX", plain.hex().upper().encode()
    yield "URL", quote(text, safe="").encode()
    yield "url", quote(text, safe="").lower().encode()
    yield "form", quote_plus(text).encode()
    yield "escaped", text.encode("unicode_escape")
    yield "quoted", b"".join(b"=%02X" % byte for byte in plain)
    for shift in range(3):  # at each of its three positions, without the signs that the neighbours change as well
        yield f"base64+{shift}", _between(base64.b64encode, plain, shift)
        yield f"base64url+{shift}", _between(base64.urlsafe_b64encode, plain, shift)


class Search:
    """A search for many texts of one kind at once; with `is_whole`, not for others that begin as they do."""

    def __init__(self, texts: Iterable[str], *, is_whole: bool = False) -> None:
        self.is_whole = is_whole
        written: dict[str, set[bytes]] = {}
        for text in texts:
            for how, pattern in disguises(text):
                written.setdefault(how, set()).add(pattern)
        self.ways = [(how, _beginning(found), found) for how, found in written.items()]

    def of(self, content: bytes) -> set[str]:
        """Return in which ways any of the texts stands in some bytes; whoever reads the output sees between what."""
        ways = {how: self._place(content, begins, found) for how, begins, found in self.ways}
        for how, place in ways.items():
            if place >= 0:
                print(how, content[max(0, place - 40) : place + 60])
        return {how for how, place in ways.items() if place >= 0}

    def _place(self, content: bytes, begins: bytes, found: set[bytes]) -> int:
        """Return where the first of some patterns stands, -1 for nowhere."""
        place = content.find(begins)
        if len(begins) >= FEWEST and not self.is_whole:
            return place
        sizes = {len(pattern) for pattern in found}
        while place >= 0 and not any(content[place : place + size] in found for size in sizes):
            place = content.find(begins, place + 1)
        return place


class Bytes(Search):
    """A search for some bytes as they are."""

    def __init__(self, wanted: Iterable[bytes]) -> None:
        super().__init__(())
        self.wanted = list(wanted)

    def of(self, content: bytes) -> set[str]:
        """Return whether any of them is there, and nothing about how."""
        return {"such"} if any(one in content for one in self.wanted) else set()


def searches(people: Iterable[Canary]) -> dict[str, Search]:
    """Return a search for each kind of what people tell of themselves."""
    told = [one.told for one in people]
    return {kind: Search([one[kind] for one in told]) for kind in told[0]}


def hits(places: Iterable[tuple[str, bytes]], wanted: Mapping[str, Search]) -> list[str]:
    """Return where something is found: the place, the kind, and how it is written there."""
    return [
        f"{place}: {kind} as {how}"
        for place, content in places
        for kind, search in wanted.items()
        for how in sorted(search.of(content))
    ]


def contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes of a file, or of all files of a folder, and those of what lies in archives among them."""
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            yield from opened(str(file), file.read_bytes())


def opened(place: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield bytes as they are, and opened where they are an archive."""
    yield place, content
    if content[:2] == b"\x1f\x8b":
        yield from opened(f"{place}|gunzipped", gzip.decompress(content))
    elif content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from opened(f"{place}|{name}", archive.read(name))
    elif content[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            for member in tar:
                if (kept := tar.extractfile(member)) is not None:
                    yield from opened(f"{place}|{member.name}", kept.read())


def letters(messages: Iterable[tuple[str, Message]]) -> Iterator[tuple[str, bytes]]:
    """Yield what mail is as it came, and each of its parts decoded."""
    for number, (to, message) in enumerate(messages):
        yield f"mail {number} to {to}", message.as_bytes()
        for part in message.walk():
            if isinstance(body := part.get_payload(decode=True), bytes):
                yield f"mail {number} to {to}, decoded", body


def _beginning(found: set[bytes]) -> bytes:
    """Return what all of some patterns begin with."""
    first, last = min(found), max(found)
    same = [one == other for one, other in zip(first, last, strict=False)]
    return first[: same.index(False) if False in same else len(same)]


def _between(encode: object, plain: bytes, shift: int) -> bytes:
    assert callable(encode)
    whole = bytes(encode(b"\0" * shift + plain))
    signs = (shift + len(plain)) * 8 // 6  # those that only this text makes
    return whole[-(-shift * 8 // 6) : signs]
