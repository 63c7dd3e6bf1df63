"""Delegates, and work for somebody else: who may, until when, and that it is written down (product A9)."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest

from classbridge.bridge.policy import Actor, Role
from classbridge.service import audit, classes, delegates, grades, linking, rosters, runs, setup
from classbridge.service.errors import RefusedError
from classbridge.store import delegates as kept
from classbridge.store.delegates import Delegate
from tests.installation import PASSWORD, Installation

NAMED = "standin@riverbend.example"


def someone(made: Installation, email: str = NAMED, role: Role = Role.TEACHER) -> Actor:
    """A person with an account, who teaches nothing here."""
    district = made.admin.district_id
    setup.create_account(made.ctx, district, email=email, name="Sam Stand-in", roles=(role,), password=PASSWORD)
    return setup.actor_of(made.ctx, district, email)


def named(made: Installation, *, by: Actor | None = None) -> Actor:
    """A delegate of the linked class until tomorrow."""
    delegate = someone(made)
    delegates.name(made.ctx, by or made.teacher, made.course_id, NAMED.upper(), tomorrow(made))
    return delegate


def tomorrow(made: Installation) -> date:
    return made.ctx.now().date() + timedelta(days=1)


def code_of(ask: Callable[[], object]) -> str:
    with pytest.raises(RefusedError) as refused:
        ask()
    return refused.value.said.code


def name_of(made: Installation, actor: Actor) -> str:
    """The name of somebody as the audit log shows it."""
    found = audit.events(made.ctx, made.admin, limit=100).items
    return audit.names(made.ctx, made.admin, found)[actor.account_id]


def last_event(made: Installation, action: str) -> dict[str, object]:
    """The newest audit event of an action, with who did it."""
    found = audit.events(made.ctx, made.admin, limit=100).items
    event = next(one for one in found if one.action == action)
    return {**event.params, "by": event.account_id, "subject": event.subject}


def test_a_delegate_sees_the_class_and_imports_and_exports_but_does_not_link(linked: Installation) -> None:
    course_id, ctx = linked.course_id, linked.ctx
    delegate = named(linked)
    assert [row.course_id for row in classes.class_list(ctx, delegate).rows] == [course_id]
    assert not classes.one(ctx, delegate, course_id).may_link

    preview = rosters.preview(ctx, delegate, course_id, ["students"])
    linked.wait(preview, actor=delegate)
    linked.wait(rosters.import_(ctx, delegate, preview), actor=delegate)
    export = grades.preview(ctx, delegate, course_id)
    linked.wait(export, actor=delegate)
    run_id = grades.export(ctx, delegate, export, grades.ExportChoices())
    linked.wait(run_id, actor=delegate)
    details = grades.details(ctx, delegate, run_id)

    assert details.sent > 0
    assert details.verified == details.to_verify
    for ask in (
        lambda: linking.unlink(ctx, delegate, course_id),
        lambda: linking.link(ctx, delegate, course_id, [("c", "s")]),
        lambda: delegates.name(ctx, delegate, course_id, delegate.email, tomorrow(linked)),
    ):
        assert code_of(ask) == "NOT_AS_DELEGATE"


@pytest.mark.parametrize("who", ["delegate", "admin"])
def test_a_run_and_the_audit_log_say_who_worked_and_for_which_teacher(linked: Installation, who: str) -> None:
    ctx, course_id = linked.ctx, linked.course_id
    actor = named(linked) if who == "delegate" else linked.admin
    preview = grades.preview(ctx, actor, course_id)
    linked.wait(preview, actor=actor)
    run_id = grades.export(ctx, actor, preview, grades.ExportChoices())
    linked.wait(run_id, actor=actor)

    view = runs.view(ctx, linked.teacher, run_id)
    owner = linked.stage.classroom.state.accounts
    teacher = next(one for one in owner.values() if one.email == linked.teacher.email)
    event = last_event(linked, "grades.export")
    assert view.asked_by == name_of(linked, actor)
    assert view.asked_for == f"{teacher.name.given} {teacher.name.family}"
    assert grades.details(ctx, actor, run_id).run == runs.view(ctx, actor, run_id)
    assert (event["by"], event["subject"], event["on_behalf_of"]) == (actor.account_id, course_id, teacher.id)


def test_a_teachers_own_run_is_for_nobody_else(linked: Installation) -> None:
    preview = grades.preview(linked.ctx, linked.teacher, linked.course_id)
    linked.wait(preview)
    run_id = grades.export(linked.ctx, linked.teacher, preview, grades.ExportChoices())
    linked.wait(run_id)
    assert runs.view(linked.ctx, linked.teacher, run_id).asked_for == ""
    assert last_event(linked, "grades.export")["on_behalf_of"] is None


def test_a_revoked_delegation_ends_at_once_and_the_audit_log_keeps_it(linked: Installation) -> None:
    course_id, ctx = linked.course_id, linked.ctx
    delegate = named(linked, by=linked.admin)
    naming = last_event(linked, "class.delegate")
    assert (naming["by"], naming["account"]) == (linked.admin.account_id, delegate.account_id)
    assert naming["last_day"] == tomorrow(linked).isoformat()
    delegates.revoke(ctx, linked.teacher, course_id, delegate.account_id)

    assert delegates.of_class(ctx, linked.teacher, course_id).delegates == ()
    assert classes.class_list(ctx, delegate).rows == ()
    assert code_of(lambda: grades.preview(ctx, delegate, course_id)) == "NOT_YOUR_CLASS"
    assert last_event(linked, "class.delegate_revoked")["account"] == delegate.account_id
    assert code_of(lambda: delegates.revoke(ctx, linked.teacher, course_id, "x")) == "ACCOUNT_NOT_FOUND"


def test_a_delegation_ends_with_its_last_day_where_the_district_is(linked: Installation) -> None:
    course_id, ctx = linked.course_id, linked.ctx
    delegate = named(linked)
    view = delegates.of_class(ctx, delegate, course_id).delegates[0]
    assert (view.last_day, view.ended, view.email) == (tomorrow(linked), False, NAMED)
    over = ctx.now() - timedelta(seconds=1)
    with ctx.district(linked.admin).write() as rows:
        side = kept.of_course(rows, "sandbox", course_id)[0].side
        kept.name(
            rows,
            Delegate(
                side=side,
                course_id=course_id,
                account_id=delegate.account_id,
                named_by=linked.teacher.account_id,
                named_at=over,
                ends_at=over,
            ),
        )
    assert delegates.of_class(ctx, linked.teacher, course_id).delegates[0].ended
    assert classes.class_list(ctx, delegate).rows == ()
    assert code_of(lambda: grades.page(ctx, delegate, course_id)) == "NOT_YOUR_CLASS"


def test_only_a_teacher_of_the_district_with_a_day_to_come_can_be_named(linked: Installation) -> None:
    ctx, course_id, day = linked.ctx, linked.course_id, tomorrow(linked)
    someone(linked)
    someone(linked, "auditor@riverbend.example", Role.AUDITOR)
    there = setup.create_district(ctx, name="Elsewhere", time_zone="Europe/Stockholm")
    setup.create_account(ctx, there, email="far@elsewhere.example", name="Far", roles=(Role.TEACHER,))
    yesterday = day - timedelta(days=3)
    for email, last_day, code in (
        ("nobody@riverbend.example", day, "DELEGATE_UNKNOWN"),
        ("auditor@riverbend.example", day, "DELEGATE_UNKNOWN"),
        ("far@elsewhere.example", day, "DELEGATE_UNKNOWN"),
        (linked.teacher.email, day, "DELEGATE_TEACHES_HERE"),
        (NAMED, yesterday, "DAY_PAST"),
        (NAMED, None, "FIELD_MISSING"),
        ("", day, "FIELD_MISSING"),
    ):
        assert code_of(partial(delegates.name, ctx, linked.teacher, course_id, email, last_day)) == code
    assert delegates.of_class(ctx, linked.teacher, course_id).delegates == ()


def test_a_refresh_of_the_list_reads_a_delegates_classes_too(linked: Installation) -> None:
    delegate = named(linked)
    assert delegate.email not in {one.email for one in linked.stage.classroom.state.accounts.values()}
    linked.wait(classes.refresh(linked.ctx, linked.teacher, linked.course_id))
    before = classes.class_list(linked.ctx, delegate).as_of
    assert before is not None
    assert linked.wait(classes.refresh(linked.ctx, delegate, None), actor=delegate).done == 1
    after = classes.class_list(linked.ctx, delegate).as_of
    assert after is not None
    assert after > before
