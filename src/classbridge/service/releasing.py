"""Withdrawals that were held because they are many: an admin looks at each and lets exactly those go."""

from collections.abc import Mapping, Sequence

import msgspec

from classbridge.bridge.equality import shown
from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor, may
from classbridge.bridge.records import KnownResult
from classbridge.jobs.export_plans import ExportPlan
from classbridge.service import courses as course_service
from classbridge.service import gate as gate_service
from classbridge.service import runs as run_service
from classbridge.service.context import Context, note
from classbridge.service.errors import refuse
from classbridge.service.naming import Names
from classbridge.service.placing import full_name
from classbridge.service.views import HeldGrade, HeldWithdrawals
from classbridge.store import links, rosters
from classbridge.store.rows import Rows
from classbridge.store.runs import Run


def view(ctx: Context, actor: Actor, preview_run_id: str) -> HeldWithdrawals:
    """What an export's preview holds, grade by grade, and whether the actor decides about it."""
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, preview_run_id, Action.EXPORT, "preview-export")
        held = _held(rows, run)
        names, people = Names(rows, run), _people(rows, run)
        facts = course_service.facts(rows, actor, run.course_id or "")
    grades = [_grade(names, people, known) for known in held]
    return HeldWithdrawals(
        run_id=run.id,
        course_id=run.course_id or "",
        grades=tuple(sorted(grades, key=lambda one: (one.title, one.name))),
        may_release=may(actor, Action.RELEASE_HELD, facts).allowed,
    )


def _held(rows: Rows, run: Run) -> tuple[KnownResult, ...]:
    return msgspec.convert(run_service.plan_of(rows, run), ExportPlan).withdrawals.held()


def _people(rows: Rows, run: Run) -> dict[str, str]:
    """The students of the linked sections by name, as the SIS has them."""
    sections = [link.class_id for link in links.of_course(rows, run.side or "", run.course_id or "")]
    people = rosters.people(rows, run.connection_id or "", sections, "student")
    return {person.user_id: full_name(person) for person in people}


def _grade(names: Names, people: Mapping[str, str], known: KnownResult) -> HeldGrade:
    return HeldGrade(
        title=names.titles.get(known.course_work_id, known.course_work_id),
        name=people.get(known.student_sourced_id, known.student_sourced_id),
        sis=shown(known.last_sent),
    )


def release(ctx: Context, actor: Actor, preview_run_id: str, shown_grades: int) -> str:
    """Take back what was shown, all the same; answers the run. Nothing else is sent.

    `shown_grades` is the number that the admin agreed to; raises `RefusedError` where the preview holds another.
    """
    with ctx.district(actor).write() as rows:
        run = run_service.find(rows, actor, preview_run_id, Action.RELEASE_HELD, "preview-export")
        course_id, connection_id = run.course_id or "", run.connection_id or ""
        held = [known.sourced_id for known in _held(rows, run)]
        if not held or len(held) != shown_grades:
            raise refuse(Code.PREVIEW_OUTDATED)
        course_service.connected(rows, connection_id)
        gate_service.check(rows, actor, course_id, connection_id=connection_id, kinds=("grades",))
        whom = course_service.on_behalf_of(rows, actor, course_id)
        note(rows, actor, "grades.release", course_id, ctx.now(), count=len(held), on_behalf_of=whom)
    return run_service.enqueue(
        ctx,
        actor,
        "export",
        partition=connection_id,
        connection_id=connection_id,
        side=run.side,
        course_id=course_id,
        request=_request(run, held),
    )


def _request(run: Run, held: Sequence[str]) -> dict[str, object]:
    return {**run.request, "only": [], "withdraw": list(held), "release": True}
