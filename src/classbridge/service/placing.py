"""Who of a class is who in the SIS, and in which section: from the snapshots, for the pages."""

from collections.abc import Sequence

from msgspec import Struct

from classbridge.bridge.matching import match_students
from classbridge.classroom.models import Member, Name, UserProfile
from classbridge.oneroster.models import User
from classbridge.store import answers, courses, matches, rosters
from classbridge.store.courses import KeptMember
from classbridge.store.links import Link
from classbridge.store.rosters import KeptPerson
from classbridge.store.rows import Rows


class Place(Struct, frozen=True):
    """A student's sourcedId and section.

    `sections` are the linked ones that the student is in; where they are several, `class_id` is the one that was
    chosen, or None.
    """

    student_id: str
    class_id: str | None
    sections: tuple[str, ...] = ()


def places(rows: Rows, side: str, course_id: str, sections: Sequence[Link]) -> dict[str, Place]:
    """The place of each matched student, by Classroom user id."""
    if not sections:
        return {}
    connection_id = sections[0].connection_id
    people = rosters.people(rows, connection_id, [link.class_id for link in sections], "student")
    active = [person for person in people if person.active]
    members = [as_member(one) for one in courses.members(rows, side, course_id, "students")]
    said = matches.overrides(rows, connection_id, side)
    users = list({person.user_id: as_user(person) for person in active}.values())
    found = match_students(members, users, said.accounts, said.refused)
    classes: dict[str, set[str]] = {}
    for person in active:
        classes.setdefault(person.user_id, set()).add(person.class_id)
    chosen = answers.sections(rows, side, course_id, connection_id)
    return {
        user_id: _place(user.sourced_id, classes[user.sourced_id], chosen.get(user.sourced_id))
        for user_id, user in found.user_of().items()
    }


def _place(student_id: str, classes: set[str], chosen: str | None) -> Place:
    only = next(iter(classes)) if len(classes) == 1 else None
    return Place(student_id, chosen if chosen in classes else only, tuple(sorted(classes)))


def as_member(kept: KeptMember) -> Member:
    """A stored person of a class as Classroom gave them."""
    name = Name(given_name=kept.given_name, family_name=kept.family_name)
    profile = UserProfile(id=kept.user_id, name=name, email_address=kept.email)
    return Member(course_id=kept.course_id, user_id=kept.user_id, profile=profile)


def as_user(kept: KeptPerson) -> User:
    """A stored person of a section as the SIS gave them."""
    return User(
        sourced_id=kept.user_id,
        given_name=kept.given_name,
        family_name=kept.family_name,
        email=kept.email,
        identifier=kept.identifier,
        username=kept.username,
        enabled_user=kept.enabled,
    )


def full_name(person: KeptMember | KeptPerson) -> str:
    """A person's name as pages show it."""
    return f"{person.given_name} {person.family_name}".strip() or (person.email or "")
