"""Importing a roster: preview, import, and what became of it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import msgspec

from classbridge.bridge.outcome import Code, Kind, Outcome
from classbridge.bridge.policy import Action, Actor
from classbridge.bridge.roster import Entrant, RosterPlan
from classbridge.classroom.models import GradingPeriod
from classbridge.jobs.gate import Gate
from classbridge.jobs.import_planning import ImportPlan
from classbridge.jobs.import_scope import failed_subjects
from classbridge.service import courses as course_service
from classbridge.service import gate as gate_service
from classbridge.service import runs as run_service
from classbridge.service.context import Context, note
from classbridge.service.errors import refuse
from classbridge.service.placing import full_name
from classbridge.service.views import ImportDetails, ImportPreview, OfferedKind, Period, Person, Said
from classbridge.store import courses, links, memberships, rosters, runs
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


def preview(ctx: Context, actor: Actor, course_id: str, kinds: Iterable[str], *, empty: bool = False) -> str:
    """Work out what an import would do; answers the run. Each kind must have been confirmed by the admin.

    `empty`: an admin says that a section which the SIS shows without anybody is really empty.
    """
    chosen = [kind for kind in KINDS if kind in set(kinds)]
    if not chosen:
        raise refuse(Code.FIELD_MISSING, field="kinds")
    with ctx.district(actor).read() as rows:
        course_service.allowed(rows, actor, course_id, Action.IMPORT)
        if empty:
            course_service.allowed(rows, actor, course_id, Action.RELEASE_HELD)
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
        request={"kinds": chosen, **({"empty": True} if empty else {})},
    )


def previewed(ctx: Context, actor: Actor, run_id: str) -> ImportPreview | None:
    """The finished preview; None while it is made. Raises `RefusedError` with the outcome of one that is lost."""
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, run_id, Action.IMPORT, "preview-import")
        if not run.finished:
            return None
        plan = _plan(rows, run)
        names = Names(rows, run.side or "", run.course_id or "", run.connection_id or "")
        again = memberships.allowed_again(rows, run.side or "", run.course_id or "")
        return ImportPreview(
            run_id=run.id,
            course_id=run.course_id or "",
            kinds=tuple(run.request["kinds"]),
            add=tuple(_entrants(plan, names, "add", Code.PERSON_ADDED, again)),
            invite=tuple(_entrants(plan, names, "invite", Code.PERSON_INVITED, again)),
            present=tuple(_noted(plan, names, lambda kind: kind is Kind.UNCHANGED)),
            unable=tuple(_noted(plan, names, lambda kind: kind in _UNABLE)),
            remove=tuple(_removals(plan, names, "remove", Outcome.of(Code.PERSON_REMOVED))),
            held=tuple(_removals(plan, names, "held", None)),
            notes=tuple(_notes(plan, run.request["kinds"])),
            periods=tuple(map(_period, plan.periods.added if plan.periods else ())),
            may_release=_may_release(rows, actor, run),
        )


def _period(one: GradingPeriod) -> Period:
    return Period(title=one.title, first_day=one.start_date.plain(), last_day=one.end_date.plain())


def _may_release(rows: Rows, actor: Actor, run: Run) -> bool:
    return course_service.may_do(rows, actor, run.course_id or "", Action.RELEASE_HELD)


def _plan(rows: Rows, run: Run) -> ImportPlan:
    return msgspec.convert(run_service.plan_of(rows, run), ImportPlan)


class Names:
    """Names of both sides' people, by their ids."""

    def __init__(self, rows: Rows, side: str, course_id: str, connection_id: str) -> None:
        classes = [link.class_id for link in links.of_course(rows, side, course_id)]
        self.sis: Mapping[str, KeptPerson] = {
            person.user_id: person for person in rosters.people(rows, connection_id, classes)
        }
        self.classroom = {one.user_id: one for one in courses.members(rows, side, course_id)}

    def person(self, role: str, outcome: Said, sis_id: str | None, user_id: str | None) -> Person:
        """A person in words; the SIS's name first, for it is the one on the class list."""
        name, email = self.of(sis_id, user_id)
        return Person(name=name, email=email, role=role, said=outcome)

    def of(self, sis_id: str | None, user_id: str | None) -> tuple[str, str | None]:
        """A person's name and address."""
        known = self.sis.get(sis_id or "") or self.classroom.get(user_id or "")
        return (full_name(known), known.email) if known else (sis_id or user_id or "", None)


def said(outcome: Outcome) -> Said:
    """An outcome as views carry it."""
    return Said(code=str(outcome.code), params=dict(outcome.params))


def _entrants(
    plan: ImportPlan, names: Names, part: str, code: Code, again: Collection[tuple[str, str]]
) -> list[Person]:
    def outcome(role: str, one: Entrant) -> Said:
        return said(Outcome.of(Code.PERSON_ADDED_AGAIN if (role, one.user_sourced_id) in again else code))

    return [
        names.person(role, outcome(role, one), one.user_sourced_id, one.classroom_user_id)
        for role, roster in plan.rosters.items()
        for one in getattr(roster, part)
    ]


