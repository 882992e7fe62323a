"""A law of one's own, with group review and no departments, is a text and nothing else: it is lived to the end here."""

from __future__ import annotations

import pytest

from cases.laws import publish
from cases.record.database import transaction
from cases.words import vocabulary
from tests.cases.panels import outcomes, votes
from tests.cases.test_ladders import moment, short, swept
from tests.cases.world import Story, World
from tests.cast import MONDAY
from workflow.machine import NotNow, UnknownAction
from workflow.proof import prove
from workflow.reading import parse

LAW = """
name     = "prize"
title    = "先进评选"
title_en = "Prize"
prefix   = "PX"
stages   = ["submit", "review", "feedback"]

[review]
quorum   = 2
majority = "2/3"

[climb]
line  = ["supervisor", "leader"]
limit = "1wd"
after = "2wd"

[history]
open   = "received"
closed = "closed"

[states]
draft = { stage = "submit", label = "草稿", label_en = "Draft", owner = "submitter", limit = "30d", ladder = "draft" }
received = { stage = "review", label = "收到", label_en = "Come", owner = "reviewer", limit = "2wd", ladder = "desk" }
jury = { stage = "review", label = "评委会", label_en = "Jury", owner = "panel", limit = "3wd", ladder = "jury" }
asked = { stage = "review", label = "待补充", label_en = "Asked", owner = "submitter", limit = "5wd", ladder = "draft" }
told = { stage = "feedback", label = "待评价", label_en = "Told", owner = "submitter", limit = "5wd", ladder = "end" }
refused = { stage = "review", label = "未入选", label_en = "Refused", final = true }
gone = { stage = "review", label = "已放弃", label_en = "Gone", final = true }
closed = { stage = "feedback", label = "已公布", label_en = "Closed", final = true }

[[steps]]
action = "submit"
label = "报名"
label_en = "Enter"
from = "draft"
to = "received"
by = "submitter"

[[steps]]
action = "lapse"
label = "放弃"
label_en = "Lapse"
from = ["draft", "asked"]
to = "gone"
by = ["submitter", "system"]

[[steps]]
action = "convene"
label = "组成评委会"
label_en = "Convene"
from = "received"
to = "jury"
by = "reviewer"
needs = ["chair"]
does = ["convene"]

[[steps]]
action = "mark"
label = "评议"
label_en = "Mark"
from = "jury"
by = "panel"
needs = ["vote", "reason"]
does = ["vote"]
only_if = ["has_a_vote"]

[[steps]]
action = "award"
label = "入选"
label_en = "Award"
from = "jury"
to = "told"
by = "chair"
needs = ["answer"]
does = ["record_accept", "answer"]
only_if = ["accept_carried"]

[[steps]]
action = "refuse"
label = "不入选"
label_en = "Refuse"
from = "jury"
to = "refused"
by = "chair"
needs = ["reason"]
does = ["record_reject"]
only_if = ["reject_carried"]

[[steps]]
action = "ask"
label = "补充材料"
label_en = "Ask"
from = "jury"
to = "asked"
by = "chair"
needs = ["reason"]
does = ["record_return"]
only_if = ["return_carried"]

[[steps]]
action = "add"
label = "补充"
label_en = "Add"
from = "asked"
to = "received"
by = "submitter"
needs = ["note"]

[[steps]]
action = "again"
label = "再评"
label_en = "Again"
from = "jury"
to = "jury"
by = ["chair", "supervisor"]
does = ["vote_again"]
only_if = ["nothing_carried"]

[[steps]]
action = "release"
label = "解散"
label_en = "Release"
from = "jury"
to = "received"
by = "supervisor"
only_if = ["no_decision"]

[[steps]]
action = "thank"
label = "满意"
label_en = "Thank"
from = "told"
to = "closed"
by = "submitter"
needs = ["rating"]
preset = { rating = "satisfied" }

[[steps]]
action = "publish"
label = "公布"
label_en = "Publish"
from = "told"
to = "closed"
by = "system"

[[steps]]
action = "acknowledge"
label = "已阅"
label_en = "Acknowledge"
from = "open"
by = "climbed_to"
needs = ["measure"]
takes = ["extra"]
does = ["acknowledge"]

[[steps]]
action = "note"
label = "留言"
label_en = "Note"
from = "any"
by = "anyone"
needs = ["note"]

[ladders]
draft = [{ at = "0", do = "act", action = "lapse" }]
end   = [{ at = "0", do = "act", action = "publish" }]
desk  = [{ at = "0", do = "overdue", tell = ["owner"] }, { at = "+1wd", do = "climb", tell = ["supervisor"] }]
jury  = [
  { at = "0",    do = "overdue", tell = ["late_reviewers"] },
  { at = "+1wd", do = "climb",   tell = ["supervisor"] },
]
"""  # fmt: skip


@pytest.fixture
def prize(world: World) -> Story:
    """Publishes the law and enters somebody for the prize."""
    definition = parse(LAW, "prize.toml", vocabulary())
    assert prove(definition) == []
    with transaction(world.db) as db:
        publish(db, definition, at=MONDAY)
    story = Story(world, law="prize")
    story.then("submit", "zhang")
    story.then("convene", "li", chair="shuang")
    return story


def test_a_law_of_one_s_own_goes_round_by_its_text_alone(prize: Story) -> None:
    for login, choice in (("li", "return"), ("shuang", "return")):
        prize.then("mark", login, vote=choice, reason="缺事迹材料")
    assert prize.then("ask", "shuang", reason="请补事迹材料").state == "asked"
    prize.then("add", "zhang", note="附材料")
    prize.then("convene", "shuang", chair="li")
    for login, choice in (("li", "accept"), ("shuang", "reject")):
        prize.then("mark", login, vote=choice, reason="看法")
    with pytest.raises(NotNow):
        prize.then("award", "li", answer="入选")
    assert prize.then("again", "li").state == "jury"
    for login in ("li", "shuang"):
        prize.then("mark", login, vote="accept", reason="事迹突出")
    assert prize.then("award", "li", answer="已入选").state == "told"
    case = prize.then("thank", "zhang")
    assert (case.state, case.rating, case.lead_id) == ("closed", "satisfied", None)
    assert outcomes(prize) == ["return", "none", "accept"]
    prize.world.check()


def test_its_late_members_are_told_and_what_they_leave_climbs(prize: Story) -> None:
    prize.then("mark", "li", vote="accept", reason="事迹突出")
    fired = swept(prize.world, moment("11-20 18:00"), since=prize.at)
    assert short(fired, prize.world) == [("jury", "overdue 0", "11-19 17:30"), ("jury", "climb +1wd", "11-20 17:30")]
    prize.at = moment("11-20 18:00")
    assert prize.then("release", "zhao").state == "received"
    assert outcomes(prize) == ["left"]
    prize.world.check()


def test_the_words_of_another_law_are_no_words_of_it(prize: Story) -> None:
    with pytest.raises(UnknownAction, match="先进评选"):
        votes(prize, li="accept")
