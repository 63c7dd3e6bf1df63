"""The way into the stand-in beside the API: people's own deeds in Classroom, faults, snapshots.

Guarded by a random key; the server gives address and key to whoever started it.
"""

from typing import Any

import msgspec

from classbridge.sandbox.classroom.errors import ApiError, Json, invalid
from classbridge.sandbox.classroom.hand import Hand
from classbridge.sandbox.faults import FaultBoard
from classbridge.sandbox.loopback import Control

ACTIONS = (
    "add_member",
    "add_work",
    "course",
    "delegate",
    "delete_work",
    "edit_work",
    "expire_tokens",
    "grade",
    "license",
    "remove_member",
    "return_all",
    "set_clock",
    "sign_in",
    "snapshot",
    "submit",
    "withdraw_key",
)


class Desk:
    """Answers the control API: `POST /_sandbox/<action>` with a JSON object of the action's arguments."""

    def __init__(self, hand: Hand, board: FaultBoard) -> None:
        self._hand = hand
        self._board = board

    def answer(self, action: str, content: bytes) -> tuple[int, Any]:
        """Status and body."""
        try:
            arguments = msgspec.json.decode(content or b"{}", type=dict[str, Any])
            return 200, self._do(action, arguments)
        except ApiError as error:
            return error.code, error.json()
        except (msgspec.DecodeError, TypeError):
            return 400, invalid("The arguments do not fit the action.").json()

    def _do(self, action: str, arguments: dict[str, Any]) -> Any:
        if action in ACTIONS:
            return getattr(self._hand, action)(**arguments)
        if action == "switch_on" and arguments.get("name") in self._board.names:
            self._board.switch_on(**arguments)
        elif action == "switch_off":
            self._board.switch_off()
        elif action != "faults":
            raise invalid("There is no such action or fault.")
        return self._board.on()


class ClassroomControl(Control):
    """The control API of a running stand-in."""

    def do(self, action: str, **arguments: Any) -> Json:
        """Do an action of `Hand`: grade, return_all, add_member, delete_work, course ..."""
        done: Json = self._post(action, arguments)
        return done

    def snapshot(self) -> Json:
        """How much the stand-in holds, and how often each writing method was called."""
        return self.do("snapshot")

    def switch_on(
        self, name: str, *, count: int | None = None, seconds: float | None = None, value: float | None = None
    ) -> None:
        """Switch a fault on, for a number of times or of seconds."""
        self._post("switch_on", {"name": name, "count": count, "seconds": seconds, "value": value})

    def switch_off(self) -> None:
        """Switch every fault off."""
        self._post("switch_off", {})

    def faults(self) -> list[Json]:
        """The faults that are on."""
        lit: list[Json] = self._post("faults", {})
        return lit

    def _post(self, action: str, arguments: dict[str, Any]) -> Any:
        return self.call("POST", f"/{action}", msgspec.json.encode(arguments))
