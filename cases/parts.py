"""What a case consists of besides its row and its clocks: what was said, files, rungs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cases import audit, raw
from cases.broken import Fault
from cases.raw import Row

#: What the events of a case say: version -> number of the event, its moment as a row holds it, its data.
Facts = Mapping[Any, tuple[int, Any, dict[str, Any]]]

EVERYONE = "parties"


def of_passages(facts: Facts, passages: Sequence[Row]) -> Iterator[tuple[Fault, Any]]:
    """Return texts that are not what was said, and at which version; an erased text has neither body nor salt."""
    said = {(version, field) for version, (_, _, data) in facts.items() for field in raw.table_in(data, "said")}
    for passage in passages:
        if fault := _of_passage(passage, _data(facts, passage.version), said):
            yield fault, passage.version
    for version, field in said:
        yield Fault(f"文字「{field}」缺失", f"the text {field} is missing"), version


def _of_passage(passage: Row, data: dict[str, Any], said: set[tuple[Any, str]]) -> Fault | None:
    """Return what is wrong with one text, and strike it off what was said."""
    if (passage.version, passage.field) not in said:
        word = raw.word(passage.field)
        return Fault(f"有未经记录的文字「{word}」", f"it knows nothing of the text {word}")
    said.remove((passage.version, passage.field))
    is_erased = passage.body is None and passage.salt is None
    if not is_erased and not is_digest(raw.table_in(data, "said")[passage.field], passage.salt, passage.body):
        return Fault(f"文字「{passage.field}」被改动", f"the text {passage.field} was changed")
    if passage.audience != raw.table_in(data, "fields").get("audience", EVERYONE):
        return Fault(f"文字「{passage.field}」的可见范围被改动", f"who may read {passage.field} was changed")
    return None


def of_files(facts: Facts, files: Sequence[Row]) -> Iterator[tuple[Fault, Any]]:
    """Return files that are not what was added, and at which version; an erased name is empty and has no salt."""
    if not files and not any("file" in data for _, _, data in facts.values()):
        return
    added = {version for version, (_, _, data) in facts.items() if "file" in data}
    for file in files:
        if file.version not in added:
            yield Fault("有未经记录的附件", "it knows nothing of an attached file"), file.version
            continue
        added.remove(file.version)
        known = raw.table_in(_data(facts, file.version), "file")
        is_erased = file.name == "" and file.salt is None
        is_it = (file.digest, file.place, file.size, file.media_type)
        if is_it != tuple(known.get(fact) for fact in ("digest", "place", "size", "type")):
            yield Fault("附件与记录不符", "an attached file is not the one that was added"), file.version
        elif file.assignment_id != known.get("part"):
            yield Fault("附件属于哪个单位的承办被改动", "which part the file belongs to was changed"), file.version
        elif file.added_at != facts[file.version][1]:
            yield Fault("附件的时间被改动", "when the file was attached was changed"), file.version
        elif not is_erased and not is_digest(known.get("name"), file.salt, file.name):
            yield Fault("附件的名称被改动", "the name of an attached file was changed"), file.version
    for version in added:
        yield Fault("附件缺失", "the attached file is missing"), version


def of_rungs(facts: Facts, rungs: Sequence[Row]) -> Iterator[tuple[Fault, Any]]:
    """Return rungs that did not fire as the events tell, and at which version; one that found nobody did not fire."""
    told = {
        version: data["rung"] for version, (_, _, data) in facts.items() if "rung" in data and not data.get("stranded")
    }
    for rung in rungs:
        if rung.version not in told:
            yield Fault("有未经记录的升级", "it knows nothing of a rung that fired"), rung.version
            continue
        was = told.pop(rung.version)
        if not _is_rung(was, rung, facts[rung.version][1]):
            yield Fault("升级与记录不符", "a rung did not fire as it is told"), rung.version
    for version in told:
        yield Fault("升级记录缺失", "the rung that fired is missing"), version


def _is_rung(was: Any, rung: Row, at: Any) -> bool:
    try:
        do, _, _, offset, due_at = was
        return bool((do, offset, raw.stored(due_at), at) == (rung.do, rung.at, rung.due_at, rung.fired_at))
    except (TypeError, ValueError):
        return False


def is_digest(digest: Any, salt: Any, body: Any) -> bool:
    """Tell whether a text with its salt is what an event holds the digest of, whatever the columns hold."""
    try:
        return bool(audit.digest(salt + body) == digest)
    except (TypeError, ValueError, AttributeError):
        return False


def _data(facts: Facts, version: Any) -> dict[str, Any]:
    return facts[version][2] if version in facts else {}
