"""Open connections to the SIS and to Classroom, one of each per worker and credential, kept while it runs."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from threading import Lock
from typing import Any

import msgspec
from msgspec import Struct

from classbridge.bridge.clock import in_school_hours
from classbridge.bridge.gradebook import GradebookRules
from classbridge.bridge.outcome import Code, Outcome
from classbridge.classroom.google.adapter import GoogleClassroom
from classbridge.classroom.port import Classroom
from classbridge.jobs.engine import current
from classbridge.jobs.exchanges import Exchanges
from classbridge.jobs.portal import portal
from classbridge.jobs.runtime import Runtime, now
from classbridge.oneroster.client import Client
from classbridge.oneroster.models import Version
from classbridge.oneroster.options import OnExchange, Options
from classbridge.settings import Settings
from classbridge.sis import packages as desks
from classbridge.sis.connector import Credentials, client_for
from classbridge.sis.outgoing import OutgoingGuard
from classbridge.sis.profile import Edition, Profile
from classbridge.sis.registry import profile
from classbridge.store import classrooms, connections, districts, exchanges, packages
from classbridge.store.connections import Connection, Credential
from classbridge.store.database import District

SUPPORT_HEADER = "X-Classbridge-Domain"
"""Carries the district's domains to the SIS on every request while the admin consents to it, and never else."""


class NotConnectedError(Exception):
    """There is no usable connection; `outcome` says which one is missing."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(str(outcome.code))
        self.outcome = outcome


class SisAccess(Struct, frozen=True, kw_only=True):
    """A SIS that can be asked now. `missing_header` is one that its gradebook wants and nobody has given."""

    connection_id: str
    profile: Profile
    version: Version
    base_url: str
    client: Client
    missing_header: str | None = None

    @property
    def rules(self) -> GradebookRules:
        """The rules of its gradebook."""
        return self.profile.edition(self.version).gradebook


class ClassroomAccess(Struct, frozen=True, kw_only=True):
    """A Classroom that can be asked now, as the district's admin, or as another person by address (`seen_by`).

    Draft grades are shown to a course's teachers alone.
    """

    side: str
    port: Classroom
    seen_by: Callable[[str], Classroom]


class Doors:
    """The open clients, by what they were opened with: a changed key or address opens another."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, ...], Any] = {}
        self._exchanges: dict[tuple[str, str], Exchanges] = {}
        self._lock = Lock()

    def exchanges(self, district_id: str, connection_id: str) -> Exchanges:
        """What has been asked of a connection."""
        with self._lock:
            return self._exchanges.setdefault((district_id, connection_id), Exchanges())

    def get(self, key: tuple[str, ...], make: Callable[[], Any]) -> Any:
        """The client of this key; made by `make` at its first use.

        `make` must not wait for the portal's loop: others wait meanwhile for the lock, perhaps on that loop.
        """
        with self._lock:
            if key not in self._open:
                self._open[key] = make()
            return self._open[key]

    def close(self) -> None:
        """Close every client."""
        for client in self._open.values():
            portal.call(client.aclose)


@contextmanager
def _doors(_settings: Settings) -> Iterator[Doors]:
    doors = Doors()
    try:
        yield doors
    finally:
        doors.close()


def sis_of(runtime: Runtime, district: District, connection_id: str) -> SisAccess:
    """Open a connection of the district.

    Raises `NotConnectedError` without a key that is valid today, or a package where the SIS hands those over.
    """
    with district.read() as rows:
        connection = connections.get(rows, connection_id)
    used = profile(connection.vendor).with_overrides(connection.overrides)
    reach = _by_packages if used.reach == "package" else _by_api
    return reach(runtime, district, connection, used)


def _by_packages(runtime: Runtime, district: District, connection: Connection, used: Profile) -> SisAccess:
    """What the packages of a SIS without an API have said, asked as any SIS is."""
    with district.read() as rows:
        known = packages.any_taken(rows, connection.id)
    if connection.state == "disconnected" or not known:
        raise NotConnectedError(Outcome.of(Code.PACKAGE_MISSING if not known else Code.NOT_CONNECTED))
    doors = current().keep(_doors)
    noted = doors.exchanges(district.id, connection.id)
    file = desks.place(runtime.settings.data_dir, district.id, connection.id)

    def make() -> Client:
        return desks.Desk(file, desks.root(used)).client(used, noted.note)

    return SisAccess(
        connection_id=connection.id,
        profile=used,
        version=Version.V1_2,
        base_url=desks.root(used),
        client=doors.get((district.id, connection.id, "packages"), make),
    )


