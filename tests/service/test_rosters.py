"""An import brings in who is missing, says why somebody cannot come, and leaves a teacher's own doing alone."""

from collections.abc import Sequence

import pytest

from classbridge.jobs import imports
from classbridge.jobs.circuit import UnreachableError
from classbridge.oneroster.models import User
from classbridge.service import rosters
from classbridge.service.placing import full_name
from classbridge.service.views import ImportDetails, ImportPreview, Person
from classbridge.store import links, memberships, runs
from classbridge.store import rosters as rosters_store
from tests.installation import Installation

OWN_PERIOD = {
    "id": "own",
    "title": "Summer work",
    "startDate": {"year": 2026, "month": 7, "day": 1},
    "endDate": {"year": 2026, "month": 7, "day": 9},
}
"""A grading period that a teacher made in Classroom."""


def preview(made: Installation, kinds: Sequence[str] = rosters.KINDS) -> ImportPreview:
    run_id = rosters.preview(made.ctx, made.teacher, made.course_id, kinds)
    made.wait(run_id)
    found = rosters.previewed(made.ctx, made.teacher, run_id)
    assert found is not None
    return found


def bring_in(made: Installation, kinds: Sequence[str] = rosters.KINDS) -> ImportDetails:
    run_id = rosters.import_(made.ctx, made.teacher, preview(made, kinds).run_id)
    made.wait(run_id)
    return rosters.details(made.ctx, made.teacher, run_id)


def test_a_classroom_that_loses_students_removes_nobody_and_adds_nobody(linked: Installation) -> None:
    bring_in(linked)
    before, writes, ours = members(linked, "students"), classroom_writes(linked), recorded(linked)
    with linked.stage.classroom.control() as control:
        control.switch_on("lose-students")
        shown = preview(linked, ("students",))
        assert (shown.add, shown.remove) == ((), ())
        assert [note.code for note in shown.notes] == ["CLASSROOM_READ_EMPTY"]
        bring_in(linked, ("students",))
        control.switch_off()
        assert classroom_writes(linked) == writes
        control.switch_on("lose-page")
        bring_in(linked, ("students",))
        control.switch_off()
    assert members(linked, "students") == before
    assert recorded(linked) == ours
    again = preview(linked, ("students",))
    assert (again.add, again.remove) == ((), ())


def recorded(made: Installation) -> set[str]:
    """The Classroom ids of those whom we remember to have added."""
    with made.ctx.district(made.teacher).read() as rows:
        return {one.user_id for one in memberships.of_course(rows, "sandbox", made.course_id)}


def emails(people: Sequence[Person], role: str) -> set[str]:
    return {(one.email or "").casefold() for one in people if one.role == role}


def members(made: Installation, role: str) -> set[str]:
    state = made.stage.classroom.state
    return {state.accounts[user_id].email for user_id in state.courses[made.course_id].members(role)}


def classroom_writes(made: Installation) -> dict[str, int]:
    with made.stage.classroom.control() as control:
        found: dict[str, int] = control.snapshot()["writes"]
    return found


def test_a_preview_changes_nothing_and_the_import_does_what_it_showed(linked: Installation) -> None:
    students, teachers = members(linked, "students"), members(linked, "teachers")
    before = classroom_writes(linked)
    shown = preview(linked)
    assert classroom_writes(linked) == before
    assert emails(shown.add, "students")
    assert not shown.remove
    done = bring_in(linked)
    added = [one for one in done.people if one.said.code == "PERSON_ADDED"]
    assert emails(added, "students") == emails(shown.add, "students")
    state = linked.stage.classroom.state
    for role, earlier in (("students", students), ("teachers", teachers)):
        now = members(linked, role)
        assert earlier <= now
        assert len(now - earlier) == len([one for one in shown.add if one.role == role])
    assert all(state.account(email) for email in emails(shown.add, "students"))
    assert preview(linked).add == ()


def test_nobody_is_invited_where_the_admin_may_add(linked: Installation) -> None:
    assert preview(linked).invite == ()
    bring_in(linked)
    with linked.stage.classroom.control() as control:
        assert control.snapshot()["invitations"] == 0


def mess_up(made: Installation) -> dict[str, str]:
    """Take an account away, an address out of the SIS, and give two people one address; the codes by name."""
    source = made.stage.sis.source
    section = made.stage.made_up.demo_sections[0]
    with made.ctx.district(made.teacher).read() as rows:
        connection_id = links.of_course(rows, "sandbox", made.course_id)[0].connection_id
        people = rosters_store.people(rows, connection_id, [section], "student")
    there = members(made, "students")
    absent = next(one for one in people if one.active and one.email and one.email.casefold() not in there)
    present = [one for one in people if one.active and one.email and one.email.casefold() in there][:3]
    del made.stage.classroom.state.by_email[(absent.email or "").casefold()]
    for one, email in ((present[0], None), (present[1], present[2].email)):
        user = source.record("user", one.user_id)
        assert isinstance(user, User)
        user.email = email
        source.put(user)
    return {
        full_name(absent): "PERSON_NO_ACCOUNT",
        full_name(present[0]): "PERSON_NO_EMAIL",
        full_name(present[1]): "PERSON_AMBIGUOUS",
        full_name(present[2]): "PERSON_AMBIGUOUS",
    }


