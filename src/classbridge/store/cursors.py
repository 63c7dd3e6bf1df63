"""Pages of rows, newest first: an opaque cursor says where the next page begins."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy import Column, ColumnElement, literal, tuple_

Item = TypeVar("Item")


class CursorError(ValueError):
    """A cursor that we did not make."""


class Page(Struct, Generic[Item], frozen=True, kw_only=True):
    """Some items, and the cursor of the next page (None: this was the last)."""

    items: list[Item]
    next: str | None = None


def encode(at: datetime, row_id: str) -> str:
    """The cursor after a row."""
    return urlsafe_b64encode(msgspec.json.encode((at, row_id))).decode()


def decode(cursor: str) -> tuple[datetime, str]:
    """The row that a cursor stands after; raises `CursorError`."""
    try:
        at, row_id = msgspec.json.decode(urlsafe_b64decode(cursor), type=tuple[datetime, str])
    except (ValueError, msgspec.MsgspecError) as error:
        raise CursorError("the cursor is not one of ours: ask for the first page again") from error
    if at.tzinfo is None:
        raise CursorError("the cursor is not one of ours: ask for the first page again")
    return at, row_id


def after(cursor: str, at: Column[datetime], row_id: Column[str]) -> ColumnElement[bool]:
    """The condition of the rows that follow a cursor, newest first."""
    moment, last = decode(cursor)
    return tuple_(at, row_id) < tuple_(literal(moment, at.type), literal(last))
