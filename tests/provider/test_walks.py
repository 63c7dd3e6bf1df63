import random

import msgspec
import pytest
import sqlalchemy as sa
from tests.provider.conftest import ROOTS

from classbridge.oneroster.codec import decode
from classbridge.oneroster.models import Org, Version
from classbridge.oneroster.provider import SqlSource
from classbridge.oneroster.provider.selection import Condition, Is
from classbridge.oneroster.provider.source import Page, Query
from classbridge.oneroster.query import parse_filter

FILTER = parse_filter("name~'1'")
LIMITS = (1, 3, 10, 40)


def org(sourced_id: str, name: str, type_: str = "school") -> Org:
    return Org(sourced_id=sourced_id, name=name, type=type_)


def ids(page: Page) -> list[str]:
    found = msgspec.json.decode(b"[%b]" % page.docs)
    return [one["sourcedId"] for one in found]


class Model:
    """What the pages must say: plain records, sorted and sliced."""

    def __init__(self) -> None:
        self.orgs: dict[str, Org] = {}

    def page(self, query: Query) -> tuple[list[str], int]:
        kept = [one for one in self.orgs.values() if not query.where or one.type == "school"]
        kept = [one for one in kept if not query.filter or "1" in one.name]
        kept.sort(key=lambda one: (one.name if query.sort else "", one.sourced_id))
        return [one.sourced_id for one in kept][query.offset : query.offset + query.limit], len(kept)


@pytest.mark.parametrize("seed", range(3))
def test_pages_are_right_whatever_was_read_and_written_before_by_either_of_two_sources(
    source: SqlSource, seed: int
) -> None:
    """Two sources on one database are two processes: what one remembers, the other makes out of date."""
    chance, model = random.Random(seed), Model()
    other = SqlSource(sa.create_engine(source.engine.url), ROOTS)
    where: tuple[Condition, ...] = (Is("type", "school"),)
    offset = 0
    for _ in range(250):
        used = chance.choice((source, source, other))
        if chance.random() < 0.3:
            key = f"o{chance.randrange(60):02}"
            if chance.random() < 0.3:
                assert used.delete("org", key) is (model.orgs.pop(key, None) is not None)
            else:
                made = org(key, str(chance.randrange(20)), chance.choice(("school", "district")))
                assert used.put(made) is (key not in model.orgs)
                model.orgs[key] = made
        limit = chance.choice(LIMITS)
        query = Query(
            entity="org",
            version=Version.V1_2,
            where=chance.choice(((), where)),
            filter=chance.choice((None, None, FILTER)),
            sort=chance.choice((None, None, "name")),
            limit=limit,
            offset=offset,
        )
        page = used.page(query)
        assert (ids(page), page.total) == model.page(query)
        offset = chance.choice((0, offset + limit, offset + limit, chance.randrange(60)))
    other.close()


def test_every_page_of_a_walk_is_in_order_and_whole_at_any_limit(source: SqlSource) -> None:
    source.load(org(f"o{n * 37 % 101:03}", str(n)) for n in range(101))
    for limit in (1, 7, 100, 101, 102):
        walked: list[str] = []
        while len(walked) < 101:
            query = Query(entity="org", version=Version.V1_1, limit=limit, offset=len(walked))
            walked += ids(source.page(query))
        assert walked == [f"o{n:03}" for n in range(101)]


def test_a_load_is_seen_by_the_next_page(source: SqlSource) -> None:
    query = Query(entity="org", version=Version.V1_2)
    assert source.page(query) == Page(b"", 0)
    source.load([org("o1", "First")])
    page = source.page(query)
    assert page.total == 1
    assert decode("org", page.docs, Version.V1_2) == org("o1", "First")
