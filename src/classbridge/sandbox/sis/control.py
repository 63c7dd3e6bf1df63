"""The way into a made-up SIS beside its API: faults, state, grades as they are, and another hand's writes.

Guarded by a random key; the server gives address and key to whoever started it.
"""

import hmac
from decimal import Decimal
from typing import Any

import msgspec
from litestar import Litestar, Request, Response
from litestar.concurrency import sync_to_thread
from litestar.exceptions import HTTPException, PermissionDeniedException
from litestar.handlers import HTTPRouteHandler
from litestar.params import RawBody
from msgspec import Struct

from classbridge.sandbox.faults import FaultBoard
from classbridge.sandbox.loopback import KEY_HEADER, PATH, Control
from classbridge.sandbox.sis.state import Grade, Item, NewLineItem, SisSource

AnyRequest = Request[Any, Any, Any]


class SwitchOn(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fault to switch on (`FaultBoard.switch_on`)."""

    name: str
    count: int | None = None
    seconds: float | None = None
    value: float | None = None


class Score(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A score as a teacher changes it in the SIS."""

    score: Decimal | None = None
    score_status: str | None = None


class _Control:
    def __init__(self, source: SisSource, board: FaultBoard) -> None:
        self._source = source
        self._board = board

    def state(self, _: AnyRequest, __: bytes) -> Any:
        return self._source.state()

    def grades(self, request: AnyRequest, _: bytes) -> Any:
        return self._source.grades(request.query_params.get("class"))

    def items(self, request: AnyRequest, _: bytes) -> Any:
        return self._source.items(request.query_params.get("class", ""))

    def faults(self, _: AnyRequest, __: bytes) -> Any:
        return self._board.on()

    def switch_on(self, _: AnyRequest, body: bytes) -> Any:
        wanted = msgspec.json.decode(body, type=SwitchOn)
        if wanted.name not in self._board.names:
            raise HTTPException(f"There is no fault {wanted.name}.", status_code=404)
        self._board.switch_on(wanted.name, count=wanted.count, seconds=wanted.seconds, value=wanted.value)
        return self._board.on()

    def switch_off(self, _: AnyRequest, __: bytes) -> Any:
        self._board.switch_off()
        return []

    def change_score(self, request: AnyRequest, body: bytes) -> Any:
        new = msgspec.json.decode(body, type=Score)
        result_id = request.path_params["result_id"]
        if not self._source.change_score(result_id, new.score, new.score_status):
            raise HTTPException("There is no such result.", status_code=404)
        return {"sourcedId": result_id}

    def add_line_item(self, _: AnyRequest, body: bytes) -> Any:
        return {"sourcedId": self._source.add_line_item(msgspec.json.decode(body, type=NewLineItem))}


def control_app(source: SisSource, board: FaultBoard, key: str) -> Litestar:
    """The control API below `/_sandbox`."""
    control = _Control(source, board)
    routes = (
        ("GET", "/state", control.state),
        ("GET", "/grades", control.grades),
        ("GET", "/line-items", control.items),
        ("GET", "/faults", control.faults),
        ("POST", "/faults", control.switch_on),
        ("DELETE", "/faults", control.switch_off),
        ("POST", "/results/{result_id:str}", control.change_score),
        ("POST", "/line-items", control.add_line_item),
    )
    handlers = [_handler(method, PATH + path, work, key) for method, path, work in routes]
    return Litestar(
        handlers,
        openapi_config=None,
        logging_config=None,
        exception_handlers={msgspec.DecodeError: _unreadable},
    )


def _handler(method: Any, path: str, work: Any, key: str) -> HTTPRouteHandler:
    async def handle(request: AnyRequest, body: RawBody) -> Response[bytes]:
        if not hmac.compare_digest(request.headers.get(KEY_HEADER, "").encode(), key.encode()):
            raise PermissionDeniedException("The sandbox key is missing or wrong.")
        answer = await sync_to_thread(work, request, body)
        return Response(msgspec.json.encode(answer), media_type="application/json")

    return HTTPRouteHandler(path, http_method=method, status_code=200)(handle)


def _unreadable(_: AnyRequest, error: Exception) -> Response[str]:
    return Response(str(error), status_code=400)


class SisControl(Control):
    """The control API of a running SIS."""

    def state(self) -> dict[str, Any]:
        """What the SIS holds (`SisSource.state`)."""
        state: dict[str, Any] = self.call("GET", "/state")
        return state

    def grades(self, class_id: str | None = None) -> list[Grade]:
        """Every result with its title and its student's address."""
        query = {"class": class_id} if class_id else {}
        return msgspec.convert(self.call("GET", "/grades", query=query), list[Grade], strict=False)

    def items(self, class_id: str) -> list[Item]:
        """Every line item of a class, with or without results."""
        found = self.call("GET", "/line-items", query={"class": class_id})
        return msgspec.convert(found, list[Item], strict=False)

    def switch_on(
        self, name: str, *, count: int | None = None, seconds: float | None = None, value: float | None = None
    ) -> None:
        """Switch a fault on, for a number of times or of seconds."""
        wanted = SwitchOn(name=name, count=count, seconds=seconds, value=value)
        self.call("POST", "/faults", msgspec.json.encode(wanted))

    def switch_off(self) -> None:
        """Switch every fault off."""
        self.call("DELETE", "/faults")

    def change_score(self, result_id: str, score: Decimal | None, score_status: str | None = None) -> None:
        """Change a result as a teacher would in the SIS itself."""
        new = Score(score=score, score_status=score_status)
        self.call("POST", f"/results/{result_id}", msgspec.json.encode(new))

    def add_line_item(self, new: NewLineItem) -> str:
        """Add a line item with its results under random ids, as another tool would; returns its id."""
        answer = self.call("POST", "/line-items", msgspec.json.encode(new))
        return str(answer["sourcedId"])
