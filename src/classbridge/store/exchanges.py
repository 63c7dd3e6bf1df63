"""The last requests to each SIS: what a support bundle shows of them."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from classbridge.store.rows import Rows, columns, record, values
from classbridge.store.tables import sis_exchange

KEPT = 200
"""How many requests of a connection are kept."""


class KeptExchange(Struct, frozen=True, kw_only=True):
    """One request. `status` is None when no answer came; `error` is then the kind of failure."""

    at: datetime
    method: str
    path: str
    status: int | None
    milliseconds: int
    error: str | None


def keep(rows: Rows, connection_id: str, exchanges: Iterable[KeptExchange]) -> None:
    """Add requests, and forget all but the last of the connection."""
    rows.insert(
        sis_exchange,
        [{"connection_id": connection_id, "id": str(uuid.uuid4()), **values(one)} for one in exchanges],
    )
    of_connection = sis_exchange.c.connection_id == connection_id
    times = rows.select(sis_exchange, sis_exchange.c.at).where(of_connection)
    oldest = rows.all(times.order_by(sis_exchange.c.at.desc()).limit(1).offset(KEPT - 1))
    if oldest:
        rows.delete(sis_exchange, of_connection, sis_exchange.c.at < oldest[0].at)


def latest(rows: Rows, connection_id: str) -> list[KeptExchange]:
    """The last requests to a connection's SIS, newest first."""
    wanted = rows.select(sis_exchange, *columns(sis_exchange, KeptExchange))
    of_connection = wanted.where(sis_exchange.c.connection_id == connection_id)
    newest = of_connection.order_by(sis_exchange.c.at.desc(), sis_exchange.c.id).limit(KEPT)
    return [record(KeptExchange, row) for row in rows.all(newest)]
