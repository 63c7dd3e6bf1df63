"""Who and what a made-up SIS holds: the district's records as its habits have them."""

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from classbridge.oneroster.models import (
    AcademicSession,
    Category,
    Class,
    Demographics,
    Enrollment,
    Org,
    Record,
    Ref,
    User,
)
from classbridge.sandbox.sis.personality import Personality

Records = Iterable[Record]
LEGACY_ID = "legacySourcedId"
"""The member of a person's metadata that names the id which other connections of this SIS use."""


def populate(records: Records, habits: Personality) -> Records:
    """The records of a SIS with these habits; lazily where no habit needs to see them all."""
    for wanted, change in _CHANGES:
        if wanted(habits):
            records = change(records, habits)
    return records


def _org_types(records: Records, habits: Personality) -> Iterator[Record]:
    for record in records:
        school = isinstance(record, Org) and record.type == "school"
        yield replace(record, type=habits.org_type) if school else record


def _accounts(records: Records, _: Personality) -> Iterator[Record]:
    return (record for record in records if not isinstance(record, User) or record.enabled_user)


def _legacy_ids(records: Records, _: Personality) -> Iterator[Record]:
    for record in records:
        if isinstance(record, User) and record.roles:
            legacy = record.roles[0].role[0] + record.sourced_id
            record = replace(record, metadata={**record.metadata, LEGACY_ID: legacy})
        yield record


def _role_prefixed(records: Records, _: Personality) -> Iterator[Record]:
    for record in records:
        match record:
            case User():
                for role in dict.fromkeys(one.role for one in record.roles):
                    own = [one for one in record.roles if one.role == role]
                    yield replace(record, sourced_id=role[0] + record.sourced_id, roles=own)
            case Enrollment():
                user = Ref(sourced_id=record.role[0] + record.user.sourced_id, type="user")
                yield replace(record, user=user)
            case Demographics():
                yield replace(record, sourced_id=f"s{record.sourced_id}")
            case _:
                yield record


def _active_year(records: Records, _: Personality) -> Iterator[Record]:
    kept = list(records)
    hidden = classes_of_year(kept, last=False)
    for record in kept:
        of = record.class_.sourced_id if isinstance(record, Enrollment) else record.sourced_id
        if not (isinstance(record, Class | Enrollment) and of in hidden):
            yield record


def classes_of_year(records: Records, *, last: bool) -> set[str]:
    """The sourcedIds of the classes of the latest school year; with `last` false, of all others."""
    kept = list(records)
    years = [one for one in kept if isinstance(one, AcademicSession) and one.type == "schoolYear"]
    latest = max(years, key=lambda year: year.start_date, default=None)
    terms = {child.sourced_id for child in latest.children} if latest else set()
    classes = [one for one in kept if isinstance(one, Class)]
    return {one.sourced_id for one in classes if last is any(term.sourced_id in terms for term in one.terms)}


def _categories_of_classes(records: Records, _: Personality) -> Iterator[Record]:
    titles: dict[str, Category] = {}
    for record in records:
        if isinstance(record, Category):
            titles.setdefault(record.title, record)
            continue
        yield record
        if isinstance(record, Class):
            for title, one in titles.items():
                own = f"{record.sourced_id}-{title.lower()}"
                yield replace(one, sourced_id=own, metadata={"classId": record.sourced_id})


def _upper_case(records: Records, _: Personality) -> Iterator[Record]:
    for record in records:
        addressed = isinstance(record, User) and record.email
        yield replace(record, email=record.email.upper()) if addressed else record  # type: ignore[attr-defined]


def _blank(records: Records, _: Personality) -> Iterator[Record]:
    return (replace(record, email=None) if _teaches(record) else record for record in records)


def _doubled(records: Records, _: Personality) -> Iterator[Record]:
    for record in records:
        yield record
        if _teaches(record):
            yield replace(record, sourced_id=f"{record.sourced_id}-again")


def _teaches(record: Record) -> bool:
    return isinstance(record, User) and any(role.role == "teacher" for role in record.roles)


_CHANGES: tuple[tuple[Callable[[Personality], bool], Callable[[Records, Personality], Iterator[Record]]], ...] = (
    (lambda habits: habits.org_type != "school", _org_types),
    (lambda habits: habits.require_account, _accounts),
    (lambda habits: habits.active_year_only, _active_year),
    (lambda habits: habits.categories_of_classes, _categories_of_classes),
    (lambda habits: habits.emails == "upper_case", _upper_case),
    (lambda habits: habits.emails == "blank", _blank),
    (lambda habits: habits.emails == "doubled", _doubled),
    (lambda habits: habits.legacy_ids, _legacy_ids),
    (lambda habits: habits.role_prefixed_ids, _role_prefixed),
)
"""Each habit and what it makes of the records, in this order."""
