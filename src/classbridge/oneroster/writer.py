"""Writes records to a OneRoster server: every PUT, DELETE and POST of both versions."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from classbridge.oneroster.ask import entity_of, path_of
from classbridge.oneroster.codec import encode
from classbridge.oneroster.errors import NotFound, OneRosterError
from classbridge.oneroster.models import Record
from classbridge.oneroster.reader import Reader
from classbridge.oneroster.shape import collections, services
from classbridge.oneroster.writing import CANNOT, Deleted, Posted, Written, posted, written


class Writer(Reader):
    """A Reader that writes too. The standard lets gradebook records be written, and no others."""

    async def put(self, record: Record) -> Written:
        """Create or replace a record under its own sourcedId."""
        entity = entity_of[type(record)]
        url = self.url(entity, path_of(collections[entity], record.sourced_id))
        content = b'{"%s":%s}' % (entity.encode(), self._encoded(record))
        answer = await self.session.request("PUT", services.get(entity, "rostering"), url, content)
        return written(answer, urlsplit(url).path, entity, record.sourced_id)

    async def delete(self, struct: type[Record], sourced_id: str) -> Deleted:
        """Delete a record."""
        entity = entity_of[struct]
        url = self.url(entity, path_of(collections[entity], sourced_id))
        try:
            answer = await self.session.request("DELETE", services.get(entity, "rostering"), url)
        except OneRosterError as error:
            if isinstance(error, NotFound):
                return Deleted(outcome="done", status=error.status or 404)
            if error.status in CANNOT:
                return Deleted(outcome="refused", status=error.status or 0)
            raise
        return Deleted(outcome="done", status=answer.status)

    async def post(self, path: str, records: Sequence[Record]) -> list[Posted]:
        """Create records of one kind below a path, such as "classes/c1/lineItems" (1.2 only).

        The server chooses their ids: the answer pairs each record's own, which is only a supplied one, with
        the allocated. Unlike a PUT it is not safe to send twice, so it is repeated only where the server did not
        take it in (429); after any other failure, read before trying again. Raises ValueError for no records.
        """
        if not records:
            raise ValueError("no records to post")
        entity = entity_of[type(records[0])]
        url = self.url(entity, path)
        rows = b",".join(self._encoded(record) for record in records)
        content = b'{"%s":[%s]}' % (collections[entity].encode(), rows)
        answer = await self.session.request("POST", services.get(entity, "rostering"), url, content)
        return posted(answer, urlsplit(url).path, [record.sourced_id for record in records])

    def _encoded(self, record: Record) -> bytes:
        return encode(record, self.version, href_base=self.roots)
