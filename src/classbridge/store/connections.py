"""A district's connections to its SIS: address, state, proof, sealed credentials, confirmed kinds of data."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import ColumnElement, or_

from classbridge.bridge.expiry import Life
from classbridge.store.database import District
from classbridge.store.rows import Rows, columns, record, values
from classbridge.store.secrets import Sealer
from classbridge.store.tables import connection, credential, data_exchange

State = Literal["draft", "connected", "disconnected"]
SECRET = "credential"  # noqa: S105 # the kind that seals are bound to, no secret


class Connection(Struct, frozen=True, kw_only=True):
    """A connection to a SIS. `proof` holds the last proof's outcomes, codes and parameters."""

    id: str
    vendor: str
    version: str
    state: State
    base_url: str
    token_url: str
    overrides: dict[str, Any]
    support_consent: bool
    proof: list[dict[str, Any]]
    proved_at: datetime | None
    created_at: datetime
    connected_at: datetime | None
    disconnected_at: datetime | None


class Credential(Struct, frozen=True, kw_only=True):
    """What may be shown of a credential: never the secret. Both dates belong to its life; None is open."""

    id: str
    connection_id: str
    effective_on: date | None
    expires_on: date | None
    created_at: datetime


class DataExchange(Struct, frozen=True, kw_only=True):
    """What an admin has decided of a kind of data: that it may be exchanged, or that it may not."""

    kind: str
    allowed: bool
    confirmed_by: str
    confirmed_at: datetime


def create(rows: Rows, *, vendor: str, version: str, at: datetime) -> Connection:
    """A new draft."""
    connection_id = str(uuid.uuid4())
    rows.insert(
        connection, {"id": connection_id, "vendor": vendor, "version": version, "state": "draft", "created_at": at}
    )
    return get(rows, connection_id)


def get(rows: Rows, connection_id: str) -> Connection:
    """One connection; raises `NotFoundError`."""
    found = rows.one(
        rows.select(connection, *columns(connection, Connection)).where(connection.c.id == connection_id)
    )
    return record(Connection, found)


def list_all(rows: Rows) -> list[Connection]:
    """Every connection of the district, oldest first."""
    wanted = rows.select(connection, *columns(connection, Connection))
    return [record(Connection, row) for row in rows.all(wanted.order_by(connection.c.created_at, connection.c.id))]


def save_address(rows: Rows, connection_id: str, *, base_url: str, token_url: str) -> None:
    """Keep the addresses as normalised."""
    _save(rows, connection_id, base_url=base_url, token_url=token_url)


def save_overrides(rows: Rows, connection_id: str, overrides: Mapping[str, Any]) -> None:
    """Keep what the admin sets otherwise than the profile."""
    _save(rows, connection_id, overrides=dict(overrides))


