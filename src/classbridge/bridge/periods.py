"""Grading periods of a Classroom class: read, merge, write. A write replaces the whole list; we drop nothing."""

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from classbridge.bridge.outcome import Code, Outcome
from classbridge.classroom.models import Date, GradingPeriod, GradingPeriodSettings
from classbridge.oneroster.models import AcademicSession


class PeriodPlan(Struct, frozen=True):
    """The settings to write; nothing needs writing unless `changed`. `added` are those that Classroom lacks."""

    settings: GradingPeriodSettings
    changed: bool
    outcomes: tuple[Outcome, ...] = ()
    added: tuple[GradingPeriod, ...] = ()


def merge_grading_periods(
    existing: GradingPeriodSettings,
    sessions: Sequence[AcademicSession],
    ours: Mapping[str, str] | None = None,
) -> PeriodPlan:
    """Merge the SIS's grading periods into a class's.

    `ours` gives, by sourcedId, the id of each period that we made: those follow the SIS. All others stay as they
    are; a period of the SIS with a taken title or overlapping dates is reported and left out. Classroom wants
    titles unique and dates apart (both dates belong to a period).
    """
    periods = list(existing.grading_periods)
    outcomes: list[Outcome] = []
    for session in sorted(_grading_periods(sessions), key=lambda s: (s.start_date, s.sourced_id)):
        made = (ours or {}).get(session.sourced_id)
        current = next((p for p in periods if made is not None and p.id == made), None)
        new = GradingPeriod(
            title=" ".join(session.title.split()),
            start_date=_date(session.start_date),
            end_date=_date(session.end_date),
            id="" if current is None else current.id,
        )
        others = [p for p in periods if p is not current]
        if any(_same(p, new) for p in others):
            continue
        problem = _problem(new, others)
        if problem is None:
            periods = [*others, new]
        else:
            outcomes.append(problem)
    periods.sort(key=lambda p: (_start(p), p.title))
    settings = replace(existing, grading_periods=periods)
    before = sorted(existing.grading_periods, key=lambda p: (_start(p), p.title))
    added = tuple(period for period in periods if period not in before)
    return PeriodPlan(settings, changed=periods != before, outcomes=tuple(outcomes), added=added)


def _grading_periods(sessions: Sequence[AcademicSession]) -> list[AcademicSession]:
    return list({s.sourced_id: s for s in sessions if s.active and s.type == "gradingPeriod"}.values())


def _problem(new: GradingPeriod, others: Sequence[GradingPeriod]) -> Outcome | None:
    for other in others:
        if other.title.strip().casefold() == new.title.casefold():
            return Outcome.of(Code.PERIOD_TITLE_TAKEN, title=new.title)
    for other in others:
        if _start(other) <= new.end_date.plain() and _start(new) <= other.end_date.plain():
            return Outcome.of(Code.PERIOD_OVERLAPS, title=new.title, other=other.title)
    return None


def _same(one: GradingPeriod, other: GradingPeriod) -> bool:
    return (one.title.strip().casefold(), one.start_date, one.end_date) == (
        other.title.casefold(),
        other.start_date,
        other.end_date,
    )


def _start(period: GradingPeriod) -> date:
    return period.start_date.plain()


def _date(day: date) -> Date:
    return Date(year=day.year, month=day.month, day=day.day)
