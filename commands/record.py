"""Cases on the command line: raise one, read it, act on it, ask why its clocks stand where they stand."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from cases import act as door
from cases.clocks import BESIDE
from cases.errors import BadRequest, NotFound, no_case
from cases.explaining import explain as explanations
from cases.left_over import left_over
from cases.oversight import oversight_of
from cases.policy import may_see
from cases.raising import Draft, raise_case
from cases.record.case import Case, Passage
from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.record.people import Unit, User
from cases.timeline import as_of, events_of
from cases.two_times import lasted, two_times
from commands.departments import PART_COLUMNS, parts_of
from commands.options import At, Database, Format, Printed, capitals, connect, moment, print_json, print_rows, say
from config import clock
from workflow.limits import Remaining
from workflow.machine import NotByYou

SHOWN = (
    "state", "stage", "category", "tier", "urgency", "identity", "round", "level", "version", "rating", "external_id",
    "submitted_at", "answered_at", "entered_at", "due_at", "first_due_at", "closed_at",
)  # fmt: skip

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
        row = _facts(db, case, {name: getattr(case, name) for name in Case.model_fields})
    _print_facts(row, form)


def show(number: Number, database: Database = "", at: At = None, form: Printed = Format.TABLE) -> None:
    """查看案件现状或某一时刻的情况，以及办理经过。

    Read a case, as it stands or as it stood at a moment, with its history.
    """
    with reading(connect(database)) as db:
        case = door.find(db, number)
        then = moment(at) if at else None
        row = as_of(db, case.id or 0, then) if then else {name: getattr(case, name) for name in Case.model_fields}
        if not row:
            raise NotFound(f"案件 {number} 在该时刻尚未提出。", f"{number} had not been raised at that moment.")
        events = events_of(db, case.id or 0, then)
        facts = _facts(db, case, row) | ({} if then else _oversight(db, case))
        said = db.exec(select(Passage).where(Passage.case_id == case.id).order_by(col(Passage.id))).all()
        parts = parts_of(db, case) if then is None else []
    history = [(e.version, e.at, e.action, e.state_from, e.state_to, e.role) for e in events]
    columns = ("version", "at", "action", "from", "to", "role")
    if form is Format.JSON:
        facts["events"] = [dict(zip(columns, event, strict=True)) for event in history]
        if then is None:
            facts["parts"] = [dict(zip(PART_COLUMNS, part, strict=True)) for part in parts]
        print_json(facts)
        return
    _print_facts(facts, form)
    if form is Format.TABLE:
        versions = {event.version for event in events}
        if parts:
            print()
            print_rows(parts, PART_COLUMNS, form)
        print()
        print_rows(history, columns, form)
        print()
        print_rows(
            [(p.version, p.field, p.body or "—") for p in said if p.version in versions],
            ("version", "field", "text"),
            form,
        )


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


def _facts(db: Session, case: Case, row: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of a case that a person reads, units by their codes."""
    codes = {
        unit_id: code
        for unit_id, code in db.exec(
            select(Unit.id, Unit.code).where(col(Unit.id).in_([row.get("unit_id"), row.get("lead_id")]))
        )
    }
    return {
        "number": case.number,
        "title": case.title,
        "unit": codes.get(row.get("unit_id")),
        "lead": codes.get(row.get("lead_id")),
        **{name: row.get(name) for name in SHOWN},
    }


def _oversight(db: Session, case: Case) -> dict[str, Any]:
    """Return how often each desk was urged, the cards of each unit, and the orders; what there is none of is left out.

    It is what a case has had until now, and stands only where the case is shown as it is now.
    """
    found = oversight_of(db, case, is_staff=True)

    def place(role: str, unit_id: int | None) -> str:
        return f"{role}@{found.units[unit_id].code}" if unit_id else role

    cards = Counter(f"{one.colour}@{found.units[one.unit_id].code}" for one in found.cards)
    told = {
        "urged": " ".join(f"{place(*one.desk)}×{one.times}" for one in found.urges),
        "cards": " ".join(f"{name}×{count}" for name, count in cards.items()),
        "orders": " ".join(f"{one.number}{'✓' if one.row.answered_at else ''}" for one in found.orders),
        "watchers": " ".join(found.people[one.user_id].login for one in found.watchers),
    }
    return {name: text for name, text in told.items() if text}


def _print_facts(facts: dict[str, Any], form: Format) -> None:
    if form is Format.TABLE:
        print_rows(list(facts.items()), ("field", "value"), form)
    elif form is Format.JSON:
        print_json(facts)
    else:
        print_rows([list(facts.values())], list(facts), form)
