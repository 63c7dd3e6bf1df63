"""The URL of a request as its caller wrote it."""

from typing import Any
from urllib.parse import quote

from litestar import Request


def public_url(request: Request[Any, Any, Any]) -> str:
    """The URL as the caller wrote it, whatever a wrapper made of its path."""
    scope: Any = request.scope
    raw_path = (scope.get("raw_path") or quote(scope["path"]).encode()).partition(b"?")[0]
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    host = request.headers.get("host", "localhost")
    return f"{scope['scheme']}://{host}{(raw_path + query).decode('latin-1')}"
