"""The gate before the teacher functions, from what is stored: for use cases, pages, and jobs as they begin.

Whose licence and place in the pilot count: those of whoever teaches the class or is a delegate there; an
administrator who acts in a class of others acts for its primary teacher. A schedule counts as whoever switched it
on.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cached_property

from classbridge.bridge.gate import GateFacts, LicenceSource, refusal
from classbridge.bridge.outcome import Code, Outcome
from classbridge.classroom.google.licensing import RULE
from classbridge.jobs import rights
from classbridge.jobs.export_facts import zone_of
from classbridge.jobs.runtime import now
from classbridge.jobs.work import Work
from classbridge.store import (
    accounts,
    classrooms,
    connections,
    courses,
    delegates,
    licences,
    links,
    pilot,
    policies,
    rosters,
)
from classbridge.store.rows import Rows
from classbridge.store.types import folded

GOOGLE = "google"
"""The side of Google's own Classroom."""

Section = tuple[str, str]
"""A connection's id and a class's sourcedId."""


def licence_source(rows: Rows) -> LicenceSource:
    """Where licences are known from: as an admin decided, or by default Google's rule with Google's Classroom."""
    decided = licences.policy(rows)
    if decided is not None:
        return LicenceSource(decided.source)
    return default_source(rows)


def default_source(rows: Rows) -> LicenceSource:
    """What holds until an admin decides."""
    sides = {one.side for one in classrooms.list_all(rows)}
    in_force = datetime.now(UTC).date() >= RULE.since
    return LicenceSource.GOOGLE if GOOGLE in sides and in_force else LicenceSource.OFF


class Gate:
    """One reading of what is open to whom in a district."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._confirmed: dict[str, frozenset[str]] = {}

    @cached_property
    def _source(self) -> LicenceSource:
        return licence_source(self._rows)

    @cached_property
    def _known(self) -> bool:
        return licences.read_at(self._rows, self._source) is not None

    @cached_property
    def _pilot(self) -> bool:
        kept = pilot.get(self._rows)
        return kept is not None and kept.running

    @cached_property
    def _schools(self) -> frozenset[pilot.SchoolKey]:
        return pilot.schools(self._rows)

    @cached_property
    def _teachers(self) -> frozenset[str]:
        return frozenset(pilot.teachers(self._rows))

    @property
    def for_all(self) -> bool:
        """Whether neither a licence nor a pilot keeps anybody out."""
        return self._source is LicenceSource.OFF and not self._pilot

    def refusal(
        self, email: str, *, kinds: Iterable[str] = (), connection_id: str = "", sections: Sequence[Section] = ()
    ) -> Outcome | None:
        """Why a function is closed to somebody; None: it is open.

        `kinds` of data move through the connection, `sections` are those of the class that it is about.
        """
        return refusal(self.facts(email, kinds=kinds, connection_id=connection_id, sections=sections))

    def facts(
        self, email: str, *, kinds: Iterable[str] = (), connection_id: str = "", sections: Sequence[Section] = ()
    ) -> GateFacts:
        """What `refusal` decides by."""
        needed = self._source is not LicenceSource.OFF
        return GateFacts(
            unconfirmed=self._unconfirmed(connection_id, kinds),
            pilot=self._pilot,
            in_pilot=self._pilot and self.in_pilot(email, sections),
            licence_needed=needed,
            licences_known=not needed or self._known,
            licensed=needed and licences.has(self._rows, self._source, email),
        )

    def exchange_off(self, connection_id: str, kinds: Iterable[str]) -> Outcome | None:
        """Why these kinds of data move through the connection for nobody; None: they do."""
        return refusal(GateFacts(unconfirmed=self._unconfirmed(connection_id, kinds)))

    def _unconfirmed(self, connection_id: str, kinds: Iterable[str]) -> tuple[str, ...]:
        wanted = tuple(kinds)
        if not wanted:
            return ()
        if connection_id not in self._confirmed:
            found = connections.confirmed_kinds(self._rows, connection_id)
            self._confirmed[connection_id] = frozenset(one.kind for one in found)
        return tuple(kind for kind in wanted if kind not in self._confirmed[connection_id])

    def in_pilot(self, email: str, sections: Sequence[Section] = ()) -> bool:
        """Whether somebody is in the group: by address, as a teacher of one of its schools, or for this class."""
        if folded(email) in self._teachers:
            return True
        if not self._schools:
            return False
        return bool(self._schools & (self._taught(email) | self._of(sections)))

    def _taught(self, email: str) -> frozenset[pilot.SchoolKey]:
        """The schools of the sections that somebody teaches in the SIS."""
        return frozenset(
            (connection_id, one.school_id or "")
            for connection_id in {key[0] for key in self._schools}
            for one in rosters.classes_of_teacher(self._rows, connection_id, email)
        )

    def _of(self, sections: Sequence[Section]) -> frozenset[pilot.SchoolKey]:
        return frozenset(
            (connection_id, one.school_id or "")
            for connection_id in {key[0] for key in sections}
            for one in rosters.classes(
                self._rows, connection_id, [key[1] for key in sections if key[0] == connection_id]
            )
        )


def sections_of(rows: Rows, side: str, course_id: str) -> list[Section]:
    """The sections that a class is linked to."""
    return [(one.connection_id, one.class_id) for one in links.of_course(rows, side, course_id)]


def whom(rows: Rows, side: str, course_id: str, account_id: str, email: str) -> str:
    """The address of the person who counts, when this account works on a class; "" where nobody is known."""
    teachers = courses.members(rows, side, course_id, "teachers")
    if folded(email) in {folded(one.email or "") for one in teachers}:
        return email
    if account_id in {one.account_id for one in delegates.of_course(rows, side, course_id, now())}:
        return email
    course = courses.get(rows, side, course_id)
    return next((one.email or "" for one in teachers if course and one.user_id == course.owner_id), "")


def check(work: Work) -> None:
    """Ask again as a run begins: roles and rules may have changed while it waited. Raises `RunEndedError`."""
    run = work.run
    account = accounts.get(work.runtime.database, run.requested_by) if run.requested_by else None
    email, account_id = (account.email, account.id) if account else ("", "")
    side, course_id = run.side or "", run.course_id
    with work.district.read() as rows:
        sections = sections_of(rows, side, course_id) if course_id else _asked(work)
        person = whom(rows, side, course_id, account_id, email) if course_id else email
        found = (
            _night_over(work, rows)
            or rights.refusal(work.runtime.database, rows, run)
            or Gate(rows).refusal(
                person, kinds=_kinds(work), connection_id=run.connection_id or "", sections=sections
            )
        )
    if found is not None:
        raise work.end(found)


def _night_over(work: Work, rows: Rows) -> Outcome | None:
    """Why a schedule's run does not begin: it waited for its turn, or for the SIS, until it was quiet."""
    late = work.run.night is not None and policies.hours(rows).quiet(now().astimezone(zone_of(work)))
    return Outcome.of(Code.NIGHT_OVER) if late else None


def _asked(work: Work) -> list[Section]:
    return [(key[0], key[1]) for key in work.run.request.get("classes", ())]


def _kinds(work: Work) -> Sequence[str]:
    """The kinds of data that the run moves."""
    if work.run.kind in ("export", "preview-export", "undo", "preview-undo"):
        return ("grades",)
    kinds: Sequence[str] = work.run.request.get("kinds", ())
    return kinds
