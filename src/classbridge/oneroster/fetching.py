"""Fetches pages and single records of one server. What the server turned out not to support is remembered."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import msgspec

from classbridge.oneroster.answer import Page, page
from classbridge.oneroster.ask import Ask
from classbridge.oneroster.auth import Auth
from classbridge.oneroster.errors import MalformedAnswer, RecordError, Rejected
from classbridge.oneroster.matching import matches
from classbridge.oneroster.models import Record, Version
from classbridge.oneroster.options import Guard, OnExchange, Options
from classbridge.oneroster.paging import Pager
from classbridge.oneroster.query import parameters, query_string
from classbridge.oneroster.roots import Roots
from classbridge.oneroster.session import Session
from classbridge.oneroster.shape import services
from classbridge.oneroster.transport import Answer


class Fetched(msgspec.Struct, frozen=True):
    """A page and the headers that came with it."""

    page: Page
    headers: Mapping[str, str]


class Fetcher:
    """One server's data in one version, page by page."""

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

    def url(self, entity: str, path: str) -> str:
        """Return the address of a path in the service that serves an entity."""
        return self.roots.url(services.get(entity, "rostering"), path)

    def pager(self, ask: Ask, limit: int | None = None, *, window: int | None = None) -> Pager:
        """Return the start of a read of `limit` records, or of all."""
        wanted = self.session.options.page_limit
        if limit is not None and ask.filter is None:
            wanted = min(limit, wanted)
        return Pager(self.url(ask.entity, ask.path), wanted, window=window)

    async def fetch(self, pager: Pager, ask: Ask) -> Fetched:
        """Fetch the page that the pager points to; the pager itself stays where it is."""
        url = pager.next_url or f"{self.url(ask.entity, ask.path)}?{self._query(pager, ask)}"
        try:
            answer = await self.answer(ask.entity, url)
        except Rejected as error:
            if pager.offset or not self._learn(error, ask):
                raise
            return await self.fetch(pager, ask)
        try:
            found = page(ask.entity, answer.body, self.version, keys=(ask.path.rpartition("/")[2],))
        except MalformedAnswer as error:
            raise placed(error, url, answer) from None
        return Fetched(found, answer.headers)

    async def answer(self, entity: str, url: str) -> Answer:
        """Send a GET to the service that serves an entity."""
        return await self.session.request("GET", services.get(entity, "rostering"), url)

    def taken(self, pager: Pager, ask: Ask, fetched: Fetched) -> list[Record | RecordError]:
        """Let the pager take a page in; return its new rows, without those that do not meet the filter."""
        rows = pager.take(fetched.page, fetched.headers)
        if ask.filter is None or not ask.local:
            return rows
        asked = ask.filter
        return [row for row in rows if isinstance(row, RecordError) or matches(row, asked, self.version)]

    def _query(self, pager: Pager, ask: Ask) -> str:
        sort = self.session.options.sort and ask.sort_name not in self.refused
        return query_string(
            parameters(
                limit=pager.limit,
                offset=pager.offset or None,
                filter=ask.filter if ask.asks_to_filter(self.refused) else None,
                sort="sourcedId" if sort else None,
                fields=ask.fields,
            )
        )

    def _learn(self, error: Rejected, ask: Ask) -> bool:
        """Remember what the server refused (Q16); True when asking without it is another request."""
        code = error.code_minor.replace(" ", "_").lower()
        names = {"invalid_filter_field": ask.filter_names, "invalid_sort_field": {ask.sort_name}}
        new = names.get(code, set()) - self.refused
        self.refused |= new
        return bool(new)


def placed(error: MalformedAnswer, url: str, answer: Answer) -> MalformedAnswer:
    """Say which request the error belongs to."""
    return MalformedAnswer(
        error.detail, method="GET", path=urlsplit(url).path, status=answer.status, infos=error.infos
    )
