"""What the policy and the pages need to know of a Classroom class, from the snapshot."""

from collections.abc import Sequence
from datetime import UTC, datetime

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor, CourseFacts, may
from classbridge.jobs.rights import course_facts, for_whom
from classbridge.service.context import allow
from classbridge.service.errors import refuse
from classbridge.store import classrooms, connections, courses, links
from classbridge.store.connections import Connection
from classbridge.store.courses import KeptCourse
from classbridge.store.links import Link
from classbridge.store.rows import NotFoundError, Rows


def side(rows: Rows) -> str:
    """The district's Classroom; raises `RefusedError` where there is none."""
    found = classrooms.list_all(rows)
    if not found:
        raise refuse(Code.CLASSROOM_NOT_CONNECTED)
    return found[0].side


def facts(rows: Rows, actor: Actor, course_id: str) -> CourseFacts:
    """Who has to do with a class; a class that is not there has nobody, so that only its absence shows."""
    here = side(rows)
    course = courses.get(rows, here, course_id)
    if course is None:
        raise refuse(Code.CLASS_NOT_FOUND)
    return course_facts(rows, here, course, actor, datetime.now(UTC))


def on_behalf_of(rows: Rows, actor: Actor, course_id: str) -> str | None:
    """The Classroom id of the primary teacher for whom the actor works on a class; None for its own teachers."""
    here = side(rows)
    course = courses.get(rows, here, course_id)
    return None if course is None else for_whom(rows, here, course, actor, datetime.now(UTC))


def allowed(rows: Rows, actor: Actor, course_id: str, action: Action) -> KeptCourse:
    """The class, if the actor may do this to it; raises `RefusedError`."""
    allow(actor, action, facts(rows, actor, course_id))
    course = courses.get(rows, side(rows), course_id)
    if course is None:
        raise refuse(Code.CLASS_NOT_FOUND)
    return course


def may_do(rows: Rows, actor: Actor, course_id: str, action: Action) -> bool:
    """Whether the actor may do this to a class, for the page that offers it."""
    return may(actor, action, facts(rows, actor, course_id)).allowed


def sections(rows: Rows, course_id: str) -> Sequence[Link]:
    """The sections that a class is linked to; raises `RefusedError` where there is none."""
    found = links.of_course(rows, side(rows), course_id)
    if not found:
        raise refuse(Code.CLASS_NOT_LINKED)
    return found


def connected(rows: Rows, connection_id: str) -> Connection:
    """The connection, if it is connected; raises `RefusedError`."""
    try:
        connection = connections.get(rows, connection_id)
    except NotFoundError:
        raise refuse(Code.CONNECTION_NOT_FOUND) from None
    if connection.state != "connected":
        raise refuse(Code.NOT_CONNECTED)
    return connection
