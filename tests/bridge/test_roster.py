"""rules.md 6 and 7: what a read proves, and who may be removed."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classbridge.bridge.guards import Guards, Limit, Removal, Scope, Volume, breach, sieve
from classbridge.bridge.matching import match_students
from classbridge.bridge.outcome import Code
from classbridge.bridge.roster import (
    Membership,
    RosterPeople,
    RosterPlan,
    RosterRead,
    plan_roster,
)
from classbridge.oneroster.models import User
from tests.bridge.builders import COURSE, SECTION, member, user

BIG = Volume(1000)
VOLUMES = {(Scope.TYPE, "students"): BIG, (Scope.SCHOOL, "students:school1"): BIG}


def mail(n: int) -> str:
    return f"e{n}@x.example"


def sis(*numbers: int) -> tuple[User, ...]:
    return tuple(user(f"st{n}", mail(n)) for n in numbers)


def recorded(*numbers: int, sections: Iterable[str] = (SECTION,)) -> tuple[Membership, ...]:
    return tuple(
        Membership(classroom_user_id=f"u{n}", user_sourced_id=f"st{n}", class_sourced_ids=frozenset(sections))
        for n in numbers
    )


def read(*numbers: int, section: str = SECTION, before: int | None = 10, **more: object) -> RosterRead:
    return RosterRead(
        class_sourced_id=section,
        school_sourced_id="school1",
        people=sis(*numbers),
        people_before=before,
        **more,  # type: ignore[arg-type]
    )


def people(
    there: Iterable[int],
    known: tuple[User, ...],
    records: tuple[Membership, ...] = (),
    accounts: Mapping[str, str] | None = None,
    **more: object,
) -> RosterPeople:
    members = tuple(member(f"u{n}", mail(n)) for n in there)
    return RosterPeople(
        course_id=COURSE,
        type="students",
        members=members,
        matches=match_students(members, known),
        recorded=records,
        accounts={u.sourced_id: u.sourced_id.replace("st", "u") for u in known} if accounts is None else accounts,
        **more,  # type: ignore[arg-type]
    )


def plan(side: RosterPeople, *reads: RosterRead, directly: bool = True, released: bool = False) -> RosterPlan:
    return plan_roster(side, reads, VOLUMES, directly=directly, released=released)


def codes(found: RosterPlan) -> set[Code]:
    return {note.outcome.code for note in found.outcomes}


def removed(found: RosterPlan) -> list[str]:
    return [removal.classroom_user_id for removal in found.remove]


def test_new_people_are_added_by_an_admin_and_invited_otherwise() -> None:
    side = people([1], sis(1, 2))
    added = plan(side, read(1, 2))
    assert [e.classroom_user_id for e in added.add] == ["u2"]
    assert (added.invite, added.present) == ((), ("st1",))
    invited = plan(side, read(1, 2), directly=False)
    assert [e.user_sourced_id for e in invited.invite] == ["st2"]
    assert invited.add == ()


def test_who_is_already_invited_is_not_invited_again() -> None:
    found = plan(people([], sis(1), invited=frozenset({"u1"})), read(1), directly=False)
    assert found.invite == ()
    assert codes(found) == {Code.PERSON_INVITATION_OPEN}


def test_people_without_an_account_or_an_address_are_named() -> None:
    known = (*sis(1), user("st2"))
    side = people([], known, accounts={})
    found = plan_roster(
        side, [RosterRead(class_sourced_id=SECTION, school_sourced_id="school1", people=known)], VOLUMES
    )
    assert {(n.user_sourced_id, n.outcome.code) for n in found.outcomes} == {
        ("st1", Code.PERSON_NO_ACCOUNT),
        ("st2", Code.PERSON_NO_EMAIL),
    }
    assert set(found.no_account) == {"st1", "st2"}
    assert found.add == ()


def test_people_with_a_shared_address_are_neither_added_nor_removed() -> None:
    known = (user("st1", mail(1)), user("st2", mail(1)))
    side = people([1], known, recorded(1))
    found = plan_roster(
        side, [RosterRead(class_sourced_id=SECTION, school_sourced_id="school1", people=known)], VOLUMES
    )
    assert (found.add, found.remove) == ((), ())
    assert [one.user_sourced_id for one in found.outcomes if one.outcome.code is Code.PERSON_AMBIGUOUS] == [
        "st1",
        "st2",
    ]


def test_a_person_in_two_linked_sections_is_added_once_for_both() -> None:
    found = plan(people([], sis(1)), read(1, section="s1"), read(1, section="s2"))
    assert [e.class_sourced_ids for e in found.add] == [frozenset({"s1", "s2"})]


def test_who_we_added_and_the_sis_no_longer_has_is_removed() -> None:
    found = plan(people(range(1, 6), sis(2, 3, 4, 5), recorded(1, 2, 3, 4, 5)), read(2, 3, 4, 5))
    assert removed(found) == ["u1"]
    assert found.held == ()


def test_who_is_inactive_in_the_sis_is_gone_from_it() -> None:
    gone = user("st1", mail(1))
    gone.status = "tobedeleted"
    known = (gone, *sis(2, 3, 4, 5))
    side = people(range(1, 6), known, recorded(1, 2, 3, 4, 5))
    found = plan_roster(
        side, [RosterRead(class_sourced_id=SECTION, school_sourced_id="school1", people=known)], VOLUMES
    )
    assert removed(found) == ["u1"]


def test_who_a_teacher_added_stays() -> None:
    found = plan(people([1, 2, 9], sis(1, 2), recorded(1, 2)), read(1, 2))
    assert found.remove == ()
    assert [n.classroom_user_id for n in found.outcomes if n.outcome.code is Code.PERSON_KEPT] == ["u9"]


def test_without_records_nobody_is_removed() -> None:
    found = plan(people(range(30), sis(1)), read(1))
    assert (found.remove, found.held) == ((), ())


def test_who_a_teacher_removed_becomes_an_exception_and_is_not_added_again() -> None:
    found = plan(people([2], sis(1, 2), recorded(1, 2)), read(1, 2))
    assert (found.add, found.exceptions) == ((), ("st1",))
    assert Code.PERSON_REMOVED_BY_TEACHER in codes(found)
    again = plan(people([2], sis(1, 2), recorded(2), exceptions=frozenset({"st1"})), read(1, 2))
    assert (again.add, again.exceptions) == ((), ())
    assert Code.PERSON_REMOVED_BY_TEACHER in codes(again)


def test_a_classroom_that_shows_less_than_half_of_those_we_added_makes_no_lasting_exceptions() -> None:
    everyone = (1, 2, 3, 4, 5)
    found = plan(people([1, 2], sis(*everyone), recorded(*everyone)), read(*everyone))
    assert (found.add, found.exceptions) == ((), ())
    assert sum(note.outcome.code is Code.PERSON_REMOVED_BY_TEACHER for note in found.outcomes) == 3
    whole = plan(people(list(everyone), sis(*everyone), recorded(*everyone)), read(*everyone))
    assert len(whole.present) == 5


def test_an_exception_who_is_back_in_the_class_is_simply_there() -> None:
    found = plan(people([1], sis(1), exceptions=frozenset({"st1"})), read(1))
    assert found.present == ("st1",)


def test_who_has_a_new_address_in_classroom_is_still_there() -> None:
    members = (member("u1", "married@x.example"),)
    side = RosterPeople(
        course_id=COURSE,
        type="students",
        members=members,
        matches=match_students(members, sis(1)),
        recorded=recorded(1),
    )
    found = plan(side, read(1))
    assert (found.present, found.exceptions, found.remove) == (("st1",), (), ())


def test_who_has_a_new_id_in_the_sis_is_still_there() -> None:
    known = (user("new-1", mail(1)), *sis(2, 3))
    side = people([1, 2, 3], known, recorded(1, 2, 3))
    found = plan_roster(
        side, [RosterRead(class_sourced_id=SECTION, school_sourced_id="school1", people=known)], VOLUMES
    )
    assert (found.remove, found.held) == ((), ())


def test_a_failed_read_concludes_nothing() -> None:
    side = people(range(1, 6), sis(*range(1, 7)), recorded(*range(1, 6)))
    found = plan(side, read(2, 6, complete=False))
    assert (found.add, found.remove, found.held) == ((), (), ())
    assert Code.READ_INCOMPLETE in codes(found)


def test_one_failed_section_of_two_stops_removals_but_not_additions() -> None:
    side = people(range(1, 6), sis(2, 3, 4, 5, 6), recorded(*range(1, 6), sections=["s1"]))
    found = plan(side, read(2, 3, 4, 5, 6, section="s1"), read(section="s2", complete=False))
    assert [e.user_sourced_id for e in found.add] == ["st6"]
    assert found.remove == ()


@pytest.mark.parametrize("records", [(), recorded(1, 2)])
@pytest.mark.parametrize("before", [2, None])
def test_an_empty_answer_where_there_were_people_is_held(
    records: tuple[Membership, ...], before: int | None
) -> None:
    found = plan(people([1, 2], (), records), read(before=before))
    assert (found.remove, found.held) == ((), ())
    expected = Code.EMPTY_READ_HELD if before or records else Code.FIRST_READ_EMPTY
    assert expected in codes(found)


def test_an_empty_answer_is_held_even_when_the_removals_are_released() -> None:
    found = plan(people([1, 2], (), recorded(1, 2)), read(before=2), released=True)
    assert found.remove == ()


def test_a_first_read_may_be_empty() -> None:
    found = plan(people([], ()), read(before=None))
    assert codes(found) == {Code.FIRST_READ_EMPTY}


def test_one_empty_section_of_two_holds_removals_of_both() -> None:
    side = people(range(1, 6), sis(2, 3, 4, 5), recorded(*range(1, 6), sections=["s1"]))
    found = plan(side, read(2, 3, 4, 5, section="s1"), read(section="s2", before=7))
    assert found.remove == ()
    assert Code.EMPTY_READ_HELD in codes(found)


def test_a_delta_read_removes_only_who_it_names() -> None:
    side = people(range(1, 6), sis(3), recorded(*range(1, 6)))
    found = plan(side, read(3, full=False, removed=frozenset({"st1"})))
    assert removed(found) == ["u1"]
    assert plan(side, read(3, full=False)).remove == ()
    assert plan(side, read(full=False)).remove == ()


def test_who_moved_between_linked_sections_stays() -> None:
    side = people(range(1, 6), sis(1, 2, 3, 4, 5), recorded(*range(1, 6), sections=["s1"]))
    found = plan(side, read(2, 3, 4, 5, section="s1"), read(1, section="s2"))
    assert found.remove == ()


def test_who_stands_in_a_section_that_was_not_read_stays() -> None:
    side = people(range(1, 6), (), recorded(*range(1, 6), sections=["s1", "s2"]))
    assert plan(side, read(9, section="s1")).remove == ()


def test_over_half_of_a_class_is_held_while_additions_go_on() -> None:
    side = people(range(1, 7), sis(1, 2, 8), recorded(*range(1, 7)))
    found = plan(side, read(1, 2, 8))
    assert [e.user_sourced_id for e in found.add] == ["st8"]
    assert found.remove == ()
    assert [r.classroom_user_id for r in found.held] == ["u3", "u4", "u5", "u6"]
    held = next(n.outcome for n in found.outcomes if n.outcome.code is Code.REMOVALS_HELD)
    assert held.params == {"count": "4", "people": "6", "scope": "class"}
    assert len(plan(side, read(1, 2, 8), released=True).remove) == 4


def test_exactly_half_of_a_class_goes() -> None:
    assert len(plan(people(range(1, 7), sis(1, 2, 3), recorded(*range(1, 7))), read(1, 2, 3)).remove) == 3


def test_the_rule_of_a_class_counts_from_three_people_up() -> None:
    assert removed(plan(people([1, 2], sis(8), recorded(1, 2)), read(8))) == ["u1", "u2"]
    assert plan(people([1, 2, 3], sis(8), recorded(1, 2, 3)), read(8)).remove == ()


def test_two_runs_of_a_week_count_together_in_a_class() -> None:
    side = people(range(1, 7), sis(1, 2, 3, 4), recorded(*range(1, 7)))
    own = (Scope.CLASS, f"students:{COURSE}")
    reads = [read(1, 2, 3, 4)]
    assert len(plan_roster(side, reads, {**VOLUMES, own: Volume(6, removed_week=1)}).remove) == 2
    assert plan_roster(side, reads, {**VOLUMES, own: Volume(6, removed_week=3)}).remove == ()


def test_small_removals_spread_over_a_week_are_seen() -> None:
    guards = Guards()
    day = [breach(guards, Scope.TYPE, "students", 4, Volume(100 - 4 * n, 4 * n)) for n in range(4)]
    assert [found is not None for found in day] == [False, False, True, True]


def test_a_volume_nobody_counted_is_an_error_and_not_a_free_pass() -> None:
    removal = Removal(
        course_id="c",
        classroom_user_id="u",
        user_sourced_id="s",
        type="students",
        school_sourced_id="x",
        class_sourced_id="y",
    )
    with pytest.raises(KeyError):
        sieve([removal], {}, Guards())


numbers = st.sets(st.integers(1, 12))


@given(numbers, numbers, numbers, numbers, st.booleans(), st.booleans(), st.integers(0, 12), st.integers(0, 40))
def test_a_plan_never_removes_beyond_its_evidence_and_its_guards(
    there: set[int],
    known: set[int],
    ours: set[int],
    exceptions: set[int],
    complete: bool,
    full: bool,
    before: int,
    week: int,
) -> None:
    side = people(
        sorted(there), sis(*known), recorded(*sorted(ours)), exceptions=frozenset(f"st{n}" for n in exceptions)
    )
    volumes = {
        (Scope.TYPE, "students"): Volume(100, week),
        (Scope.SCHOOL, "students:school1"): Volume(60, 0),
        (Scope.CLASS, f"students:{COURSE}"): Volume(len(there)),
    }
    found = plan_roster(side, [read(*known, before=before, complete=complete, full=full)], volumes)
    gone = {int(r.classroom_user_id[1:]) for r in (*found.remove, *found.held)}
    assert gone <= (there & ours) - known
    assert not gone or (complete and full and known)
    assert len(found.remove) * 2 <= len(there) or len(there) < 3
    assert len(found.remove) <= 6
    added = {int(e.user_sourced_id[2:]) for e in found.add}
    assert added <= known - there - exceptions - ours
    assert complete or not added


@given(st.integers(0, 50), st.integers(0, 500), st.integers(0, 50), st.decimals(0, 1, places=2))
def test_a_limit_is_never_passed_by_the_run_nor_by_the_week(
    count: int, size: int, week: int, share: Decimal
) -> None:
    guards = Guards(type=Limit(share, share))
    if breach(guards, Scope.TYPE, "students", count, Volume(size, week)) is None and count:
        assert count <= share * size
        assert count + week <= share * (size + week)


def test_who_moved_and_has_a_new_address_too_stays() -> None:
    members = tuple(member(f"u{n}", f"new{n}@x.example") for n in range(1, 6))
    side = RosterPeople(
        course_id=COURSE,
        type="students",
        members=members,
        matches=match_students(members, sis(1, 2, 3, 4, 5)),
        recorded=recorded(*range(1, 6), sections=["s1"]),
    )
    found = plan(side, read(2, 3, 4, 5, section="s1"), read(1, section="s2"))
    assert (found.remove, found.exceptions) == ((), ())
