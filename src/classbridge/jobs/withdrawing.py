"""Taking grades back from the SIS (rule 4): on positive evidence, what is ours, and what a preview showed."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from classbridge.bridge.decision import held_value
from classbridge.bridge.equality import equal, shown
from classbridge.bridge.facts import Memory
from classbridge.bridge.guards import Volume
from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.plan import GradePlan
from classbridge.bridge.records import KnownResult
from classbridge.bridge.standing import Stands
from classbridge.bridge.unread import Unread
from classbridge.bridge.withdrawal import Claim, Evidence, WithdrawalPlan, evidence_of, plan_withdrawals
from classbridge.classroom.models import CourseWork
from classbridge.classroom.port import ClassroomError
from classbridge.jobs import emptying
from classbridge.jobs.export_facts import Facts
from classbridge.jobs.export_sending import REFUSALS, insist
from classbridge.jobs.outcomes import of_entry
from classbridge.jobs.reading import Grades, read_grades
from classbridge.jobs.runtime import now
from classbridge.jobs.work import Work
from classbridge.oneroster.client import Client
from classbridge.oneroster.errors import OneRosterError, Rejected
from classbridge.oneroster.models import LineItem, Result
from classbridge.store import grades, runs
from classbridge.store.rows import Rows

WEEK = timedelta(days=7)

CHUNK = 25
"""Results that are deleted before they are read back."""


class Claims(Struct, frozen=True):
    """The results that may be taken back: those without a grade in Classroom, and those of students who moved."""

    removed: tuple[Claim, ...]
    moved: tuple[Claim, ...]

    @classmethod
    def find(cls, work: Work, facts: Facts, memory: Memory, planned: GradePlan) -> "Claims":
        """What Classroom shows to be gone, which it must show; and what the plan found in an earlier section."""
        removed = _removed(work, facts, memory)
        claimed = {claim.known.sourced_id for claim in removed}
        codes = (Code.HELD_MOVED_STUDENT, Code.LEFT_AS_CHOSEN)
        places = {
            (line.course_work_id, line.student_sourced_id, line.class_sourced_id)
            for line in planned.unplaced
            if line.outcome is not None and line.outcome.code in codes
        }
        moved = [
            Claim(known, Evidence.MOVED)
            for known in memory.results
            if (known.course_work_id, known.student_sourced_id, known.class_sourced_id) in places
            and known.sourced_id not in claimed
        ]
        return cls(tuple(removed), tuple(moved))


def plan(work: Work, facts: Facts, memory: Memory, claims: Sequence[Claim]) -> WithdrawalPlan:
    """Plan what an attended export may take back. Nobody attends a schedule: there it all waits."""
    if not claims:
        return WithdrawalPlan()
    volume = Volume(len(memory.results), _withdrawn_in_a_week(work))
    there = _read(work, facts, [claim.known for claim in claims])
    released = bool(work.run.request.get("release"))
    return plan_withdrawals(
        claims,
        there.by_id(),
        facts.sis.rules,
        volume,
        stands=Stands(memory.stands),
        unread=there.unread,
        attended=work.run.attended,
        released=released,
    )


def _removed(work: Work, facts: Facts, memory: Memory) -> list[Claim]:
    """The results whose grade Classroom shows to be gone; what Classroom does not show is no evidence."""
    user_of = {student: user_id for user_id, student in facts.students().items()}
    submissions = {(one.course_work_id, one.user_id): one for one in facts.course.submissions}
    chosen = work.run.request.get("course_work")
    works: dict[str, CourseWork | None] = {one.id: one for one in facts.course.course_work}
    claims = []
    for known in memory.results:
        if known.class_sourced_id in facts.gone or (chosen is not None and known.course_work_id not in chosen):
            continue
        if known.course_work_id not in works:
            works[known.course_work_id] = _by_id(work, facts.course_id, known.course_work_id)
        place = (known.course_work_id, user_of.get(known.student_sourced_id, ""))
        evidence = evidence_of(works[known.course_work_id], submissions.get(place), excused=place in facts.excused)
        if evidence is not None:
            claims.append(Claim(known, evidence))
    return claims


def _by_id(work: Work, course_id: str, course_work_id: str) -> CourseWork | None:
    """Ask for course work that the list does not have; without an answer there is no evidence."""
    try:
        return work.call(work.classroom().port.course_work_item, course_id, course_work_id)
    except ClassroomError as error:
        if error.transient:
            raise
        return None


def _read(work: Work, facts: Facts, results: Sequence[KnownResult]) -> Grades:
    """What the SIS holds now in these results' line items."""
    sections: dict[str, set[str]] = {}
    for known in results:
        sections.setdefault(known.class_sourced_id, set()).add(known.line_item_sourced_id)
    found = [
        work.call(read_grades, facts.sis.client, class_id, sorted(line_items))
        for class_id, line_items in sections.items()
    ]
    return Grades(
        results=tuple(result for one in found for result in one.results),
        unread=Unread(frozenset(place for one in found for place in one.unread.grades)),
    )


