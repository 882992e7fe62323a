"""A limit is read as people write it and said as people say it."""

from __future__ import annotations

import pytest

from workflow.limit_words import read, said
from workflow.limits import LimitError


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        ("5", "5wd"),
        ("5wd", "5wd"),
        ("5个工作日", "5wd"),
        ("５ 个工作日", "5wd"),
        ("3 working days", "3wd"),
        ("1 working day", "1wd"),
        ("5天", "5d"),
        ("5 日", "5d"),
        ("48 小时", "48h"),
        ("48 Hours", "48h"),
        ("16wh", "16wh"),
        ("90m", "90m"),
    ],
)
def test_what_people_write_is_read(written: str, limit: str) -> None:
    assert str(read(written)) == limit


@pytest.mark.parametrize("written", ["", "wd", "五天", "-5", "5.5", "5 weeks", "0", "5 5", "100000"])
def test_what_is_no_limit_is_refused(written: str) -> None:
    with pytest.raises(LimitError):
        read(written)


def test_a_limit_is_said_in_both_languages() -> None:
    assert said("1wd") == ("1 个工作日", "1 working day")
    assert said(read("30d")) == ("30 天", "30 days")
