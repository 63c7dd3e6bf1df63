"""Finding a person of the SIS by one word, and the account that somebody means by an address or an id."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Actor
from classbridge.service import courses as course_service
from classbridge.service.context import Context
from classbridge.service.errors import refuse
from classbridge.store import connections, people
from classbridge.store.matches import Match
from classbridge.store.people import Account, KeptPerson
from classbridge.store.rows import Rows
from classbridge.store.types import folded


class Place(Struct, frozen=True, kw_only=True):
    """Between which connection and which Classroom people are matched."""

    connection_id: str
    side: str


def made(place: Place, sis_id: str, account: str | None, actor: Actor, at: datetime) -> Match:
    """An override as it is kept."""
    return Match(
        connection_id=place.connection_id,
        sis_user_id=sis_id,
        side=place.side,
        user_id=account,
        by=actor.account_id,
        at=at,
    )


class Claims:
    """The accounts that may be meant, and whose they are by somebody's word; filled once for a whole file."""

    def __init__(self, known: Iterable[Account], said: Mapping[str, str | None]) -> None:
        self._by_id: dict[str, Account] = {}
        self._by_email: dict[str, list[Account]] = {}
        self._claimed = {account: sis_id for sis_id, account in said.items() if account}
        for one in known:
            self._by_id[one.user_id] = one
            self._by_email.setdefault(folded(one.email or ""), []).append(one)

    def claim(self, sis_id: str, account: str) -> str:
        """The Classroom user id of an address or id, now this person's; an unseen address stands for itself.

        Raises `RefusedError` for what names nobody or several, and for an account that is somebody else's.
        """
        wanted = account.strip()
        if not wanted:
            raise refuse(Code.FIELD_MISSING, field="account")
        found = [self._by_id[wanted]] if wanted in self._by_id else self._by_email.get(folded(wanted), [])
        if len(found) > 1 or (not found and not _is_address(wanted)):
            raise refuse(Code.MATCH_ACCOUNT_UNKNOWN, field="account", account=wanted)
        chosen = found[0].user_id if found else folded(wanted)
        if self._claimed.setdefault(chosen, sis_id) != sis_id:
            raise refuse(Code.MATCH_TAKEN, field="account", account=wanted)
        return chosen


def _is_address(text: str) -> bool:
    local, at, domain = text.partition("@")
    return bool(local and at and domain) and "@" not in domain and " " not in text and len(text) <= 254


def place_of(rows: Rows, connection_id: str = "") -> Place:
    """A connection and the district's Classroom; by default the connection that stands, else the newest."""
    side = course_service.side(rows)
    known = connections.list_all(rows)
    chosen = [one for one in known if one.id == connection_id] if connection_id else known
    if not chosen:
        raise refuse(Code.CONNECTION_NOT_FOUND if connection_id else Code.NOT_CONNECTED)
    best = next((one for one in chosen if one.state == "connected"), chosen[-1])
    return Place(connection_id=best.id, side=side)


def find(rows: Rows, key: str) -> tuple[Place, KeptPerson]:
    """The person with this key; raises `RefusedError`."""
    connection_id, sourced_id = key_parts(key)
    known = {one.id for one in connections.list_all(rows)}
    place = Place(connection_id=connection_id, side=course_service.side(rows))
    person = people.get(rows, connection_id, place.side, sourced_id) if connection_id in known else None
    if person is None:
        raise refuse(Code.PERSON_NOT_FOUND)
    return place, person


def key_of(connection_id: str, sourced_id: str) -> str:
    """One word for a person of a connection: a sourcedId may hold whatever an address cannot."""
    return urlsafe_b64encode(f"{connection_id}|{sourced_id}".encode()).decode().rstrip("=")


def key_parts(key: str) -> tuple[str, str]:
    """The connection and the sourcedId of a key; raises `RefusedError`."""
    try:
        connection_id, bar, sourced_id = urlsafe_b64decode(key + "=" * (-len(key) % 4)).decode().partition("|")
    except ValueError:
        raise refuse(Code.PERSON_NOT_FOUND) from None
    if not bar:
        raise refuse(Code.PERSON_NOT_FOUND)
    return connection_id, sourced_id


def reference(ctx: Context, key: str) -> str:
    """What stands for a person in the audit log: it tells nobody who they are, and stays when they are erased."""
    return hmac.digest(ctx.sealer.derived("person"), key.encode(), "sha256")[:8].hex()
