"""An undo of an export: plan, then per line item its results in chunks, the proof, and what is empty goes.

Each step may run twice. Before a result is put or deleted the SIS is looked at anew: what is back already is not
put a second time, and what somebody changed meanwhile stays.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from functools import partial

import msgspec
from msgspec.structs import replace

from classbridge.bridge.equality import Value, shown
from classbridge.bridge.outcome import Code, Kind, Outcome, catalogue
from classbridge.bridge.undo import UndoItem, UndoLine, UndoPlan, UndoStep, judge, same, to_put
from classbridge.jobs import emptying, gate
from classbridge.jobs.export_sending import REFUSALS, advance, insist, refusal
from classbridge.jobs.keeping import keep_results
from classbridge.jobs.outcomes import of_entry, of_undone, undo_subject
from classbridge.jobs.reading import Grades, read_grades
from classbridge.jobs.runtime import now
from classbridge.jobs.undo_facts import make_plan
from classbridge.jobs.work import RunEndedError, Work, finish, run_step
from classbridge.jobs.workflow import outlast, workflow
from classbridge.oneroster import errors
from classbridge.oneroster.client import Client
from classbridge.store import grades, runs
from classbridge.store.grades import LineItemEntry, ResultEntry
from classbridge.store.rows import Rows

CHUNK = 25
"""Results per step: few enough that a killed worker repeats little."""

Answer = tuple[UndoLine, str | Exception]
"""A line with the id that the SIS keeps its result under, or what went wrong."""


@workflow("preview-undo")
def preview_undo(district_id: str, run_id: str) -> None:
    """Plan an undo and keep the plan for the page; nothing is changed."""
    try:
        outlast(plan_preview, district_id, run_id)
    except RunEndedError:
        return


@workflow("undo")
def undo(district_id: str, run_id: str) -> None:
    """Put back what the SIS held before an export, and read it back."""
    try:
        sizes = outlast(plan_for_undoing, district_id, run_id)
        for item, size in enumerate(sizes):
            for first in range(0, size, CHUNK):
                outlast(put_back, district_id, run_id, item, first)
            outlast(verify, district_id, run_id, item)
        outlast(close, district_id, run_id)
    except RunEndedError:
        return


@run_step("undo.preview")
def plan_preview(work: Work) -> None:
    """Plan and keep the plan."""
    gate.check(work)
    plan = make_plan(work)
    with work.district.write() as rows:
        runs.save_plan(rows, work.run.id, plan)
    finish(work, dict(Counter(str(line.step) for line in plan.lines())))


@run_step("undo.plan")
def plan_for_undoing(work: Work) -> list[int]:
    """Plan anew, for the preview may be old; per line item the number of grades that go back."""
    gate.check(work)
    plan = make_plan(work)
    stay = [of_undone(line, line.outcome) for line in plan.lines() if line.outcome is not None]
    with work.district.write() as rows:
        runs.save_plan(rows, work.run.id, plan)
        runs.record_outcomes(rows, work.run.id, stay)
        runs.progress(rows, work.run.id, done=0, total=2 * plan.to_do())
    return [len(_acting(item)) for item in plan.items]


def _acting(item: UndoItem) -> list[UndoLine]:
    return [line for line in item.lines if line.step is not UndoStep.STAY]


def _item(work: Work, item: int) -> UndoItem:
    with work.district.read() as rows:
        return msgspec.convert(runs.plan(rows, work.run.id), UndoPlan).items[item]


def _entry(work: Work, item: UndoItem) -> LineItemEntry | None:
    """What is remembered of the line item that the undo is about; None where another stands in its place now."""
    run = work.run
    with work.district.read() as rows:
        found = grades.line_item_of(
            rows,
            run.connection_id or "",
            run.side or "",
            run.course_id or "",
            item.course_work_id,
            item.class_sourced_id,
        )
    mine = found is not None and item.line_item_sourced_id in (found.sourced_id, found.requested_id)
    return found if mine or (found is not None and item.back is not None) else None


@run_step("undo.results")
def put_back(work: Work, item: int, first: int) -> None:
    """Put or delete a chunk of results that this run has not dealt with yet."""
    planned = _item(work, item)
    lines = _acting(planned)[first : first + CHUNK]
    with work.district.read() as rows:
        found = runs.outcomes(rows, work.run.id, course_work_id=planned.course_work_id)
    said = {one.subject for one in found}
    waiting = [line for line in lines if undo_subject(line) not in said]
    if not waiting:
        return
    try:
        line_item = _line_item(work, planned)
    except REFUSALS as refused:
        with work.district.write() as rows:
            for line in waiting:
                _record_refusal(rows, work, planned, line, refused)
        return
    there = work.call(read_grades, work.sis().client, planned.class_sourced_id, [line_item])
    judged = [_again(work, line, there) for line in waiting]
    failed = insist(work, line_item, judged, partial(_send, work, planned, line_item))
    with work.district.write() as rows:
        for line, error in failed:
            _record_refusal(rows, work, planned, line, error)
        advance(rows, work, len(failed))


def _line_item(work: Work, item: UndoItem) -> str:
    """The id of the line item; one that the export deleted is put again first."""
    entry, back = _entry(work, item), item.back
    if back is None or entry is None or not entry.retired:
        return entry.sourced_id if entry else item.line_item_sourced_id
    written = work.call(work.sis().client.put_line_item, back)
    with work.district.write() as rows:
        grades.remember_line_item(rows, replace(entry, sourced_id=written.sourced_id, sent_at=now()))
    return written.sourced_id


def _again(work: Work, line: UndoLine, there: Grades) -> UndoLine:
    """The line as it is to be done now; one that is back already only has to be read back."""
    found = judge(line.done, there.results, work.sis().rules, there.unread)
    if found.outcome is not None and found.outcome.code is Code.UNDO_NOT_NEEDED:
        return replace(found, outcome=Outcome.of(Code.NOT_READ_BACK))
    return found


def _send(
    work: Work, item: UndoItem, line_item: str, lines: Sequence[UndoLine]
) -> list[tuple[UndoLine, Exception]]:
    """Do it and write down what the SIS took or refused; the others, with what happened."""
    answers = list(zip(lines, work.call(_do_all, work.sis().client, line_item, lines), strict=True))
    failed = [(line, e) for line, e in answers if isinstance(e, Exception) and not isinstance(e, REFUSALS)]
    with work.district.write() as rows:
        for line, answer in answers:
            if isinstance(answer, str):
                _remember(rows, work, line_item, line, answer)
            elif isinstance(answer, REFUSALS):
                _record_refusal(rows, work, item, line, answer)
        advance(rows, work, len(answers) - len(failed))
    return failed


async def _do_all(client: Client, line_item: str, lines: Sequence[UndoLine]) -> list[str | Exception]:
    return await asyncio.gather(*(_do(client, line_item, line) for line in lines))


async def _do(client: Client, line_item: str, line: UndoLine) -> str | Exception:
    """The id of the result that is dealt with; "" where the SIS says that it cannot delete."""
    try:
        if line.step is UndoStep.PUT:
            return (await client.put_result(to_put(line, line_item))).sourced_id
        if line.step is UndoStep.DELETE and (await client.delete_result(line.sourced_id)).outcome == "refused":
            return ""
    except errors.OneRosterError as error:
        return error
    return line.sourced_id or line.done.sourced_id


def _remember(rows: Rows, work: Work, line_item: str, line: UndoLine, sourced_id: str) -> None:
    """Remember what the SIS holds now: the next export sees it as its own last word."""
    outcome = line.outcome or Outcome.of(Code.NOT_READ_BACK if sourced_id else Code.UNDO_LEFTOVER)
    if outcome.code is Code.NOT_READ_BACK:
        _note(rows, work, line_item, line, line.done.earlier, sourced_id)
    runs.record_outcomes(rows, work.run.id, [of_undone(line, outcome)])


def _note(
    rows: Rows,
    work: Work,
    line_item: str,
    line: UndoLine,
    value: Value | None,
    sourced_id: str,
    *,
    proved: bool = False,
) -> None:
    connection_id, done = work.run.connection_id or "", line.done
    if value is None:
        grades.forget_results(rows, connection_id, line_item, [done.student_sourced_id])
        return
    entry = ResultEntry(
        connection_id=connection_id,
        line_item_id=line_item,
        student_id=done.student_sourced_id,
        requested_id=done.sourced_id,
        sourced_id=sourced_id,
        ours=done.created,
        score=value.score,
        score_status=value.status,
        sent_at=now(),
        verified_at=now() if proved else None,
    )
    grades.remember_results(rows, [entry])


def _record_refusal(rows: Rows, work: Work, item: UndoItem, line: UndoLine, error: Exception) -> None:
    outcome, words = refusal(work, error, item.title)
    runs.record_outcomes(rows, work.run.id, [of_undone(line, outcome, words)])


@run_step("undo.verify")
def verify(work: Work, item: int) -> None:
    """Read one line item back and compare; then delete it, if the export made it and it is empty."""
    planned = _item(work, item)
    entry = _entry(work, planned)
    line_item = entry.sourced_id if entry else planned.line_item_sourced_id
    with work.district.read() as rows:
        found = runs.outcomes(rows, work.run.id, course_work_id=planned.course_work_id)
    said = {one.subject: one.code for one in found}
    sent = [line for line in _acting(planned) if said.get(undo_subject(line)) == Code.NOT_READ_BACK]
    there = _read(work, planned, line_item)
    with work.district.write() as rows:
        for line in sent:
            _judge(rows, work, line_item, line, there)
        advance(rows, work, len(sent))
    # Not asked whether it is there now: a step that was killed after its delete has yet to write that down.
    if planned.made and planned.there and entry is not None and not entry.adopted and not entry.retired:
        _clear(work, entry)


def _read(work: Work, item: UndoItem, line_item: str) -> Grades:
    client = work.sis().client
    found = work.call(read_grades, client, item.class_sourced_id, [line_item])
    there = work.call(emptying.line_item_there, client, line_item)
    if there is not None:
        keep_results(work, item.class_sourced_id, [there], found.results)
    return found


def _judge(rows: Rows, work: Work, line_item: str, line: UndoLine, there: Grades) -> None:
    found = judge(line.done, there.results, work.sis().rules, there.unread)
    if found.outcome is not None and found.outcome.code is Code.RESULT_UNREADABLE:
        runs.record_outcomes(rows, work.run.id, [of_undone(line, found.outcome)])
        return
    earlier = line.done.earlier
    _note(rows, work, line_item, line, earlier, found.sourced_id, proved=same(earlier, found.sis))
    if found.outcome is not None and found.outcome.code is Code.RESULT_AMBIGUOUS:
        outcome = found.outcome
    elif same(earlier, found.sis):
        outcome = Outcome.of(Code.UNDO_REMOVED if earlier is None else Code.UNDO_PUT_BACK)
    elif earlier is None:
        _note(rows, work, line_item, line, line.done.left, found.sourced_id)
        outcome = Outcome.of(Code.UNDO_LEFTOVER)
    else:
        outcome = Outcome.of(Code.NOT_VERIFIED, sent=shown(earlier), found=shown(found.sis))
    runs.record_outcomes(rows, work.run.id, [of_undone(line, outcome)])


def _clear(work: Work, entry: LineItemEntry) -> None:
    outcome = emptying.clear(work, entry)
    if outcome is None:
        return
    with work.district.write() as rows:
        runs.record_outcomes(rows, work.run.id, [of_entry(entry, outcome)])
        if outcome.code is Code.LINE_ITEM_REMOVED:
            grades.retire_line_item(rows, entry)


@run_step("undo.close")
def close(work: Work) -> None:
    """Count and end the run."""
    with work.district.read() as rows:
        found = runs.outcomes(rows, work.run.id)
    counts = Counter(_heading(Code(one.code)) for one in found)
    finish(work, dict(counts))


def _heading(code: Code) -> str:
    if code in (Code.UNDO_PUT_BACK, Code.UNDO_REMOVED):
        return "undone"
    kind = catalogue[code].kind
    return "notes" if kind is Kind.INFO else kind.value
