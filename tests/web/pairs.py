"""Pairs of worlds that are drawn by chance, and where what is read in one of them differs from the other."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from tests.web.lives import Told, Turn, life, live
from tests.web.matrix import LOGINS
from tests.web.twins import END, INVENTED, Twins, alike, late_cursor

#: Whom a case complains of, how its text names them, and who belongs to them or below: written down by hand.
ACCUSED: dict[str, tuple[str, frozenset[str]]] = {
    "D": ("权益保障部", frozenset({"wang", "wu", "shuang"})),
    "A": ("人社局", frozenset({"zhou", "lu", "bai"})),
    "E": ("迅达快递", frozenset({"qian"})),
    "T": ("", frozenset({"tang", "du", "hai", "guo", "he", "qian"})),
    "C": (
        "",
        frozenset({"ma", "qian", "li", "wang", "zhou", "lu", "wu", "zhao", "sun", "tang", "du", "hai", "guo", "he",
                   "bai", "shuang", "anquan", "shenji"}),
    ),
}  # fmt: skip
OF_STAFF = ("zhou", "lu")
PEOPLE: tuple[tuple[str, str], ...] = (("zhang", "ma"), OF_STAFF)
IDENTITIES = ({"name": "何桂芳", "phone": "13900001111"}, {"name": "许志强", "contact": "room 5, twelfth street"})
TITLES = ("希望建骑手驿站", "拖欠三个月工资", "高温补贴没有发放", "车间通风不好")
TEXTS = (
    "午间无处休息，冬天尤其冷。",
    "三个月没有发工资，每人约一万二千元。",
    "七月起没有发放高温补贴。",
    "车间粉尘很大，没有口罩。",
)
#: Share of the addresses that are asked of each reader.
SHARE = 0.5
READERS = 1

Difference = tuple[str, str, str, str]


def of_two_people(twins: Twins, dice: random.Random, share: float = SHARE, by: str = "") -> list[Difference]:
    """Draw a pair in which a case was raised by this person or by that one, and return what anybody else could tell.

    That is one person drawn by chance, or `by`, who asks a share of all addresses.
    """
    first, second, mode = alternatives(dice)
    focus = a_case(dice, mode)
    cases = {0: replace(focus, **first), **others(dice)}
    turns = [*life(dice, 0, focus, 1, minutes=dice.randint(60, 900)), *lives_of(dice, cases)]
    may = {first.get("by"), second.get("by")}
    readers = [login for login in LOGINS if login not in may]
    if mode == "named":  # whoever handles it sees the name
        readers = [login for login in readers if login in ("zhang", "ma", "qian", "xitong", "anquan", "shenji", "deng")]
    chosen, asked = dice.sample(readers, READERS), dice.random()
    chosen = [by] if by in readers else chosen
    found = []
    for told in (first, second):
        with twins.world() as db:
            numbers, refused = live(db, twins.settings, cases | {0: replace(focus, **told)}, turns, END)
            said = [("what was refused", repr(refused)), ("numbers", repr(numbers))]
            found.append([*said, *read(twins, db, chosen, numbers[0], focus, (asked, share))])
    return differences(*found)


def against_somebody(twins: Twins, dice: random.Random, share: float = SHARE, by: str = "") -> list[Difference]:
    """Draw a pair of which one world has a case against somebody, and return what those could tell of it."""
    code = dice.choice([code for code in sorted(ACCUSED) if not by or by in ACCUSED[code][1]])
    name, people = ACCUSED[code]
    focus = a_case(dice, dice.choice(("confidential", "named", "anonymous")), lead="B" if code in "CA" else "A")
    is_named = not name or dice.random() < 0.5
    focus = replace(
        focus, by=dice.choice((None, "zhang")), text=focus.text + name, against=code if is_named else None,
        unit="P" if code == "C" else "C", about={"name": "何桂芳"} if focus.identity != "anonymous" else {},
    )  # fmt: skip
    cases = others(dice)
    turns = lives_of(dice, cases)
    hidden = life(dice, 0, focus, 1, minutes=dice.randint(60, 900))
    chosen, asked = dice.sample(sorted(people), min(READERS, len(people))), dice.random()
    chosen = [by] if by in people else chosen
    found = []
    for is_there in (True, False):
        with twins.world() as db:
            numbers, refused = live(db, twins.settings, cases | {0: focus}, turns + (hidden if is_there else []), END)
            said = [("what was refused", repr([line for line in refused if not line.startswith("0 ")]))]
            found.append([*said, *read(twins, db, chosen, numbers.get(0, INVENTED), focus, (asked, share))])
    return differences(*([(what, alike(text, INVENTED)) for what, text in one] for one in found))


def alternatives(dice: random.Random) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Draw who may have raised a case: one of two colleagues, or one of two people without an account."""
    if dice.random() < 0.4:
        told = [{"by": None, "about": about} for about in IDENTITIES]
        return told[0], told[1], dice.choice(("confidential", "confidential", "named"))
    one, other = dice.choice(PEOPLE)
    return {"by": one}, {"by": other}, dice.choice(("confidential", "confidential", "anonymous"))


