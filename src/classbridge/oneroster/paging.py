"""Follows the pages of a collection on servers that page by the book, and on those that do not.

Rules (quirks Q12 to Q15): advance by the rows received, whatever was asked for; a short page is not the end;
`Link` and `X-Total-Count` are used when present and never needed; a page without a new record ends the read;
rows that shift between pages are taken once. At the end the distinct rows must reach the total, or
`IncompleteRead` says that they do not.
"""

import re
from collections.abc import Mapping
from typing import cast
from urllib.parse import parse_qs, urljoin, urlsplit

from classbridge.oneroster.answer import Page
from classbridge.oneroster.errors import IncompleteRead, MalformedAnswer, RecordError
from classbridge.oneroster.models import Record

_LINK = re.compile(r"<([^>]*)>([^<]*)")
_REL = re.compile(r"""\brel\s*=\s*"?([^";,]+)"?""", re.IGNORECASE)
_ROUND = 10


class Pager:
    """The state of one read: where the next page starts, what has been seen, whether it is all.

    `window` bounds how many sourcedIds are remembered to recognise repeated rows: at least that many and at most
    twice as many, or a page if that is more; None remembers all.
    """

    def __init__(self, url: str, limit: int, *, window: int | None = None) -> None:
        self.limit = limit
        self.offset = 0
        self.total: int | None = None
        self.distinct = 0
        self.done = False
        self.next_url: str | None = None
        self.changed = False
        self._url = url
        self._window = window
        self._seen: dict[str, int] = {}
        self._earlier: dict[str, int] = {}
        self._pass = 1
        self._first_rows = 0
        self._stuck = False
        self._blind = False

    def take(self, page: Page, headers: Mapping[str, str]) -> list[Record | RecordError]:
        """Take a page in; return those of its rows that are new, and learn where to go on."""
        rows = len(page.rows)
        fresh, unseen = (list(page.rows), rows > 0) if self._is_all_new(page) else self._sift(page)
        self._forget()
        self._stuck = bool(rows) and not unseen
        self._first_rows = self._first_rows or rows
        self.offset += rows
        self.distinct += len(fresh)
        self._note_total(headers)
        more = self._note_link(headers)
        self.done = not unseen or self._is_all(rows, more=more)
        return fresh

    def again(self) -> None:
        """Start over from the first page, remembering what has been seen."""
        self.offset, self.done, self.next_url, self.changed, self._stuck = 0, False, None, False, False
        self._blind = False
        self._pass += 1

    def restore(self, *, offset: int, url: str | None, distinct: int, total: int | None) -> None:
        """Go to where an earlier read of the same collection was. Raises ValueError for another server's url."""
        if url and _origin(url) != _origin(self._url):
            raise ValueError("a position on another server")
        self.offset, self.next_url, self.distinct, self.total = offset, url, distinct, total

    @property
    def sound(self) -> bool:
        """Whether the rows add up: they reach the total, and no full first page came back again and again."""
        if self.total is not None:
            return self.distinct >= self.total and not self.changed
        return not (self._stuck and self._first_rows == self.limit)

    def check(self) -> None:
        """Raise `IncompleteRead` unless the rows reach the total."""
        if self.total is not None and self.distinct < self.total:
            raise IncompleteRead(f"{self.distinct} of {self.total}")
        if self.total is None and not self.sound:
            raise IncompleteRead(f"the same {self._first_rows} came back for every page")

    def _is_all_new(self, page: Page) -> bool:
        """Remember the page's sourcedIds and return True, unless a row has none or came before."""
        ids = {row.sourced_id: self._pass for row in page.rows}
        known = None in ids or len(ids) < len(page.rows)
        if known or not self._seen.keys().isdisjoint(ids) or not self._earlier.keys().isdisjoint(ids):
            return False
        self._seen.update(cast(dict[str, int], ids))
        return True

    def _sift(self, page: Page) -> tuple[list[Record | RecordError], bool]:
        """Return the page's new rows, and whether it has any that this pass has not seen."""
        unseen = self._is_first_blind(page)
        news = [(row, self._known_in(row)) for row in page.rows]
        unseen = unseen or any(row.sourced_id and known_in != self._pass for row, known_in in news)
        return [row for row, known_in in news if unseen and known_in == 0], unseen

    def _forget(self) -> None:
        # Whole generations: taking single entries off a dict's front costs a walk over those already gone.
        if self._window is not None and len(self._seen) >= self._window:
            self._earlier, self._seen = self._seen, {}

    def _is_first_blind(self, page: Page) -> bool:
        """Return whether the page has rows but no sourcedId; a second one would mean reading for ever."""
        blind = bool(page.rows) and all(row.sourced_id is None for row in page.rows)
        if blind and self._blind:
            raise MalformedAnswer("no record in it has a sourcedId")
        self._blind = self._blind or blind
        return blind

    def _known_in(self, row: Record | RecordError) -> int:
        """Return the pass over the pages in which the row was seen before, or 0."""
        if row.sourced_id is None:
            return 0 if self._pass == 1 else self._pass
        known_in = self._seen.get(row.sourced_id) or self._earlier.get(row.sourced_id, 0)
        self._seen[row.sourced_id] = self._pass
        return known_in

    def _note_total(self, headers: Mapping[str, str]) -> None:
        text = headers.get("x-total-count", "").strip()
        if not text.isdigit():
            return
        total = int(text)
        self.changed = self.changed or (self.total is not None and total != self.total)
        self.total = total

    def _note_link(self, headers: Mapping[str, str]) -> bool | None:
        """Return whether the server links to a next page; None when it links to nothing."""
        self.next_url = None
        links = _links(headers.get("link", ""))
        if not links:
            return None
        target = links.get("next")
        url = urljoin(self._url, target) if target else None
        # An offset of the server's own counts the rows it was asked for, not those it sent (Q12).
        if url and _origin(url) == _origin(self._url) and "offset" not in parse_qs(urlsplit(url).query):
            self.next_url = url
        return url is not None

    def _is_all(self, rows: int, *, more: bool | None) -> bool:
        if self.total is not None and self.distinct < self.total:
            return False
        if more is not None:
            return not more
        if self.total is None or self.distinct > self.total:
            return False
        # A total equal to a page of a round size may count that page only: one more request tells.
        return not (self.offset == rows and (rows >= self.limit or rows % _ROUND == 0))


def _links(header: str) -> dict[str, str]:
    found = {}
    for target, rest in _LINK.findall(header):
        rel = _REL.search(rest)
        for name in rel.group(1).lower().split() if rel else ():
            found[name] = target
    return found


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
