"""Mistakes that others made with messages, templates and rules, tried here: each is named after what told of it."""

from __future__ import annotations

from email.utils import getaddresses

import pytest
from sqlmodel import col, select

from cases.record.case import Case
from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.record.news import NewsTemplate
from cases.record.people import Duty
from cases.words import vocabulary
from notifications.letters import message_id
from tests.cast import WORKFLOWS
from tests.notifications.mailbox import Mailbox
from tests.web.letters import sends
from tests.web.visitors import API, SUBMISSION, Office, person
from web.doors import DOORS
from workflow.law_text import LawError
from workflow.reading import parse

WORDS = "/admin/news/words/task/zh"
CODE = (
    "${name.__class__.__mro__}",
    "$password",
    "${__import__('os')}",
    "$link $key",
    "{% for %}$",
    "%(secret)s $secret",
)


def worded(office: Office, subject: str, body: str) -> int:
    """Have the administrator write the words of a message, and return the status of the answer."""
    admin = office.browser("xitong")
    admin.get(WORDS)
    return admin.send(WORDS, subject=subject, body=body).status_code


@pytest.mark.parametrize("words", CODE)
def test_words_of_a_message_are_no_code_cve_2011_2084(sqlite_office: Office, words: str) -> None:
    assert worded(sqlite_office, "请办", words) == 422
    with reading(sqlite_office.engine) as db:
        assert db.exec(select(NewsTemplate)).all() == []


# A product so long that no token of a page holds it by chance.
PRODUCT = str(7919 * 7907)
TITLES = ["$link ${name} {{ 7919*7907 }}", "{% include '/etc/passwd' %}", "#{7919*7907} <%= 7919*7907 %> %(x)s"]


@pytest.mark.parametrize("title", TITLES)
def test_what_is_filled_in_is_not_filled_in_again(mailed: tuple[Office, Mailbox], title: str) -> None:
    office, box = mailed
    office.submitted(identity="named", title=title)
    sends(office)
    (letter,) = box.to("li")
    assert title in str(letter.message["Subject"]) + letter.body() and PRODUCT not in letter.body()
    zhang = office.browser("zhang")
    assert PRODUCT not in zhang.get("/submit")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('by = "system"', "by = \"__import__('os').system('id')\""),
        ('action = "enough_voices"\nlabel', 'action = "enough_voices"\nscript = "import os"\nlabel'),
        ('needs = ["title", "text"]', 'needs = ["title", "__class__"]'),
    ],
)
def test_a_law_holds_no_code_cve_2011_5093(old: str, new: str) -> None:
    source = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8")
    assert old in source
    with pytest.raises(LawError):
        parse(source.replace(old, new, 1), "edited", vocabulary())


@pytest.mark.parametrize("login", ["li", "zhao", "sun", "wu", "anquan", "shenji"])
def test_nobody_else_changes_what_others_are_ruled_by_cve_2025_53105(sqlite_office: Office, login: str) -> None:
    office = sqlite_office
    assert not [
        door for door in DOORS if "law" in door or "workflow" in door or "rule" in door
    ]  # none over the network
    browser = office.browser(login)
    browser.get("/")
    token = {"_form_token": browser.page.text.partition('_form_token" value="')[2].partition('"')[0]}
    with reading(office.engine) as db:
        before = len(db.exec(select(Event)).all())
    for door in (one for one in DOORS if one.startswith("POST /admin")):
        path = door.split(" ")[1].format(parked_id=1, message=1, seq=1, outlet=1, kind="task", language="zh")
        assert browser.client.post(path, data=token | {"subject": "x", "body": "$link"}).status_code == 403, path
    with reading(office.engine) as db:
        assert len(db.exec(select(Event)).all()) == before


def test_words_of_a_message_begin_no_header_cve_2013_3373(mailed: tuple[Office, Mailbox]) -> None:
    office, box = mailed
    with transaction(office.engine) as db:
        subject = "请办\r\nBcc: all@example.org\r\n\r\n<h1>"
        db.add(NewsTemplate(kind="task", language="zh", subject=subject, body="$link", edited_at=office.at))
    office.submitted(identity="named")
    sends(office)
    assert [kept.to for kept in box.kept] == ["li@example.org"]
    message = box.kept[0].message
    assert message["Bcc"] is None and "\n" not in message["Subject"] and "请办 Bcc:" in message["Subject"]


