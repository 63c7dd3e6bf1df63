"""Reading the licences from Google: on request and by itself, with what is missing named (A8)."""

from collections.abc import Callable

import pytest

from classbridge.bridge.outcome import Code
from classbridge.classroom.google.scopes import DIRECTORY, LICENSING
from classbridge.cli.main_job import RunFailedError
from classbridge.jobs import licences as jobs
from classbridge.sandbox.classroom.server import ClassroomServer
from classbridge.service import google, grades, licences, runs
from classbridge.service.errors import RefusedError
from classbridge.service.licences import LicencesView
from classbridge.store.licences import students_only
from tests.installation import Installation


def shown(made: Installation) -> LicencesView:
    return licences.view(made.ctx, made.admin)


def switched_on(made: Installation) -> LicencesView:
    """Switch the policy on with Google and wait for the reading."""
    run_id = licences.set_source(made.ctx, made.admin, "google")
    assert run_id is not None
    made.wait(run_id, actor=made.admin)
    return shown(made)


def test_those_who_hold_a_licence_at_google_go_on_and_who_lost_it_is_refused_after_the_next_reading(
    linked: Installation, classroom: ClassroomServer
) -> None:
    staff = {one.email.casefold() for one in classroom.state.accounts.values() if one.staff}
    found = switched_on(linked)
    assert (found.source, found.people, found.without_count, found.failed) == ("google", len(staff), 0, None)
    page = licences.holders(linked.ctx, linked.admin, search=linked.teacher.email).items
    assert [(one.email, one.licence) for one in page] == [
        (linked.teacher.email, "Google Workspace for Education Plus (Staff)")
    ]
    linked.wait(grades.preview(linked.ctx, linked.teacher, linked.course_id))

    with classroom.control() as control:
        control.do("license", user=linked.teacher.email, licensed=False)
    linked.wait(licences.read(linked.ctx, linked.admin), actor=linked.admin)
    assert [one.email for one in shown(linked).without] == [linked.teacher.email]
    with pytest.raises(RefusedError) as refused:
        grades.preview(linked.ctx, linked.teacher, linked.course_id)
    assert refused.value.said.code == Code.LICENCE_MISSING


def delegated(*scopes: str) -> Callable[[ClassroomServer], None]:
    def change(classroom: ClassroomServer) -> None:
        classroom.tokens.delegated = frozenset(scopes)

    return change


def fault(name: str) -> Callable[[ClassroomServer], None]:
    def change(classroom: ClassroomServer) -> None:
        classroom.board.switch_on(name)

    return change


@pytest.mark.parametrize(
    ("spoil", "code", "params"),
    [
        (delegated(LICENSING), Code.CLASSROOM_SCOPES_MISSING, {"scopes": DIRECTORY}),
        (delegated(DIRECTORY), Code.CLASSROOM_SCOPES_MISSING, {"scopes": LICENSING}),
        (fault("directory-disabled"), Code.GOOGLE_API_DISABLED, {"api": "Admin SDK API"}),
        (fault("licensing-disabled"), Code.GOOGLE_API_DISABLED, {"api": "Enterprise License Manager API"}),
        # Google's own client tries again for some 20 s.
        pytest.param(fault("outage"), Code.CLASSROOM_UNREACHABLE, {}, marks=pytest.mark.exhaustive),
    ],
)
def test_a_reading_that_fails_says_why_and_the_earlier_list_holds(
    linked: Installation,
    classroom: ClassroomServer,
    spoil: Callable[[ClassroomServer], None],
    code: Code,
    params: dict[str, str],
) -> None:
    before = switched_on(linked)
    classroom.tokens.expire()
    spoil(classroom)
    run_id = licences.read(linked.ctx, linked.admin)
    with pytest.raises(RunFailedError):
        linked.wait(run_id, actor=linked.admin)
    after = shown(linked)
    assert after.failed is not None
    assert (after.failed.code, after.failed.params) == (code, params)
    assert (after.people, after.as_of) == (before.people, before.as_of)
    grades.preview(linked.ctx, linked.teacher, linked.course_id)


def test_students_are_not_kept_though_they_hold_the_same_licence(
    linked: Installation, classroom: ClassroomServer
) -> None:
    students = [one.email for one in classroom.state.accounts.values() if not one.staff]
    with linked.ctx.district(linked.admin).read() as rows:
        known = students_only(rows, students)
        assert known
        assert known < set(students)
        assert not students_only(rows, [linked.teacher.email, "nobody@x.example"])


def test_by_itself_a_list_is_read_where_google_is_the_source_and_it_is_not_fresh(
    linked: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    district = linked.admin.district_id
    assert not jobs.read_if_due(district)
    switched_on(linked)
    assert not jobs.read_if_due(district)
    monkeypatch.setattr(jobs, "FRESH", jobs.FRESH * 0)
    assert not jobs.read_if_due(district), "the last reading is less than an hour old"
    monkeypatch.setattr(jobs, "PAUSE", jobs.PAUSE * 0)
    assert jobs.read_if_due(district)
    run = runs.page(linked.ctx, linked.admin, limit=1).items[0]
    assert (run.kind, run.asked_by) == ("read-licences", "")
    linked.wait(run.id, actor=linked.admin)


def test_when_classroom_is_connected_with_the_policy_on_the_list_is_read_at_once(
    linked: Installation,
) -> None:
    switched_on(linked)
    linked.wait(google.test(linked.ctx, linked.admin), actor=linked.admin)
    kinds = [run.kind for run in runs.page(linked.ctx, linked.admin, limit=5).items]
    assert kinds[:2] == ["read-licences", "prove-classroom"]
