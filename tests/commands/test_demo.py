"""The demonstration is whole, credible, the same for the same seed, and keeps away from everything else."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from cases.access import is_password, password_of
from cases.deputies import absences
from cases.laws import law_of, published
from cases.progress import progress_of
from cases.questions import quarter_of, questions
from cases.record.cards import Card
from cases.record.case import Assignment, Case, Extension, Passage
from cases.record.clock import Clock
from cases.record.database import engine, reading, release, transaction
from cases.record.disputes import Dispute
from cases.record.event import Event
from cases.record.news import NewsCursor
from cases.record.orders import Order
from cases.record.people import User
from cases.record.promises import Promise
from cases.record.review import Ballot, Seat
from cases.record.schema import migrate
from cases.timeline import differences, events_of, replay
from cases.veil import is_veil, raiser
from commands.demonstration.filling import AWAY, NEWS, PASSWORD, Filling, NotADemonstration, fill, is_filled
from commands.demonstration.people import CAST, PEOPLE
from commands.demonstration.routes import Roads
from commands.demonstration.town import UNITS
from workflow.tally import OUTCOMES

AT = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
FILLING = Filling(AT, cases=120)


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Fills one database for all tests that only look, and lends a session on it."""
    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}"
    assert fill(url, FILLING)
    with reading(engine(url)) as db:
        yield db
    release(url)


def within_reach(db: Session) -> set[tuple[int, str]]:
    """Return every state of every law but those that only more voices bring a case to than the town has."""
    laws = [(law.id or 0, law_of(db, law.id or 0).definition) for law in published(db)]
    return {(law_id, name) for law_id, law in laws for name in law.states if Roads(law).reaches(law.states[name])}


def cases(db: Session) -> list[Case]:
    return list(db.exec(select(Case).order_by(col(Case.id))))


def record(url: str) -> list[Any]:
    """Everything that happened, without what is drawn at random on purpose: salts, and digests made with them."""
    with reading(engine(url)) as db:
        numbers = [(case.number, case.title, raiser(db, case)) for case in cases(db)]
        events = [
            (e.case_id, e.version, e.at, e.action, e.state_from, e.state_to, e.actor_id, e.role)
            for e in db.exec(select(Event).order_by(col(Event.seq)))
        ]
        said = [(p.case_id, p.version, p.field, p.body) for p in db.exec(select(Passage).order_by(col(Passage.id)))]
        return [numbers, events, said]


def test_a_demonstration_is_credible_and_replays(demonstration: Session) -> None:
    is_credible(demonstration)


def test_a_demonstration_is_credible_and_replays_on_postgresql(empty_postgres_url: str) -> None:
    assert fill(empty_postgres_url, FILLING)
    with reading(engine(empty_postgres_url)) as db:
        is_credible(db)
    release(empty_postgres_url)


def is_credible(db: Session) -> None:
    everything = cases(db)
    waiting = [case for case in everything if case.closed_at is None]
    assert len(everything) == FILLING.cases

    states = within_reach(db)
    assert {(case.law_id, case.state) for case in everything} == states, "every state of every law has a case"

    assert not any(differences(case, replay(events_of(db, case.id or 0))) for case in everything), "all replay"

    running = set(db.exec(select(Clock.case_id).where(col(Clock.stopped_at).is_(None))))
    assert {case.id for case in waiting} == running, "each open case has a running clock, and no other has"

    overdue = [case for case in waiting if case.due_at and case.due_at < AT]
    assert len(waiting) / 20 < len(overdue) < len(waiting) / 1.5, "some cases are left lying, most are not"

    assert any(case.round > 1 for case in everything), "some went round again"
    actions = Counter(db.exec(select(Event.action)))
    assert actions["satisfied"] > actions["partly_satisfied"] > actions["unsatisfied"] > 0
    assert {"note", "urge", "send_back", "supplement", "adjudicate"} <= actions.keys()
    assert {True, False} <= set(db.exec(select(Extension.is_granted))), "one was granted and one refused"
    waits = select(Extension.id).where(col(Extension.is_granted).is_(None), col(Extension.lapsed_at).is_(None))
    assert db.exec(waits).first() is not None, "one waits for a decision"
    quarrels = db.exec(select(Dispute)).all()
    assert any(one.decided_at is None for one in quarrels), "one case is in dispute"
    assert any(one.booked_to_unit_id for one in quarrels), "one is decided"

    rated = [case for case in everything if case.closed_at and case.rating]
    assert 0.4 < len(rated) / len(everything) < 0.6, "about half are closed with a rating"


