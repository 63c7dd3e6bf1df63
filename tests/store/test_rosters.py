from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from classbridge.oneroster.models import (
    AcademicSession,
    Category,
    Class,
    Demographics,
    Enrollment,
    LineItem,
    Org,
    Record,
    Ref,
    Result,
    Role,
    User,
)
from classbridge.store import bulk, gradebooks, rosters
from classbridge.store.bulk import Loaded, loaded_columns
from classbridge.store.database import Database, District
from classbridge.store.sisrows import TABLES, category_row, row_of
from classbridge.store.tables import SEEN, sis_category, sis_enrollment, sis_user
from tests.store.conftest import NOW

C = "connection"


def _ref(sourced_id: str) -> Ref:
    return Ref(sourced_id=sourced_id)


def _user(sourced_id: str, **values: Any) -> User:
    named = {"given_name": "Åsa", "family_name": sourced_id, "email": f"{sourced_id}@Skola.example"}
    return User(sourced_id=sourced_id, **{**named, **values})


def _enrollment(class_id: str, user_id: str, role: str = "student", **values: Any) -> Enrollment:
    return Enrollment(
        sourced_id=f"{class_id}-{user_id}", class_=_ref(class_id), user=_ref(user_id), role=role, **values
    )


ROSTER: list[Record] = [
    Org(sourced_id="school", name="Norra skolan", type="school"),
    AcademicSession(
        sourced_id="term", title="HT", type="term", start_date=date(2026, 8, 17), end_date=date(2026, 12, 18)
    ),
    AcademicSession(
        sourced_id="p1",
        title="P1",
        type="gradingPeriod",
        start_date=date(2026, 8, 17),
        end_date=date(2026, 10, 16),
        parent=_ref("term"),
    ),
    AcademicSession(
        sourced_id="other", title="VT", type="term", start_date=date(2027, 1, 7), end_date=date(2027, 6, 11)
    ),
    Class(sourced_id="math", title="Matematik", school=_ref("school"), terms=[_ref("term")]),
    Class(sourced_id="art", title="Bild", status="tobedeleted"),
    Class(sourced_id="bio", title="Biologi"),
    _user("anna", roles=[Role(role="teacher", org=_ref("school"))]),
    _user("bo"),
    _user("cia", enabled_user=False),
    _user("dan", status="tobedeleted"),
    _user("eva", email=None),
    _enrollment("math", "anna", "teacher", primary=True),
    _enrollment("art", "anna", "teacher"),
    _enrollment("bio", "anna", "teacher", status="tobedeleted"),
    _enrollment("math", "bo", begin_date=date(2026, 8, 17), end_date=date(2026, 12, 18)),
    _enrollment("math", "cia"),
    _enrollment("math", "dan"),
    _enrollment("math", "eva", status="tobedeleted"),
]


def _load(database: Database, district_id: str, records: list[Record], seen_in: str = "read-1") -> Loaded:
    total = Loaded()
    for kind, table in TABLES.items():
        rows = [row_of(record) for record in records if type(record) is kind]
        total += bulk.load(database, district_id, C, table, rows, seen_in)
    return total


@pytest.fixture
def roster(database: Database) -> Loaded:
    return _load(database, "north", ROSTER)


def test_a_teachers_classes_are_those_the_sis_holds_as_current(
    north: District, south: District, roster: Loaded
) -> None:
    with north.read() as rows:
        assert [one.sourced_id for one in rosters.classes_of_teacher(rows, C, "ANNA@skola.example")] == ["math"]
        assert rosters.classes_of_teacher(rows, C, "bo@skola.example") == []
        assert rosters.classes_of_teacher(rows, "another", "anna@skola.example") == []
    with south.read() as rows:
        assert rosters.classes_of_teacher(rows, C, "anna@skola.example") == []


def test_a_disabled_teacher_teaches_nothing(database: Database, north: District, roster: Loaded) -> None:
    _load(database, "north", [_user("anna", enabled_user=False)])
    with north.read() as rows:
        assert rosters.classes_of_teacher(rows, C, "anna@skola.example") == []


