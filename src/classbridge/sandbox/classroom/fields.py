"""Partial responses (`fields`) and update masks (`updateMask`)."""

import re
from collections.abc import Iterable

from classbridge.sandbox.classroom.errors import Json, invalid

Selection = dict[str, "Selection"]
_TOKENS = re.compile(r"[A-Za-z0-9_$.@]+|[*,()/]")


def select(body: Json, fields: str) -> Json:
    """The parts of an answer that `fields` names, such as `courses(id,name),nextPageToken`."""
    tokens = _TOKENS.findall(fields)
    if "".join(tokens) != re.sub(r"\s", "", fields):
        raise invalid(f"Invalid field selection {fields}")
    selection = _group(tokens)
    if tokens:
        raise invalid(f"Invalid field selection {fields}")
    return _pick(body, selection)


def _group(tokens: list[str]) -> Selection:
    """Read `a,b(c),d/e` from the front of `tokens`, up to a closing bracket."""
    selection: Selection = {}
    while True:
        _merge(selection, _path(tokens))
        if not tokens or tokens[0] != ",":
            return selection
        tokens.pop(0)


def _path(tokens: list[str]) -> Selection:
    if not tokens or tokens[0] in ",()/":
        raise invalid("Invalid field selection")
    name = tokens.pop(0)
    if tokens and tokens[0] == "/":
        tokens.pop(0)
        return {name: _path(tokens)}
    if tokens and tokens[0] == "(":
        tokens.pop(0)
        inner = _group(tokens)
        if not tokens or tokens.pop(0) != ")":
            raise invalid("Invalid field selection")
        return {name: inner}
    return {name: {}}


def _merge(into: Selection, more: Selection) -> None:
    for name, inner in more.items():
        if name in into and into[name] and inner:
            _merge(into[name], inner)
        else:
            into[name] = inner


def _pick(value: Json, selection: Selection) -> Json:
    picked: Json = {}
    for name, item in value.items():
        inner = selection.get(name, selection.get("*"))
        if inner is None:
            continue
        picked[name] = _pick_in(item, inner) if inner else item
    return picked


def _pick_in(item: object, inner: Selection) -> object:
    if isinstance(item, list):
        return [_pick_in(member, inner) for member in item]
    return _pick(item, inner) if isinstance(item, dict) else item


def camel(name: str) -> str:
    """`due_date` as JSON has it; Google takes both spellings in masks."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def mask(text: str, allowed: Iterable[str]) -> list[str]:
    """The fields that an update mask names; none, or one that may not be changed, is refused."""
    names = [camel(name.strip()) for name in text.split(",") if name.strip()]
    if not names:
        raise invalid("updateMask is required.")
    wrong = sorted(set(names) - set(allowed))
    if wrong:
        raise invalid(f"Invalid value at 'update_mask': {wrong[0]} is not a field that can be updated.")
    return names


def apply_mask(target: Json, body: Json, names: Iterable[str]) -> None:
    """Set each named field to the body's value, or clear it where the body has none."""
    for name in names:
        if body.get(name) in (None, ""):
            target.pop(name, None)
        else:
            target[name] = body[name]