def test_time_only_goes_forward_and_stays_in_office_hours_of_the_past(demonstration: Session) -> None:
    events = list(demonstration.exec(select(Event).order_by(col(Event.seq))))
    moments = [event.at for event in events]
    assert moments == sorted(moments)
    assert moments[-1] <= AT
    by_people = [event.at for event in events if event.role != "system"]
    assert {(at.hour + 8) % 24 for at in by_people} <= set(range(8, 18))
    assert not any((at.hour + 8) % 24 == 12 and at.minute for at in by_people), "nobody acts at lunch"


def test_units_people_and_passwords_are_those_of_the_town(demonstration: Session) -> None:
    users = [user for user in demonstration.exec(select(User)) if not is_veil(user.id or 0)]
    assert {user.login for user in users} == {person.login for person in PEOPLE}
    assert is_password(password_of(demonstration, "shenyi", AT)[1], PASSWORD)
    assert {a.unit_id for a in demonstration.exec(select(Assignment))} <= set(range(1, len(UNITS) + 1))


def test_every_desk_of_the_cast_has_a_case_waiting(demonstration: Session) -> None:
    raised_by = {
        demonstration.get_one(User, raiser(demonstration, case)).login
        for case in cases(demonstration)
        if not case.closed_at
    }
    assert {CAST["worker"], CAST["representative"]} <= raised_by
    actors = {user.login for user in demonstration.exec(select(User).join(Event, col(Event.actor_id) == User.id))}
    assert {CAST[role] for role in ("reviewer", "handler", "supervisor", "parent_supervisor", "support")} <= actors


def test_a_group_is_voting_on_a_case_and_others_have_been_decided_with_a_dissent(demonstration: Session) -> None:
    ballots = demonstration.exec(select(Ballot)).all()
    under_way = [ballot.id for ballot in ballots if ballot.decided_at is None]
    voted = demonstration.exec(select(Seat).where(col(Seat.choice).is_not(None))).all()
    assert any(seat.ballot_id in under_way for seat in voted)
    outcome_of = {ballot.id: ballot.outcome for ballot in ballots if ballot.outcome in OUTCOMES}
    assert any(outcome_of.get(seat.ballot_id, seat.choice) != seat.choice for seat in voted)


def test_somebody_is_away_and_a_deputy_acts_in_their_place(demonstration: Session) -> None:
    absent, deputy, _ = AWAY
    (absence,) = absences(demonstration, AT)
    assert (absence.absent.login, absence.deputy.login) == (absent, deputy)
    assert absence.from_at < AT < absence.until_at
    acted = demonstration.exec(select(Event).where(col(Event.data).contains('"for":'), Event.action != "name_deputy"))
    for event in acted:
        assert event.actor_id == absence.deputy.id
        assert absence.from_at <= event.at < absence.until_at


def test_nobody_says_the_same_answer_twice_in_a_case(demonstration: Session) -> None:
    answers = demonstration.exec(select(Passage.case_id, Passage.body).where(Passage.field == "answer")).all()
    assert len(answers) == len(set(answers))


def test_the_same_seed_and_moment_give_the_same_cases(tmp_path: Path) -> None:
    urls = [f"sqlite:///{tmp_path / name}.db" for name in ("one", "two", "three")]
    for url, seed in zip(urls, (7, 7, 8), strict=True):
        fill(url, Filling(AT, cases=40, seed=seed))
    one, two, three = (record(url) for url in urls)
    assert one == two
    assert one != three
    for url in urls:
        release(url)


@pytest.mark.parametrize("count", [0, 1, 5, 30])
def test_a_small_demonstration_has_as_many_cases_as_asked_for(tmp_path: Path, count: int) -> None:
    url = f"sqlite:///{tmp_path / 'demo.db'}"
    fill(url, Filling(AT, cases=count))
    with reading(engine(url)) as db:
        assert len(cases(db)) == count
    release(url)


