"""What the guards against removing too many count over (rule 7)."""

from datetime import timedelta

from classbridge.bridge.guards import Guards, Scope, Volume, breach
from classbridge.jobs.roster_records import Removed
from classbridge.store import classrooms, connections, memberships
from classbridge.store.memberships import Membership
from tests.installation import Installation


def test_a_class_is_counted_over_seven_days_as_type_and_school_are(linked: Installation) -> None:
    now = linked.ctx.now()
    with linked.ctx.district(linked.admin).write() as rows:
        connection_id = connections.list_all(rows)[0].id
        side = classrooms.list_all(rows)[0].side
        added = [("c1", "u1"), ("c1", "u8"), ("c1", "u9"), ("c2", "u7")]
        memberships.remember(rows, [_added(linked, side, connection_id, *one) for one in added])
        memberships.mark_removed(rows, side, "c1", "students", ["u8"], now - timedelta(days=8))
        memberships.mark_removed(rows, side, "c1", "students", ["u9"], now - timedelta(days=6))
        memberships.mark_removed(rows, side, "c2", "students", ["u7"], now)
        found = Removed(rows, connection_id).volumes("students", "c1", 4)
    assert found == {
        (Scope.TYPE, "students"): Volume(people=1, removed_week=2),
        (Scope.SCHOOL, "students:s1"): Volume(people=1, removed_week=2),
        (Scope.CLASS, "students:c1"): Volume(people=4, removed_week=1),
    }


def test_a_school_that_nobody_was_added_for_lets_nobody_be_removed(linked: Installation) -> None:
    with linked.ctx.district(linked.admin).read() as rows:
        connection_id = connections.list_all(rows)[0].id
        found = Removed(rows, connection_id).volumes("students", "c1", 0, {"moved"})
    volume = found[Scope.SCHOOL, "students:moved"]
    assert breach(Guards(), Scope.SCHOOL, "students:moved", 1, volume) is not None


def _added(made: Installation, side: str, connection_id: str, course_id: str, user_id: str) -> Membership:
    return Membership(
        side=side,
        course_id=course_id,
        role="students",
        user_id=user_id,
        connection_id=connection_id,
        sis_user_id=f"sis-{user_id}",
        class_ids=["sec"],
        school_id="s1",
        how="added",
        run_id=made.course_id,
        at=made.ctx.now(),
    )
