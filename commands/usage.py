"""What Typer says by itself, in both languages: a wrong call as one sentence, each command with both its lines.

Typer words its errors in English and offers no catalogue for them, so its finished sentences are recognised here; one
that is not known is still told, only less exactly in Chinese.
"""

from __future__ import annotations

import re
import textwrap

from typer import TyperException
from typer.core import TyperGroup

#: So much of an English sentence fits beside a command's name.
WIDTH = 60
UNKNOWN = "命令的写法不对"
CHINESE = (
    (r"No such command ['\"](.*)['\"]\. Did you mean (.+)\?", r"没有命令 \1，是否指 \2"),
    (r"No such command ['\"](.*)['\"]\.", r"没有命令 \1"),
    (r"No such option: (\S+) \(Possible options: (.+)\)", r"没有选项 \1，是否指 \2"),
    (r"No such option: (.+)", r"没有选项 \1"),
    (r"Missing argument '(.+?)'\..*", r"缺少参数 \1"),
    (r"Missing option '(.+?)'\..*", r"缺少选项 \1"),
    (r"Got unexpected extra argument\(s\) \((.*)\)", r"多余的参数：\1"),
    (r"Option '(.+)' requires an argument\.", r"选项 \1 后须有值"),
    (r"Option '(.+)' does not take a value\.", r"选项 \1 不带值"),
    (r"Invalid value for '(.+?)': ['\"](.*)['\"] is not one of (.+)\.", r"\1 不能是「\2」，应为 \3 之一"),
    (r"Invalid value for '(.+?)': Input should be a valid integer.*", r"\1 应为整数"),
    (r"Invalid value for '(.+?)': Input should be greater than or equal to (\S+)", r"\1 不得小于 \2"),
    (r"Invalid value for '(.+?)': Input should be less than or equal to (\S+)", r"\1 不得大于 \2"),
    (r"Invalid value for '(.+?)'.*", r"\1 的值不对"),
)


def wrong_call(error: TyperException) -> str:
    """Return what is said of a wrong call; whoever names no command is shown the help instead."""
    context = getattr(error, "ctx", None)
    if context is not None and error.message == context.get_help():
        return error.message
    en = " ".join(error.format_message().split()).replace("Value error, ", "")
    zh = next((found.expand(zh) for pattern, zh in CHINESE if (found := re.fullmatch(pattern, en))), UNKNOWN)
    end = "" if en.endswith((".", "?")) else "."
    return f"{zh}。 / {en}{end}" + (f" ({context.command_path} --help)" if context is not None else "")


def list_in_both_languages(group: TyperGroup) -> TyperGroup:
    """Let the lists of commands show both lines of each; by itself Typer shows the first paragraph only."""
    for command in group.commands.values():
        zh, _, en = (command.help or "").partition("\n\n")
        command.short_help = f"\b\n{zh}\n{textwrap.shorten(en, WIDTH, placeholder='…')}"
        if isinstance(command, TyperGroup):
            list_in_both_languages(command)
    return group