def test_the_people_of_a_class_tell_who_is_current(north: District, roster: Loaded) -> None:
    with north.read() as rows:
        people = {one.user_id: one for one in rosters.people(rows, C, ["math"])}
        assert {name: one.active for name, one in people.items()} == {
            "anna": True,
            "bo": True,
            "cia": False,
            "dan": False,
            "eva": False,
        }
        assert people["bo"].begin_date == date(2026, 8, 17)
        assert people["anna"].is_primary is True
        assert [one.user_id for one in rosters.students(rows, C, "math")] == ["bo"]
        assert [one.user_id for one in rosters.teachers(rows, C, "math")] == ["anna"]
        assert rosters.count_students(rows, C, ["math", "bio"]) == {"math": 3}


def test_a_class_has_its_terms_with_their_grading_periods(north: District, roster: Loaded) -> None:
    with north.read() as rows:
        assert [one.sourced_id for one in rosters.sessions_of_class(rows, C, "math")] == ["term", "p1"]
        assert rosters.sessions_of_class(rows, C, "unknown") == []
        found = rosters.class_(rows, C, "math")
        assert found is not None
        assert (found.term_ids, found.school_id) == (["term"], "school")
        assert [one.sourced_id for one in rosters.all_classes(rows, C)] == ["bio", "math"]
        assert rosters.org_names(rows, C) == {"school": "Norra skolan"}


def test_categories_are_the_classs_own_and_those_of_every_class(database: Database, north: District) -> None:
    made = [Category(sourced_id=name, title=name) for name in ("own", "others", "all")]
    rows_ = [category_row(made[0], "math"), category_row(made[1], "bio"), row_of(made[2])]
    bulk.load(database, "north", C, sis_category, rows_, "read-1")
    with north.read() as rows:
        assert [one.sourced_id for one in rosters.categories(rows, C, "math")] == ["all", "own"]


def test_every_kind_of_kept_record_fits_its_table() -> None:
    for kind, table in TABLES.items():
        if found := next((record for record in ROSTER if type(record) is kind), None):
            assert len(row_of(found)) == len(loaded_columns(table)), table.name


def test_demographics_are_never_kept() -> None:
    with pytest.raises(KeyError):
        row_of(Demographics(sourced_id="anna"))


def test_a_load_counts_what_is_new_changed_and_unchanged(database: Database, roster: Loaded) -> None:
    assert roster == Loaded(inserted=len(ROSTER))
    changed = [_user("bo", email=None), _user("fia")]
    again = [record for record in ROSTER if record.sourced_id != "bo"]
    loaded = _load(database, "north", [*again, *changed], "read-2")
    assert loaded == Loaded(inserted=1, changed=1, unchanged=len(ROSTER) - 1)


def test_a_record_read_twice_is_kept_once_as_it_came_last(database: Database, north: District) -> None:
    twice = [row_of(_user("bo", given_name="First")), row_of(_user("bo", given_name="Last"))]
    assert bulk.load(database, "north", C, sis_user, twice, "read-1") == Loaded(inserted=1)
    with north.read() as rows:
        assert rows.one(rows.select(sis_user)).given_name == "Last"


def test_a_load_touches_no_other_district_or_connection(
    database: Database, north: District, south: District
) -> None:
    bo = row_of(_user("bo"))
    for district, connection in (("north", C), ("north", "another"), ("south", C)):
        assert bulk.load(database, district, connection, sis_user, [bo], "read-1").inserted == 1
    bulk.load(database, "north", C, sis_user, [row_of(_user("bo", given_name="Bo"))], "read-2")
    assert bulk.sweep(database, "north", C, sis_user, "read-3", complete=True) == ["bo"]
    for handle, expected in ((north, {"Bo": "tobedeleted", "Åsa": "active"}), (south, {"Åsa": "active"})):
        with handle.read() as rows:
            assert {row.given_name: row.status for row in rows.all(rows.select(sis_user))} == expected


def test_many_batches_are_loaded_whole(database: Database, north: District) -> None:
    def rows_() -> Iterator[tuple[Any, ...]]:
        for number in range(7_001):
            yield row_of(_enrollment(f"k{number % 300}", f"u{number}"))

    assert bulk.load(database, "north", C, sis_enrollment, rows_(), "read-1") == Loaded(inserted=7_001)
    assert bulk.load(database, "north", C, sis_enrollment, rows_(), "read-2") == Loaded(unchanged=7_001)
    assert bulk.unseen(database, "north", C, sis_enrollment, "read-2") == []


