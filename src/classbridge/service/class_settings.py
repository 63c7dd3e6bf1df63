"""A class's settings: its own policy for grades that differ, and what runs for it every night."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from classbridge.bridge import schedule
from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor, may
from classbridge.bridge.schedule import Hours
from classbridge.service import courses as course_service
from classbridge.service import gate as gate_service
from classbridge.service import runs as run_service
from classbridge.service.context import Context, local_now, note
from classbridge.service.errors import refuse
from classbridge.service.policy import DRIFTS, clock, effective_drift
from classbridge.service.views import RunView
from classbridge.store import accounts, class_settings, links, policies, runs
from classbridge.store.class_settings import ClassSetting, Nightly
from classbridge.store.rows import Rows

DISTRICT = "district"
"""In place of a class's own policy: as the district says."""

KINDS: dict[Nightly, tuple[str, ...]] = {"import": ("students", "teachers"), "export": ("grades",)}
"""What runs at night, each with the kinds of data that it moves."""

RECENT = 50
"""Runs of a class among which the last nightly one is looked for."""


class ClassSettingsView(Struct, frozen=True, kw_only=True):
    """A class's settings. `drift` is its own policy or "district"; `drift_in_force` what holds then."""

    course_id: str
    name: str
    section: str | None
    linked: bool
    drift: str
    drift_in_force: str
    nightly_export: bool
    nightly_import: bool
    begins_at: str
    """When nights begin here, as "02:00"."""
    changed_by: str
    """The name of whoever saved them, for whom the nightly runs are done; empty: nobody yet."""
    changed_at: datetime | None
    next_at: datetime | None
    """When the next nightly run begins; None: there is none."""
    last_run: RunView | None
    """The last nightly run."""
    may_change: bool


def view(ctx: Context, actor: Actor, course_id: str) -> ClassSettingsView:
    """The settings of a class, the defaults where nobody has saved any."""
    with ctx.district(actor).read() as rows:
        course = course_service.allowed(rows, actor, course_id, Action.VIEW_CLASS)
        side, hours = course_service.side(rows), policies.hours(rows)
        kept = class_settings.get(rows, side, course_id)
        person = accounts.get(ctx.database, kept.changed_by) if kept else None
        local = local_now(ctx, actor.district_id)
        facts = course_service.facts(rows, actor, course_id)
        return ClassSettingsView(
            course_id=course_id,
            name=course.name,
            section=course.section,
            linked=bool(links.of_course(rows, side, course_id)),
            drift=kept.drift if kept and kept.drift else DISTRICT,
            drift_in_force=str(effective_drift(rows, side, course_id)),
            nightly_export=bool(kept and kept.nightly_export),
            nightly_import=bool(kept and kept.nightly_import),
            begins_at=clock(hours.begins_at),
            changed_by=person.name if person else "",
            changed_at=kept.changed_at if kept else None,
            next_at=_next(kept, hours, local) if kept else None,
            last_run=_last_night(ctx, rows, side, course_id),
            may_change=may(actor, Action.SET_SCHEDULE, facts).allowed,
        )


def _next(kept: ClassSetting, hours: Hours, local: datetime) -> datetime | None:
    moments = [schedule.following(local, hours, kept.night(kind)) for kind in KINDS if kept.on(kind)]
    return min(moments, default=None)


def next_nights(rows: Rows, side: str, local: datetime) -> dict[str, datetime]:
    """When the next nightly run of each class begins that has one, by class."""
    found, hours = class_settings.scheduled(rows, side), policies.hours(rows)
    moments = {course_id: _next(kept, hours, local) for course_id, kept in found.items()}
    return {course_id: moment for course_id, moment in moments.items() if moment is not None}


def _last_night(ctx: Context, rows: Rows, side: str, course_id: str) -> RunView | None:
    recent = runs.page(rows, side=side, course_id=course_id, kinds=tuple(KINDS), limit=RECENT).items
    last = next((run for run in recent if run.night is not None), None)
    return run_service.named(ctx, rows, last) if last else None


def save(
    ctx: Context,
    actor: Actor,
    course_id: str,
    *,
    drift: str | None = None,
    nightly_export: bool | None = None,
    nightly_import: bool | None = None,
) -> ClassSettingsView:
    """Decide anew, for None as before. Nightly runs are then done for the actor, whose rights each of them asks.

    What is switched on begins with the next night. Raises `RefusedError` where it could not be done by day either.
    """
    if drift is not None and drift not in (DISTRICT, *DRIFTS):
        raise refuse(Code.SETTING_INVALID, field="drift")
    with ctx.district(actor).write() as rows:
        course_service.allowed(rows, actor, course_id, Action.SET_SCHEDULE)
        side = course_service.side(rows)
        kept = class_settings.get(rows, side, course_id)
        decided = ClassSetting(
            side=side,
            course_id=course_id,
            drift=_own(drift, kept),
            nightly_export=_on_now(nightly_export, kept, "export"),
            nightly_import=_on_now(nightly_import, kept, "import"),
            changed_by=actor.account_id,
            changed_at=ctx.now(),
        )
        _check(rows, actor, decided)
        class_settings.save(rows, decided)
        _from_next_night(ctx, rows, kept, decided)
        _note(ctx, rows, actor, decided)
    return view(ctx, actor, course_id)


def stop_exports(ctx: Context, rows: Rows, actor: Actor, course_id: str) -> None:
    """Export a class by night no more, where it is."""
    side = course_service.side(rows)
    kept = class_settings.get(rows, side, course_id)
    if kept is not None and kept.nightly_export:
        class_settings.stop_exports(rows, side, course_id)
        _note(ctx, rows, actor, replace(kept, nightly_export=False))


def _note(ctx: Context, rows: Rows, actor: Actor, decided: ClassSetting) -> None:
    told = {"drift": decided.drift or DISTRICT, "nightly": list(_on(decided))}
    note(rows, actor, "class.schedule", decided.course_id, ctx.now(), **told)


def _own(drift: str | None, kept: ClassSetting | None) -> str | None:
    if drift is None:
        return kept.drift if kept else None
    return None if drift == DISTRICT else drift


def _on_now(wanted: bool | None, kept: ClassSetting | None, kind: Nightly) -> bool:
    return wanted if wanted is not None else kept is not None and kept.on(kind)


def _on(setting: ClassSetting) -> Iterator[Nightly]:
    return (kind for kind in KINDS if setting.on(kind))


def _check(rows: Rows, actor: Actor, decided: ClassSetting) -> None:
    """Refuse a schedule that could do nothing: the class is not linked, or its functions are closed."""
    kinds = [one for kind in _on(decided) for one in KINDS[kind]]
    if kinds:
        connection_id = course_service.sections(rows, decided.course_id)[0].connection_id
        gate_service.check(rows, actor, decided.course_id, connection_id=connection_id, kinds=kinds)


def _from_next_night(ctx: Context, rows: Rows, before: ClassSetting | None, decided: ClassSetting) -> None:
    """What is switched on only now is not late for the night that has begun: it waits for the next."""
    night = schedule.begun(local_now(ctx, rows.district_id), policies.hours(rows))
    for kind in _on(decided):
        if before is None or not before.on(kind):
            class_settings.take(rows, decided.side, decided.course_id, kind, night)
