"""Writing to the SIS's gradebook: a line item, then results, each remembered as soon as the SIS has it."""

import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from classbridge.bridge.adoption import Wanted, candidates, possible_titles
from classbridge.bridge.identity import line_item_id
from classbridge.bridge.line_items import Step
from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.plan import ItemPlan, ResultPlan, placed, to_result
from classbridge.bridge.second_look import look_again
from classbridge.jobs.access import SisAccess
from classbridge.jobs.diagnosis import diagnose
from classbridge.jobs.export_facts import zone_of
from classbridge.jobs.export_plans import policy_of, renew
from classbridge.jobs.outcomes import of_item, of_line, subject
from classbridge.jobs.reading import find_section, read_grades
from classbridge.jobs.runtime import now
from classbridge.jobs.work import Work, request_of
from classbridge.oneroster import errors
from classbridge.oneroster.client import Client
from classbridge.oneroster.models import LineItem, Result
from classbridge.store import answers, grades, runs
from classbridge.store.grades import LineItemEntry, ResultEntry
from classbridge.store.rows import Rows

L = TypeVar("L")

REFUSALS = (errors.Rejected, errors.Forbidden, errors.NotFound)
"""Answers about this one line item or result; the others are about the SIS."""

PASSING = (errors.ServerFailed, errors.TimedOut)
"""Failures that may be of this one only; no connection or no sign-in concerns all."""

TRIES = 2
"""How often a result is put that the SIS stumbles over while it answers otherwise; each is several requests."""


def line_item(work: Work, item: ItemPlan) -> None:
    """Put the line item where the plan says so, and remember which; a refusal becomes its grades' outcome."""
    if item.put is not None:
        try:
            item = _put_line_item(work, item, item.put)
        except (*REFUSALS, *PASSING) as error:
            _refused(work, item, error)
            return
    entry = _entry(work, item)
    with work.district.write() as rows:
        grades.remember_line_item(rows, entry)


def _put_line_item(work: Work, item: ItemPlan, put: LineItem) -> ItemPlan:
    """Put it, again where that fails in passing while the SIS answers otherwise; the item as it is there."""
    try:
        return _as_put(work, item, put)
    except PASSING:
        work.call(find_section, work.sis().client, item.class_sourced_id)
    return _as_put(work, item, put)


def _as_put(work: Work, item: ItemPlan, put: LineItem) -> ItemPlan:
    if alike := _alike(work, item, put):
        return replace(item, step=Step.ADOPT, line_item_sourced_id=alike)
    return replace(item, line_item_sourced_id=work.call(work.sis().client.put_line_item, put).sourced_id)


def _alike(work: Work, item: ItemPlan, put: LineItem) -> str | None:
    """The line item that a SIS with ids of its own has by now for what is to be created.

    An earlier try may have made it, and a PUT would make another. It need not be ours, so it counts as adopted.
    """
    sis = work.sis()
    if not sis.rules.assigns_ids or item.step is not Step.CREATE:
        return None
    with work.district.read() as rows:
        known = grades.line_items_of_class(rows, sis.connection_id, item.class_sourced_id)
    wanted = Wanted(
        class_sourced_id=item.class_sourced_id,
        titles=possible_titles(put.title, put.title, sis.rules.title_max),
        dues=(put.due_date,),
        maximum=put.result_value_max,
    )
    taken = {*item.candidates, *(entry.sourced_id for entry in known)}
    listed = work.call(sis.client.line_items_of_class, item.class_sourced_id).records
    found = candidates(wanted, listed, taken, zone_of(work))
    return found[0].sourced_id if found else None


def _entry(work: Work, item: ItemPlan) -> LineItemEntry:
    known, sourced_id = stored(work, item), item.line_item_sourced_id
    earlier = known if known is not None and known.sourced_id == sourced_id else None
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
        adopted=item.step is Step.ADOPT or (earlier is not None and earlier.adopted),
        title=earlier.title if item.blocked and earlier else item.facts.title,
        sent=_sent(item, earlier),
        sent_at=now(),
    )


def _sent(item: ItemPlan, earlier: LineItemEntry | None) -> dict[str, Any]:
    """What the SIS was last sent of the line item, or holds alike; nothing new of what was stopped before."""
    if not item.blocked:
        return dict(msgspec.to_builtins(item.facts))
    return earlier.sent if earlier else {}


def _refused(work: Work, item: ItemPlan, error: errors.OneRosterError) -> None:
    """Write the refusal to the line item and to every grade that it stops."""
    outcome = _refusal(work, item, error)
    stopped = [of_line(line, outcome, error.words or None) for line in item.results if line.send]
    with work.district.write() as rows:
        runs.record_outcomes(rows, work.run.id, [of_item(item, outcome, error.words or None), *stopped])


def _refusal(work: Work, item: ItemPlan, error: errors.OneRosterError) -> Outcome:
    if locked(error):
        return Outcome.of(Code.LINE_ITEM_LOCKED, title=item.facts.title)
    if isinstance(error, errors.Rejected):
        return Outcome.of(Code.LINE_ITEM_REJECTED, title=item.facts.title)
    return diagnose(error, request_of(work, writing=True)).outcome


