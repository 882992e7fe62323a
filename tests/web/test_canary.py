"""Invented people who raise cases: what they told of themselves lies nowhere but sealed, whatever is done with it.

Database, write-ahead log, files, logs and a backup are searched as bytes for every name and number, as they are and as
programs write them. `BIHUAN_TEST_EXAMPLES` says how many people.
"""

from __future__ import annotations

import base64
import gzip
import logging
import os
import random
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlmodel import select

from cases import backup
from cases.record.database import reading
from cases.record.vault import Sealed
from tests.web.visitors import API, Browser, Office, taken

PEOPLE = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "40"))
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许", "桂芳志强秀兰建国丽华明霞永庆翠萍玉梅海燕"


def invented(dice: random.Random, number: int) -> dict[str, str]:
    """Return somebody who is nobody: long enough that chance does not write it."""
    name = dice.choice(SURNAMES) + "".join(dice.sample(GIVEN, 4))
    return {"name": name, "phone": f"139{dice.randrange(10**8):08d}", "contact": f"canary{number:05d}x{dice.random()}"}


def disguises(text: str) -> Iterator[bytes]:
    """Yield a text as programs write it."""
    plain = text.encode()
    yield plain
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")
    yield text.encode("gb18030")
    yield plain.hex().encode()
    yield quote(text).encode()
    yield text.encode("unicode_escape")
    for shift in range(3):  # base64 at each of its three positions, without what the neighbours change
        yield base64.b64encode(b"\0" * shift + plain)[(4 if shift else 0) : -4]


def leaks(places: dict[str, bytes], people: list[dict[str, str]]) -> list[tuple[str, str]]:
    """Return where something of somebody is found."""
    found = []
    for person in people:
        for value in person.values():
            for written in disguises(value):
                found += [(place, value) for place, content in places.items() if written in content]
    return found


def test_nobody_s_name_lies_anywhere_but_sealed(
    sqlite_office: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    office, dice = sqlite_office, random.Random(seed := random.SystemRandom().randrange(10**9))
    print(f"seed {seed}")
    caplog.set_level(logging.DEBUG)
    people = [invented(dice, number) for number in range(PEOPLE)]
    codes = []
    for number, person in enumerate(people):
        office.later(minutes=7)
        form = {"workflow": "grievance", "unit": "C", "title": f"第 {number} 件", "text": "三个月没有发工资。"}
        form |= {"identity": dice.choice(("confidential", "named")), **person}
        refused = office.client().post("/submit/open", data=form | {"unit": "nowhere"})
        assert refused.status_code == 422
        page = office.client().post("/submit/open", data=form)
        assert page.status_code == 200, page.text
        codes += re.findall(r'<p class="receipt"[^>]*>([\d ]+)</p>', page.text)
    li, numbers = office.program("li"), []
    for item in li.get(f"{API}/cases?limit=100").json()["items"]:
        numbers.append(item["number"])
    for number in numbers[: PEOPLE // 4]:
        office.later(hours=25)  # five a day, and no more
        form = {"category": "工资报酬", "urgency": "7d", "tier": "A", "lead": "D"}
        assert taken(li, number, "accept", form).status_code == 200
        shown = seen(office, number)
        assert any(person["name"] in shown for person in people)
    for code in codes[: PEOPLE // 4]:
        browser = Browser(office.client())
        browser.client.post("/track", data={"code": code})
        browser.get("/track")
        browser.send("/track/export")
        browser.get("/track")
        assert browser.send("/track/erase", sure="yes", with_texts="yes").status_code == 303
    saved = tmp_path / "saved.tar.gz"
    backup.write(office.engine, saved, office.app.state.settings.files, at=office.at)
    folder = Path(str(office.engine.url.database)).parent
    places = {str(path): path.read_bytes() for path in (*folder.rglob("*"), *tmp_path.rglob("*")) if path.is_file()}
    places |= {"backup": gzip.decompress(saved.read_bytes()), "logs": caplog.text.encode()}
    assert leaks(places, people) == []
    with reading(office.engine) as db:
        assert len(db.exec(select(Sealed)).all()) == 4 * (PEOPLE - PEOPLE // 4)
    assert leaks({"the test": people[0]["name"].encode("utf-16-le")}, people) != []  # it does find what is there


def seen(office: Office, number: str) -> str:
    """See who raised a case as its page lets one, and return the page."""
    wang, zhao = office.browser("wang"), office.browser("zhao")
    wang.get(f"/cases/{number}/identity")
    wang.send(f"/cases/{number}/identity", reason="须电话核实")
    zhao.get(f"/cases/{number}/identity")
    if "同意" in zhao.words and 'name="approve"' in zhao.page.text:
        (place,) = re.findall(rf"/cases/{number}/identity/(\d+)/agree", zhao.page.text)
        zhao.send(f"/cases/{number}/identity/{place}/agree", approve="yes")
    wang.get(f"/cases/{number}/identity")
    (place,) = re.findall(rf"/cases/{number}/identity/(\d+)/show", wang.page.text)
    answer = wang.send(f"/cases/{number}/identity/{place}/show", password="tests-only")
    return answer.text