def test_other_writers_get_their_turn_between_batches(database: Database, north: District) -> None:
    written = []

    def rows_() -> Iterator[tuple[Any, ...]]:
        for number in range(bulk.FIRST_BATCH + 1):
            if number == bulk.FIRST_BATCH:  # the first batch is taken, the second not begun
                with north.write() as rows:
                    written.append(len(rows.all(rows.select(sis_enrollment, sis_enrollment.c[SEEN]))))
            yield row_of(_enrollment("k", f"u{number}"))

    bulk.load(database, "north", C, sis_enrollment, rows_(), "read-1")
    assert written == [bulk.FIRST_BATCH]


def test_only_a_complete_read_marks_what_it_has_not_seen(
    database: Database, north: District, roster: Loaded
) -> None:
    seen = [row_of(record) for record in ROSTER if isinstance(record, User) and record.sourced_id != "bo"]
    bulk.load(database, "north", C, sis_user, seen, "read-2")
    assert bulk.unseen(database, "north", C, sis_user, "read-2") == ["bo"]
    with pytest.raises(ValueError, match="incomplete"):
        bulk.sweep(database, "north", C, sis_user, "read-2", complete=False)  # type: ignore[arg-type]
    with north.read() as rows:
        assert [one.user_id for one in rosters.students(rows, C, "math")] == ["bo"]
    assert bulk.sweep(database, "north", C, sis_user, "read-2", complete=True) == ["bo"]
    assert bulk.sweep(database, "north", C, sis_user, "read-2", complete=True) == []
    with north.read() as rows:
        assert rosters.students(rows, C, "math") == []


def test_a_sweep_can_be_of_one_class(database: Database, roster: Loaded) -> None:
    within = {"class_id": "bio"}
    swept = bulk.sweep(database, "north", C, sis_enrollment, "read-2", complete=True, within=within)
    assert swept == []
    within = {"class_id": "art"}
    swept = bulk.sweep(database, "north", C, sis_enrollment, "read-2", complete=True, within=within)
    assert swept == ["art-anna"]


def test_a_null_character_does_not_break_a_load(database: Database) -> None:
    broken = row_of(_user("bo", given_name="B\0o", email="bo\0@x"))
    assert bulk.load(database, "north", C, sis_user, [broken], "read-1") == Loaded(inserted=1)


def _line_item(sourced_id: str, class_id: str = "math", **values: Any) -> LineItem:
    return LineItem(sourced_id=sourced_id, title=sourced_id, class_=_ref(class_id), **values)


def _result(line_item_id: str, student_id: str, score: str) -> Result:
    return Result(
        sourced_id=f"{line_item_id}-{student_id}",
        line_item=_ref(line_item_id),
        student=_ref(student_id),
        score_status="fully graded",
        score=Decimal(score),
    )


READS = count()


def _gradebook(
    district: District, class_id: str, items: list[LineItem], results: list[Result], at: datetime
) -> None:
    with district.write() as rows:
        gradebooks.replace_results(rows, C, class_id, items, results, as_of=at, seen_in=f"read-{next(READS)}")


def test_a_line_item_s_results_are_replaced_as_a_whole(north: District) -> None:
    _gradebook(
        north,
        "math",
        [_line_item("essay"), _line_item("quiz")],
        [_result("essay", "bo", "9.0"), _result("essay", "eva", "7"), _result("quiz", "bo", "1")],
        NOW,
    )
    _gradebook(north, "bio", [_line_item("leaf", "bio")], [_result("leaf", "bo", "3")], NOW)
    with north.read() as rows:
        assert [str(one.score) for one in gradebooks.results(rows, C, ["essay"])] == ["9.0", "7"]
    later = NOW + timedelta(hours=1)
    _gradebook(north, "math", [_line_item("essay")], [_result("essay", "bo", "9.5")], later)
    with north.read() as rows:
        assert [str(one.score) for one in gradebooks.results(rows, C, ["essay", "quiz"])] == ["9.5", "1"]
        assert len(gradebooks.results(rows, C, ["leaf"])) == 1
        assert gradebooks.read_at(rows, C, "math") == later
        assert gradebooks.read_at(rows, C, "art") is None
