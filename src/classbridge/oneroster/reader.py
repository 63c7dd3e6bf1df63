"""Reads collections and single records from a OneRoster server, whole or not at all, or as a stream."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar, overload

import msgspec

from classbridge.oneroster.answer import single
from classbridge.oneroster.ask import Ask, ask, entity_of, path_of, struct_at
from classbridge.oneroster.errors import MalformedAnswer, RecordError
from classbridge.oneroster.fetching import Fetcher, placed
from classbridge.oneroster.models import Record
from classbridge.oneroster.paging import Pager
from classbridge.oneroster.position import Position
from classbridge.oneroster.query import Filter
from classbridge.oneroster.stream import Stream, Window
from classbridge.oneroster.watermark import OVERLAP

__all__ = ["Collection", "Reader", "entity_of", "path_of"]

R = TypeVar("R", bound=Record)


class Collection(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """A collection that was read: its records, and the reasons of those that could not be.

    `total` is the server's own count, if it gave one. `complete` is False only when fewer were asked for than
    there are.
    """

    records: list[R]
    set_aside: list[RecordError]
    total: int | None = None
    complete: bool = True


class Reader(Fetcher):
    """One server's data in one version. What the server turned out not to support is remembered.

    A path is the standard's own, below the service ("classes/c1/students"; `path_of` quotes ids). The model of
    its records follows from it; naming it too tells a type checker what comes back.
    """

    @overload
    async def get(self, path: str, struct: type[R]) -> R: ...
    @overload
    async def get(self, path: str) -> Any: ...
    async def get(self, path: str, struct: type[Record] | None = None) -> Any:
        """Read one record. Raises `NotFound`, and `RecordError` when it can't be read."""
        entity = entity_of[struct or struct_at(path)]
        url = self.url(entity, path)
        answer = await self.answer(entity, url)
        try:
            return single(entity, answer.body, self.version)
        except MalformedAnswer as error:
            raise placed(error, url, answer) from None

    @overload
    async def read_all(
        self,
        path: str,
        struct: type[R],
        *,
        filter: Filter | None = None,
        fields: Sequence[str] = (),
        limit: int | None = None,
    ) -> Collection[R]: ...
    @overload
    async def read_all(
        self, path: str, *, filter: Filter | None = None, fields: Sequence[str] = (), limit: int | None = None
    ) -> Collection[Any]: ...
    async def read_all(
        self,
        path: str,
        struct: type[Record] | None = None,
        *,
        filter: Filter | None = None,  # noqa: A002 - the standard's own name
        fields: Sequence[str] = (),
        limit: int | None = None,
    ) -> Collection[Any]:
        """Read a collection whole, or its first `limit` records.

        Every record met the filter, whatever the server made of it (Q17). Raises when any page fails, and
        `IncompleteRead` when the rows do not reach the server's total even in a second pass.
        """
        asked = ask(path, struct, filter, fields)
        pager = self.pager(asked, limit)
        rows = await self._drain(pager, asked, limit)
        if pager.done and not pager.sound:
            pager.again()
            rows += await self._drain(pager, asked, limit)
        if pager.done:
            pager.check()
        records = [row for row in rows if isinstance(row, Record)]
        return Collection(
            records=records[:limit],
            set_aside=[row for row in rows if isinstance(row, RecordError)],
            total=pager.total,
            complete=pager.done and (limit is None or len(records) <= limit),
        )

    @overload
    def iterate(
        self,
        path: str,
        struct: type[R],
        *,
        filter: Filter | None = None,
        fields: Sequence[str] = (),
        set_aside: list[RecordError] | None = None,
    ) -> AsyncIterator[R]: ...
    @overload
    def iterate(
        self,
        path: str,
        *,
        filter: Filter | None = None,
        fields: Sequence[str] = (),
        set_aside: list[RecordError] | None = None,
    ) -> AsyncIterator[Any]: ...
    def iterate(
        self,
        path: str,
        struct: type[Record] | None = None,
        *,
        filter: Filter | None = None,  # noqa: A002 - the standard's own name
        fields: Sequence[str] = (),
        set_aside: list[RecordError] | None = None,
    ) -> AsyncIterator[Any]:
        """Read a collection page by page in constant memory.

        Records that can't be read are added to `set_aside`; without it the first one is raised. Raises
        `IncompleteRead` at the end when the rows do not reach the server's total: what was yielded until then
        is no whole collection.
        """
        return aiter(Stream[Any](self, ask(path, struct, filter, fields), set_aside=set_aside))

    def stream(
        self,
        path: str,
        struct: type[R],
        *,
        filter: Filter | None = None,  # noqa: A002 - the standard's own name
        fields: Sequence[str] = (),
        set_aside: list[RecordError] | None = None,
        position: Position | None = None,
    ) -> Stream[R]:
        """Read a collection like `iterate`, by pages if wished, from where an earlier read was interrupted."""
        return Stream(self, ask(path, struct, filter, fields), set_aside=set_aside, position=position)

    def changes(
        self,
        path: str,
        struct: type[R],
        since: datetime | None,
        *,
        overlap: timedelta = OVERLAP,
        fields: Sequence[str] = (),
        set_aside: list[RecordError] | None = None,
        position: Position | None = None,
    ) -> Stream[R]:
        """Read what has changed since an earlier complete read's `watermark`, or everything without one.

        Records marked `tobedeleted` come as they are. `overlap` is read again each time, so a record may come
        twice; it is what clocks may differ by and what a SIS may take to commit a change. Where the server
        refuses or ignores the filter everything is read, and the stream's `full` and `notes` say so.
        """
        window = Window.after(since, overlap)
        wanted = (*fields, "dateLastModified") if fields else ()
        asked = msgspec.structs.replace(ask(path, struct, window.filter, wanted), local=False)
        return Stream(self, asked, set_aside=set_aside, position=position, window=window)

    async def _drain(self, pager: Pager, asked: Ask, limit: int | None) -> list[Record | RecordError]:
        rows: list[Record | RecordError] = []
        while not pager.done and (limit is None or len(rows) < limit):
            rows += self.taken(pager, asked, await self.fetch(pager, asked))
        return rows
