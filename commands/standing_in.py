"""`bihuan user deputy` and `bihuan user handover`: who stands in for whom, and what a leaver leaves to whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer
from sqlmodel import Session

from cases.deputies import end_deputy, name_deputy
from cases.errors import BadRequest
from cases.handing_over import Plan, hand_over
from cases.handing_over import plan as plan_of
from cases.leaving import disable
from cases.open_work import OpenDesk, barred_from_all, deserted
from cases.personnel import find_two, note
from cases.record.database import reading, transaction
from commands.options import At, Database, Format, Printed, connect, moment, print_rows, say

Login = Annotated[str, typer.Argument(metavar="LOGIN")]
Finding = tuple[str, str, str, str]  # kind, where, zh, en
COLUMNS = ("what", "duty", "cases", "zh", "en")


def deputy(
    login: Login,
    word: Annotated[str, typer.Argument(metavar="ROLE@UNIT", help="The duty, such as reviewer@330482.")],
    absent: Annotated[str, typer.Option("--for", metavar="LOGIN", help="Who is away.")],
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="The first day.")] = None,
    last: Annotated[str | None, typer.Option("--until", metavar="DATE", help="The last day; a year at most.")] = None,
    is_ended: Annotated[bool, typer.Option("--end", help="End it now.")] = False,
    database: Database = "",
    at: At = None,
) -> None:
    """指定代理人（AB 角）：在起止日期内代他人履行职责，或提前结束。

    Let somebody stand in for a person's duty from one day to another, or end it early.
    """
    now = moment(at)
    if is_ended and (first or last):
        raise BadRequest("--end 与日期不能同时使用。", "--end and dates cannot go together.")
    if not is_ended and not (first and last):
        raise BadRequest("请写明 --from 和 --until 两个日期。", "Give both dates: --from and --until.")
    with transaction(connect(database)) as db:
        one, other = find_two(db, login, absent)
        if is_ended:
            note(db, "end_deputy", one, now, end_deputy(db, one, word, other, at=now))
        else:
            days = _day(first or ""), _day(last or "")
            note(db, "name_deputy", one, now, name_deputy(db, one, word, other, *days, at=now))
    if is_ended:
        say(f"{login} 不再代理 {absent}。", f"{login} does not stand in for {absent} any more.")
    else:
        say(f"{login} 自 {first} 至 {last} 代理 {absent}。", f"{login} stands in for {absent} from {first} to {last}.")


def handover(
    login: Login,
    successor: Annotated[str, typer.Option("--to", metavar="LOGIN", help="Who takes over.")],
    is_disabled: Annotated[bool, typer.Option("--disable", help="Disable the leaver as well.")] = False,
    is_dry: Annotated[bool, typer.Option("--dry-run", help="Show what would move, and change nothing.")] = False,
    database: Database = "",
    at: At = None,
    form: Printed = Format.TABLE,
) -> None:
    """离职交接：把一人的全部职责、岗位上的案件和代理关系一次移交给接任人。

    Hand every duty of a leaver to a successor in one act: desks with their open cases, and deputies both ways.
    """
    now, engine = moment(at), connect(database)
    if is_dry:
        with reading(engine) as db:
            _print(plan_of(db, *find_two(db, login, successor), now), form)
        say("以上为预览，没有改动。", "This is a preview; nothing was changed.")
        return
    with transaction(engine) as db:
        leaver, heir = find_two(db, login, successor)
        moving = plan_of(db, leaver, heir, now)
        _print(moving, form)
        told = hand_over(db, moving, now)
        if is_disabled and leaver.is_active:
            disable(db, leaver, now)
        note(db, "hand_over", leaver, now, {**told, "disabled": is_disabled})
    say(f"{login} 的职责已移交 {successor}。", f"The duties of {login} are handed over to {successor}.")


def warn(user: str, desks: list[OpenDesk]) -> None:
    """Name the desks with open work that nobody is at without a person."""
    for desk in desks:
        if desk.is_empty and desk.cases:
            zh, en = explained(desk)
            say(f"注意：{user} 离岗后 {desk.word} {zh}。", f"note: without {user}, {desk.word} {en}.")


def findings(db: Session, at: datetime) -> list[Finding]:
    """Find desks with open work where somebody disabled was the last one, and cases that nobody is free to take on."""
    found = [
        (
            "desk",
            desk.word,
            f"{user.login} 已停用，{explained(desk)[0]}：bihuan user handover {user.login} --to …",
            f"{user.login} is disabled and it {explained(desk)[1]}: bihuan user handover {user.login} --to …",
        )
        for user, desk in deserted(db, at)
    ]
    return found + [
        (
            "separation",
            number,
            "能办的人都以另一身份办理过本案，上级也无人可办：请为他人设定这项职责",
            "whoever could act acted in it in another capacity, up to the root: give somebody else the duty",
        )
        for number in barred_from_all(db, at)
    ]


def explained(desk: OpenDesk) -> tuple[str, str]:
    """Return what becomes of a desk without the person, in both languages."""
    if desk.others:
        return f"另有 {desk.others} 人在岗", f"has {desk.others} others"
    if desk.next_at is None:
        return (
            f"无人在岗，{desk.cases} 件未结，上级也无人",
            f"has nobody, nor has any unit above; {desk.cases} open cases",
        )
    return (
        f"无人在岗，{desk.cases} 件未结暂由{desk.next_at}承担",
        f"has nobody; {desk.cases} open cases fall to {desk.next_at}",
    )


def _print(moving: Plan, form: Format) -> None:
    rows: list[tuple[str, str, object, str, str]] = [
        ("desk", desk.word, desk.cases, *explained(desk)) for desk in moving.desks
    ]
    for one in moving.deputies:
        who = f"{one.deputy.login} → {one.absent.login}"
        then = ("结束", "ends") if one.ends else ("随职责移交", "goes with the duty")
        rows.append(("deputy", f"{one.role}@{one.unit.code}", None, f"{who} {then[0]}", f"{who} {then[1]}"))
    rows += [("stays", word, None, "属本人身份，不移交", "is personal and stays") for word in moving.stays]
    print_rows(rows, COLUMNS, form)


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise BadRequest(
            f"「{word[:40]}」不是日期，请写如 2026-12-03。", f'"{word[:40]}" is no day; write 2026-12-03.'
        ) from None
