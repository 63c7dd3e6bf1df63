"""The steps of Google's consumer, as its conformance notebooks for SIS vendors make them."""

from classbridge.oneroster.conformance import facts
from classbridge.oneroster.conformance.facts import GOOGLE, Probe
from classbridge.oneroster.conformance.judge import expect, ids, offered, plural, rows, said
from classbridge.oneroster.conformance.outcome import NotOffered
from classbridge.oneroster.conformance.registry import Check
from classbridge.oneroster.models import Version
from classbridge.oneroster.query import where


async def teachers(probe: Probe) -> str:
    """`/teachers?limit=1`, the probe of the connection."""
    reply = await probe.wire.get("/teachers", limit=1)
    found = rows(reply, "user")
    expect(len(found) <= 1, f"{reply.call}: {len(found)} records.")
    return f"{said(reply)}, {plural(len(found), 'record')}."


async def teacher_by_email(probe: Probe) -> str:
    """Exactly one, with email and sourcedId."""
    await probe.fact(facts.teacher)
    return "One teacher, with email and sourcedId."


async def teacher_classes(probe: Probe) -> str:
    """The teacher's active classes; 1.2 reads each one's school and first term."""
    found = await probe.fact(facts.classes)
    gone = sum(row.get("status") != "active" for row in found)
    expect(not gone, f"{gone} of {plural(len(found), 'record')} are not active: the filter is not kept.")
    if not probe.old:
        for member, lacks in (("school", _no_school), ("terms[0]", _no_term)):
            count = sum(map(lacks, found))
            expect(not count, f"{count} of {plural(len(found), 'record')} without {member}.sourcedId.")
    return f"{len(found)} active."


def _no_school(row: dict[str, object]) -> bool:
    school = row.get("school")
    return not (isinstance(school, dict) and school.get("sourcedId"))


def _no_term(row: dict[str, object]) -> bool:
    terms = row.get("terms")
    first = terms[0] if isinstance(terms, list) and terms else None
    return not (isinstance(first, dict) and first.get("sourcedId"))


async def class_by_id(probe: Probe) -> str:
    """1.1 finds a class's terms by a filter on its sourcedId."""
    row = await probe.need(facts.class_)
    asked = where("sourcedId", "=", str(row["sourcedId"])).text
    found = rows(await probe.wire.get("/classes", filter=asked), "class")
    expect(
        ids(found) == [row["sourcedId"]], f"GET /classes?filter=sourcedId=…: {len(found)} classes, expected one."
    )
    expect(not _no_term(found[0]), "The class has no terms[0].sourcedId.")
    return "One class, with its terms."


async def students(probe: Probe) -> str:
    """Students with sourcedId, and with the e-mail address that matches them to an account."""
    found = await probe.fact(facts.students)
    nameless = sum(not row.get("sourcedId") for row in found)
    expect(not nameless, f"{nameless} of {plural(len(found), 'student')} without sourcedId.")
    without = sum(not row.get("email") for row in found)
    expect(without * 2 <= len(found), f"{without} of {plural(len(found), 'student')} without email.")
    return f"{plural(len(found), 'student')}, {without} of them without email."


async def categories(probe: Probe) -> str:
    """Grade categories to file work under: of the class, in 1.1 also those of all classes."""
    found = await probe.fact(facts.categories)
    expect(found, "No category can be used in the class.")
    bad = sum(not (row.get("sourcedId") and row.get("title")) for row in found)
    expect(not bad, f"{bad} of {len(found)} categories without sourcedId or title.")
    return f"{len(found)} categories."


async def grading_periods(probe: Probe) -> str:
    """The term's grading periods, whole and of that type."""
    found = await probe.fact(facts.grading_periods)
    if not found:
        raise NotOffered("The class's term has no grading periods.")
    other = sum(row.get("type") != "gradingPeriod" for row in found)
    expect(not other, f"{other} of {len(found)} are not of type gradingPeriod.")
    for member in ("sourcedId", "title", "startDate", "endDate", "schoolYear"):
        without = sum(not row.get(member) for row in found)
        expect(not without, f"{without} of {len(found)} grading periods without {member}.")
    return f"{len(found)} grading periods."


async def whole_page(probe: Probe) -> str:
    """Google asks for 10,000 records and never for a second page."""
    reply = await probe.wire.get("/classes", limit=GOOGLE)
    found, total = rows(reply, "class"), reply.headers.get("x-total-count", "")
    if total.isdigit() and int(total) > len(found):
        return f"Capped: {len(found)} of {total} classes at limit={GOOGLE}; the rest takes further pages."
    return f"{plural(len(found), 'record')} on one page."


async def line_items(probe: Probe) -> str:
    """The class's gradebook can be read."""
    row = await probe.need(facts.class_)
    path = "/classes/{}/lineItems"
    reply = offered(await probe.wire.get(path, str(row["sourcedId"]), service="gradebook", limit=GOOGLE))
    return f"{plural(len(rows(reply, 'lineItem')), 'line item')}."


CHECKS = (
    Check("google.teachers", teachers),
    Check("google.teacher-by-email", teacher_by_email),
    Check("google.teacher-classes", teacher_classes),
    Check("google.class-by-id", class_by_id, versions=(Version.V1_1,)),
    Check("google.students", students),
    Check("google.categories", categories),
    Check("google.grading-periods", grading_periods),
    Check("google.line-items", line_items),
    Check("google.whole-page", whole_page),
)
