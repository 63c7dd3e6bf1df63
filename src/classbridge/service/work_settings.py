"""What the SIS gets of an assignment, put right by its teacher: title, category, due date, grading period."""

from collections.abc import Collection
from datetime import date
from zoneinfo import ZoneInfo

from msgspec import Struct

from classbridge.bridge.choices import NOTHING, WorkChoice
from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor
from classbridge.service import categories, grades
from classbridge.service import courses as course_service
from classbridge.service import runs as run_service
from classbridge.service.context import Context, note, zone_of
from classbridge.service.errors import refuse
from classbridge.service.gradebook import StoredGrades, due_day
from classbridge.store import rosters, work_settings
from classbridge.store.courses import KeptCourseWork
from classbridge.store.rosters import KeptSession
from classbridge.store.rows import Rows

PERIOD = "gradingPeriod"


class Session(Struct, frozen=True, kw_only=True):
    """A term or a grading period of the SIS; both days belong to it."""

    sourced_id: str
    title: str
    first: date
    last: date


class WorkSetting(Struct, frozen=True, kw_only=True):
    """One assignment as Classroom has it, what is chosen for the SIS in place of that, and what can be chosen."""

    course_work_id: str
    title: str
    due_on: date | None
    link: str | None
    chosen: WorkChoice
    title_max: int | None
    categories: tuple[str, ...]
    periods: tuple[Session, ...]
    terms: tuple[Session, ...]


def of_class(
    ctx: Context, actor: Actor, course_id: str, work_ids: Collection[str] | None = None
) -> tuple[WorkSetting, ...]:
    """What can be chosen for each assignment of a linked class (`work_ids`: only these), newest first."""
    with ctx.district(actor).read() as rows:
        course_service.allowed(rows, actor, course_id, Action.VIEW_GRADES)
        side, zone = course_service.side(rows), zone_of(ctx, actor.district_id)
        stored = StoredGrades(rows, side, course_id)
        offered = _Offered(rows, stored)
        chosen = work_settings.of_course(rows, side, course_id)
        return tuple(
            _setting(work, chosen.get(work.id, NOTHING), offered, zone)
            for work in stored.works
            if work_ids is None or work.id in work_ids
        )


class _Offered:
    """What the sections of a class let choose."""

    def __init__(self, rows: Rows, stored: StoredGrades) -> None:
        self.title_max = stored.rules.title_max
        self.categories = categories.titles(rows, stored)
        found = {
            one.sourced_id: one
            for link in stored.sections
            for one in rosters.sessions_of_class(rows, link.connection_id, link.class_id)
            if one.status == rosters.ACTIVE
        }
        self.periods = tuple(_session(one) for one in found.values() if one.type == PERIOD)
        self.terms = tuple(_session(one) for one in found.values() if one.type != PERIOD)


def _session(one: KeptSession) -> Session:
    return Session(sourced_id=one.sourced_id, title=one.title, first=one.start_date, last=one.end_date)


def _setting(work: KeptCourseWork, chosen: WorkChoice, offered: _Offered, zone: ZoneInfo) -> WorkSetting:
    return WorkSetting(
        course_work_id=work.id,
        title=work.title,
        due_on=due_day(work, zone),
        link=work.alternate_link,
        chosen=chosen,
        title_max=offered.title_max,
        categories=offered.categories,
        periods=offered.periods,
        terms=offered.terms,
    )


def set_work(ctx: Context, actor: Actor, course_id: str, work_id: str, wanted: WorkChoice) -> None:
    """Choose what the SIS gets of an assignment from the next export on; what is None is as in Classroom.

    Raises `RefusedError` naming the field: a title that is empty or longer than the SIS takes, a category or a
    grading period that the SIS does not have for this class.
    """
    with ctx.district(actor).write() as rows:
        course_service.allowed(rows, actor, course_id, Action.RESOLVE)
        course_service.sections(rows, course_id)
        side = course_service.side(rows)
        stored = StoredGrades(rows, side, course_id)
        work = next((one for one in stored.works if one.id == work_id), None)
        if work is None:
            raise refuse(Code.CLASS_NOT_FOUND)
        choice = _checked(wanted, work, _Offered(rows, stored))
        work_settings.save(rows, side, course_id, work_id, choice, by=actor.account_id, at=ctx.now())
        fields = [name for name in WorkChoice.__struct_fields__ if getattr(choice, name) is not None]
        note(rows, actor, "grades.work", course_id, ctx.now(), work=work_id, chosen=fields)


def _checked(wanted: WorkChoice, work: KeptCourseWork, offered: _Offered) -> WorkChoice:
    if wanted.period_id and wanted.period_id not in {one.sourced_id for one in offered.periods}:
        raise refuse(Code.PERIOD_NOT_FOUND, field="period_id")
    category = wanted.category and categories.known(wanted.category, offered.categories, "category")
    return WorkChoice(
        title=_title(wanted.title, work.title, offered.title_max),
        category=category or None,
        due_on=wanted.due_on,
        period_id=wanted.period_id or None,
    )


def _title(wanted: str | None, own: str, title_max: int | None) -> str | None:
    """The chosen title; None where it is Classroom's own, which is shortened where it must be."""
    if wanted is None:
        return None
    title = " ".join(wanted.split())
    if not title:
        raise refuse(Code.FIELD_MISSING, field="title")
    if title == " ".join(own.split()):
        return None
    if title_max is not None and len(title) > title_max:
        raise refuse(Code.TITLE_OVER_LIMIT, field="title", title_max=title_max)
    return title


def fix(ctx: Context, actor: Actor, preview_run_id: str, work_id: str, wanted: WorkChoice) -> str:
    """Choose for an assignment of a preview, and preview the same assignments again; answers the new run."""
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, preview_run_id, Action.EXPORT, "preview-export")
    course_id = run.course_id or ""
    set_work(ctx, actor, course_id, work_id, wanted)
    return grades.preview(ctx, actor, course_id, run.request.get("course_work"))
