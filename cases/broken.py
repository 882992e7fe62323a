"""What is said of a history that does not hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from workflow.errors import Refusal


class Fault(NamedTuple):
    """What is wrong with an event, as the rest of a sentence that begins with the event."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Finding:
    """An event that does not hold: its number, the number of its case and the line of a file where they are known.

    `is_of_row` tells that the events hold and a row of today disagrees with them.
    """

    fault: Fault
    seq: int | None = None
    case: str | None = None
    line: int | None = None
    is_of_row: bool = False


class ChainBroken(Refusal):
    """The first event that does not hold, in one sentence."""

    def __init__(self, finding: Finding) -> None:
        zh = [f"第 {finding.line} 行"] if finding.line else []
        en = [f"line {finding.line}"] if finding.line else []
        if finding.seq is not None:
            zh.append(f"事件 {finding.seq}")
            en.append(f"event {finding.seq}")
        of = (f"（案件 {finding.case}）", f" (case {finding.case})") if finding.case else ("", "")
        super().__init__(
            f"{'，'.join(zh)}{of[0]}：{finding.fault.zh}。", f"{', '.join(en)}{of[1]}: {finding.fault.en}."
        )
        self.finding = finding

    def __reduce__(self) -> tuple[type[ChainBroken], tuple[Finding]]:  # type: ignore[override]  # made from its finding, not from two sentences
        return type(self), (self.finding,)
