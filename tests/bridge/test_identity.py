"""rules.md 1: what we write has ids that never change."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from classbridge.bridge.identity import NAMESPACE, line_item_id, result_id

ids = st.text(max_size=20)


def test_the_namespace_is_frozen() -> None:
    assert UUID("2577405c-2092-5cef-bd4c-c5cfeb1ded0f") == NAMESPACE


def test_the_golden_ids_are_frozen() -> None:
    item = line_item_id("google", "123456789012", "210987654321", "8f3c-svenska-7b")
    assert item == "7f13ff7e-a9b0-5a82-8907-9d9106ca24d1"
    assert (
        line_item_id("google", "123456789012", "210987654321", "8f3c-svenska-7b", 1)
        == "56af3de3-422b-58e6-9fcf-0a0ba5ae9484"
    )
    assert line_item_id("sandbox-1", "c", "Prov åäö ñ", "klass'1\"") == "d2879253-81a8-583b-a53a-7b2db5fd5568"
    assert result_id(item, "elev-42") == "dc730a87-a5c6-52a5-84c1-9fc135cc7ab0"


@given(st.lists(st.tuples(ids, ids, ids, ids, st.integers(0, 9)), max_size=8, unique=True))
def test_different_places_never_share_an_id(places: list[tuple[str, str, str, str, int]]) -> None:
    assert len({line_item_id(*place) for place in places}) == len(places)


@given(ids, ids, ids, ids)
def test_ids_that_run_together_stay_apart(a: str, b: str, c: str, d: str) -> None:
    assert (result_id(a + b, c) == result_id(a, b + c)) == (b == "")
    assert result_id(a, b) != line_item_id(a, b, c, d)


@given(ids, ids, ids, ids)
def test_an_id_is_a_uuid_of_version_5(side: str, course: str, work: str, section: str) -> None:
    assert UUID(line_item_id(side, course, work, section)).version == 5


def test_an_id_of_broken_text_is_still_an_id() -> None:
    assert UUID(result_id("\ud800", "\x00")).version == 5
