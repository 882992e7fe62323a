"""A wrong call and the help, as whoever reads Chinese and whoever reads English meets them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
import typer
from typer.core import TyperGroup
from typer.main import get_command

from commands.program import app
from commands.usage import wrong_call
from tests.commands.test_program import Captured, run


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        (["dance"], "没有命令 dance。", "No such command 'dance'. (bihuan --help)"),
        (["it's"], "没有命令 it's。", 'No such command "it\'s".'),
        (["shwo"], "没有命令 shwo，是否指 'show'。", "Did you mean 'show'? (bihuan --help)"),
        (["import", "dance"], "没有命令 dance。", "(bihuan import --help)"),
        (["init", "--zzz"], "没有选项 --zzz。", "No such option: --zzz."),
        (["init", "--databse", "x"], "没有选项 --databse，是否指 --database。", "(Possible options: --database)"),
        (["overdue", "-q"], "没有选项 -q。", "No such option: -q."),
        (["show"], "缺少参数 NUMBER。", "Missing argument 'NUMBER'. (bihuan show --help)"),
        (["act", "1", "accept"], "缺少选项 --as。", "Missing option '--as'."),
        (
            ["token", "create", "--as", "li"],
            "缺少选项 --scope。",
            "Missing option '--scope'. Choose from: read, write.",
        ),
        (["init", "now"], "多余的参数：now。", "Got unexpected extra argument(s) (now)."),
        (["init", "--database"], "选项 --database 后须有值。", "Option '--database' requires an argument."),
        (["sweep", "--help=3"], "选项 --help 不带值。", "Option '--help' does not take a value."),
        (["overdue", "--by", "x"], "--by 不能是「x」，应为 'unit', 'category', 'none' 之一。", "'x' is not one of"),
        (
            ["serve", "--port", "http"],
            "--port 应为整数。",
            "Invalid value for '--port': Input should be a valid integer",
        ),
        (["demo", "--cases", "20001"], "--cases 不得大于 20000。", "less than or equal to 20000."),
        (["demo", "--cases", "-1"], "--cases 不得小于 0。", "greater than or equal to 0."),
    ],
)
def test_a_wrong_call_is_one_sentence_in_both_languages(capsys: Captured, words: list[str], zh: str, en: str) -> None:
    status, out, err = run(capsys, *words)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"{zh} / ")
    assert en in err


def test_a_sentence_of_typer_that_nobody_has_translated_is_told_all_the_same() -> None:
    assert wrong_call(typer.BadParameter("never heard of")) == "命令的写法不对。 / Invalid value: never heard of."


@pytest.mark.parametrize("odd", ["x\x1b[31m", "a\nb", "\udcff", "「」 / '\""])
@pytest.mark.parametrize("words", [[], ["init"], ["overdue", "--by"], ["import", "units", "a.csv", "--"]])
def test_an_odd_word_is_told_on_one_line_that_no_terminal_obeys(capsys: Captured, words: list[str], odd: str) -> None:
    status, out, err = run(capsys, *words, odd)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.rstrip("\n").isprintable()
    assert " / " in err


def test_whoever_names_no_command_is_shown_them_all(capsys: Captured) -> None:
    status, out, err = run(capsys)
    assert (status, out) == (2, "")
    assert "列出或统计当前或过去某一时刻逾期的案件" in err
    assert "List or count the cases" in err
    status, out, _ = run(capsys, "--help")
    assert (status, out) == (0, err)


def test_every_command_says_what_it_does_in_chinese_and_then_in_english() -> None:
    texts = dict(_helps(cast(TyperGroup, get_command(app)), "bihuan"))
    assert len(texts) > 30
    for name, text in texts.items():
        zh, _, en = text.partition("\n\n")
        assert zh.endswith("。") and "\n" not in zh and not zh.isascii(), name
        assert en.endswith(".") and en.isascii() and en[0].isupper(), name


def test_the_help_of_a_command_shows_both_lines(capsys: Captured) -> None:
    status, out, _ = run(capsys, "show", "--help")
    assert status == 0
    zh, en = out.index("查看案件现状或某一时刻的情况"), out.index("Read a case, as it stands")
    assert zh < en < out.index("NUMBER <str>")


def _helps(group: TyperGroup, name: str) -> Iterator[tuple[str, str]]:
    yield name, group.help or ""
    for word, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from _helps(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command.help or ""
