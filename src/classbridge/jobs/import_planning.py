"""The plan of an import, made from fresh reads of the class and of its sections."""

import asyncio
from collections.abc import Mapping, Sequence

from msgspec import Struct

from classbridge.bridge.matching import Matches, match_students, normal_email
from classbridge.bridge.outcome import Outcome
from classbridge.bridge.periods import PeriodPlan, as_classrooms, merge_grading_periods
from classbridge.bridge.roster import RosterPeople, RosterPlan, RosterRead, plan_roster
from classbridge.classroom.models import Invitation
from classbridge.classroom.port import Classroom, ClassroomError
from classbridge.jobs.access import SisAccess
from classbridge.jobs.keeping import keep_invitations, keep_people, keep_section
from classbridge.jobs.reading import CourseReading, SectionPeople, read_course, read_people
from classbridge.jobs.roster_records import Removed, as_recorded, excepted
from classbridge.jobs.work import Work
from classbridge.oneroster.models import AcademicSession, User
from classbridge.store import links, matches, memberships, rosters, section_people, snapshots
from classbridge.store.matches import Overrides
from classbridge.store.rows import Rows

TYPES = ("students", "teachers")
LOOK_UPS = 8
"""Accounts looked up at a time."""


class ImportPlan(Struct, frozen=True, kw_only=True):
    """What an import will do: a plan per type of people, and the grading periods."""

    rosters: dict[str, RosterPlan]
    periods: PeriodPlan | None = None
    notes: tuple[Outcome, ...] = ()

    def additions(self) -> int:
        """How many people will be added or invited."""
        return sum(len(plan.add) + len(plan.invite) for plan in self.rosters.values())


class Reading(Struct, frozen=True, kw_only=True):
    """Both sides of a class, read once."""

    course: CourseReading
    invitations: tuple[Invitation, ...]
    sections: tuple[SectionPeople, ...]


def make_plan(work: Work) -> ImportPlan:
    """Read both sides and plan; the request's `kinds` say what is to be imported."""
    kinds = work.run.request["kinds"]
    access, sis = work.classroom(), work.sis()
    course_id = work.run.course_id or ""
    with work.district.read() as rows:
        class_ids = [link.class_id for link in links.of_course(rows, access.side, course_id)]
    reading: Reading = work.call(_read, access.port, sis, course_id, class_ids)
    with work.district.write() as rows:
        keep_people(rows, access.side, reading.course)
        keep_invitations(rows, access.side, course_id, reading.invitations)
    rosters = {kind: _roster(work, access.side, reading, kind) for kind in TYPES if kind in kinds}
    periods = None
    if "grading_periods" in kinds:
        periods = work.call(_periods, access.port, sis, course_id, reading.sections)
    said_empty = work.run.kind == "import" and work.run.request.get("empty", False)
    for section in reading.sections:
        keep_section(work, section, empty=said_empty)
    return ImportPlan(rosters=rosters, periods=periods)


async def _read(port: Classroom, sis: SisAccess, course_id: str, class_ids: Sequence[str]) -> Reading:
    course, invitations = await asyncio.gather(
        read_course(port, course_id, work=False), port.invitations(course_id)
    )
    sections = await asyncio.gather(*(read_people(sis.client, class_id) for class_id in class_ids))
    return Reading(course=course, invitations=tuple(invitations), sections=tuple(sections))


def _roster(work: Work, side: str, reading: Reading, kind: str) -> RosterPlan:
    connection_id = work.run.connection_id or ""
    with work.district.read() as rows:
        recorded = memberships.of_course(rows, side, reading.course.course.id)
        exceptions = memberships.exceptions_of(rows, side, reading.course.course.id)
        said = matches.overrides(rows, connection_id, side)
        reads = [
            _as_read(section, kind, _before(rows, connection_id, section, kind)) for section in reading.sections
        ]
        schools = {read.school_sourced_id for read in reads}
        members = getattr(reading.course, kind)
        volumes = Removed(rows, connection_id).volumes(kind, reading.course.course.id, len(members), schools)
    people = list({user.sourced_id: user for read in reads for user in read.people}.values())
    found = match_students(members, people, said.accounts, said.refused)
    return plan_roster(
        RosterPeople(
            course_id=reading.course.course.id,
            type=kind,
            members=members,
            matches=found,
            recorded=tuple(as_recorded(one) for one in recorded if one.role == kind),
            accounts=work.call(_accounts, work.classroom().port, _unmatched(found, said.accounts), said),
            invited=frozenset(i.user_id for i in reading.invitations if i.role == kind[:-1].upper()),
            exceptions=frozenset(excepted(exceptions, recorded, kind)),
        ),
        reads,
        volumes,
        released="release" in work.run.request,
        empty=work.run.request.get("empty", False),
    )


def _before(rows: Rows, connection_id: str, section: SectionPeople, kind: str) -> int | None:
    """How many people the last whole read of the district showed in the section; None before the first."""
    if snapshots.read_at(rows, connection_id, section_people.ROSTER, "") is None:
        return None
    known = rosters.people(rows, connection_id, [section.class_.sourced_id], kind.removesuffix("s"))
    return sum(person.active for person in known)


def _as_read(section: SectionPeople, kind: str, before: int | None) -> RosterRead:
    people = getattr(section, kind)
    return RosterRead(
        class_sourced_id=section.class_.sourced_id,
        school_sourced_id=section.class_.school.sourced_id if section.class_.school else "",
        people=people,
        complete=section.set_aside == 0,
        people_before=before,
    )


def _unmatched(found: Matches, overrides: Mapping[str, str | None]) -> list[User]:
    """The people to look up: not in the class, in no doubt, and not said to have no account."""
    return [
        user
        for user in found.unmatched_sis
        if user.active
        and (overrides.get(user.sourced_id, "") is not None)
        and (normal_email(user.email) or overrides.get(user.sourced_id))
    ]


async def _accounts(port: Classroom, people: Sequence[User], said: Overrides) -> dict[str, str]:
    """The Classroom user id of each person who has an account; one that someone said is not theirs is none."""
    slots = asyncio.Semaphore(LOOK_UPS)
    spoken_for = set(said.accounts.values())

    async def look_up(user: User) -> tuple[str, str] | None:
        async with slots:
            try:
                profile = await port.user_profile(said.accounts.get(user.sourced_id) or normal_email(user.email))
            except ClassroomError as error:
                if error.status in (403, 404):
                    return None
                raise
        # An address can be an alias of an account that has another one: who that is may be somebody else's too.
        names = {profile.id, normal_email(profile.email_address)}
        taken = names & spoken_for and said.accounts.get(user.sourced_id) not in names
        return None if taken or (user.sourced_id, profile.id) in said.refused else (user.sourced_id, profile.id)

    return dict(pair for pair in await asyncio.gather(*map(look_up, people)) if pair is not None)


async def _periods(
    port: Classroom, sis: SisAccess, course_id: str, sections: Sequence[SectionPeople]
) -> PeriodPlan:
    """Merge the grading periods of the sections' terms into the class's own."""
    terms = {ref.sourced_id for section in sections for ref in section.class_.terms}
    existing = await port.grading_periods(course_id)
    found: list[AcademicSession] = []
    for term in sorted(terms):
        found += (await sis.client.grading_periods_of_term(term)).records
    return merge_grading_periods(existing, as_classrooms(found))
