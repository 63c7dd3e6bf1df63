from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from classbridge.store import classrooms, connections
from classbridge.store.connections import Credential
from classbridge.store.database import Database, District
from classbridge.store.rows import NotFoundError, Rows
from classbridge.store.secrets import Sealer, SealError
from classbridge.store.tables import classroom, credential
from tests.store.conftest import NOW

TODAY = date(2026, 11, 23)


def _draft(rows: Rows) -> str:
    return connections.create(rows, vendor="infinite-campus", version="1.2", at=NOW).id


def test_a_connection_goes_from_draft_to_connected_to_disconnected(north: District) -> None:
    with north.write() as rows:
        made = _draft(rows)
        assert connections.get(rows, made).state == "draft"
        connections.save_address(rows, made, base_url="https://sis.example/x", token_url="https://sis.example/t")
        connections.save_overrides(rows, made, {"page_size": 500})
        connections.save_proof(rows, made, [{"code": "token_ok", "params": {"ms": 12}}], NOW)
        connections.save_support_consent(rows, made, True)
        connections.set_connected(rows, made, NOW)
    with north.read() as rows:
        kept = connections.get(rows, made)
        assert connections.list_all(rows) == [kept]
    assert (kept.state, kept.connected_at, kept.support_consent) == ("connected", NOW, True)
    assert kept.overrides == {"page_size": 500}
    assert (kept.proof, kept.proved_at) == ([{"code": "token_ok", "params": {"ms": 12}}], NOW)
    with north.write() as rows:
        connections.set_disconnected(rows, made, NOW + timedelta(days=1))
        assert connections.get(rows, made).state == "disconnected"


def test_a_connection_of_another_district_is_not_there(north: District, south: District) -> None:
    with north.write() as rows:
        made = _draft(rows)
    with south.write() as rows:
        assert connections.list_all(rows) == []
        connections.set_connected(rows, made, NOW)
        with pytest.raises(NotFoundError):
            connections.get(rows, made)
    with north.read() as rows:
        assert connections.get(rows, made).state == "draft"


def test_the_newest_credential_in_force_is_the_current_one(north: District, sealer: Sealer) -> None:
    with north.write() as rows:
        made = _draft(rows)
        assert connections.current(rows, made, TODAY) is None

        def key(on: date) -> object:
            chosen = connections.current(rows, made, on)
            return connections.open_credential(rows, sealer, chosen)["key"] if chosen else None

        def add(key: str, age: int, effective: date | None, expires: date | None) -> None:
            at = NOW - timedelta(days=age)
            connections.add_credential(
                rows, sealer, made, {"key": key}, at=at, effective_on=effective, expires_on=expires
            )

        add("expired", 1, None, TODAY - timedelta(days=1))
        add("future", 0, TODAY + timedelta(days=1), None)
        add("old", 300, None, TODAY + timedelta(days=30))
        assert key(TODAY) == "old"
        add("last day", 2, TODAY, TODAY)
        assert key(TODAY) == "last day"
        assert key(TODAY + timedelta(days=1)) == "future"
        kept = connections.credentials(rows, made)
    assert len(kept) == 4
    assert [one.created_at for one in kept] == sorted((one.created_at for one in kept), reverse=True)


def test_what_is_listed_of_a_credential_holds_no_secret() -> None:
    assert set(Credential.__struct_fields__) == {"id", "connection_id", "effective_on", "expires_on", "created_at"}


def test_a_sealed_credential_moved_to_another_row_does_not_open(north: District, sealer: Sealer) -> None:
    with north.write() as rows:
        made, other = _draft(rows), _draft(rows)
        connections.add_credential(rows, sealer, made, {"key": "first"}, at=NOW)
        connections.add_credential(rows, sealer, other, {"key": "second"}, at=NOW)
        sealed = rows.one(rows.select(credential, credential.c.sealed).where(credential.c.connection_id == made))
        rows.update(credential, {"sealed": sealed.sealed}, credential.c.connection_id == other)
        [moved] = connections.credentials(rows, other)
        with pytest.raises(SealError):
            connections.open_credential(rows, sealer, moved)


def _sealed(district: District) -> list[bytes]:
    with district.read() as rows:
        return [row.sealed.encode() for row in rows.all(rows.select(credential, credential.c.sealed))]


def test_destroyed_credentials_are_gone(north: District, sealer: Sealer) -> None:
    with north.write() as rows:
        made, other = _draft(rows), _draft(rows)
        for connection_id in (made, made, other):
            last = connections.add_credential(rows, sealer, connection_id, {"key": "x"}, at=NOW)
    assert connections.destroy_credentials(north, made) == 2
    with north.read() as rows:
        assert connections.credentials(rows, made) == []
        assert connections.credentials(rows, other) == [last]
        assert connections.current(rows, made, TODAY) is None
    connections.remove_credential(north, other, last.id)
    assert _sealed(north) == []


def test_destroyed_credentials_leave_no_sealed_bytes_in_sqlites_files(
    database: Database, north: District, sealer: Sealer, file_bytes: Callable[[], bytes], tmp_path: Path
) -> None:
    if not database.sqlite:
        pytest.skip("PostgreSQL frees deleted rows in its own time")
    with north.write() as rows:
        made = _draft(rows)
        for number in range(50):
            connections.add_credential(rows, sealer, made, {"key": str(number) * 200}, at=NOW)
        classrooms.save(rows, sealer, "google", {"key": "y" * 500}, base_url="u", admin_email="a", at=NOW)
        key = rows.one(rows.select(classroom)).sealed.encode()
    database.scrub()
    sealed = [*_sealed(north), key]
    assert all(one in file_bytes() for one in sealed)
    connections.destroy_credentials(north, made)
    classrooms.remove(north, "google")
    left = file_bytes()
    # A Fernet token's first bytes are its version and time, so a piece from within tells tokens apart.
    assert not [one for one in sealed if one[40:80] in left]


def test_confirmed_kinds_keep_who_confirmed_them_first(north: District) -> None:
    with north.write() as rows:
        made = _draft(rows)
        offered = ("grades", "students", "teachers")
        connections.confirm_kinds(rows, made, ["grades", "students"], offered=offered[:2], by="anna", at=NOW)
        later = NOW + timedelta(days=1)
        connections.confirm_kinds(rows, made, ["grades", "teachers"], offered=offered, by="bo", at=later)
        kept = [(one.kind, one.confirmed_by) for one in connections.confirmed_kinds(rows, made)]
        assert kept == [("grades", "anna"), ("teachers", "bo")]
        decided = [(one.kind, one.allowed, one.confirmed_by) for one in connections.decided_kinds(rows, made)]
        assert decided == [("grades", True, "anna"), ("students", False, "bo"), ("teachers", True, "bo")]
        connections.confirm_kinds(rows, made, [], offered=offered, by="bo", at=NOW)
        assert connections.confirmed_kinds(rows, made) == []


def test_a_classroom_key_is_sealed_replaced_and_removed(north: District, sealer: Sealer) -> None:
    for secret in ("first", "second"):
        with north.write() as rows:
            classrooms.save(
                rows, sealer, "google", {"key": secret}, base_url="https://c.example", admin_email="a@x", at=NOW
            )
    with north.read() as rows:
        assert classrooms.open_secret(rows, sealer, "google") == {"key": "second"}
        assert classrooms.list_all(rows) == [classrooms.get(rows, "google")]
    classrooms.remove(north, "google")
    with north.read() as rows, pytest.raises(NotFoundError):
        classrooms.open_secret(rows, sealer, "google")
