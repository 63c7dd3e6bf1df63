from datetime import date

from classbridge.classroom.models import Course
from classbridge.oneroster.models import Class, Enrollment, Record, Ref, User
from classbridge.store import bulk, courses, teaching
from classbridge.store.database import Database, District
from classbridge.store.sisrows import TABLES, row_of
from tests.store.conftest import NOW

C = "connection"


def _user(sourced_id: str, email: str, **values: bool) -> User:
    return User(sourced_id=sourced_id, given_name="Åsa", family_name="Öst", email=email, **values)  # type: ignore[arg-type]


def _enrolled(sourced_id: str, class_id: str, role: str, end: date | None = None) -> Enrollment:
    return Enrollment(
        sourced_id=sourced_id, class_=Ref(sourced_id=class_id), user=Ref(sourced_id="eva"), role=role, end_date=end
    )


RECORDS: tuple[Record, ...] = (
    _user("eva", "Eva@Skola.example"),
    _user("eva2", "eva@skola.example", enabled_user=False),
    _user("old", "eva@gammal.example"),
    _user("like", "evaxskola@skola.example"),
    _user("gone", "eva@stängd.example"),
    Class(sourced_id="k1", title="Åk 7 Matematik", class_code="MA7"),
    Class(sourced_id="k2", title="MA7"),
    _enrolled("e1", "k1", "teacher", date(2026, 12, 18)),
    _enrolled("e2", "k2", "aide"),
)


def _load(database: Database, district: str) -> None:
    for kind in (User, Class, Enrollment):
        mine = [row_of(one) for one in RECORDS if isinstance(one, kind)]
        bulk.load(database, district, C, TABLES[kind], mine, "read")


def test_a_person_is_found_by_address_with_every_entry_and_place(database: Database, north: District) -> None:
    _load(database, "north")
    with north.read() as rows:
        found = teaching.users(rows, C, " EVA@skola.example")
        assert {one.sourced_id: one.active for one in found} == {"eva": True, "eva2": False}
        places = teaching.places(rows, C, ["eva"])
        assert [(one.class_id, one.role, one.teaches) for one in places] == [
            ("k1", "teacher", True),
            ("k2", "aide", False),
        ]
        assert places[0].end_date == date(2026, 12, 18)
        assert teaching.users(rows, "another", "eva@skola.example") == []


def test_addresses_that_differ_only_after_the_at_sign_are_alike_and_no_others(
    database: Database, north: District
) -> None:
    _load(database, "north")
    with north.read() as rows:
        assert teaching.alike(rows, C, "Eva@ny.example", most=2) == ["eva@gammal.example", "Eva@Skola.example"]
        assert teaching.alike(rows, C, "ev_@ny.example") == []
        assert teaching.alike(rows, C, "@ny.example") == []


def test_a_class_is_found_by_id_code_or_name_in_any_case_on_both_databases(
    database: Database, north: District, south: District
) -> None:
    _load(database, "north")
    with north.write() as rows:
        courses.save_course(rows, "google", Course(id="10", name="Ämne Ö", owner_id="x"), NOW)
    with north.read() as rows:
        found = {name: [one.sourced_id for one in teaching.sections_called(rows, C, name)] for name in _NAMES}
        assert found == {"k1": ["k1"], "MA7": ["k2", "k1"], "ma7": ["k2", "k1"], "åK 7 MATEMATIK": ["k1"], "7": []}
        assert teaching.courses_called(rows, "google", "äMNE ö") == ["10"]
        assert teaching.courses_called(rows, "google", "10") == ["10"]
        assert teaching.courses_called(rows, "sandbox", "10") == []
    with south.read() as rows:
        assert teaching.sections_called(rows, C, "k1") == []


_NAMES = ("k1", "MA7", "ma7", "åK 7 MATEMATIK", "7")
