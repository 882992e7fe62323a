"""The words that the shipped laws use, so that tests of the law stand without the record above it."""

from pathlib import Path
from types import MappingProxyType

import config
from workflow.definition import Definition
from workflow.reading import load
from workflow.vocabulary import Field, Requirements, Vocabulary

WORKFLOWS = Path(config.__file__).parent / "workflows"
SHIPPED = ("proposal", "grievance")

FIELDS = (
    Field("reason", "text", "理由", "Reason", longest=2000, is_private=True),
    Field("note", "text", "留言", "Note", longest=2000, is_private=True),
    Field("answer", "text", "办理答复", "Answer", longest=5000, is_private=True),
    Field("summary", "text", "情况摘要", "Summary", longest=5000, is_private=True),
    Field("result", "text", "办理结果", "Result", longest=5000, is_private=True),
    Field("promise", "text", "承诺事项", "Promise", longest=2000, is_private=True),
    Field("promised_on", "date", "承诺日期", "Promised on"),
    Field("category", "line", "类别", "Category", column="category"),
    Field("tier", "choice", "处置类别", "Tier", column="tier"),
    Field("urgency", "choice", "紧急程度", "Urgency", column="urgency"),
    Field("lead", "unit", "主办部门", "Lead unit"),
    Field("support", "units", "协办部门", "Supporting units"),
    Field("into", "case", "并入案件", "Merge into"),
    Field("extra", "limit", "延长时限", "Extra time"),
    Field("measure", "choice", "处置措施", "Measure", options={"urge": ("催办", "Urge")}),
    Field("part", "unit", "协办单位", "Support unit"),
    Field("approve", "yes_no", "是否同意", "Approve"),
    Field(
        "rating",
        "choice",
        "评价",
        "Rating",
        options={
            "satisfied": ("满意", "Satisfied"),
            "partly_satisfied": ("基本满意", "Partly satisfied"),
            "unsatisfied": ("不满意", "Unsatisfied"),
        },
        column="rating",
    ),
    Field(
        "audience",
        "choice",
        "谁可以看",
        "Who may read it",
        options={"all": ("所有相关人员", "All concerned"), "desk": ("仅办理方", "Desks only")},
    ),
)

EFFECTS = """
    sign give_back end_assignments keep_promise take_up_again new_round appeal_to_parent
"""
DEMANDING_EFFECTS = {
    "sign_part": Requirements(only_if=("part_offered",)),
    "report_part": Requirements(needs=("result",), only_if=("part_signed",)),
    "waive_part": Requirements(needs=("part", "reason"), only_if=("part_open",)),
    "acknowledge": Requirements(needs=("measure",)),
    "assign": Requirements(needs=("lead",)),
    "answer": Requirements(needs=("answer",)),
    "request_extension": Requirements(needs=("extra",)),
    "decide_extension": Requirements(needs=("approve",), only_if=("extension_pending",)),
    "promise": Requirements(needs=("promised_on",)),
    "merge_into": Requirements(needs=("into",)),
}
CONDITIONS = """
    not_the_submitter not_the_handler part_open part_offered part_signed
    support_done no_extension_pending extension_pending before_the_limit not_the_asker
"""
ROLES = "submitter reviewer lead support supervisor leader adjudicator climbed_to system anyone"
DUTIES = "worker representative reviewer handler head supervisor leader"

WORDS = Vocabulary(
    fields={field.name: field for field in FIELDS},
    effects=MappingProxyType({word: Requirements() for word in EFFECTS.split()} | DEMANDING_EFFECTS),
    conditions=frozenset(CONDITIONS.split()),
    roles=frozenset(ROLES.split()),
    duties=frozenset(DUTIES.split()),
    overseers=frozenset({"head", "supervisor", "leader"}),
    audiences=frozenset({"owner", "owner_head"}),
)


def shipped(name: str) -> Definition:
    """Return a law of `config/workflows`, read against these words."""
    return load(WORKFLOWS / f"{name}.toml", WORDS)
