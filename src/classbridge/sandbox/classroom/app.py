"""The stand-in's HTTP front: the API, its batches, the token endpoint and the control API."""

import asyncio
import hmac
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Litestar, Request, Response, post, route
from litestar.enums import HttpMethod
from litestar.params import RawBody

from classbridge.sandbox.classroom.api import Api, ApiRequest
from classbridge.sandbox.classroom.batch import run_batch
from classbridge.sandbox.classroom.control import Desk
from classbridge.sandbox.classroom.errors import ApiError
from classbridge.sandbox.classroom.tokens import OAuthError, TokenDesk
from classbridge.sandbox.faults import FaultBoard
from classbridge.sandbox.loopback import KEY_HEADER, PATH

AnyRequest = Request[Any, Any, Any]
_JSON = "application/json; charset=UTF-8"
_SLOW_SECONDS = 5.0
_PLACES = ["/v1/{rest:path}", "/admin/directory/v1/{rest:path}", "/apps/licensing/v1/{rest:path}"]
_METHODS = [HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE]


def create_app(api: Api, tokens: TokenDesk, desk: Desk, board: FaultBoard, *, control_key: str) -> Litestar:
    """The application; every answer, also of an error, is JSON in Google's shape."""

    @route(_PLACES, http_method=_METHODS)
    async def call(request: AnyRequest, body: RawBody) -> Response[bytes]:
        await _dawdle(board)
        return _json(*api.answer(_request(request, body)))

    @post("/batch", status_code=200)
    async def batch(request: AnyRequest, body: RawBody) -> Response[bytes]:
        await _dawdle(board)
        headers = request.headers
        try:
            content_type, answer = run_batch(
                headers.get("content-type", ""), body, headers.get("authorization", ""), api.answer
            )
        except ApiError as error:
            return _json(error.code, error.json())
        return Response(answer, media_type=content_type)

    @post("/token", status_code=200)
    async def token(request: AnyRequest, body: RawBody) -> Response[bytes]:
        if board.take("outage"):
            return _json(503, {"error": "temporarily_unavailable"})
        form = dict(parse_qsl(body.decode("latin-1")))
        try:
            return _json(200, tokens.exchange(form, str(request.url)))
        except OAuthError as error:
            return _json(error.status, error.json)

    @post(PATH + "/{action:str}", status_code=200)
    async def control(request: AnyRequest, body: RawBody) -> Response[bytes]:
        if not hmac.compare_digest(request.headers.get(KEY_HEADER, "").encode(), control_key.encode()):
            return _json(403, {"error": "The sandbox key is missing or wrong."})
        return _json(*desk.answer(request.path_params["action"], body))

    return Litestar([call, batch, token, control], openapi_config=None, logging_config=None)


async def _dawdle(board: FaultBoard) -> None:
    switch = board.take("slow")
    if switch:
        await asyncio.sleep(_SLOW_SECONDS if switch.value is None else switch.value)


def _request(request: AnyRequest, body: bytes) -> ApiRequest:
    """The path as it was sent: an id may hold encoded slashes and colons."""
    return ApiRequest(
        http=str(request.method),
        raw_path=request.scope["raw_path"].decode("latin-1"),
        query=request.scope["query_string"].decode("latin-1"),
        authorization=request.headers.get("authorization", ""),
        body=body,
    )


def _json(status: int, body: Any) -> Response[bytes]:
    return Response(msgspec.json.encode(body), status_code=status, media_type=_JSON)
