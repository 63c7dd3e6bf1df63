"""Whether whoever asked for a run may still do it, asked again as it begins: a role may be gone by then."""

from datetime import datetime

from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.policy import Action, Actor, CourseFacts, Role, Standing, may, standings_of
from classbridge.jobs.runtime import now
from classbridge.store import accounts, courses, delegates
from classbridge.store.courses import KeptCourse
from classbridge.store.database import Database
from classbridge.store.rows import Rows
from classbridge.store.runs import Run

ACTIONS = {
    "preview-import": Action.IMPORT,
    "import": Action.IMPORT,
    "preview-export": Action.EXPORT,
    "export": Action.EXPORT,
    "preview-undo": Action.UNDO,
    "undo": Action.UNDO,
    "create-course": Action.LINK,
}
"""What the use case asked the policy before it started a run of this kind."""

_OWN = frozenset({Standing.PRIMARY, Standing.CO_TEACHER})


def course_facts(rows: Rows, side: str, course: KeptCourse, actor: Actor, at: datetime) -> CourseFacts:
    """Who has to do with a class; of its delegates only the actor, where they are one at this moment."""
    emails = {one.user_id: one.email or "" for one in courses.members(rows, side, course.id, "teachers")}
    named = {one.account_id for one in delegates.of_course(rows, side, course.id, at)}
    return CourseFacts(
        district_id=actor.district_id,
        owner_email=emails.get(course.owner_id, ""),
        teacher_emails=frozenset(filter(None, emails.values())),
        delegate_emails=frozenset({actor.email} if actor.account_id in named else ()),
    )


def for_whom(rows: Rows, side: str, course: KeptCourse, actor: Actor, at: datetime) -> str | None:
    """The Classroom id of the primary teacher for whom the actor works on a class; None for its own teachers."""
    mine = standings_of(actor, course_facts(rows, side, course, actor, at)) & _OWN
    return None if mine else course.owner_id


def actor_of(database: Database, district_id: str, account_id: str) -> Actor | None:
    """Who somebody is in a district now; None for an account that is gone or switched off."""
    account = accounts.get(database, account_id)
    if account is None or account.disabled_at is not None:
        return None
    held = accounts.roles(database, district_id, account.id)
    return Actor(
        account_id=account.id, email=account.email, district_id=district_id, roles=frozenset(map(Role, held))
    )


def refusal(database: Database, rows: Rows, run: Run) -> Outcome | None:
    """Why the person who asked for a run may not do it any more; None: they may, or nobody asked."""
    if run.requested_by is None:
        return None
    actor = actor_of(database, rows.district_id, run.requested_by)
    if actor is None:
        return Outcome.of(Code.ACCOUNT_DISABLED)
    facts = _facts(rows, run, actor)
    if facts is None:
        return Outcome.of(Code.CLASS_NOT_FOUND)
    asked = [may(actor, action, facts).code for action in actions_of(run)]
    code = next((code for code in asked if code is not None), None)
    return None if code is None else Outcome.of(code)


def actions_of(run: Run) -> list[Action]:
    """What the run does: letting what was held go, or believing in an empty section, is an admin's."""
    released = run.request.get("release") or run.request.get("empty")
    return [ACTIONS[run.kind], *([Action.RELEASE_HELD] if released else [])]


def _facts(rows: Rows, run: Run, actor: Actor) -> CourseFacts | None:
    """The class that the run is about; None: it is gone. One that is yet to be made will be the actor's own."""
    if run.course_id is None:
        return CourseFacts(district_id=actor.district_id, owner_email=actor.email)
    course = courses.get(rows, run.side or "", run.course_id)
    return None if course is None else course_facts(rows, run.side or "", course, actor, now())
