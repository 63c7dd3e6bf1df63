"""Keeping what a run read as the snapshots that pages show."""

from collections.abc import Iterable, Sequence

from classbridge.classroom.models import Member, UserProfile
from classbridge.jobs.reading import CourseReading, SectionGradebook
from classbridge.jobs.runtime import now
from classbridge.jobs.work import Work
from classbridge.oneroster.models import LineItem, Result
from classbridge.store import courses, gradebooks
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