def a_case(dice: random.Random, mode: str, lead: str = "D") -> Told:
    """Draw a case."""
    return Told(dice.choice(("proposal", "grievance")), "C", mode, dice.choice(TITLES), dice.choice(TEXTS), lead)


def others(dice: random.Random) -> dict[int, Told]:
    """Draw the cases that both worlds have, before and after the one that matters."""
    found = {}
    for case in (1, 2, 3):
        one = a_case(dice, dice.choice(("confidential", "named")), dice.choice(("D", "A", "B")))
        found[case] = replace(one, by=dice.choice(("zhang", "qian", "ma")))
    return found


def lives_of(dice: random.Random, cases: dict[int, Told]) -> list[Turn]:
    """Draw their lives; the second begins while the one that matters goes on, the last when it may be over."""
    begins = {1: 7, 2: 1_203, 3: 6_005}
    return [turn for case in (1, 2, 3) for turn in life(dice, case, cases[case], case % 3 + 1, minutes=begins[case])]


def read(
    twins: Twins, db: Any, readers: Sequence[str], number: str, focus: Told, asked: tuple[float, float]
) -> Iterator[tuple[str, str]]:
    """Yield what some people, and somebody whom nobody knows, can read in a world."""
    words = {"hidden": number, "title": focus.title, "text": focus.text, "cursor": late_cursor(number)}
    for path in ("/metrics", "/readyz", "/healthz", "/submit/open?identity=anonymous", "/track"):
        what, text = twins.asked(twins.nobody, "GET", path, words)
        yield f"nobody {what}", alike(text, number)
    for login in readers:
        dice, share = random.Random(f"{asked[0]} {login}"), asked[1]
        seen = twins.seen(login, 2)
        for what, text in twins.pages(login, words, seen, partial(is_drawn, dice, share)):
            yield f"{login} {alike(what, number)}", alike(text, number)
        for what, text in twins.commanded(db, login, words, seen) if is_drawn(dice, share) else ():
            yield f"{login} {alike(what, number)}", alike(text, number)
    for what, text in twins.told(db, list(readers)):
        yield what, alike(text, number)


def is_drawn(dice: random.Random, share: float) -> bool:
    """Draw whether an address is asked."""
    return dice.random() < share


def differences(one: Sequence[tuple[str, str]], other: Sequence[tuple[str, str]]) -> list[Difference]:
    """Return where two readings differ, with what stands there in each."""
    found = []
    if len(one) != len(other):
        found.append(("how much there is", "", str(len(one)), str(len(other))))
    for (what, text), (where, twin) in zip(one, other, strict=False):
        if (what, text) != (where, twin):
            at = next(
                (n for n, (a, b) in enumerate(zip(text, twin, strict=False)) if a != b), min(len(text), len(twin))
            )
            found.append((what, where, text[max(0, at - 80) : at + 80], twin[max(0, at - 80) : at + 80]))
    return found
