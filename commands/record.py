"""Cases on the command line: raise one, act on it, ask why its clocks stand where they stand."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from cases import act as door
from cases.clocks import BESIDE
from cases.errors import BadRequest, NotFound, no_case
from cases.explaining import explain as explanations
from cases.left_over import left_over
from cases.policy import may_see
from cases.raising import Draft, raise_case
from cases.record.case import Case
from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.record.people import User
from cases.two_times import lasted, two_times
from commands.facts import facts_of, print_facts
from commands.options import At, Database, Format, Printed, capitals, connect, moment, print_rows, say
from config import clock
from workflow.limits import Remaining
from workflow.machine import NotByYou

#: Clocks of two machines may differ by so much.
AHEAD = timedelta(minutes=5)

Number = Annotated[str, typer.Argument(metavar="NUMBER", callback=capitals, help="The number of a case.")]
As = Annotated[str, typer.Option("--as", metavar="LOGIN", help="Who does it.")]


def submit(
    as_login: As,
    unit: Annotated[str, typer.Option(help="Code of the union it is raised with.")],
    title: Annotated[str, typer.Option(help="What it is about.")],
    text: Annotated[str, typer.Option(help="The matter itself.")],
    workflow: Annotated[str, typer.Option(help="proposal, grievance, or another published law.")] = "proposal",
    category: Annotated[str | None, typer.Option(help="What kind of matter.")] = None,
    identity: Annotated[str, typer.Option(help="anonymous, confidential or named.")] = "confidential",
    database: Database = "",
    at: At = None,
) -> None:
    """提出并提交一件诉求，输出编号。

    Raise a case and submit it; prints its number.
    """
    now = moment(at)
    with transaction(connect(database)) as db:
        by = person(db, as_login)
        draft = Draft(workflow, unit, title, text, category, identity)
        case = raise_case(db, draft, by=by, at=now)
        door.act(db, case, "submit", by=by, at=now)
    print(case.number)


def act(
    number: Number,
    action: Annotated[str, typer.Argument(metavar="ACTION", help="An action of the law, such as accept.")],
    as_login: As,
    values: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="A field of the form.")
    ] = None,
    database: Database = "",
    at: At = None,
    form: Printed = Format.TABLE,
) -> None:
    """以某人身份办理一件案件。

    Take an action on a case as someone.
    """
    now = moment(at)
    with transaction(connect(database)) as db:
        by = person(db, as_login)
        case = door.find(db, number)
        if not may_see(db, case, by, now):
            raise no_case(number)
        _not_before(db, case, now)
        if now > clock.now() + AHEAD:
            say("该时刻在将来：记录写入后不能更改。", "That moment lies ahead; what is recorded cannot be changed.")
        door.act(db, case, action, by=by, at=now, form=_form(values or []))
        row = facts_of(db, case, {name: getattr(case, name) for name in Case.model_fields})
    print_facts(row, form)


def explain(number: Number, database: Database = "", form: Printed = Format.TABLE) -> None:
    """逐日说明案件各时限的由来。

    Tell why the clocks of a case stand where they stand, day by day.
    """
    with reading(connect(database)) as db:
        explained = explanations(db, door.find(db, number))
        both = two_times(db, door.find(db, number), clock.now())
    if form is not Format.TABLE:
        columns = ("clock", "limit", "date", "counted", "minutes", "why_zh", "why_en")
        print_rows(
            [
                (c.clock.state or c.clock.kind, c.clock.limit, d.date, d.is_counted, d.minutes, d.zh, d.en)
                for c in explained
                for d in c.days
            ],
            columns,
            form,
        )
        return
    for one in explained:
        mark = "（暂定 provisional）" if one.clock.is_provisional and one.clock.stopped_at is None else ""
        is_promised = one.clock.kind == BESIDE
        fixed = "按承诺的日期 by the promised day" if is_promised else "由来源确定 fixed elsewhere"
        limit = one.clock.limit or fixed
        print(f"{one.zh} / {one.en}: {limit} {one.clock.calendar} {one.law} {mark}")
        print_rows([(s.zh, s.from_at, s.until_at, s.due_at) for s in one.stretches], ("", "from", "until", "due"), form)
        if one.clock.remaining:
            zh, en = left_over(Remaining.parse(one.clock.remaining))
            print(f"剩余：{zh} / left: {en}")
        print_rows(
            [(d.date, d.weekday_zh, "✓" if d.is_counted else "–", d.minutes, d.zh) for d in one.lived],
            ("date", "", "", "minutes", "why"),
            form,
        )
        if untold := len(one.days) - len(one.lived):
            print(f"已停，其后 {untold} 天从略。 / It stopped; {untold} more days to its limit are left out.")
        print_rows(
            [(f"{r.do} {r.at}", r.due_at, r.fired_at, "已过 passed" if r.is_passed else "") for r in one.rungs],
            ("rung", "due", "fired", ""),
            form,
        )
        print()
    if both is not None:
        for zh, en, wall, minutes in (
            ("在本级工会", "with its own union", both.own, both.own_minutes),
            ("在上级工会", "with the union above", both.above, both.above_minutes),
        ):
            told_zh, told_en = lasted(wall, minutes)
            print(f"{zh}：{told_zh} / {en}: {told_en}")


def person(db: Session, login: str) -> User:
    """Return a person by login. Raises NotFound."""
    user = db.exec(select(User).where(User.login == login)).first()
    if user is None:
        raise NotFound(f"没有登录名为 {login[:40]} 的人员。", f"There is nobody with the login {login[:40]}.")
    if not user.is_active:
        raise NotByYou(f"{login[:40]} 已停用，不能办理。", f"{login[:40]} is disabled and can do nothing.")
    return user


def _form(values: list[str]) -> dict[str, str]:
    form = {}
    for pair in values:
        name, sign, value = pair.partition("=")
        if not sign:
            raise BadRequest(
                f"--set 应写成 字段=值，现为「{pair[:40]}」。", f"--set wants field=value, not {pair[:40]}."
            )
        form[name.strip()] = value
    return form


def _not_before(db: Session, case: Case, now: Any) -> None:
    """Refuse an action dated before what has already happened: history only grows at its end."""
    last = db.exec(select(Event.at).where(Event.case_id == case.id).order_by(col(Event.version).desc()).limit(1)).one()
    if now < last:
        raise BadRequest(f"案件 {case.number} 在该时刻之后已有办理记录。", f"{case.number} already has later events.")
