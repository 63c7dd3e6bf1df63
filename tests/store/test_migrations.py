from concurrent.futures import ThreadPoolExecutor

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from classbridge.store.database import Database
from classbridge.store.migrations import HOME, is_current, migrate, newest
from classbridge.store.tables import metadata


def test_the_migrated_schema_is_the_one_the_tables_describe(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_keys_and_foreign_keys_are_the_ones_the_tables_describe(database: Database) -> None:
    with database.read() as connection:
        found = inspect(connection)
        for table in metadata.sorted_tables:
            key = found.get_pk_constraint(table.name)["constrained_columns"]
            assert key == [column.name for column in table.primary_key]
            foreign = {tuple(one["constrained_columns"]) for one in found.get_foreign_keys(table.name)}
            assert foreign == {tuple(one.column_keys) for one in table.foreign_key_constraints}


def test_every_district_table_has_the_district_first_in_its_key() -> None:
    from classbridge.store.tables import GLOBAL

    for table in metadata.sorted_tables:
        if table.name not in GLOBAL:
            assert next(iter(table.primary_key)).name == "district_id", table.name


def test_several_processes_may_migrate_at_once(empty_url: str) -> None:
    databases = [Database.open(empty_url) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(migrate, databases))
    with databases[0].read() as connection:
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
    for database in databases:
        database.close()


def test_a_database_is_current_once_it_has_every_migration(empty_url: str) -> None:
    database = Database.open(empty_url)
    assert not is_current(database)
    migrate(database)
    assert is_current(database)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    assert not is_current(database)
    database.close()


def test_the_newest_migration_is_alembic_s_only_head() -> None:
    assert ScriptDirectory(HOME).get_heads() == [newest()]
