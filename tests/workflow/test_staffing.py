"""Every duty that a law needs is filled at each unit or above it, or the gap is told once, where it begins."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.workflow.sound_law import SOUND, line_of, read
from workflow.proof import UnitStaff, prove_staffing

COUNTY = UnitStaff("c", "县总工会", None, frozenset({"reviewer", "supervisor", "leader"}))
TOWN = UnitStaff("t", "镇工会", "c", frozenset({"handler"}))
VILLAGE = UnitStaff("v", "村工会", "t", frozenset())


def test_a_law_is_staffed_where_every_duty_is_filled_at_the_unit_or_above() -> None:
    county = replace(COUNTY, filled=COUNTY.filled | {"handler"})
    assert prove_staffing(read(SOUND), [VILLAGE, TOWN, county]) == []


def test_an_unfilled_role_is_told_once_at_the_topmost_unit() -> None:
    (finding,) = prove_staffing(read(SOUND), [COUNTY, TOWN, VILLAGE])

    assert finding.rule == "unfilled"
    assert finding.path == ("县总工会",)
    assert "主办部门" in finding.zh
    assert "lead unit" in finding.en
    assert finding.line == line_of(SOUND, "handling  = {")


def test_units_below_a_gap_are_counted_and_units_that_fill_it_are_not() -> None:
    others = [replace(VILLAGE, code=f"v{number}", parent="c") for number in range(5)]

    (finding,) = prove_staffing(read(SOUND), [COUNTY, TOWN, VILLAGE, *others])

    assert "共 6 个单位" in finding.zh  # the county and its five villages; the town has a handler for itself and below


def test_the_union_above_answers_for_its_role_and_the_root_for_itself() -> None:
    county = replace(COUNTY, filled=frozenset({"reviewer", "leader", "handler"}))
    town = replace(TOWN, filled=frozenset({"supervisor"}))

    findings = prove_staffing(read(SOUND), [county, town, VILLAGE])

    roles = {finding.zh.split("没有")[1].split("（")[0]: finding for finding in findings}
    assert set(roles) == {"督查人员", "上级工会督查人员"}
    assert "共 1 个单位" in roles["督查人员"].zh  # the county alone: the town supervises itself and its village
    assert "共 2 个单位" in roles["上级工会督查人员"].zh  # the county and the town; the village has the town above it


def test_each_root_without_the_duty_is_told() -> None:
    other = UnitStaff("o", "邻县总工会", "unknown", COUNTY.filled)

    findings = prove_staffing(read(SOUND), [COUNTY, other])

    assert [finding.path for finding in findings] == [("县总工会",), ("邻县总工会",)]


def test_units_that_stand_above_themselves_are_told_once() -> None:
    one, two = replace(TOWN, code="1", parent="2", name="甲镇"), replace(TOWN, code="2", parent="1", name="乙镇")
    county = replace(COUNTY, filled=COUNTY.filled | {"handler"})

    (finding,) = prove_staffing(read(SOUND), [county, one, two, replace(VILLAGE, parent="1")])

    assert finding.rule == "unit_cycle"
    assert finding.path == ("甲镇", "乙镇", "甲镇")


@pytest.mark.parametrize("shape", [lambda number: "0", lambda number: str(number - 1)], ids=["wide", "deep"])
def test_a_whole_province_gives_one_finding_a_role(shape: Callable[[int], str]) -> None:
    units = [UnitStaff("0", "省总工会", None, frozenset())]
    units += [UnitStaff(str(number), f"第{number}工会", shape(number), frozenset()) for number in range(1, 44_000)]

    findings = prove_staffing(read(SOUND), units)

    assert len(findings) == 4  # reviewer, lead, supervisor, and the supervisor of the union above
    assert all("共 44000 个单位" in finding.zh for finding in findings)
