"""The standard's own words about a failure, in every shape that servers send them (quirk Q38).

1.2: `imsx_StatusInfo` members at the root. 1.1: an array `statusInfoSet`. Seen besides: `status_info_set`, the
object wrapped in `imsx_StatusInfo`, a minor code as a plain string, and RFC 6749's token errors. HTML and
other text is never kept: it may hold anything.
"""

from typing import Any

import msgspec

_WRAPPERS = ("statusinfoset", "imsxstatusinfo", "imsxstatusinfoset", "statusinfo")
_LONGEST = 500


class StatusInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One status: `code_major` (success, failure, ...), `severity`, `code_minor` and a text for people."""

    code_major: str = ""
    severity: str = ""
    code_minor: str = ""
    description: str = ""


def parse_status(body: bytes, content_type: str = "application/json") -> list[StatusInfo]:
    """Return the statuses found in an answer's body; an empty list when it says nothing we can read."""
    if "html" in content_type.lower():
        return []
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []
    return _statuses(value)


def _statuses(value: Any) -> list[StatusInfo]:
    if isinstance(value, list):
        return [status for item in value if isinstance(item, dict) for status in _statuses(item)]
    if not isinstance(value, dict):
        return []
    named = {_name(key): inner for key, inner in value.items()}
    for wrapper in _WRAPPERS:
        if isinstance(named.get(wrapper), dict | list):
            return _statuses(named[wrapper])
    status = StatusInfo(
        code_major=_text(named.get("codemajor")),
        severity=_text(named.get("severity")),
        code_minor=_minor(named.get("codeminor")) or _text(named.get("error")),
        description=_text(named.get("description") or named.get("errordescription") or named.get("message")),
    )
    return [] if status == StatusInfo() else [status]


def _name(key: str) -> str:
    plain = key.lower().replace("_", "")
    return plain if plain in _WRAPPERS else plain.removeprefix("imsx")


def _minor(value: Any) -> str:
    """Read a minor code: a string, or the 1.2 object with its list of fields."""
    if isinstance(value, list):
        return next((found for found in map(_minor, value) if found), "")
    if not isinstance(value, dict):
        return _text(value)
    named = {_name(key): inner for key, inner in value.items()}
    return _minor(named.get("codeminorfield")) or _text(named.get("codeminorfieldvalue"))


def _text(value: Any) -> str:
    """Keep a plain text; markup and nested values are not the server's words to a person."""
    if not isinstance(value, str) or "<" in value:
        return ""
    return " ".join(value.split())[:_LONGEST]
