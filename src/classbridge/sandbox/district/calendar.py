"""The district's school years: the current one holds `today`, the one before is closed."""

from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

_DAY = timedelta(days=1)


class Period(Struct, frozen=True, kw_only=True):
    """A term or grading period; both dates belong to it."""

    sourced_id: str
    title: str
    start: date
    end: date


class Term(Period, frozen=True, kw_only=True):
    """A half-year with its two grading periods."""

    grading_periods: tuple[Period, Period]


class SchoolYear(Period, frozen=True, kw_only=True):
    """From 1 August to 31 July, without a gap, so that every day has a term and a grading period."""

    terms: tuple[Term, Term]

    @property
    def name(self) -> str:
        """The year it ends in, as OneRoster names school years."""
        return str(self.end.year)

    def term(self, day: date) -> Term:
        """The term that holds a day of this year."""
        return self.terms[0] if day <= self.terms[0].end else self.terms[1]

    def other_term(self, day: date) -> Term:
        """The term that does not hold it."""
        return self.terms[1] if day <= self.terms[0].end else self.terms[0]

    def grading_period(self, day: date) -> Period:
        """The grading period that holds a day of this year."""
        first, second = self.term(day).grading_periods
        return first if day <= first.end else second


def school_year(day: date, which: Literal["current", "last"] = "current") -> SchoolYear:
    """The school year that holds `day`, or the one before it."""
    first = day.year - (day.month < 8) - (which == "last")
    second = first + 1
    fall = _term(f"{second}-fall", f"Fall {first}", date(first, 8, 1), date(first, 10, 16), date(first, 12, 31))
    spring = _term(
        f"{second}-spring", f"Spring {second}", date(second, 1, 1), date(second, 4, 1), date(second, 7, 31)
    )
    return SchoolYear(
        sourced_id=f"ses-{second}",
        title=f"{first}–{second}",
        start=fall.start,
        end=spring.end,
        terms=(fall, spring),
    )


def _term(key: str, title: str, start: date, middle: date, end: date) -> Term:
    halves = ((start, middle - _DAY), (middle, end))
    first, second = (
        Period(sourced_id=f"ses-{key}-{n}", title=f"{title}, period {n}", start=a, end=b)
        for n, (a, b) in enumerate(halves, 1)
    )
    return Term(sourced_id=f"ses-{key}", title=title, start=start, end=end, grading_periods=(first, second))