def _removals(plan: ImportPlan, names: Names, part: str, outcome: Outcome | None) -> list[Person]:
    return [
        names.person(role, said(outcome or _held(roster)), one.user_sourced_id, one.classroom_user_id)
        for role, roster in plan.rosters.items()
        for one in getattr(roster, part)
    ]


def _held(roster: RosterPlan) -> Outcome:
    """Why removals are held: the first guard that spoke."""
    found = [note.outcome for note in roster.outcomes if note.outcome.code is Code.REMOVALS_HELD]
    return found[0] if found else Outcome.of(Code.EMPTY_READ_HELD, people=0)


def _noted(plan: ImportPlan, names: Names, wanted: Callable[[Kind], bool]) -> list[Person]:
    return [
        names.person(role, said(one.outcome), one.user_sourced_id, one.classroom_user_id)
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
    return [said(outcome) for outcome in found]


def import_(ctx: Context, actor: Actor, preview_run_id: str, *, release: bool = False) -> str:
    """Do what was previewed; answers the run, or the import of this class that is under way.

    `release`: an admin lets those go too whom the preview showed as held.
    """
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, preview_run_id, Action.IMPORT, "preview-import")
        _plan(rows, run)
    more = {"release": run.id} if release else {}
    return _begin(ctx, actor, run, preview=run.id, **more)


def retry(ctx: Context, actor: Actor, run_id: str) -> str:
    """Import again only those for whom it failed; answers the run."""
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, run_id, Action.IMPORT, "import")
        if not failed_subjects(rows, run.id):
            raise refuse(Code.RUN_NOT_READY)
    return _begin(ctx, actor, run, preview=run.request["preview"], retry_of=run.id)


def release(ctx: Context, actor: Actor, run_id: str) -> str:
    """Let exactly those go whose removal an import held; answers the run. Only an admin may."""
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, run_id, Action.RELEASE_HELD, "import")
        kept = runs.plan(rows, run.id)
        if kept is None or not any(one.held for one in msgspec.convert(kept, ImportPlan).rosters.values()):
            raise refuse(Code.RUN_NOT_READY)
    return _begin(ctx, actor, run, preview=run.request["preview"], release=run.id)


def _begin(ctx: Context, actor: Actor, run: Run, *, preview: str | None, **more: str) -> str:
    """Begin an import after this run, with its kinds; what it releases or tries again stands in `more`."""
    course_id, connection_id, kinds = run.course_id or "", run.connection_id or "", run.request["kinds"]
    with ctx.district(actor).write() as rows:
        if "release" in more or "empty" in run.request:
            course_service.allowed(rows, actor, course_id, Action.RELEASE_HELD)
        course_service.connected(rows, connection_id)
        gate_service.check(rows, actor, course_id, connection_id=connection_id, kinds=kinds)
        whom = course_service.on_behalf_of(rows, actor, course_id)
        note(rows, actor, "roster.import", course_id, ctx.now(), kinds=kinds, on_behalf_of=whom, **more)
    empty = {"empty": True} if "empty" in run.request else {}
    return run_service.enqueue(
        ctx,
        actor,
        "import",
        partition=connection_id,
        dedup=f"import:{course_id}",
        connection_id=connection_id,
        side=run.side,
        course_id=course_id,
        request={"kinds": kinds, "preview": preview, **more, **empty},
    )


def details(ctx: Context, actor: Actor, run_id: str) -> ImportDetails:
    """What became of an import, person by person."""
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, run_id, Action.VIEW_RUN, "import")
        names = Names(rows, run.side or "", run.course_id or "", run.connection_id or "")
        people: list[Person] = []
        notes: list[Said] = []
        for one in runs.outcomes(rows, run.id):
            told = Said(code=one.code, params={k: str(v) for k, v in one.params.items()}, sis_words=one.sis_words)
            if one.student_id or one.user_id:
                people.append(names.person(one.subject.partition("/")[0], told, one.student_id, one.user_id))
            else:
                notes.append(told)
        return ImportDetails(
            run=run_service.named(ctx, rows, run),
            people=tuple(people),
            notes=tuple(notes),
            kinds=tuple(run.request["kinds"]),
            failed=len(failed_subjects(rows, run.id)),
            held=tuple(_held_people(rows, run)),
            may_act=course_service.may_do(rows, actor, run.course_id or "", Action.IMPORT),
            may_release=_may_release(rows, actor, run),
        )


def _held_people(rows: Rows, run: Run) -> list[Person]:
    """Whose removal a run held and nobody has let go; none where the plan is no longer kept."""
    kept = runs.plan(rows, run.id)
    if kept is None:
        return []
    side, course_id = run.side or "", run.course_id or ""
    names = Names(rows, side, course_id, run.connection_id or "")
    there = {(one.role, one.user_id) for one in memberships.of_course(rows, side, course_id)}
    return [
        names.person(role, said(_held(roster)), one.user_sourced_id, one.classroom_user_id)
        for role, roster in msgspec.convert(kept, ImportPlan).rosters.items()
        for one in roster.held
        if (role, one.classroom_user_id) in there
    ]
