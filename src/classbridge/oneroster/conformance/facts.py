"""What checks find out together: a teacher with a class, its students, terms and categories; samples of records.

Each fact is asked for once. The check that owns it fails where it cannot be found; others are not tried.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from msgspec import Struct

from classbridge.oneroster.conformance.judge import Row, answered, expect, members, rows, said
from classbridge.oneroster.conformance.outcome import Failed, NotOffered, NotTried
from classbridge.oneroster.conformance.wire import Limits, Reply, Server, Wire
from classbridge.oneroster.models import Version
from classbridge.oneroster.query import where

T = TypeVar("T")
GOOGLE = 10_000
"""The page that Google's consumer asks for."""
SAMPLE = 100
_TEACHERS_TRIED = 5
_CLASSES_TRIED = 6


class Made(Struct):
    """What `--write` has made: paths below the gradebook's root, in the order in which they are taken away."""

    line_item: str = ""
    result: str = ""
    body: Row = {}
    scores: Row = {}


class Probe:
    """One run: the wire, and what is known so far."""

    def __init__(self, server: Server, limits: Limits) -> None:
        self.server = server
        self.version = server.version
        self.limits = limits
        self.wire = Wire(server, limits)
        self.made = Made()
        self._known: dict[Any, Any] = {}

    @property
    def old(self) -> bool:
        """Whether this is 1.1."""
        return self.version is Version.V1_1

    async def fact(self, find: Callable[["Probe"], Awaitable[T]]) -> T:
        """Find something out once; its failure is raised to whoever asks."""
        if find not in self._known:
            try:
                self._known[find] = await find(self)
            except (Failed, NotOffered) as error:
                self._known[find] = error
        found = self._known[find]
        if isinstance(found, Failed | NotOffered):
            raise type(found)(str(found))
        return found  # type: ignore[no-any-return]

    async def need(self, find: Callable[["Probe"], Awaitable[T]]) -> T:
        """The same for a check that only builds on it: without it, it is not tried."""
        try:
            return await self.fact(find)
        except Failed as error:
            raise NotTried(f"Not tried, for this failed: {error}", failed=True) from None


class Teaching(Struct, frozen=True, kw_only=True):
    """A teacher and the answers that lead from their address to their active classes."""

    teacher: Row
    by_email: Reply
    classes_reply: Reply


async def teachers(probe: Probe) -> list[Row]:
    """A page of teachers."""
    return rows(await probe.wire.get("/teachers", limit=SAMPLE), "user")


async def teacher(probe: Probe) -> Row:
    """The one teacher of the given address, or of the first address that leads to a teacher with classes."""
    if probe.server.teacher_email:
        return await by_email(probe, probe.server.teacher_email)
    known = [row for row in await teachers(probe) if row.get("email") and row.get("status") != "tobedeleted"]
    expect(known, "GET /teachers: no teacher with an e-mail address.")
    first: Row | None = None
    for row in known[:_TEACHERS_TRIED]:
        found = await by_email(probe, str(row["email"]))
        first = first or found
        if members(await classes_of(probe, found)).get("classes"):
            return found
    assert first is not None  # noqa: S101 - one was known
    return first


async def by_email(probe: Probe, email: str) -> Row:
    """Exactly one teacher, with address and sourcedId, as Google's consumer demands (Q43)."""
    asked = where("email", "=", email).text
    found = rows(await probe.wire.get("/teachers", filter=asked, limit=GOOGLE), "user")
    expect(len(found) == 1, f"GET /teachers?filter=email=…: {len(found)} teachers, expected exactly one.")
    expect(found[0].get("sourcedId"), "The teacher found by e-mail has no sourcedId.")
    expect(found[0].get("email"), "The teacher found by e-mail comes without an email.")
    same = str(found[0]["email"]).casefold() == email.casefold()
    expect(same, "The teacher found has another e-mail address than the one asked for: the filter is not kept.")
    return found[0]


async def classes_of(probe: Probe, found: Row) -> Reply:
    """The answer with a teacher's active classes."""
    return await probe.wire.get(
        "/teachers/{}/classes", str(found["sourcedId"]), limit=GOOGLE, filter=where("status", "=", "active").text
    )


async def classes(probe: Probe) -> list[Row]:
    """The teacher's active classes."""
    found = rows(await classes_of(probe, await probe.need(teacher)), "class")
    if not found:
        raise NotOffered("The teacher has no active class; --teacher-email can name another.")
    expect(all(row.get("sourcedId") for row in found), "GET /teachers/{id}/classes: a class without sourcedId.")
    return found


async def class_(probe: Probe) -> Row:
    """The first of the teacher's classes that has students, else the first."""
    found = await classes(probe)
    for row in found[:_CLASSES_TRIED]:
        reply = await students_of(probe, row)
        if reply.status == 200 and rows(reply, "user"):
            return row
    return found[0]


async def students_of(probe: Probe, row: Row) -> Reply:
    """The answer with a class's students."""
    return await probe.wire.get("/classes/{}/students", str(row["sourcedId"]), limit=GOOGLE)


async def students(probe: Probe) -> list[Row]:
    """The students of the class."""
    found = rows(await students_of(probe, await probe.need(class_)), "user")
    if not found:
        raise NotOffered("The teacher's classes have no students; --teacher-email can name another teacher.")
    return found


async def terms(probe: Probe) -> list[str]:
    """The sourcedIds of the class's terms, the current ones as the class lists them."""
    listed = (await probe.need(class_)).get("terms")
    found = (
        [str(ref["sourcedId"]) for ref in listed if isinstance(ref, dict) and ref.get("sourcedId")]
        if (isinstance(listed, list))
        else []
    )
    expect(found, "The class has no terms[0].sourcedId.")
    return found


async def grading_periods(probe: Probe) -> list[Row]:
    """The grading periods of the class's first term."""
    found = await probe.need(terms)
    return rows(await probe.wire.get("/terms/{}/gradingPeriods", found[0], limit=GOOGLE), "academicSession")


async def categories(probe: Probe) -> list[Row]:
    """The categories that the class can use: its own; where 1.1 has no such route, all."""
    row = await probe.need(class_)
    own = await probe.wire.get("/classes/{}/categories", str(row["sourcedId"]), service="gradebook", limit=GOOGLE)
    if own.status == 200 or not probe.old:
        return rows(own, "category")
    everyone = await probe.wire.get("/categories", service="gradebook", limit=GOOGLE)
    expect(everyone.status == 200, f"{said(own)}, and {said(everyone)}; one of them is needed.")
    return rows(answered(everyone), "category")