def save_proof(rows: Rows, connection_id: str, proof: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """Keep the outcomes of the last proof."""
    _save(rows, connection_id, proof=[dict(outcome) for outcome in proof], proved_at=at)


def save_support_consent(rows: Rows, connection_id: str, consent: bool) -> None:
    """Keep whether the domain name may be told to the SIS vendor."""
    _save(rows, connection_id, support_consent=consent)


def set_connected(rows: Rows, connection_id: str, at: datetime) -> None:
    """The connection works from now on."""
    _save(rows, connection_id, state="connected", connected_at=at, disconnected_at=None)


def set_draft(rows: Rows, connection_id: str) -> None:
    """The connection is being made again: what it knew stays, its old proof does not."""
    _save(rows, connection_id, state="draft", proof=[])


def set_disconnected(rows: Rows, connection_id: str, at: datetime) -> None:
    """The connection is cut; links and the id map stay."""
    _save(rows, connection_id, state="disconnected", disconnected_at=at)


def add_credential(
    rows: Rows,
    sealer: Sealer,
    connection_id: str,
    secret: Mapping[str, Any],
    *,
    at: datetime,
    effective_on: date | None = None,
    expires_on: date | None = None,
) -> Credential:
    """Seal and keep a credential beside the earlier ones, so that two may overlap."""
    made = Credential(
        id=str(uuid.uuid4()),
        connection_id=connection_id,
        effective_on=effective_on,
        expires_on=expires_on,
        created_at=at,
    )
    row = values(made)
    rows.insert(
        credential, {**row, "sealed": sealer.seal(SECRET, _identity(rows, connection_id, made.id), secret)}
    )
    return made


def set_life(rows: Rows, chosen: Credential, life: Life) -> None:
    """Give a credential other days."""
    rows.update(
        credential,
        {"effective_on": life.effective_on, "expires_on": life.expires_on},
        credential.c.connection_id == chosen.connection_id,
        credential.c.id == chosen.id,
    )


def credentials(rows: Rows, connection_id: str) -> list[Credential]:
    """What may be shown of a connection's credentials, newest first."""
    return _credentials(rows, credential.c.connection_id == connection_id)


def lives(rows: Rows, connection_id: str) -> list[Life]:
    """The days on which each of a connection's credentials is good."""
    kept = credentials(rows, connection_id)
    return [Life(effective_on=one.effective_on, expires_on=one.expires_on) for one in kept]


def current(rows: Rows, connection_id: str, on: date) -> Credential | None:
    """The newest credential in force on a day; None without one."""
    in_force = _credentials(
        rows,
        credential.c.connection_id == connection_id,
        or_(credential.c.effective_on.is_(None), credential.c.effective_on <= on),
        or_(credential.c.expires_on.is_(None), credential.c.expires_on >= on),
    )
    return in_force[0] if in_force else None


def open_credential(rows: Rows, sealer: Sealer, chosen: Credential) -> dict[str, Any]:
    """The secret of one credential. Raises `NotFoundError`, `SealError`."""
    sealed = rows.one(
        rows.select(credential, credential.c.sealed).where(
            credential.c.connection_id == chosen.connection_id, credential.c.id == chosen.id
        )
    ).sealed
    return sealer.open(SECRET, _identity(rows, chosen.connection_id, chosen.id), sealed)


def remove_credential(district: District, connection_id: str, credential_id: str) -> None:
    """Destroy one credential, also its sealed bytes in SQLite's files."""
    _destroy(district, credential.c.connection_id == connection_id, credential.c.id == credential_id)


def destroy_credentials(district: District, connection_id: str) -> int:
    """Destroy all credentials of a connection, also their sealed bytes in SQLite's files; how many there were."""
    return _destroy(district, credential.c.connection_id == connection_id)


def confirmed_kinds(rows: Rows, connection_id: str) -> list[DataExchange]:
    """The kinds of data that may be exchanged, by name."""
    return [one for one in decided_kinds(rows, connection_id) if one.allowed]


def decided_kinds(rows: Rows, connection_id: str) -> list[DataExchange]:
    """The kinds of data of which an admin has decided, by name. A kind that is not here is new, and off."""
    wanted = rows.select(data_exchange, *columns(data_exchange, DataExchange))
    chosen = wanted.where(data_exchange.c.connection_id == connection_id).order_by(data_exchange.c.kind)
    return [record(DataExchange, row) for row in rows.all(chosen)]


def confirm_kinds(
    rows: Rows, connection_id: str, kinds: Iterable[str], *, offered: Iterable[str], by: str, at: datetime
) -> None:
    """Let exactly these of the offered kinds be exchanged; what stays as it was keeps who decided it and when."""
    wanted = set(kinds)
    decided = {kind: kind in wanted for kind in offered}
    known = {one.kind: one.allowed for one in decided_kinds(rows, connection_id)}
    changed = [kind for kind, allowed in decided.items() if known.get(kind) is not allowed]
    rows.delete(data_exchange, data_exchange.c.connection_id == connection_id, data_exchange.c.kind.in_(changed))
    rows.insert(
        data_exchange,
        [
            {
                "connection_id": connection_id,
                "kind": kind,
                "allowed": decided[kind],
                "confirmed_by": by,
                "confirmed_at": at,
            }
            for kind in sorted(changed)
        ],
    )


def _save(rows: Rows, connection_id: str, **values: object) -> None:
    rows.update(connection, values, connection.c.id == connection_id)


def _credentials(rows: Rows, *where: ColumnElement[bool]) -> list[Credential]:
    wanted = rows.select(credential, *columns(credential, Credential)).where(*where)
    newest = wanted.order_by(credential.c.created_at.desc(), credential.c.id.desc())
    return [record(Credential, row) for row in rows.all(newest)]


def _destroy(district: District, *where: ColumnElement[bool]) -> int:
    with district.write() as rows:
        destroyed = rows.delete(credential, *where)
    district.database.scrub()
    return destroyed


def _identity(rows: Rows, connection_id: str, credential_id: str) -> tuple[str, ...]:
    return (rows.district_id, connection_id, credential_id)
