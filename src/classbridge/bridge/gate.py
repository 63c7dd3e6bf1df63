"""Whether the teacher functions are open to somebody: data exchange, pilot and licence, asked as one question.

A teacher function is to link a class, to make one, to import, to export, and what leads there: previews, retries.
"""

from enum import StrEnum

from msgspec import Struct

from classbridge.bridge.outcome import Code, Outcome


class LicenceSource(StrEnum):
    """Where the district's licences are known from; `OFF`: nobody needs one."""

    OFF = "off"
    GOOGLE = "google"
    LIST = "list"


class GateFacts(Struct, frozen=True, kw_only=True):
    """What decides. `unconfirmed`: the kinds of data that the function moves and no admin has confirmed."""

    unconfirmed: tuple[str, ...] = ()
    pilot: bool = False
    """Whether the functions are open to a pilot group only."""
    in_pilot: bool = False
    licence_needed: bool = False
    licences_known: bool = True
    """Whether the list of licences has ever been read or uploaded."""
    licensed: bool = False


def refusal(facts: GateFacts) -> Outcome | None:
    """Say what is missing, what concerns the most people first; None: the function is open."""
    if facts.unconfirmed:
        return Outcome.of(Code.DATA_EXCHANGE_OFF, kind=facts.unconfirmed[0])
    if facts.pilot and not facts.in_pilot:
        return Outcome.of(Code.NOT_IN_PILOT)
    if facts.licence_needed and not facts.licences_known:
        return Outcome.of(Code.LICENCES_NOT_KNOWN)
    if facts.licence_needed and not facts.licensed:
        return Outcome.of(Code.LICENCE_MISSING)
    return None
