"""The page that shows who raised a case opens nothing before everybody else could read that it does."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlmodel import col, select

from cases import revealing, vault
from cases.record.database import reading
from cases.record.event import Event
from tests.cast import PASSWORD
from tests.web.visitors import Office


def test_what_is_sealed_is_opened_once_its_event_is_committed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    number = office.submitted()
    office.go(number, until="sign_for")
    wang, zhao, place = office.browser("wang"), office.browser("zhao"), f"/cases/{number}/identity"
    told: list[str] = []

    def opened(*given: Any) -> dict[str, str]:
        with reading(office.engine) as db:  # another connection, as anybody's
            told.append(db.exec(select(Event.action).order_by(col(Event.seq).desc()).limit(1)).one())
        return vault.fields_of(*given)

    monkeypatch.setattr(revealing, "fields_of", opened)
    wang.get(place)
    wang.send(place, reason="须电话核实")
    assert "等待另一人同意" in wang.words and "为什么需要知道" not in wang.words  # asked once is enough
    assert f'href="{place}"' in zhao.get(f"/cases/{number}") and "等您同意" in zhao.words
    assert "等您同意" not in wang.get(f"/cases/{number}")
    zhao.get(place)
    (row_id,) = re.findall(rf"{place}/(\d+)/agree", zhao.page.text)
    zhao.send(f"{place}/{row_id}/agree", approve="yes")
    wang.get(place)
    answer = wang.send(f"{place}/{row_id}/show", password=PASSWORD)
    assert answer.status_code == 200 and "张代表" in answer.text
    assert told == ["reveal"]
    assert "已同意，10 分钟内有效" in zhao.get(place)
    office.later(minutes=3)
    wang.get(place)
    wang.send(f"{place}/{row_id}/show", password=PASSWORD)
    seen = office.browser("zhang").get(f"/cases/{number}").partition("谁查看过我的身份")[2].partition("</section>")[0]
    assert seen.count("须电话核实") == 2 and seen.count("<li>") == 2  # each time, and why
