from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from classbridge.store import accounts
from classbridge.store.database import Database
from tests.store.conftest import NOW


def test_a_person_is_found_by_email_however_it_is_written(database: Database) -> None:
    made = accounts.create(database, email="Åsa.Öberg@Skola.example", name="Åsa Öberg", at=NOW, language="sv")
    assert accounts.by_email(database, " åsa.öberg@SKOLA.example ") == made
    assert accounts.get(database, made.id) == made
    assert accounts.by_email(database, "nobody@skola.example") is None
    with pytest.raises(IntegrityError):
        accounts.create(database, email="ÅSA.ÖBERG@skola.example", name="Another", at=NOW)


def test_the_password_hash_is_kept_apart_from_the_person(database: Database) -> None:
    made = accounts.create(database, email="a@x.example", name="A", at=NOW)
    assert accounts.password_hash(database, made.id) is None
    accounts.set_password_hash(database, made.id, "$argon2id$made-up")
    assert accounts.password_hash(database, made.id) == "$argon2id$made-up"
    assert "argon2id" not in repr(accounts.get(database, made.id))


def test_roles_belong_to_a_district(database: Database) -> None:
    made = accounts.create(database, email="a@x.example", name="A", at=NOW)
    for district, role in (("north", "admin"), ("north", "teacher"), ("north", "admin"), ("south", "auditor")):
        accounts.grant_role(database, district, made.id, role)
    assert accounts.districts_of(database, made.id) == [
        ("north", frozenset({"admin", "teacher"})),
        ("south", frozenset({"auditor"})),
    ]
    assert accounts.of_district(database, "south") == [(made, frozenset({"auditor"}))]


def test_a_disabled_person_says_since_when(database: Database) -> None:
    made = accounts.create(database, email="a@x.example", name="A", at=NOW)
    accounts.disable(database, made.id, NOW)
    accounts.set_language(database, made.id, "en")
    found = accounts.get(database, made.id)
    assert found is not None
    assert (found.disabled_at, found.language) == (NOW, "en")


def test_failed_sign_ins_are_counted_in_a_window_and_cleared(database: Database) -> None:
    for minutes in (0, 5, 30):
        accounts.record_failure(database, "A@x.example", NOW - timedelta(minutes=minutes))
    accounts.record_failure(database, "192.0.2.7", NOW)
    assert accounts.count_failures(database, "a@x.example", NOW - timedelta(minutes=10)) == 2
    accounts.clear_failures(database, ["a@x.example"])
    assert accounts.count_failures(database, "a@x.example", NOW - timedelta(hours=1)) == 0
    assert accounts.count_failures(database, "192.0.2.7", NOW) == 1
