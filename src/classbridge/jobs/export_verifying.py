"""The proof: what was sent is read back from the SIS and compared with what its profile predicts."""

from collections.abc import Mapping

from msgspec.structs import replace

from classbridge.bridge.decision import Verdict, held_value
from classbridge.bridge.equality import Value, equal, shown
from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.plan import ItemPlan, ResultPlan
from classbridge.jobs.export_sending import stored
from classbridge.jobs.keeping import keep_results
from classbridge.jobs.outcomes import of_line, subject
from classbridge.jobs.reading import read_results
from classbridge.jobs.runtime import now
from classbridge.jobs.work import Work
from classbridge.oneroster.models import Result
from classbridge.store import answers, grades, runs
from classbridge.store.grades import ResultEntry


def line_item(work: Work, item: ItemPlan) -> None:
    """Compare every grade of the item that the SIS should hold now: those sent and those found unchanged."""
    entry = stored(work, item)
    with work.district.read() as rows:
        said = {o.subject: o.code for o in runs.outcomes(rows, work.run.id, course_work_id=item.course_work_id)}
    if entry is None:
        return
    found = work.call(read_results, work.sis().client, item.class_sourced_id, [entry.sourced_id])
    as_held = work.call(work.sis().client.line_item, entry.sourced_id)
    keep_results(work, item.class_sourced_id, [as_held], found)
    by_student = {result.student.sourced_id: result for result in found if result.active}
    sent = [line for line in item.results if said.get(subject(line)) == Code.NOT_READ_BACK]
    outcomes = [of_line(line, _judge(line, by_student)) for line in sent]
    with work.district.write() as rows:
        runs.record_outcomes(rows, work.run.id, outcomes)
        known = grades.results_of(rows, entry.connection_id, entry.sourced_id)
        proved = [
            replace(known[outcome.student_id], verified_at=now())
            for outcome in outcomes
            if outcome.code == Code.VERIFIED and outcome.student_id in known
        ]
        unchanged = _found_unchanged(entry.connection_id, item, known, by_student)
        grades.remember_results(rows, [*proved, *unchanged])
        # Where both sides agree, nothing is left of what was kept against Classroom's grade.
        answers.ask_again(rows, entry.connection_id, [(one.line_item_id, one.student_id) for one in unchanged])
        run = runs.get(rows, work.run.id)
        runs.progress(rows, run.id, done=run.done + len(sent))


def _judge(line: ResultPlan, by_student: Mapping[str, Result]) -> Outcome:
    value = held_value(by_student.get(line.student_sourced_id or ""))
    if value is None or line.predicted is None:
        return Outcome.of(Code.NOT_VERIFIED, sent=shown(line.predicted), found="–")
    if equal(line.predicted, value):
        return Outcome.of(Code.VERIFIED)
    return Outcome.of(Code.NOT_VERIFIED, sent=line.predicted, found=value)


def _found_unchanged(
    connection_id: str, item: ItemPlan, known: Mapping[str, ResultEntry], by_student: Mapping[str, Result]
) -> list[ResultEntry]:
    """Grades that the SIS already held equal: known from now on. One under an id that we derive is ours."""
    return [
        ResultEntry(
            connection_id=connection_id,
            line_item_id=item.line_item_sourced_id,
            student_id=line.student_sourced_id,
            requested_id=line.sourced_id,
            sourced_id=by_student[line.student_sourced_id].sourced_id,
            ours=line.created,
            score=line.sis.score,
            score_status=line.sis.status,
            sent_at=now(),
            verified_at=now(),
        )
        for line in item.results
        if line.sis is not None
        and line.student_sourced_id is not None
        and line.student_sourced_id in by_student
        and line.verdict is Verdict.UNCHANGED
        and not _remembered(known.get(line.student_sourced_id), line.sis)
    ]


def _remembered(entry: ResultEntry | None, value: Value) -> bool:
    """Whether this value is known and was read back; a cancelled export leaves grades that nobody read back."""
    return (
        entry is not None
        and entry.verified_at is not None
        and equal(Value(entry.score, entry.score_status), value)
    )