def _withdrawn_in_a_week(work: Work) -> int:
    since = now() - WEEK
    with work.district.read() as rows:
        recent = runs.page(rows, side=work.run.side, course_id=work.run.course_id, kinds=("export",)).items
        # From what was written down: a run that did not come to its end has no counts, and did delete.
        found = [runs.outcomes(rows, run.id, codes=[Code.WITHDRAWN]) for run in recent if run.created_at > since]
    return sum(map(len, found))


def plan_shown(work: Work, facts: Facts, planned: GradePlan, wanted: frozenset[str]) -> WithdrawalPlan:
    """Plan anew what a person ticked, by sourcedId.

    What a student's earlier section holds goes only after the new one was found to hold the grade.
    """
    memory = facts.memory()
    found = Claims.find(work, facts, memory, planned)
    arrived = _arrived(work)
    moved = [one for one in found.moved if (one.known.course_work_id, one.known.student_sourced_id) in arrived]
    claims = [one for one in (*found.removed, *moved) if one.known.sourced_id in wanted]
    return plan(work, facts, memory, claims)


def _arrived(work: Work) -> set[tuple[str | None, str | None]]:
    """The work and student of every grade that this run found in the SIS as it should be."""
    with work.district.read() as rows:
        found = runs.outcomes(rows, work.run.id)
    there = (Code.VERIFIED, Code.SKIPPED_UNCHANGED)
    return {(one.course_work_id, one.student_id) for one in found if one.code in there}


def as_held(work: Work, facts: Facts, planned: WithdrawalPlan) -> tuple[KnownResult, ...]:
    """What is to be taken back, each with the SIS's record of it as it is now."""
    held = _read(work, facts, planned.delete).by_id()
    return tuple(replace(known, held=held.get(known.sourced_id)) for known in planned.delete)


def emptied(facts: Facts, planned: WithdrawalPlan) -> tuple[LineItem, ...]:
    """The line items of deleted course work, as the SIS has them now."""
    ids = {one.sourced_id for one in facts.entries if one.course_work_id in planned.deleted_work}
    return tuple(
        item for book in facts.books for item in book.line_items if item.sourced_id in ids and item.active
    )


def carry_out(work: Work, facts: Facts, planned: WithdrawalPlan, doomed: Sequence[KnownResult]) -> None:
    """Delete these results, and write down of each what the SIS answered; read them back; what is emptied goes.

    Repeatable: what is gone already counts as taken back, and what somebody changed meanwhile stays. A refusal is
    about its own grade only, and whatever ends the step, what was deleted before it is written down.
    """
    with work.district.write() as rows:
        runs.record_outcomes(rows, work.run.id, [_row(facts, one.known, one.outcome) for one in planned.kept])
        _forget(rows, work, planned.gone)
    columns: dict[str, list[KnownResult]] = {}
    for known in doomed:
        columns.setdefault(known.line_item_sourced_id, []).append(known)
    for line_item, mine in columns.items():
        for first in range(0, len(mine), CHUNK):
            _take_back(work, facts, line_item, mine[first : first + CHUNK])
    _clear(work, facts, planned.deleted_work)


def _take_back(work: Work, facts: Facts, line_item: str, doomed: Sequence[KnownResult]) -> None:
    found = _read(work, facts, doomed)
    there = found.by_id()
    judged = [(known, _stays(known, there.get(known.sourced_id), found.unread)) for known in doomed]
    ours = [known for known, why in judged if why is None]
    with work.district.write() as rows:
        stay = [_row(facts, known, why) for known, why in judged if why is not None]
        gone = [_row(facts, one, Outcome.of(Code.WITHDRAWN)) for one in ours if one.sourced_id not in there]
        runs.record_outcomes(rows, work.run.id, [*stay, *gone])
    waiting = [known for known in ours if known.sourced_id in there]
    failed = insist(work, line_item, waiting, partial(_delete, work, facts))
    with work.district.write() as rows:
        runs.record_outcomes(rows, work.run.id, [_left_over(facts, known, error) for known, error in failed])
    _read_back(work, facts, ours)


