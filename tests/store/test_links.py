from datetime import timedelta
from decimal import Decimal

import msgspec

from classbridge.store import grades, links, matches, memberships
from classbridge.store.database import District
from classbridge.store.grades import LineItemEntry, ResultEntry
from classbridge.store.links import Link
from classbridge.store.matches import Match, Overrides, Refusal
from classbridge.store.memberships import Membership, MembershipException
from tests.store.conftest import NOW

LINK = Link(side="google", course_id="k", connection_id="c", class_id="s1", linked_by="anna", linked_at=NOW)
SECOND = msgspec.structs.replace(LINK, class_id="s2")


def test_a_course_is_linked_to_one_or_several_sections(north: District, south: District) -> None:
    with north.write() as rows:
        links.link(rows, LINK)
        links.link(rows, SECOND)
        links.link(rows, msgspec.structs.replace(LINK, linked_by="bo", linked_at=NOW + timedelta(days=1)))
        links.link(rows, msgspec.structs.replace(LINK, course_id="other"))
        assert links.of_course(rows, "google", "k") == [LINK, SECOND]
        assert [one.course_id for one in links.of_class(rows, "c", "s1")] == ["k", "other"]
        assert len(links.of_courses(rows, "google", ["k", "other"])) == 3
        assert len(links.list_all(rows, connection_id="c", side="google")) == 3
        assert links.list_all(rows, side="stand-in") == []
        assert links.unlink(rows, "google", "k", "c", "s1")
        assert not links.unlink(rows, "google", "k", "c", "s1")
        assert links.of_course(rows, "google", "k") == [SECOND]
    with south.read() as rows:
        assert links.list_all(rows) == []


def test_a_match_override_lasts_until_it_is_removed(north: District) -> None:
    bo = Match(connection_id="c", sis_user_id="bo", side="google", user_id="123", by="anna", at=NOW)
    never = msgspec.structs.replace(bo, sis_user_id="eva", user_id=None)
    with north.write() as rows:
        matches.save(rows, [bo, never])
        matches.save(rows, [msgspec.structs.replace(bo, user_id="456")])
        kept = matches.list_all(rows, "c", "google")
        assert {name: one.user_id for name, one in kept.items()} == {"bo": "456", "eva": None}
        assert matches.list_all(rows, "c", "stand-in") == {}
        assert matches.remove(rows, "c", "google", "bo")
        assert not matches.remove(rows, "c", "google", "bo")
        assert list(matches.list_all(rows, "c", "google")) == ["eva"]


def test_a_refused_pair_and_an_override_of_the_same_two_take_each_others_place(north: District) -> None:
    bo = Match(connection_id="c", sis_user_id="bo", side="google", user_id="123", by="anna", at=NOW)
    never = Refusal(connection_id="c", sis_user_id="bo", side="google", user_id="123", by="anna", at=NOW)
    other = msgspec.structs.replace(never, user_id="456")
    with north.write() as rows:
        matches.refuse(rows, [never, other])
        assert matches.overrides(rows, "c", "google") == Overrides({}, frozenset({("bo", "123"), ("bo", "456")}))
        matches.save(rows, [bo])
        assert matches.overrides(rows, "c", "google") == Overrides({"bo": "123"}, frozenset({("bo", "456")}))
        matches.refuse(rows, [never])
        assert matches.overrides(rows, "c", "google").accounts == {}
        assert matches.refusals(rows, "c", "google", ["bo"]) == [never, other]
        assert matches.refusals(rows, "c", "google", ["eva"]) == matches.refusals(rows, "c", "stand-in") == []
        assert matches.allow_again(rows, "c", "google", "bo", "123")
        assert not matches.allow_again(rows, "c", "google", "bo", "123")


def _added(user_id: str) -> Membership:
    return Membership(
        side="google",
        course_id="k",
        role="students",
        user_id=user_id,
        connection_id="c",
        sis_user_id=f"sis-{user_id}",
        class_ids=["s1", "s2"],
        school_id="school",
        how="added",
        run_id="run",
        at=NOW,
    )


