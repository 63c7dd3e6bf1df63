"""Which line item of the SIS a piece of course work uses in a section: known, adopted, new, or held."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from itertools import count

from msgspec import Struct
from msgspec.structs import replace

from classbridge.bridge.adoption import Wanted, candidates, possible_titles
from classbridge.bridge.choices import NOTHING, WorkChoice
from classbridge.bridge.clock import same_due, sis_due_moment
from classbridge.bridge.identity import line_item_id
from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.preflight import Gradebook, Prepared, wanted_title
from classbridge.bridge.records import ItemFacts, ItemKey, KnownLineItem
from classbridge.classroom.models import CourseWork
from classbridge.oneroster.models import LineItem, Ref


class Step(StrEnum):
    """What is done about the line item before its results; nothing is sent for the last two."""

    CREATE = "create"
    KNOWN = "known"
    ADOPT = "adopt"
    AMBIGUOUS = "ambiguous"
    HELD = "held"


class Target(Struct, frozen=True, kw_only=True):
    """The line item to use. `held` is the SIS's record of it; `candidates` are for a person to choose from."""

    step: Step
    sourced_id: str = ""
    generation: int = 0
    held: LineItem | None = None
    candidates: tuple[LineItem, ...] = ()
    outcome: Outcome | None = None

    @property
    def usable(self) -> bool:
        """Whether results may be sent to it."""
        return self.step not in (Step.AMBIGUOUS, Step.HELD)


class Place(Struct, frozen=True, kw_only=True):
    """One piece of course work in one section, with what the SIS lists there (deleted items too, if it tells)."""

    side: str
    work: CourseWork
    class_sourced_id: str
    school_sourced_id: str | None
    listed: Mapping[str, LineItem]
    taken: Collection[str]
    """sourcedIds that belong to other course work: of this class, or of another that is linked to the section."""
    gradebook: Gradebook
    prepared: Prepared
    unread: bool = False
    """The section has a line item that cannot be read: it may be this one."""
    choice: WorkChoice = NOTHING

    @property
    def key(self) -> ItemKey:
        """The place's key in the id map."""
        return self.work.id, self.class_sourced_id


class ItemAnswers(Struct, frozen=True, kw_only=True):
    """A person's answers about line items: which to adopt (None: make a new one), which gone ones to make anew."""

    adopt: Mapping[ItemKey, str | None] = {}
    recreate: frozenset[ItemKey] = frozenset()


_UNREADABLE = Outcome.of(Code.LINE_ITEMS_UNREADABLE)


def find_target(
    place: Place,
    known: KnownLineItem | None,
    answers: ItemAnswers,
    *,
    attended: bool,
    records_lost: bool = False,
) -> Target:
    """Find the line item: our record, then the derived id, then candidates; only then a new one.

    Where one of the section cannot be read, none counts as gone and none is made. `records_lost`: this link
    exported before, and our records of it are gone.
    """
    recreate = place.key in answers.recreate
    if known is not None and (held := _active(place, known.sourced_id)):
        return Target(step=Step.KNOWN, sourced_id=held.sourced_id, generation=known.generation, held=held)
    generation, derived, deleted = _derived(place, known)
    if held := _active(place, derived):
        return Target(step=Step.KNOWN, sourced_id=derived, generation=generation, held=held)
    ours_to_make = recreate or (known is not None and known.retired)
    if (known is not None or deleted) and not ours_to_make:
        gone = Outcome.of(Code.LINE_ITEM_GONE, title=place.prepared.title)
        return Target(step=Step.HELD, outcome=_UNREADABLE if place.unread else gone)
    found = candidates(_wanted(place), place.listed.values(), place.taken, place.gradebook.zone)
    if found and not (attended and answers.adopt.get(place.key, "") is None):
        return _adoption(place, found, answers.adopt.get(place.key), attended=attended)
    if place.unread:
        return Target(step=Step.HELD, outcome=_UNREADABLE)
    rules = place.gradebook.rules
    if records_lost and (rules.assigns_ids or not rules.sees_foreign_line_items):
        return Target(step=Step.HELD, outcome=Outcome.of(Code.IDS_LOST))
    return Target(step=Step.CREATE, sourced_id=derived, generation=generation)


def _active(place: Place, sourced_id: str) -> LineItem | None:
    item = place.listed.get(sourced_id)
    return item if item is not None and item.active else None


