"""Writing to the SIS's gradebook: a line item, then results, each remembered as soon as the SIS has it."""

import asyncio
from collections.abc import Sequence
from datetime import date

import msgspec

from classbridge.bridge.grades import ItemPlan, ResultPlan, placed, to_result
from classbridge.bridge.identity import line_item_id
from classbridge.bridge.line_items import Step
from classbridge.bridge.outcome import Code, Outcome
from classbridge.jobs.access import SisAccess
from classbridge.jobs.diagnosis import diagnose
from classbridge.jobs.export_planning import zone_of
from classbridge.jobs.outcomes import of_item, of_line, subject
from classbridge.jobs.runtime import now
from classbridge.jobs.work import Work, request_of
from classbridge.oneroster import errors
from classbridge.oneroster.client import Client
from classbridge.oneroster.models import Result
from classbridge.store import grades, runs
from classbridge.store.grades import LineItemEntry, ResultEntry
from classbridge.store.rows import Rows

REFUSALS = (errors.Rejected, errors.Forbidden, errors.NotFound)
"""Answers about this one line item or result; the others are about the SIS."""


def line_item(work: Work, item: ItemPlan) -> None:
    """Put the line item where the plan says so, and remember which; a refusal becomes its grades' outcome."""
    sis = work.sis()
    sourced_id = item.line_item_sourced_id
    if item.put is not None:
        try:
            written = work.call(sis.client.put_line_item, item.put)
        except REFUSALS as error:
            _refused(work, item, error)
            return
        sourced_id = written.sourced_id
    with work.district.write() as rows:
        grades.remember_line_item(rows, _entry(work, item, sourced_id))


def _entry(work: Work, item: ItemPlan, sourced_id: str) -> LineItemEntry:
    side, course_id = work.run.side or "", work.run.course_id or ""
    return LineItemEntry(
        connection_id=work.run.connection_id or "",
        side=side,
        course_id=course_id,
        course_work_id=item.course_work_id,
        class_id=item.class_sourced_id,
        generation=item.generation,
        requested_id=line_item_id(side, course_id, item.course_work_id, item.class_sourced_id, item.generation),
        sourced_id=sourced_id,
        adopted=item.step is Step.ADOPT,
        title=item.facts.title,
        sent=msgspec.to_builtins(item.facts),
        sent_at=now(),
    )


def _refused(work: Work, item: ItemPlan, error: errors.OneRosterError) -> None:
    """Write the refusal to the line item and to every grade that it stops."""
    outcome = _refusal(work, item, error)
    stopped = [of_line(line, outcome, error.words or None) for line in item.results if line.send]
    with work.district.write() as rows:
        runs.record_outcomes(rows, work.run.id, [of_item(item, outcome, error.words or None), *stopped])


def _refusal(work: Work, item: ItemPlan, error: errors.OneRosterError) -> Outcome:
    if isinstance(error, errors.Rejected):
        return Outcome.of(Code.LINE_ITEM_REJECTED, title=item.facts.title)
    return diagnose(error, request_of(work, writing=True)).outcome


def placed_as_stored(work: Work, item: ItemPlan) -> ItemPlan:
    """The item with its results' ids derived from the id that the SIS gave the line item (Q32)."""
    entry = stored(work, item)
    return item if entry is None else placed(item, entry.sourced_id)


def stored(work: Work, item: ItemPlan) -> LineItemEntry | None:
    """What is remembered of the item's place in the SIS."""
    with work.district.read() as rows:
        return grades.line_item_of(
            rows,
            work.run.connection_id or "",
            work.run.side or "",
            work.run.course_id or "",
            item.course_work_id,
            item.class_sourced_id,
        )


def results(work: Work, item: ItemPlan, lines: Sequence[ResultPlan]) -> None:
    """Put results, a few at a time; each answer is written down before anything is raised.

    Where the SIS failed for all that were asked, it is away: the first failure is raised and the rest waits. Where
    it failed for some only, those are outcomes.
    """
    entry, waiting = stored(work, item), _waiting(work, item, lines)
    if entry is None or not waiting:
        return
    answers = work.call(_put_all, work.sis(), entry.sourced_id, waiting, now().astimezone(zone_of(work)).date())
    failures = [answer for answer in answers if isinstance(answer, Exception)]
    outages = [failure for failure in failures if not isinstance(failure, REFUSALS)]
    away = len(outages) == len(answers) or any(not _passing(failure) for failure in outages)
    with work.district.write() as rows:
        for line, answer in zip(waiting, answers, strict=True):
            if isinstance(answer, str):
                _remember(rows, work, entry, line, answer)
            elif isinstance(answer, REFUSALS) or not away:
                _record_refusal(rows, work, line, answer)
        run = runs.get(rows, work.run.id)
        runs.progress(rows, run.id, done=run.done + len(waiting) - (len(outages) if away else 0))
    if away:
        raise outages[0]


def _waiting(work: Work, item: ItemPlan, lines: Sequence[ResultPlan]) -> list[ResultPlan]:
    """The lines that this run has neither put nor been refused yet."""
    with work.district.read() as rows:
        said = {o.subject for o in runs.outcomes(rows, work.run.id, course_work_id=item.course_work_id)}
    return [line for line in lines if subject(line) not in said]


async def _put_all(sis: SisAccess, line_item: str, lines: Sequence[ResultPlan], on: date) -> list[str | Exception]:
    return await asyncio.gather(*(_put(sis.client, to_result(line, line_item, on)) for line in lines))


async def _put(client: Client, result: Result) -> str | Exception:
    try:
        return (await client.put_result(result)).sourced_id
    except errors.OneRosterError as error:
        return error


def _passing(error: Exception) -> bool:
    """Whether the SIS may have failed for one grade only; no connection or no sign-in concerns all."""
    return isinstance(error, errors.ServerFailed | errors.TimedOut)


def _remember(rows: Rows, work: Work, entry: LineItemEntry, line: ResultPlan, sourced_id: str) -> None:
    held = line.predicted
    if held is None or line.student_sourced_id is None:
        raise ValueError("only a line with a grade and a student is ever sent")
    grades.remember_results(
        rows,
        [
            ResultEntry(
                connection_id=entry.connection_id,
                line_item_id=entry.sourced_id,
                student_id=line.student_sourced_id,
                requested_id=line.sourced_id,
                sourced_id=sourced_id,
                ours=line.created,
                score=held.score,
                score_status=held.status,
                sent_at=now(),
            )
        ],
    )
    runs.record_outcomes(rows, work.run.id, [of_line(line, Outcome.of(Code.NOT_READ_BACK))])


def _record_refusal(rows: Rows, work: Work, line: ResultPlan, error: Exception) -> None:
    found = diagnose(error, request_of(work, writing=True))
    outcome = Outcome.of(Code.SCORE_REJECTED) if isinstance(error, errors.Rejected) else found.outcome
    runs.record_outcomes(rows, work.run.id, [of_line(line, outcome, found.words)])
