"""What the server says when there is nothing to give: statuses, bodies and their codes (quirk Q38)."""

from typing import Any

from classbridge.oneroster.conformance.facts import Probe
from classbridge.oneroster.conformance.judge import error_code, expect, said
from classbridge.oneroster.conformance.outcome import NotOffered
from classbridge.oneroster.conformance.registry import Check
from classbridge.oneroster.conformance.wire import Reply

_NOBODY = "00000000-0000-4000-8000-00000000dead"
_WORDS_1_1 = ("codemajor", "severity", "codeminor")


async def _unknown(probe: Probe) -> Reply:
    return await probe.wire.get("/users/{}", _NOBODY)


async def unknown_object(probe: Probe) -> str:
    """404 unknownobject for a sourcedId that is nobody's."""
    reply = await _unknown(probe)
    expect(reply.status in (404, 403), f"{said(reply)} for an unknown sourcedId, expected 404.")
    return error_code(reply, probe.version, "unknownobject", *(("forbidden",) if reply.status == 403 else ()))


async def unknown_parent(probe: Probe) -> str:
    """The students of a class that is none: 404, or nobody."""
    reply = await probe.wire.get("/classes/{}/students", _NOBODY)
    expect(reply.status in (200, 403, 404), f"{said(reply)} for an unknown class, expected 404.")
    if reply.status == 200:
        body = reply.json
        expect(
            isinstance(body, dict) and body.get("users") == [], f"{said(reply)} for an unknown class, with people."
        )
    return f"HTTP {reply.status}."


async def unknown_path(probe: Probe) -> str:
    """404 where there is no such route."""
    reply = await probe.wire.get("/noSuchCollection")
    expect(reply.status == 404, f"{said(reply)} for a route that does not exist, expected 404.")
    return "HTTP 404."


async def body(probe: Probe) -> str:
    """An error's body is the standard's status information, as JSON."""
    reply = await _unknown(probe)
    expect(reply.status >= 400, f"{said(reply)}: no error to look at.")
    if not reply.body.strip() and probe.old:
        raise NotOffered("Errors have no body (1.1 only recommends one).")
    value = reply.json
    expect(value is not None, f"{said(reply)}: the error's body is not JSON.")
    missing = _missing_1_1(value) if probe.old else _missing_1_2(value)
    expect(not missing, f"{said(reply)}: the error's body is without {', '.join(missing)}.")
    return "statusInfoSet." if probe.old else "imsx_codeMajor, imsx_severity and imsx_CodeMinor."


def _missing_1_2(value: Any) -> list[str]:
    """The members of imsx_StatusInfo at the root, as the 1.2 OpenAPI files spell them."""
    found = value if isinstance(value, dict) else {}
    wanted = ("imsx_codeMajor", "imsx_severity", "imsx_CodeMinor")
    missing = [name for name in wanted if name not in found]
    fields = found.get("imsx_CodeMinor")
    if not missing and not (isinstance(fields, dict) and isinstance(fields.get("imsx_codeMinorField"), list)):
        missing.append("imsx_CodeMinor.imsx_codeMinorField[]")
    return missing


def _missing_1_1(value: Any) -> list[str]:
    """1.1: a list `statusInfoSet`, or one `imsx_StatusInfo`; its members with or without imsx_."""
    outer = value if isinstance(value, dict) else {}
    inner = outer.get("statusInfoSet") or outer.get("imsx_StatusInfo") or outer
    first = inner[0] if isinstance(inner, list) and inner else inner
    names = {name.lower().removeprefix("imsx_") for name in first} if isinstance(first, dict) else set()
    return [name for name in _WORDS_1_1 if name not in names]


async def error_type(probe: Probe) -> str:
    """An error's body is called application/json too."""
    reply = await _unknown(probe)
    if not reply.body.strip():
        raise NotOffered("Errors have no body.")
    named = reply.content_type == "application/json" or reply.content_type.endswith("+json")
    expect(named, f"{said(reply)}: the error's Content-Type is not application/json.")
    return "application/json."


async def head(probe: Probe) -> str:
    """HEAD is answered like GET or refused, never a failure."""
    reply = await probe.wire.call("HEAD", "/orgs", limit=1)
    expect(0 < reply.status < 500, f"{said(reply)}.")
    expect(not reply.body, f"{said(reply)}, with a body.")
    return f"HTTP {reply.status}."


CHECKS = (
    Check("errors.unknown-object", unknown_object),
    Check("errors.unknown-parent", unknown_parent),
    Check("errors.unknown-path", unknown_path),
    Check("errors.body", body),
    Check("errors.content-type", error_type),
    Check("errors.head", head),
)
