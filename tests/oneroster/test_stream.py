import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from classbridge.oneroster.auth import BearerToken
from classbridge.oneroster.client import Client
from classbridge.oneroster.errors import IncompleteRead, NotFound, OneRosterError, RecordError
from classbridge.oneroster.models import Org, Version
from classbridge.oneroster.options import Options
from classbridge.oneroster.position import Position
from classbridge.oneroster.query import where
from classbridge.oneroster.roots import Roots
from classbridge.oneroster.stream import OTHER_QUESTION, SHIFTED, Stream
from tests.oneroster.conftest import Connect
from tests.oneroster.providing import Provider, fill, provided
from tests.oneroster.sis import Reply, Seen, Sis

ALL = [f"o{number:03}" for number in range(45)]


def org(sourced_id: str) -> dict[str, Any]:
    return {"sourcedId": sourced_id, "name": "N", "type": "school"}


@pytest.fixture
def orgs(sis: Sis) -> Sis:
    sis.rows["/orgs"] = [org(one) for one in ALL]
    return sis


def offsets(sis: Sis) -> list[str]:
    return [seen.query.get("offset", "0") for seen in sis.data()]


def ids(page: list[Org]) -> list[str]:
    return [record.sourced_id for record in page]


async def read(stream: Stream[Org]) -> list[str]:
    return [record.sourced_id async for record in stream]


async def collect(pages: AsyncIterator[list[Org]], found: list[str]) -> None:
    async for page in pages:
        found += ids(page)


async def interrupted(connect: Connect, pages: int, **settings: Any) -> tuple[list[str], bytes]:
    """Read some pages and stop; the records and the position as it was kept."""
    found: list[str] = []
    async with connect(**settings) as client:
        stream = client.stream("orgs", Org)
        async for page in stream.pages():
            found += ids(page)
            pages -= 1
            if not pages:
                break
    return found, stream.position.to_json()


async def test_pages_come_as_lists_and_the_end_is_known(orgs: Sis, connect: Connect) -> None:
    async with connect() as client:
        stream = client.stream("orgs", Org)
        sizes = [len(page) async for page in stream.pages()]
        assert (sizes, stream.total, stream.complete, stream.full) == ([10, 10, 10, 10, 5], 45, True, True)
        assert (stream.notes, stream.position.done) == ([], True)


async def test_a_read_goes_on_behind_the_last_page_that_was_kept(orgs: Sis, connect: Connect) -> None:
    found, kept = await interrupted(connect, 3)
    orgs.seen.clear()
    async with connect() as client:
        stream = client.stream("orgs", Org, position=Position.from_json(kept))
        rest = await read(stream)
    assert found + rest == ALL
    assert stream.complete
    assert stream.notes == []
    # The first reader's page on its way may be asked for late.
    assert set(offsets(orgs)) == {"20", "30", "40"}


async def test_a_read_on_a_servers_own_links_goes_on_too(orgs: Sis, connect: Connect) -> None:
    orgs.total = None
    orgs.link = lambda _seen, following: f'</orgs?cursor={following}>; rel="next"'
    orgs.faults.append(lambda seen: seen.query.update(offset=seen.query.pop("cursor", "0"), limit="10"))
    found, kept = await interrupted(connect, 3)
    async with connect() as client:
        assert found + await read(client.stream("orgs", Org, position=Position.from_json(kept))) == ALL


async def test_a_finished_read_asks_for_nothing_more(orgs: Sis, connect: Connect) -> None:
    _, kept = await interrupted(connect, 5)
    orgs.seen.clear()
    async with connect() as client:
        stream = client.stream("orgs", Org, position=Position.from_json(kept))
        assert await read(stream) == []
    assert stream.complete
    assert orgs.seen == []


@pytest.mark.parametrize("change", ["one more before", "one less before", "another order"])
async def test_pages_that_have_shifted_are_read_again_from_the_start(
    orgs: Sis, connect: Connect, change: str
) -> None:
    _, kept = await interrupted(connect, 3)
    rows = orgs.rows["/orgs"]
    match change:
        case "one more before":
            rows.insert(0, org("new"))
        case "one less before":
            del rows[5]
        case _:
            rows.reverse()
    async with connect() as client:
        stream = client.stream("orgs", Org, position=Position.from_json(kept))
        assert await read(stream) == [row["sourcedId"] for row in rows]
    assert stream.notes == [SHIFTED]


async def test_a_position_whose_page_is_gone_begins_again(orgs: Sis, connect: Connect) -> None:
    _, kept = await interrupted(connect, 3)
    gone = [Reply(status=400)]
    orgs.faults.append(lambda seen: gone.pop() if gone and seen.query.get("offset") == "20" else None)
    async with connect() as client:
        stream = client.stream("orgs", Org, position=Position.from_json(kept))
        assert await read(stream) == ALL
    assert stream.notes == [SHIFTED]


async def test_a_position_of_another_read_begins_again(orgs: Sis, connect: Connect) -> None:
    _, kept = await interrupted(connect, 3)
    orgs.ignore_filter = True
    async with connect() as client:
        asked = where("type", "=", "school")
        stream = client.stream("orgs", Org, filter=asked, position=Position.from_json(kept))
        assert await read(stream) == ALL
    assert stream.notes == [OTHER_QUESTION]


