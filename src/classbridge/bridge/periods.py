"""Grading periods of a Classroom class: read, merge, write. A write replaces the whole list; we drop nothing."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from classbridge.bridge.outcome import Code, Outcome
from classbridge.classroom.models import Date, GradingPeriod, GradingPeriodSettings
from classbridge.oneroster.models import AcademicSession


class PeriodPlan(Struct, frozen=True):
    """The settings to write; nothing needs writing unless `changed`. `added` are those that Classroom lacks.

    `wanted` are all of the SIS's: whoever writes later reads Classroom's anew and merges them again.
    """

    settings: GradingPeriodSettings
    changed: bool
    wanted: tuple[GradingPeriod, ...]
    outcomes: tuple[Outcome, ...] = ()
    added: tuple[GradingPeriod, ...] = ()


def as_classrooms(sessions: Sequence[AcademicSession]) -> tuple[GradingPeriod, ...]:
    """The active grading periods among the SIS's sessions as Classroom has them, each once, by their start."""
    found = {s.sourced_id: s for s in sessions if s.active and s.type == "gradingPeriod"}
    return tuple(
        GradingPeriod(
            title=" ".join(session.title.split()),
            start_date=_date(session.start_date),
            end_date=_date(session.end_date),
        )
        for session in sorted(found.values(), key=lambda s: (s.start_date, s.sourced_id))
    )


def merge_grading_periods(existing: GradingPeriodSettings, wanted: Sequence[GradingPeriod]) -> PeriodPlan:
    """Merge the SIS's grading periods into a class's, whose own all stay as they are.

    A period of the SIS with a taken title or overlapping dates is reported and left out: also one that came with
    an earlier import and has other dates in the SIS since, for nothing tells it from a teacher's own. Classroom
    wants titles unique and dates apart (both dates belong to a period).
    """
    periods = list(existing.grading_periods)
    outcomes: list[Outcome] = []
    for new in wanted:
        if any(_same(period, new) for period in periods):
            continue
        problem = _problem(new, periods)
        if problem is None:
            periods.append(new)
        else:
            outcomes.append(problem)
    added = tuple(periods[len(existing.grading_periods) :])
    periods.sort(key=lambda p: (_start(p), p.title))
    return PeriodPlan(
        replace(existing, grading_periods=periods),
        changed=bool(added),
        wanted=tuple(wanted),
        outcomes=tuple(outcomes),
        added=added,
    )


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