def _stays(known: KnownResult, result: Result | None, unread: Unread) -> Outcome | None:
    """Why a result stays that was to go; None for one that is still ours, or gone."""
    if unread.grade(known.line_item_sourced_id, known.student_sourced_id):
        return Outcome.of(Code.RESULT_UNREADABLE)
    sis = held_value(result)
    if sis is None or (known.last_sent is not None and equal(known.last_sent, sis)):
        return None
    return Outcome.of(Code.WITHDRAWAL_CHANGED_IN_SIS, sent=shown(known.last_sent), sis=shown(sis))


def _delete(work: Work, facts: Facts, doomed: Sequence[KnownResult]) -> list[tuple[KnownResult, Exception]]:
    """Delete results and record those that the SIS let go or refused; the others, with what happened."""
    answers = list(zip(doomed, work.call(_delete_all, facts.sis.client, doomed), strict=True))
    failed: list[tuple[KnownResult, Exception]] = [
        (one, error) for one, error in answers if error is not None and not isinstance(error, REFUSALS)
    ]
    said = [
        _left_over(facts, one, answer) if answer else _row(facts, one, Outcome.of(Code.WITHDRAWN))
        for one, answer in answers
        if answer is None or isinstance(answer, REFUSALS)
    ]
    with work.district.write() as rows:
        runs.record_outcomes(rows, work.run.id, said)
    return failed


async def _delete_all(client: Client, doomed: Sequence[KnownResult]) -> list[OneRosterError | None]:
    return await asyncio.gather(*(_delete_one(client, known.sourced_id) for known in doomed))


async def _delete_one(client: Client, sourced_id: str) -> OneRosterError | None:
    """None once the SIS says that it is deleted, else its refusal or what went wrong."""
    try:
        said = await client.delete_result(sourced_id)
    except OneRosterError as error:
        return error
    return None if said.outcome == "done" else Rejected(status=said.status)


def _left_over(facts: Facts, known: KnownResult, error: Exception) -> runs.Outcome:
    words = error.words if isinstance(error, OneRosterError) else ""
    return replace(_row(facts, known, Outcome.of(Code.LEFTOVER_IN_SIS)), sis_words=words or None)


def _read_back(work: Work, facts: Facts, ours: Sequence[KnownResult]) -> None:
    """What is gone is remembered no more; what the SIS said to have deleted and still holds is left over."""
    found = _read(work, facts, ours)
    left = found.by_id()
    there = [one for one in ours if held_value(left.get(one.sourced_id)) is not None]
    with work.district.write() as rows:
        said = {one.subject: one.code for one in runs.outcomes(rows, work.run.id)}
        over = [_row(facts, one, Outcome.of(Code.LEFTOVER_IN_SIS)) for one in there]
        runs.record_outcomes(rows, work.run.id, [one for one in over if said.get(one.subject) == Code.WITHDRAWN])
        _forget(rows, work, [one for one in ours if one not in there])


def _forget(rows: Rows, work: Work, gone: Iterable[KnownResult]) -> None:
    for one in gone:
        connection_id = work.run.connection_id or ""
        grades.forget_results(rows, connection_id, one.line_item_sourced_id, [one.student_sourced_id])


def _clear(work: Work, facts: Facts, deleted_work: Collection[str]) -> None:
    """Delete the line items of deleted course work that are empty now; one that must stay is reported once."""
    for entry in facts.entries:
        mine = entry.course_work_id in deleted_work and entry.class_id not in facts.gone
        if not mine or entry.adopted or entry.retired:
            continue
        outcome = emptying.clear(work, entry)
        if outcome is None:
            continue
        with work.district.write() as rows:
            runs.record_outcomes(rows, work.run.id, [of_entry(entry, outcome)])
            grades.retire_line_item(rows, entry)


def waiting(facts: Facts, planned: WithdrawalPlan) -> list[runs.Outcome]:
    """The outcomes of what waits for a person: what an export that nobody attends finds and leaves."""
    found = [one for one in planned.kept if one.outcome.code is Code.WITHDRAWAL_WAITS]
    return [_row(facts, one.known, one.outcome) for one in found]


def _row(facts: Facts, known: KnownResult, outcome: Outcome) -> runs.Outcome:
    user_of = {student: user_id for user_id, student in facts.students().items()}
    user_id = user_of.get(known.student_sourced_id, "")
    who = user_id or known.student_sourced_id
    return runs.Outcome(
        subject=f"grade/{known.course_work_id}/{known.class_sourced_id}/{who}",
        code=str(outcome.code),
        params=dict(outcome.params),
        at=now(),
        course_work_id=known.course_work_id,
        class_id=known.class_sourced_id,
        user_id=user_id,
        student_id=known.student_sourced_id,
    )
