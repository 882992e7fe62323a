"""A slip in a mapping is refused with its file, its line and its word, before any row is read."""

import pytest

from cases.spreadsheets.mapping import MappingError, find, parse
from tests.spreadsheets.records import MAPPING


def test_a_mapping_says_what_it_says() -> None:
    mapping = parse(MAPPING, "mine", "mine.toml")
    assert (mapping.source, mapping.unit, mapping.create_units, mapping.header_row) == ("mine", "U", True, 1)
    assert mapping.takes_the_law and mapping.columns["closed_at"] == "closed"


@pytest.mark.parametrize(
    ("old", "new", "line", "word"),
    [
        ('unit = "U"', 'unit = "U"\nunits = 1', 6, "units"),
        ('timezone = "Asia/Shanghai"', 'timezone = "Mars/Olympus"', 2, "timezone"),
        ('id = "id"', 'id = "id"\nlead = "x"', 9, "lead"),
        ('workflow = "proposal"', "workflow = 3", 4, "workflow"),
        ('workflow = "proposal"', "", 1, "workflow"),
        ('unit = "U"', "", 1, "unit"),
        ("create_units = true", 'create_units = "yes"', 6, "create_units"),
        ("create_units = true", "header_row = 0", 6, "header_row"),
        ("create_units = true", "sheet = -1", 6, "sheet"),
        ("create_units = true", 'delimiter = "|"', 6, "delimiter"),
        ("create_units = true", 'encoding = "klingon"', 6, "encoding"),
        ("create_units = true", 'when_due_missing = "maybe"', 6, "when_due_missing"),
        ("create_units = true", "submitted_on = 2024-01-01", 6, "submitted_on"),
        ("create_units = true", 'moments = "%Y"', 1, "TOML"),
        ('closed_at = "closed"', 'closed_at = "closed"\nstatus = "s"', 13, "status"),
        ('closed_at = "closed"', 'status = "s"\n[status]\nPaid = "over"', 14, "Paid"),
        ('title = "title"\ntext = "text"\n', "", 7, "columns"),
        ('submitted_at = "opened"', "", 7, "columns"),
    ],
)
def test_a_slip_is_named_with_its_line(old: str, new: str, line: int, word: str) -> None:
    with pytest.raises(MappingError) as refusal:
        parse(MAPPING.replace(old, new), "mine", "mine.toml")
    assert "mine.toml" in refusal.value.en and word in refusal.value.en
    assert word == "TOML" or f"line {line}," in refusal.value.en


@pytest.mark.parametrize("word", ["none", "a/b.toml", "../x", "x" * 5000, "\0"])
def test_a_mapping_that_is_not_there_is_refused(word: str) -> None:
    with pytest.raises(MappingError, match="boston311"):
        find(word)


def test_a_mapping_is_found_by_name() -> None:
    assert find("boston311").name == "boston311.toml"
