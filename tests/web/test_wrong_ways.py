"""What an admin reads who got a connection wrong: what happened, what to do, and who; nothing is typed twice."""

from collections.abc import Iterator
from contextlib import ExitStack
from html import unescape
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from classbridge.service import connections
from classbridge.text.languages import LANGUAGES
from classbridge.text.outcomes import explain
from classbridge.web.app import create_app
from tests.installation import PASSWORD, Installation, installation, settings_for
from tests.web.conftest import post
from tests.web.wrong_ways import STUDENTS, WAYS, gone_wrong

Readers = dict[str, TestClient[Litestar]]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, Readers]]:
    """An installation with nothing connected, and its admin in every language."""
    with ExitStack() as stack:
        made = stack.enter_context(installation(settings_for(tmp_path_factory.mktemp("wrong")), students=STUDENTS))
        readers = {}
        for language in LANGUAGES:
            client = stack.enter_context(TestClient(create_app(made.ctx), raise_server_exceptions=False))
            client.headers["accept-language"] = language
            client.get("/signin")
            post(client, "/signin", email=made.admin.email, password=PASSWORD, next="/status")
            readers[language] = client
        yield made, readers


def shown(client: TestClient[Litestar], path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(answer.text)


def test_no_two_ways_have_the_same_words() -> None:
    assert len(WAYS) >= 14
    assert len({code for code, _ in WAYS.values()}) == len(WAYS)
    for language in LANGUAGES:
        words = [explain(code, {}, language) for code, _ in WAYS.values()]
        assert len({one.happened for one in words}) == len({one.meaning for one in words}) == len(WAYS)


@pytest.mark.parametrize("name", WAYS)
def test_each_way_to_get_it_wrong_is_told_on_the_page_and_keeps_the_entries(
    house: tuple[Installation, Readers], tmp_path: Path, name: str
) -> None:
    made, readers = house
    code, way = WAYS[name]
    with ExitStack() as stack:
        door = way(stack, tmp_path)
        view = connections.view(made.ctx, made.admin, stack.enter_context(gone_wrong(made, door)))
        said = next(line.said for line in view.proof if line.state == "failed")
        assert said is not None
        assert said.code == code
        assert view.key_kept
        for language, client in readers.items():
            page = shown(client, f"/admin/sis/{view.id}/setup/authorize")
            words = explain(code, said.params, language)
            owner = words.owner[:1].upper() + words.owner[1:]
            for sentence in (words.happened, words.meaning, words.fix, owner):
                assert sentence in page, language
            entries = shown(client, f"/admin/sis/{view.id}/setup/credentials")
            assert f'value="{view.base_url}"' in entries
            assert f'value="{door.entered.token_url}"' in entries
            assert door.entered.secret not in page + entries
