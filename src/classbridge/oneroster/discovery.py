"""Reads what a OneRoster 1.2 server says of itself: its discovery documents (REST binding 1.2; certification).

A document is a stranger's text: whatever in it is not as it should be is left out, and nothing here sends a secret
anywhere. Whether a token address on another host is to be trusted is for a person to say.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec

from classbridge.oneroster.errors import MalformedAnswer, NotFound, OneRosterError
from classbridge.oneroster.failure import failure
from classbridge.oneroster.roots import Roots, Service
from classbridge.oneroster.transport import Transport

FILES: dict[Service, tuple[str, ...]] = {
    "rostering": (
        "onerosterv1p2rostersservice_openapi3_v1p0.json",
        "imsorv1p2_rostering_openapi3_v1p0.json",
    ),
    "gradebook": (
        "onerosterv1p2gradebookservice_openapi3_v1p0.json",
        "imsorv1p2_gradebook_openapi3_v1p0.json",
    ),
    "resources": (
        "onerosterv1p2resourcesservice_openapi3_v1p0.json",
        "imsorv1p2_resources_openapi3_v1p0.json",
    ),
}
"""The names of each service's document; the binding and the guide disagree, so servers do too."""

_METHODS = ("get", "put", "post", "delete")


class Discovered(msgspec.Struct, frozen=True, kw_only=True):
    """What a service's document says. `operations` are the standard's operationIds; `scopes` are whole URIs."""

    token_url: str | None
    operations: frozenset[str]
    scopes: frozenset[str]


async def discover(transport: Transport, roots: Roots, service: Service = "rostering") -> Discovered:
    """Read a service's discovery document under either of its names, without credentials.

    Raises `NotFound` where there is none, `MalformedAnswer` for one that is no OpenAPI document, and what else a
    request may raise.
    """
    missing: OneRosterError = NotFound(f"no discovery document of {service}")
    for name in FILES[service]:
        url = roots.url(service, f"discovery/{name}")
        answer = await transport.exchange("GET", url, headers={})
        if 200 <= answer.status < 300:
            return _read(answer.body, url)
        missing = failure(answer, "GET", urlsplit(url).path)
        if answer.status not in (401, 403, 404):
            break
    raise missing


def _read(body: bytes, url: str) -> Discovered:
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
        raise MalformedAnswer("no OpenAPI document", method="GET", path=urlsplit(url).path)
    flows = list(_flows(document))
    addresses = (_address(flow.get("tokenUrl"), url) for flow in flows)
    return Discovered(
        token_url=next((address for address in addresses if address), None),
        operations=frozenset(_operations(document["paths"])),
        scopes=frozenset(scope for flow in flows for scope in _object(flow.get("scopes"))),
    )


def _flows(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for scheme in _object(_object(document.get("components")).get("securitySchemes")).values():
        yield _object(_object(_object(scheme).get("flows")).get("clientCredentials"))


def _operations(paths: dict[str, Any]) -> Iterator[str]:
    for path in paths.values():
        for method in _METHODS:
            name = _object(_object(path).get(method)).get("operationId")
            if isinstance(name, str):
                yield name


def _address(value: Any, url: str) -> str | None:
    """Return a token address made absolute; None unless it is one that a request can be sent to as safely."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        found, own = urlsplit(urljoin(url, value.strip())), urlsplit(url)
        named = bool(found.hostname) and found.username is None and (found.port is None or found.port > 0)
    except ValueError:
        return None
    return found.geturl() if named and found.scheme in {"https", own.scheme} else None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
