"""Runs the Classroom stand-in on a loopback port, in a thread of its own."""

from typing import Any, Self

from classbridge.sandbox.classroom.api import FAULTS, Api
from classbridge.sandbox.classroom.app import create_app
from classbridge.sandbox.classroom.control import ClassroomControl, Desk
from classbridge.sandbox.classroom.hand import Hand
from classbridge.sandbox.classroom.state import load
from classbridge.sandbox.classroom.tokens import TokenDesk
from classbridge.sandbox.district import District
from classbridge.sandbox.faults import FaultBoard
from classbridge.sandbox.loopback import Loopback, control_key, listening, origin


class ClassroomServer(Loopback):
    """A running stand-in: addresses and credentials in `info()`, people's deeds in `control()`."""

    def __init__(self, district: District, *, port: int = 0, schools: int = 4) -> None:
        self._district = district
        self._schools = schools
        self._control_key = control_key()
        self.board = FaultBoard(FAULTS)
        self.state = load(district.classroom(), schools=schools)
        self.tokens = TokenDesk(self.state)
        app = create_app(
            Api(self.state, self.tokens, self.board),
            self.tokens,
            Desk(Hand(self.state, self.tokens), self.board),
            self.board,
            control_key=self._control_key,
        )
        super().__init__("classroom", [app], [listening(port)])

    @classmethod
    def start(cls, district: District, *, port: int = 0, schools: int = 4) -> Self:
        """Start the stand-in with the classes of the first so many schools. Returns when it answers."""
        return cls(district, port=port, schools=schools).run()

    def reset(self) -> None:
        """Start over: the district as it was made, no tokens, no faults; addresses and credentials stay."""
        self.state.become(load(self._district.classroom(), schools=self._schools))
        self.tokens.reset()
        self.board.switch_off()

    @property
    def base_url(self) -> str:
        """What stands in for https://classroom.googleapis.com, without a slash at the end."""
        return origin(self._sockets[0])

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
