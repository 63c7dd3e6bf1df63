"""The public pages of supported SIS: who may use each, whom to ask, what is proved, and how sure each fact is."""

import html
import re
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec.structs import replace

from classbridge.service import choices, connections
from classbridge.sis.guide import segments
from classbridge.sis.registry import LANGUAGES, guide, profile, profiles

EVERY = tuple(profiles())
both = pytest.mark.parametrize("language", LANGUAGES)


def text_of(answer: Any) -> str:
    """What a reader sees, in one line."""
    assert answer.status_code == 200, answer.text
    body = re.sub(r"<(head|script|option).*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def plain(text: str) -> str:
    """A guide's text as a page shows it: menu names are set apart by space."""
    return " ".join(" ".join(piece for piece, _ in segments(text)).split())


def read(client: TestClient[Litestar], path: str, language: str) -> str:
    return text_of(client.get(path, headers={"accept-language": language}))


@both
def test_the_status_page_says_of_each_sis_who_may_use_it_whom_to_ask_and_where_it_is_proved(
    client: TestClient[Litestar], language: str
) -> None:
    text = read(client, "/status", language)
    for vendor in EVERY:
        words = guide(vendor, language)
        assert profile(vendor).name in text
        assert words.who in text
        assert words.ask in text
        assert words.notice in text
    never = {"en": "Live SIS: not yet", "sv": "SIS i drift: inte än"}[language]
    assert text.count(never) == len(EVERY)


@both
@pytest.mark.parametrize("vendor", EVERY)
def test_a_sis_s_page_holds_its_whole_guide_its_facts_and_how_sure_they_are(
    client: TestClient[Litestar], vendor: str, language: str
) -> None:
    text = read(client, f"/status/{vendor}", language)
    words, known = guide(vendor, language), profile(vendor)
    for step in (*words.steps, *words.replace_key):
        for said in (step.text, *step.tips, *step.if_not_found, *step.cautions):
            assert plain(said) in text
    for fact in known.facts:
        assert " ".join(fact.value.split()) in text
    doubtful = {"en": ("Uncertain", "Not known"), "sv": ("Osäkert", "Okänt")}[language]
    assert sum(text.count(word) for word in doubtful) == len(known.unverified)
    assert known.support.name in text


def test_what_cannot_be_had_unaided_stands_before_the_first_step(client: TestClient[Litestar]) -> None:
    text = read(client, "/status/infinite-campus", "en")
    words = guide("infinite-campus")
    assert text.index(words.notice) < text.index(words.meanwhile) < text.index(plain(words.steps[0].text))


def test_a_sis_that_nobody_knows_has_no_page(client: TestClient[Litestar]) -> None:
    assert client.get("/status/sesame").status_code == 404


def test_a_sis_in_development_is_listed_as_such_and_has_no_button_to_connect_it(
    client: TestClient[Litestar], signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    coming = replace(choices.one("aspen", "en"), name="Coming SIS", vendor="coming", state="in development")
    monkeypatch.setattr(connections, "choices", lambda *_: (coming, choices.one("generic", "en")))
    assert "In development" in read(client, "/status", "en")
    page = signed_in().get("/admin/sis").text
    assert "In development" in page
    assert page.count('name="vendor" value="coming"') == 1
    assert '<span class="visually-hidden"> Coming SIS</span></button>' not in page
