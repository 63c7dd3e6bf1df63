"""The operations that the provider serves: the standard's own tables, joined with what each path selects.

An operation of `data/operations-*.json` becomes a route as soon as its entity has a Struct in
`models.type_of` and, for a nested path, a row in `selection.RELATIONS`.
"""

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct

from classbridge.oneroster.models import Version, type_of
from classbridge.oneroster.provider.selection import COLLECTIONS, RELATIONS, Collection, Condition, bind, shape

Method = Literal["GET", "PUT", "DELETE", "POST"]

WIDER = {
    "roster-core.readonly": "roster.readonly",
    "gradebook-core.readonly": "gradebook.readonly",
    "resource-core.readonly": "resource.readonly",
}
"""The scope that covers a core scope too (OneRoster 1.2, security scopes; 1.1 names only the narrow one)."""


class Operation(Struct, frozen=True, kw_only=True):
    """One call of one version. `path` is below `base`; its parameters are `{0}`, `{1}` in order of appearance."""

    id: str
    version: Version
    method: Method
    service: str
    base: str
    path: str
    collection: Collection
    single: bool
    scopes: frozenset[str]
    """Full scope URIs, any one of which is enough."""
    envelope: str
    paged: bool
    unknown_parent: bool
    """Whether an unknown parent is answered 404; else the collection is empty (1.2 rostering lists no 404)."""

    @property
    def entity(self) -> str:
        """The entity that is read or written."""
        return self.collection.entity

    @property
    def gradebook(self) -> bool:
        """Whether the call belongs to the gradebook service."""
        return self.service == "gradebook"

    def conditions(self, ids: list[str]) -> tuple[Condition, ...]:
        """What the path's parameters and its collection ask of a record."""
        if self.single:
            return self.collection.where
        return (*self.collection.where, *bind(RELATIONS.get(shape(self.path), ()), ids))

    def parents(self, ids: list[str]) -> list[tuple[str, str]]:
        """The (entity, sourcedId) of each record that the path goes through before its collection."""
        names = self.path.strip("/").split("/")[0::2]
        kept = ids[:-1] if self.single else ids
        return [(COLLECTIONS[name].entity, value) for name, value in zip(names, kept, strict=False)]


class _Row(Struct, rename="camel"):
    service: str
    operation_id: str
    method: Method
    path: str
    base_path: str
    query: list[str]
    scope: str | None = None
    scopes_any_of: tuple[str, ...] = ()
    response_envelope: str | None = None
    request_envelope: str | None = None
    errors: tuple[int, ...] = (404,)


class _Table(Struct, rename="camel"):
    scope_prefix: str
    operations: list[_Row]


@cache
def table(version: Version) -> tuple[Operation, ...]:
    """Every operation of a version that the provider can serve."""
    raw = files(__package__).joinpath("data", f"operations-{version}.json").read_bytes()
    rows = msgspec.json.decode(raw, type=_Table)
    return tuple(_operation(row, version, rows.scope_prefix) for row in rows.operations if _servable(row))


def _servable(row: _Row) -> bool:
    if row.method == "POST":
        return False
    name = _collection_name(row.path)
    known = name in COLLECTIONS and COLLECTIONS[name].entity in type_of
    return known and (row.path.count("/") <= 2 or shape(row.path) in RELATIONS)


def _collection_name(path: str) -> str:
    segments = path.strip("/").split("/")
    return segments[-2] if segments[-1].startswith("{") else segments[-1]


def _operation(row: _Row, version: Version, scope_prefix: str) -> Operation:
    scopes = {row.scope} if row.scope else set(row.scopes_any_of)
    scopes |= {WIDER[name] for name in scopes if name in WIDER}
    return Operation(
        id=row.operation_id,
        version=version,
        method=row.method,
        service=row.service,
        base=row.base_path,
        path=row.path,
        collection=COLLECTIONS[_collection_name(row.path)],
        single=row.path.endswith("}"),
        scopes=frozenset(scope_prefix + name for name in scopes),
        envelope=row.response_envelope or row.request_envelope or "",
        paged="limit" in row.query,
        unknown_parent=404 in row.errors,
    )
