"""Field masks, made from the records that are read: nothing that no record holds is asked for."""

from functools import cache

import msgspec
from msgspec import Struct, inspect


@cache
def mask(record: type[Struct]) -> str:
    """Return the partial-response mask of a record, such as `id,name(fullName)`."""
    return ",".join(
        field.encode_name + _inner(inspect.type_info(field.type)) for field in msgspec.structs.fields(record)
    )


@cache
def list_mask(key: str, record: type[Struct]) -> str:
    """Return the mask of a list answer whose records stand under `key`."""
    return f"{key}({mask(record)}),nextPageToken"


def _inner(kind: inspect.Type) -> str:
    match kind:
        case inspect.StructType(cls=record):
            return f"({mask(record)})"
        case inspect.ListType(item_type=item):
            return _inner(item)
        case inspect.UnionType(types=kinds):
            return "".join(_inner(one) for one in kinds)
    return ""
