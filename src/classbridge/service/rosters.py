"""Importing a roster: preview, import, and what became of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from classbridge.bridge.outcome import Code, Kind, Outcome
from classbridge.bridge.policy import Action, Actor
from classbridge.bridge.roster import RosterPlan
from classbridge.jobs.gate import Gate
from classbridge.jobs.import_planning import ImportPlan
from classbridge.service import courses as course_service
from classbridge.service import gate as gate_service
from classbridge.service import runs as run_service
from classbridge.service.context import Context, note
from classbridge.service.errors import refuse
from classbridge.service.placing import full_name
from classbridge.service.views import ImportDetails, ImportPreview, OfferedKind, Person, Said
from classbridge.store import courses, links, rosters, runs
from classbridge.store.rosters import KeptPerson
from classbridge.store.rows import Rows
from classbridge.store.runs import Run

KINDS = ("students", "teachers", "grading_periods", "grade_categories")

_UNABLE = frozenset({Kind.SKIPPED, Kind.FAILED, Kind.HELD})


def offered(ctx: Context, actor: Actor, course_id: str) -> tuple[OfferedKind, ...]:
    """The kinds to import into a class, each with the reason where it is closed; none without a link."""
    with ctx.district(actor).read() as rows:
        course_service.allowed(rows, actor, course_id, Action.VIEW_CLASS)
        linked = links.of_course(rows, course_service.side(rows), course_id)
        gate, connection_id = Gate(rows), linked[0].connection_id if linked else ""
        return tuple(
            OfferedKind(
                kind=kind,
                closed=gate_service.closed(
                    gate, rows, actor, course_id, connection_id=connection_id, kinds=(kind,)
                ),
            )
            for kind in KINDS
            if linked
        )


def preview(ctx: Context, actor: Actor, course_id: str, kinds: Iterable[str]) -> str:
    """Work out what an import would do; answers the run. Each kind must have been confirmed by the admin."""
    chosen = [kind for kind in KINDS if kind in set(kinds)]
    if not chosen:
        raise refuse(Code.FIELD_MISSING, field="kinds")
    with ctx.district(actor).read() as rows:
        course_service.allowed(rows, actor, course_id, Action.IMPORT)
        sections = course_service.sections(rows, course_id)
        connection_id = sections[0].connection_id
        course_service.connected(rows, connection_id)
        gate_service.check(rows, actor, course_id, connection_id=connection_id, kinds=chosen)
        side = course_service.side(rows)
    return run_service.enqueue(
        ctx,
        actor,
        "preview-import",
        partition=f"{connection_id}:interactive:{course_id}",
        connection_id=connection_id,
        side=side,
        course_id=course_id,
        request={"kinds": chosen},
    )


def previewed(ctx: Context, actor: Actor, run_id: str) -> ImportPreview | None:
    """The finished preview; None while it is being made. Raises `RefusedError` with its outcome when it failed."""
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, run_id, Action.IMPORT, "preview-import")
        if not run.finished:
            return None
        plan = _plan(rows, run)
        names = _Names(rows, run)
        return ImportPreview(
            run_id=run.id,
            course_id=run.course_id or "",
            kinds=tuple(run.request["kinds"]),
            add=tuple(_entrants(plan, names, "add", Code.PERSON_ADDED)),
            invite=tuple(_entrants(plan, names, "invite", Code.PERSON_INVITED)),
            present=tuple(_noted(plan, names, lambda kind: kind is Kind.UNCHANGED)),
            unable=tuple(_noted(plan, names, lambda kind: kind in _UNABLE)),
            remove=tuple(_removals(plan, names, "remove", Outcome.of(Code.PERSON_REMOVED))),
            held=tuple(_removals(plan, names, "held", None)),
            notes=tuple(_notes(plan, run.request["kinds"])),
        )


def _plan(rows: Rows, run: Run) -> ImportPlan:
    if run.state == "failed":
        raise run_service.refused(run)
    found = runs.plan(rows, run.id)
    if found is None:
        raise refuse(Code.RUN_NOT_READY)
    return msgspec.convert(found, ImportPlan)


class _Names:
    """Names of both sides' people, by their ids."""

    def __init__(self, rows: Rows, run: Run) -> None:
        side, course_id = run.side or "", run.course_id or ""
        classes = [link.class_id for link in links.of_course(rows, side, course_id)]
        self.sis: Mapping[str, KeptPerson] = {
            person.user_id: person for person in rosters.people(rows, run.connection_id or "", classes)
        }
        self.classroom = {one.user_id: one for one in courses.members(rows, side, course_id)}

    def person(self, role: str, outcome: Said, sis_id: str | None, user_id: str | None) -> Person:
        """A person in words; the SIS's name first, for it is the one on the class list."""
        known = self.sis.get(sis_id or "") or self.classroom.get(user_id or "")
        name, email = (full_name(known), known.email) if known else (sis_id or user_id or "", None)
        return Person(name=name, email=email, role=role, said=outcome)


