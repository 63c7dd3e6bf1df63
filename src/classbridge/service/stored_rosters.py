"""Classes' people on both sides, from the snapshots: what an import would do to them, without asking anyone."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

import msgspec
from msgspec import Struct

from classbridge.bridge.matching import Matches, match_students, normal_email
from classbridge.bridge.roster import Entrant, Note, RosterPeople, RosterRead
from classbridge.bridge.roster_view import Comparison, compare
from classbridge.classroom.models import Member
from classbridge.jobs.import_planning import TYPES, ImportPlan
from classbridge.jobs.roster_records import Removed, as_recorded, excepted
from classbridge.service.placing import as_member, as_user
from classbridge.store import courses, links, matches, memberships, rosters, runs
from classbridge.store.courses import INVITED, KeptMember
from classbridge.store.links import Link
from classbridge.store.matches import Overrides
from classbridge.store.memberships import Membership, MembershipException
from classbridge.store.rosters import KeptPerson
from classbridge.store.rows import Rows

T = TypeVar("T")


class Difference(Struct, frozen=True):
    """How many people an import would add and remove, and how many removals wait for an admin."""

    to_add: int = 0
    to_remove: int = 0
    held: int = 0

    @property
    def changes(self) -> int:
        """How many people differ in all."""
        return self.to_add + self.to_remove + self.held


class LookUps(Struct, frozen=True, kw_only=True):
    """Accounts that Classroom was asked for: the user id by sourcedId, and those who had none."""

    accounts: Mapping[str, str] = {}
    none: frozenset[str] = frozenset()


class StoredRosters:
    """The stored rosters of some classes that are linked through one connection; each table is read once."""

    def __init__(self, rows: Rows, side: str, connection_id: str, course_ids: Sequence[str]) -> None:
        self._rows, self._side, self._connection_id = rows, side, connection_id
        found = links.of_courses(rows, side, course_ids)
        mine = [link for link in found if link.connection_id == connection_id]
        self.sections: Mapping[str, list[Link]] = _grouped(mine, lambda link: link.course_id)
        self._ids = sorted(self.sections)

    @cached_property
    def members(self) -> Mapping[str, list[KeptMember]]:
        """The people of each class, those with an open invitation too."""
        found = courses.members_of(self._rows, self._side, self._ids)
        return _grouped(found, lambda member: member.course_id)

    @cached_property
    def people(self) -> Mapping[str, list[KeptPerson]]:
        """The people of each section."""
        class_ids = sorted({link.class_id for found in self.sections.values() for link in found})
        found = rosters.people(self._rows, self._connection_id, class_ids)
        return _grouped(found, lambda person: person.class_id)

    @cached_property
    def _recorded(self) -> Mapping[str, list[Membership]]:
        found = memberships.of_courses(self._rows, self._side, self._ids)
        return _grouped(found, lambda one: one.course_id)

    @cached_property
    def _exceptions(self) -> Mapping[str, list[MembershipException]]:
        found = memberships.exceptions_of_courses(self._rows, self._side, self._ids)
        return _grouped(found, lambda one: one.course_id)

    @cached_property
    def _said(self) -> Overrides:
        return matches.overrides(self._rows, self._connection_id, self._side)

    @cached_property
    def _removed(self) -> Removed:
        return Removed(self._rows, self._connection_id)

    @cached_property
    def _schools(self) -> dict[str, str]:
        found = rosters.classes(self._rows, self._connection_id, sorted(self.people))
        return {one.sourced_id: one.school_id or "" for one in found}

    def difference(self, course_id: str) -> Difference:
        """How many people differ between the sides."""
        found = [self.compare(course_id, kind) for kind in TYPES]
        return Difference(
            sum(one.to_add for one in found), sum(one.to_remove for one in found), sum(one.held for one in found)
        )

    def compare(self, course_id: str, kind: str) -> Comparison:
        """Compare one type of people of a class; whose account is not known goes by the last look-up."""
        found = self._compared(course_id, kind, LookUps())
        if found.to_add and (known := _looked_up(self._rows, self._side, course_id, kind)):
            return self._compared(course_id, kind, known)
        return found

    def _compared(self, course_id: str, kind: str, known: LookUps) -> Comparison:
        recorded = [one for one in self._recorded.get(course_id, ()) if one.role == kind]
        members = [as_member(one) for one in self.members.get(course_id, ()) if one.role == kind]
        members += self._added_since(course_id, recorded)
        reads = [self._read(link.class_id, kind) for link in self.sections.get(course_id, ())]
        users = list({user.sourced_id: user for read in reads for user in read.people}.values())
        found = match_students(members, users, self._said.accounts, self._said.refused)
        people = RosterPeople(
            course_id=course_id,
            type=kind,
            members=tuple(members),
            matches=found,
            recorded=tuple(map(as_recorded, recorded)),
            accounts=self._accounts(found, recorded, known),
            invited=frozenset(one.user_id for one in self.members.get(course_id, ()) if one.role == INVITED[kind]),
            exceptions=frozenset(excepted(self._exceptions.get(course_id, ()), recorded, kind)),
        )
        schools = {read.school_sourced_id for read in reads}
        volumes = self._removed.volumes(kind, course_id, len(members), schools)
        return compare(people, reads, volumes, known.none)

    def _read(self, class_id: str, kind: str) -> RosterRead:
        """What is kept of a section; only sound reads are kept, so that it tells as a sound read would."""
        role = kind.removesuffix("s")
        people = [one for one in self.people.get(class_id, ()) if one.role == role and one.active]
        return RosterRead(
            class_sourced_id=class_id,
            school_sourced_id=self._schools.get(class_id, ""),
            people=tuple(map(as_user, people)),
        )

    def _added_since(self, course_id: str, recorded: Iterable[Membership]) -> list[Member]:
        """Whom an import has added since Classroom was read: they are there, whatever the older list says."""
        as_of = max((one.as_of for one in self.members.get(course_id, ())), default=None)
        there = {one.user_id for one in self.members.get(course_id, ())}
        return [
            Member(course_id=course_id, user_id=one.user_id)
            for one in recorded
            if one.how == "added" and one.user_id not in there and as_of and one.at > as_of
        ]

    def _accounts(self, found: Matches, recorded: Iterable[Membership], looked_up: LookUps) -> dict[str, str]:
        """The account of each unmatched person, or the address by which an import will look for it."""
        ours = {one.sis_user_id: one.user_id for one in recorded}
        said = self._said.accounts
        known = {
            user.sourced_id: ours.get(user.sourced_id)
            or said.get(user.sourced_id)
            or looked_up.accounts.get(user.sourced_id)
            or normal_email(user.email)
            for user in found.unmatched_sis
            if said.get(user.sourced_id, "") is not None
        }
        return {sourced_id: account for sourced_id, account in known.items() if account}


def _grouped(found: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    groups: defaultdict[str, list[T]] = defaultdict(list)
    for one in found:
        groups[key(one)].append(one)
    return groups


def _looked_up(rows: Rows, side: str, course_id: str, kind: str) -> LookUps | None:
    """What the newest import or preview of a class found in Classroom; None: its plan is not kept."""
    kinds = ("preview-import", "import")
    newest = runs.page(rows, side=side, course_id=course_id, kinds=kinds, states=("done", "held"), limit=1).items
    kept = runs.plan(rows, newest[0].id) if newest else None
    roster = msgspec.convert(kept, ImportPlan).rosters.get(kind) if kept else None
    if roster is None:
        return None
    found: list[Entrant | Note] = [*roster.add, *roster.invite, *roster.outcomes]
    told = [(one.user_sourced_id, one.classroom_user_id) for one in found]
    return LookUps(
        accounts={sourced_id: user_id for sourced_id, user_id in told if sourced_id and user_id},
        none=frozenset(roster.no_account),
    )
