"""The provider's application: a route per operation, errors in the words of the version that was called."""

import logging
import traceback
from collections.abc import Sequence
from typing import Any

from litestar import Litestar, Request, Response
from litestar.concurrency import sync_to_thread
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import RawBody

from classbridge.oneroster.models import Version
from classbridge.oneroster.provider import posting, reading
from classbridge.oneroster.provider.addresses import public_url, routable, sourced_id
from classbridge.oneroster.provider.auth import Anyone, Authenticator
from classbridge.oneroster.provider.discovery import discovery
from classbridge.oneroster.provider.errors import ProviderError, body, forbidden, unauthorised, unknown
from classbridge.oneroster.provider.oauth1 import SignedRequest
from classbridge.oneroster.provider.openapi import SERVICES
from classbridge.oneroster.provider.operations import Operation, table
from classbridge.oneroster.provider.options import Call, Options
from classbridge.oneroster.provider.source import Source
from classbridge.oneroster.provider.writing import Writer

AnyRequest = Request[Any, Any, Any]


def create_app(
    source: Source,
    *,
    versions: Sequence[Version] = tuple(Version),
    auth: Authenticator | None = None,
    options: Options | None = None,
) -> Litestar:
    """Serve `source` below `/ims/oneroster`, each version at the standard's own paths.

    Without `auth` anyone may call. Reading and writing the source happens in threads. Each service describes
    itself below its root, at `discovery/` (`discovery.FILES`), to anyone.
    """
    options = options or Options()
    service = _Service(source, auth or Anyone(), options)
    handlers = [service.handler(operation) for version in versions for operation in table(version)]
    handlers += [discovery(version, name, options) for version in versions for name in SERVICES[version]]
    return _Application(
        handlers,
        openapi_config=None,
        logging_config=None,
        exception_handlers={
            ProviderError: _refused,
            HTTPException: _http_error,
            Exception: _failed,
        },
    )


class _Application(Litestar):
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": routable(scope)}
        await super().__call__(scope, receive, send)


class _Service:
    def __init__(self, source: Source, auth: Authenticator, options: Options) -> None:
        self._source = source
        self._auth = auth
        self._options = options
        self._writer = Writer(source, options)

    def handler(self, operation: Operation) -> HTTPRouteHandler:
        """One operation's route."""
        path, names = _route(operation)
        answer = {"GET": self._read, "PUT": self._write, "POST": self._create, "DELETE": self._remove}[
            operation.method
        ]

        def work(request: AnyRequest, body: bytes) -> Response[bytes]:
            ids = [sourced_id(request.path_params[name]) for name in names]
            self._admit(request, operation)
            if operation.taken:
                _require_json(request)
            return answer(operation, ids, request, body)

        async def handle(request: AnyRequest, body: RawBody) -> Response[bytes]:
            return await sync_to_thread(work, request, body)

        return HTTPRouteHandler(
            path,
            http_method=operation.method,
            name=f"{operation.version} {operation.id}",
            status_code=200,
        )(handle)

    def _admit(self, request: AnyRequest, operation: Operation) -> None:
        authorization = request.headers.get("authorization", "")
        if operation.version is Version.V1_2 and authorization[:6].lower() == "oauth ":
            raise unauthorised("OneRoster 1.2 takes OAuth 2 only.")
        signed = SignedRequest(request.method, public_url(request), authorization)
        grant = self._auth.authenticate(signed)
        if grant.scopes is not None and not grant.scopes & operation.scopes:
            raise forbidden("The access token does not have a scope for this call.")
        if operation.id in self._options.unserved:
            raise unknown("address")
        call = Call(operation, request.headers)
        for gate in self._options.gates:
            gate(call)

    def _read(self, operation: Operation, ids: list[str], request: AnyRequest, _: bytes) -> Response[bytes]:
        query = request.scope["query_string"].decode("latin-1")
        read = reading.Read(operation, ids, reading.parameters(query), self._source, self._options)
        if operation.single:
            return _json(reading.single(read))
        return _json(*reading.collection(read, public_url(request).partition("?")[0]))

    def _write(self, operation: Operation, ids: list[str], _: AnyRequest, raw: bytes) -> Response[bytes]:
        created = self._writer.put(operation, ids[-1], raw)
        return Response(b"", status_code=201 if created else self._options.updated(operation.version))

    def _create(self, operation: Operation, ids: list[str], _: AnyRequest, raw: bytes) -> Response[bytes]:
        return _json(posting.post(operation, ids, raw, self._writer), status=201)

    def _remove(self, operation: Operation, ids: list[str], *_: Any) -> Response[bytes]:
        self._writer.delete(operation.entity, ids[-1])
        return Response(b"", status_code=204)


def _route(operation: Operation) -> tuple[str, list[str]]:
    segments: list[str] = []
    names: list[str] = []
    for segment in operation.path.strip("/").split("/"):
        if segment.startswith("{"):
            names.append(f"id{len(names)}")
            segment = f"{{{names[-1]}:str}}"
        segments.append(segment)
    return "/".join((operation.base, *segments)), names


def _require_json(request: AnyRequest) -> None:
    given = request.headers.get("content-type", "json")
    if "json" not in given.lower():
        raise ProviderError(415, "invaliddata", "The body must be JSON.")


def _json(content: bytes, headers: dict[str, str] | None = None, *, status: int = 200) -> Response[bytes]:
    return Response(content, status_code=status, media_type="application/json", headers=headers)


def _version(request: AnyRequest) -> Version:
    return Version.V1_1 if "/v1p1/" in request.scope["path"] else Version.V1_2


def _error(request: AnyRequest, status: int, minor: str, text: str, headers: dict[str, str]) -> Response[bytes]:
    content = body(_version(request), minor, text)
    return Response(content, status_code=status, media_type="application/json", headers=headers)


def _refused(request: AnyRequest, error: Exception) -> Response[bytes]:
    assert isinstance(error, ProviderError)  # noqa: S101 - tells mypy what Litestar dispatched on
    return _error(request, error.status, error.minor, error.description, error.headers)


def _http_error(request: AnyRequest, error: Exception) -> Response[bytes]:
    match error:
        case NotFoundException():
            return _error(request, 404, "unknownobject", "There is no such address.", {})
        case MethodNotAllowedException(headers=headers):
            return _error(request, 405, "invaliddata", "This address does not take this method.", headers or {})
        case HTTPException(status_code=status):
            return _error(request, status, "invaliddata", "The request cannot be read.", {})
    return _failed(request, error)


def _failed(request: AnyRequest, error: Exception) -> Response[bytes]:
    # An exception's text may quote a record; where it happened does not.
    frames = "".join(traceback.format_tb(error.__traceback__))
    logging.getLogger(__name__).error("%s, unexpected, at\n%s", type(error).__name__, frames)
    return _error(request, 500, "internal_server_error", "The server failed; its log says why.", {})
