"""With the rule switched off that answers a quirk, the main job does not end as it must: the rule is needed.

A rule that is a setting of the connection is switched off by leaving it out, one in the code by patching it away.
"""

from collections.abc import Callable
from typing import Any

import pytest

from classbridge.bridge import matching
from classbridge.jobs import export_sending, syncing
from classbridge.oneroster import answer, auth, codec
from classbridge.oneroster.auth import ClientCredentials
from classbridge.oneroster.client import Client
from classbridge.oneroster.models import Category
from classbridge.oneroster.oauth1 import OAuth1
from classbridge.oneroster.paging import Pager
from classbridge.oneroster.reader import path_of
from classbridge.sandbox.sis import quirks
from tests.quirks.conftest import Bench, right

Patch = Callable[[pytest.MonkeyPatch], None]

SETTINGS = [
    "Q05:raw",
    "Q05:body",
    "Q06:prefixed",
    "Q09:given",
    "Q19:flat",
    "Q24:required",
    "Q26:window",
    "Q27:refused",
    "Q27:cut",
    "Q28:whole",
    "Q29:clamped",
    "Q29:refused",
    "Q30:graded_only",
    "Q32:assigned",
    "Q33:status_405",
    "Q34:refused",
    "Q36:hidden",
    "Q39:seconds",
    "Q40:named",
    "Q44:signed",
]
"""Variants whose answer is a setting of the connection."""


def put(place: Any, name: str, value: Any) -> Patch:
    """Put something else in the place of a rule."""
    return lambda patch: patch.setattr(place, name, value)


async def _never(*_: Any) -> bool:
    return False


async def _of_class_only(client: Client, class_id: str) -> Any:
    return await client.read_all(path_of("classes", class_id, "categories"), Category)


def _numbers_only(value: Any) -> float:
    if not isinstance(value, int | float):
        raise TypeError
    return float(value)


def _without_query() -> property:
    return property(
        lambda self: self.__dict__["_kept"].partition("?")[0], lambda self, url: self.__dict__.update(_kept=url)
    )


def _lists_only(raw: Any) -> Any:
    return answer._rows.decode(raw)


CODE: dict[str, Patch] = {
    "Q02:query": put(ClientCredentials, "token_url", _without_query()),
    "Q07:bare": put(auth, "_seconds", _numbers_only),
    "Q07:text": put(auth, "_seconds", _numbers_only),
    "Q07:revoked": put(ClientCredentials, "refused", _never),
    "Q12:blind": put(Pager, "_is_all", lambda pager, rows, more: rows < pager.limit),
    "Q13:none": put(Pager, "_is_all", lambda pager, rows, more: not more),
    "Q13:wrong_total": put(Pager, "check", lambda _: None),
    "Q15:shifted": put(syncing, "IncompleteRead", ZeroDivisionError),
    "Q16:refused": put(Client, "_learn", lambda *_: False),
    "Q18:other_keys": put(answer, "_find", lambda members, names: names[0] if names[0] in members else None),
    "Q18:single": put(answer, "_items", _lists_only),
    "Q25:district": put(Client, "categories_of_class", _of_class_only),
    "Q35:one": put(export_sending, "REFUSALS", ()),
    "Q37:seven_digits": put(codec, "repair", lambda value, _: value),
    "Q37:null": put(codec, "repair", lambda value, _: value),
    "Q43:upper_case": put(matching, "normal_email", lambda email: email or ""),
    "Q44:skewed": put(OAuth1, "refused", _never),
}
"""Variants whose answer is a rule in the code, and what is put in its place."""

SAMPLE = ("Q40:named", "Q13:none")


def _marked(names: list[str]) -> list[Any]:
    return [pytest.param(n, marks=() if n in SAMPLE else pytest.mark.exhaustive) for n in names]


@pytest.mark.parametrize("name", _marked(SETTINGS))
def test_without_its_setting_the_main_job_does_not_end_as_it_must(bench: Bench, name: str) -> None:
    with bench.stage(name, answered=False) as made:
        assert not right(made, quirks.choose(name).variant)


@pytest.mark.parametrize("name", _marked(list(CODE)))
def test_without_its_rule_the_main_job_does_not_end_as_it_must(
    bench: Bench, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    CODE[name](monkeypatch)
    with bench.stage(name) as made:
        assert not right(made, quirks.choose(name).variant)
