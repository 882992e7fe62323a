"""Files as people save them: any encoding, any separator, blank rows, odd headers, and files that are none."""

import csv
import io
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from cases.spreadsheets.faults import BadFile
from cases.spreadsheets.reading import read
from cases.spreadsheets.table import Table

ROWS = [["编号", "标题"], ["1", "第一行\n第二行"], ["2", "有,逗号;分号"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_every_common_encoding_and_separator(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(ROWS)
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    path = tmp_path / "rows.csv"
    path.write_bytes(mark + text.getvalue().encode(encoding))
    assert [row.cells for row in read(path)] == ROWS


def test_rows_are_numbered_as_a_person_sees_them(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b'a,b\r\n\r\n1,"x\r\ny"\r\n , \r\n2,z\r\n')
    assert [(row.number, row.cells) for row in read(path)] == [(1, ["a", "b"]), (3, ["1", "x\r\ny"]), (5, ["2", "z"])]


def test_a_few_broken_bytes_do_not_make_a_file_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("标题\n完好的一行完好的一行\n".encode() + b"\xff\xfe\n" + "又是完好的一行".encode())
    assert [row.cells for row in read(path)][1:] == [["完好的一行完好的一行"], ["\udcff\udcfe"], ["又是完好的一行"]]


def test_a_row_that_is_no_csv_is_named_and_the_next_one_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f"a,b\n1,{'9' * 200_000}\n2,z\n", encoding="utf-8")
    rows = list(read(path))
    assert rows[1].fault is not None and rows[1].number == 2
    assert (rows[2].number, rows[2].cells) == (3, ["2", "z"])


def test_cells_of_excel_keep_what_they_are_and_where_they_stand(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page["B3"], page["C3"], page["D3"], page["E3"] = "x", datetime(2026, 3, 1, 9, 30), "=1+1", 2549
    page["F3"] = date(2026, 3, 2)
    book.save(tmp_path / "rows.xlsx")
    # A formula that was never calculated is an empty cell.
    assert [(row.number, row.cells) for row in read(tmp_path / "rows.xlsx")] == [
        (3, ["", "x", datetime(2026, 3, 1, 9, 30), "", 2549.0, date(2026, 3, 2)])
    ]


def test_a_formula_counts_with_its_last_value(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "rows.xlsx") as book:
        book.add_worksheet().write_formula("A1", '="a"&"b"', None, "ab")
    assert [row.cells for row in read(tmp_path / "rows.xlsx")] == [["ab"]]


def test_a_million_blank_rows_are_passed_over(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet()
    page.append(["a", "b"])
    for _ in range(20_000):
        page.append([None, None])
    book.save(tmp_path / "blank.xlsx")
    assert len(list(read(tmp_path / "blank.xlsx"))) == 1
    path = tmp_path / "blank.csv"
    path.write_text("a,b\n" + ",\n" * 1_000_000 + "1,2\n", encoding="utf-8")
    assert [row.number for row in read(path)] == [1, 1_000_002]


@pytest.mark.parametrize(
    ("name", "content", "zh", "en"),
    [
        ("empty.csv", b"", "是空的", "is empty"),
        ("blank.csv", b"\xef\xbb\xbf\r\n  \r\n", "是空的", "is empty"),
        ("secret.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096), "密码", "password"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 50, "不是表格文件", "not a spreadsheet"),
        ("broken.xlsx", b"PK\x03\x04" + bytes(500), "不是表格文件", "not a spreadsheet"),
        ("odd.csv", b"a,b\n\xff\xff\xff\xff,\x81\n", "编码无法识别", "encoding"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: bytes, zh: str, en: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadFile) as refusal:
        list(read(path))
    assert name in refusal.value.zh and zh in refusal.value.zh
    assert name in refusal.value.en and en in refusal.value.en


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv", Path("\0")):
        with pytest.raises(BadFile):
            list(read(path))


def test_an_empty_sheet_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "一月"
    book.save(tmp_path / "rows.xlsx")
    with pytest.raises(BadFile, match="是空的"):
        list(read(tmp_path / "rows.xlsx"))
    for sheet in ("二月", 7):
        with pytest.raises(BadFile, match="没有工作表"):
            list(read(tmp_path / "rows.xlsx", sheet=sheet))


def test_a_header_is_asked_for_by_name(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("报表\n\n编号,标题,标题\n1,a,b\n", encoding="utf-8")
    table = Table(path, header_row=3)
    assert table.places({"external_id": "编号"}) == {"external_id": 0}
    with pytest.raises(BadFile, match="没有「时间」"):
        table.places({"submitted_at": "时间"})
    with pytest.raises(BadFile, match="两列"):
        table.places({"title": "标题"})
    for row in (2, 9):
        with pytest.raises(BadFile, match="没有表头"):
            Table(path, header_row=row)


def test_a_second_header_and_a_row_too_wide_carry_their_fault(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a,b\na,b\n1\n1,2,3\n", encoding="utf-8")
    rows = list(Table(path).rows)
    assert [(row.number, row.fault is not None) for row in rows] == [(2, True), (3, False), (4, True)]
    assert rows[1].cells == ["1", ""]
