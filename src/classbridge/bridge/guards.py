"""Guards against a run that takes away too much: limits per run and per rolling seven days.

The sums of the last seven days come from our history; no clock is read here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

WINDOW_DAYS = 7


class Scope(StrEnum):
    """What a limit is counted over; a type is students or teachers of the whole connection."""

    TYPE = "type"
    SCHOOL = "school"
    CLASS = "class"


class Limit(Struct, frozen=True):
    """The largest shares that may be taken away: in one run, and in seven days with that run."""

    run: Decimal
    week: Decimal


class Guards(Struct, frozen=True, kw_only=True):
    """A district's limits. More than the share is held; the class limit counts from `class_min` people up."""

    type: Limit = Limit(Decimal("0.10"), Decimal("0.10"))
    school: Limit = Limit(Decimal("0.10"), Decimal("0.10"))
    class_: Limit = Limit(Decimal("0.50"), Decimal("0.50"))
    class_min: int = 3

    def limit(self, scope: Scope) -> Limit:
        """Return the limit of a scope."""
        return {Scope.TYPE: self.type, Scope.SCHOOL: self.school, Scope.CLASS: self.class_}[scope]


class Volume(Struct, frozen=True):
    """How many there are now, and how many the last seven days took away before this run."""

    people: int
    removed_week: int = 0


class Breach(Struct, frozen=True):
    """A limit that a run would pass: `count` of `people` (both with the seven days, where those decided)."""

    scope: Scope
    scope_id: str
    count: int
    people: int


def breach(guards: Guards, scope: Scope, scope_id: str, count: int, volume: Volume) -> Breach | None:
    """Return the breach if taking `count` away passes the limit; None if it may go on."""
    if count == 0 or (scope is Scope.CLASS and volume.people + volume.removed_week < guards.class_min):
        return None
    limit = guards.limit(scope)
    if count > limit.run * volume.people:
        return Breach(scope, scope_id, count, volume.people)
    in_week, were = count + volume.removed_week, volume.people + volume.removed_week
    return Breach(scope, scope_id, in_week, were) if in_week > limit.week * were else None


class Removal(Struct, frozen=True, kw_only=True):
    """A membership that a run would take away, with what it counts towards; `type` is students or teachers."""

    course_id: str
    classroom_user_id: str
    user_sourced_id: str
    type: str
    school_sourced_id: str
    class_sourced_id: str

    def counts_in(self) -> tuple[tuple[Scope, str], ...]:
        """Return the scopes of this removal, with their ids; people of a type are counted apart everywhere."""
        return (
            (Scope.TYPE, self.type),
            (Scope.SCHOOL, f"{self.type}:{self.school_sourced_id}"),
            (Scope.CLASS, f"{self.type}:{self.course_id}"),
        )


class Sieve(Struct, frozen=True):
    """What may go, what is held, and which limits said so."""

    allowed: tuple[Removal, ...]
    held: tuple[Removal, ...]
    breaches: tuple[Breach, ...]


def sieve(removals: Iterable[Removal], volumes: Mapping[tuple[Scope, str], Volume], guards: Guards) -> Sieve:
    """Hold every removal that counts towards a passed limit, over a whole run of one or many classes.

    Every scope of every removal must have its volume: KeyError, because an unknown volume has no limit.
    """
    proposed = tuple(removals)
    counts = Counter(scope for removal in proposed for scope in removal.counts_in())
    found = {key: breach(guards, key[0], key[1], count, volumes[key]) for key, count in sorted(counts.items())}
    passed = {key for key, value in found.items() if value is not None}
    held = tuple(r for r in proposed if passed.intersection(r.counts_in()))
    allowed = tuple(r for r in proposed if not passed.intersection(r.counts_in()))
    return Sieve(allowed, held, tuple(value for value in found.values() if value is not None))
