"""The program as a person calls it: a case walked round, rows in three formats, one sentence for what is wrong."""

from __future__ import annotations

import csv
import io
import json

import pytest

from cases.record.database import engine, transaction
from commands.program import main

Captured = pytest.CaptureFixture[str]


def run(capsys: Captured, *words: str) -> tuple[int, str, str]:
    """Run the program and return its exit status, its rows and its messages."""
    with pytest.raises(SystemExit) as left:
        main(list(words))
    said = capsys.readouterr()
    return int(left.value.code or 0), said.out, said.err


def submitted(capsys: Captured, database: str, at: str = "2026-11-16T09:00") -> str:
    """Submit a proposal and return its number."""
    words = ["submit", "--as", "zhang", "--unit", "C", "--title", "建议增设驿站", "--text", "园区司机多，饮水不便。"]
    status, out, _ = run(capsys, *words, "--database", database, "--at", at)
    assert status == 0
    return out.strip()


def test_a_case_is_walked_round_on_the_command_line(capsys: Captured, database: str) -> None:
    number = submitted(capsys, database)
    for at, action, login, fields in (
        ("2026-11-16T10:00", "accept", "li", ["category=阵地建设", "tier=A", "lead=D"]),
        ("2026-11-16T11:00", "sign_for", "wang", []),
        ("2026-11-17T09:00", "report", "wang", ["answer=驿站已启用"]),
        ("2026-11-17T10:00", "verify", "zhao", []),
        ("2026-11-18T09:00", "unsatisfied", "zhang", ["reason=还没有饮水机"]),
        ("2026-11-19T09:00", "report", "wang", ["answer=饮水机已装好"]),
        ("2026-11-19T10:00", "verify", "zhao", []),
        ("2026-11-20T09:00", "satisfied", "zhang", []),
    ):
        sets = [word for field in fields for word in ("--set", field)]
        status, _, err = run(capsys, "act", number, action, "--as", login, *sets, "--database", database, "--at", at)
        assert (status, err) == (0, "")

    status, out, _ = run(capsys, "show", number, "--format", "json", "--database", database)
    shown = json.loads(out)
    assert (status, shown["round"], shown["rating"], len(shown["events"])) == (0, 2, "satisfied", 10)

    status, out, _ = run(capsys, "show", number, "--at", "2026-11-16T10:30", "--format", "json", "--database", database)
    assert (json.loads(out)["stage"], json.loads(out)["tier"]) == ("handle", "A")

    status, out, _ = run(capsys, "verify", "--database", database)
    assert (status, out.strip().splitlines()[-1]) == (0, "ok 12 events")


def test_a_case_is_shown_with_its_departments(capsys: Captured, database: str) -> None:
    number = submitted(capsys, database)
    for at, action, login, fields in (
        ("2026-11-16T10:00", "accept", "li", ["category=阵地建设", "tier=A", "lead=D", "support=A"]),
        ("2026-11-16T11:00", "sign_part", "zhou", []),
        ("2026-11-16T12:00", "report_progress", "zhou", ["percent=40"]),
    ):
        sets = [word for field in fields for word in ("--set", field)]
        assert run(capsys, "act", number, action, "--as", login, *sets, "--database", database, "--at", at)[0] == 0
    _, out, _ = run(capsys, "show", number, "--format", "json", "--database", database)
    assert json.loads(out)["parts"] == [
        {"unit": "D", "kind": "lead", "status": "offered", "since": "2026-11-16T10:00:00+08:00", "due": None,
         "progress": "0%"},
        {"unit": "A", "kind": "support", "status": "signed", "since": "2026-11-16T11:00:00+08:00",
         "due": "2026-11-30T17:30:00+08:00", "progress": "40%"},
    ]  # fmt: skip
    _, out, _ = run(capsys, "show", number, "--database", database)
    assert "40%" in out and "progress" in out


