from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Table, and_, delete, insert, or_, select, update
from sqlalchemy.exc import DBAPIError

from classbridge.store import districts, tables
from classbridge.store.database import Database, District
from classbridge.store.guard import DistrictError
from classbridge.store.rows import NotFoundError, Rows
from tests.store.conftest import NOW

ITEM = {
    "connection_id": "c",
    "sourced_id": "same",
    "class_id": "k",
    "title": "Essay",
    "status": "active",
    "seen_in": "r",
}


def _title(district: District) -> str:
    with district.read() as rows:
        return str(rows.one(rows.select(tables.sis_line_item)).title)


def test_two_districts_with_the_same_ids_do_not_see_each_other(north: District, south: District) -> None:
    with north.write() as rows:
        rows.insert(tables.sis_line_item, ITEM)
    with south.write() as rows:
        rows.insert(tables.sis_line_item, {**ITEM, "title": "Quiz"})
        assert rows.update(tables.sis_line_item, {"class_id": "moved"}) == 1
        rows.upsert(tables.sis_line_item, {**ITEM, "title": "Exam"})
    assert (_title(north), _title(south)) == ("Essay", "Exam")
    with south.write() as rows:
        assert rows.delete(tables.sis_line_item) == 1
    assert _title(north) == "Essay"


def test_a_row_of_another_district_is_refused(south: District) -> None:
    with south.write() as rows:
        for method in (rows.insert, rows.insert_new, rows.upsert):
            with pytest.raises(DistrictError):
                method(tables.sis_line_item, {**ITEM, "district_id": "north"})
        with pytest.raises(DistrictError):
            rows.update(tables.sis_line_item, {"district_id": "north"})


ITEMS, RESULTS = tables.sis_line_item, tables.sis_result
OTHER = tables.sis_line_item.alias("other")
FORGOTTEN: dict[str, Callable[[Rows], object]] = {
    "no filter": lambda rows: rows.all(select(ITEMS)),
    "another district": lambda rows: rows.all(select(ITEMS).where(ITEMS.c.district_id == "north")),
    "a filter within OR": lambda rows: rows.all(
        select(ITEMS).where(or_(ITEMS.c.district_id == rows.district_id, ITEMS.c.title == "x"))
    ),
    "a negated filter": lambda rows: rows.all(select(ITEMS).where(ITEMS.c.district_id != rows.district_id)),
    "a join without": lambda rows: rows.all(
        rows.select(ITEMS).select_from(ITEMS.join(RESULTS, RESULTS.c.line_item_id == ITEMS.c.sourced_id))
    ),
    "an alias without": lambda rows: rows.all(
        rows.select(ITEMS).select_from(ITEMS.join(OTHER, OTHER.c.title == ITEMS.c.title))
    ),
    "a join of the select's own, bound or not": lambda rows: rows.all(
        rows.select(ITEMS).join(OTHER, rows.mine(OTHER))
    ),
    "a subselect without": lambda rows: rows.all(
        rows.select(ITEMS).where(ITEMS.c.sourced_id.in_(select(RESULTS.c.line_item_id)))
    ),
    "a subselect in FROM": lambda rows: rows.all(select(select(ITEMS).subquery())),
    "a union": lambda rows: rows.all(select(rows.select(ITEMS).union_all(select(ITEMS)).subquery())),
    "a scalar subselect": lambda rows: rows.all(
        rows.select(RESULTS, select(ITEMS.c.title).limit(1).scalar_subquery())
    ),
    "a delete's subselect": lambda rows: rows.delete(
        RESULTS, RESULTS.c.line_item_id.in_(select(ITEMS.c.sourced_id))
    ),
    "a delete by another table": lambda rows: rows.delete(RESULTS, RESULTS.c.line_item_id == ITEMS.c.sourced_id),
    "an update by another table": lambda rows: rows.update(
        RESULTS, {"status": "x"}, RESULTS.c.line_item_id == ITEMS.c.sourced_id
    ),
    "an update to another table's value": lambda rows: rows.update(
        RESULTS, {"status": select(ITEMS.c.title).limit(1).scalar_subquery()}
    ),
    "a global table": lambda rows: rows.all(select(tables.account)),
    "a join to a global table": lambda rows: rows.all(
        rows.select(tables.connection).join(
            tables.district, tables.district.c.id == tables.connection.c.district_id
        )
    ),
}


@pytest.mark.parametrize("ask", FORGOTTEN.values(), ids=list(FORGOTTEN))
def test_a_forgotten_district_is_an_error_not_a_leak(south: District, ask: Callable[[Rows], object]) -> None:
    with south.write() as rows, pytest.raises(DistrictError):
        ask(rows)


def test_what_was_allowed_to_one_district_is_no_leave_for_another(north: District, south: District) -> None:
    """The guard remembers the forms of statements, never whose they were."""

    def asked(rows: Rows, *whose: str) -> object:
        joined = ITEMS.join(OTHER, and_(OTHER.c.district_id == whose[1], OTHER.c.title == whose[2]))
        return rows.all(select(ITEMS.c.title).select_from(joined).where(ITEMS.c.district_id == whose[0]))

    with north.read() as rows:
        ours = rows.district_id
        assert asked(rows, ours, ours, "Essay") == []
        assert asked(rows, ours, ours, ours) == []
    with south.read() as rows:
        mine = rows.district_id
        for wrong in ((ours, ours, mine), (mine, ours, mine), (ours, mine, mine)):
            with pytest.raises(DistrictError):
                asked(rows, *wrong)
        assert asked(rows, mine, mine, ours) == []
    with south.write() as rows:
        rows.delete(ITEMS, ITEMS.c.title == "x")
        with pytest.raises(DistrictError):
            rows._execute(delete(ITEMS).where(and_(ITEMS.c.district_id == ours, ITEMS.c.title == mine)))


