"""What of a fresh plan an import may do: removals that a person was shown, and of a retry only what failed."""

from collections.abc import Callable, Collection

import msgspec
from msgspec.structs import replace

from classbridge.bridge.guards import Removal
from classbridge.bridge.outcome import Code, Kind, Outcome, catalogue
from classbridge.bridge.roster import Entrant, Note, RosterPlan
from classbridge.jobs.import_planning import ImportPlan
from classbridge.store import runs
from classbridge.store.rows import Rows
from classbridge.store.runs import Run


def narrowed(plan: ImportPlan, rows: Rows, run: Run) -> ImportPlan:
    """The part of a fresh plan that this run's request stands for.

    `preview` is the run whose plan a person was shown; when nobody attends, nobody is removed, and what waits is
    noted. `release` is the run whose held removals an admin let go: exactly those. `retry_of` is the import whose
    failures are tried again.
    """
    shown = _shown(rows, run)

    def seen(kind: str, roster: RosterPlan) -> RosterPlan:
        return _seen_only(roster, shown.get(kind, frozenset()), attended=run.attended)

    plan = _each(plan, seen)
    if "retry_of" not in run.request:
        return plan
    failed = failed_subjects(rows, run.request["retry_of"])
    return replace(_each(plan, lambda kind, roster: _failed_only(kind, roster, failed)), periods=None)


def _each(plan: ImportPlan, change: Callable[[str, RosterPlan], RosterPlan]) -> ImportPlan:
    return replace(plan, rosters={kind: change(kind, roster) for kind, roster in plan.rosters.items()})


def _shown(rows: Rows, run: Run) -> dict[str, frozenset[str]]:
    """Whom a person saw leaving, by type: those whom the preview would remove, and those whom an admin let go."""
    seen: dict[str, frozenset[str]] = {}
    for name, part in (("preview", "remove"), ("release", "held")):
        run_id = run.request.get(name)
        if run_id is None:
            continue
        for kind, roster in msgspec.convert(runs.plan(rows, run_id), ImportPlan).rosters.items():
            users = {removal.classroom_user_id for removal in getattr(roster, part)}
            seen[kind] = seen.get(kind, frozenset()) | users
    return seen


def _seen_only(roster: RosterPlan, shown: Collection[str], *, attended: bool) -> RosterPlan:
    waiting = len(roster.remove)
    remove = tuple(removal for removal in roster.remove if removal.classroom_user_id in shown)
    if attended or not waiting:
        return replace(roster, remove=remove)
    note = Note(Outcome.of(Code.REMOVALS_WAIT, count=waiting))
    return replace(roster, remove=remove, outcomes=(*roster.outcomes, note))


def subject_of(kind: str, sis_user_id: str | None, user_id: str | None, more: str = "") -> str:
    """The stable name of a person, or of what concerns the class, among an import's outcomes."""
    return f"{kind}/{sis_user_id or ''}/{user_id or ''}/{more}"


def failed_subjects(rows: Rows, run_id: str) -> frozenset[str]:
    """The people of an import for whom it failed, by their subjects."""
    found = runs.outcomes(rows, run_id)
    people = [one for one in found if one.student_id or one.user_id]
    return frozenset(one.subject for one in people if catalogue[Code(one.code)].kind is Kind.FAILED)


def _failed_only(kind: str, roster: RosterPlan, failed: Collection[str]) -> RosterPlan:
    def again(one: Entrant | Removal) -> bool:
        return subject_of(kind, one.user_sourced_id, one.classroom_user_id) in failed

    return replace(
        roster,
        add=tuple(filter(again, roster.add)),
        invite=tuple(filter(again, roster.invite)),
        remove=tuple(filter(again, roster.remove)),
        held=(),
        outcomes=tuple(
            note
            for note in roster.outcomes
            if subject_of(kind, note.user_sourced_id, note.classroom_user_id) in failed
        ),
    )
