"""Keeping what a run read as the snapshots that pages show."""

from collections.abc import Iterable, Sequence

from classbridge.bridge.outcome import Code, Outcome
from classbridge.classroom.models import Invitation, Member, UserProfile
from classbridge.jobs.reading import CourseReading, SectionGradebook, SectionPeople
from classbridge.jobs.runtime import now
from classbridge.jobs.work import Work
from classbridge.oneroster.models import LineItem, Result
from classbridge.store import courses, gradebooks, section_people
from classbridge.store.rows import Rows


def keep_course(work: Work, side: str, reading: CourseReading, *, grades: bool = True) -> None:
    """Keep a class, its people and (unless they were not read) its work and submissions."""
    as_of = now()
    with work.district.write() as rows:
        keep_people(rows, side, reading)
        if grades:
            courses.replace_course_work(rows, side, reading.course.id, reading.course_work, as_of)
            courses.replace_submissions(rows, side, reading.course.id, reading.submissions, as_of)


def keep_people(rows: Rows, side: str, reading: CourseReading) -> None:
    """Keep a class and its people."""
    as_of = now()
    people = [*_profiles("teachers", reading.teachers), *_profiles("students", reading.students)]
    courses.save_course(rows, side, reading.course, as_of)
    courses.replace_members(rows, side, reading.course.id, people, as_of)


def keep_invitations(rows: Rows, side: str, course_id: str, invitations: Iterable[Invitation]) -> None:
    """Keep the open invitations of a class, those of a new owner excepted."""
    roles = {f"{role[:-1].upper()}": invited for role, invited in courses.INVITED.items()}
    found = [(roles[one.role], UserProfile(id=one.user_id)) for one in invitations if one.role in roles]
    courses.replace_invited(rows, side, course_id, found, now())


def keep_section(work: Work, section: SectionPeople, *, empty: bool = False) -> Outcome | None:
    """Keep a section's people, where the read is sound; otherwise nothing, and the outcome that says why (rule 6).

    `empty`: an admin said that the section may be without anybody.
    """
    if section.set_aside:
        return Outcome.of(Code.READ_INCOMPLETE)
    connection_id, class_id = work.run.connection_id or "", section.class_.sourced_id
    with work.district.write() as rows:
        held = [
            section_people.keep(rows, connection_id, class_id, role, found, seen_in=work.run.id, empty=empty)
            for role, found in (("student", section.students), ("teacher", section.teachers))
        ]
        if not any(held):
            section_people.mark(rows, connection_id, class_id, now())
    return Outcome.of(Code.EMPTY_READ_HELD, people=sum(held)) if any(held) else None


def keep_results(work: Work, class_id: str, line_items: Sequence[LineItem], results: Iterable[Result]) -> None:
    """Keep line items of a section, each with its whole results."""
    with work.district.write() as rows:
        gradebooks.replace_results(
            rows,
            work.run.connection_id or "",
            class_id,
            line_items,
            results,
            as_of=now(),
            seen_in=work.run.id,
        )


def keep_categories(work: Work, books: Iterable[SectionGradebook]) -> None:
    """Keep what work may be filed under in each section."""
    with work.district.write() as rows:
        for book in books:
            gradebooks.replace_categories(
                rows,
                work.run.connection_id or "",
                book.class_.sourced_id,
                book.categories,
                as_of=now(),
                seen_in=work.run.id,
            )


def _profiles(role: str, members: Iterable[Member]) -> list[tuple[str, UserProfile]]:
    return [(role, member.profile or UserProfile(id=member.user_id)) for member in members]
