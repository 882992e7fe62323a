"""Who raised a case is forgotten: on request, by two of the staff, by age, and after a restore; the chain holds."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from cases import erasing, own_data, vault
from cases.access import Cost
from cases.act import find
from cases.attachments import attach, place_of, store
from cases.backup import write
from cases.erased import tombstones_in
from cases.erasing import NO_TITLE, NotErased
from cases.errors import InvalidFields, NotFound
from cases.forgetting import forget_due
from cases.raising import submitter_of
from cases.receipts import case_of, issue
from cases.record.database import engine, reading, release, transaction
from cases.record.event import Event
from cases.record.news import Notification
from cases.record.vault import Receipt, Sealed, Veil
from cases.restoring import restore
from cases.verifying import verify_database
from config.settings import Settings
from tests.cases.test_revealing import person
from tests.cases.world import DAY, Story, World
from tests.cast import MONDAY

CHEAP = Cost(memory=8, passes=1)
TOLD = {"name": "钱桂芳", "phone": "13957312345"}


def last_event(world: World) -> tuple[str, str, int | None, dict[str, Any]]:
    with reading(world.db) as db:
        event = db.exec(select(Event).order_by(col(Event.seq).desc()).limit(1)).one()
        return event.action, event.role, event.actor_id, json.loads(event.data)


def sealed(world: World, story: Story) -> None:
    with transaction(world.db) as db:
        vault.keep(db, story.case.id or 0, TOLD)


def test_the_holder_of_a_receipt_is_forgotten_and_can_still_follow(world: World) -> None:
    story = Story(world, identity="anonymous").up_to("accept")
    sealed(world, story)
    with transaction(world.db) as db:
        case = find(db, story.number)
        holder = submitter_of(db, case)
        assert holder is not None and issue(db, holder, CHEAP)
        db.connection().exec_driver_sql("UPDATE cases SET identity = 'confidential'")  # as a receipt may be
        erasing.by_holder(db, find(db, story.number), by=holder, at=story.at)
    with reading(world.db) as db:
        assert vault.fields_of(db, story.case.id or 0) == {} and db.exec(select(Sealed)).all() == []
        assert case_of(db, story.case.submitter_id or 0) is not None
    with transaction(world.db) as db:
        db.connection().exec_driver_sql("UPDATE cases SET identity = 'anonymous'")
    world.check()
    action, role, actor, data = last_event(world)
    assert (action, role, actor) == ("erase_identity", "submitter", None)
    assert data["erased"] == [[story.case.id, False]]


def test_a_case_of_an_account_moves_to_a_veil_with_nobody_behind_it(world: World) -> None:
    story, other = Story(world).up_to("report"), Story(world).up_to("submit")
    veil = story.case.submitter_id
    with transaction(world.db) as db:
        for _ in ("inbox", "mail"):
            db.add(
                Notification(
                    case_id=story.case.id, kind="step", user_id=veil, channel="inbox", state="sent", made_at=MONDAY
                )
            )
            db.flush()
    with transaction(world.db) as db:
        erasing.by_holder(db, find(db, story.number), by=person(db, world, "zhang"), at=story.at)
    assert story.case.submitter_id != veil and (story.case.submitter_id or 0) < 0
    assert other.case.submitter_id == veil
    with reading(world.db) as db:
        assert db.exec(select(Notification).where(Notification.case_id == story.case.id)).all() == []
        assert len(db.exec(select(Veil)).all()) == 1
        with pytest.raises(NotErased, match="本人"):
            erasing.by_holder(db, find(db, story.number), by=person(db, world, "zhang"), at=story.at)
    with transaction(world.db) as db:
        erasing.by_holder(db, find(db, other.number), by=person(db, world, "zhang"), at=story.at)
        assert db.exec(select(Veil)).all() == []
    world.check()


def test_what_they_wrote_and_added_goes_when_that_is_asked_for(world: World, tmp_path: Path) -> None:
    story = Story(world).up_to("report")
    both = []
    for login, text in (("zhang", "工资条".encode()), ("wang", "回复".encode())):
        with transaction(world.db) as db:
            both.append(file := store(tmp_path, f"{login}.txt", io.BytesIO(text)))
            attach(db, find(db, story.number), file, by=person(db, world, login), at=story.at)
    with transaction(world.db) as db:
        by = person(db, world, "zhang")
        gone = erasing.by_holder(db, find(db, story.number), by=by, at=story.at, with_texts=True)
    assert gone == [both[0].place]
    erasing.remove(tmp_path, gone)
    assert [place_of(tmp_path, file.place).exists() for file in both] == [False, True]
    assert story.case.title == NO_TITLE
    world.check()
    erasing.scrub(world.db)
    if world.db.dialect.name == "sqlite":
        place = Path(world.db.url.database or "")
        kept = b"".join(path.read_bytes() for path in place.parent.glob(place.name + "*"))
        for word, is_there in (("希望建驿站", False), ("zhang.txt", False), ("已补发工资", True)):
            assert (word.encode() in kept) is is_there, word


def test_two_of_the_staff_agree_and_nobody_is_their_own_second_person(world: World) -> None:
    story = Story(world).up_to("sign_for")
    with transaction(world.db) as db:
        case, wang, zhou = find(db, story.number), person(db, world, "wang"), person(db, world, "zhou")
        with pytest.raises(InvalidFields, match="理由"):
            erasing.ask(db, case, " ", by=wang, at=story.at)
        with pytest.raises(NotErased, match="不办理"):
            erasing.ask(db, case, "本人来电", by=zhou, at=story.at)
        row_id = erasing.ask(db, case, "本人来电要求", by=wang, at=story.at).id or 0
        with pytest.raises(NotErased, match="已申请过"):
            erasing.ask(db, case, "本人来电要求", by=wang, at=story.at)
    for login in ("wang", "wu", "zhang"):
        with transaction(world.db) as db, pytest.raises(NotErased, match="另一位"):
            erasing.agree(db, find(db, story.number), row_id, by=person(db, world, login), at=story.at)
    with transaction(world.db) as db:
        erasing.agree(db, find(db, story.number), row_id, by=person(db, world, "zhao"), at=story.at)
    assert last_event(world)[0] == "erase_identity" and last_event(world)[2] == world.people["zhao"]
    with transaction(world.db) as db:
        case = find(db, story.number)
        with pytest.raises(NotErased, match="已处理"):
            erasing.agree(db, case, row_id, by=person(db, world, "zhao"), at=story.at)
        with pytest.raises(NotErased, match="无可删除"):
            erasing.ask(db, case, "再来", by=person(db, world, "wang"), at=story.at)
        with pytest.raises(NotFound):
            erasing.agree(db, case, 99, by=person(db, world, "zhao"), at=story.at)
    world.check()


def test_what_is_declined_stays(world: World) -> None:
    story = Story(world).up_to("sign_for")
    owner = story.case.submitter_id
    with transaction(world.db) as db:
        case = find(db, story.number)
        row = erasing.ask(db, case, "本人来电要求", by=person(db, world, "wang"), at=story.at)
        erasing.agree(db, case, row.id or 0, by=person(db, world, "zhao"), at=story.at, is_allowed=False)
        assert not erasing.waiting(db, case, story.at)
    assert story.case.submitter_id == owner and last_event(world)[0] == "decline_erasure"


def test_what_is_due_by_its_age_is_forgotten_in_one_event(world: World) -> None:
    done, refused, running = Story(world).up_to("satisfied"), Story(world, by="qian").up_to("submit"), Story(world)
    refused.then("reject", "li", reason="不属于工会职责")
    named = Story(world, identity="named").up_to("satisfied")
    sealed(world, done)
    settings = Settings()

    def due(days: int) -> tuple[int, int]:
        with transaction(world.db) as db:
            return forget_due(db, settings, done.at + timedelta(days=days))

    with transaction(world.db) as db:
        case = find(db, done.number)
        holder = submitter_of(db, case)
        assert holder is not None and issue(db, holder, CHEAP)
    assert due(80) == (0, 0)
    assert due(91) == (1, 0)
    assert due(91) == (0, 0)
    assert last_event(world)[0] == "erase_due" and last_event(world)[3]["erased"] == [[refused.case.id, False]]
    assert due(366) == (0, 1)
    with reading(world.db) as db:
        assert db.exec(select(Receipt)).all() == []
    assert due(1_096) == (2, 0)
    assert (named.case.submitter_id or 0) < 0
    assert running.case.submitter_id == Story(world).case.submitter_id
    with transaction(world.db) as db:
        never = Settings(keep_identity_days=0, keep_rejected_days=0, keep_receipt_days=0)
        assert forget_due(db, never, MONDAY + 10_000 * DAY) == (0, 0)
    world.check()


def test_a_restored_backup_forgets_again_what_was_erased_after_it(world: World, tmp_path: Path) -> None:
    story, kept, out = Story(world).up_to("report"), Story(world, by="qian").up_to("submit"), tmp_path / "b.tar.gz"
    sealed(world, story)
    sealed(world, kept)
    write(world.db, out, tmp_path / "files", at=MONDAY)
    with transaction(world.db) as db:
        by = person(db, world, "zhang")
        erasing.by_holder(db, find(db, story.number), by=by, at=story.at, with_texts=True)
    with reading(world.db) as db:
        event = db.exec(select(Event).order_by(col(Event.seq).desc()).limit(1)).one()
        stones = list(tombstones_in(event.seq, json.loads(event.data)))
    url = f"sqlite:///{tmp_path / 'again.db'}"
    events = restore(url, out, tmp_path / "restored", tombstones=stones, at=story.at)
    with reading(engine(url)) as db:
        assert verify_database(db) == events
        assert vault.fields_of(db, story.case.id or 0) == {} and vault.fields_of(db, kept.case.id or 0) == TOLD
        assert find(db, story.number).title == NO_TITLE
        last = db.exec(select(Event).order_by(col(Event.seq).desc()).limit(2)).all()
        assert {event.action for event in last} == {"erase_again", "restore"}
    release(url)


def test_somebody_takes_out_all_that_is_kept_of_them_and_nobody_elses(world: World) -> None:
    story = Story(world).up_to("satisfied")
    sealed(world, story)
    with transaction(world.db) as db:
        case, zhang = find(db, story.number), person(db, world, "zhang")
        with pytest.raises(NotFound):
            own_data.announce(db, case, by=person(db, world, "wang"), at=story.at)
        own_data.announce(db, case, by=zhang, at=story.at)
    with reading(world.db) as db:
        case, zhang = find(db, story.number), person(db, world, "zhang")
        told = own_data.own_data(db, case, by=zhang, at=story.at)
        with pytest.raises(NotFound):
            own_data.own_data(db, case, by=person(db, world, "wang"), at=story.at)
    assert told["identity"] == TOLD and told["case"]["number"] == story.number
    texts = [text for one in told["history"] for text in one["texts"].values()]
    assert "希望建驿站" in texts and "已补发工资" in texts
    assert told["history"][-1]["action"] == "export_own"
    assert json.loads(json.dumps(told)) == told
    world.check()
