from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from classbridge.oneroster.auth import BearerToken
from classbridge.oneroster.client import Client
from classbridge.oneroster.errors import Forbidden
from classbridge.oneroster.models import Org, Version
from classbridge.oneroster.options import Options
from classbridge.oneroster.position import Position
from classbridge.oneroster.provider import SqlSource, create_app, sqlite_engine
from classbridge.oneroster.roots import Roots
from classbridge.oneroster.stream import FILTER_IGNORED, FILTER_REFUSED
from classbridge.oneroster.watermark import OVERLAP, WatermarkFile, advanced, server_time
from tests.oneroster.conftest import Connect
from tests.oneroster.providing import ROOTS
from tests.oneroster.sis import Reply, Seen, Sis, served

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def org(sourced_id: str, at: datetime | None, **more: Any) -> dict[str, Any]:
    dated = {"dateLastModified": text(at)} if at else {}
    return {"sourcedId": sourced_id, "name": "N", "type": "school", **dated, **more}


@pytest.fixture
def orgs(sis: Sis) -> Sis:
    """25 organisations, each changed a day after the one before; the newest at noon."""
    sis.rows["/orgs"] = [org(f"o{number:02}", NOON - timedelta(days=24 - number)) for number in range(25)]
    return sis


def told(sis: Sis, since: datetime) -> None:
    """Let the scripted server compare as the filter says: it only knows equality by itself."""

    def fault(seen: Seen) -> Reply | None:
        if "filter" not in seen.query:
            return None
        wanted = f"dateLastModified>='{text(since)}'"
        rows = [row for row in sis.rows["/orgs"] if row.get("dateLastModified", "~") >= text(since)]
        assert seen.query["filter"] == wanted
        start = int(seen.query.get("offset", 0))
        return Reply(body={"orgs": rows[start : start + 10]}, headers={"X-Total-Count": str(len(rows))})

    sis.faults.append(fault)


async def test_what_changed_since_the_watermark_less_an_overlap_is_asked_for(orgs: Sis, connect: Connect) -> None:
    told(orgs, NOON - HOUR - OVERLAP)
    orgs.rows["/orgs"].append(org("gone", NOON, status="tobedeleted"))
    async with connect() as client:
        delta = client.changes("orgs", Org, NOON - HOUR)
        assert [(record.sourced_id, record.active) async for record in delta] == [("o24", True), ("gone", False)]
    assert (delta.full, delta.notes, delta.watermark) == (False, [], NOON)


async def test_without_a_watermark_everything_is_read(orgs: Sis, connect: Connect) -> None:
    async with connect() as client:
        delta = client.changes("orgs", Org, None)
        assert len([record async for record in delta]) == 25
    assert (delta.full, delta.watermark) == (True, NOON)
    assert all("filter" not in seen.query for seen in orgs.data())


async def test_there_is_no_watermark_before_the_end(orgs: Sis, connect: Connect) -> None:
    orgs.faults.append(lambda seen: Reply(status=403) if seen.query.get("offset") == "20" else None)
    async with connect() as client:
        delta = client.changes("orgs", Org, None)
        with pytest.raises(Forbidden):
            _ = [record async for record in delta]
        with pytest.raises(ValueError, match="not complete"):
            _ = delta.watermark


async def test_records_changed_during_the_read_are_not_behind_the_mark(orgs: Sis, connect: Connect) -> None:
    """The server's clock says when the read began; a later change on a later page must not move the mark."""
    began = NOON + HOUR
    orgs.rows["/orgs"][20] = org("late", began + HOUR)
    pages = iter([began, began + HOUR])

    def dated(seen: Seen) -> Reply | None:
        if seen.path != "/orgs":
            return None
        start = int(seen.query.get("offset", 0))
        date = format_datetime(next(pages, began + 2 * HOUR), usegmt=True)
        return Reply(body={"orgs": orgs.rows["/orgs"][start : start + 10]}, headers={"Date": date})

    orgs.faults.append(dated)
    async with connect() as client:
        delta = client.changes("orgs", Org, None)
        assert len([record async for record in delta]) == 25
    assert delta.watermark is not None
    assert began - timedelta(minutes=2) < delta.watermark <= began


@pytest.mark.parametrize(
    "refusal",
    [
        Reply(status=400, body={"imsx_codeMajor": "failure", "imsx_codeMinor": "invalid_filter_field"}),
        Reply(status=400),
        Reply(status=422),
    ],
)
async def test_a_server_that_refuses_the_filter_is_read_whole_and_remembered(
    orgs: Sis, connect: Connect, refusal: Reply
) -> None:
    orgs.faults.append(lambda seen: refusal if "filter" in seen.query else None)
    async with connect() as client:
        for _ in range(2):
            delta = client.changes("orgs", Org, NOON)
            assert len([record async for record in delta]) == 25
            assert (delta.full, delta.notes) == (True, [FILTER_REFUSED])
    assert ["filter" in seen.query for seen in orgs.data()].count(True) == 1


async def test_a_server_that_ignores_the_filter_is_read_whole_and_says_so(orgs: Sis, connect: Connect) -> None:
    orgs.ignore_filter = True
    orgs.rows["/orgs"].append(org("undated", None))
    async with connect() as client:
        delta = client.changes("orgs", Org, NOON)
        assert [record.sourced_id async for record in delta] == [f"o{n:02}" for n in range(25)] + ["undated"]
        assert (delta.full, delta.notes) == (True, [FILTER_IGNORED])
    assert delta.watermark == NOON