_LOCKED = re.compile(r"\b(locked|closed|frozen|read[ -]?only)\b", re.IGNORECASE)
"""What SIS say of an assignment or its grading period that takes nothing more: the standard has no code for it."""


def locked(error: Exception) -> bool:
    """Whether the SIS says that the assignment takes nothing more."""
    return isinstance(error, errors.Rejected | errors.Forbidden) and bool(_LOCKED.search(error.words))


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

    A SIS that goes away in the middle must not cost grades, and one grade that it stumbles over must not stop the
    rest for ever: where a put fails in passing, the line item is read, which raises while the SIS is away; what
    then fails again is that grade's outcome.
    """
    entry, waiting = stored(work, item), _waiting(work, item, lines)
    if entry is None or not waiting:
        return
    failed = insist(work, entry.sourced_id, waiting, partial(_send, work, entry))
    with work.district.write() as rows:
        for line, error in failed:
            _record_refusal(rows, work, entry, line, error)
        advance(rows, work, len(failed))


def insist(
    work: Work, line_item: str, waiting: Sequence[L], send: Callable[[Sequence[L]], list[tuple[L, Exception]]]
) -> list[tuple[L, Exception]]:
    """Send what waits, and again what failed in passing; what failed each time. Raises while the SIS is away."""
    failed: list[tuple[L, Exception]] = []
    for _ in range(TRIES):
        failed = send(waiting)
        if not failed:
            break
        _raise_if_away(work, line_item, [error for _, error in failed])
        waiting = [line for line, _ in failed]
    return failed


def _send(work: Work, entry: LineItemEntry, lines: Sequence[ResultPlan]) -> list[tuple[ResultPlan, Exception]]:
    """Put what is still to be sent, and record what the SIS took or refused; the others, with what happened."""
    today, looked = now().astimezone(zone_of(work)).date(), _look_again(work, entry, lines)
    ready = [line for line in looked if line.send]
    answers = list(zip(ready, work.call(_put_all, work.sis(), entry.sourced_id, ready, today), strict=True))
    failed = [(line, e) for line, e in answers if isinstance(e, Exception) and not isinstance(e, REFUSALS)]
    with work.district.write() as rows:
        for line in looked:
            if not line.send:
                _record_found(rows, work, entry, line)
        for line, answer in answers:
            if isinstance(answer, str):
                _remember(rows, work, entry, line, answer)
            elif isinstance(answer, REFUSALS):
                _record_refusal(rows, work, entry, line, answer)
        advance(rows, work, len(looked) - len(failed))
    return failed


def _look_again(work: Work, entry: LineItemEntry, lines: Sequence[ResultPlan]) -> list[ResultPlan]:
    """The lines as they are to be done now; what is about to be sent is kept with what the SIS holds before."""
    found = work.call(read_grades, work.sis().client, entry.class_id, [entry.sourced_id])
    policy, attended = policy_of(work), work.run.attended
    looked = [
        look_again(
            line,
            found.results,
            policy,
            attended=attended,
            unread=found.unread.grade(entry.sourced_id, line.student_sourced_id or ""),
        )
        for line in lines
    ]
    renew(work, [new for old, new in zip(lines, looked, strict=True) if new.send and new.held != old.held])
    return looked


def _record_found(rows: Rows, work: Work, entry: LineItemEntry, line: ResultPlan) -> None:
    """Write down what the second look found of a grade that is not put."""
    if line.outcome is not None and line.outcome.code is not Code.NOT_READ_BACK:
        runs.record_outcomes(rows, work.run.id, [of_line(line, line.outcome)])
    else:
        _remember(rows, work, entry, line, line.sourced_id)


def _raise_if_away(work: Work, line_item: str, failed: Sequence[Exception]) -> None:
    for error in failed:
        if not isinstance(error, PASSING):
            raise error
    work.call(work.sis().client.line_item, line_item)


def advance(rows: Rows, work: Work, count: int) -> None:
    """Count so many more as handled."""
    runs.progress(rows, work.run.id, done=runs.get(rows, work.run.id).done + count)


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
    answers.ask_again(rows, entry.connection_id, [(entry.sourced_id, line.student_sourced_id)])
    runs.record_outcomes(rows, work.run.id, [of_line(line, Outcome.of(Code.NOT_READ_BACK))])


def _record_refusal(rows: Rows, work: Work, entry: LineItemEntry, line: ResultPlan, error: Exception) -> None:
    outcome, words = refusal(work, error, entry.title)
    runs.record_outcomes(rows, work.run.id, [of_line(line, outcome, words)])


def refusal(work: Work, error: Exception, title: str) -> tuple[Outcome, str | None]:
    """What the SIS's refusal of one grade of the line item `title` means, and its own words."""
    found = diagnose(error, request_of(work, writing=True))
    if locked(error):
        return Outcome.of(Code.LINE_ITEM_LOCKED, title=title), found.words
    return Outcome.of(Code.SCORE_REJECTED) if isinstance(error, errors.Rejected) else found.outcome, found.words
