"""Laws on the command line: checked against the units that there are, and published when their text has changed."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cast import WORKFLOWS
from tests.commands.test_program import Captured, run


def test_both_shipped_laws_are_sound_and_a_broken_one_is_named_with_its_line(capsys: Captured, tmp_path: Path) -> None:
    files = [str(path) for path in sorted(WORKFLOWS.glob("*.toml"))]
    assert run(capsys, "workflow", "check", *files)[0] == 0
    broken = tmp_path / "broken.toml"
    text = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8").replace('owner = "reviewer"', 'owner = "revewer"')
    line = next(number for number, words in enumerate(text.splitlines(), 1) if "revewer" in words)
    broken.write_text(text, encoding="utf-8")
    status, out, _ = run(capsys, "workflow", "check", str(broken), "--format", "json")
    (row,) = json.loads(out)
    assert status == 1
    assert "revewer" in row["en"]
    assert f"line {line}:" in row["en"]


def test_a_quorum_that_a_unit_cannot_reach_is_named_with_the_unit(
    capsys: Captured, database: str, tmp_path: Path
) -> None:
    law = tmp_path / "proposal.toml"
    text = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8")
    law.write_text(text.replace('quorum   = "1/2"', "quorum   = 3"), encoding="utf-8")
    assert run(capsys, "workflow", "check", str(law))[0] == 0
    status, out, _ = run(capsys, "workflow", "check", str(law), "--database", database, "--format", "json")
    rows = [row for row in json.loads(out) if row["rule"] == "quorum"]
    assert status == 1
    assert [row["path"] for row in rows] == ["省总工会", "市总工会"]
    assert "只有 1 人，小组审议至少要 3 人表决" in rows[0]["zh"]


def test_publishing_the_text_that_is_published_says_that_nothing_changed(
    capsys: Captured, tmp_path: Path, database: str
) -> None:
    shipped, own = WORKFLOWS / "proposal.toml", tmp_path / "own.toml"
    own.write_text(shipped.read_text(encoding="utf-8").replace("提案办理", "本会提案"), encoding="utf-8")
    for file, said_zh, said_en in (
        (shipped, "未变：「提案办理」第 1 版就是这份文本。", "unchanged: version 1 of proposal is already this text."),
        (own, "「本会提案」第 2 版已发布。", "proposal is published as version 2."),
        (own, "未变：「本会提案」第 2 版就是这份文本。", "unchanged: version 2 of proposal is already this text."),
        (shipped, "「提案办理」第 3 版已发布。", "proposal is published as version 3."),
    ):
        told = run(capsys, "workflow", "publish", str(file), "--database", database)
        assert told == (0, "", f"{said_zh} / {said_en}\n")


def test_starting_again_keeps_a_union_s_own_law_and_says_that_another_text_ships(
    capsys: Captured, tmp_path: Path, empty_database_url: str
) -> None:
    where = ("--database", empty_database_url)
    assert "ships" not in run(capsys, "init", *where)[2]
    assert "ships" not in run(capsys, "init", *where)[2]
    own = tmp_path / "own.toml"
    shipped = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8")
    own.write_text(shipped.replace("提案办理", "本会提案"), encoding="utf-8")
    assert run(capsys, "workflow", "publish", str(own), *where)[0] == 0

    status, out, err = run(capsys, "init", *where)

    assert (status, out) == (0, "")
    assert "「本会提案」的新文本，库中第 2 版不变" in err
    assert "a newer text of proposal ships; version 2 stays" in err
    assert "grievance" not in err
    _, out, _ = run(capsys, "workflow", "show", "proposal", "--format", "toml", *where)
    assert "本会提案" in out


def test_a_check_warns_of_thresholds_that_a_unit_cannot_reach_and_refuses_nothing(
    capsys: Captured, database: str
) -> None:
    law = str(WORKFLOWS / "proposal.toml")
    status, out, _ = run(capsys, "workflow", "check", law, "--database", database, "--format", "json")
    rules = {row["rule"] for row in json.loads(out)}
    assert "too_few_voices" in rules
    assert status == (1 if rules - {"too_few_voices"} else 0)
