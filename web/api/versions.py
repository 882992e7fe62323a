"""The version of a case as HTTP carries it: an ETag that is given, and the If-Match that comes back."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Header

from cases.errors import BadRequest
from web.errors import MissingCondition

#: Proxies that compress an answer make its tag a weak one; the version is the same.
_TAG = re.compile(r'(?:W/)?"([0-9]{1,18})"')


def tag(version: int) -> dict[str, str]:
    """Return the ETag header of a version."""
    return {"ETag": f'"{version}"'}


def required_version(if_match: Annotated[str | None, Header()] = None) -> int:
    """Return the version that a change was decided on. Raises MissingCondition and BadRequest."""
    version = optional_version(if_match)
    if version is None:
        raise MissingCondition(
            "请在 If-Match 中带上读取案件时得到的 ETag。", "Send the ETag of the case that you read as If-Match."
        )
    return version


def optional_version(if_match: Annotated[str | None, Header()] = None) -> int | None:
    """Return the version that a change was decided on, if it was said. Raises BadRequest."""
    if if_match is None:
        return None
    found = _TAG.fullmatch(if_match.strip())
    if found is None:
        raise BadRequest('If-Match 应为案件的 ETag，如 "7"。', 'If-Match is the ETag of the case, such as "7".')
    return int(found[1])