async def test_a_server_some_hours_off_still_filters(orgs: Sis, connect: Connect) -> None:
    orgs.ignore_filter = True
    orgs.rows["/orgs"] = [org("o1", NOON - 9 * HOUR), org("o2", None), org("o3", NOON)]
    async with connect() as client:
        delta = client.changes("orgs", Org, NOON)
        assert [record.sourced_id async for record in delta] == ["o1", "o2", "o3"]
    assert (delta.full, delta.notes) == (False, [])


async def test_nothing_new_leaves_the_watermark_where_it_is(orgs: Sis, connect: Connect) -> None:
    mark = NOON + 5 * HOUR
    told(orgs, mark - OVERLAP)
    async with connect() as client:
        delta = client.changes("orgs", Org, mark)
        assert [record async for record in delta] == []
    assert delta.watermark == mark


async def test_chosen_fields_bring_the_date_of_change(orgs: Sis, connect: Connect) -> None:
    async with connect() as client:
        _ = [record async for record in client.changes("orgs", Org, None, fields=["identifier"])]
    fields = {seen.query["fields"] for seen in orgs.data()}
    assert fields == {"sourcedId,name,type,status,identifier,dateLastModified"}


async def test_an_interrupted_delta_goes_on_and_keeps_when_it_began(orgs: Sis, connect: Connect) -> None:
    since = NOON - timedelta(days=19)
    told(orgs, since - OVERLAP)
    async with connect() as client:
        first = client.changes("orgs", Org, since)
        found = [record.sourced_id for record in await anext(first.pages())]
        kept = first.position.to_json()
    async with connect() as client:
        second = client.changes("orgs", Org, since, position=Position.from_json(kept))
        found += [record.sourced_id async for record in second]
    assert found == [f"o{number:02}" for number in range(5, 25)]
    assert (second.notes, second.watermark) == ([], NOON)
    assert Position.from_json(kept).began == second.position.began


@pytest.mark.parametrize(
    ("since", "began", "latest", "mark"),
    [
        (None, NOON, NOON - HOUR, NOON - HOUR),
        (None, NOON, NOON + HOUR, NOON),
        (None, NOON, None, None),
        (NOON - HOUR, NOON, None, NOON - HOUR),
        (NOON - HOUR, NOON, NOON - 2 * HOUR, NOON - HOUR),
        (NOON - HOUR, NOON, NOON + HOUR, NOON),
        (NOON + HOUR, NOON, None, NOON),
        (NOON + HOUR, NOON, NOON - HOUR, NOON),
    ],
)
def test_the_mark_is_the_earlier_of_the_servers_clock_and_the_latest_change_and_does_not_go_back(
    since: datetime | None, began: datetime, latest: datetime | None, mark: datetime | None
) -> None:
    assert advanced(since, began, latest) == mark


@pytest.mark.parametrize("header", [None, "", "soon", "Tue, 99 Sep 2026 12:00:00 GMT"])
def test_without_a_date_of_the_server_our_own_clock_is_taken(header: str | None) -> None:
    assert server_time(header, NOON, HOUR) == NOON


def test_a_slow_answer_began_before_the_date_it_carries() -> None:
    assert server_time("Tue, 01 Sep 2026 12:00:00 GMT", NOON + 5 * HOUR, HOUR) == NOON - HOUR


def test_a_file_keeps_watermarks_by_name(tmp_path: Path) -> None:
    marks = WatermarkFile(tmp_path / "marks.json")
    assert marks.load("orgs") is None
    marks.save("orgs", NOON)
    marks.save("users", NOON + HOUR)
    marks.save("users", None)
    again = WatermarkFile(tmp_path / "marks.json")
    assert (again.load("orgs"), again.load("users")) == (NOON, None)
    assert [path.name for path in tmp_path.iterdir()] == ["marks.json"]


def test_a_failed_save_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marks = WatermarkFile(tmp_path / "marks.json")
    marks.save("orgs", NOON)

    def full(_: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="full"):
        marks.save("orgs", NOON + HOUR)
    assert marks.load("orgs") == NOON
    assert [path.name for path in tmp_path.iterdir()] == ["marks.json"]


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "marks.json").write_text('{"orgs":"yesterday"}')
    with pytest.raises(ValueError, match="RFC3339"):
        WatermarkFile(tmp_path / "marks.json").load("orgs")


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[tuple[SqlSource, str]]:
    source = SqlSource(sqlite_engine(tmp_path / "sis.db"), ROOTS)
    source.load(
        Org(sourced_id=f"o{n:02}", name="N", type="school", date_last_modified=NOON + n * HOUR) for n in range(25)
    )
    with served(create_app(source)) as url:
        yield source, url
    source.close()


@pytest.mark.parametrize(("version", "base"), [(Version.V1_1, "/v1p1"), (Version.V1_2, "")])
async def test_the_real_provider_gives_each_change_once_the_overlap_is_over(
    provider: tuple[SqlSource, str], tmp_path: Path, version: Version, base: str
) -> None:
    source, url = provider
    marks = WatermarkFile(tmp_path / "marks.json")
    roots = Roots.of(f"{url}/ims/oneroster{base}", version)

    async def delta() -> tuple[list[str], bool]:
        async with Client(roots, version, BearerToken("any"), options=Options(page_limit=10)) as client:
            changes = client.changes("orgs", Org, marks.load("orgs"))
            found = [record.sourced_id async for record in changes]
            marks.save("orgs", changes.watermark)
            return found, changes.full

    assert await delta() == ([f"o{n:02}" for n in range(25)], True)
    assert await delta() == (["o24"], False)
    later = NOON + 30 * HOUR
    source.put(Org(sourced_id="o03", name="M", type="school", date_last_modified=later))
    source.put(
        Org(sourced_id="o04", name="N", type="school", status="tobedeleted", date_last_modified=later + HOUR)
    )
    assert await delta() == (["o03", "o04", "o24"], False)
    assert await delta() == (["o04"], False)
