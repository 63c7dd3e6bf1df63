"""Who is who."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classbridge.bridge.matching import Matches, Reason, match_students, normal_email, suggest
from tests.bridge.builders import member, user


def pairs(matches: Matches) -> list[tuple[str, str]]:
    return [(p.member.user_id, p.user.sourced_id) for p in matches.pairs]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Åsa.Öberg@Skola.example", "åsa.öberg@skola.example"),
        (" asa@skola.example\n", "asa@skola.example"),
        ("a\u030asa@skola.example", "åsa@skola.example"),
    ],
)
def test_addresses_match_whatever_their_case_spaces_and_composition(one: str, other: str) -> None:
    assert normal_email(one) == normal_email(other)
    assert pairs(match_students([member("u1", one)], [user("st1", other)])) == [("u1", "st1")]


def test_nobody_without_an_address_is_matched_to_another_without() -> None:
    matches = match_students([member("u1")], [user("st1"), user("st2", "  ")])
    assert (matches.pairs, matches.ambiguous) == ((), ())
    assert [m.user_id for m in matches.unmatched_classroom] == ["u1"]
    assert [u.sourced_id for u in matches.unmatched_sis] == ["st1", "st2"]


def test_an_address_shared_in_the_sis_matches_nobody() -> None:
    users = [user("st1", "family@home.example"), user("st2", "FAMILY@home.example")]
    matches = match_students([member("u1", "family@home.example")], users)
    assert (matches.pairs, matches.unmatched_sis) == ((), ())
    assert matches.ambiguous_users() == {"st1", "st2"}
    assert matches.ambiguous_members() == {"u1"}


def test_an_address_shared_in_the_sis_is_doubtful_even_when_nobody_of_the_class_has_it() -> None:
    matches = match_students([], [user("st1", "x@y.example"), user("st2", "x@y.example")])
    assert matches.ambiguous_users() == {"st1", "st2"}


def test_an_address_shared_in_classroom_matches_nobody() -> None:
    matches = match_students(
        [member("u1", "a@b.example"), member("u2", "a@b.example")], [user("st1", "a@b.example")]
    )
    assert matches.pairs == ()
    assert matches.ambiguous_members() == {"u1", "u2"}


def test_an_override_wins_over_addresses_and_frees_them_for_others() -> None:
    members = [member("u1", "a@b.example"), member("u2", "c@d.example")]
    users = [user("st1", "a@b.example"), user("st2", "c@d.example")]
    matches = match_students(members, users, {"st1": "u2", "st2": "u1"})
    assert pairs(matches) == [("u2", "st1"), ("u1", "st2")]
    assert all(pair.overridden for pair in matches.pairs)


def test_an_override_settles_a_shared_address() -> None:
    users = [user("st1", "a@b.example"), user("st2", "a@b.example")]
    matches = match_students([member("u1", "a@b.example")], users, {"st1": "u1"})
    assert pairs(matches) == [("u1", "st1")]
    assert [u.sourced_id for u in matches.unmatched_sis] == ["st2"]


def test_an_override_to_nobody_keeps_a_person_unmatched() -> None:
    matches = match_students([member("u1", "a@b.example")], [user("st1", "a@b.example")], {"st1": None})
    assert matches.pairs == ()
    assert [u.sourced_id for u in matches.unmatched_sis] == ["st1"]


def test_whoever_is_said_to_be_somebody_elsewhere_is_nobody_here() -> None:
    here = [member("u1", "a@b.example")], [user("st1", "a@b.example")]
    for said in ({"st1": "u9"}, {"st9": "u1"}):
        matches = match_students(*here, said)
        assert (matches.pairs, matches.ambiguous) == ((), ())
        assert [u.sourced_id for u in matches.unmatched_sis] == ["st1"]
        assert [m.user_id for m in matches.unmatched_classroom] == ["u1"]


def test_an_override_may_name_an_address_which_only_one_account_has() -> None:
    users = [user("st1", "a@b.example"), user("st2", "c@d.example")]
    matches = match_students([member("u2", "C@d.example")], users, {"st1": "c@D.example"})
    assert pairs(matches) == [("u2", "st1")]
    several = [member("u2", "c@d.example"), member("u3", "c@d.example")]
    assert match_students(several, users[:1], {"st1": "c@d.example"}).pairs == ()
    assert match_students([member("u1", "a@b.example")], users[:1], {"st1": "x@y.example"}).pairs == ()


def test_a_refused_pair_is_never_made_by_address_but_by_an_override_it_is() -> None:
    here = [member("u1", "a@b.example")], [user("st1", "a@b.example")]
    matches = match_students(*here, refused={("st1", "u1")})
    assert matches.pairs == ()
    assert (len(matches.unmatched_sis), len(matches.unmatched_classroom)) == (1, 1)
    assert pairs(match_students(*here, refused={("st1", "u2"), ("st2", "u1")})) == [("u1", "st1")]
    assert pairs(match_students(*here, {"st1": "u1"}, {("st1", "u1")})) == [("u1", "st1")]


def test_of_those_who_share_an_address_the_one_of_the_same_name_is_suggested_first() -> None:
    family = "family@home.example"
    users = [user("st1", family, "Bo", "Berg"), user("st2", family, "Åsa", "Berg")]
    found = suggest([member("u1", family, "Åsa", "Berg")], users)
    assert [(s.user.sourced_id, s.reason) for s in found] == [("st2", Reason.EMAIL), ("st1", Reason.EMAIL)]
    assert found[0].score > found[1].score


def test_a_refused_suggestion_is_not_made_again() -> None:
    people = [member("u1", "zz@x.example", "Åsa", "Öberg")], [user("st1")]
    assert suggest(*people, refused={("st1", "u1")}) == ()


def test_two_overrides_to_one_person_match_nobody() -> None:
    users = [user("st1", "a@b.example"), user("st2", "c@d.example")]
    matches = match_students([member("u1", "a@b.example")], users, {"st1": "u1", "st2": "u1"})
    assert matches.pairs == ()
    assert matches.ambiguous_users() == {"st1", "st2"}


def test_a_person_listed_twice_counts_once_and_a_deleted_one_not_at_all() -> None:
    gone = user("st2", "a@b.example")
    gone.status = "tobedeleted"
    users = [user("st1", "a@b.example"), user("st1", "a@b.example"), gone]
    assert pairs(match_students([member("u1", "a@b.example")] * 2, users)) == [("u1", "st1")]


emails = st.sampled_from([None, "", "a@x.example", "A@x.example", "b@x.example", "c@x.example"])


@given(
    st.lists(st.tuples(st.sampled_from("123456"), emails), max_size=6, unique_by=lambda t: t[0]),
    st.lists(st.tuples(st.sampled_from("123456"), emails), max_size=6, unique_by=lambda t: t[0]),
    st.dictionaries(st.sampled_from("123456"), st.one_of(st.none(), st.sampled_from("123456")), max_size=4),
    st.sets(st.tuples(st.sampled_from("123456"), st.sampled_from("123456")), max_size=4),
)
def test_everybody_is_in_exactly_one_place(
    there: list[tuple[str, str | None]],
    known: list[tuple[str, str | None]],
    said: dict[str, str | None],
    never: set[tuple[str, str]],
) -> None:
    members = [member(f"u{i}", e) for i, e in there]
    users = [user(f"s{i}", e) for i, e in known]
    overrides = {f"s{s}": None if m is None else f"u{m}" for s, m in said.items()}
    refused = {(f"s{s}", f"u{m}") for s, m in never}
    matches = match_students(members, users, overrides, refused)
    placed_users = [p.user.sourced_id for p in matches.pairs]
    placed_users += [u.sourced_id for u in matches.unmatched_sis]
    placed_users += [u.sourced_id for a in matches.ambiguous for u in a.users]
    placed_members = [p.member.user_id for p in matches.pairs]
    placed_members += [m.user_id for m in matches.unmatched_classroom]
    placed_members += [m.user_id for a in matches.ambiguous for m in a.members]
    assert sorted(placed_users) == sorted(u.sourced_id for u in users)
    assert sorted(placed_members) == sorted(m.user_id for m in members)
    assert match_students(members[::-1], users[::-1], overrides, refused).pairs == matches.pairs
    assert not {(p.user.sourced_id, p.member.user_id) for p in matches.pairs if not p.overridden} & refused


@pytest.mark.parametrize(
    ("email", "theirs", "reason"),
    [
        ("asa.oberg+skola@x.example", "asaoberg@x.example", Reason.ALIAS),
        ("asa@elev.x.example", "asa@x.example", Reason.OTHER_DOMAIN),
        ("ao1234@x.example", None, Reason.IDENTIFIER),
        ("zz@x.example", None, Reason.NAME),
    ],
)
def test_people_who_may_be_one_are_suggested_with_the_reason(
    email: str, theirs: str | None, reason: Reason
) -> None:
    unmatched = user("st1", theirs)
    unmatched.identifier = "AO1234"
    found = suggest([member("u1", email, "asa", "ÖBERG")], [unmatched], ["x.example", "elev.x.example"])
    assert [(s.reason, s.member.user_id, s.user.sourced_id) for s in found] == [(reason, "u1", "st1")]


def test_an_address_in_a_foreign_domain_is_not_suggested() -> None:
    assert suggest([member("u1", "asa@evil.example")], [user("st1", "asa@x.example")], ["x.example"]) == ()


def test_a_protected_person_is_never_suggested() -> None:
    people = [member("u1", "zz@x.example", "Åsa", "Öberg")], [user("st1")]
    assert len(suggest(*people)) == 1
    assert suggest(*people, protected={"st1"}) == ()


def test_the_best_suggestion_comes_first() -> None:
    found = suggest([member("u1", "asa+1@x.example", "Åsa", "Öberg")], [user("st1"), user("st2", "asa@x.example")])
    assert [s.user.sourced_id for s in found] == ["st2", "st1"]
    assert found[0].score > found[1].score
