"""Which section of the SIS belongs to which class: who may say so, and what we suggest."""

from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from classbridge.bridge.matching import normal_email
from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor, CourseFacts, Decision, Role, may
from classbridge.classroom.models import Course
from classbridge.oneroster.models import Class


class Section(Struct, frozen=True):
    """A section of the SIS with its people's e-mail addresses."""

    class_: Class
    teacher_emails: tuple[str, ...] = ()
    student_emails: tuple[str, ...] = ()


class LinkSuggestion(Struct, frozen=True):
    """A section that may belong to the class.

    `score` is 0 to 100; `overlap` counts the section's students who are in the class; `clear` marks one that can
    be accepted together with others without looking closer.
    """

    class_sourced_id: str
    score: int
    overlap: int
    teaches: bool
    clear: bool


def may_link(actor: Actor, course: CourseFacts, section_teacher_emails: Collection[str]) -> Decision:
    """Decide whether the actor may link this class to this section.

    The primary teacher, who must teach the section in the SIS; or an admin, who answers for it.
    """
    decision = may(actor, Action.LINK, course)
    if not decision.allowed or Role.ADMIN in actor.roles:
        return decision
    if normal_email(actor.email) in set(map(normal_email, section_teacher_emails)):
        return decision
    return Decision(allowed=False, code=Code.TEACHER_NOT_IN_CLASS)


def suggest_sections(
    course: Course,
    teacher_emails: Iterable[str],
    student_emails: Iterable[str],
    sections: Sequence[Section],
) -> tuple[LinkSuggestion, ...]:
    """Suggest sections for a class, best first; sections with nothing in common are left out.

    Students weigh most, then the teacher, then the name. An empty class has only the last two.
    """
    teachers = {normal_email(e) for e in teacher_emails} - {""}
    students = {normal_email(e) for e in student_emails} - {""}
    words = _words(f"{course.name} {course.section or ''}")
    found = [_score(section, teachers, students, words) for section in sections]
    return tuple(sorted((s for s in found if s is not None), key=lambda s: (-s.score, s.class_sourced_id)))


def _score(
    section: Section, teachers: set[str], students: set[str], words: frozenset[str]
) -> LinkSuggestion | None:
    theirs = {normal_email(e) for e in section.student_emails} - {""}
    overlap = len(students & theirs)
    teaches = bool(teachers & {normal_email(e) for e in section.teacher_emails})
    name = _likeness(words, _words(f"{section.class_.title} {section.class_.class_code or ''}"))
    if not (overlap or teaches or name >= 50):
        return None
    share = 100 * overlap // len(theirs) if theirs else 0
    if students:
        score = (60 * share + 25 * 100 * teaches + 15 * name) // 100
        clear = teaches and share >= 50
    else:
        score = (60 * 100 * teaches + 40 * name) // 100
        clear = teaches and name >= 50
    return LinkSuggestion(section.class_.sourced_id, score, overlap, teaches, clear)


def _words(title: str) -> frozenset[str]:
    return frozenset("".join(c if c.isalnum() else " " for c in title.casefold()).split())


def _likeness(one: frozenset[str], other: frozenset[str]) -> int:
    """Return how many of the words are common, in percent of all."""
    return 100 * len(one & other) // len(one | other) if one | other else 0
