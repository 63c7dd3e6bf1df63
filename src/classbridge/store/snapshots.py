"""When each part of what the SIS and Classroom say was last read whole: the pages' "as of"."""

from datetime import datetime

from classbridge.store.rows import Rows
from classbridge.store.tables import snapshot


def mark(rows: Rows, origin: str, kind: str, subject: str, as_of: datetime) -> None:
    """Note that a part was read whole. `origin` is a connection's id or a side."""
    rows.upsert(snapshot, {"origin": origin, "kind": kind, "subject": subject, "as_of": as_of})


def read_at(rows: Rows, origin: str, kind: str, subject: str) -> datetime | None:
    """When a part was last read whole; None: never."""
    found = rows.first(
        rows.select(snapshot, snapshot.c.as_of).where(
            snapshot.c.origin == origin, snapshot.c.kind == kind, snapshot.c.subject == subject
        )
    )
    return None if found is None else found.as_of
