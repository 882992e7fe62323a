"""My desk is exactly what the policy says: a query and the policy's own functions never differ."""

from sqlmodel import col, select

from cases.apart import barred
from cases.desks import desk_of
from cases.laws import law_of
from cases.policy import roles_in
from cases.record.case import Case
from cases.record.database import reading
from cases.record.people import User
from cases.veil import raiser
from tests.cases.world import HOUR, ROADS, Story, Turn, World


def expected(world: World, login: str) -> list[str]:
    """Returns what lies with a person, asked of the policy case by case."""
    with reading(world.db) as db:
        by = db.get_one(User, world.people[login])
        wanted = select(Case).where(col(Case.closed_at).is_(None))
        mine = [
            case
            for case in db.exec(wanted.order_by(col(Case.due_at).is_(None), col(Case.due_at), col(Case.id)))
            if (law := law_of(db, case.law_id))
            and any(
                by.id not in barred(db, case, word)
                for word in roles_in(
                    db,
                    case,
                    by,
                    AT,
                    {law.state(case.state).owner or "", *(["support", "delegate"] if law.definition.parts else [])},
                )
            )
        ]
        return [case.number for case in mine]


def test_every_desk_of_every_person_is_what_the_policy_says(world: World) -> None:
    for unit in ("C", "T", "E", "P"):
        for law, road in ROADS.items():
            Story(world, law, unit)
            for action, _, _ in road[:1]:
                Story(world, law, unit).up_to(action)
    for law, road in ROADS.items():
        for action, _, _ in road:
            Story(world, law, "C").up_to(action)
    story = Story(world).up_to("accept")
    returned = story.then("return", "wang", reason="不属本部门", rule="三定方案第五条")
    story.then("reassign", "zhao", lead="A", reason="归人社局")
    quarrel = Story(world).up_to("accept")
    quarrel.then("return", "wang", reason="不属本部门", rule="三定方案第五条")
    quarrel.then("uphold", "zhao", reason="属本部门")
    quarrel.then("dispute", "wang", reason="不属本部门", rule="三定方案第五条")
    referred = Story(world).up_to("sign_for").then("refer_up", "zhao", summary="需上级协调")
    assert returned.state != referred.state
    waiting = 0
    for login in world.people:
        with reading(world.db) as db:
            found = [case.number for case in desk_of(db, db.get_one(User, world.people[login]), AT).cases]
        assert found == expected(world, login), login
        waiting += len(found)
    assert waiting > 20


def test_what_staff_raise_themselves_lies_with_whoever_comes_next(world: World) -> None:
    for by, unit in (("du", "T"), ("tang", "T"), ("shuang", "C"), ("chen", "C"), ("wang", "C"), ("guo", "T")):
        for last in ("submit", "accept", "report"):
            story = Story(world, unit=unit, by=by)
            reviewer = {"T": "tang" if by != "tang" else "li", "C": "li"}[unit]
            lead, handler = ("G", "guo" if by != "guo" else "he") if unit == "T" else ("D", "wu")
            road: tuple[Turn, ...] = (
                ("submit", by, {}),
                ("accept", reviewer, {"category": "其他", "tier": "A", "lead": lead, "support": "A"}),
                ("sign_for", handler, {}),
                ("waive_part", "zhao" if unit == "C" or by == "du" else "du", {"part": "A", "reason": "不需要"}),
                ("report", handler, {"answer": "已办"}),
            )
            for action, who, form in road:
                story.then(action, who, **form)
                if action == last:
                    break
    desks = {}
    for login in world.people:
        with reading(world.db) as db:
            found = desk_of(db, db.get_one(User, world.people[login]), AT).cases
            desks[login] = [(case.unit_id, case.state, raiser(db, case)) for case in found]
            assert [case.number for case in found] == expected(world, login), login
    town, verifying = world.units["T"], "verifying"
    mine = (town, verifying, world.people["du"])  # the only supervisor of the town
    assert [login for login, cases in desks.items() if mine in cases] == ["zhao", "shuang"]
    assert (town, verifying, world.people["guo"]) in desks["du"]


def test_a_long_desk_is_cut_and_says_so(world: World) -> None:
    for _ in range(4):
        Story(world).then("submit", "zhang")
    with reading(world.db) as db:
        desk = desk_of(db, db.get_one(User, world.people["li"]), AT, most=3)
    assert (len(desk.cases), desk.has_more) == (3, True)


AT = Story.at + 12 * HOUR