def _said(outcome: Outcome) -> Said:
    return Said(code=str(outcome.code), params=dict(outcome.params))


def _entrants(plan: ImportPlan, names: _Names, part: str, code: Code) -> list[Person]:
    said = _said(Outcome.of(code))
    return [
        names.person(role, said, one.user_sourced_id, one.classroom_user_id)
        for role, roster in plan.rosters.items()
        for one in getattr(roster, part)
    ]


def _removals(plan: ImportPlan, names: _Names, part: str, outcome: Outcome | None) -> list[Person]:
    return [
        names.person(role, _said(outcome or _held(roster)), one.user_sourced_id, one.classroom_user_id)
        for role, roster in plan.rosters.items()
        for one in getattr(roster, part)
    ]


def _held(roster: RosterPlan) -> Outcome:
    """Why removals are held: the first guard that spoke."""
    found = [note.outcome for note in roster.outcomes if note.outcome.code is Code.REMOVALS_HELD]
    return found[0] if found else Outcome.of(Code.EMPTY_READ_HELD, people=0)


def _noted(plan: ImportPlan, names: _Names, wanted: Callable[[Kind], bool]) -> list[Person]:
    return [
        names.person(role, _said(one.outcome), one.user_sourced_id, one.classroom_user_id)
        for role, roster in plan.rosters.items()
        for one in roster.outcomes
        if (one.user_sourced_id or one.classroom_user_id) and wanted(one.outcome.kind)
    ]


def _notes(plan: ImportPlan, kinds: Sequence[str]) -> list[Said]:
    """What concerns the whole class: reads that were held, periods, what Classroom cannot take."""
    found = [
        one.outcome
        for roster in plan.rosters.values()
        for one in roster.outcomes
        if not (one.user_sourced_id or one.classroom_user_id)
    ]
    found += plan.periods.outcomes if plan.periods else ()
    if "grade_categories" in kinds:
        found.append(Outcome.of(Code.CATEGORIES_MAPPED_ONLY))
    return [_said(outcome) for outcome in found]


def import_(ctx: Context, actor: Actor, preview_run_id: str) -> str:
    """Do what was previewed; answers the run, or the import of this class that is under way."""
    with ctx.district(actor).write() as rows:
        run = run_service.find(rows, actor, preview_run_id, Action.IMPORT, "preview-import")
        _plan(rows, run)
        course_id, connection_id, kinds = run.course_id or "", run.connection_id or "", run.request["kinds"]
        course_service.connected(rows, connection_id)
        gate_service.check(rows, actor, course_id, connection_id=connection_id, kinds=kinds)
        whom = course_service.on_behalf_of(rows, actor, course_id)
        note(rows, actor, "roster.import", course_id, ctx.now(), kinds=kinds, on_behalf_of=whom)
    return run_service.enqueue(
        ctx,
        actor,
        "import",
        partition=run.connection_id or "",
        dedup=f"import:{run.course_id}",
        connection_id=run.connection_id,
        side=run.side,
        course_id=run.course_id,
        request={"kinds": run.request["kinds"], "preview": run.id},
    )


def details(ctx: Context, actor: Actor, run_id: str) -> ImportDetails:
    """What became of an import, person by person."""
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, run_id, Action.VIEW_RUN, "import")
        names = _Names(rows, run)
        people: list[Person] = []
        notes: list[Said] = []
        for one in runs.outcomes(rows, run.id):
            said = Said(code=one.code, params={k: str(v) for k, v in one.params.items()}, sis_words=one.sis_words)
            if one.student_id or one.user_id:
                people.append(names.person(one.subject.partition("/")[0], said, one.student_id, one.user_id))
            else:
                notes.append(said)
        return ImportDetails(run=run_service.named(ctx, rows, run), people=tuple(people), notes=tuple(notes))
