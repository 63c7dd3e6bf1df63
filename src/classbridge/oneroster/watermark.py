"""How far a delta read has come, and where that is kept."""

import os
import tempfile
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol

import msgspec

OVERLAP = timedelta(minutes=15)
"""How much of what was read is asked for again: for clocks that differ, and for changes committed late."""


def advanced(since: datetime | None, began: datetime, latest: datetime | None) -> datetime | None:
    """Return the watermark after a complete read that began at `began`, by the server's clock.

    `latest` is the largest dateLastModified that was seen. The mark is the earlier of the two: what changed
    while the read went on, on pages already passed, is later than `began`; on a SIS whose own clock is behind,
    or that stamped a record with a day to come, only one of the two can be trusted. A read that saw no date
    leaves the mark where it was; None means that only a whole read will do.
    """
    if latest is None:
        return min(since, began) if since else None
    return min(began, max(since, latest) if since else latest)


def server_time(date_header: str | None, asked: datetime, taken: timedelta) -> datetime:
    """Return when the server began an answer: its Date less the time the answer took, else our own clock."""
    try:
        date = parsedate_to_datetime(date_header or "")
    except ValueError:
        return asked
    return (date if date.tzinfo else date.replace(tzinfo=UTC)) - taken


class Watermarks(Protocol):
    """Where watermarks are kept, by a name of the caller's choice, such as the collection's path."""

    def load(self, name: str) -> datetime | None:
        """Return the watermark; None when there is none yet."""

    def save(self, name: str, mark: datetime | None) -> None:
        """Keep a watermark; None forgets it."""


class WatermarkFile:
    """Watermarks in a JSON file of one writer; a crash leaves the old file or the new one, whole."""

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)

    def load(self, name: str) -> datetime | None:
        """Return the watermark; None when there is none yet. Raises ValueError for a file of something else."""
        return self._all().get(name)

    def save(self, name: str, mark: datetime | None) -> None:
        """Keep a watermark; None forgets it."""
        marks = {**self._all(), name: mark}
        kept = {other: value.astimezone(UTC) for other, value in marks.items() if value is not None}
        handle, written = tempfile.mkstemp(dir=self._path.parent, prefix=self._path.name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.encode(kept))
                file.flush()
                os.fsync(file.fileno())
            Path(written).replace(self._path)
        except BaseException:
            Path(written).unlink(missing_ok=True)
            raise

    def _all(self) -> dict[str, datetime]:
        try:
            text = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        return msgspec.json.decode(text, type=dict[str, datetime])