def _by_api(runtime: Runtime, district: District, connection: Connection, used: Profile) -> SisAccess:
    connection_id = connection.id
    with district.read() as rows:
        chosen = connections.current(rows, connection_id, now().date())
        secret = connections.open_credential(rows, runtime.sealer, chosen) if chosen else {}
        kept = connections.credentials(rows, connection_id)
        shared = ", ".join(districts.domains(rows)) if connection.support_consent else ""
    if connection.state == "disconnected" or chosen is None:
        raise NotConnectedError(_without_key(kept, now().date()))
    version = Version(connection.version)
    at_once = _at_once(runtime, district, used.edition(version))
    key = (
        district.id,
        connection_id,
        connection.base_url,
        connection.token_url,
        version,
        shared,
        str(at_once),
        msgspec.json.encode(connection.overrides, order="deterministic").decode(),
        chosen.id,
    )
    doors = current().keep(_doors)
    noted = doors.exchanges(district.id, connection_id)
    client = doors.get(key, lambda: _open_sis(runtime, connection, used, secret, shared, at_once, noted.note))
    wanted = [header.name for header in used.edition(version).headers]
    return SisAccess(
        connection_id=connection_id,
        profile=used,
        version=version,
        base_url=connection.base_url,
        client=client,
        missing_header=wanted[0] if wanted and not secret.get("headers") else None,
    )


def _at_once(runtime: Runtime, district: District, edition: Edition) -> int:
    """How many requests at a time the SIS bears now."""
    in_hours = in_school_hours(now(), runtime.zone(district.id))
    return edition.concurrency if in_hours else edition.concurrency_off_peak


def keep_exchanges(district: District, connection_id: str) -> None:
    """Write down what has been asked of a connection."""
    noted = current().keep(_doors).exchanges(district.id, connection_id).take()
    if noted:
        with district.write() as rows:
            exchanges.keep(rows, connection_id, noted)


def _without_key(kept: Sequence[Credential], today: date) -> Outcome:
    """Why there is no key that is good today."""
    later = [one.effective_on for one in kept if one.effective_on and one.effective_on > today]
    if later:
        return Outcome.of(Code.KEY_NOT_YET_VALID, day=min(later).isoformat())
    return Outcome.of(Code.KEY_EXPIRED if kept else Code.NOT_CONNECTED)


def _open_sis(
    runtime: Runtime,
    connection: Connection,
    used: Profile,
    secret: dict[str, Any],
    shared: str,
    at_once: int,
    on_exchange: OnExchange,
) -> Client:
    guard = OutgoingGuard(runtime.settings.allowed_hosts)
    credentials = Credentials(
        client_id=secret["client_id"], client_secret=secret["client_secret"], headers=secret.get("headers", {})
    )
    return client_for(
        used,
        Version(connection.version),
        connection.base_url,
        connection.token_url,
        credentials,
        at_once=at_once,
        guard=guard,
        options=Options(headers={SUPPORT_HEADER: shared} if shared else {}),
        on_exchange=on_exchange,
    )


def classroom_of(runtime: Runtime, district: District, side: str | None) -> ClassroomAccess:
    """Open the district's Classroom (`side`, or the only one); raises `NotConnectedError` where there is none."""
    with district.read() as rows:
        found = [one for one in classrooms.list_all(rows) if side in (None, one.side)]
        if not found:
            raise NotConnectedError(Outcome.of(Code.CLASSROOM_NOT_CONNECTED))
        chosen = found[0]
        secret = classrooms.open_secret(rows, runtime.sealer, chosen.side)
    doors = current().keep(_doors)

    guard = OutgoingGuard(runtime.settings.allowed_hosts)
    key = (district.id, chosen.side, chosen.base_url, chosen.connected_at.isoformat())

    def make() -> GoogleClassroom:
        return GoogleClassroom.of_service_account(
            secret["service_account"], chosen.admin_email, base_url=chosen.base_url, guard=guard
        )

    port: GoogleClassroom = doors.get((*key, chosen.admin_email), make)

    def seen_by(email: str) -> Classroom:
        other: Classroom = doors.get((*key, email), lambda: port.acting_as(email))
        return other

    return ClassroomAccess(side=chosen.side, port=port, seen_by=seen_by)
