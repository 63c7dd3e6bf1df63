"""The write test: one line item and one result in a class that the admin chose, read back and deleted again.

The result has full points, so that a SIS that refuses to delete it is left with nothing that lowers a grade. The
ids come from the run, so that a step that is repeated writes nothing twice and finds what it must delete.
"""

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from classbridge.bridge.clock import session_on
from classbridge.bridge.decision import held_value
from classbridge.bridge.identity import line_item_id, result_id
from classbridge.bridge.line_items import Place, Step, Target, to_line_item
from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.preflight import Gradebook, plan_titles, prepare
from classbridge.classroom.models import CourseWork, Date
from classbridge.jobs.access import SisAccess
from classbridge.jobs.authorizing import STAGES, Proof
from classbridge.jobs.diagnosis import Diagnosis, diagnose
from classbridge.jobs.export_facts import default_category, zone_of
from classbridge.jobs.reading import SectionGradebook, read_gradebook, read_results
from classbridge.jobs.runtime import now
from classbridge.jobs.work import OUTSIDE, RunEndedError, Work, request_of, run_step
from classbridge.jobs.workflow import workflow
from classbridge.oneroster.errors import OneRosterError
from classbridge.oneroster.models import LineItem, Ref, Result
from classbridge.store import connections, runs

TITLE = "classbridge write test"
POINTS = Decimal(10)
SIDE = "write-test"
"""Stands where ids of exports have the Classroom: no export ever gets the same ids."""


@workflow("write-test")
def write_test(district_id: str, run_id: str) -> None:
    """Write, read back, delete, and keep the outcome as the connection's proof of writing."""
    try:
        written = write(district_id, run_id)
        left = clean(district_id, run_id, written)
        conclude(district_id, run_id, written, left)
    except RunEndedError:
        return


@run_step("write_test.write")
def write(work: Work) -> dict[str, Any]:
    """Write and read back; what happened, and the ids that the SIS gave, which must be deleted."""
    sis, class_id = work.sis(), str(work.run.request["class_id"])
    ids = {"item": line_item_id(SIDE, "", work.run.id, class_id), "result": "", "words": None}
    try:
        book = work.call(read_gradebook, sis.client, work.call(sis.client.class_, class_id), sis.rules)
        outcome = _write(work, sis, book, ids)
    except OUTSIDE as error:
        found: Diagnosis = diagnose(error, request_of(work, writing=True))
        outcome, ids["words"] = found.outcome, found.words
    work.progress(1, 3)
    return {"code": str(outcome.code), "params": outcome.params, **ids}


def _write(work: Work, sis: SisAccess, book: SectionGradebook, ids: dict[str, Any]) -> Outcome:
    student = next((user.sourced_id for user in book.students if user.active), None)
    if student is None:
        return Outcome.of(Code.WRITE_TEST_NO_STUDENT)
    today = now().astimezone(zone_of(work)).date()
    item = _line_item(work, sis, book, ids["item"], today)
    if isinstance(item, Outcome):
        return item
    ids["item"] = work.call(sis.client.put_line_item, item).sourced_id
    ids["result"] = result_id(ids["item"], student)
    result = Result(
        sourced_id=ids["result"],
        line_item=Ref(sourced_id=ids["item"], type="lineItem"),
        student=Ref(sourced_id=student, type="user"),
        score_status="fully graded",
        score=POINTS,
        score_date=today,
    )
    ids["result"] = work.call(sis.client.put_result, result).sourced_id
    held = work.call(read_results, sis.client, book.class_.sourced_id, [ids["item"]])
    kept = [held_value(one) for one in held if one.student.sourced_id == student]
    if not any(value is not None and value.score == POINTS for value in kept):
        return Outcome.of(Code.WRITE_TEST_NOT_KEPT)
    return Outcome.of(Code.WRITE_TESTED)


def _line_item(
    work: Work, sis: SisAccess, book: SectionGradebook, sourced_id: str, today: date
) -> LineItem | Outcome:
    """The line item as an export would send it, or the rule of the SIS that it cannot meet."""
    gradebook = Gradebook(
        rules=sis.rules,
        zone=zone_of(work),
        categories=book.categories,
        terms=book.terms,
        default_category=default_category(sis.rules, book),
    )
    day = _day(book, today)
    task = CourseWork(
        id=work.run.id,
        title=TITLE,
        max_points=POINTS,
        due_date=Date(year=day.year, month=day.month, day=day.day),
        creation_time=now(),
    )
    prepared = prepare(task, plan_titles([task], sis.rules)[task.id], gradebook)
    if prepared.blocking is not None:
        return prepared.blocking
    place = Place(
        side=SIDE,
        work=task,
        class_sourced_id=book.class_.sourced_id,
        school_sourced_id=book.class_.school.sourced_id if book.class_.school else None,
        listed={},
        taken=(),
        gradebook=gradebook,
        prepared=prepared,
    )
    return to_line_item(place, Target(step=Step.CREATE, sourced_id=sourced_id))


def _day(book: SectionGradebook, today: date) -> date:
    """Today, or where no term of the class is open the last day of its last one."""
    if not book.terms or session_on(today, book.terms) is not None:
        return today
    return max(term.end_date for term in book.terms)


@run_step("write_test.clean")
def clean(work: Work, written: dict[str, Any]) -> bool:
    """Delete what was written, as far as the SIS lets; whether the line item is still there."""
    sis, class_id = work.sis(), str(work.run.request["class_id"])
    for delete, sourced_id in (
        (sis.client.delete_result, written["result"]),
        (sis.client.delete_line_item, written["item"]),
    ):
        # a refusal is no end: what counts is what the SIS lists afterwards
        with suppress(OneRosterError):
            if sourced_id:
                work.call(delete, sourced_id)
    work.progress(2, 3)
    try:
        listed = work.call(sis.client.line_items_of_class, class_id)
    except OneRosterError:
        return bool(written["result"])
    return any(item.active and item.sourced_id == written["item"] for item in listed.records)


@run_step("write_test.conclude")
def conclude(work: Work, written: dict[str, Any], left: bool) -> None:
    """Keep the outcome as the proof of writing, and end the run with it."""
    outcome = Outcome(Code(written["code"]), written["params"])
    failed = outcome.code is not Code.WRITE_TESTED
    leftover = Outcome.of(Code.WRITE_TEST_LEFTOVER, title=TITLE) if left else None
    if leftover and not failed:
        outcome = leftover
    proof = Proof(
        name="write",
        state="failed" if failed else "passed",
        code=str(outcome.code),
        params=outcome.params,
        sis_words=written["words"],
        also=str(leftover.code) if leftover and failed else None,
        also_params=leftover.params if leftover else {},
    )
    with work.district.write() as rows:
        connection = connections.get(rows, work.run.connection_id or "")
        others = [line for line in connection.proof if line["name"] != "write"]
        lines = sorted([*others, msgspec.to_builtins(proof)], key=lambda line: STAGES.index(line["name"]))
        connections.save_proof(rows, connection.id, lines, now())
        runs.progress(rows, work.run.id, done=3, total=3, counts={"written": 2 if written["result"] else 0})
        runs.finish(
            rows,
            work.run.id,
            "failed" if failed else "done",
            at=now(),
            code=str(outcome.code),
            params=outcome.params,
            sis_words=written["words"],
        )