def test_show_tells_who_acted_with_labels_and_what_lies_beside_and_names_to_staff_alone(
    capsys: Captured, database: str
) -> None:
    number = submitted(capsys, database)
    for at, action, login, fields in (
        ("2026-11-16T10:00", "accept", "li", ["category=阵地建设", "tier=A", "lead=D", "support=A"]),
        ("2026-11-16T11:00", "sign_for", "wang", []),
        ("2026-11-16T12:00", "request_extension", "wang", ["reason=取证", "extra=5 个工作日"]),
        ("2026-11-16T13:30", "note", "zhao", ["note=内部意见", "audience=staff"]),
    ):
        sets = [word for field in fields for word in ("--set", field)]
        assert run(capsys, "act", number, action, "--as", login, *sets, "--database", database, "--at", at)[0] == 0
    status, out, _ = run(capsys, "show", number.lower(), "--database", database)
    assert status == 0
    for words in ("accept 立案交办", "handling 办理中", "A 类 限时办结", "权益保障部", "办理中", "5wd", "extra"):
        assert words in out, words
    assert "王承办" not in out
    _, out, _ = run(capsys, "show", number, "--as", "zhao", "--database", database)
    assert "权益保障部 王承办" in out and "内部意见" in out
    _, out, _ = run(capsys, "show", number, "--as", "zhang", "--database", database)
    assert "王承办" not in out and "内部意见" not in out and "立案交办" in out
    assert run(capsys, "show", number, "--as", "xitong", "--database", database)[0] == 2
    _, out, _ = run(capsys, "show", number, "--format", "json", "--database", database)
    shown = json.loads(out)
    assert [one["by"] for one in shown["events"][2:4]] == ["市总工会", "权益保障部"]
    assert [(one["extra"], one["decision"]) for one in shown["extensions"]] == [("5wd", None)]
    assert {one["clock"] for one in shown["clocks"]} >= {"草稿", "办理中"}


def test_accounts_are_listed_with_their_duties(capsys: Captured, database: str) -> None:
    status, out, _ = run(capsys, "user", "list", "--role", "reviewer", "--format", "json", "--database", database)
    rows = {row["login"]: row for row in json.loads(out)}
    assert (status, rows["li"]["name"], rows["li"]["active"]) == (0, "李审议", True)
    assert "reviewer@C" in rows["li"]["duties"] and "zhang" not in rows
    _, out, _ = run(capsys, "user", "list", "--format", "json", "--database", database)
    assert {row["login"]: row["active"] for row in json.loads(out)}["zheng"] is False


def test_what_was_overdue_is_told_for_any_moment_in_three_formats(capsys: Captured, database: str) -> None:
    number = submitted(capsys, database)
    _, out, _ = run(
        capsys, "overdue", "--at", "2026-11-19T17:29", "--by", "none", "--format", "json", "--database", database
    )
    assert json.loads(out) == [{"count": 0}]
    _, out, _ = run(capsys, "overdue", "--at", "2026-11-23T09:00", "--format", "csv", "--database", database)
    (row,) = csv.DictReader(io.StringIO(out))
    assert (row["number"], row["unit"], row["due_at"], row["late_by"]) == (
        number, "C", "2026-11-19T17:30:00+08:00", "3d 15h 30m",
    )  # fmt: skip
    _, out, _ = run(capsys, "overdue", "--at", "2026-11-23", "--by", "unit", "--format", "json", "--database", database)
    assert json.loads(out) == [{"key": "C", "count": 1}]
    _, out, _ = run(capsys, "overdue", "--at", "2026-11-23", "--unit", "T", "--by", "none", "--database", database)
    assert out.split() == ["count", "0"]


def test_explain_names_each_day_of_each_clock(capsys: Captured, database: str) -> None:
    number = submitted(capsys, database, at="2026-12-30T09:00")
    status, out, _ = run(capsys, "explain", number, "--database", database)
    assert status == 0
    assert "2026-12-31" in out
    assert "暂定" in out


def test_explain_says_what_is_left_in_words_and_tells_no_day_after_a_clock_stopped(
    capsys: Captured, database: str
) -> None:
    number = submitted(capsys, database, at="2026-11-16T09:00")
    asked = ("ask_submitter", "--as", "li", "--set", "reason=缺材料", "--at", "2026-11-17T10:30:20")
    assert run(capsys, "act", number, *asked, "--database", database)[0] == 0
    _, out, _ = run(capsys, "explain", number, "--database", database)
    assert "剩余：88 天 22 小时 29 分钟 / left: 88 d 22 h 29 min" in out
    draft = out.split("\n\n")[0]
    assert "2026-11-16" in draft and "2026-11-17 " not in draft
    assert "已停，其后 30 天从略" in draft


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["act", "{number}", "verify", "--as", "zhao"], 1),
        (["act", "{number}", "dance", "--as", "zhao"], 1),
        (["act", "{number}", "accept", "--as", "wang"], 2),
        (["act", "{number}", "accept", "--as", "li"], 1),
        (["act", "{number}", "accept", "--as", "li", "--set", "tier"], 2),
        (["act", "{number}", "accept", "--as", "nobody"], 2),
        (["act", "{number}", "withdraw", "--as", "zhang", "--at", "2020-01-01"], 2),
        (["show", "TA-2026-NONE"], 2),
        (["show", "{number}", "--at", "2020-01-01"], 2),
        (["overdue", "--at", "2026-02-30"], 2),
        (["overdue", "--unit", "nowhere"], 2),
        (["rates", "--from", "soon", "--to", "2026-12-01"], 2),
        (["workflow", "check", "nowhere.toml"], 1),
        (["workflow", "show", "nowhere"], 2),
        (["workflow", "migrate", "proposal", "--to", "9"], 2),
        (["submit", "--as", "zhang", "--unit", "nowhere", "--title", "", "--text", "x"], 1),
        (["act", "{number}", "accept", "--as", "zheng"], 1),
    ],
)
def test_a_wrong_call_gets_one_sentence_and_changes_nothing(
    capsys: Captured, database: str, words: list[str], status: int
) -> None:
    number = submitted(capsys, database)
    at = [] if "--at" in words or words[0] not in ("act", "submit") else ["--at", "2026-11-16T10:00"]
    where = [] if words[:2] == ["workflow", "check"] else ["--database", database]
    left, out, err = run(capsys, *[word.format(number=number) for word in words], *at, *where)
    assert left == status, err
    assert "Traceback" not in err
    assert " / " in err or words[:2] == ["workflow", "check"]
    _, out, _ = run(capsys, "verify", "--database", database)
    assert out.strip().endswith("ok 4 events")


