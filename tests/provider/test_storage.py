from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from tests.postgres import Cluster
from tests.provider.conftest import ROOTS

from classbridge.oneroster.models import Version
from classbridge.oneroster.provider import Operation, Query, SqlSource, table
from classbridge.oneroster.provider.pages import Selection

NESTED = [
    operation
    for version in Version
    for operation in table(version)
    if operation.method == "GET" and operation.paged and "{" in operation.path
]
SCANNED = {"classes/*/categories": "oneroster_category"}
"""A category that names no class is every class's: its few records are looked through."""


def name(operation: Operation) -> str:
    return f"{operation.version} {operation.path}"


def plans(operation: Operation, source: SqlSource, explain: str) -> Iterator[list[Any]]:
    """The database's plan of each statement that a nested route's pages are read with."""
    ids = [f"id{n}" for n in range(operation.path.count("{"))]
    query = Query(entity=operation.entity, version=operation.version, where=operation.conditions(ids))
    with source.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        if source.engine.dialect.name == "postgresql":
            driver.execute("SET LOCAL enable_seqscan = off")
        selection = Selection(query, source.engine.dialect)
        for statement in (selection.count, selection.page, selection.after):
            yield msgspec.structs.replace(statement, text=f"{explain} {statement.text}").rows(driver)


def allowed(operation: Operation) -> str | None:
    return SCANNED.get("/".join("*" if part.startswith("{") else part for part in operation.path.split("/")[1:]))


@pytest.fixture(scope="module")
def postgres_source(postgres: Cluster) -> Iterator[SqlSource]:
    source = SqlSource(sa.create_engine(postgres.new_database()), ROOTS)
    yield source
    source.close()


@pytest.mark.parametrize("operation", NESTED, ids=name)
def test_sqlite_searches_an_index_for_every_nested_route(operation: Operation, sqlite_source: SqlSource) -> None:
    for plan in plans(operation, sqlite_source, "EXPLAIN QUERY PLAN"):
        scanned = {words[1] for *_, step in plan if (words := step.split())[0] == "SCAN"}
        assert {one for one in scanned if one.startswith("oneroster_")} <= {allowed(operation)}, plan
        assert any(step.startswith("SEARCH") for *_, step in plan), plan


@pytest.mark.parametrize("operation", NESTED, ids=name)
def test_postgresql_has_an_index_condition_for_every_nested_route(
    operation: Operation, postgres_source: SqlSource
) -> None:
    for rows in plans(operation, postgres_source, "EXPLAIN (FORMAT JSON)"):
        read = [
            node for node in nodes(rows[0][0][0]["Plan"]) if node.get("Relation Name", "").startswith("oneroster_")
        ]
        assert read
        for node in read:
            met = "Index Cond" in node or "Recheck Cond" in node
            assert met or node["Relation Name"] == allowed(operation), node


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)
