"""The URL of a request as its caller wrote it, and its path as it is routed."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from litestar import Request


def public_url(request: Request[Any, Any, Any]) -> str:
    """The URL as the caller wrote it, whatever a wrapper made of its path."""
    scope: Any = request.scope
    raw_path = (scope.get("raw_path") or quote(scope["path"]).encode()).partition(b"?")[0]
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    host = request.headers.get("host", "localhost")
    return f"{scope['scheme']}://{host}{(raw_path + query).decode('latin-1')}"


def routable(scope: Mapping[str, Any]) -> str:
    """The path with a NUL for each slash within a segment: a sourcedId may hold one (CSV binding 1.2, type GUID).

    A NUL of the caller's own, which no database could look up, becomes the replacement character. Behind a wrapper
    that changes paths, slashes are not told apart.
    """
    path: str = scope["path"]
    raw = scope.get("raw_path", b"").partition(b"?")[0].decode("latin-1")
    if "%2f" not in raw.lower() or unquote(raw) != path:
        return path.replace("\0", "\N{REPLACEMENT CHARACTER}")
    segments = (unquote(segment).replace("\0", "\N{REPLACEMENT CHARACTER}") for segment in raw.split("/"))
    return "/".join(segment.replace("/", "\0") for segment in segments)


def sourced_id(segment: str) -> str:
    """A segment of a routed path as its caller meant it."""
    return segment.replace("\0", "/")
