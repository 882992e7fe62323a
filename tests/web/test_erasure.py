"""Staff erase who raised a case: one asks, another agrees by typing the number, and it is gone at once."""

from __future__ import annotations

import re

from cases.record.database import reading
from cases.record.vault import Sealed
from tests.web.test_open_submit import MATTER, TOLD, submitted
from tests.web.visitors import API, Browser, Office


def asked(office: Office, mode: str = "confidential", **form: str) -> tuple[str, Browser]:
    """Raise a case without an account, let its reviewer ask that who raised it be erased, and return both."""
    submitted(office, mode)
    (item,) = office.program("li").get(f"{API}/cases").json()["items"]
    place, li = f"/cases/{item['number']}/erasure", office.browser("li")
    assert f'href="{place}"' in li.get(f"/cases/{item['number']}")
    li.get(place)
    assert li.send(place, reason="本人书面要求", **form).status_code == 303
    return place, li


def kept(office: Office) -> int:
    with reading(office.engine) as db:
        return len(db.exec(Sealed.__table__.select()).all())  # type: ignore[attr-defined]  # known to no type


def test_a_second_person_agrees_by_typing_the_number(office: Office) -> None:
    place, li = asked(office)
    assert "等待另一人同意" in li.words and "agree" not in li.page.text
    zhao = office.browser("zhao")
    assert f'href="{place}"' in zhao.get("/") and "是否同意删除身份" in zhao.words
    assert "本人书面要求" in zhao.get(place)
    (agree,) = re.findall(rf"{place}/\d+/agree", zhao.page.text)
    answer = zhao.send(agree, approve="yes", sure="TA-1")
    assert answer.status_code == 409 and "输入的编号与本案不一致" in zhao.words and kept(office) == 4
    zhao.get(place)
    assert zhao.send(agree, approve="yes", sure=place.split("/")[2]).status_code == 303
    assert kept(office) == 0 and MATTER["title"] in zhao.words
    assert "查看身份" not in li.get(f"/cases/{place.split('/')[2]}")


def test_texts_go_as_well_where_that_is_asked_for(office: Office) -> None:
    place, _ = asked(office, with_texts="yes")
    zhao = office.browser("zhao")
    zhao.get(place)
    (agree,) = re.findall(rf"{place}/\d+/agree", zhao.page.text)
    zhao.send(agree, approve="yes", sure=place.split("/")[2])
    assert MATTER["title"] not in zhao.words and MATTER["text"] not in zhao.words


def test_whoever_declines_needs_to_type_nothing_and_nothing_is_erased(office: Office) -> None:
    place, li = asked(office)
    zhao = office.browser("zhao")
    zhao.get(place)
    (agree,) = re.findall(rf"{place}/\d+/agree", zhao.page.text)
    assert zhao.send(agree, approve="no").status_code == 303
    assert kept(office) == 4 and "agree" not in li.get(place)


def test_a_request_needs_a_reason_and_nobody_else_finds_the_page(office: Office) -> None:
    place, _ = asked(office)
    sun = office.browser("sun")
    sun.get(place)
    assert sun.send(place, reason=" ").status_code == 422 and "请填写理由" in sun.words
    li = office.browser("li")
    li.get(place)
    assert li.send(place, reason="书面要求第二次", with_texts="yes").status_code == 409 and "您已申请过" in li.words
    assert "书面要求第二次</textarea>" in li.page.text and "checked" in li.page.text  # nothing that was typed is lost
    for login in ("zhang", "wang", "qian", "xitong"):
        assert office.browser(login).client.get(place).status_code == 404, login


def test_of_an_anonymous_case_the_texts_alone_are_erased(office: Office) -> None:
    place, li = asked(office, "anonymous", with_texts="yes")
    assert "没有留存身份" in li.get(place) and TOLD["name"] not in li.words
