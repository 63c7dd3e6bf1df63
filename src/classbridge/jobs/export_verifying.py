"""The proof: what was sent is read back from the SIS and compared with what its profile predicts."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from classbridge.bridge.decision import Verdict, held_value
from classbridge.bridge.equality import Value, equal, shown
from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.plan import ItemPlan, ResultPlan
from classbridge.bridge.results import of_student, used
from classbridge.jobs.emptying import line_item_there
from classbridge.jobs.export_sending import advance, stored
from classbridge.jobs.keeping import keep_results
from classbridge.jobs.outcomes import of_line, subject
from classbridge.jobs.reading import read_results
from classbridge.jobs.runtime import now
from classbridge.jobs.work import Work
from classbridge.oneroster.models import Result
from classbridge.store import answers, grades, runs
from classbridge.store.grades import LineItemEntry, ResultEntry

SEEN = frozenset(
    (
        Code.NOT_READ_BACK,
        Code.SKIPPED_UNCHANGED,
        Code.DRIFTED_HELD,
        Code.DRIFTED_SKIPPED,
        Code.DRIFTED_KEPT,
    )
)
"""The outcomes of grades for which the SIS is read: to be proved, or for the pages. A refusal is none of them."""


def line_item(work: Work, item: ItemPlan) -> None:
    """Compare every grade of the item that the SIS should hold now: those sent and those found unchanged."""
    entry = stored(work, item)
    with work.district.read() as rows:
        said = {o.subject: o.code for o in runs.outcomes(rows, work.run.id, course_work_id=item.course_work_id)}
    if entry is None or entry.retired or not any(said.get(subject(line)) in SEEN for line in item.results):
        return
    found = _read(work, entry)
    sent = [line for line in item.results if said.get(subject(line)) == Code.NOT_READ_BACK]
    with work.district.write() as rows:
        known = grades.results_of(rows, entry.connection_id, entry.sourced_id)
        outcomes = [of_line(line, _judge(line, known, found)) for line in sent]
        runs.record_outcomes(rows, work.run.id, outcomes)
        proved = [
            replace(known[outcome.student_id], verified_at=now())
            for outcome in outcomes
            if outcome.code == Code.VERIFIED and outcome.student_id in known
        ]
        unchanged = _found_unchanged(entry.connection_id, item, known, found)
        grades.remember_results(rows, [*proved, *unchanged])
        # Where both sides agree, nothing is left of what was kept against Classroom's grade.
        answers.ask_again(rows, entry.connection_id, [(one.line_item_id, one.student_id) for one in unchanged])
        advance(rows, work, len(sent))


def _read(work: Work, entry: LineItemEntry) -> list[Result]:
    """What the SIS holds of the line item, kept for the pages too; nothing where the line item is gone."""
    client = work.sis().client
    results = work.call(read_results, client, entry.class_id, [entry.sourced_id])
    there = work.call(line_item_there, client, entry.sourced_id)
    if there is None:
        return []
    keep_results(work, entry.class_id, [there], results)
    return results


def _judge(line: ResultPlan, known: Mapping[str, ResultEntry], found: Sequence[Result]) -> Outcome:
    student = line.student_sourced_id or ""
    mine = of_student(found, student)
    result = used(mine, known[student].sourced_id if student in known else line.sourced_id)
    if result is None and mine:
        return Outcome.of(Code.RESULT_AMBIGUOUS, count=len(mine))
    value = held_value(result)
    if value is None or line.predicted is None:
        return Outcome.of(Code.NOT_VERIFIED, sent=shown(line.predicted), found="–")
    if equal(line.predicted, value):
        return Outcome.of(Code.VERIFIED)
    return Outcome.of(Code.NOT_VERIFIED, sent=line.predicted, found=value)


def _found_unchanged(
    connection_id: str, item: ItemPlan, known: Mapping[str, ResultEntry], found: Sequence[Result]
) -> list[ResultEntry]:
    """Grades that the SIS already held equal: known from now on. One under an id that we derive is ours."""
    return [
        ResultEntry(
            connection_id=connection_id,
            line_item_id=item.line_item_sourced_id,
            student_id=line.student_sourced_id,
            requested_id=line.sourced_id,
            sourced_id=result.sourced_id,
            ours=line.created,
            score=line.sis.score,
            score_status=line.sis.status,
            sent_at=now(),
            verified_at=now(),
        )
        for line in item.results
        if line.sis is not None
        and line.student_sourced_id is not None
        and line.verdict is Verdict.UNCHANGED
        and not _remembered(known.get(line.student_sourced_id), line.sis)
        and (result := used(of_student(found, line.student_sourced_id), line.sourced_id)) is not None
    ]


def _remembered(entry: ResultEntry | None, value: Value) -> bool:
    """Whether this value is known and was read back; a cancelled export leaves grades that nobody read back."""
    return (
        entry is not None
        and entry.verified_at is not None
        and equal(Value(entry.score, entry.score_status), value)
    )
