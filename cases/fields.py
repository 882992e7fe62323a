"""Check a form against what a step asks for; every fault is named at once, and nothing unknown is let through."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cases.errors import FieldError, InvalidFields, shown
from workflow.definition import Definition, Step
from workflow.errors import Refusal
from workflow.limit_words import read
from workflow.vocabulary import Field

MOST_UNITS, MOST_PEOPLE = 20, 50
YES = {"yes": True, "true": True, "1": True, "on": True, "同意": True, "是": True}
NO = {"no": False, "false": False, "0": False, "off": False, "不同意": False, "否": False}


def clean(definition: Definition, step: Step, form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a form, checked and typed. Raises InvalidFields."""
    errors: list[FieldError] = []
    values: dict[str, Any] = {}
    asked = [*step.needs, *step.takes]
    for name in form:
        if name not in asked:
            errors.append(_error(name, f"没有「{shown(name)}」这一项", f"{shown(name)} is not asked for"))
    for name in asked:
        word = definition.vocabulary.fields[name]
        try:
            given = _trimmed(form.get(name), word)
            preset = step.preset.get(name)
            value = _value(word, given if given not in (None, "", []) else preset, definition, step)
            if preset is not None and value != preset:
                raise Refusal(
                    f"「{step.label}」的{word.label}不能是别的值", f"{step.label_en} has a {word.label_en} of its own"
                )
            if value in (None, "", []) and name in step.needs:
                raise Refusal(f"请填写{word.label}", f"{word.label_en} is required")
        except Refusal as error:
            errors.append(_error(name, error.zh, error.en))
        else:
            if value not in (None, "", []):
                values[name] = value
    if errors:
        raise InvalidFields(errors)
    return values


def plain_text(given: Any, name: str, label: str, label_en: str, longest: int) -> str:
    """Return a text that may be stored: trimmed, of bearable length, without NUL and lone surrogates."""
    if not isinstance(given, str):
        raise InvalidFields([_error(name, f"{label}应是文字", f"{label_en} must be text")])
    value = given.strip()
    if "\0" in value or (not value.isprintable() and _has_controls(value)):
        raise InvalidFields([_error(name, f"{label}含有不能保存的控制字符", f"{label_en} holds a control character")])
    if len(value) > longest:
        raise InvalidFields(
            [
                _error(
                    name,
                    f"{label}最多 {longest} 字，现有 {len(value)} 字",
                    f"{label_en} has {len(value)} characters; {longest} at most",
                )
            ]
        )
    return value


def _trimmed(given: Any, word: Field) -> Any:
    if isinstance(given, str):
        try:
            return plain_text(given, word.name, word.label, word.label_en, word.longest)
        except InvalidFields as error:
            raise Refusal(error.errors[0].zh, error.errors[0].en) from None
    return given


def _value(word: Field, given: Any, definition: Definition, step: Step) -> Any:
    if given is None:
        return None
    match word.kind:
        case "choice":
            return _choice(word, given, definition.options_of(word))
        case "state":
            targets = {name: definition.states[name] for name in step.targets}
            return _choice(word, given, {name: (state.label, state.label_en) for name, state in targets.items()})
        case "units":
            return _several(word, given, MOST_UNITS, ("单位代码", "unit codes"))
        case "people":
            return _several(word, given, MOST_PEOPLE, ("登录名", "logins"))
        case "person":
            return _one(word, given)
        case "yes_no":
            if isinstance(given, bool):
                return given
            answer = str(given).strip().lower()
            if answer not in YES and answer not in NO:
                raise Refusal(f"{word.label}请填 yes 或 no", f"{word.label_en} is yes or no")
            return answer in YES
        case "limit":
            return str(read(_text(word, given)))
        case "date":
            try:
                return date.fromisoformat(_text(word, given))
            except ValueError:
                raise Refusal(f"{word.label}不是有效日期（如 2026-11-20）", f"{word.label_en} is no date") from None
        case "percent":
            return _percent(word, given)
        case "case":
            return _text(word, given).upper()  # people write numbers small as well
        case _:
            return _text(word, given)


def _percent(word: Field, given: Any) -> int:
    """Return a whole number from 0 to 100; people write a sign of per cent behind it."""
    text = str(given).removesuffix("%").removesuffix("％").strip() if not isinstance(given, bool | float) else ""
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 100):
        raise Refusal(f"{word.label}须是 0 到 100 的整数", f"{word.label_en} must be a whole number from 0 to 100")
    return int(text)


def _choice(word: Field, given: Any, options: Mapping[str, tuple[str, ...]]) -> str:
    """Return the option that was meant; people write its label as readily as its key."""
    for key, labels in options.items():
        if str(given) == key or str(given) in labels:
            return key
    raise Refusal(f"{word.label}只能是 {'、'.join(options)}", f"{word.label_en} must be one of {', '.join(options)}")


def _several(word: Field, given: Any, most: int, what: tuple[str, str]) -> list[str]:
    """Return codes or logins, each once, from a list or from a text that separates them."""
    parts = given if isinstance(given, list) else _parts(str(given))
    if not all(isinstance(part, str) for part in parts):
        raise Refusal(f"{word.label}应是{what[0]}", f"{word.label_en} must be {what[1]}")
    found = list(dict.fromkeys(one for part in parts if (one := _trimmed(part, word))))
    if len(found) > most:
        raise Refusal(f"{word.label}最多 {most} 个", f"{word.label_en}: {most} at most")
    return found


def _one(word: Field, given: Any) -> str:
    """Return the one login that is meant."""
    if isinstance(given, list) or len(_parts(str(given))) > 1:
        raise Refusal(f"{word.label}只能是一个人", f"{word.label_en} is one person")
    return _text(word, given)


def _parts(given: str) -> list[str]:
    return given.replace("；", ";").replace("，", ",").replace("、", ",").replace(",", ";").split(";")


def _text(word: Field, given: Any) -> str:
    if not isinstance(given, str):
        raise Refusal(f"{word.label}应是文字", f"{word.label_en} must be text")
    return given


def _has_controls(value: str) -> bool:
    return any((ord(c) < 32 and c not in "\n\r\t") or 0xD800 <= ord(c) <= 0xDFFF or ord(c) == 127 for c in value)


def _error(field: str, zh: str, en: str) -> FieldError:
    return FieldError(shown(field, 64), zh, en)
