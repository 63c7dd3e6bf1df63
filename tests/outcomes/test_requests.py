"""A request that cannot be met says why, and changes nothing."""

import pytest

from classbridge.bridge.outcome import Code, Owner
from classbridge.bridge.policy import Role
from classbridge.service import connections, grades, runs, setup, sign_in, why
from classbridge.sis import registry
from classbridge.sis.profile import Profile
from tests.outcomes.scene import Scene, refused, told


def test_what_is_not_here_is_not_found_whatever_it_is(scene: Scene) -> None:
    ctx, admin, teacher = scene.made.ctx, scene.made.admin, scene.made.teacher
    for ask, code, owner in (
        (lambda: grades.page(ctx, teacher, "no-such-class"), Code.CLASS_NOT_FOUND, Owner.NOBODY),
        (lambda: runs.view(ctx, teacher, "no-such-run"), Code.RUN_NOT_FOUND, Owner.NOBODY),
        (lambda: connections.view(ctx, admin, "no-such-sis"), Code.CONNECTION_NOT_FOUND, Owner.ADMIN),
    ):
        told(refused(ask), code, owner)


def test_an_export_of_a_preview_that_is_still_being_made_waits(scene: Scene) -> None:
    made = scene.made
    scene.fault("slow", value=0.5)
    run_id = grades.preview(made.ctx, made.teacher, made.course_id)
    said = refused(lambda: grades.export(made.ctx, made.teacher, run_id, grades.ExportChoices()))
    told(said, Code.RUN_NOT_READY, Owner.NOBODY)
    scene.calm()
    made.wait(run_id)


def test_a_wrong_password_is_refused_and_after_several_signing_in_pauses(scene: Scene) -> None:
    def enter() -> None:
        sign_in.authenticate(scene.made.ctx, "somebody@riverbend.example", "wrong", "203.0.113.7")

    said = [refused(enter) for _ in range(sign_in.MOST_PER_PERSON + 1)]
    told(said[0], Code.SIGN_IN_FAILED, Owner.ADMIN)
    assert {one.code for one in said[:-1]} == {Code.SIGN_IN_FAILED}
    assert told(said[-1], Code.SIGN_IN_PAUSED, Owner.NOBODY).params == {"minutes": "15"}


def test_a_teacher_whose_classes_classroom_has_not_shown_yet_is_told_so(scene: Scene) -> None:
    made, email = scene.made, "new.teacher@riverbend.example"
    setup.create_account(made.ctx, made.admin.district_id, email=email, name="Nova", roles=(Role.TEACHER,))
    found = why.ask(made.ctx, made.admin, email)
    said = {one.said.code: one.said for one in found.checks if one.said}
    told(said[Code.CLASSES_NOT_READ], Code.CLASSES_NOT_READ, Owner.TEACHER)


def test_a_sis_that_is_still_being_developed_is_listed_and_cannot_be_connected(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = registry.profile("generic")
    begun: Profile = Profile(
        **{**{name: getattr(known, name) for name in known.__struct_fields__}, "state": "in development"}
    )
    monkeypatch.setattr(connections, "profile", lambda _vendor: begun)
    said = refused(lambda: connections.start(scene.made.ctx, scene.made.admin, "generic"))
    assert told(said, Code.SIS_IN_DEVELOPMENT, Owner.NOBODY).params == {"sis": known.name}
