"""With the rule switched off that answers a quirk, the main job does not end as it must: the rule is needed.

A rule that is a setting of the connection is switched off by leaving it out, one in the code by patching it away.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from classbridge.bridge import clock, matching, preflight
from classbridge.bridge.policy import Decision
from classbridge.jobs import diagnosis, export_sending, syncing
from classbridge.oneroster import answer, auth, errors, failure, writing
from classbridge.oneroster.auth import ClientCredentials
from classbridge.oneroster.client import Client
from classbridge.oneroster.models import Category
from classbridge.oneroster.oauth1 import OAuth1
from classbridge.oneroster.paging import Pager
from classbridge.oneroster.reader import path_of
from classbridge.oneroster.session import Session
from classbridge.sandbox.sis import quirks
from classbridge.service import linking
from tests.quirks.conftest import Bench, right

Patch = Callable[[pytest.MonkeyPatch], None]

SETTINGS = [
    "Q05:raw",
    "Q05:body",
    "Q06:prefixed",
    "Q09:given",
    "Q19:flat",
    "Q27:refused",
    "Q29:clamped",
    "Q29:refused",
    "Q40:named",
    "Q44:signed",
]
"""Variants whose answer is a setting of the connection."""


def put(place: Any, name: str, value: Any) -> Patch:
    """Put something else in the place of a rule."""
    return lambda patch: patch.setattr(place, name, value, raising=False)


def undiagnosed(*kinds: type[errors.OneRosterError]) -> Patch:
    """Leave out what these errors of a SIS mean."""

    def forget(patch: pytest.MonkeyPatch) -> None:
        for kind in kinds:
            patch.delitem(diagnosis._SIS, kind)

    return forget


async def _never(*_: Any) -> bool:
    return False


async def _of_class_only(client: Client, class_id: str, *, own_route: bool) -> Any:
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


def _no_repeats(*_: Any) -> Any:
    raise errors.MalformedAnswer("a page came twice")


class _Standard(msgspec.Struct):
    major: str = msgspec.field(name="imsx_codeMajor")
    minor: dict[str, Any] = msgspec.field(name="imsx_CodeMinor")


def _standard_only(body: bytes, _: str = "") -> list[errors.StatusInfo]:
    msgspec.json.decode(body, type=_Standard)
    return []


SHORT_PAGE_ENDS = put(Pager, "_is_all", lambda pager, rows, more: rows < pager.limit)

CODE: dict[str, Patch] = {
    "Q02:query": put(ClientCredentials, "token_url", _without_query()),
    "Q05:urlencoded": put(auth, "quote_plus", str),
    "Q06:refused": undiagnosed(errors.ScopeRefused),
    "Q07:bare": put(auth, "_seconds", _numbers_only),
    "Q07:text": put(auth, "_seconds", _numbers_only),
    "Q07:revoked": put(ClientCredentials, "refused", _never),
    "Q09:not_given": undiagnosed(errors.Unauthorized),
    "Q10:not_yet": put(diagnosis, "_KEY", {}),
    "Q10:expired": put(diagnosis, "_KEY", {}),
    "Q11:read_only": undiagnosed(errors.Forbidden),
    "Q12:capped": SHORT_PAGE_ENDS,
    "Q12:blind": SHORT_PAGE_ENDS,
    "Q13:none": put(Pager, "_is_all", lambda pager, rows, more: not more),
    "Q13:total": SHORT_PAGE_ENDS,
    "Q13:link": SHORT_PAGE_ENDS,
    "Q13:relative": SHORT_PAGE_ENDS,
    "Q13:wrong_total": put(Pager, "check", lambda _: None),
    "Q14:blind": put(Pager, "_sift", _no_repeats),
    "Q15:shifted": put(syncing, "IncompleteRead", ZeroDivisionError),
    "Q18:other_keys": put(answer, "_find", lambda members, names: names[0] if names[0] in members else None),
    "Q18:single": put(answer, "_items", _lists_only),
    "Q24:required": put(preflight, "_category", lambda *_: (None, ())),
    "Q25:district": put(Client, "categories_of_class", _of_class_only),
    "Q25:by_class": put(Client, "categories_of_class", _of_class_only),
    "Q26:window": put(clock, "sis_due_moment", lambda *_: None),
    "Q32:assigned": put(writing, "_assigned", lambda *_: None),
    "Q35:one": put(export_sending, "REFUSALS", ()),
    "Q38:statusInfoSet": put(failure, "parse_status", _standard_only),
    "Q38:status_info_set": put(failure, "parse_status", _standard_only),
    "Q38:html": put(failure, "parse_status", _standard_only),
    "Q38:nothing": put(failure, "parse_status", _standard_only),
    "Q40:leaf_only": undiagnosed(errors.TlsFailure),
    "Q42:away": put(Session, "_wait", lambda *_: None),
    "Q42:proxy": put(Session, "_wait", lambda *_: None),
    "Q42:cut": put(Session, "_wait", lambda *_: None),
    "Q43:upper_case": put(matching, "normal_email", lambda email: email or ""),
    "Q43:blank": put(linking, "may_link", lambda *_: Decision(allowed=True)),
    "Q44:skewed": put(OAuth1, "refused", _never),
}
"""Variants whose answer is a rule in the code, and what is put in its place."""

EXCUSED = "bridge/test_equality.py::test_excused_survives_where_the_sis_keeps_it_and_is_refused_where_not"
DELETED = "oneroster/test_client.py::test_q33_a_delete_is_done_or_refused"
NEW_IDS = "bridge/test_roster.py::test_who_has_a_new_id_in_the_sis_is_still_there"

ELSEWHERE = {
    "Q01:elsewhere": "service/test_token_search.py::test_an_address_on_another_host_is_told_and_gets_nothing",
    "Q03": "sis/test_address.py",
    "Q06:read_only": "service/test_connecting.py",
    "Q07:short": "oneroster/test_auth.py::test_q07_a_token_is_renewed_before_it_expires",
    "Q08:single": "oneroster/test_auth.py::test_q08_a_token_that_another_worker_renewed_is_read_from_the_cache",
    "Q16:refused": "oneroster/test_client.py::test_q16_a_refused_filter_is_remembered_and_done_here",
    "Q17:ignored": "oneroster/test_client.py::test_q17_a_server_that_ignores_the_filter_is_filtered_here",
    "Q20:by_role": NEW_IDS,
    "Q20:by_person": NEW_IDS,
    "Q21:local": "oneroster/test_client.py::"
    "test_q21_without_a_schools_route_schools_are_found_among_organisations",
    "Q28:whole": "bridge/test_preflight.py::test_points_must_be_whole_only_where_the_sis_says_so",
    "Q30:graded_only": EXCUSED,
    "Q30:ignored": EXCUSED,
    "Q33:status_405": "bridge/test_withdrawal.py::test_where_the_sis_cannot_delete_a_leftover_is_reported",
    "Q33:status_404": DELETED,
    "Q33:status_501": DELETED,
    "Q33:marked": "bridge/test_line_items.py::test_an_id_that_the_sis_keeps_reserved_raises_the_generation",
    "Q34:refused": "bridge/test_preflight.py::"
    "test_equal_titles_stay_unless_the_sis_wants_them_unique_and_then_the_oldest_keeps_its_own",
    "Q36:hidden": "bridge/test_line_items.py::test_where_ids_are_hidden_and_our_records_lost_the_export_is_held",
    "Q37:seven_digits": "oneroster/test_codec.py::test_q37_moments_are_read_in_every_spelling",
    "Q37:null": "oneroster/test_codec.py::test_q37_null_and_empty_are_absent",
    "Q37:empty": "oneroster/test_codec.py::test_q37_an_empty_email_among_good_members_is_absent",
    "Q39:seconds": "oneroster/test_transport.py::test_q39_retry_after_is_kept",
    "Q39:date": "oneroster/test_transport.py::test_q39_retry_after_is_kept",
    "Q41": "service/test_reconnecting.py::test_after_disconnecting_and_connecting_anew_everything_is_known",
    "Q45": "bridge/test_policy.py",
}
"""Those that the main job does not meet, and the test that fails without their rule."""

NO_RULE = {
    "Q04:any_case": "No href is ever followed or compared, so its case can't matter.",
    "Q06:required": "The four scopes of the standard are always asked for.",
    "Q06:ignored": "A SIS that looks at no scopes refuses none.",
    "Q10:valid": "The key is good.",
    "Q14:whole": "The whole collection comes at once and reaches the total that the SIS names.",
    "Q17:unquoted": "Filters are always written as the standard has them.",
    "Q21:departments": "A roster is read by its classes; what the organisations are called is shown only.",
    "Q22:this_year": "Classes of another year were never seen, and what goes unseen is never taken away.",
    "Q23:accounts": "Who is not in the SIS is not added; nobody whom a teacher added is removed.",
    "Q24:default": "Every piece of work is sent with a category, so the default is not reached.",
    "Q24:reset": "The category that the SIS holds is never compared with ours.",
    "Q27:cut": "Line items are found by their ids; the setting saves whole words in a title only.",
    "Q27:cut_unknown": "Line items are found by their ids, whatever became of the title.",
    "Q29:kept": "A score above the maximum is sent as it is.",
    "Q30:submitted": "A status without a score is never sent.",
    "Q31:ok": "New or changed is known from our own records, not from the answer's status.",
    "Q31:created": "New or changed is known from our own records, not from the answer's status.",
    "Q31:no_content": "New or changed is known from our own records, not from the answer's status.",
    "Q31:echo": "A body that repeats what was sent says nothing new.",
    "Q38:imsx": "The members are those of the standard's own errors.",
    "Q42:slow": "The answer comes within the time that is waited for any.",
    "Q43:doubled": "Whoever has the address may link; it is the teacher of the class either way.",
}
"""Those that an honest client meets without doing anything about them, and why."""

SAMPLE = ("Q40:named", "Q13:none")


def _marked(names: list[str]) -> list[Any]:
    return [pytest.param(n, marks=() if n in SAMPLE else pytest.mark.exhaustive) for n in names]


def test_every_quirk_in_every_shape_is_accounted_for_once() -> None:
    places = [*SETTINGS, *CODE, *ELSEWHERE, *NO_RULE]
    without_shapes = [quirk.id for quirk in quirks.quirks() if not quirk.variants]
    assert sorted(places) == sorted([*quirks.names(), *without_shapes])


@pytest.mark.parametrize("place", sorted(set(ELSEWHERE.values())))
def test_the_tests_that_are_named_elsewhere_are_there(place: str) -> None:
    path, _, name = place.partition("::")
    assert f"def {name}" in (Path(__file__).parents[1] / path).read_text("utf-8")


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
