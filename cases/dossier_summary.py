"""A dossier to be read without this program: what the case is, what happened in it, what was said and which files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from cases.hanging import Whole

ZONE = ZoneInfo("Asia/Shanghai")
SHOWN = ("number", "title", "category", "state", "stage", "identity", "round", "rating", "submitted_at", "closed_at")
STYLE = "body{font-family:sans-serif;max-width:60em;margin:2em auto}td,th{text-align:left;padding:.2em .8em .2em 0}"


def summary(whole: Whole, lines: Sequence[str], at: datetime) -> str:
    """Return a page in HTML with nothing in it that would be fetched or run."""
    events = [json.loads(line) for line in lines]
    number = str(whole.row["number"])
    parts = [
        f"<h1>案卷 Dossier {escape(number)}</h1>",
        f"<p>{_moment(at.isoformat())}</p>",
        _table(("", ""), ((name, whole.row[name]) for name in SHOWN)),
        "<h2>经过 History</h2>",
        _table(
            ("#", "时间 At", "动作 Action", "由 From", "至 To", "角色 Role", "哈希 Hash"),
            (
                (e["seq"], _moment(e["at"]), e["action"], e["state_from"], e["state_to"], e["role"], e["hash"][:16])
                for e in events
            ),
        ),
        "<h2>文字 Texts</h2>",
        _table(
            ("版本 Version", "项目 Field", "内容 Text"),
            ((row.version, row.field, "（已删除 erased）" if row.body is None else row.body) for row in whole.passages),
        ),
        "<h2>附件 Files</h2>",
        _table(
            ("名称 Name", "字节 Bytes", "SHA-256"), ((row.name or "—", row.size, row.digest) for row in whole.files)
        ),
    ]
    head = f'<meta charset="utf-8"><title>{escape(number)}</title><style>{STYLE}</style>'
    return f"<!doctype html>\n<html lang=zh>\n<head>{head}</head>\n<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    body = "\n".join("<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row) + "</tr>" for row in rows)
    return f"<table>\n<tr>{head}</tr>\n{body}\n</table>"


def _cell(value: Any) -> str:
    return "" if value is None else escape(str(value)).replace("\n", "<br>")


def _moment(written: str) -> str:
    return f"{datetime.fromisoformat(written).astimezone(ZONE):%Y-%m-%d %H:%M:%S}"
