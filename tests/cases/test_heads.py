"""The head of the chain leaves the host every day, at least once, and finds a history that was rewritten as a whole."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from cases import heads
from cases.audit import GENESIS, hash_of
from cases.broken import ChainBroken
from cases.heads import BadHeads
from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.verifying import verify_database
from config.settings import Settings, SettingsError
from notifications.channels.webhook import new_secret
from notifications.heads import send_daily
from tests.cases.attacks import run
from tests.cases.tampering import TRIGGERS
from tests.cases.world import DAY, MINUTE, Story, World
from tests.cast import MONDAY
from tests.notifications.mailbox import Mailbox
from tests.notifications.receivers import LOCAL, Receiver


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_each_day_one_head_is_appended_and_all_lie_on_the_chain(world: World, tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    settings = Settings(heads_file=str(path))
    for day in range(3):
        Story(world, at=MONDAY + day * DAY).up_to("accept")
        for hour in (1, 5):
            send_daily(world.db, settings, MONDAY + day * DAY + hour * 60 * MINUTE)
    told = lines(path)
    assert len(told) == 3 and [set(one) for one in told] == [{"seq", "hash", "at", "erased"}] * 3
    with reading(world.db) as db:
        assert heads.check(db, heads.read(path)) == 3


def test_a_target_that_fails_is_tried_again_until_it_has_arrived(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    settings, at = Settings(heads_file=str(folder / "heads.jsonl")), MONDAY
    assert send_daily(world.db, settings, at)[0][1].why == "unreachable"
    assert send_daily(world.db, settings, at) == []  # not before its time
    with reading(world.db) as db:
        assert heads.late(db, at + 2 * DAY) and not heads.late(db, at)
    folder.mkdir()
    send_daily(world.db, settings, at + 2 * MINUTE)
    assert len(lines(folder / "heads.jsonl")) == 1


def test_who_dies_while_sending_leaves_a_head_that_comes_due_again(world: World, tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    with transaction(world.db) as db:
        heads.daily(db, ["file"], MONDAY)
        assert len(heads.claim(db, MONDAY)) == 1
        assert heads.claim(db, MONDAY) == []
    path.write_text('{"at":"2026', encoding="utf-8")  # and half a line
    send_daily(world.db, Settings(heads_file=str(path)), MONDAY + timedelta(minutes=11))
    assert path.read_text(encoding="utf-8").splitlines()[1].startswith('{"at":')


def test_heads_go_by_mail_and_to_a_webhook_and_not_to_an_inner_network(world: World) -> None:
    with Receiver(lambda got: (200, {})) as receiver, Mailbox() as mailbox:
        hook: dict[str, Any] = {"heads_webhook": receiver.url("/heads"), "heads_secret": new_secret()}
        settings = replace(LOCAL, heads_mail="audit@example.org", **hook, **mailbox.settings)
        ends = send_daily(world.db, settings, MONDAY)
        assert [answer.verdict.value for _, answer in ends] == ["done", "done"], ends
        (posted,) = receiver.got
        assert posted.json["type"] == "bihuan.head" and len(posted.json["data"]["hash"]) == 64
        assert "webhook-signature" in posted.headers
        assert len(mailbox.kept) == 1 and posted.json["data"]["hash"] in mailbox.kept[0].body()
        inner = replace(settings, private_addresses=False, heads_mail="")
        assert send_daily(world.db, inner, MONDAY + DAY)[0][1].why == "private_address"
        assert len(receiver.got) == 1


def test_settings_of_targets_that_cannot_work_are_refused() -> None:
    with pytest.raises(SettingsError, match="smtp_host"):
        Settings(heads_mail="a@example.org")
    with pytest.raises(SettingsError, match="heads_secret"):
        Settings(heads_webhook="https://example.org/")


def test_a_history_rewritten_as_a_whole_is_found_by_a_head_that_has_left(world: World, tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    Story(world).up_to("accept")
    send_daily(world.db, Settings(heads_file=str(path)), MONDAY)
    rewrite(world)
    with reading(world.db) as db:
        verify_database(db)  # the chain itself holds
        with pytest.raises(ChainBroken, match="rewritten") as caught:
            heads.check(db, heads.read(path))
    assert caught.value.finding.line == 1


def test_a_chain_that_was_cut_is_found_by_a_head_that_has_left(world: World, tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    send_daily(world.db, Settings(heads_file=str(path)), MONDAY)
    told = lines(path)[0]
    path.write_text(json.dumps({**told, "seq": 999}) + "\n", encoding="utf-8")
    with reading(world.db) as db, pytest.raises(ChainBroken, match="was cut"):
        heads.check(db, heads.read(path))


@pytest.mark.parametrize(
    "text", ["", "\n", "{}", "[]", '{"seq":true,"hash":""}', '{"seq":-1,"hash":"0"}', "\ud800", "x"]
)
def test_what_is_no_file_of_heads_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "heads.jsonl"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(BadHeads):
        heads.read(path)
    with pytest.raises(BadHeads):
        heads.read(tmp_path / "missing")


def rewrite(world: World) -> None:
    """Change an early event and compute every hash after it anew, as somebody who knows this program would."""
    with world.db.connect() as connection:
        for statement in TRIGGERS[world.db.dialect.name]:
            connection.exec_driver_sql(statement)
        connection.commit()
    with transaction(world.db) as db:
        previous = GENESIS
        for event in db.exec(select(Event).order_by(col(Event.seq))).all():
            row = event.model_dump() | {"previous": previous}
            if event.action == "accept":
                row["role"] = "supervisor"
            previous = hash_of(row)
            values = {"p": row["previous"], "h": previous, "r": row["role"], "s": event.seq}
            run(db, "UPDATE events SET previous = :p, hash = :h, role = :r WHERE seq = :s", **values)
        run(db, "UPDATE chain_head SET hash = :h", h=previous)
