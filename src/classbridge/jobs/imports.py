"""An import: plan, then people in chunks, then grading periods. Removals go only where the preview showed them."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from classbridge.bridge.guards import Removal
from classbridge.bridge.outcome import Code, Outcome, catalogue
from classbridge.bridge.periods import merge_grading_periods
from classbridge.bridge.roster import Entrant, Note, RosterPlan
from classbridge.classroom.models import Invitation
from classbridge.classroom.port import Classroom, ClassroomError
from classbridge.jobs import gate
from classbridge.jobs.diagnosis import diagnose
from classbridge.jobs.import_planning import ImportPlan, make_plan
from classbridge.jobs.import_scope import narrowed, subject_of
from classbridge.jobs.keeping import keep_invitations, keep_people
from classbridge.jobs.reading import CourseReading, read_course
from classbridge.jobs.runtime import now
from classbridge.jobs.work import RunEndedError, Work, finish, run_step
from classbridge.jobs.workflow import outlast, workflow
from classbridge.store import memberships, rosters, runs
from classbridge.store.memberships import Membership, MembershipException
from classbridge.store.rows import Rows

CHUNK = 20

Person = TypeVar("Person", Entrant, Removal)


@workflow("preview-import")
def preview_import(district_id: str, run_id: str) -> None:
    """Plan an import and keep the plan for the page; nobody is added."""
    try:
        outlast(plan_preview, district_id, run_id)
    except RunEndedError:
        return


@workflow("import")
def import_roster(district_id: str, run_id: str) -> None:
    """Bring the people (and periods) of the linked sections into the class."""
    try:
        sizes = outlast(plan_for_import, district_id, run_id)
        for kind, (adding, removing) in sizes.items():
            for first in range(0, adding, CHUNK):
                outlast(bring_in, district_id, run_id, kind, first)
            for first in range(0, removing, CHUNK):
                outlast(take_out, district_id, run_id, kind, first)
        outlast(write_periods, district_id, run_id)
        if any(adding or removing for adding, removing in sizes.values()):
            outlast(look_again, district_id, run_id)
        outlast(close, district_id, run_id)
    except RunEndedError:
        return


@run_step("import.preview")
def plan_preview(work: Work) -> None:
    """Plan and keep the plan."""
    gate.check(work)
    plan = make_plan(work)
    with work.district.write() as rows:
        runs.save_plan(rows, work.run.id, plan)
    finish(work, {"add": plan.additions(), "remove": sum(len(one.remove) for one in plan.rosters.values())})


@run_step("import.plan")
def plan_for_import(work: Work) -> dict[str, list[int]]:
    """Plan anew; what nobody was shown or asked for is left out (`narrowed`). Per type: additions, removals."""
    gate.check(work)
    plan = make_plan(work)
    with work.district.write() as rows:
        plan = narrowed(plan, rows, work.run)
        runs.save_plan(rows, work.run.id, plan)
        for kind, roster in plan.rosters.items():
            runs.record_outcomes(rows, work.run.id, [_of_note(kind, note) for note in roster.outcomes])
            _keep_exceptions(rows, work, kind, roster)
    sizes = {kind: [len(r.add) + len(r.invite), len(r.remove)] for kind, r in plan.rosters.items()}
    work.progress(0, sum(sum(size) for size in sizes.values()))
    return sizes


def _keep_exceptions(rows: Rows, work: Work, kind: str, roster: RosterPlan) -> None:
    """Remember people whom a teacher removed, so that they are not added again."""
    side, course_id = work.run.side or "", work.run.course_id or ""
    ours = {one.sis_user_id: one for one in memberships.of_course(rows, side, course_id) if one.role == kind}
    memberships.except_people(
        rows,
        [
            MembershipException(
                side=side, course_id=course_id, role=kind, user_id=ours[sourced_id].user_id, at=now()
            )
            for sourced_id in roster.exceptions
            if sourced_id in ours
        ],
    )


@run_step("import.add")
def bring_in(work: Work, kind: str, first: int) -> None:
    """Add or invite a chunk of people.

    Someone who is there already is not remembered as added by us: a list that Classroom gave in part, or a step
    that is repeated after a kill, would else make ours whom a teacher added, and so remove them one day.
    """
    roster = _plan(work).rosters[kind]
    directly = bool(roster.add)
    entrants = _unanswered(work, kind, (roster.add or roster.invite)[first : first + CHUNK])
    port, course_id = work.classroom().port, work.run.course_id or ""
    answers = work.call(_add_all, port, course_id, kind, entrants, directly)
    with work.district.write() as rows:
        answered = [pair for pair in zip(entrants, answers, strict=True) if not _away(pair[1])]
        for entrant, answer in answered:
            _record_entrant(rows, work, kind, entrant, answer)
        runs.progress(rows, work.run.id, done=runs.get(rows, work.run.id).done + len(answered))
    _stop_if_away(answers)


def _unanswered(work: Work, kind: str, people: Sequence[Person]) -> list[Person]:
    """Those without an outcome in this run: an outage repeats a step of which a part was answered already."""
    with work.district.read() as rows:
        known = {one.subject for one in runs.outcomes(rows, work.run.id)}
    return [one for one in people if subject_of(kind, one.user_sourced_id, one.classroom_user_id) not in known]


async def _add_all(
    port: Classroom, course_id: str, kind: str, entrants: Sequence[Entrant], directly: bool
) -> list[Code | ClassroomError]:
    people = (one.classroom_user_id for one in entrants)
    return await asyncio.gather(*(_bring(port, course_id, kind, one, directly=directly) for one in people))


async def _bring(
    port: Classroom, course_id: str, kind: str, user_id: str, *, directly: bool
) -> Code | ClassroomError:
    """Add a person, or invite one whom the administrator may not add, such as somebody of another domain."""
    how = Code.PERSON_ADDED if directly else Code.PERSON_INVITED
    try:
        if directly:
            await port.add_member(course_id, kind, user_id)
        else:
            await port.invite(Invitation(user_id=user_id, course_id=course_id, role=kind[:-1].upper()))
    except ClassroomError as error:
        if directly and error.reason == "PERMISSION_DENIED":
            return await _bring(port, course_id, kind, user_id, directly=False)
        return Code.PERSON_PRESENT if error.reason == "ALREADY_EXISTS" else error
    return how


async def _attempt(act: Callable[..., object], *args: object) -> Exception | None:
    try:
        await act(*args)  # type: ignore[misc] # a coroutine function
    except ClassroomError as error:
        return None if error.reason == "ALREADY_EXISTS" else error
    return None


def _away(answer: Exception | Code | None) -> bool:
    return isinstance(answer, ClassroomError) and answer.transient


def _stop_if_away(answers: Sequence[Exception | Code | None]) -> None:
    """Raise an outage so that the step is repeated; what is about one person became their outcome."""
    for answer in answers:
        if isinstance(answer, Exception) and _away(answer):
            raise answer


def _record_entrant(rows: Rows, work: Work, kind: str, entrant: Entrant, answer: Code | ClassroomError) -> None:
    if isinstance(answer, ClassroomError):
        found = diagnose(answer)
        _record(rows, work, kind, found.outcome, entrant.user_sourced_id, entrant.classroom_user_id, found.words)
        return
    _record(rows, work, kind, Outcome.of(answer), entrant.user_sourced_id, entrant.classroom_user_id)
    if answer is Code.PERSON_PRESENT:
        return
    classes = rosters.classes(rows, work.run.connection_id or "", sorted(entrant.class_sourced_ids))
    memberships.remember(
        rows,
        [
            Membership(
                side=work.run.side or "",
                course_id=work.run.course_id or "",
                role=kind,
                user_id=entrant.classroom_user_id,
                connection_id=work.run.connection_id or "",
                sis_user_id=entrant.user_sourced_id,
                class_ids=sorted(entrant.class_sourced_ids),
                school_id=(classes[0].school_id or "") if classes else "",
                how="added" if answer is Code.PERSON_ADDED else "invited",
                run_id=work.run.id,
                at=now(),
            )
        ],
    )


def _record(
    rows: Rows,
    work: Work,
    kind: str,
    outcome: Outcome,
    student_id: str | None,
    user_id: str | None,
    words: str | None = None,
) -> None:
    runs.record_outcomes(rows, work.run.id, [_row(kind, outcome, student_id, user_id, words=words)])


def _row(
    kind: str,
    outcome: Outcome,
    sis_user_id: str | None,
    user_id: str | None,
    class_id: str | None = None,
    words: str | None = None,
) -> runs.Outcome:
    return runs.Outcome(
        subject=subject_of(kind, sis_user_id, user_id, class_id or _of_class(outcome, sis_user_id, user_id)),
        code=str(outcome.code),
        params={**outcome.params},
        at=now(),
        class_id=class_id,
        student_id=sis_user_id,
        user_id=user_id,
        sis_words=words,
    )


def _of_class(outcome: Outcome, *ids: str | None) -> str:
    """What tells apart the outcomes of the whole class: each guard speaks for itself."""
    return "" if any(ids) else outcome.params.get("scope", "")


def _of_note(kind: str, note: Note) -> runs.Outcome:
    return _row(kind, note.outcome, note.user_sourced_id, note.classroom_user_id, note.class_sourced_id)


@run_step("import.remove")
def take_out(work: Work, kind: str, first: int) -> None:
    """Remove a chunk of people whom we had added and the SIS no longer has in any linked section."""
    removals = _unanswered(work, kind, _plan(work).rosters[kind].remove[first : first + CHUNK])
    port, course_id = work.classroom().port, work.run.course_id or ""
    answers = work.call(_remove_all, port, course_id, kind, removals)
    with work.district.write() as rows:
        answered = [pair for pair in zip(removals, answers, strict=True) if not _away(pair[1])]
        for removal, answer in answered:
            outcome = Outcome.of(Code.PERSON_REMOVED) if answer is None else diagnose(answer).outcome
            _record(rows, work, kind, outcome, removal.user_sourced_id, removal.classroom_user_id)
        gone = [removal.classroom_user_id for removal, answer in answered if answer is None]
        memberships.mark_removed(rows, work.run.side or "", course_id, kind, gone, now())
        runs.progress(rows, work.run.id, done=runs.get(rows, work.run.id).done + len(answered))
    _stop_if_away(answers)


async def _remove_all(
    port: Classroom, course_id: str, kind: str, removals: Sequence[Removal]
) -> list[Exception | None]:
    async def remove(removal: Removal) -> None:
        try:
            await port.remove_member(course_id, kind, removal.classroom_user_id)
        except ClassroomError as error:
            if error.status != 404:
                raise

    return await asyncio.gather(*(_attempt(remove, removal) for removal in removals))


@run_step("import.periods")
def write_periods(work: Work) -> None:
    """Read the class's grading periods, merge and write them, where that changes them.

    They are read anew, for a teacher may have made one since the plan. A class that may not have them gets an
    outcome.
    """
    planned = _plan(work).periods
    if planned is None:
        return
    port, course_id = work.classroom().port, work.run.course_id or ""
    plan = merge_grading_periods(work.call(port.grading_periods, course_id), planned.wanted)
    outcomes = list(plan.outcomes)
    if plan.changed:
        try:
            work.call(port.replace_grading_periods, course_id, plan.settings)
        except ClassroomError as error:
            if error.transient:
                raise
            outcomes.append(Outcome.of(Code.PERIODS_NOT_ELIGIBLE))
    with work.district.write() as rows:
        rows_ = [_row("grading_periods", o, None, None, o.params.get("title", "")) for o in outcomes]
        runs.record_outcomes(rows, work.run.id, rows_)


@run_step("import.look")
def look_again(work: Work) -> None:
    """Keep the class's people as they are now, so that pages show what the import did."""
    access, course_id = work.classroom(), work.run.course_id or ""
    invitations = work.call(access.port.invitations, course_id)

    async def read() -> CourseReading:
        return await read_course(access.port, course_id, work=False)

    reading = work.call(read)
    with work.district.write() as rows:
        keep_people(rows, access.side, reading)
        keep_invitations(rows, access.side, course_id, invitations)


@run_step("import.close")
def close(work: Work) -> None:
    """Count and end the run; held removals leave it waiting for an admin."""
    with work.district.read() as rows:
        counted = runs.outcome_counts(rows, work.run.id)
    counts: Counter[str] = Counter()
    for code, number in counted.items():
        counts[catalogue[Code(code)].kind.value] += number
        counts[code] += number
    finish(work, dict(counts), held=str(Code.REMOVALS_HELD) in counted or str(Code.EMPTY_READ_HELD) in counted)


def _plan(work: Work) -> ImportPlan:
    with work.district.read() as rows:
        return msgspec.convert(runs.plan(rows, work.run.id), ImportPlan)
