"""The token endpoint as an application of its own: a SIS may serve it beside its API or on another host."""

from typing import Any

import msgspec
from litestar import Litestar, Request, Response, post
from litestar.params import RawBody
from litestar.status_codes import HTTP_200_OK

from classbridge.oneroster.provider.tokens import TokenError, TokenService

_PRIVATE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def token_app(service: TokenService, path: str = "/token") -> Litestar:
    """Serve `service` at `path` (POST, form-encoded)."""

    @post(path, status_code=HTTP_200_OK, sync_to_thread=False)
    def token(request: Request[Any, Any, Any], body: RawBody) -> Response[bytes]:
        try:
            issued = service.issue(body, request.headers.get("authorization"))
        except TokenError as error:
            return _refusal(error)
        answer: dict[str, Any] = {
            "access_token": issued.value,
            "token_type": "Bearer",
            "expires_in": service.rules.lifetime,
        }
        if issued.scopes is not None:
            answer["scope"] = " ".join(sorted(issued.scopes))
        return _json(answer, HTTP_200_OK)

    return Litestar([token], openapi_config=None, logging_config=None)


def _refusal(error: TokenError) -> Response[bytes]:
    headers = {"WWW-Authenticate": "Basic"} if error.status == 401 else {}
    return _json({"error": error.code}, error.status, headers)


def _json(answer: dict[str, Any], status: int, headers: dict[str, str] | None = None) -> Response[bytes]:
    return Response(
        msgspec.json.encode(answer),
        status_code=status,
        media_type="application/json",
        headers={**_PRIVATE, **(headers or {})},
    )
