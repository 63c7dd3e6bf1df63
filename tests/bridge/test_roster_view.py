"""The roster page tells of everybody once, by the import's own plan (rules 6 and 7)."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from classbridge.bridge.guards import Scope
from classbridge.bridge.matching import match_students
from classbridge.bridge.outcome import Code
from classbridge.bridge.roster import RosterPeople, RosterRead, plan_roster
from classbridge.bridge.roster_view import Comparison, Where, compare
from tests.bridge.builders import COURSE, member, user
from tests.bridge.test_roster import BIG, VOLUMES, mail, people, read, recorded, sis


def of(found: Comparison, where: Where) -> dict[str, Code]:
    lines = [line for line in found.lines if line.where is where]
    return {line.user_sourced_id or line.classroom_user_id or "": line.outcome.code for line in lines}


def compared(side: RosterPeople, *reads: RosterRead, no_account: Iterable[str] = ()) -> Comparison:
    return compare(side, reads, {**VOLUMES, (Scope.CLASS, f"students:{COURSE}"): BIG}, frozenset(no_account))


def test_who_is_only_in_the_sis_stands_there_with_the_reason() -> None:
    both = user("st8", mail(7)), user("st7", mail(7))
    known = (*sis(1, 2, 3, 4, 5), user("st6", None), *both)
    accounts = {"st2": "u2", "st3": "u3", "st4": "u4", "st5": "e5@x.example"}
    side = replace(
        people([1], known, recorded(4), accounts=accounts, invited=frozenset({"u3"})), exceptions=frozenset()
    )
    found = compared(side, replace(read(), people=known), no_account=["st2"])
    assert of(found, Where.BOTH) == {"st1": Code.PERSON_PRESENT}
    assert of(found, Where.SIS) == {
        "st2": Code.PERSON_NO_ACCOUNT,
        "st3": Code.PERSON_INVITATION_OPEN,
        "st4": Code.PERSON_REMOVED_BY_TEACHER,
        "st5": Code.PERSON_NEW_IN_SIS,
        "st6": Code.PERSON_NO_EMAIL,
        "st7": Code.PERSON_AMBIGUOUS,
        "st8": Code.PERSON_AMBIGUOUS,
    }
    assert (found.to_add, found.to_remove, found.held) == (1, 0, 0)
    assert next(line for line in found.lines if line.user_sourced_id == "st4").classroom_user_id == "u4"


def test_who_is_only_in_classroom_goes_stays_or_is_in_doubt() -> None:
    shared = user("st5", mail(3)), user("st6", mail(3))
    known = (*sis(1), *shared)
    side = people([1, 2, 3, 4], known, recorded(2))
    found = compared(side, replace(read(), people=known))
    assert of(found, Where.CLASSROOM) == {
        "st2": Code.PERSON_LEFT_SIS,
        "u3": Code.PERSON_AMBIGUOUS,
        "u4": Code.PERSON_KEPT,
    }
    assert (found.to_add, found.to_remove) == (0, 1)


def test_who_is_held_is_told_with_the_guard_s_numbers() -> None:
    side = people(range(6), sis(0, 1), recorded(*range(6)))
    found = compare(side, [read(0, 1)], VOLUMES)
    assert (found.to_remove, found.held) == (0, 4)
    line = next(line for line in found.lines if line.outcome.code is Code.REMOVALS_HELD)
    assert line.outcome.params == {"count": "4", "people": "6", "scope": "class"}


def test_each_person_s_sections_are_named() -> None:
    side = people([1], sis(1, 2))
    found = compared(side, read(1, section="a"), read(1, 2, section="b"))
    sections = {line.user_sourced_id: line.class_sourced_ids for line in found.lines}
    assert sections == {"st1": {"a", "b"}, "st2": {"b"}}


@given(
    there=st.sets(st.integers(0, 9)),
    wanted=st.sets(st.integers(0, 9)),
    ours=st.sets(st.integers(0, 9)),
    none=st.sets(st.integers(0, 9)),
)
def test_everybody_is_in_one_line_and_the_numbers_are_the_plan_s(
    there: set[int], wanted: set[int], ours: set[int], none: set[int]
) -> None:
    side = people(there, sis(*wanted), recorded(*ours))
    found = compared(side, read(*wanted), no_account=[f"st{n}" for n in none])
    assert sorted(
        line.user_sourced_id or "" for line in found.lines if line.where is not Where.CLASSROOM
    ) == sorted(f"st{n}" for n in wanted)
    members = [line.classroom_user_id for line in found.lines if line.where is Where.CLASSROOM]
    assert sorted(filter(None, members)) == sorted(f"u{n}" for n in there - wanted)
    known = {key: value for key, value in side.accounts.items() if key not in {f"st{n}" for n in none}}
    volumes = {**VOLUMES, (Scope.CLASS, f"students:{COURSE}"): BIG}
    plan = plan_roster(replace(side, accounts=known), [read(*wanted)], volumes)
    assert (found.to_add, found.to_remove) == (len(plan.add), len(plan.remove))


def test_an_empty_section_that_an_admin_believes_in_is_held_by_the_guards_and_not_by_itself() -> None:
    side = people(range(4), (), recorded(*range(4)))
    assert plan_roster(side, [read()], VOLUMES).held == ()
    believed = plan_roster(side, [read()], VOLUMES, empty=True)
    assert (len(believed.held), believed.remove) == (4, ())
    assert len(plan_roster(side, [read()], VOLUMES, empty=True, released=True).remove) == 4


def test_a_member_under_a_shared_account_is_not_told_twice() -> None:
    members = (member("u1", mail(1)),)
    known = sis(1)
    side = RosterPeople(course_id=COURSE, type="students", members=members, matches=match_students(members, known))
    assert len(compared(side, read(1)).lines) == 1
