import asyncio
import threading
from typing import Any

import pytest

from classbridge.oneroster.errors import IncompleteRead, MalformedAnswer, OneRosterError, ServerFailed
from classbridge.oneroster.models import Org
from tests.oneroster.conftest import Connect
from tests.oneroster.sis import Reply, Sis


def org(number: int) -> dict[str, Any]:
    return {"sourcedId": f"o{number:03}", "name": "N", "type": "school"}


ALL = [f"o{number:03}" for number in range(25)]


@pytest.fixture
def orgs(sis: Sis) -> Sis:
    sis.rows["/orgs"] = [org(number) for number in range(25)]
    return sis


async def read(connect: Connect, **settings: Any) -> list[str]:
    async with connect(**settings) as client:
        return [record.sourced_id for record in (await client.orgs()).records]


def offsets(sis: Sis) -> list[str]:
    return [seen.query.get("offset", "0") for seen in sis.data()]


async def test_pages_are_followed_by_the_book(orgs: Sis, connect: Connect) -> None:
    assert await read(connect) == ALL
    assert offsets(orgs) == ["0", "10", "20"]


async def test_q12_a_silent_cap_is_followed_by_the_rows_received(orgs: Sis, connect: Connect) -> None:
    orgs.cap = 4
    assert await read(connect, page_limit=10_000) == ALL
    assert offsets(orgs) == [str(number) for number in range(0, 25, 4)]


async def test_q12_a_silent_cap_without_a_total_is_followed_too(orgs: Sis, connect: Connect) -> None:
    orgs.cap, orgs.total = 4, None
    assert await read(connect, page_limit=10_000) == ALL


async def test_q12_an_offset_in_a_link_does_not_skip_rows(orgs: Sis, connect: Connect) -> None:
    orgs.cap, orgs.total = 4, None
    orgs.link = lambda seen, _next: f'</orgs?limit=10&offset={int(seen.query.get("offset", 0)) + 10}>; rel="next"'
    assert await read(connect) == ALL


async def test_q13_neither_link_nor_total_is_needed(orgs: Sis, connect: Connect) -> None:
    orgs.total = None
    assert await read(connect) == ALL
    assert offsets(orgs) == ["0", "10", "20", "25"]


@pytest.mark.parametrize("target", ["/orgs?cursor={}", "{origin}/orgs?cursor={}"])
async def test_q13_a_link_is_followed_on_its_own_origin(
    orgs: Sis, connect: Connect, stage: Any, target: str
) -> None:
    orgs.total = None
    url = target.replace("{origin}", stage.url)
    orgs.link = lambda _seen, following: f'<{url.format(following)}>; rel="next", </orgs>; rel=first'
    orgs.faults.append(lambda seen: seen.query.update(offset=seen.query.pop("cursor", "0"), limit="10"))
    assert await read(connect) == ALL
    assert [seen.raw_query for seen in orgs.data()][1:] == ["cursor=10", "cursor=20"]


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/orgs?cursor=x", "//elsewhere.example/orgs?cursor=x"]
)
async def test_q13_a_link_to_another_origin_is_not_followed(orgs: Sis, connect: Connect, target: str) -> None:
    orgs.total, orgs.link = None, lambda _seen, _next: f'<{target}>; rel="next"'
    assert await read(connect) == ALL
    assert offsets(orgs) == ["0", "10", "20"]


@pytest.mark.parametrize("wrong", [lambda _total, page: page, lambda _total, _page: 0, lambda _total, _page: 7])
async def test_q13_a_total_that_is_too_small_hides_no_rows(orgs: Sis, connect: Connect, wrong: Any) -> None:
    orgs.total = wrong
    assert await read(connect) == ALL


async def test_q13_a_total_that_is_too_large_fails_after_one_more_pass(orgs: Sis, connect: Connect) -> None:
    orgs.total = lambda total, _page: total + 1
    with pytest.raises(IncompleteRead) as caught:
        await read(connect)
    assert caught.value.detail == "25 of 26"
    assert offsets(orgs) == ["0", "10", "20", "25"] * 2


async def test_q14_ignored_paging_is_noticed_and_rows_taken_once(orgs: Sis, connect: Connect) -> None:
    orgs.ignore_offset = orgs.ignore_limit = True
    orgs.total = None
    assert await read(connect) == ALL
    assert offsets(orgs) == ["0", "25"]


async def test_q14_an_ignored_offset_never_passes_for_the_whole(orgs: Sis, connect: Connect) -> None:
    orgs.ignore_offset, orgs.total = True, None
    with pytest.raises(IncompleteRead):
        await read(connect)


async def test_q14_an_ignored_offset_fails_against_the_total(orgs: Sis, connect: Connect) -> None:
    orgs.ignore_offset, orgs.cap = True, 7
    with pytest.raises(IncompleteRead):
        await read(connect)


async def test_q15_a_row_that_moves_in_while_reading_is_taken_once(orgs: Sis, connect: Connect) -> None:
    def insert() -> None:
        if len(orgs.data()) == 2:
            orgs.rows["/orgs"].insert(0, org(999))

    orgs.before_page = insert
    found = await read(connect)
    assert sorted(found) == [*ALL, "o999"]


