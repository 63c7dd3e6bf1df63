"""A client made from a profile works against the sandbox SIS of that product, with its habits in force."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from msgspec import structs

from classbridge.jobs.reading import read_gradebook
from classbridge.oneroster.errors import OneRosterError, Unauthorized
from classbridge.oneroster.models import Version
from classbridge.oneroster.options import Exchange, Options
from classbridge.oneroster.query import where
from classbridge.sandbox.district import District
from classbridge.sandbox.sis import SisServer, load
from classbridge.sis.address import normalise
from classbridge.sis.connector import Credentials, client_for
from classbridge.sis.outgoing import AddressRefused, OutgoingGuard
from classbridge.sis.registry import profile

EVERY = ("infinite-campus@1.2", "skyward-sms@1.1", "generic@1.1", "generic@1.2", "aspen@1.1")


@pytest.fixture(scope="module")
def district() -> District:
    return District.make(today=date(2026, 11, 23), students=60)


@pytest.fixture(scope="module")
def running(district: District) -> Iterator[dict[str, SisServer]]:
    servers = {
        name: SisServer.start(load(name), district.records(), teacher_email=district.teacher_email)
        for name in EVERY
    }
    yield servers
    for server in servers.values():
        server.stop()


def _opened(info: dict[str, Any], *, headers: bool = True, **more: Any) -> Any:
    chosen = profile(info["vendor"])
    version = Version(info["version"])
    credentials = Credentials(
        client_id=info["client_id"],
        client_secret=info["client_secret"],
        headers=info["extra_headers"] if headers else {},
    )
    base_url = normalise(chosen, version, info["base_url"]).base_url
    guard = OutgoingGuard(["127.0.0.1"])
    return client_for(chosen, version, base_url, info["token_url"], credentials, guard=guard, **more)


@pytest.mark.parametrize("name", EVERY)
async def test_rostering_and_gradebook_answer(running: dict[str, SisServer], name: str) -> None:
    info = running[name].info()
    async with _opened(info) as client:
        assert (await client.teachers(limit=1)).records
        [teacher] = await client.teacher_by_email(info["teacher_email"])
        classes = await client.classes_of_teacher(teacher.sourced_id)
        await client.line_items_of_class(classes.records[0].sourced_id)
        assert (await client.categories_of_class(classes.records[0].sourced_id)).records


@pytest.mark.parametrize("name", ["infinite-campus@1.2"])
def test_the_token_url_that_the_profile_derives_is_the_sandbox_s(running: dict[str, SisServer], name: str) -> None:
    info = running[name].info()
    found = normalise(profile(info["vendor"]), info["version"], info["base_url"])
    assert found.token_url == info["token_url"]
    assert found.base_url == info["base_url"]


async def test_without_its_vendor_key_campus_gives_rosters_and_refuses_the_gradebook(
    running: dict[str, SisServer],
) -> None:
    async with _opened(running["infinite-campus@1.2"].info(), headers=False) as client:
        assert (await client.teachers(limit=1)).records
        with pytest.raises(Unauthorized):
            await client.categories()


async def test_the_vendor_key_goes_to_the_gradebook_only() -> None:
    chosen = profile("infinite-campus")
    credentials = Credentials(client_id="i", client_secret="s", headers={"X-Vendor-Authorization": "k:v"})
    example = chosen.edition("1.2").example
    async with client_for(chosen, Version.V1_2, example, "https://x.example/t", credentials) as client:
        assert client.session.options.extra_headers == {"gradebook": {"X-Vendor-Authorization": "k:v"}}


async def test_a_filter_that_the_profile_lists_as_refused_is_not_sent(running: dict[str, SisServer]) -> None:
    seen: list[Exchange] = []
    async with _opened(running["infinite-campus@1.2"].info(), on_exchange=seen.append) as client:
        found = await client.users(where("roles.role", "=", "teacher"))
    assert found.records
    assert [exchange.status for exchange in seen if exchange.method == "GET"] == [200]


@pytest.mark.parametrize(("known", "statuses"), [(False, [200]), (True, [404, 200])])
async def test_a_class_s_categories_are_not_asked_for_where_the_profile_knows_no_such_route(
    running: dict[str, SisServer], known: bool, statuses: list[int]
) -> None:
    info, seen = running["aspen@1.1"].info(), list[Exchange]()
    rules = profile("aspen").edition("1.1").gradebook
    assert not rules.class_categories
    async with _opened(info, on_exchange=seen.append) as client:
        [teacher] = await client.teacher_by_email(info["teacher_email"])
        section = (await client.classes_of_teacher(teacher.sourced_id)).records[0]
        book = await read_gradebook(client, section, structs.replace(rules, class_categories=known))
    assert {one.metadata["classId"] for one in book.categories} == {section.sourced_id}
    assert [one.status for one in seen if one.path.endswith("/categories")] == statuses


async def test_page_size_and_concurrency_are_the_profile_s_and_times_the_caller_s() -> None:
    chosen = profile("infinite-campus")
    credentials = Credentials(client_id="i", client_secret="s")
    example = chosen.edition("1.2").example
    options = Options(read_timeout=7, page_limit=3, max_concurrency=9)
    async with client_for(chosen, Version.V1_2, example, example, credentials, options=options) as client:
        used = client.session.options
    assert (used.page_limit, used.max_concurrency, used.read_timeout) == (1000, 1, 7)


async def test_a_secret_never_leaves_for_a_host_that_nobody_named(running: dict[str, SisServer]) -> None:
    info = running["generic@1.2"].info()
    async with _opened(info) as client:
        with pytest.raises(AddressRefused) as caught:
            await client.session.request(
                "GET", "rostering", "http://127.0.0.1:9/ims/oneroster/rostering/v1p2/orgs"
            )
    assert caught.value.reason == "not_named"


async def test_a_private_address_that_the_operator_did_not_open_is_never_asked(
    running: dict[str, SisServer],
) -> None:
    info = running["generic@1.2"].info()
    credentials = Credentials(client_id="i", client_secret="s")
    with pytest.raises(AddressRefused):
        client_for(profile("generic"), Version.V1_2, info["base_url"], info["token_url"], credentials)
    private = info["base_url"].replace("http:", "https:")
    async with client_for(profile("generic"), Version.V1_2, private, private, credentials) as client:
        with pytest.raises(AddressRefused) as caught:
            await client.teachers(limit=1)
    assert caught.value.reason == "private"


async def test_a_wrong_key_is_told_apart_from_a_missing_vendor_key(running: dict[str, SisServer]) -> None:
    info = {**running["infinite-campus@1.2"].info(), "client_secret": "wrong"}
    async with _opened(info) as client:
        with pytest.raises(OneRosterError) as caught:
            await client.teachers(limit=1)
    assert not isinstance(caught.value, Unauthorized)
    assert "wrong" not in str(caught.value)


def test_credentials_do_not_show_in_a_log() -> None:
    shown = repr(Credentials(client_id="i", client_secret="s3cr3t", headers={"x": "k3y"}))
    assert "s3cr3t" not in shown
    assert "k3y" not in shown
