"""What an import does to a class: whom to add, to invite, to leave, to remove, and what is held.

Removing needs evidence: a full, sound read of the SIS without the person, and our own record of having added them.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from classbridge.bridge.guards import Breach, Guards, Removal, Scope, Sieve, Volume, breach, sieve
from classbridge.bridge.matching import Matches, normal_email
from classbridge.bridge.outcome import Code, Outcome
from classbridge.classroom.models import Member
from classbridge.oneroster.models import User


class RosterRead(Struct, frozen=True, kw_only=True):
    """What one read of one section's people gave; `people` are those with an active place in it.

    `complete` is false after any failed, truncated or malformed page. `full` is false for a delta read, where only
    `removed` (sourcedIds marked tobedeleted) tells of leaving. `people_before` is the number at the last sound
    read, None if there was none.
    """

    class_sourced_id: str
    school_sourced_id: str
    people: tuple[User, ...] = ()
    complete: bool = True
    full: bool = True
    removed: frozenset[str] = frozenset()
    people_before: int | None = None


class Membership(Struct, frozen=True, kw_only=True):
    """Our record that we added (or invited) a person to the class, for these sections."""

    classroom_user_id: str
    user_sourced_id: str
    class_sourced_ids: frozenset[str]


class RosterPeople(Struct, frozen=True, kw_only=True):
    """The class's side of a plan, for one type of people ("students" or "teachers").

    `accounts` gives the Classroom user id (or address) of each SIS person known to have an account. `invited` are
    user ids with an open invitation. `exceptions` are sourcedIds that a teacher removed.
    """

    course_id: str
    type: str
    members: tuple[Member, ...]
    matches: Matches
    recorded: tuple[Membership, ...] = ()
    accounts: Mapping[str, str] = {}
    invited: frozenset[str] = frozenset()
    exceptions: frozenset[str] = frozenset()


class Entrant(Struct, frozen=True):
    """A person to add or to invite."""

    user_sourced_id: str
    classroom_user_id: str
    class_sourced_ids: frozenset[str]


class Note(Struct, frozen=True):
    """An outcome about a person, a section, or (with neither) the whole class."""

    outcome: Outcome
    user_sourced_id: str | None = None
    classroom_user_id: str | None = None
    class_sourced_id: str | None = None


class RosterPlan(Struct, frozen=True):
    """What an import will do; `outcomes` tell why someone or something is not among it.

    `exceptions` are new ones, to be recorded: people a teacher removed. `held` removals wait for an admin.
    """

    add: tuple[Entrant, ...]
    invite: tuple[Entrant, ...]
    present: tuple[str, ...]
    no_account: tuple[str, ...]
    remove: tuple[Removal, ...]
    held: tuple[Removal, ...]
    exceptions: tuple[str, ...]
    outcomes: tuple[Note, ...]


def plan_roster(
    people: RosterPeople,
    reads: Sequence[RosterRead],
    volumes: Mapping[tuple[Scope, str], Volume],
    guards: Guards = Guards(),  # noqa: B008, frozen
    *,
    directly: bool = True,
    released: bool = False,
    empty: bool = False,
) -> RosterPlan:
    """Plan one type of people of one class from the reads of all its linked sections.

    `directly` adds people (an admin may), otherwise they are invited. `volumes` holds the type's and the schools'
    sizes and week; the class's own defaults to its members. `released`: an admin let the held removals go.
    `empty`: an admin said that a section without anybody is really empty; the guards hold all the same.
    """
    wanted = wanted_people(reads)
    if people.recorded and not people.members:
        return _paused(wanted, Outcome.of(Code.CLASSROOM_READ_EMPTY, people=len(people.recorded)))
    entrants, notes, exceptions = _entrants(people, wanted)
    sound, read_notes = _sound(people, reads, empty=empty)
    removals = _removals(people, reads, wanted) if sound else ()
    own = (Scope.CLASS, f"{people.type}:{people.course_id}")
    verdict = (
        Sieve(removals, (), ())
        if released
        else sieve(removals, {own: Volume(len(people.members)), **volumes}, guards)
    )
    by_code: dict[Code, list[str]] = {}
    for note in notes:
        by_code.setdefault(note.outcome.code, []).append(note.user_sourced_id or "")
    return RosterPlan(
        add=tuple(entrants) if directly else (),
        invite=() if directly else tuple(entrants),
        present=tuple(by_code.get(Code.PERSON_PRESENT, ())),
        no_account=tuple(by_code.get(Code.PERSON_NO_ACCOUNT, []) + by_code.get(Code.PERSON_NO_EMAIL, [])),
        remove=verdict.allowed,
        held=verdict.held,
        exceptions=_lasting(people, exceptions, guards),
        outcomes=(*read_notes, *notes, *_kept(people, wanted), *map(held_note, verdict.breaches)),
    )


def _lasting(people: RosterPeople, exceptions: Sequence[str], guards: Guards) -> tuple[str, ...]:
    """Return who is remembered as removed by a teacher.

    Nobody, where more are missing than the class's guard allows: half of a list looks the same. They are not added
    now, and are there again as soon as Classroom shows them.
    """
    passed = breach(guards, Scope.CLASS, "", len(exceptions), Volume(len(people.recorded)))
    return tuple(exceptions) if passed is None else ()


def _paused(wanted: Iterable[str], outcome: Outcome) -> RosterPlan:
    """Do nothing, and say why: without Classroom's members nobody is new, gone or removed by a teacher."""
    return RosterPlan(
        add=(),
        invite=(),
        present=(),
        no_account=(),
        remove=(),
        held=(),
        exceptions=(),
        outcomes=(Note(outcome), *(Note(outcome, sourced_id) for sourced_id in wanted)),
    )


