"""What the fields of a form are filled in with by those who draw lives of a case, soundly and otherwise."""

from __future__ import annotations

from typing import Any

from tests.cases.reference import CLOSED, UNKNOWN

SOUND: dict[str, list[Any]] = {
    "category": ["工资报酬", "劳动安全"], "tier": ["A", "B", "C"], "urgency": ["2h", "24h", "7d", "15d"],
    "lead": ["D", "G", "A", "B"], "support": [["A"], ["B"], ["C", "D"], []],
    "extra": ["3wd", "10d", "16wh", "48h", "12wd"], "rule": ["三定方案第五条"],
    "approve": ["yes", "no"], "promise": ["明年解决"], "promised_on": ["2030-03-01"], "audience": ["staff", "parties"],
    "reason": ["理由"], "note": ["留言"], "answer": ["答复"], "summary": ["摘要"], "result": ["结果"],
    "part": ["A", "B", "C", "D"],
}  # fmt: skip
UNSOUND: dict[str, list[Any]] = {
    "category": ["字" * 101, "a\x07"], "tier": ["Z"], "urgency": ["1h", 7], "lead": [UNKNOWN, CLOSED, "", ["D"]],
    "support": [[UNKNOWN], "D;X", 5], "extra": ["五天左右", "0wd", "99999wd", "300wd"], "approve": ["maybe", None],
    "promise": [""], "promised_on": ["2026-11-16", "2026-02-30", "9999-12-31"], "into": ["TA-2026-NONE", ""],
    "rule": ["", "字" * 201], "audience": ["nobody"], "rating": ["splendid"], "reason": ["\0", "字" * 2_001],
    "note": ["\ud800", 3], "answer": ["字" * 20_001], "summary": [""], "result": ["\x1b[0m"],
}  # fmt: skip