@pytest.mark.parametrize("seed", range(2, 6))
def test_every_state_is_reached_whatever_the_seed_and_the_day(tmp_path: Path, seed: int) -> None:
    url = f"sqlite:///{tmp_path / 'demo.db'}"
    fill(url, Filling(datetime(2026, seed, 3 * seed, 2 * seed, 41, tzinfo=UTC), cases=60, seed=seed))
    with reading(engine(url)) as db:
        states = within_reach(db)
        assert {(case.law_id, case.state) for case in cases(db)} == states
    release(url)


def test_a_second_filling_changes_nothing(empty_database_url: str) -> None:
    fill(empty_database_url, Filling(AT, cases=30))
    before = record(empty_database_url)
    assert is_filled(empty_database_url)
    assert not fill(empty_database_url, Filling(AT, cases=50, seed=2))
    assert record(empty_database_url) == before


def test_a_database_with_people_of_its_own_is_refused_untouched(empty_database_url: str) -> None:
    migrate(empty_database_url)
    with transaction(engine(empty_database_url)) as db:
        db.add(User(login="li", name="李", created_at=AT))
    with pytest.raises(NotADemonstration):
        fill(empty_database_url, FILLING)
    with reading(engine(empty_database_url)) as db:
        assert [user.login for user in db.exec(select(User))] == ["li"]
        assert cases(db) == []


def test_a_database_of_another_program_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute("CREATE TABLE recipes (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(NotADemonstration):
        fill(f"sqlite:///{path}", FILLING)
    release(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_an_interrupted_filling_leaves_nothing_and_can_be_repeated(empty_database_url: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        fill(empty_database_url, Filling(AT, cases=30), tick=stops_after(12))
    assert not is_filled(empty_database_url)
    assert fill(empty_database_url, Filling(AT, cases=30))
    with reading(engine(empty_database_url)) as db:
        assert len(cases(db)) == 30


def test_a_database_that_was_only_set_up_is_filled(empty_database_url: str) -> None:
    migrate(empty_database_url)
    assert fill(empty_database_url, Filling(AT, cases=30))


def stops_after(count: int) -> Callable[[], None]:
    """Returns a tick that interrupts the filling as Ctrl-C would."""
    left = iter(range(count))

    def tick() -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    return tick


def test_inboxes_will_hold_the_last_days_and_not_the_whole_year(demonstration: Session) -> None:
    told = demonstration.get_one(NewsCursor, 1).seq
    moments = dict(demonstration.exec(select(Event.seq, Event.at)).all())
    assert told > 0
    assert all((at >= AT - NEWS) == (seq > told) for seq, at in moments.items())


def test_one_case_shows_departments_that_stand_in_different_places(demonstration: Session) -> None:
    rows = demonstration.exec(select(Assignment).where(col(Assignment.ended_at).is_(None)).order_by(col(Assignment.id)))
    cases: dict[int, list[Assignment]] = {}
    for row in rows:
        cases.setdefault(row.case_id, []).append(row)
    (shown,) = [mine for mine in cases.values() if any(row.kind == "delegate" for row in mine)]
    assert {(row.kind, row.status, row.progress is not None) for row in shown} >= {
        ("lead", "signed", True), ("support", "signed", True), ("support", "offered", False),
        ("delegate", "signed", False),
    }  # fmt: skip
    assert 0 < (progress_of(shown).percent or 0) < 100


def test_a_colleague_endorses_what_gathers_support_and_one_promise_was_broken(demonstration: Session) -> None:
    (gathering,) = [case for case in cases(demonstration) if case.state == "gathering"]
    assert gathering.voices == 1
    broken = demonstration.exec(select(Promise).where(col(Promise.broken_at).is_not(None))).all()
    assert len(broken) == 1
    asked = questions(demonstration, quarter_of(demonstration, None, broken[0].broken_at or AT), AT)
    assert "broken" in {one.outcome for one in asked}


def test_a_demonstration_has_an_order_and_a_card_to_show(demonstration: Session) -> None:
    (order,) = demonstration.exec(select(Order).where(Order.issued_at == AT)).all()  # besides those of levels
    assert order.answered_at is None
    (card,) = demonstration.exec(select(Card)).all()
    assert card.colour == "yellow" and card.case_id != order.case_id