def _derived(place: Place, known: KnownLineItem | None) -> tuple[int, str, bool]:
    """Return the first generation that the SIS does not list as deleted, its id, and whether one was deleted."""
    first = 0 if known is None else known.generation
    work = place.work
    ids = ((g, line_item_id(place.side, work.course_id, work.id, place.class_sourced_id, g)) for g in count(first))
    generation, derived = next((g, i) for g, i in ids if i not in place.listed or place.listed[i].active)
    return generation, derived, generation > first


def _wanted(place: Place) -> Wanted:
    """What to look for: the work as it is sent, and as Classroom has it, for it may have been exported before."""
    prepared, sent = place.prepared, place.prepared.title
    as_it_is = possible_titles(place.work.title, sent, place.gradebook.rules.title_max)
    return Wanted(
        class_sourced_id=place.class_sourced_id,
        titles=(*_titles(place), *as_it_is),
        dues=(prepared.due, sis_due_moment(place.work, place.gradebook.zone)),
        maximum=prepared.maximum,
    )


def _titles(place: Place) -> tuple[str, ...]:
    """The titles that are right in the SIS."""
    whole = wanted_title(place.work, place.choice)
    return possible_titles(whole, place.prepared.title, place.gradebook.rules.title_max)


def _adoption(place: Place, found: tuple[LineItem, ...], chosen: str | None, *, attended: bool) -> Target:
    title = place.prepared.title
    by_id = {item.sourced_id: item for item in found}
    item = by_id.get(chosen) if chosen else None
    if not chosen and attended and len(found) == 1:
        item = found[0]
    if item is not None:
        outcome = Outcome.of(Code.ADOPTED, title=item.title)
        return Target(step=Step.ADOPT, sourced_id=item.sourced_id, held=item, candidates=found, outcome=outcome)
    if len(found) == 1:
        outcome = Outcome.of(Code.ADOPTION_OFFERED, title=title)
        return Target(step=Step.HELD, candidates=found, outcome=outcome)
    outcome = Outcome.of(Code.ADOPTION_AMBIGUOUS, title=title, count=len(found))
    return Target(step=Step.AMBIGUOUS, candidates=found, outcome=outcome)


def facts_of(prepared: Prepared) -> ItemFacts:
    """Return what a line item made from these values says; remember it once it is sent."""
    return ItemFacts(
        title=prepared.title,
        due=prepared.due,
        maximum=prepared.maximum,
        category_sourced_id=prepared.category_sourced_id,
        session_sourced_id=prepared.session_sourced_id,
    )


def outdated(place: Place, target: Target, known: KnownLineItem | None) -> bool:
    """Whether a line item that is there must be sent again because the course work, or what is chosen, changed.

    Compared with what we sent; only where that is unknown with what the SIS holds, whose own words (a shortened
    title, a category it chose) would otherwise be sent against for ever.
    """
    if target.held is None:
        return False
    if known is not None and known.sent is not None and known.sourced_id == target.sourced_id:
        return facts_of(place.prepared) != known.sent
    titles = {title.casefold() for title in _titles(place)}
    return not (
        " ".join(target.held.title.split()).casefold() in titles
        and target.held.result_value_max == place.prepared.maximum
        and same_due(place.prepared.due, target.held.due_date, place.gradebook.zone)
        and not (place.choice.category and _category_of(target.held) != place.prepared.category_sourced_id)
    )


def _category_of(item: LineItem) -> str | None:
    return item.category.sourced_id if item.category else None


def to_line_item(place: Place, target: Target) -> LineItem:
    """Return the line item to PUT; what the SIS holds beyond our values is kept."""
    prepared = place.prepared
    base = target.held or LineItem(
        sourced_id=target.sourced_id,
        title=prepared.title,
        class_=Ref(sourced_id=place.class_sourced_id, type="class"),
        description=prepared.title,
        assign_date=place.work.creation_time,
        school=None if place.school_sourced_id is None else Ref(sourced_id=place.school_sourced_id, type="org"),
        result_value_min=prepared.maximum and prepared.maximum * 0,
    )
    category, session, period = base.category, base.academic_session, base.grading_period
    if prepared.category_sourced_id is not None and (target.step is not Step.ADOPT or place.choice.category):
        category = Ref(sourced_id=prepared.category_sourced_id, type="category")
    if prepared.session_sourced_id is not None:
        session = Ref(sourced_id=prepared.session_sourced_id, type="academicSession")
        period = None if period is None else session  # 1.1 writes the session as its gradingPeriod
    return replace(
        base,
        title=prepared.title,
        due_date=prepared.due,
        category=category,
        academic_session=session,
        grading_period=period,
        result_value_max=prepared.maximum,
    )
