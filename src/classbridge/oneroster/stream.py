"""A long read in constant memory: page by page, one fetched ahead, resumable, with a watermark at its end."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any, Generic, Self, TypeVar, cast

import msgspec

from classbridge.oneroster.ask import Ask
from classbridge.oneroster.errors import MalformedAnswer, NotFound, RecordError, Rejected
from classbridge.oneroster.fetching import Fetched, Fetcher
from classbridge.oneroster.models import Record
from classbridge.oneroster.position import Position, digest, question
from classbridge.oneroster.query import Filter, where
from classbridge.oneroster.watermark import advanced, server_time

R = TypeVar("R", bound=Record)

_REMEMBERED = 20_000
_SLOPPY = timedelta(days=1)
"""How far a server may misjudge a date-time (a time zone lost) and still count as filtering."""

OTHER_QUESTION = "The position is of another read; reading began again."
SHIFTED = "The last page that was read is not the same any more; reading began again."
FILTER_REFUSED = "The server refuses to filter by dateLastModified; everything is read."
FILTER_IGNORED = "The server ignores the filter by dateLastModified; everything is read."


class Window(msgspec.Struct, frozen=True):
    """What a delta read asks for: records changed at `start` or later; `since` is the watermark it goes by."""

    since: datetime | None = None
    start: datetime | None = None

    @classmethod
    def after(cls, since: datetime | None, overlap: timedelta) -> Self:
        """Return the window that begins `overlap` before a watermark."""
        return cls(since, since - overlap if since else None)

    @property
    def filter(self) -> Filter | None:
        """The filter that asks for it; None asks for everything."""
        return where("dateLastModified", ">=", self.start) if self.start else None

    def passed_by(self, page: list[Record]) -> bool:
        """Return whether a page holds records so old that no filter can have let them through."""
        dates = (record.date_last_modified for record in page)
        return self.start is not None and any(date < self.start - _SLOPPY for date in dates if date)


class Stream(Generic[R]):
    """One pass over a collection: iterate over it for records, over `pages()` for lists of them, once.

    Raises what a page's request raises, and `IncompleteRead` at the end when the rows do not reach the server's
    total. After a page, `position` says where the read stands; when a read ends early, another stream goes on
    from there. `notes` says in sentences what did not go as asked for: a read that had to begin again hands
    out records a second time.
    """

    def __init__(
        self,
        source: Fetcher,
        ask: Ask,
        *,
        set_aside: list[RecordError] | None = None,
        position: Position | None = None,
        window: Window | None = None,
    ) -> None:
        self.notes: list[str] = []
        self.complete = False
        """Whether every page has been handed out and they add up."""
        self._source = source
        self._ask = ask
        self._set_aside = set_aside
        self._window = window or Window()
        self._question = question(source.url(ask.entity, ""), source.version, ask)
        self._saved = position
        self._position = Position(question=self._question)
        self._begin()

    def _begin(self) -> None:
        self._pager = self._source.pager(self._ask, window=_REMEMBERED)
        self._began: datetime | None = None
        self._latest: datetime | None = None

    @property
    def position(self) -> Position:
        """Where the read stands after the pages that were handed out."""
        return self._position

    @property
    def total(self) -> int | None:
        """The server's own count of what is read, if it gave one."""
        return self._pager.total

    @property
    def full(self) -> bool:
        """Whether everything is read; only then does absence say anything."""
        return self._ask.filter is None or not (self._ask.local or self._ask.asks_to_filter(self._source.refused))

    @property
    def watermark(self) -> datetime | None:
        """What the next `changes` should ask after; None when only a whole read will do.

        Keep it once the records are kept. Raises ValueError before the read is complete.
        """
        if not self.complete:
            raise ValueError("the read is not complete")
        return advanced(self._window.since, self._began, self._latest) if self._began else None

    async def __aiter__(self) -> AsyncIterator[R]:
        async for page in self.pages():
            for record in page:
                yield record

    async def pages(self) -> AsyncIterator[list[R]]:
        """Yield the records of each page; while one is used, the next is on its way."""
        await self._resume()
        ahead: asyncio.Task[Fetched] | None = None
        try:
            while not self._pager.done:
                fetched = await (ahead or self._fetch())
                ahead = None
                records = self._take(fetched)
                if records is None:
                    continue
                if not self._pager.done:
                    ahead = _ahead(self._fetch())
                    # One turn of the loop sends the request, also when the caller never waits for anything.
                    await asyncio.sleep(0)
                yield records
        finally:
            if ahead:
                ahead.cancel()
        self._pager.check()
        self.complete = True

    async def _fetch(self) -> Fetched:
        asked, started = datetime.now(UTC), perf_counter()
        try:
            fetched = await self._source.fetch(self._pager, self._ask)
        except Rejected:
            if self._pager.offset or self.full or not self._window.start:
                raise
            self._source.refused |= self._ask.filter_names
            return await self._fetch()
        taken = timedelta(seconds=perf_counter() - started)
        self._began = self._began or server_time(fetched.headers.get("date"), asked, taken)
        return fetched

    def _take(self, fetched: Fetched) -> list[R] | None:
        """Take a page in; None when it shows that reading must begin again."""
        before = self._pager.offset, self._pager.next_url, self._pager.distinct, self._pager.total
        rows = self._source.taken(self._pager, self._ask, fetched)
        records = self._sound(rows)
        if self._window.start and self.full and not {FILTER_REFUSED, FILTER_IGNORED} & set(self.notes):
            self.notes.append(FILTER_REFUSED)
        if not self.full and self._window.passed_by(cast(list[Record], records)):
            self._source.refused |= self._ask.filter_names
            self._restart(FILTER_IGNORED)
            return None
        self._note_dates(records)
        offset, url, distinct, total = before
        self._position = Position(
            question=self._question,
            offset=offset,
            url=url,
            distinct=distinct,
            total=total,
            page=digest(row.sourced_id for row in fetched.page.rows),
            done=self._pager.done,
            began=self._began,
            latest=self._latest,
            refused=tuple(sorted(self._ask.filter_names & self._source.refused)),
        )
        return records

    def _sound(self, rows: list[Record | RecordError]) -> list[R]:
        bad = [row for row in rows if isinstance(row, RecordError)]
        if not bad:
            return cast(list[R], rows)
        if self._set_aside is None:
            raise bad[0]
        self._set_aside += bad
        return [cast(R, row) for row in rows if isinstance(row, Record)]

    def _note_dates(self, records: list[R]) -> None:
        dates = [record.date_last_modified for record in records if record.date_last_modified]
        if dates:
            self._latest = max(dates) if self._latest is None else max(self._latest, *dates)

    async def _resume(self) -> None:
        saved, self._saved = self._saved, None
        if saved is None:
            return
        if saved.question != self._question:
            self._restart(OTHER_QUESTION)
            return
        self._source.refused |= set(saved.refused) & self._ask.filter_names
        self._began, self._latest = saved.began, saved.latest
        if saved.done or not saved.page:
            self._pager.done = saved.done
            self._position = saved
            return
        if not await self._same_page(saved):
            self._restart(SHIFTED)

    async def _same_page(self, saved: Position) -> bool:
        """Read the last page again and take it in; False when it holds other records than it did."""
        try:
            self._pager.restore(offset=saved.offset, url=saved.url, distinct=saved.distinct, total=saved.total)
            fetched = await self._source.fetch(self._pager, self._ask)
        except (NotFound, Rejected, MalformedAnswer, ValueError):
            return False
        if digest(row.sourced_id for row in fetched.page.rows) != saved.page:
            return False
        self._pager.take(fetched.page, fetched.headers)
        self._position = saved
        return True

    def _restart(self, why: str) -> None:
        self.notes.append(why)
        self._begin()


def _ahead(fetch: Coroutine[Any, Any, Fetched]) -> asyncio.Task[Fetched]:
    task = asyncio.create_task(fetch)
    # A caller who stops early never asks for it; its failure is then nobody's.
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return task