def test_joins_and_subselects_bound_to_the_district_are_allowed(south: District) -> None:
    with south.read() as rows:
        joined = and_(RESULTS.c.district_id == ITEMS.c.district_id, RESULTS.c.line_item_id == ITEMS.c.sourced_id)
        assert rows.all(rows.select(ITEMS).select_from(ITEMS.join(RESULTS, joined))) == []
        assert rows.all(rows.select(ITEMS).select_from(ITEMS.join(OTHER, rows.mine(OTHER)))) == []
        inner = rows.select(RESULTS, RESULTS.c.line_item_id)
        assert rows.all(rows.select(ITEMS).where(ITEMS.c.sourced_id.in_(inner))) == []


@pytest.mark.parametrize("table", [ITEMS, tables.run, tables.credential], ids=str)
def test_a_district_table_is_reached_through_its_district_only(database: Database, table: Table) -> None:
    with database.write() as connection:
        for statement in (select(table), delete(table), insert(table), update(table).values(district_id="x")):
            with pytest.raises(DistrictError):
                connection.execute(statement)


def test_what_is_not_there_is_said_by_table(south: District) -> None:
    with south.read() as rows, pytest.raises(NotFoundError, match="sis_line_item"):
        rows.one(rows.select(ITEMS))


def test_a_failed_transaction_leaves_nothing(north: District) -> None:
    def fail() -> None:
        with north.write() as rows:
            rows.insert(ITEMS, ITEM)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with north.read() as rows:
        assert rows.first(rows.select(ITEMS)) is None


def test_a_reader_cannot_write(north: District) -> None:
    with pytest.raises(DBAPIError), north.read() as rows:
        rows.insert(ITEMS, ITEM)


def test_readers_go_on_while_a_write_is_open(north: District) -> None:
    with north.write() as writing:
        writing.insert(ITEMS, ITEM)
        with north.read() as rows:
            assert rows.first(rows.select(ITEMS)) is None
    assert _title(north) == "Essay"


def test_a_reader_sees_one_moment_while_others_write(north: District) -> None:
    with north.read() as rows:
        assert rows.first(rows.select(ITEMS)) is None
        with north.write() as writing:
            writing.insert(ITEMS, ITEM)
        assert rows.first(rows.select(ITEMS)) is None
    assert _title(north) == "Essay"


def test_an_unchanged_row_is_not_written_again(database: Database, north: District) -> None:
    with north.write() as rows:
        rows.insert(ITEMS, ITEM)

    def written(values: dict[str, str]) -> bool:
        with north.write() as rows:
            before = _version(database, rows)
            rows.upsert(ITEMS, values)
            return _version(database, rows) != before

    assert not written(ITEM)
    assert written({**ITEM, "title": "Quiz"})


def _version(database: Database, rows: Rows) -> object:
    """What moves when a row is written: SQLite's count of changes, PostgreSQL's place of the row."""
    query = "SELECT total_changes()" if database.sqlite else "SELECT ctid FROM sis_line_item"
    return rows.connection.exec_driver_sql(query).scalar()


def test_moments_keep_their_instant_in_any_zone(north: District) -> None:
    stockholm = datetime(2026, 10, 25, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    with north.write() as rows:
        rows.insert(ITEMS, {**ITEM, "due_date": stockholm})
    with north.read() as rows:
        kept = rows.one(rows.select(ITEMS)).due_date
    assert kept == stockholm
    assert kept.tzinfo == UTC


def test_a_moment_without_a_zone_is_refused(north: District) -> None:
    with pytest.raises(Exception, match="a moment needs a time zone"), north.write() as rows:
        rows.insert(ITEMS, {**ITEM, "due_date": datetime(2026, 10, 25)})  # noqa: DTZ001 # the mistake itself


@pytest.mark.parametrize("score", ["0.1", "99.95", "1E+2", "100.00", "33.33333333333333333333", "-0.5"])
def test_scores_are_kept_exactly(north: District, score: str) -> None:
    with north.write() as rows:
        rows.insert(ITEMS, {**ITEM, "result_value_max": Decimal(score)})
    with north.read() as rows:
        assert str(rows.one(rows.select(ITEMS)).result_value_max) == score


def test_sqlite_in_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="must be a file"):
        Database.open("sqlite://")


def test_sqlite_is_a_file_that_only_its_owner_reaches(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'data' / 'app.sqlite'}")
    with database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    database.close()


def test_districts_are_listed_by_name(database: Database) -> None:
    assert [one.name for one in districts.list_all(database)] == ["north", "south"]
    found = districts.get(database, "north")
    assert found is not None
    assert (found.time_zone, found.created_at) == ("Europe/Stockholm", NOW)
    assert districts.get(database, "west") is None


def test_domains_belong_to_their_district(north: District, south: District) -> None:
    with north.write() as rows:
        for name in ("Elev.Example ", "elev.example", "personal.example"):
            districts.add_domain(rows, name)
        assert districts.domains(rows) == ["elev.example", "personal.example"]
    with south.read() as rows:
        assert districts.domains(rows) == []


def test_connections_that_the_server_cut_are_opened_anew(database: Database, north: District) -> None:
    if database.sqlite:
        pytest.skip("SQLite has no server.")
    url = database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    with north.write() as rows:
        rows.insert(ITEMS, ITEM)
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert _title(north) == "Essay"


def test_an_error_s_text_holds_nothing_of_the_row(north: District) -> None:
    with north.write() as rows:
        rows.insert(ITEMS, ITEM)
    with pytest.raises(DBAPIError) as broken, north.write() as rows:
        rows.insert(ITEMS, {**ITEM, "title": "Astrid's make-up essay"})
    assert "Astrid" not in str(broken.value)
