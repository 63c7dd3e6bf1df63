"""Reads collections and single records from a OneRoster server, whole or not at all."""

from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Generic, Self, TypeVar, cast
from urllib.parse import quote, urlsplit

import msgspec

from classbridge.oneroster.answer import page, single
from classbridge.oneroster.auth import Auth
from classbridge.oneroster.errors import MalformedAnswer, RecordError, Rejected
from classbridge.oneroster.matching import matches
from classbridge.oneroster.models import Record, Version, type_of
from classbridge.oneroster.options import Guard, OnExchange, Options
from classbridge.oneroster.paging import Pager
from classbridge.oneroster.query import Filter, parameters, query_string
from classbridge.oneroster.roots import Roots
from classbridge.oneroster.session import Session
from classbridge.oneroster.shape import members, services
from classbridge.oneroster.transport import Answer

R = TypeVar("R", bound=Record)

entity_of = {struct: entity for entity, struct in type_of.items()}
"""Each Struct's entity: the name of its single envelope."""

_WINDOW = 20_000


class Collection(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """A collection that was read: its records, and the reasons of those that could not be.

    `total` is the server's own count, if it gave one. `complete` is False only when fewer were asked for than
    there are.
    """

    records: list[R]
    set_aside: list[RecordError]
    total: int | None = None
    complete: bool = True


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a collection."""

    path: str
    struct: type[Record]
    filter: Filter | None
    fields: tuple[str, ...]

    @property
    def entity(self) -> str:
        """The entity's name."""
        return entity_of[self.struct]


def path_of(*segments: str) -> str:
    """Join the segments of a path, each percent-encoded: sourcedIds may hold anything."""
    return "/".join(quote(segment, safe="") for segment in segments)


class Reader:
    """One server's data in one version. What the server turned out not to support is remembered."""

    def __init__(
        self,
        roots: Roots,
        version: Version,
        auth: Auth,
        *,
        options: Options | None = None,
        guard: Guard | None = None,
        on_exchange: OnExchange | None = None,
    ) -> None:
        self.roots = roots
        self.version = version
        self.session = Session(auth, options=options, guard=guard, on_exchange=on_exchange)
        self.refused: set[str] = set()
        """The filter fields ("user.role") and sorts ("user sort") that the server refused."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self.session.aclose()

    @property
    def requests(self) -> int:
        """How many requests were sent, token requests and repeats included."""
        return self.session.requests

    async def get(self, path: str, struct: type[R]) -> R:
        """Read one record. Raises `NotFound`, and `RecordError` when it can't be read."""
        entity = entity_of[struct]
        url = self._url(entity, path)
        answer = await self._get(entity, url)
        try:
            return cast(R, single(entity, answer.body, self.version))
        except MalformedAnswer as error:
            raise _placed(error, url, answer) from None

    async def read_all(
        self,
        path: str,
        struct: type[R],
        *,
        filter: Filter | None = None,  # noqa: A002 - the standard's own name
        fields: Sequence[str] = (),
        limit: int | None = None,
    ) -> Collection[R]:
        """Read a collection whole, or its first `limit` records.

        Every record met the filter, whatever the server made of it (Q17). Raises when any page fails, and
        `IncompleteRead` when the rows do not reach the server's total even in a second pass.
        """
        ask = _ask(path, struct, filter, fields)
        pager = self._pager(ask, limit)
        rows = await self._drain(pager, ask, limit)
        if pager.done and not pager.sound:
            pager.again()
            rows += await self._drain(pager, ask, limit)
        if pager.done:
            pager.check()
        records = [cast(R, row) for row in rows if isinstance(row, Record)]
        return Collection(
            records=records[:limit],
            set_aside=[row for row in rows if isinstance(row, RecordError)],
            total=pager.total,
            complete=pager.done and (limit is None or len(records) <= limit),
        )

    async def iterate(
        self,
        path: str,
        struct: type[R],
        *,
        filter: Filter | None = None,  # noqa: A002 - the standard's own name
        fields: Sequence[str] = (),
        set_aside: list[RecordError] | None = None,
    ) -> AsyncIterator[R]:
        """Read a collection page by page in constant memory.

        Records that can't be read are added to `set_aside`; without it the first one is raised. Raises
        `IncompleteRead` at the end when the rows do not reach the server's total: what was yielded until then
        is no whole collection.
        """
        ask = _ask(path, struct, filter, fields)
        pager = self._pager(ask, None, window=_WINDOW)
        while not pager.done:
            for row in await self._next(pager, ask):
                if isinstance(row, Record):
                    yield cast(R, row)
                elif set_aside is None:
                    raise row
                else:
                    set_aside.append(row)
        pager.check()

    async def _drain(self, pager: Pager, ask: Ask, limit: int | None) -> list[Record | RecordError]:
        rows: list[Record | RecordError] = []
        while not pager.done and (limit is None or len(rows) < limit):
            rows += await self._next(pager, ask)
        return rows

    def _pager(self, ask: Ask, limit: int | None, *, window: int | None = None) -> Pager:
        wanted = self.session.options.page_limit
        if limit is not None and ask.filter is None:
            wanted = min(limit, wanted)
        return Pager(self._url(ask.entity, ask.path), wanted, window=window)

    async def _next(self, pager: Pager, ask: Ask) -> list[Record | RecordError]:
        """Read the next page; return its new rows that meet the filter."""
        url = pager.next_url or f"{self._url(ask.entity, ask.path)}?{self._query(pager, ask)}"
        try:
            answer = await self._get(ask.entity, url)
        except Rejected as error:
            if pager.offset or not self._learn(error, ask):
                raise
            return await self._next(pager, ask)
        try:
            found = page(ask.entity, answer.body, self.version, keys=(ask.path.rpartition("/")[2],))
        except MalformedAnswer as error:
            raise _placed(error, url, answer) from None
        return [row for row in pager.take(found, answer.headers) if self._met(row, ask)]

    def _met(self, row: Record | RecordError, ask: Ask) -> bool:
        if ask.filter is None or isinstance(row, RecordError):
            return True
        return matches(row, ask.filter, self.version)

    def _query(self, pager: Pager, ask: Ask) -> str:
        sort = self.session.options.sort and _sort_name(ask) not in self.refused
        usable = ask.filter and not self.refused.intersection(_filter_names(ask))
        return query_string(
            parameters(
                limit=pager.limit,
                offset=pager.offset or None,
                filter=ask.filter if usable else None,
                sort="sourcedId" if sort else None,
                fields=ask.fields,
            )
        )

    def _learn(self, error: Rejected, ask: Ask) -> bool:
        """Remember what the server refused (Q16); True when asking without it is another request."""
        code = error.code_minor.replace(" ", "_").lower()
        names = {"invalid_filter_field": _filter_names(ask), "invalid_sort_field": {_sort_name(ask)}}
        new = names.get(code, set()) - self.refused
        self.refused |= new
        return bool(new)

    async def _get(self, entity: str, url: str) -> Answer:
        return await self.session.request("GET", services.get(entity, "rostering"), url)

    def _url(self, entity: str, path: str) -> str:
        return self.roots.url(services.get(entity, "rostering"), path)


def _ask(path: str, struct: type[Record], filter_: Filter | None, fields: Sequence[str]) -> Ask:
    """Complete the wanted fields with those that a record, and the check of the filter, can't do without."""
    path = path.strip("/")
    if not fields:
        return Ask(path=path, struct=struct, filter=filter_, fields=())
    needed = [member.name for member in members(struct) if member.required]
    checked = [name.partition(".")[0] for name in (filter_.fields if filter_ else ())]
    every = dict.fromkeys((*needed, "status", *fields, *checked))
    return Ask(path=path, struct=struct, filter=filter_, fields=tuple(every))


def _filter_names(ask: Ask) -> set[str]:
    return {f"{ask.entity}.{field}" for field in (ask.filter.fields if ask.filter else ())}


def _sort_name(ask: Ask) -> str:
    return f"{ask.entity} sort"


def _placed(error: MalformedAnswer, url: str, answer: Answer) -> MalformedAnswer:
    return MalformedAnswer(
        error.detail, method="GET", path=urlsplit(url).path, status=answer.status, infos=error.infos
    )
