"""What is asked of a collection: its path, the model of its records, a filter, chosen fields."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote

import msgspec

from classbridge.oneroster.models import Record, type_of
from classbridge.oneroster.query import Filter
from classbridge.oneroster.shape import collections, members, services

entity_of = {struct: entity for entity, struct in type_of.items()}
"""Each Struct's entity: the name of its single envelope."""

_entities = {
    **{collection: entity for entity, collection in collections.items()},
    "gradingPeriods": "academicSession",
    "schools": "org",
    "students": "user",
    "teachers": "user",
    "terms": "academicSession",
}


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a collection. `local` says that rows which do not meet the filter are dropped here."""

    path: str
    struct: type[Record]
    filter: Filter | None = None
    fields: tuple[str, ...] = ()
    local: bool = True

    @property
    def entity(self) -> str:
        """The entity's name."""
        return entity_of[self.struct]

    @property
    def service(self) -> str:
        """The 1.2 service that serves it."""
        return services.get(self.entity, "rostering")

    @property
    def filter_names(self) -> set[str]:
        """The filter's fields, each with its entity ("user.role")."""
        return {f"{self.entity}.{field}" for field in (self.filter.fields if self.filter else ())}

    @property
    def sort_name(self) -> str:
        """The name under which a refused sort is remembered."""
        return f"{self.entity} sort"

    def asks_to_filter(self, refused: Iterable[str]) -> bool:
        """Return whether the server is asked to filter: it has not refused one of the fields."""
        return self.filter is not None and self.filter_names.isdisjoint(refused)


def path_of(*segments: str) -> str:
    """Join the segments of a path, each percent-encoded: sourcedIds may hold anything."""
    return "/".join(quote(segment, safe="") for segment in segments)


def struct_at(path: str) -> type[Record]:
    """Return the model of the records at a path, by its last collection ("classes/c1/students": User).

    Raises ValueError for a path that ends in no collection of OneRoster and no record of one.
    """
    segments = path.strip("/").split("/")
    name = segments[-1 if len(segments) % 2 else -2]
    if name not in _entities:
        raise ValueError(f"no collection of OneRoster: {path}")
    return type_of[_entities[name]]


def ask(path: str, struct: type[Record] | None, filter_: Filter | None, fields: Sequence[str]) -> Ask:
    """Complete the wanted fields with those that a record, and the check of the filter, can't do without."""
    path = path.strip("/")
    struct = struct or struct_at(path)
    needed = [member.name for member in members(struct) if member.required]
    checked = [name.partition(".")[0] for name in (filter_.fields if filter_ else ())]
    every = dict.fromkeys((*needed, "status", *fields, *checked)) if fields else ()
    return Ask(path=path, struct=struct, filter=filter_, fields=tuple(every))