def test_whom_we_added_and_removed_is_remembered(north: District) -> None:
    with north.write() as rows:
        for _ in range(2):
            memberships.remember(rows, [_added("1"), _added("2")])
        assert [one.user_id for one in memberships.of_course(rows, "google", "k")] == ["1", "2"]
        assert memberships.sizes(rows, "c", "students") == {"school": 2}
        assert memberships.mark_removed(rows, "google", "k", "students", ["1", "stranger"], NOW) == 1
        assert memberships.of_course(rows, "google", "k") == [_added("2")]
        assert memberships.sizes(rows, "c", "students") == {"school": 1}
        assert [one.user_id for one in memberships.removed_since(rows, "c", NOW)] == ["1"]
        assert memberships.removed_since(rows, "c", NOW + timedelta(seconds=1)) == []
        assert memberships.removed_since(rows, "another", NOW) == []


def test_whom_a_teacher_removed_stays_an_exception_until_lifted(north: District) -> None:
    one = MembershipException(side="google", course_id="k", role="students", user_id="1", at=NOW)
    with north.write() as rows:
        memberships.except_people(rows, [one])
        memberships.except_people(rows, [msgspec.structs.replace(one, at=NOW + timedelta(days=1))])
        assert memberships.exceptions_of(rows, "google", "k") == [one]
        memberships.remember(rows, [_added("1")])
        assert memberships.allow_again(rows, "google", "k", "students", "1", NOW)
        assert not memberships.allow_again(rows, "google", "k", "students", "1", NOW)
        assert memberships.exceptions_of(rows, "google", "k") == []


def test_who_may_be_added_again_is_nobody_of_ours_and_no_removal_of_ours(north: District) -> None:
    with north.write() as rows:
        memberships.remember(rows, [_added("1")])
        memberships.allow_again(rows, "google", "k", "students", "1", NOW)
        assert memberships.of_course(rows, "google", "k") == []
        assert memberships.removed_since(rows, "c", NOW) == []
        assert memberships.allowed_again(rows, "google", "k") == {("students", "sis-1")}
        memberships.remember(rows, [_added("1")])
        assert memberships.allowed_again(rows, "google", "k") == frozenset()
        assert memberships.of_course(rows, "google", "k") == [_added("1")]


ITEM = LineItemEntry(
    connection_id="c",
    side="google",
    course_id="k",
    course_work_id="w",
    class_id="s1",
    generation=0,
    requested_id="ours",
    sourced_id="theirs",
    adopted=False,
    title="Essay",
    sent={"title": "Essay", "max": "10.50"},
    sent_at=NOW,
)


def _result(student_id: str, score: str | None) -> ResultEntry:
    return ResultEntry(
        connection_id="c",
        line_item_id="theirs",
        student_id=student_id,
        requested_id=f"r-{student_id}",
        sourced_id=f"r-{student_id}",
        ours=True,
        score=None if score is None else Decimal(score),
        score_status="fully graded",
        sent_at=NOW,
    )


def test_the_id_map_of_line_items_is_kept_and_replaced(north: District, south: District) -> None:
    with north.write() as rows:
        assert grades.line_item_of(rows, "c", "google", "k", "w", "s1") is None
        grades.remember_line_item(rows, ITEM)
        assert grades.line_item_of(rows, "c", "google", "k", "w", "s1") == ITEM
        raised = msgspec.structs.replace(ITEM, generation=1, sourced_id="new", adopted=True)
        grades.remember_line_item(rows, raised)
        assert grades.line_items_of_course(rows, "google", "k") == [raised]
        assert grades.line_items_of_class(rows, "c", "s1") == [raised]
    with south.read() as rows:
        assert grades.line_items_of_course(rows, "google", "k") == []


def test_the_id_map_of_results_keeps_exact_scores(north: District) -> None:
    with north.write() as rows:
        grades.remember_line_item(rows, ITEM)
        grades.remember_results(rows, [_result("1", "9.50"), _result("2", None), _result("3", "0")])
        grades.remember_results(rows, [msgspec.structs.replace(_result("1", "10"), verified_at=NOW)])
        kept = grades.results_of(rows, "c", "theirs")
        assert {name: str(one.score) for name, one in kept.items()} == {"1": "10", "2": "None", "3": "0"}
        assert kept["1"].verified_at == NOW
        assert grades.forget_results(rows, "c", "theirs", ["2", "stranger"]) == 1
        assert set(grades.results_of(rows, "c", "theirs")) == {"1", "3"}
        grades.forget_line_item(rows, ITEM)
        assert grades.line_items_of_course(rows, "google", "k") == []
        assert grades.results_of(rows, "c", "theirs") == {}
