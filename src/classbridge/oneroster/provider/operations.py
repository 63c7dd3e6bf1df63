"""The operations that the provider serves: the standard's own tables, joined with what each path selects.

Every operation of `data/operations-*.json` becomes a route. One whose collection, relation or posted members are
not in `selection` is a mistake of ours and fails when the table is read.
"""

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct

from classbridge.oneroster.models import Version
from classbridge.oneroster.provider.selection import (
    COLLECTIONS,
    POSTED,
    RELATIONS,
    Collection,
    Condition,
    bind,
    shape,
)

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
    relation: tuple[Condition, ...]
    """What a nested path asks of its records, before its sourcedIds are put in."""
    posted: tuple[tuple[str, int], ...]
    """The references that the path of a POST gives its records (`selection.POSTED`)."""
    single: bool
    scopes: frozenset[str]
    """Full scope URIs, any one of which is enough."""
    envelope: str
    """The member of the answer's body; "" where there is no body."""
    taken: str
    """The member of the request's body; "" where there is no body."""
    query: tuple[str, ...]
    success: tuple[int, ...]
    errors: tuple[int, ...]
    """The HTTP codes of failures that the standard lists."""
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
        return (*self.collection.where, *bind(self.relation, ids))

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
    query: tuple[str, ...]
    success: int | tuple[int, ...]
    scope: str | None = None
    scopes_any_of: tuple[str, ...] = ()
    response_envelope: str | None = None
    request_envelope: str | None = None
    errors: tuple[int, ...] = (400, 401, 403, 404, 429, 500)  # 1.1's table lists none; its text names these


class _Table(Struct, rename="camel"):
    scope_prefix: str
    operations: list[_Row]


@cache
def table(version: Version) -> tuple[Operation, ...]:
    """Every operation of a version. Raises `KeyError` for one that `selection` has no place for."""
    raw = files(__package__).joinpath("data", f"operations-{version}.json").read_bytes()
    rows = msgspec.json.decode(raw, type=_Table)
    return tuple(_operation(row, version, rows.scope_prefix) for row in rows.operations)


def _collection_name(path: str) -> str:
    segments = path.strip("/").split("/")
    return segments[-2] if segments[-1].startswith("{") else segments[-1]


def _operation(row: _Row, version: Version, scope_prefix: str) -> Operation:
    scopes = {row.scope} if row.scope else set(row.scopes_any_of)
    scopes |= {WIDER[name] for name in scopes if name in WIDER}
    nested = row.path.count("/") > 2
    return Operation(
        id=row.operation_id,
        version=version,
        method=row.method,
        service=row.service,
        base=row.base_path,
        path=row.path,
        collection=COLLECTIONS[_collection_name(row.path)],
        relation=RELATIONS[shape(row.path)] if nested and row.method == "GET" else (),
        posted=tuple(POSTED[shape(row.path)].items()) if row.method == "POST" else (),
        single=row.path.endswith("}"),
        scopes=frozenset(scope_prefix + name for name in scopes),
        envelope=row.response_envelope or "",
        taken=row.request_envelope or "",
        query=row.query,
        success=row.success if isinstance(row.success, tuple) else (row.success,),
        errors=row.errors,
        paged="limit" in row.query,
        unknown_parent=404 in row.errors,
    )
