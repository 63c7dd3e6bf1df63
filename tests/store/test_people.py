"""The people of a district as matching sees them, on both databases."""

from typing import Any

import pytest

from classbridge.oneroster.models import Enrollment, Ref, User
from classbridge.store import bulk, links, matches, people
from classbridge.store.cursors import CursorError
from classbridge.store.database import Database, District
from classbridge.store.links import Link
from classbridge.store.matches import Match, Refusal
from classbridge.store.people import OPEN, STATES, Asked
from classbridge.store.sisrows import TABLES, row_of
from classbridge.store.tables import gc_member
from tests.store.conftest import NOW

ASKED = Asked(connection_id="c", side="google")


def user(sourced_id: str, email: str | None, given: str = "Bo", family: str = "Berg", **other: Any) -> User:
    return User(sourced_id=sourced_id, given_name=given, family_name=family, email=email, **other)


def load(database: Database, *users: User, classes: dict[str, str] | None = None) -> None:
    """Keep people, and places ("section": "user") in the role of a student."""
    bulk.load(database, "north", "c", TABLES[User], map(row_of, users), "read-1")
    places = [
        Enrollment(
            sourced_id=f"{section}-{one}", user=Ref(sourced_id=one), class_=Ref(sourced_id=section), role=role
        )
        for section, ones in (classes or {}).items()
        for one, _, role in (place.partition(":") for place in ones.split())
    ]
    bulk.load(database, "north", "c", TABLES[Enrollment], map(row_of, places), "read-1")


def members(north: District, *found: tuple[str, str, str], role: str = "students") -> None:
    """Keep people of Classroom: course, user id, address."""
    fixed = {"side": "google", "role": role, "given_name": "Åsa", "family_name": "Ek", "as_of": NOW}
    with north.write() as rows:
        rows.insert(
            gc_member,
            [
                {
                    "course_id": course,
                    "user_id": user_id,
                    "email": email,
                    "email_folded": email.casefold(),
                    **fixed,
                }
                for course, user_id, email in found
            ],
        )


def link(north: District, course: str, section: str) -> None:
    with north.write() as rows:
        links.link(
            rows,
            Link(
                side="google", course_id=course, connection_id="c", class_id=section, linked_by="a", linked_at=NOW
            ),
        )


def say(north: District, **said: str | None) -> None:
    with north.write() as rows:
        matches.save(
            rows,
            [
                Match(connection_id="c", sis_user_id=one, side="google", user_id=account, by="a", at=NOW)
                for one, account in said.items()
            ],
        )


def states(north: District, asked: Asked = ASKED) -> dict[str, str]:
    with north.read() as rows:
        return {one.sourced_id: one.state for one in people.page(rows, asked).items}


@pytest.fixture
def known(database: Database, north: District) -> None:
    load(
        database,
        user("bo", "Bo@x.example", "Bo", "Berg"),
        user("eva", None, "Eva", "Al"),
        user("sib1", "home@y.example", "Åsa", "Öberg", identifier="4711"),
        user("sib2", "HOME@y.example", "Måns", "Öberg"),
        user("ny", "ny@x.example", "Ny", "Ny"),
        user("far", "far@x.example", "Far", "Far"),
        user("said", "s@x.example", "Said", "Said"),
        user("never", "n@x.example", "Never", "Never"),
        user("gone", "gone@x.example", "Gone", "Gone", enabled_user=False),
        user("twin", "twin@x.example", "Twin", "Twin"),
        classes={"s1": "bo:student ny:student eva:student", "s2": "far:student bo:teacher"},
    )
    members(north, ("k1", "1", "BO@x.example"), ("k2", "1", "BO@x.example"), ("k1", "2", "other@x.example"))
    members(north, ("k1", "3", "twin@x.example"), ("k2", "4", "twin@x.example"), ("k9", "5", "n@x.example"))
    link(north, "k1", "s1")
    say(north, said="9", never=None)


@pytest.mark.usefixtures("known")
def test_everybody_of_the_sis_stands_to_classroom_in_one_of_eight_ways(north: District, south: District) -> None:
    assert states(north) == {
        "bo": "matched",
        "eva": "no_email",
        "sib1": "shared",
        "sib2": "shared",
        "twin": "shared",
        "ny": "unmatched",
        "far": "unseen",
        "said": "overridden",
        "never": "nobody",
        "gone": "left",
    }
    with north.read() as rows:
        counted = people.counts(rows, ASKED)
        accounts = {one.sourced_id: one.user_id for one in people.page(rows, ASKED).items if one.user_id}
    assert counted == {**dict.fromkeys(STATES, 1), "shared": 3}
    assert accounts == {"bo": "1", "said": "9"}
    assert states(south) == {}


