"""What became of an export, as the pages show it."""

from collections.abc import Mapping, Sequence

import msgspec

from classbridge.bridge.outcome import Code, Kind, catalogue
from classbridge.bridge.plan import GradePlan, ResultPlan
from classbridge.jobs.export_plans import ExportPlan
from classbridge.jobs.tally import open_in, tally
from classbridge.jobs.undo_facts import UNDOABLE
from classbridge.service import runs as run_service
from classbridge.service.export_words import Words
from classbridge.service.views import ExportAssignment, ExportDetails, RunView, Said
from classbridge.sis.registry import profile
from classbridge.store import connections, runs, undone
from classbridge.store.rows import Rows
from classbridge.store.runs import Run


def of_run(rows: Rows, run: Run, shown: RunView) -> ExportDetails:
    """Every grade of an export with its outcome; `shown` is the run as pages show it.

    `may_undo` is about the run alone; who asks is for the caller.
    """
    words = Words(rows, run)
    found = runs.outcomes(rows, run.id)
    raw = runs.plan(rows, run.id)
    by_package = _by_package(rows, run.connection_id)
    plan = msgspec.convert(raw, ExportPlan).grades if raw else GradePlan(items=(), unplaced=())
    planned = {(line.course_work_id, line.class_sourced_id or "", line.user_id): line for line in plan.results()}
    undo = undone.undo_of(rows, run)
    lines = [one for one in found if one.user_id or one.student_id]
    notices = [one for one in found if not (one.user_id or one.student_id)]
    words.name_students(rows, run, [one for one in lines if not one.user_id])
    places = dict.fromkeys((one.course_work_id or "", one.class_id or "") for one in found)
    verified = sum(one.code == Code.VERIFIED for one in lines)
    unread = sum(one.code in (Code.NOT_VERIFIED, Code.NOT_READ_BACK) for one in lines)
    became = [_became(words, place, lines, notices, planned) for place in places]
    kinds, counts = [catalogue[Code(one.code)].kind for one in lines], tally(found)
    return ExportDetails(
        run=shown,
        assignments=tuple(sorted(became, key=lambda one: not one.asks)),
        sent=verified + unread,
        unchanged=kinds.count(Kind.UNCHANGED),
        verified=verified,
        to_verify=verified + unread,
        failed=counts["failed"],
        skipped=kinds.count(Kind.SKIPPED) + kinds.count(Kind.HELD),
        unconfirmed=Said(code=str(Code.PACKAGE_NOT_CONFIRMED), params={}) if by_package else None,
        needs=open_in(counts),
        undo=run_service.as_view(undo) if undo else None,
        may_undo=undo is None and bool(raw) and any(one.code in UNDOABLE for one in lines),
    )


def _by_package(rows: Rows, connection_id: str | None) -> bool:
    """Whether grades reach this SIS in a package that somebody carries there."""
    return bool(connection_id) and profile(connections.get(rows, connection_id or "").vendor).reach == "package"


def _became(
    words: Words,
    place: tuple[str, str],
    lines: Sequence[runs.Outcome],
    notices: Sequence[runs.Outcome],
    planned: Mapping[tuple[str, str, str], ResultPlan],
) -> ExportAssignment:
    mine = [one for one in lines if (one.course_work_id or "", one.class_id or "") == place]
    said = [one for one in notices if (one.course_work_id or "", one.class_id or "") == place]
    shown = [words.outcome(one, planned.get((*place, one.user_id or ""))) for one in mine]
    return ExportAssignment(
        course_work_id=place[0],
        class_id=place[1],
        class_title=words.classes.get(place[1], place[1]),
        title=words.titles.get(place[0], place[0]),
        line_item="known",
        blocked=any(catalogue[Code(one.code)].kind is Kind.FAILED for one in said),
        notices=tuple(
            Said(code=one.code, params={k: str(v) for k, v in one.params.items()}, sis_words=one.sis_words)
            for one in said
        ),
        lines=tuple(sorted(shown, key=lambda line: line.name)),
        needs=open_in(tally([*mine, *said])),
    )
