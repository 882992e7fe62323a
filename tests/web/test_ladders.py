"""The ladder on the page of a case: it reads like minutes, and whom a case has climbed to can answer it."""

from __future__ import annotations

import html
import re

from cases.sweep import sweep
from tests.web.visitors import API, Office


def said(page: str) -> str:
    """Return the words of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_history_reads_like_minutes_and_a_level_acknowledges(office: Office) -> None:
    number = office.submitted()
    for _ in range(10):
        list(sweep(office.engine, office.later(days=1)))
    above = office.browser("chen")
    words = said(above.get(f"/cases/{number}"))
    assert (
        "系统 到期提醒 「待审议」到期前 4 个工作小时（2026-11-19 13:30）；已告知：市总工会审议人员（李审议）" in words
    )
    assert "系统 黄牌 「待审议」逾期 1 个工作日（2026-11-20 17:30）；已告知：" in words
    assert "系统 逐级升级 「待审议」逾期 3 个工作日" in words and "已告知：省总工会督查人员（陈督查）" in words
    assert "已升级至 督查人员 · 省总工会（陈督查），尚未阅处" in words

    above.send(f"/cases/{number}/acknowledge", measure="order", reason="请三日内审议")
    assert "已阅：下达督办单" in said(above.get(f"/cases/{number}"))
    mine = said(office.browser("zhang").get(f"/cases/{number}"))
    assert "已升级至 督查人员 · 省总工会，已阅" in mine and "陈督查" not in mine and "李审议" not in mine


def test_the_explanation_names_the_rungs_fired_and_to_come(office: Office) -> None:
    number = office.submitted()
    office.later(days=4)
    list(sweep(office.engine, office.at))
    items = office.program("li").get(f"{API}/cases/{number}/explain").json()["items"]
    (desk,) = [item for item in items if item["state"] == "in_review"]
    assert [(rung["do"], rung["at"], bool(rung["fired_at"]), rung["is_passed"]) for rung in desk["rungs"]] == [
        ("remind", "-4wh", True, False),
        ("overdue", "0", True, False),
        ("yellow", "+1wd", False, False),
        ("climb", "+3wd", False, False),
    ]