def test_a_word_that_is_no_command_is_a_wrong_call(capsys: Captured) -> None:
    status, _, err = run(capsys, "dance")
    assert status == 2
    assert "dance" in err


def test_the_doctor_names_roles_that_nobody_fills(capsys: Captured, empty_database_url: str) -> None:
    assert run(capsys, "init", "--database", empty_database_url)[0] == 0
    assert run(capsys, "init", "--database", empty_database_url)[0] == 0
    assert run(capsys, "doctor", "--database", empty_database_url)[0] == 0
    with transaction(engine(empty_database_url)) as db:
        db.connection().exec_driver_sql(
            "INSERT INTO units (id, code, name, kind, path, is_active) VALUES (1, 'Z', '孤岛', 'union', '/1/', true)"
        )
    status, out, err = run(capsys, "doctor", "--database", empty_database_url)
    assert status == 1
    assert "孤岛" in out or "Z" in out
    assert "findings" in err


def test_promises_that_were_late_are_asked_about_by_quarter_and_unit(capsys: Captured, database: str) -> None:
    number = submitted(capsys, database)
    for at, action, login, fields in (
        ("2026-11-16T10:00", "accept", "li", ["category=阵地建设", "tier=A", "lead=D"]),
        ("2026-11-16T11:00", "sign_for", "wang", []),
        ("2026-11-17T09:00", "report", "wang", ["answer=先设一处", "promise=再设一处", "promised_on=2026-12-18"]),
    ):
        sets = [word for field in fields for word in ("--set", field)]
        assert run(capsys, "act", number, action, "--as", login, *sets, "--database", database, "--at", at)[0] == 0
    words = ["questions", "--database", database, "--at", "2026-12-28T09:00", "--format", "json"]
    status, out, _ = run(capsys, *words)
    (row,) = json.loads(out)
    assert (status, row["number"], row["unit"], row["promised_on"]) == (0, number, "D", "2026-12-18")
    assert (row["text"], row["days_late"], row["outcome"]) == ("再设一处", 10, "open")
    counted = json.loads(run(capsys, *words, "--by", "unit", "--quarter", "2026Q4")[1])
    assert counted == [{"unit": "D", "unit_name": "权益保障部", "count": 1, "open": 1, "broken": 0, "kept": 0}]
    assert json.loads(run(capsys, *words, "--unit", "A")[1]) == []
    assert run(capsys, *words, "--unit", "nowhere")[0] == 2
    assert run(capsys, *words, "--quarter", "2026Q7")[0] == 2


def test_explain_tells_both_times_of_a_case_that_was_referred_up_and_why_a_limit_got_shorter(
    capsys: Captured, database: str
) -> None:
    number = submitted(capsys, database)
    for at, action, login, fields in (
        ("2026-11-16T10:00", "accept", "li", ["category=阵地建设", "tier=A", "lead=D"]),
        ("2026-11-16T11:00", "sign_for", "wang", []),
        ("2026-11-17T11:00", "refer_up", "zhao", ["summary=需立项"]),
        ("2026-11-18T11:00", "reply_from_above", "chen", ["answer=已列入"]),
    ):
        sets = [word for field in fields for word in ("--set", field)]
        assert run(capsys, "act", number, action, "--as", login, *sets, "--database", database, "--at", at)[0] == 0
    _, out, _ = run(capsys, "explain", number, "--database", database)
    assert "在上级工会：1 天 0 小时，其中工作时间 7 小时 30 分 / with the union above: 1 d 0 h" in out
