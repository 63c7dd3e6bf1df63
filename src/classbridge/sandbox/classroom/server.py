"""Runs the Classroom stand-in on a loopback port, in a thread of its own."""

import secrets
import socket
import threading
from types import TracebackType
from typing import Any, Self

import uvicorn

from classbridge.sandbox.classroom.api import FAULTS, Api
from classbridge.sandbox.classroom.app import create_app
from classbridge.sandbox.classroom.control import ClassroomControl, Desk
from classbridge.sandbox.classroom.hand import Hand
from classbridge.sandbox.classroom.state import load
from classbridge.sandbox.classroom.tokens import TokenDesk
from classbridge.sandbox.district import District
from classbridge.sandbox.faults import FaultBoard

_HOST = "127.0.0.1"
_START_TIMEOUT = 30


class ClassroomServer:
    """A running stand-in: addresses and credentials in `info()`, people's deeds in `control()`."""

    def __init__(self, district: District, *, port: int = 0, schools: int = 4) -> None:
        self._district = district
        self._schools = schools
        self._control_key = secrets.token_urlsafe(24)
        self.board = FaultBoard(FAULTS)
        self.state = load(district.classroom(), schools=schools)
        self.tokens = TokenDesk(self.state)
        self._socket = _listening(port)
        app = create_app(
            Api(self.state, self.tokens, self.board),
            self.tokens,
            Desk(Hand(self.state, self.tokens), self.board),
            self.board,
            control_key=self._control_key,
        )
        config = uvicorn.Config(
            app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="classroom", daemon=True)

    @classmethod
    def start(cls, district: District, *, port: int = 0, schools: int = 4) -> Self:
        """Start the stand-in with the classes of the first so many schools. Returns when it answers."""
        running = cls(district, port=port, schools=schools)
        running._thread.start()
        pause = threading.Event()
        for _ in range(_START_TIMEOUT * 200):
            if running._server.started:
                return running
            pause.wait(0.005)
        raise TimeoutError(f"The Classroom stand-in did not start in {_START_TIMEOUT} seconds.")

    def stop(self) -> None:
        """Stop answering; everything it held is gone."""
        self._server.should_exit = True
        self._thread.join(timeout=_START_TIMEOUT)
        self._socket.close()

    def reset(self) -> None:
        """Start over: the district as it was made, no tokens, no faults; addresses and credentials stay."""
        self.state.become(load(self._district.classroom(), schools=self._schools))
        self.tokens.reset()
        self.board.switch_off()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """What stands in for https://classroom.googleapis.com, without a slash at the end."""
        return f"http://{_HOST}:{self._socket.getsockname()[1]}"

    @property
    def token_url(self) -> str:
        """What stands in for https://oauth2.googleapis.com/token."""
        return f"{self.base_url}/token"

    def info(self) -> dict[str, Any]:
        """Everything that is needed to connect to it, and to look behind it."""
        return {
            "base_url": self.base_url,
            "token_url": self.token_url,
            "service_account": self.tokens.service_account(self.token_url),
            "client_id": self.tokens.client_id,
            "client_secret": self.tokens.client_secret,
            "admin_email": self._district.admin_email,
            "teacher_email": self._district.teacher_email,
            "domain": self._district.domain,
            "control_url": self.base_url,
            "control_key": self._control_key,
        }

    def control(self) -> ClassroomControl:
        """The control API of this server."""
        return ClassroomControl(self.base_url, self._control_key)

    def _run(self) -> None:
        self._server.run([self._socket])


def _listening(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((_HOST, port))
    return listener
