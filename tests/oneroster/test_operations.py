"""Every operation of the standard's tables, done by the client on the real provider with the golden records."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from classbridge.oneroster.ask import struct_at
from classbridge.oneroster.auth import BearerToken
from classbridge.oneroster.client import Client
from classbridge.oneroster.codec import decode
from classbridge.oneroster.errors import NotFound
from classbridge.oneroster.models import Record, Version, type_of
from classbridge.oneroster.options import Options
from classbridge.oneroster.provider import SqlSource, create_app, sqlite_engine
from classbridge.oneroster.roots import Roots
from tests.oneroster.providing import BASES, ROOTS
from tests.oneroster.sis import served
from tests.provider.calls import EVERY, IDS, Row
from tests.provider.conftest import golden

ENTITIES = {struct: entity for entity, struct in type_of.items()}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The golden records, for tests that only read."""
    source = SqlSource(sqlite_engine(tmp_path_factory.mktemp("library") / "sis.db"), ROOTS)
    source.load(golden())
    with served(create_app(source)) as url:
        yield url
    source.close()


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The golden records, for one test that writes."""
    source = SqlSource(sqlite_engine(tmp_path_factory.mktemp("own") / "sis.db"), ROOTS)
    source.load(golden())
    with served(create_app(source)) as url:
        yield url
    source.close()


def client(url: str, version: Version) -> Client:
    options = Options(page_limit=3, backoff=0.001)
    return Client(Roots.of(url + BASES[version], version), version, BearerToken("any"), options=options)


def of(method: str) -> pytest.MarkDecorator:
    chosen = [row for row in EVERY if row.method == method]
    return pytest.mark.parametrize("row", chosen, ids=lambda row: row.name)


def path(row: Row) -> str:
    """The operation's path on the golden records, as a caller of the client writes it."""
    names = [segment for segment in row.path.strip("/").split("/") if not segment.startswith("{")]
    ids = iter([IDS[name] for name in names])
    return re.sub(r"\{[^}]*\}", lambda _: next(ids), row.path.strip("/"))


def sent(row: Row) -> list[Record]:
    assert row.body is not None
    assert row.request_envelope is not None
    value = row.body[row.request_envelope]
    entity = ENTITIES[struct_at(path(row))]
    rows: list[Any] = value if isinstance(value, list) else [value]
    return [decode(entity, msgspec.json.encode(one), row.version) for one in rows]


@of("GET")
async def test_a_read_gives_typed_records(library: str, row: Row) -> None:
    struct = struct_at(path(row))
    async with client(library, row.version) as sis:
        if "limit" in row.query:
            found = await sis.read_all(path(row))
            records = found.records
            streamed = [record async for record in sis.iterate(path(row), struct)]
            assert records == streamed
            assert (found.total, found.set_aside) == (len(records), [])
        else:
            records = [await sis.get(path(row))]
    assert records
    assert {type(record) for record in records} == {struct}


@of("PUT")
async def test_a_put_record_is_read_back_equal(own: str, row: Row) -> None:
    [record] = sent(row)
    async with client(own, row.version) as sis:
        written = await sis.put(record)
        back = await sis.get(f"{path(row).partition('/')[0]}/{record.sourced_id}", type(record))
    assert (written.created, written.sourced_id) == (True, record.sourced_id)
    kept = {"title", "score", "score_status", "comment", "result_value_max", "weight"}
    for name in kept & set(type(record).__struct_fields__):
        assert getattr(back, name) == getattr(record, name)


@of("DELETE")
async def test_a_deleted_record_is_gone(own: str, row: Row) -> None:
    struct, sourced_id = struct_at(path(row)), path(row).partition("/")[2]
    async with client(own, row.version) as sis:
        assert (await sis.get(path(row))).sourced_id == sourced_id
        assert (await sis.delete(struct, sourced_id)).outcome == "done"
        with pytest.raises(NotFound):
            await sis.get(path(row))


@of("POST")
async def test_a_post_pairs_our_ids_with_those_that_the_server_allocated(own: str, row: Row) -> None:
    records = sent(row)
    collection = path(row).rpartition("/")[2]
    async with client(own, row.version) as sis:
        before = {record.sourced_id for record in (await sis.read_all(collection)).records}
        pairs = await sis.post(path(row), records)
        after = {record.sourced_id for record in (await sis.read_all(collection)).records}
    assert [pair.supplied for pair in pairs] == [record.sourced_id for record in records]
    assert after - before == {pair.allocated for pair in pairs}


@pytest.mark.parametrize("path", ["", "nothing", "classes/c1/nothing", "lineItem"])
def test_a_path_of_no_collection_is_refused_before_anything_is_sent(path: str) -> None:
    with pytest.raises(ValueError, match="no collection"):
        struct_at(path)


def test_a_sourced_id_that_is_a_collections_name_is_no_collection() -> None:
    assert struct_at("classes/students").__name__ == "Class"
