"""A small sound law, the paths through it, and the check that an edit of it breaks one rule and no other."""

from tests.workflow.words import WORDS
from workflow.definition import Definition
from workflow.proof import Finding, prove
from workflow.reading import parse

SOUND = """
name = "wish"
title = "心愿"
title_en = "Wish"
prefix = "XY"

[history]
open = "handling"
closed = "closed"

[climb]
line = ["owner_head", "supervisor", "leader"]
limit = "1wd"
after = "3wd"

[choices.tier]
default = "A"
A = { label = "甲", label_en = "Near", limit = "5wd" }
B = { label = "乙", label_en = "Far", limit = "9wd" }

[states]
draft     = { stage = "submit",    label = "草稿",   label_en = "Draft",     owner = "submitter",  limit = "30d",  ladder = "draft" }
in_review = { stage = "review",    label = "待审议", label_en = "In review", owner = "reviewer",   limit = "3wd",  ladder = "desk" }
asked     = { stage = "review",    label = "待补正", label_en = "Asked",     owner = "submitter",  limit = "5wd",  ladder = "desk", pauses = true }
handling  = { stage = "handle",    label = "办理中", label_en = "Handling",  owner = "lead",       limit = "tier", ladder = "desk" }
verifying = { stage = "supervise", label = "待核验", label_en = "Verifying", owner = "supervisor", limit = "3wd",  ladder = "desk" }
rating    = { stage = "feedback",  label = "待评价", label_en = "Rating",    owner = "submitter",  limit = "9wd",  ladder = "lapse" }
closed    = { stage = "feedback",  label = "销号",   label_en = "Closed",    final = true }
dropped   = { stage = "review",    label = "已撤回", label_en = "Dropped",   final = true }

[ladders]
draft = [
  { at = "0",    do = "act",     action = "drop" },
]
desk = [
  { at = "-4wh", do = "remind",  tell = ["owner"] },
  { at = "+1wd", do = "climb",   tell = ["parent.supervisor"] },
]
lapse = [
  { at = "0",    do = "act",     action = "lapse" },
]

[[steps]]
action = "submit"
label = "提交"
label_en = "Submit"
from = "draft"
to = "in_review"
by = "submitter"

[[steps]]
action = "drop"
label = "撤回"
label_en = "Drop"
from = ["draft", "in_review"]
to = "dropped"
by = ["submitter", "system"]

[[steps]]
action = "ask"
label = "退回补正"
label_en = "Ask"
from = "in_review"
to = "asked"
by = "reviewer"

[[steps]]
action = "supplement"
label = "补正"
label_en = "Supplement"
from = "asked"
to = "in_review"
by = "submitter"

[[steps]]
action = "accept"
label = "立案"
label_en = "Accept"
from = "in_review"
to = "handling"
by = "reviewer"

[[steps]]
action = "report"
label = "报办结"
label_en = "Report"
from = "handling"
to = "verifying"
by = "lead"
needs = ["answer"]

[[steps]]
action = "verify"
label = "核验通过"
label_en = "Verify"
from = "verifying"
to = "rating"
by = "supervisor"
only_if = ["not_the_handler"]

[[steps]]
action = "rate"
label = "评价"
label_en = "Rate"
from = "rating"
to = "closed"
by = "submitter"

[[steps]]
action = "lapse"
label = "逾期结案"
label_en = "Lapse"
from = "rating"
to = "closed"
by = "system"

[[steps]]
action = "reopen"
label = "申请重办"
label_en = "Reopen"
from = "closed"
to = "handling"
by = "submitter"
within = "30d"

[[steps]]
action = "note"
label = "留言"
label_en = "Note"
from = "any"
by = "anyone"
needs = ["note"]

[[steps]]
action = "urge"
label = "催办"
label_en = "Urge"
from = "open"
by = ["submitter", "supervisor"]

[[steps]]
action = "acknowledge"
label = "已阅处置"
label_en = "Acknowledge"
from = "open"
by = "climbed_to"
needs = ["measure"]
does = ["acknowledge"]
"""  # noqa: E501 - a law reads best with one state a line

TO_REVIEW = ("draft", "submit", "in_review")
TO_ASKED = (*TO_REVIEW, "ask", "asked")
TO_HANDLING = (*TO_REVIEW, "accept", "handling")
TO_VERIFYING = (*TO_HANDLING, "report", "verifying")
TO_RATING = (*TO_VERIFYING, "verify", "rating")
TO_CLOSED = (*TO_RATING, "rate", "closed")
TO_DROPPED = ("draft", "drop", "dropped")


def read(text: str) -> Definition:
    """Return the law in a text."""
    return parse(text, "wish.toml", WORDS)


def line_of(text: str, words: str) -> int:
    """Return the number of the one line that holds these words."""
    (number,) = [number for number, line in enumerate(text.splitlines(), 1) if words in line]
    return number


def assert_breaks(rule: str, old: str, new: str, where: str, path: tuple[str, ...], words: tuple[str, str]) -> None:
    """Assert that the sound law with `old` replaced breaks `rule` alone, on the line with `where`, shown by `path`.

    `words` stand in the Chinese and in the English sentence.
    """
    assert SOUND.count(old) == 1
    text = SOUND.replace(old, new)

    findings = prove(read(text))

    assert {finding.rule for finding in findings} == {rule}
    first: Finding = findings[0]
    assert (first.line, first.path) == (line_of(text, where), path)
    zh, en = words
    assert zh in first.zh
    assert en in first.en
    assert first.zh.endswith("。")
    assert first.en.endswith(".")