def test_who_cannot_come_is_named_with_the_reason(linked: Installation) -> None:
    expected = mess_up(linked)
    shown = {one.name: one.said.code for one in preview(linked, ["students"]).unable}
    assert shown == expected
    done = {one.name: one.said.code for one in bring_in(linked, ["students"]).people}
    assert expected.items() <= done.items()


def test_a_student_whom_the_teacher_removed_is_not_added_again(linked: Installation) -> None:
    email = min(emails(preview(linked).add, "students"))
    bring_in(linked)
    with linked.stage.classroom.control() as control:
        control.do("remove_member", course_id=linked.course_id, role="students", user=email)
    for _ in range(2):
        done = bring_in(linked)
        said = {(one.email or "").casefold(): one.said.code for one in done.people if one.role == "students"}
        assert said[email] == "PERSON_REMOVED_BY_TEACHER"
    assert email not in {one.casefold() for one in members(linked, "students")}


def test_a_student_whom_the_teacher_added_stays(linked: Installation) -> None:
    guest = next(email for email in members(linked, "students") if email.startswith("new.arrival"))
    done = bring_in(linked)
    assert guest in members(linked, "students")
    kept = [one for one in done.people if one.said.code == "PERSON_KEPT"]
    assert guest in emails(kept, "students")


def test_grading_periods_come_in_beside_the_teacher_s_own(linked: Installation) -> None:
    row = linked.stage.classroom.state.courses[linked.course_id]
    row.grading = {"gradingPeriods": [OWN_PERIOD]}
    bring_in(linked, ["grading_periods"])
    periods = row.grading["gradingPeriods"]
    assert OWN_PERIOD["title"] in [period["title"] for period in periods]
    assert len(periods) > 1
    writes = classroom_writes(linked)
    bring_in(linked, ["grading_periods"])
    assert classroom_writes(linked) == writes


def test_a_grading_period_that_a_teacher_makes_while_an_import_waits_stays(linked: Installation) -> None:
    row = linked.stage.classroom.state.courses[linked.course_id]
    row.grading = {}
    run_id = begun(linked, "grading_periods")
    row.grading = {"gradingPeriods": [OWN_PERIOD]}
    imports.write_periods(linked.admin.district_id, run_id)
    periods = row.grading["gradingPeriods"]
    assert OWN_PERIOD["title"] in [period["title"] for period in periods]
    assert len(periods) > 1


def test_only_what_is_ticked_is_imported(linked: Installation) -> None:
    before = members(linked, "students"), members(linked, "teachers")
    bring_in(linked, ["grading_periods"])
    assert (members(linked, "students"), members(linked, "teachers")) == before
    assert preview(linked, ["teachers"]).kinds == ("teachers",)
    assert emails(preview(linked, ["teachers"]).add, "students") == set()


def test_grade_categories_are_said_to_be_a_mapping_only(linked: Installation) -> None:
    assert "CATEGORIES_MAPPED_ONLY" in [said.code for said in preview(linked, ["grade_categories"]).notes]


def begun(made: Installation, kind: str) -> str:
    """An import of one kind whose plan is made, as a worker has it before it writes anything."""
    with made.ctx.district(made.admin).write() as rows:
        [link, *_] = links.of_course(rows, "sandbox", made.course_id)
        run = runs.create(
            rows,
            kind="import",
            at=made.ctx.now(),
            request={"kinds": [kind], "preview": None},
            connection_id=link.connection_id,
            side="sandbox",
            course_id=made.course_id,
            requested_by=made.teacher.account_id,
        )
    imports.plan_for_import(made.admin.district_id, run.id)
    return run.id


def test_who_was_added_before_google_said_to_wait_is_remembered_as_added_by_us(linked: Installation) -> None:
    district_id, run_id = linked.admin.district_id, begun(linked, "students")
    wanted = len(to_add(linked, run_id))
    assert wanted > 1
    with linked.stage.classroom.control() as control:
        control.switch_on("server-error", count=1)
    with pytest.raises(UnreachableError):
        imports.bring_in(district_id, run_id, "students", 0)
    assert len(recorded(linked)) == wanted - 1

    imports.bring_in(district_id, run_id, "students", 0)
    assert len(recorded(linked)) == wanted
    with linked.ctx.district(linked.admin).read() as rows:
        assert runs.outcome_counts(rows, run_id)["PERSON_ADDED"] == wanted
        assert runs.get(rows, run_id).done == wanted


def to_add(made: Installation, run_id: str) -> list[object]:
    """Whom a planned import will add."""
    with made.ctx.district(made.admin).read() as rows:
        planned: list[object] = runs.plan(rows, run_id)["rosters"]["students"]["add"]
    return planned