@pytest.mark.usefixtures("known")
def test_accounts_of_nobody_are_those_whom_no_address_and_nobody_claims(north: District) -> None:
    with north.write() as rows:
        found = people.unmatched_accounts(rows, "c", "google")
        assert [one.user_id for one in found] == ["2", "3", "4"]
        assert [one.user_id for one in people.unmatched_accounts(rows, "c", "google", linked=True)] == ["2", "3"]
        assert [one.user_id for one in people.unmatched_accounts(rows, "c", "google", search="OTHER")] == ["2"]
        refused = Refusal(connection_id="c", sis_user_id="bo", side="google", user_id="1", by="a", at=NOW)
        matches.refuse(rows, [refused])
        assert "1" in {one.user_id for one in people.unmatched_accounts(rows, "c", "google")}
    assert states(north)["bo"] == "unmatched"
    say(north, ny="1")
    with north.read() as rows:
        assert "1" not in {one.user_id for one in people.unmatched_accounts(rows, "c", "google")}


@pytest.mark.usefixtures("known")
def test_an_account_that_was_given_to_another_is_no_longer_matched_by_its_address(north: District) -> None:
    say(north, ny="1")
    assert (states(north)["bo"], states(north)["ny"]) == ("unmatched", "overridden")


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("öberg", {"sib1", "sib2"}),
        ("ÅSA ÖB", {"sib1"}),
        ("måns  öberg", {"sib2"}),
        ("4711", {"sib1"}),
        ("bo@X", {"bo"}),
        ("sib", {"sib1", "sib2"}),
        ("%", set()),
    ],
)
def test_people_are_found_by_any_part_of_name_address_or_id_in_any_case(
    north: District, search: str, expected: set[str]
) -> None:
    asked = Asked(connection_id="c", side="google", search=search)
    assert set(states(north, asked)) == expected
    with north.read() as rows:
        assert sum(people.counts(rows, asked).values()) == len(expected)


@pytest.mark.usefixtures("known")
def test_states_and_roles_narrow_the_list(north: District) -> None:
    assert set(states(north, Asked(connection_id="c", side="google", states=OPEN))) == {
        "eva", "sib1", "sib2", "twin", "ny",
    }  # fmt: skip
    assert set(states(north, Asked(connection_id="c", side="google", role="teacher"))) == {"bo"}
    assert set(states(north, Asked(connection_id="c", side="google", role="student"))) == {
        "bo",
        "ny",
        "eva",
        "far",
    }
    assert states(north, Asked(connection_id="other", side="google")) == {}


@pytest.mark.usefixtures("known")
def test_pages_follow_each_other_without_gap_or_repeat(north: District) -> None:
    seen, cursor = [], None
    with north.read() as rows:
        while True:
            page = people.page(rows, ASKED, cursor=cursor, limit=3)
            seen += [one.sourced_id for one in page.items]
            if (cursor := page.next) is None:
                break
        assert seen == [one.sourced_id for one in people.page(rows, ASKED, limit=None).items]
        assert len(seen) == 10
        with pytest.raises(CursorError):
            people.page(rows, ASKED, cursor="nonsense")


@pytest.mark.usefixtures("known")
def test_one_person_and_their_account_are_found_by_id_and_address(north: District) -> None:
    with north.read() as rows:
        found = people.get(rows, "c", "google", "bo")
        assert found
        assert (found.state, found.user_id, found.protected) == ("matched", "1", False)
        assert people.get(rows, "c", "google", "nobody") is None
        assert [one.user_id for one in people.accounts_of(rows, "google", " TWIN@x.example")] == ["3", "4"]
        assert set(people.accounts(rows, "google", ["1", "77"])) == {"1"}


def test_a_protected_person_is_kept_as_such_and_a_national_number_not_at_all(
    database: Database, north: District
) -> None:
    load(
        database, user("hid", None, identifier="811228-9874", username="8112289874", metadata={"protected": True})
    )
    with north.read() as rows:
        found = people.get(rows, "c", "google", "hid")
    assert found
    assert (found.protected, found.identifier, found.username) == (True, None, None)
