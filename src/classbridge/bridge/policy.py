"""Who may do what: the one place where it is decided, as a table.

A SIS key usually reaches a whole district, and the SIS does not know which teacher asks. So we decide, on every
route, before anything is read or changed.
"""

from enum import StrEnum

from msgspec import Struct

from classbridge.bridge.outcome import Code


class Role(StrEnum):
    """A role of an account in its district; `OPERATOR` hosts the installation and sees no district's data."""

    ADMIN = "admin"
    AUDITOR = "auditor"
    TEACHER = "teacher"
    OPERATOR = "operator"


class Action(StrEnum):
    """Every use case that someone may be allowed or refused."""

    CONNECT_CLASSROOM = "connect_classroom"
    CONNECT = "connect"
    AUTHORIZE = "authorize"
    CONFIRM_DATA_EXCHANGE = "confirm_data_exchange"
    SET_SUPPORT = "set_support"
    REPLACE_KEY = "replace_key"
    DISCONNECT = "disconnect"
    SET_POLICY = "set_policy"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_ACCOUNTS = "manage_accounts"
    RELEASE_HELD = "release_held"
    VIEW_STATUS = "view_status"
    VIEW_CONNECTION = "view_connection"
    VIEW_PEOPLE = "view_people"
    VIEW_RUNS = "view_runs"
    VIEW_AUDIT = "view_audit"
    LIST_CLASSES = "list_classes"
    LIST_ALL_CLASSES = "list_all_classes"
    VIEW_CLASS = "view_class"
    VIEW_GRADES = "view_grades"
    VIEW_RUN = "view_run"
    LINK = "link"
    UNLINK = "unlink"
    NAME_DELEGATE = "name_delegate"
    IMPORT = "import"
    EXPORT = "export"
    RESOLVE = "resolve"
    SET_SCHEDULE = "set_schedule"
    MARK_EXCUSED = "mark_excused"
    UNDO = "undo"
    CANCEL_RUN = "cancel_run"


class Standing(StrEnum):
    """What someone is to the thing acted on."""

    ADMIN = "admin"
    AUDITOR = "auditor"
    TEACHER = "teacher"
    PRIMARY = "primary"
    CO_TEACHER = "co_teacher"
    DELEGATE = "delegate"
    OPERATOR = "operator"


class Actor(Struct, frozen=True, kw_only=True):
    """Who asks: one account, in the district it signed in to."""

    account_id: str
    email: str
    district_id: str
    roles: frozenset[Role]


class CourseFacts(Struct, frozen=True, kw_only=True):
    """What policy needs to know of a class: its district and its people's e-mail addresses."""

    district_id: str
    owner_email: str
    teacher_emails: frozenset[str] = frozenset()
    delegate_emails: frozenset[str] = frozenset()


class Decision(Struct, frozen=True):
    """Allowed, or refused with the outcome's code that says why."""

    allowed: bool
    code: Code | None = None


_ADMINS = frozenset({Standing.ADMIN})
_READERS = _ADMINS | {Standing.AUDITOR}
_EVERYBODY = _READERS | {Standing.TEACHER}
_STAFF = frozenset({Standing.PRIMARY, Standing.CO_TEACHER, Standing.DELEGATE})
_WORKERS = _ADMINS | _STAFF
_OWNERS = _ADMINS | {Standing.PRIMARY}

table: dict[Action, frozenset[Standing]] = {
    Action.CONNECT_CLASSROOM: _ADMINS,
    Action.CONNECT: _ADMINS,
    Action.AUTHORIZE: _ADMINS,
    Action.CONFIRM_DATA_EXCHANGE: _ADMINS,
    Action.SET_SUPPORT: _ADMINS,
    Action.REPLACE_KEY: _ADMINS,
    Action.DISCONNECT: _ADMINS,
    Action.SET_POLICY: _ADMINS,
    Action.MANAGE_PEOPLE: _ADMINS,
    Action.MANAGE_ACCOUNTS: _ADMINS,
    Action.RELEASE_HELD: _ADMINS,
    Action.VIEW_STATUS: _EVERYBODY,
    Action.VIEW_CONNECTION: _READERS,
    Action.VIEW_PEOPLE: _READERS,
    Action.VIEW_RUNS: _READERS,
    Action.VIEW_AUDIT: _READERS,
    Action.LIST_CLASSES: _EVERYBODY,
    Action.LIST_ALL_CLASSES: _READERS,
    Action.VIEW_CLASS: _READERS | _STAFF,
    Action.VIEW_GRADES: _READERS | _STAFF,
    Action.VIEW_RUN: _READERS | _STAFF,
    Action.LINK: _OWNERS,
    Action.UNLINK: _OWNERS,
    Action.NAME_DELEGATE: _OWNERS,
    Action.IMPORT: _WORKERS,
    Action.EXPORT: _WORKERS,
    Action.RESOLVE: _WORKERS,
    Action.SET_SCHEDULE: _WORKERS,
    Action.MARK_EXCUSED: _WORKERS,
    Action.UNDO: _WORKERS,
    Action.CANCEL_RUN: _WORKERS,
}
"""Who may: any one of the standings is enough. What is not here is refused."""


def may(
    actor: Actor, action: Action, course: CourseFacts | None = None, *, district_id: str | None = None
) -> Decision:
    """Decide whether the actor may do it, to the given class or to the given district (default: the actor's own).

    Something of another district answers as if it did not exist. Without a class nobody stands as its teacher.
    """
    owners = {actor.district_id if district_id is None else district_id}
    if course is not None:
        owners.add(course.district_id)
    if owners != {actor.district_id}:
        return Decision(allowed=False, code=Code.CLASS_NOT_FOUND)
    standings = standings_of(actor, course)
    wanted = table.get(action, frozenset())
    if standings & wanted:
        return Decision(allowed=True)
    return Decision(allowed=False, code=_refusal(standings, wanted))


def standings_of(actor: Actor, course: CourseFacts | None) -> frozenset[Standing]:
    """Return all that the actor is to the class; the class must be of the actor's district."""
    standings = {Standing(role.value) for role in actor.roles}
    email = _address(actor.email)
    if course is None or Role.TEACHER not in actor.roles or not email:
        return frozenset(standings)
    if email == _address(course.owner_email):
        standings.add(Standing.PRIMARY)
    if email in map(_address, course.teacher_emails):
        standings.add(Standing.CO_TEACHER)
    if email in map(_address, course.delegate_emails):
        standings.add(Standing.DELEGATE)
    return frozenset(standings)


def _address(email: str) -> str:
    """Fold only what Google itself folds: looser matching would let one person stand for another."""
    return email.strip().lower()


def _refusal(standings: frozenset[Standing], wanted: frozenset[Standing]) -> Code:
    if not wanted & _STAFF:
        return Code.READ_ONLY_ROLE if standings == {Standing.AUDITOR} else Code.ADMIN_ONLY
    if standings & {Standing.PRIMARY, Standing.CO_TEACHER}:
        return Code.PRIMARY_TEACHER_ONLY
    if Standing.DELEGATE in standings:
        return Code.NOT_AS_DELEGATE
    return Code.READ_ONLY_ROLE if standings == {Standing.AUDITOR} else Code.NOT_YOUR_CLASS