async def test_q15_a_row_that_slips_past_while_reading_is_found_in_the_second_pass(
    orgs: Sis, connect: Connect
) -> None:
    def remove() -> None:
        if len(orgs.data()) == 2:
            del orgs.rows["/orgs"][0]

    orgs.before_page = remove
    assert sorted(await read(connect)) == ALL


async def test_q15_rows_are_asked_for_in_order_when_the_server_can(orgs: Sis, connect: Connect) -> None:
    assert await read(connect, sort=True) == ALL
    assert {seen.query["sort"] for seen in orgs.data()} == {"sourcedId"}


async def test_a_refused_sort_is_left_out(orgs: Sis, connect: Connect) -> None:
    minor = {"imsx_codeMajor": "failure", "imsx_CodeMinor": "invalid_sort_field"}
    orgs.faults.append(lambda seen: Reply(status=400, body=minor) if "sort" in seen.query else None)
    assert await read(connect, sort=True) == ALL
    assert len(orgs.data()) == 4


def on_page(number: int, reply: Reply) -> Any:
    return lambda seen: (
        reply if seen.query.get("offset", "0") == str(number * 10) and seen.path == "/orgs" else None
    )


@pytest.mark.parametrize("page", [0, 1, 2])
@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(status=500), ServerFailed),
        (Reply(body={}), MalformedAnswer),
        (Reply(body={"orgs": None}), MalformedAnswer),
        (Reply(body=b'{"orgs":[{"sourcedId":"o1","name":"N"'), MalformedAnswer),
        (Reply(body=b"<html>", headers={"content-type": "text/html"}), MalformedAnswer),
    ],
)
async def test_a_failure_on_any_page_fails_the_whole_read(
    orgs: Sis, connect: Connect, page: int, reply: Reply, expected: type[OneRosterError]
) -> None:
    orgs.faults.append(on_page(page, reply))
    with pytest.raises(expected) as caught:
        await read(connect, retries=1)
    assert (caught.value.method, caught.value.path) == ("GET", "/orgs")


async def test_an_empty_answer_to_a_total_is_no_empty_collection(orgs: Sis, connect: Connect) -> None:
    orgs.faults.append(
        lambda seen: Reply(body={"orgs": []}, headers={"X-Total-Count": "25"}) if seen.path == "/orgs" else None
    )
    with pytest.raises(IncompleteRead):
        await read(connect)


async def test_an_empty_collection_is_empty(sis: Sis, connect: Connect) -> None:
    sis.rows["/orgs"] = []
    assert await read(connect) == []


async def test_bad_records_are_set_aside_and_count_towards_the_total(orgs: Sis, connect: Connect) -> None:
    orgs.rows["/orgs"][3] = {"sourcedId": "bad", "type": "school"}
    orgs.rows["/orgs"][12] = {"name": "N", "type": "school"}
    async with connect() as client:
        found = await client.orgs()
    assert len(found.records) == 23
    assert [(bad.sourced_id, bad.rule) for bad in found.set_aside] == [
        ("bad", "Object missing required field `name`"),
        (None, "Object missing required field `sourcedId`"),
    ]
    assert found.total == 25
    assert found.complete


async def test_records_without_ids_for_ever_end_the_read(sis: Sis, connect: Connect) -> None:
    sis.rows["/orgs"] = [{"name": "N", "type": "school"}] * 10
    sis.ignore_offset, sis.total = True, None
    with pytest.raises(MalformedAnswer):
        await read(connect)


async def test_a_limit_reads_no_more_than_it_says(orgs: Sis, connect: Connect) -> None:
    async with connect() as client:
        found = await client.read_all("orgs", Org, limit=3)
    assert [record.sourced_id for record in found.records] == ALL[:3]
    assert not found.complete
    assert [seen.query for seen in orgs.data()] == [{"limit": "3"}]


async def test_rows_are_streamed_page_by_page_with_one_page_on_its_way(orgs: Sis, connect: Connect) -> None:
    second = threading.Event()
    orgs.faults.append(lambda seen: second.set() if seen.query.get("offset") == "10" else None)
    async with connect() as client:
        rows = client.iterate("orgs", Org)
        assert [(await anext(rows)).sourced_id for _ in range(10)] == ALL[:10]
        assert await asyncio.to_thread(second.wait, 30)
        assert offsets(orgs) == ["0", "10"]
        assert [record.sourced_id async for record in rows] == ALL[10:]
    assert offsets(orgs) == ["0", "10", "20"]


async def test_a_stream_that_falls_short_of_the_total_ends_in_an_error(orgs: Sis, connect: Connect) -> None:
    orgs.total = lambda _total, _page: 30
    async with connect() as client:
        with pytest.raises(IncompleteRead):
            _ = [record async for record in client.iterate("orgs", Org)]


async def test_a_stream_loses_no_bad_record_silently(orgs: Sis, connect: Connect) -> None:
    orgs.rows["/orgs"][3] = {"sourcedId": "bad"}
    aside: list[Any] = []
    async with connect() as client:
        assert len([record async for record in client.iterate("orgs", Org, set_aside=aside)]) == 24
        with pytest.raises(OneRosterError):
            _ = [record async for record in client.iterate("orgs", Org)]
    assert [bad.sourced_id for bad in aside] == ["bad"]
