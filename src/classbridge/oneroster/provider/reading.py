"""Answers reads: query parameters, pages with their headers, single records, and `fields`.

Rules and their evidence: OneRoster 1.2 OpenAPI files; 1.1's differ where noted (unknown `sort` and `fields` are
answered in full with a warning).
"""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from msgspec import Struct

from classbridge.oneroster.errors import FilterError
from classbridge.oneroster.models import Version
from classbridge.oneroster.provider.errors import ProviderError, bad_filter, status_info, unknown
from classbridge.oneroster.provider.fields import askable, selectable
from classbridge.oneroster.provider.operations import Operation
from classbridge.oneroster.provider.options import Options
from classbridge.oneroster.provider.source import Page, Query, Source
from classbridge.oneroster.query import Filter, parse_fields, parse_filter

DEFAULT_LIMIT = 100
_LARGEST = 2**53
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_objects = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])


class Read(Struct, frozen=True):
    """A read that was admitted: the operation, its path's sourcedIds and its query parameters."""

    operation: Operation
    ids: list[str]
    parameters: Mapping[str, str]
    source: Source
    options: Options

    @property
    def version(self) -> Version:
        """The version that was called."""
        return self.operation.version


def parameters(query: str) -> dict[str, str]:
    """Read the query string; of a repeated parameter the last one counts."""
    return dict(parse_qsl(query, keep_blank_values=True))


def single(read: Read) -> bytes:
    """One record in its envelope. Raises `ProviderError` 404."""
    operation = read.operation
    kept, warnings = _selection(read)
    doc = read.source.doc(operation.entity, read.ids[-1], read.version, operation.conditions(read.ids))
    if doc is None:
        raise unknown(operation.entity)
    shown = doc if kept is None else _cut(_object.decode(doc), kept)
    return _envelope(operation.envelope, (shown,), warnings)


def collection(read: Read, url: str) -> tuple[bytes, dict[str, str]]:
    """A page in its envelope, and its headers. `url` is the collection's own, without a query."""
    kept, warnings = _selection(read)
    query, more_warnings = _query(read)
    _require_parents(read)
    page = read.source.page(query)
    docs = page.docs
    if kept is not None:
        docs = b",".join(_cut(doc, kept) for doc in _objects.decode(b"[%b]" % docs))
    content = _envelope(read.operation.envelope, (b"[", docs, b"]"), warnings + more_warnings)
    return content, _headers(read, query, page, url)


def _query(read: Read) -> tuple[Query, list[dict[str, str]]]:
    sort, warnings = _sort(read)
    query = Query(
        entity=read.operation.entity,
        version=read.version,
        where=read.operation.conditions(read.ids),
        filter=_filter(read),
        sort=sort,
        descending=_descending(read),
        limit=min(_number(read, "limit", DEFAULT_LIMIT, 1), read.options.page_cap or _LARGEST),
        offset=_number(read, "offset", 0, 0),
    )
    return query, warnings


def _descending(read: Read) -> bool:
    order = read.parameters.get("orderBy", "asc").lower()
    if order not in ("asc", "desc"):
        raise ProviderError(400, "invaliddata", "orderBy must be asc or desc.")
    return order == "desc"


def _number(read: Read, name: str, default: int, least: int) -> int:
    text = read.parameters.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and int(text[:20]) >= least):
        raise ProviderError(400, "invaliddata", f"{name} must be a whole number of at least {least}.")
    return min(int(text[:20]), _LARGEST)


def _filter(read: Read) -> Filter | None:
    text = read.parameters.get("filter", "")
    if not text.strip():
        return None
    try:
        parsed = parse_filter(text.replace("\0", "\N{REPLACEMENT CHARACTER}"))  # PostgreSQL's text knows no NUL
    except FilterError as error:
        raise bad_filter(str(error)) from None
    name = read.operation.path.rsplit("/", 1)[-1]
    for clause in parsed.clauses:
        if f"{name}.{clause.field}" in read.options.filters_refused:
            raise bad_filter(f"The field cannot be filtered by: {clause.field}")
    return parsed


def _sort(read: Read) -> tuple[str | None, list[dict[str, str]]]:
    name = read.parameters.get("sort", "").strip()
    if not name:
        return None, []
    field = askable(read.operation.entity, read.version).get(name)
    if field and not field.many:
        return name, []
    warning = status_info("invalid_sort_field", f"There is no field to sort by: {name}", warning=True)
    return None, [warning] if read.version is Version.V1_1 else []


def _selection(read: Read) -> tuple[list[str] | None, list[dict[str, str]]]:
    """The members to keep (None: all), and what to warn of."""
    text = read.parameters.get("fields")
    if text is None:
        return None, []
    old = read.version is Version.V1_1
    try:
        names = list(parse_fields(text))
    except FilterError:
        minor = "invalid_blank_selection_field" if old else "invalid_selection_field"
        raise ProviderError(
            400, minor, "fields must name at least one field, and none of them may be blank."
        ) from None
    wrong = [name for name in names if name not in selectable(read.operation.entity, read.version)]
    if not wrong:
        return names, []
    description = f"There is no such field: {', '.join(wrong)}"
    if not old:
        raise ProviderError(400, "invalid_selection_field", description)
    return None, [status_info("invalid_selection_field", description, warning=True)]


def _cut(members: Mapping[str, msgspec.Raw], kept: Sequence[str]) -> bytes:
    return msgspec.json.encode({name: members[name] for name in kept if name in members})


def _envelope(name: str, content: Sequence[bytes], warnings: list[dict[str, str]]) -> bytes:
    extra = b',"statusInfoSet":' + msgspec.json.encode(warnings) if warnings else b""
    # Joined in one go: a page is long, and every `+` copies it.
    return b"".join((b'{"', name.encode(), b'":', *content, extra, b"}"))


def _require_parents(read: Read) -> None:
    if not read.operation.unknown_parent:
        return
    for entity, sourced_id in read.operation.parents(read.ids):
        if read.source.doc(entity, sourced_id, read.version) is None:
            raise unknown(entity)


def _headers(read: Read, query: Query, page: Page, url: str) -> dict[str, str]:
    headers = {}
    if read.options.page_headers in ("both", "total"):
        headers["X-Total-Count"] = str(page.total)
    if read.options.page_headers in ("both", "link"):
        headers["Link"] = ", ".join(_links(read, query, page.total, url))
    return headers


def _links(read: Read, query: Query, total: int, url: str) -> list[str]:
    limit, offset = query.limit, query.offset
    last = (total - 1) // limit * limit if total else 0
    offsets = {"first": 0, "last": last}
    if offset + limit < total:
        offsets["next"] = offset + limit
    if offset > 0:
        offsets["prev"] = max(0, min(offset, total) - limit)
    others = {name: value for name, value in read.parameters.items() if name not in ("limit", "offset")}
    return [
        f'<{url}?{urlencode({**others, "limit": limit, "offset": at}, quote_via=quote)}>; rel="{rel}"'
        for rel, at in offsets.items()
    ]