async def test_a_position_that_points_to_another_server_is_not_followed(
    orgs: Sis, connect: Connect, stage: Any
) -> None:
    _, kept = await interrupted(connect, 3)
    forged = Position.from_json(json.dumps({**json.loads(kept), "url": "https://elsewhere.example/orgs"}))
    async with connect() as client:
        stream = client.stream("orgs", Org, position=forged)
        assert await read(stream) == ALL
    assert stream.notes == [SHIFTED]


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b'{"question":1}', b"\xff"])
def test_a_position_that_is_none_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        Position.from_json(text)


async def test_a_total_is_held_against_both_halves_of_a_read(orgs: Sis, connect: Connect) -> None:
    orgs.total = lambda total, _page: total + 5
    _, kept = await interrupted(connect, 3)
    async with connect() as client:
        stream = client.stream("orgs", Org, position=Position.from_json(kept))
        with pytest.raises(IncompleteRead):
            await read(stream)
    assert not stream.complete


async def test_the_page_that_is_on_its_way_fails_only_when_it_is_asked_for(orgs: Sis, connect: Connect) -> None:
    def fault(seen: Seen) -> Reply | None:
        return Reply(status=404) if seen.query.get("offset") == "10" else None

    orgs.faults.append(fault)
    async with connect() as client:
        pages = client.stream("orgs", Org).pages()
        assert ids(await anext(pages)) == ALL[:10]
        with pytest.raises(NotFound):
            await anext(pages)


async def test_bad_records_are_set_aside_and_count_as_read(orgs: Sis, connect: Connect) -> None:
    orgs.rows["/orgs"][12] = {"sourcedId": "bad"}
    aside: list[RecordError] = []
    async with connect() as client:
        stream = client.stream("orgs", Org, set_aside=aside)
        assert len(await read(stream)) == 44
    assert stream.complete
    assert [bad.sourced_id for bad in aside] == ["bad"]


COUNT = 500


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    path = tmp_path / "sis.db"
    fill(path, (Org(sourced_id=f"o{number:04}", name="N", type="school") for number in range(COUNT)))
    with provided(path) as provider:
        yield provider


def client_of(provider: Provider, **settings: Any) -> Client:
    options = Options(**{"page_limit": 50, "retries": 0, **settings})
    roots = Roots.of(f"{provider.url}/ims/oneroster", Version.V1_2)
    return Client(roots, Version.V1_2, BearerToken("any"), options=options)


async def test_a_read_that_its_server_died_under_is_finished_by_another_client(provider: Provider) -> None:
    found: list[str] = []
    async with client_of(provider) as client:
        stream = client.stream("orgs", Org)
        pages = stream.pages()
        for _ in range(4):
            found += ids(await anext(pages))
        provider.kill()
        # The page on its way may have come before the end.
        with pytest.raises(OneRosterError):
            await collect(pages, found)
        kept = stream.position.to_json()
    assert 200 <= len(found) < COUNT
    provider.start()
    async with client_of(provider) as client:
        stream = client.stream("orgs", Org, position=Position.from_json(kept))
        found += await read(stream)
    assert stream.complete
    assert found == [f"o{number:04}" for number in range(COUNT)]


CONSUMER = """
import asyncio, os, signal, sqlite3, sys
from classbridge.oneroster import BearerToken, Client, Options, Org, Position, Roots, Version

async def main(url, path, pages):
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE IF NOT EXISTS org (id PRIMARY KEY)")
    database.execute("CREATE TABLE IF NOT EXISTS place (one PRIMARY KEY, position)")
    kept = database.execute("SELECT position FROM place").fetchone()
    roots = Roots.of(url + "/ims/oneroster", Version.V1_2)
    async with Client(roots, Version.V1_2, BearerToken("any"), options=Options(page_limit=50)) as sis:
        stream = sis.stream("orgs", Org, position=Position.from_json(kept[0]) if kept else None)
        async for page in stream.pages():
            with database:
                database.executemany("INSERT INTO org VALUES (?)", [(org.sourced_id,) for org in page])
                database.execute("INSERT OR REPLACE INTO place VALUES (1, ?)", (stream.position.to_json(),))
            pages -= 1
            if not pages:
                os.kill(os.getpid(), signal.SIGKILL)
    print(stream.complete, stream.notes, sis.requests)

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


def test_a_reader_that_was_killed_goes_on_from_what_it_kept(provider: Provider, tmp_path: Path) -> None:
    """The ids are a primary key: a record that came twice would be an error."""
    kept = tmp_path / "kept.db"

    def consume(pages: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", CONSUMER, provider.url, str(kept), str(pages)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    for _ in range(2):
        assert consume(3).returncode == -signal.SIGKILL
    done = consume(100)
    assert done.stdout == "True [] 5\n", done.stderr
    with closing(sqlite3.connect(kept)) as database:
        assert database.execute("SELECT count(*) FROM org").fetchone() == (COUNT,)
