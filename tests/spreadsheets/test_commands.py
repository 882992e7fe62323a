"""`bihuan import` and `bihuan export` as a user types them."""

import csv
import json
from pathlib import Path

import openpyxl
import pytest

from cases.spreadsheets.ledger import COLUMNS
from cases.verifying import verify_file
from commands.program import main
from tests.spreadsheets.records import MAPPING, publish_laws, written

HEADER = ["id", "title", "text", "opened", "closed"]
ROWS = [
    HEADER,
    ["1", "=1+1", "正文", "2024/3/1 9:00:00", ""],
    ["2", "普通", "正文", "2024/3/1 9:00:00", "2024/3/2 9:00:00"],
    ["3", "坏", "", "2024/3/1", "2024/2/1"],
]


@pytest.fixture
def url(database_url: str) -> str:
    publish_laws(database_url)
    return database_url


def bihuan(url: str, *words: object) -> int:
    with pytest.raises(SystemExit) as end:
        main([*map(str, words), "--database", url])
    return int(end.value.code or 0)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    mapping = tmp_path / "map.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    return written(tmp_path / "rows.csv", ROWS), mapping


def test_cases_come_in_and_bad_rows_are_listed_and_written_out(
    url: str, files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rejects = tmp_path / "rejects.csv"
    words = ("import", "cases", files[0], "--mapping", files[1])
    assert bihuan(url, *words, "--dry-run") == 1
    assert "试运行" in capsys.readouterr().err
    assert bihuan(url, *words, "--rejects", rejects) == 1
    out, err = capsys.readouterr()
    assert out.startswith("4, closed, ") and out.count("\n") == 1
    assert "导入 2 行，已有 0 行，退回 1 行" in err and "2 imported, 0 already there, 1 rejected" in err
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        written_out = list(csv.reader(file))
    assert written_out[0] == [*HEADER, "column", "value", "reason"]
    assert written_out[1][:6] == [*ROWS[3], "closed"]
    assert bihuan(url, *words, "--format", "json") == 1
    out, err = capsys.readouterr()
    assert json.loads(out)[0]["row"] == 4 and "已有 2 行" in err
    assert bihuan(url, *words, "--format", "csv") == 1
    assert capsys.readouterr().out.splitlines()[0] == "row,column,value,reason"


def test_a_file_or_a_mapping_that_cannot_be_read_is_a_wrong_call(
    url: str, files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file, mapping in ((tmp_path, files[1]), (tmp_path / "none.csv", files[1]), (files[0], "no-such-mapping")):
        assert bihuan(url, "import", "cases", file, "--mapping", mapping) == 2
        err = capsys.readouterr().err
        assert err.count("\n") == 1 and " / " in err


def test_the_ledger_holds_every_case_and_no_formula(url: str, files: tuple[Path, Path], tmp_path: Path) -> None:
    bihuan(url, "import", "cases", files[0], "--mapping", files[1])
    excel, plain = tmp_path / "ledger.xlsx", tmp_path / "ledger.csv"
    assert bihuan(url, "export", "cases", excel, "--at", "2024-12-01") == 0
    assert bihuan(url, "export", "cases", plain, "--at", "2024-12-01") == 0
    page = openpyxl.load_workbook(excel).active
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in page.iter_rows(min_row=2, values_only=True)]
    assert tuple(cell.value for cell in page[1]) == COLUMNS
    assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)
    assert [(row["external_id"], row["title"]) for row in rows] == [("1", "=1+1"), ("2", "普通")]
    assert rows[0]["submitted_at"] == "2024-03-01T09:00:00+08:00" and rows[0]["late_by"].startswith("25")
    assert rows[1]["closed_at"] == "2024-03-02T09:00:00+08:00" and rows[1]["late_by"] is None
    with plain.open(encoding="utf-8-sig", newline="") as file:
        told = list(csv.DictReader(file))
    assert plain.read_bytes().startswith(b"\xef\xbb\xbf") and told[0]["title"] == "'=1+1"
    assert [row["number"] for row in told] == [row["number"] for row in rows]


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (["--open"], 1),
        (["--overdue"], 1),
        (["--unit", "U"], 2),
        (["--state", "handling"], 1),
        (["--stage", "feedback"], 1),
        (["--workflow", "grievance"], 0),
        (["--category", "x"], 0),
        (["--from", "2024-03-01", "--to", "2024-03-02"], 2),
        (["--from", "2024-03-02"], 0),
    ],
)
def test_the_ledger_can_be_narrowed(
    url: str, files: tuple[Path, Path], tmp_path: Path, words: list[str], count: int
) -> None:
    bihuan(url, "import", "cases", files[0], "--mapping", files[1])
    assert bihuan(url, "export", "cases", tmp_path / "ledger.csv", *words) == 0
    assert len((tmp_path / "ledger.csv").read_text(encoding="utf-8").splitlines()) == count + 1


def test_a_ledger_that_cannot_be_written_is_refused_and_leaves_nothing(
    url: str, files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder.csv").mkdir()
    for words in (["x.txt"], [tmp_path / "none" / "x.csv"], [tmp_path / "folder.csv"], ["x.csv", "--unit", "nobody"]):
        assert bihuan(url, "export", "cases", *words) == 2
        assert " / " in capsys.readouterr().err
    assert not list(tmp_path.glob("*.part")) and not Path("x.csv").exists()


def test_exported_events_verify(url: str, files: tuple[Path, Path], tmp_path: Path) -> None:
    bihuan(url, "import", "cases", files[0], "--mapping", files[1])
    bihuan(url, "export", "cases", tmp_path / "ledger.csv")
    with (tmp_path / "ledger.csv").open(encoding="utf-8-sig", newline="") as file:
        number = [row["number"] for row in csv.DictReader(file)][1]
    assert bihuan(url, "export", "events", tmp_path / "all.jsonl") == 0
    assert bihuan(url, "export", "events", tmp_path / "one.jsonl", "--case", number) == 0
    events = len((tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()) - 1
    assert verify_file(tmp_path / "all.jsonl") == events and verify_file(tmp_path / "one.jsonl") == 2
    assert bihuan(url, "verify") == 0


def test_units_and_people_come_in_from_excel(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, rows in (
        ("units", [["code", "name", "kind", "parent"], ["a", "A", "union", None], [330482, "B", "department", "a"]]),
        ("users", [["login", "name", "duties"], ["han", "韩", "handler@330482"], ["x", "X", "king@a"]]),
    ):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / f"{name}.xlsx")
    assert bihuan(url, "import", "units", tmp_path / "units.xlsx") == 0
    assert bihuan(url, "import", "users", tmp_path / "users.xlsx") == 1
    assert capsys.readouterr().out.startswith("3, duties, king@a, ")
