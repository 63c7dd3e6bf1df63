"""A list of more classes than a page takes: pages, search, and what is offered for all at once."""

import re
from collections.abc import Iterator
from itertools import chain

import pytest
from litestar.testing import TestClient

from classbridge.cli.bench.big_classes import TEACHER, Size, seed
from classbridge.service.context import open_context
from classbridge.web.app import create_app
from tests.installation import PASSWORD, migrate, settings_for
from tests.web.conftest import post

MANY = Size(classes=120, students=2, assignments=1)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:  # type: ignore[type-arg]
    settings = settings_for(tmp_path_factory.mktemp("many"))
    migrate(settings)
    with open_context(settings) as ctx:
        seed(ctx, MANY, PASSWORD)
        with TestClient(create_app(ctx)) as client:
            client.get("/signin")
            post(client, "/signin", email=TEACHER, password=PASSWORD, next="/classes")
            yield client


def listed(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/classes/([^/]+)/', page)


def test_every_class_is_on_one_of_the_pages_once(many: TestClient) -> None:  # type: ignore[type-arg]
    address, pages = "/classes", []
    while address:
        page = many.get(address).text
        pages.append(listed(page))
        assert "120 classes" in page
        assert "from 50 classes" not in page
        following = re.search(r'href="(/classes\?cursor=[^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert [len(page) for page in pages] == [50, 50, 20]
    assert sorted(chain.from_iterable(pages)) == sorted(f"course-{number}" for number in range(MANY.classes))


def test_a_class_is_found_on_whatever_page_it_would_be(many: TestClient) -> None:  # type: ignore[type-arg]
    assert listed(many.get("/classes?q=COURSE-119 biology").text) == ["course-119"]
    nothing = many.get("/classes?q=chemistry").text
    assert listed(nothing) == []
    assert "Nothing here has that in it." in nothing
    assert "No classes yet" not in nothing


def test_a_page_of_the_api_goes_on_where_the_one_before_ended(many: TestClient) -> None:  # type: ignore[type-arg]
    first = many.get("/api/v1/classes?limit=7").json()
    second = many.get(f"/api/v1/classes?limit=7&cursor={first['next']}").json()
    ids = [row["course_id"] for row in first["items"] + second["items"]]
    assert len(set(ids)) == 14
    last = many.get("/api/v1/classes?limit=200&cursor=course-98").json()
    assert last["next"] is None