def test_what_somebody_raises_begins_no_header_cve_2012_4730(mailed: tuple[Office, Mailbox]) -> None:
    office, box = mailed
    for title in (
        "驿站\r\nBcc: all@example.org",
        "驿站\nX: y",
        "驿站\x0bX",
        "驿站\x85X",
        "驿站\u2028Bcc: all@example.org",
    ):
        answer = office.program("zhang").post(f"{API}/cases", json=SUBMISSION | {"title": title, "identity": "named"})
        assert answer.status_code in (201, 422), title
    with transaction(office.engine) as db:  # as if it had come in by another way
        number = office.submitted(identity="named")
        db.exec(select(Case).where(Case.number == number)).one().title = "驿站\r\nBcc: all@example.org"
    sends(office)
    assert {kept.to for kept in box.kept} == {"li@example.org"}
    for kept in box.kept:
        assert kept.message["Bcc"] is kept.message["X"] is None and kept.message["To"] == "li@example.org"


def test_nobody_answers_in_anothers_name_by_a_message_ghsa_6r38_6mcf_2ww3(mailed: tuple[Office, Mailbox]) -> None:
    office, box = mailed
    office.submitted(identity="named")
    office.submitted("qian", unit="T", identity="named")
    sends(office)
    assert not [door for door in DOORS if "mail" in door or "reply" in door]  # nothing comes in by mail
    ids = [message_id(key, number) for key in (b"a" * 32, b"b" * 32) for number in range(1, 200)]
    assert len(set(ids)) == len(ids) and all(len(one) == 32 for one in ids)  # drawn with a key, told from no other
    for kept in box.kept:
        assert kept.message["Reply-To"] is None and kept.message["In-Reply-To"] is None


def test_who_may_hear_no_more_is_not_written_to_ghsa_83xx_8c27_gq78(mailed: tuple[Office, Mailbox]) -> None:
    office, box = mailed
    office.go(office.submitted(identity="named"), until="accept")
    with transaction(office.engine) as db:
        db.exec(select(Duty).where(Duty.user_id == person(db, "wang").id)).one().until_at = office.at
    sends(office)  # what was meant for somebody who is of the department no more
    assert box.to("wang") == []
    with transaction(office.engine) as db:
        person(db, "li").is_active = False
    office.submitted(identity="named", title="另一件")
    box.kept.clear()
    sends(office)
    assert box.to("li") == []


@pytest.mark.parametrize(
    "name", ['李 <evil@evil.example>, "', "李\r\nBcc: evil@evil.example", "=?utf-8?q?evil?= <a@b.c>"]
)
def test_a_name_adds_no_recipient_osticket_recipient_injection(mailed: tuple[Office, Mailbox], name: str) -> None:
    office, box = mailed
    with transaction(office.engine) as db:
        person(db, "li").name = name
    office.submitted(identity="named")
    sends(office)
    assert [kept.to for kept in box.kept] == ["li@example.org"]
    to = box.kept[0].message.get_all("To", []) + box.kept[0].message.get_all("Cc", [])
    assert [address for _, address in getaddresses(to)] == ["li@example.org"]
    with transaction(office.engine) as db:
        person(db, "li").email = "li@example.org,evil@evil.example"
    office.submitted(identity="named", title="另一件")
    box.kept.clear()
    sends(office)
    assert box.kept == []


def test_a_message_stays_short_whatever_is_raised_cve_2026_48187(mailed: tuple[Office, Mailbox]) -> None:
    office, box = mailed
    office.submitted(identity="named", title="驿" * 200, text="站" * 20_000)
    sends(office)
    (letter,) = box.to("li")
    assert len(bytes(letter.message)) < 20_000 and "站" * 100 not in letter.body()
    with reading(office.engine) as db:
        assert db.exec(select(Case.title).where(col(Case.title).like("驿%"))).one() == "驿" * 200
