"""What an evaluator is shown is there: each line of ASVS and of 等保, each test and page that it names."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests import evidence
from tests.evidence import ASVS, CLAUSES, DENGBAO, MARKS, asvs, counts, faults, gone, lines

CLAUSE = dict.fromkeys(CLAUSES.split(), "")


def test_asvs_has_seventy_lines_of_the_first_level_and_183_of_the_second() -> None:
    assert Counter(asvs().values()) == {"1": 70, "2": 183}


def test_every_line_of_asvs_is_there_once_with_a_test_or_a_reason() -> None:
    assert list(faults(ASVS, asvs())) == []


def test_every_clause_of_dengbao_is_there_once_with_a_test_or_a_reason() -> None:
    assert list(faults(DENGBAO, CLAUSE)) == []


def test_every_test_that_a_page_names_exists() -> None:
    assert list(gone()) == []


def test_the_table_at_the_top_counts_what_stands_below() -> None:
    text = ASVS.read_text(encoding="utf-8")
    for level, found in counts(ASVS).items():
        row = re.search(rf"^\| L{level} \| (.*) \|$", text, re.MULTILINE)
        assert row and [int(word) for word in row[1].split(" | ")] == [found[mark] for mark in MARKS]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("| 6.2.1 | 1 |", "| 6.2.99 | 1 |", "6.2.1 is missing"),
        ("| 6.2.1 | 1 |", "| 6.2.2 | 1 |", "6.2.2 stands there 2 times"),
        ("| 6.2.1 | 1 |", "| 6.2.99 | 1 |", "nobody asks for 6.2.99"),
        ("| 6.2.1 | 1 |", "| 6.2.1 | 2 |", "6.2.1 is of level 1"),
        ("`tests/cases/test_passwords.py::test_each_profile_says_what_is_wrong`", "", "6.2.1: no test shows it"),
        ("不是 Java · not Java", "", "1.3.8: no reason is given"),
        ("| met |", "| fine |", "1.1.1: fine is none of"),
        ("[files.md](files.md)", "files", "5.1.1: no page is named"),
    ],
)
def test_what_is_missing_double_or_empty_is_said(tmp_path: Path, before: str, after: str, said: str) -> None:
    text = ASVS.read_text(encoding="utf-8")
    assert before in text
    page = tmp_path / "asvs.md"
    page.write_text(text.replace(before, after), encoding="utf-8")
    assert any(said in fault for fault in faults(page, asvs()))


def test_a_test_that_has_another_name_now_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "DOCS", tmp_path)
    page = tmp_path / "asvs.md"
    page.write_text(
        "`tests/test_evidence.py::test_nobody` `tests/nowhere.py::test_x` [gone](gone.md)", encoding="utf-8"
    )
    assert len(list(gone())) == 3
    page.write_text("`tests/test_evidence.py::test_every_test_that_a_page_names_exists`", encoding="utf-8")
    assert list(gone()) == []


def test_both_languages_stand_in_every_line() -> None:
    for page in (ASVS, DENGBAO):
        for line in lines(page):
            zh, _, en = line.asked.partition(" · ")
            assert zh and re.search(r"[A-Za-z]{2}", en), line.number
            assert page is ASVS or re.search(r"[\u4e00-\u9fff]", zh), line.number
