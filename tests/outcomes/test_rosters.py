"""What an import finds is named person by person, and what concerns the whole class beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from msgspec.structs import replace

from classbridge.bridge.outcome import Code, Owner
from classbridge.oneroster.models import AcademicSession, Class, Enrollment, Ref
from classbridge.oneroster.provider.selection import Is
from classbridge.sandbox.classroom import people as stand_in
from classbridge.service import classes, connections, linking, rosters, runs, write_test
from classbridge.service.views import ImportDetails, ImportPreview
from classbridge.store import runs as kept_runs
from tests.outcomes.scene import Scene, refused, told


def preview(scene: Scene, *kinds: str, course_id: str = "") -> ImportPreview:
    made = scene.made
    run_id = rosters.preview(made.ctx, made.teacher, course_id or made.course_id, kinds)
    made.wait(run_id)
    found = rosters.previewed(made.ctx, made.teacher, run_id)
    assert found is not None
    return found


def read_again(scene: Scene) -> str:
    """Read the SIS's rosters whole; the run."""
    made = scene.made
    while True:  # a reading that has just ended may still be joined
        asked = made.ctx.now()
        run = made.wait(connections.sync(made.ctx, made.admin, scene.connection_id), actor=made.admin)
        if run.created_at >= asked:
            return run.id


def bring_in(scene: Scene, *kinds: str) -> ImportDetails:
    made = scene.made
    run_id = rosters.import_(made.ctx, made.teacher, preview(scene, *kinds).run_id)
    made.wait(run_id)
    return rosters.details(made.ctx, made.teacher, run_id)


@contextmanager
def periods(scene: Scene, *own: dict[str, Any]) -> Iterator[None]:
    """Meanwhile the class has these grading periods of its teacher's."""
    row = scene.made.stage.classroom.state.courses[scene.made.course_id]
    before, row.grading = row.grading, {"gradingPeriods": list(own)}
    try:
        yield
    finally:
        row.grading = before


def period(title: str, first: tuple[int, int, int], last: tuple[int, int, int]) -> dict[str, Any]:
    days = [dict(zip(("year", "month", "day"), day, strict=True)) for day in (first, last)]
    return {"id": title, "title": title, "startDate": days[0], "endDate": days[1]}


def test_who_is_there_or_invited_already_is_named(scene: Scene) -> None:
    missing = preview(scene, "students")
    assert missing.add
    state = scene.made.stage.classroom.state
    invited = scene.user((missing.add[0].email or "").casefold())
    invitation = {"courseId": scene.made.course_id, "userId": invited, "role": "STUDENT"}
    state.invitations["by-the-teacher"] = {"id": "by-the-teacher", **invitation}
    shown = preview(scene, "students")
    del state.invitations["by-the-teacher"]
    said = {one.said.code: one for one in shown.present}
    told(said[Code.PERSON_PRESENT].said, Code.PERSON_PRESENT, Owner.NOBODY)
    told(said[Code.PERSON_INVITATION_OPEN].said, Code.PERSON_INVITATION_OPEN, Owner.NOBODY)
    assert said[Code.PERSON_INVITATION_OPEN].email == missing.add[0].email
    assert len(shown.add) == len(missing.add) - 1


def test_a_class_that_is_full_takes_nobody_more_and_says_so(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stand_in, "_MAX_MEMBERS", 1)
    done = bring_in(scene, "students")
    full = [one for one in done.people if one.said.code == Code.CLASSROOM_CLASS_FULL]
    told(full[0].said, Code.CLASSROOM_CLASS_FULL, Owner.TEACHER)
    assert all(one.said.code != Code.PERSON_ADDED for one in done.people)


def test_a_grading_period_that_does_not_fit_is_left_out_and_named(scene: Scene) -> None:
    section = scene.source.record("class", scene.section)
    assert isinstance(section, Class)
    terms = {one.sourced_id for one in section.terms}
    periods_ = scene.source.records("academicSession", (Is("type", "gradingPeriod"),))
    all_ = [one for one in periods_ if isinstance(one, AcademicSession)]
    theirs = [one for one in all_ if one.parent and one.parent.sourced_id in terms]
    first, second = sorted(theirs, key=lambda one: one.start_date)[:2]
    day = (second.start_date.year, second.start_date.month, second.start_date.day)
    own = (period(first.title, (2020, 1, 1), (2020, 1, 9)), period("My own weeks", day, day))
    with periods(scene, *own):
        said = {one.code: one for one in preview(scene, "grading_periods").notes}
        notes = {one.code: one for one in bring_in(scene, "grading_periods").notes}
    for found in (said, notes):
        taken = told(found[Code.PERIOD_TITLE_TAKEN], Code.PERIOD_TITLE_TAKEN, Owner.TEACHER)
        assert taken.params == {"title": first.title}
        overlaps = told(found[Code.PERIOD_OVERLAPS], Code.PERIOD_OVERLAPS, Owner.TEACHER)
        assert overlaps.params == {"title": second.title, "other": "My own weeks"}


