"""How a class's people stand on both sides, for the roster page: an import's own plan, person by person."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from classbridge.bridge.guards import Guards, Scope, Volume
from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.roster import Membership, RosterPeople, RosterPlan, RosterRead, plan_roster, wanted_people


class Where(StrEnum):
    """On which sides a person is."""

    BOTH = "both"
    SIS = "sis"
    CLASSROOM = "classroom"


class Line(Struct, frozen=True, kw_only=True):
    """A person, where they are, and why or what an import would do. `class_sourced_ids`: their sections."""

    where: Where
    outcome: Outcome
    user_sourced_id: str | None = None
    classroom_user_id: str | None = None
    class_sourced_ids: frozenset[str] = frozenset()


class Comparison(Struct, frozen=True):
    """One type of people of one class: who is where, and how many an import would add, remove and hold."""

    lines: tuple[Line, ...]
    to_add: int
    to_remove: int
    held: int


def compare(
    people: RosterPeople,
    reads: Sequence[RosterRead],
    volumes: Mapping[tuple[Scope, str], Volume],
    no_account: frozenset[str] = frozenset(),
    guards: Guards = Guards(),  # noqa: B008, frozen
) -> Comparison:
    """Compare both sides by the plan that an import would make of them; everybody is in one line.

    `people.accounts` may hold addresses where no account is known yet: an import looks them up. `no_account` are
    sourcedIds for whom an earlier look-up found none.
    """
    known = {key: value for key, value in people.accounts.items() if key not in no_account}
    asked = replace(people, accounts=known)
    plan = plan_roster(asked, reads, volumes, guards)
    lines = [*_of_sis(asked, reads, plan), *_of_classroom(asked, plan)]
    return Comparison(tuple(lines), len(plan.add), len(plan.remove), len(plan.held))


def _of_sis(people: RosterPeople, reads: Sequence[RosterRead], plan: RosterPlan) -> Iterator[Line]:
    """Everybody whom the SIS has in a linked section."""
    sections = {sourced_id: where for sourced_id, (_, where) in wanted_people(reads).items()}
    ours = {one.user_sourced_id: one.classroom_user_id for one in people.recorded}
    for entrant in plan.add:
        yield Line(
            where=Where.SIS,
            outcome=Outcome.of(Code.PERSON_NEW_IN_SIS),
            user_sourced_id=entrant.user_sourced_id,
            class_sourced_ids=entrant.class_sourced_ids,
        )
    for note in plan.outcomes:
        if note.user_sourced_id is None:
            continue
        yield Line(
            where=Where.BOTH if note.outcome.code is Code.PERSON_PRESENT else Where.SIS,
            outcome=note.outcome,
            user_sourced_id=note.user_sourced_id,
            classroom_user_id=note.classroom_user_id or ours.get(note.user_sourced_id),
            class_sourced_ids=sections[note.user_sourced_id],
        )


def _of_classroom(people: RosterPeople, plan: RosterPlan) -> Iterator[Line]:
    """The members whom the SIS does not have in a linked section: who goes, who is held, who stays."""
    ours = {one.user_sourced_id: one for one in people.recorded}
    leaving = {one.classroom_user_id: Outcome.of(Code.PERSON_LEFT_SIS) for one in plan.remove}
    breaches = [note.outcome for note in plan.outcomes if note.outcome.code is Code.REMOVALS_HELD]
    leaving |= {one.classroom_user_id: breaches[0] for one in plan.held}
    leaving |= dict.fromkeys(people.matches.ambiguous_members(), Outcome.of(Code.PERSON_AMBIGUOUS))
    both = set(_present(ours, plan))
    by_account = {one.classroom_user_id: one.user_sourced_id for one in people.recorded}
    for member in sorted(people.members, key=lambda m: m.user_id):
        if member.user_id not in both:
            yield Line(
                where=Where.CLASSROOM,
                outcome=leaving.get(member.user_id, Outcome.of(Code.PERSON_KEPT)),
                user_sourced_id=by_account.get(member.user_id),
                classroom_user_id=member.user_id,
            )


def _present(ours: Mapping[str, Membership], plan: RosterPlan) -> Iterator[str]:
    for note in plan.outcomes:
        if note.outcome.code is Code.PERSON_PRESENT and note.user_sourced_id:
            recorded = ours.get(note.user_sourced_id)
            yield note.classroom_user_id or (recorded.classroom_user_id if recorded else "")
