"""What a SIS's gradebook will say to a piece of course work, found out before the first byte is sent."""

import hashlib
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from classbridge.bridge import clock
from classbridge.bridge.choices import NOTHING, WorkChoice
from classbridge.bridge.equality import show
from classbridge.bridge.gradebook import GradebookRules
from classbridge.bridge.outcome import Code, Outcome
from classbridge.classroom.models import CourseWork
from classbridge.oneroster.models import AcademicSession, Category


class Gradebook(Struct, frozen=True, kw_only=True):
    """One section's gradebook: its categories, its open terms with their grading periods, and how categories map.

    `mapping` gives the title of a SIS category for the name of a Classroom category (any case), many to one;
    `default_category` is the title for work without one, or with an unmapped one. Titles, not sourcedIds: those
    differ between sections and OneRoster versions.
    """

    rules: GradebookRules
    zone: ZoneInfo
    categories: tuple[Category, ...] = ()
    terms: tuple[AcademicSession, ...] = ()
    periods: tuple[AcademicSession, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    default_category: str | None = None


class Prepared(Struct, frozen=True, kw_only=True):
    """The values to send for a piece of course work, and what there is to say about them."""

    title: str
    due: datetime | None
    maximum: Decimal | None
    category_sourced_id: str | None
    session_sourced_id: str | None = None
    """The grading period to name; None: none is named."""
    outcomes: tuple[Outcome, ...] = ()

    @property
    def blocking(self) -> Outcome | None:
        """The first outcome that stops the export of this work; None if it may go on."""
        return next((outcome for outcome in self.outcomes if outcome.blocks), None)


def prepare(work: CourseWork, title: str, gradebook: Gradebook, choice: WorkChoice = NOTHING) -> Prepared:
    """Check and fix one piece of course work for one section; `title` comes from `plan_titles`."""
    rules = gradebook.rules
    category, category_outcomes = _category(work, choice, gradebook)
    period = next((one for one in gradebook.periods if one.sourced_id == choice.period_id and one.active), None)
    day = clock.planned_day(work, gradebook.zone, choice.due_on, period)
    checks = (
        *_title(wanted_title(work, choice), title, rules),
        *category_outcomes,
        _period(choice, period),
        _due(day, gradebook),
        _points(work, rules),
    )
    if not work.graded:
        checks = (Outcome.of(Code.SKIPPED_UNGRADED),)
    return Prepared(
        title=title,
        due=clock.sis_due_moment(work, gradebook.zone, day),
        maximum=work.max_points,
        category_sourced_id=category,
        session_sourced_id=_session(day, period, gradebook),
        outcomes=tuple(outcome for outcome in checks if outcome is not None),
    )


def wanted_title(work: CourseWork, choice: WorkChoice) -> str:
    """Return the whole title that is wanted in the SIS: the chosen one, or Classroom's."""
    return " ".join((choice.title or work.title).split())


def _title(whole: str, title: str, rules: GradebookRules) -> Iterable[Outcome]:
    if title == whole:
        return ()
    if rules.title_max is not None and len(whole) > rules.title_max:
        return (Outcome.of(Code.TITLE_TOO_LONG, title=title, title_max=rules.title_max),)
    return (Outcome.of(Code.TITLE_DUPLICATE, title=title),)


def usable(categories: Iterable[Category], rules: GradebookRules) -> dict[str, str]:
    """Return the titles of the categories that work may be filed under, by sourcedId."""
    return {
        c.sourced_id: c.title for c in categories if c.active and c.sourced_id not in rules.categories_forbidden
    }


def _category(
    work: CourseWork, choice: WorkChoice, gradebook: Gradebook
) -> tuple[str | None, tuple[Outcome, ...]]:
    """What a person said (for this work, or by the mapping) is followed or missed, never replaced by a guess."""
    there = usable(gradebook.categories, gradebook.rules)
    name = work.grade_category.name if work.grade_category else ""
    said = choice.category or _mapped(name, gradebook.mapping)
    if found := _titled(said or name, there):
        return found, ()
    default = None if said else gradebook.default_category
    if default and (found := _titled(default, there)):
        return found, (Outcome.of(Code.CATEGORY_CHOSEN, category=there[found]),)
    return None, _without_category(said or name or default or "", gradebook.rules, there)


def _without_category(wanted: str, rules: GradebookRules, there: Mapping[str, str]) -> tuple[Outcome, ...]:
    available = ", ".join(sorted(there.values())) or "–"
    if rules.category == "required" and not wanted:
        return (Outcome.of(Code.CATEGORY_MISSING, available=available),)
    if rules.category == "required":
        return (Outcome.of(Code.CATEGORY_NOT_FOUND, category=wanted, available=available),)
    if rules.category == "default":
        return (Outcome.of(Code.CATEGORY_DEFAULTED),)
    return (Outcome.of(Code.CATEGORY_LEFT_OUT, category=wanted, available=available),) if wanted else ()


def _mapped(name: str, mapping: Mapping[str, str]) -> str | None:
    return {key.strip().casefold(): value for key, value in mapping.items()}.get(name.strip().casefold())


def _titled(name: str, there: Mapping[str, str]) -> str | None:
    wanted = name.strip().casefold()
    return next((s for s, title in sorted(there.items()) if wanted and title.strip().casefold() == wanted), None)


def _period(choice: WorkChoice, period: AcademicSession | None) -> Outcome | None:
    return Outcome.of(Code.PERIOD_NOT_FOUND) if choice.period_id and period is None else None


def _session(day: date | None, period: AcademicSession | None, gradebook: Gradebook) -> str | None:
    """The grading period to name, where the SIS wants to be told: the chosen one, or the one of the due day."""
    if not gradebook.rules.sends_grading_period or day is None:
        return None
    periods = [one for one in gradebook.periods if one.type == "gradingPeriod"]
    held = period or clock.session_on(day, periods)
    return None if held is None else held.sourced_id


def _due(day: date | None, gradebook: Gradebook) -> Outcome | None:
    if day is None:
        return Outcome.of(Code.DUE_DATE_MISSING) if gradebook.rules.due_date_required else None
    if not gradebook.rules.due_date_in_term or not gradebook.terms:
        return None
    if clock.session_on(day, gradebook.terms) is not None:
        return None
    return Outcome.of(Code.DUE_DATE_OUTSIDE_TERM, due_date=day, terms=_spans(gradebook.terms))


def _spans(terms: Iterable[AcademicSession]) -> str:
    days: list[tuple[date, date]] = sorted({(t.start_date, t.end_date) for t in terms if t.active})
    return ", ".join(f"{first}–{last}" for first, last in days)


def _points(work: CourseWork, rules: GradebookRules) -> Outcome | None:
    points = work.max_points
    if not rules.whole_points or not points or points == points.to_integral_value():
        return None
    return Outcome.of(Code.POINTS_NOT_WHOLE, points=show(points))


def plan_titles(
    works: Sequence[CourseWork], rules: GradebookRules, choices: Mapping[str, WorkChoice] | None = None
) -> dict[str, str]:
    """Return the title to send of each piece of a class's course work, by its id; all fit, and none meets another.

    A shortened title ends in a tag made of the course work's id, so it does not change when other work comes or
    goes. A title that another work also has gets one too where the SIS wants titles unique; the oldest keeps it.
    A chosen title that meets another is the one that gets the tag, for the other work was not asked about.
    """
    chosen = {i for i, choice in (choices or {}).items() if choice.title}
    whole = {work.id: wanted_title(work, (choices or {}).get(work.id, NOTHING)) for work in works}
    fits = [i for i in whole if rules.title_max is None or len(whole[i]) <= rules.title_max]
    titles: dict[str, str] = {}
    taken: set[str] = set()
    age = {work.id: _age(work) for work in works}
    for work_id in sorted(fits, key=lambda one: (one in chosen, age[one])):
        free = whole[work_id].casefold() not in taken
        if free or not (rules.unique_title or work_id in chosen):
            titles[work_id] = whole[work_id]
            taken.add(whole[work_id].casefold())
    for work_id in sorted(whole.keys() - titles.keys(), key=age.__getitem__):
        titles[work_id] = shorten(whole[work_id], work_id, rules.title_max, taken)
        taken.add(titles[work_id].casefold())
    return titles


def _age(work: CourseWork) -> tuple[datetime, int, str]:
    """Order course work by when it was made, and then by its id, a number."""
    return work.creation_time or datetime.max.replace(tzinfo=UTC), len(work.id), work.id


def shorten(title: str, work_id: str, title_max: int | None, taken: Collection[str]) -> str:
    """Cut a title at a word and end it in a tag of the work's id; the result is in none of `taken` (case-folded).

    ValueError if `title_max` leaves no room for a tag that is free.
    """
    digest = hashlib.sha256(work_id.encode()).hexdigest()
    for length in range(4, len(digest) + 1):
        tag = f"#{digest[:length]}"
        room = len(title) if title_max is None else title_max - len(tag) - 1
        if room + 1 < 0:
            break
        short = f"{_cut(title, room)} {tag}".strip()
        if short.casefold() not in taken:
            return short
    raise ValueError(f"no free title of at most {title_max} characters")


def _cut(title: str, room: int) -> str:
    if len(title) <= room:
        return title
    if room <= 0:
        return ""
    end = room
    while end and unicodedata.combining(title[end]):
        end -= 1
    head = title[:end]
    at_word = head if title[end].isspace() else head.rpartition(" ")[0]
    # A word boundary that throws away half of the title is worse than half a word.
    return (at_word if len(at_word) * 2 >= room else head).rstrip(" ,;:–-")