def test_a_class_that_may_not_have_grading_periods_is_told_so(scene: Scene) -> None:
    who = scene.made.stage.made_up.admin_email
    with periods(scene), scene.made.stage.classroom.control() as control:
        control.do("license", user=who, licensed=False)
        done = bring_in(scene, "grading_periods")
        control.do("license", user=who, licensed=True)
    told(next(iter(done.notes)), Code.PERIODS_NOT_ELIGIBLE, Owner.ADMIN)


def test_a_record_that_cannot_be_read_is_set_aside_and_named(scene: Scene) -> None:
    made = scene.made
    scene.fault("us-dates")
    run_id = read_again(scene)
    scene.calm()
    read_again(scene)
    with made.ctx.district(made.admin).read() as rows:
        kept = kept_runs.outcomes(rows, run_id)
    aside = [one for one in kept if one.code == Code.RECORD_SET_ASIDE]
    said = told(runs.said(aside[0].code, aside[0].params), Code.RECORD_SET_ASIDE, Owner.SIS_ADMIN)
    assert (said.params["record"].partition("/")[0], said.params["field"]) == ("academicSessions", "startDate")


def test_a_section_without_students_is_no_alarm_and_takes_no_write_test(scene: Scene) -> None:
    made, source = scene.made, scene.source
    section = source.record("class", scene.section)
    assert isinstance(section, Class)
    empty = Ref(sourced_id="a-new-section", type="class")
    places = source.records("enrollment", (Is("class.sourcedId", scene.section),))
    teaching = [one for one in places if isinstance(one, Enrollment) and one.role == "teacher"]
    with scene.changed(section, sourced_id=empty.sourced_id, title="A new section"):
        for one in teaching:
            source.put(_other(one, empty))
        read_again(scene)
        other = next(
            row.course_id for row in classes.class_list(made.ctx, made.teacher).rows if not row.sis_classes
        )
        linking.link(made.ctx, made.teacher, other, [(scene.connection_id, empty.sourced_id)])
        shown = preview(scene, "students", course_id=other)
        run_id = write_test.start(made.ctx, made.admin, scene.connection_id, empty.sourced_id)
        scene.until(run_id, "done", "failed")
    told(shown.notes[0], Code.FIRST_READ_EMPTY, Owner.NOBODY)
    proof = {one.name: one for one in connections.view(made.ctx, made.admin, scene.connection_id).proof}
    told(proof["write"].said, Code.WRITE_TEST_NO_STUDENT, Owner.ADMIN)
    linking.unlink(made.ctx, made.teacher, other)
    said = refused(lambda: rosters.preview(made.ctx, made.teacher, other, ["students"]))
    told(said, Code.CLASS_NOT_LINKED, Owner.TEACHER)


def _other(place: Enrollment, section: Ref) -> Enrollment:
    return Enrollment(
        sourced_id=f"{place.sourced_id}-new",
        role=place.role,
        user=place.user,
        class_=section,
        school=place.school,
        primary=place.primary,
    )


def test_only_a_section_that_a_teacher_teaches_in_the_sis_can_be_linked(scene: Scene) -> None:
    made = scene.made
    taught = {
        one.class_.sourced_id
        for one in scene.source.records("enrollment")
        if isinstance(one, Enrollment) and one.role == "teacher" and one.user.sourced_id == _teacher(scene)
    }
    foreign = next(one.sourced_id for one in scene.source.records("class") if one.sourced_id not in taught)

    def link() -> None:
        linking.link(made.ctx, made.teacher, made.course_id, [(scene.connection_id, foreign)])

    told(refused(link), Code.TEACHER_NOT_IN_CLASS, Owner.SIS_ADMIN)
    user = scene.source.record("user", _teacher(scene))
    assert user is not None
    with scene.changed(user, email="maria@elsewhere.example"):
        read_again(scene)
        told(refused(link), Code.TEACHER_NOT_IN_SIS, Owner.SIS_ADMIN)
    read_again(scene)


def _teacher(scene: Scene) -> str:
    """The sourcedId of the teacher."""
    places = scene.source.records("enrollment", (Is("class.sourcedId", scene.section),))
    users = {one.user.sourced_id for one in places if isinstance(one, Enrollment) and one.role == "teacher"}
    email = scene.made.teacher.email.casefold()
    return next(one for one in users if scene.email_of(one) == email)


def test_a_person_of_another_domain_is_invited_since_nobody_may_add_them(scene: Scene) -> None:
    # The last test here: it brings in everybody who is missing.
    email = (preview(scene, "students").add[0].email or "").casefold()
    accounts = scene.made.stage.classroom.state.accounts
    account = accounts[scene.user(email)]
    accounts[account.id] = replace(account, email="guest@elsewhere.example")
    try:
        done = bring_in(scene, "students")
    finally:
        accounts[account.id] = account
    invited = [one for one in done.people if one.said.code == Code.PERSON_INVITED]
    assert [(one.email or "").casefold() for one in invited] == [email]
    told(invited[0].said, Code.PERSON_INVITED, Owner.NOBODY)
    assert account.id not in scene.made.stage.classroom.state.courses[scene.course_id].students
    assert [one["userId"] for one in scene.made.stage.classroom.state.invitations.values()] == [account.id]
