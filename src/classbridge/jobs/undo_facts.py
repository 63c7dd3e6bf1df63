"""The facts of an undo: what the export did by its stored plan and outcomes, and how the SIS stands now."""

from collections.abc import Iterable, Mapping

import msgspec
from msgspec import Struct

from classbridge.bridge.line_items import Step
from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.plan import ItemPlan, ResultPlan
from classbridge.bridge.records import KnownResult
from classbridge.bridge.undo import Done, Exported, UndoPlan, plan_undo
from classbridge.bridge.unread import Unread
from classbridge.jobs.emptying import line_item_there
from classbridge.jobs.export_plans import ExportPlan
from classbridge.jobs.keeping import keep_results
from classbridge.jobs.reading import read_grades
from classbridge.jobs.work import Work
from classbridge.oneroster.models import LineItem
from classbridge.store import grades, runs
from classbridge.store.grades import LineItemEntry
from classbridge.store.rows import NotFoundError, Rows
from classbridge.store.runs import Run

SENT = frozenset({Code.VERIFIED, Code.NOT_VERIFIED, Code.NOT_READ_BACK})
UNDOABLE = SENT | {Code.WITHDRAWN}
"""The outcomes of grades that an export changed in the SIS."""

UNDONE = frozenset({Code.UNDO_PUT_BACK, Code.UNDO_REMOVED})

Grade = tuple[str, str, str]
"""Course work, section and student of a grade."""


class _Done(Struct, kw_only=True):
    """A line item that the export wrote to or took grades back from, while it is put together."""

    line_item: str
    title: str
    made: bool = False
    removed: LineItem | None = None
    grades: list[Done] = msgspec.field(default_factory=list)


def make_plan(work: Work) -> UndoPlan:
    """Plan the undo of the export that the request names. Raises `RunEndedError` where its records are gone."""
    with work.district.read() as rows:
        export = _export(rows, work)
        stored = runs.plan(rows, export.id) if export else None
        if export is None or stored is None:
            raise work.end(Outcome.of(Code.UNDO_NO_RECORDS))
        said = {grade_of(one): one for one in runs.outcomes(rows, export.id) if one.student_id}
        entries = _entries(rows, work)
        later = changed_later(rows, export)
    plan = msgspec.convert(stored, ExportPlan)
    found = _done(plan, said, entries)
    return plan_undo([_as_it_stands(work, key, one, later) for key, one in found.items()], work.sis().rules)


def _export(rows: Rows, work: Work) -> Run | None:
    try:
        export = runs.get(rows, work.run.request["run"])
    except NotFoundError:
        return None
    return export if export.connection_id == work.run.connection_id else None


def _entries(rows: Rows, work: Work) -> dict[tuple[str, str], LineItemEntry]:
    found = grades.line_items_of_course(rows, work.run.side or "", work.run.course_id or "")
    return {
        (one.course_work_id, one.class_id): one for one in found if one.connection_id == work.run.connection_id
    }


def grade_of(outcome: runs.Outcome) -> Grade:
    """Which grade an outcome is about."""
    return outcome.course_work_id or "", outcome.class_id or "", outcome.student_id or ""


def changed_later(rows: Rows, export: Run) -> set[Grade]:
    """The grades that a later export of the class sent or took back, and no undo has put back since."""
    changed: set[Grade] = set()
    for run in runs.later(rows, export, ("export", "undo")):
        codes = UNDOABLE if run.kind == "export" else UNDONE
        found = {grade_of(one) for one in runs.outcomes(rows, run.id, codes=sorted(codes)) if one.student_id}
        changed = changed | found if run.kind == "export" else changed - found
    return changed


def _done(
    plan: ExportPlan, said: Mapping[Grade, runs.Outcome], entries: Mapping[tuple[str, str], LineItemEntry]
) -> dict[tuple[str, str], _Done]:
    found: dict[tuple[str, str], _Done] = {}
    for item in plan.grades.items:
        key = item.course_work_id, item.class_sourced_id
        line_item = _sourced_id(item, entries.get(key))
        made = [one for line in item.results if (one := _sent(line, line_item, said)) is not None]
        if made:
            new = item.step is Step.CREATE
            found[key] = _Done(line_item=line_item, title=item.facts.title, made=new, grades=made)
    emptied = {one.sourced_id: one for one in plan.emptied}
    for known in plan.withdrawn:
        key = known.course_work_id, known.class_sourced_id
        outcome = said.get((*key, known.student_sourced_id))
        if outcome is None or outcome.code != Code.WITHDRAWN or known.held is None:
            continue
        record, entry = emptied.get(known.line_item_sourced_id), entries.get(key)
        title = record.title if record else entry.title if entry else ""
        fresh = _Done(line_item=known.line_item_sourced_id, title=title, removed=record)
        found.setdefault(key, fresh).grades.append(_withdrawn(known, outcome))
    return found


def _sourced_id(item: ItemPlan, entry: LineItemEntry | None) -> str:
    """The id that the SIS keeps the line item under: its own where it did not take the one we derived."""
    if entry is not None and entry.requested_id == item.line_item_sourced_id:
        return entry.sourced_id
    return item.line_item_sourced_id


def _sent(line: ResultPlan, line_item: str, said: Mapping[Grade, runs.Outcome]) -> Done | None:
    key = line.course_work_id, line.class_sourced_id or "", line.student_sourced_id or ""
    outcome = said.get(key)
    if outcome is None or outcome.code not in SENT or not line.send:
        return None
    return Done(
        course_work_id=key[0],
        class_sourced_id=key[1],
        user_id=line.user_id,
        student_sourced_id=key[2],
        line_item_sourced_id=line_item,
        sourced_id=line.sourced_id,
        created=line.created,
        left=line.predicted,
        found=str(outcome.params.get("found", "")) if outcome.code == Code.NOT_VERIFIED else "",
        held=line.held,
    )


def _withdrawn(known: KnownResult, outcome: runs.Outcome) -> Done:
    return Done(
        course_work_id=known.course_work_id,
        class_sourced_id=known.class_sourced_id,
        user_id=outcome.user_id or "",
        student_sourced_id=known.student_sourced_id,
        line_item_sourced_id=known.line_item_sourced_id,
        sourced_id=known.sourced_id,
        created=known.created,
        held=known.held,
    )


def _as_it_stands(work: Work, key: tuple[str, str], one: _Done, later: Iterable[Grade]) -> Exported:
    client = work.sis().client
    there = work.call(line_item_there, client, one.line_item)
    found = work.call(read_grades, client, key[1], [one.line_item])
    # Of a section that the SIS has no more the line item may stand, and its grades are not shown.
    hidden = Unread(frozenset({(one.line_item, None)})) if there and found.missing else found.unread
    keep_results(work, key[1], [there] if there and not found.missing else [], found.results if there else [])
    return Exported(
        course_work_id=key[0],
        class_sourced_id=key[1],
        line_item_sourced_id=one.line_item,
        title=one.title,
        there=there is not None,
        done=tuple(one.grades),
        results=found.results,
        unread=hidden,
        made=one.made,
        removed=one.removed,
        later=frozenset(student for work_id, class_id, student in later if (work_id, class_id) == key),
    )
