"""Who holds which position in the small world, written down by hand, and who answers for whom."""

from __future__ import annotations

from functools import cache

PARENTS = {"P": None, "C": "P", "T": "C", "E": "T", "G": "T", "D": "C", "A": "C", "B": "P"}
DUTIES: dict[str, list[tuple[str, str]]] = {
    "zhang": [("representative", "C")], "qian": [("worker", "E")], "li": [("reviewer", "C")],
    "wang": [("handler", "D")], "zhou": [("handler", "A")], "wu": [("head", "D")], "zhao": [("supervisor", "C")],
    "sun": [("leader", "C")], "feng": [("reviewer", "P")], "chen": [("supervisor", "P")], "wei": [("leader", "P")],
    "zheng": [], "xitong": [("system_admin", "C")], "anquan": [("security_admin", "C")],
    "shenji": [("audit_admin", "C")],
    "tang": [("reviewer", "T")], "du": [("supervisor", "T")], "hai": [("leader", "T")], "guo": [("handler", "G")],
    "he": [("head", "G")], "bai": [("handler", "B")], "deng": [],
    "shuang": [("representative", "C"), ("reviewer", "C"), ("handler", "D"), ("supervisor", "C")],
}  # fmt: skip
HANDLERS = frozenset({"handler", "head"})
OVERSEERS = {"reviewer", "supervisor", "leader", "head"}


def up(unit: str | None) -> list[str]:
    """Name a unit and all above it."""
    return [] if unit is None else [unit, *up(PARENTS[unit])]


@cache
def desk(
    duties: frozenset[str],
    unit: str | None,
    besides: frozenset[str | None],
    not_of: frozenset[str] = frozenset(),
) -> frozenset[str]:
    """Name who answers for a desk: those with the duty at the unit, else at the nearest one above, `besides` aside.

    Nobody counts who has a duty at one of the units `not_of`.
    """
    partial = frozenset(who for who, held in DUTIES.items() if any(u in not_of for _, u in held)) | besides
    for place in up(unit):
        people = frozenset(who for who, held in DUTIES.items() if any(d in duties and u == place for d, u in held))
        if people - partial:
            return people - partial
    return frozenset()