def wanted_people(reads: Iterable[RosterRead]) -> dict[str, tuple[User, frozenset[str]]]:
    """Return the people that sound reads show, by sourcedId, with their sections."""
    found: dict[str, tuple[User, frozenset[str]]] = {}
    for read in reads:
        for user in read.people if read.complete else ():
            if user.active:
                _, sections = found.get(user.sourced_id, (user, frozenset()))
                found[user.sourced_id] = (user, sections | {read.class_sourced_id})
    return dict(sorted(found.items()))


def _entrants(
    people: RosterPeople, wanted: Mapping[str, tuple[User, frozenset[str]]]
) -> tuple[list[Entrant], list[Note], list[str]]:
    paired, doubtful = people.matches.member_of(), people.matches.ambiguous_users()
    there = {m.user_id for m in people.members}
    ours = {m.user_sourced_id: m.classroom_user_id for m in people.recorded}
    entrants: list[Entrant] = []
    notes: list[Note] = []
    exceptions: list[str] = []
    for sourced_id, (user, sections) in wanted.items():
        account = people.accounts.get(sourced_id)
        code = None
        if sourced_id in doubtful:
            code = Code.PERSON_AMBIGUOUS
        elif sourced_id in paired or account in there or ours.get(sourced_id) in there:
            code = Code.PERSON_PRESENT
        elif sourced_id in people.exceptions:
            code = Code.PERSON_REMOVED_BY_TEACHER
        elif account is not None and account in people.invited:
            code = Code.PERSON_INVITATION_OPEN
        elif sourced_id in ours:
            # We added them, they are gone from the class, the SIS still has them: someone removed them there.
            exceptions.append(sourced_id)
            code = Code.PERSON_REMOVED_BY_TEACHER
        elif account is None:
            code = Code.PERSON_NO_ACCOUNT if normal_email(user.email) else Code.PERSON_NO_EMAIL
        if code is None and account is not None:
            entrants.append(Entrant(sourced_id, account, sections))
        elif code is not None:
            member = paired.get(sourced_id)
            notes.append(Note(Outcome.of(code), sourced_id, member.user_id if member else account))
    return entrants, notes, exceptions


def _sound(people: RosterPeople, reads: Sequence[RosterRead], *, empty: bool) -> tuple[bool, list[Note]]:
    """Tell whether anything may be removed: one unsound section is enough to say no, they may be in that one."""
    notes: list[Note] = []
    sound = bool(reads)
    for read in reads:
        known = max(read.people_before or 0, _recorded_in(people, read.class_sourced_id))
        if not read.complete:
            sound = False
            notes.append(Note(Outcome.of(Code.READ_INCOMPLETE), class_sourced_id=read.class_sourced_id))
        elif read.full and not _active(read) and known and not empty:
            sound = False
            outcome = Outcome.of(Code.EMPTY_READ_HELD, people=known)
            notes.append(Note(outcome, class_sourced_id=read.class_sourced_id))
        elif read.full and not _active(read):
            notes.append(Note(Outcome.of(Code.FIRST_READ_EMPTY), class_sourced_id=read.class_sourced_id))
    return sound, notes


def _active(read: RosterRead) -> bool:
    return any(user.active for user in read.people)


def _recorded_in(people: RosterPeople, class_sourced_id: str) -> int:
    return sum(class_sourced_id in membership.class_sourced_ids for membership in people.recorded)


def _removals(
    people: RosterPeople, reads: Sequence[RosterRead], wanted: Mapping[str, tuple[User, frozenset[str]]]
) -> tuple[Removal, ...]:
    by_section = {read.class_sourced_id: read for read in reads}
    there = {m.user_id for m in people.members}
    paired = {user_id: user.sourced_id for user_id, user in people.matches.user_of().items()}
    found = []
    for record in sorted(people.recorded, key=lambda r: (r.user_sourced_id, r.classroom_user_id)):
        stays = (
            record.classroom_user_id not in there
            or record.user_sourced_id in wanted
            or paired.get(record.classroom_user_id) in wanted
            or record.classroom_user_id in people.matches.ambiguous_members()
            or not record.class_sourced_ids
            or not all(_gone(by_section.get(s), record.user_sourced_id) for s in record.class_sourced_ids)
        )
        if not stays:
            section = min(record.class_sourced_ids)
            found.append(
                Removal(
                    course_id=people.course_id,
                    classroom_user_id=record.classroom_user_id,
                    user_sourced_id=record.user_sourced_id,
                    type=people.type,
                    school_sourced_id=by_section[section].school_sourced_id,
                    class_sourced_id=section,
                )
            )
    return tuple(found)


def _gone(read: RosterRead | None, sourced_id: str) -> bool:
    if read is None or not read.complete:
        return False
    if sourced_id in read.removed:
        return True
    return read.full and all(u.sourced_id != sourced_id or not u.active for u in read.people)


def _kept(people: RosterPeople, wanted: Mapping[str, object]) -> list[Note]:
    """Name the members whom the SIS does not have and we did not add: a teacher's own, who stay."""
    ours = {record.classroom_user_id for record in people.recorded}
    paired = {user_id for user_id, user in people.matches.user_of().items() if user.sourced_id in wanted}
    accounts = {people.accounts[s] for s in wanted if s in people.accounts}
    return [
        Note(Outcome.of(Code.PERSON_KEPT), classroom_user_id=m.user_id)
        for m in sorted(people.members, key=lambda m: m.user_id)
        if m.user_id not in ours | paired | accounts
    ]


def held_note(breach: Breach) -> Note:
    """Return the outcome of a passed limit."""
    outcome = Outcome.of(Code.REMOVALS_HELD, count=breach.count, people=breach.people, scope=breach.scope.value)
    return Note(outcome)
