"""To whom the teacher functions are open: licence, pilot and data exchange, asked alike (A3, A8, A16)."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from classbridge.bridge.gate import LicenceSource
from classbridge.bridge.outcome import Code, Owner, catalogue
from classbridge.bridge.policy import Actor, Role
from classbridge.classroom.google.licensing import RULE
from classbridge.cli.main_job import RunFailedError
from classbridge.service import (
    audit,
    classes,
    connections,
    delegates,
    grades,
    licences,
    linking,
    new_class,
    pilot,
    rosters,
    runs,
    setup,
    why,
)
from classbridge.service import runs as run_service
from classbridge.service.errors import RefusedError
from classbridge.store import accounts, classrooms
from classbridge.store.connections import confirm_kinds
from classbridge.store.licences import LicencePolicy, decide
from classbridge.store.runs import create
from classbridge.text.outcomes import explain
from tests.installation import Installation

Ask = Callable[[Actor], object]
Close = Callable[[Installation], None]
OTHER = b"email\nsomebody.else@riverbend.example\n"


def no_licence(made: Installation) -> None:
    licences.upload(made.ctx, made.admin, OTHER)


def unread(made: Installation) -> None:
    """The policy is on and nothing has been read: nobody can be told from those who have none."""
    decided = LicencePolicy(source="google", changed_by=made.admin.account_id, changed_at=made.ctx.now())
    with made.ctx.district(made.admin).write() as rows:
        decide(rows, decided)


def outside_pilot(made: Installation) -> None:
    pilot.save(made.ctx, made.admin, running=True, teachers=["else@riverbend.example"], schools=[])


def unconfirmed(made: Installation) -> None:
    one = connections.home(made.ctx, made.admin).connections[0].id
    with made.ctx.district(made.admin).write() as rows:
        confirm_kinds(rows, one, (), offered=connections.KINDS, by=made.admin.account_id, at=made.ctx.now())


def open_again(made: Installation) -> None:
    licences.set_source(made.ctx, made.admin, "off")
    pilot.save(made.ctx, made.admin, running=False, teachers=[], schools=[])


CLOSED: dict[Close, Code] = {
    no_licence: Code.LICENCE_MISSING,
    unread: Code.LICENCES_NOT_KNOWN,
    outside_pilot: Code.NOT_IN_PILOT,
    unconfirmed: Code.DATA_EXCHANGE_OFF,
}


def refusal(ask: Ask, actor: Actor) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        ask(actor)
    return refused.value


@pytest.fixture
def moving(linked: Installation) -> dict[str, Ask]:
    """The functions that move data, each ready to be asked for; their previews were made while all was open."""
    ctx, course_id = linked.ctx, linked.course_id
    to_import = rosters.preview(ctx, linked.teacher, course_id, ["students"])
    to_send = grades.preview(ctx, linked.teacher, course_id)
    linked.wait(to_import)
    linked.wait(to_send)
    with linked.stage.sis.control() as control:
        control.switch_on("refuse-student", count=1)
    sent = grades.export(ctx, linked.teacher, to_send, grades.ExportChoices())
    linked.wait(sent)
    return {
        "import preview": lambda actor: rosters.preview(ctx, actor, course_id, ["students"]),
        "import": lambda actor: rosters.import_(ctx, actor, to_import),
        "export preview": lambda actor: grades.preview(ctx, actor, course_id),
        "export": lambda actor: grades.export(ctx, actor, to_send, grades.ExportChoices()),
        "retry": lambda actor: grades.retry(ctx, actor, sent),
    }


def test_every_teacher_function_is_refused_alike_and_says_what_is_missing_and_whom_to_ask(
    linked: Installation, moving: dict[str, Ask]
) -> None:
    listed = classes.class_list(linked.ctx, linked.teacher)
    free = [(one.connection_id, one.class_id) for one in listed.unlinked_sis_classes][:1]
    links: dict[str, Ask] = {
        "link": lambda actor: linking.link(linked.ctx, actor, linked.course_id, free),
        "create": lambda actor: new_class.create(linked.ctx, actor, free, "Mine"),
    }
    for close, code in CLOSED.items():
        close(linked)
        asked = moving if close is unconfirmed else moving | links
        for who in (linked.teacher, linked.admin):
            said = {name: refusal(ask, who).said for name, ask in asked.items()}
            assert {one.code for one in said.values()} == {code}, said
            for language in ("en", "sv"):
                words = explain(code, next(iter(said.values())).params, language)
                assert all((words.happened, words.meaning, words.fix, words.owner))
                assert "–" not in words.happened
        assert catalogue[code].owner is Owner.ADMIN
        open_again(linked)


@pytest.mark.exhaustive
def test_a_run_that_was_asked_for_in_time_is_refused_as_it_begins(
    linked: Installation, monkeypatch: pytest.MonkeyPatch, moving: dict[str, Ask]
) -> None:
    """What a schedule runs, or what waited for a worker, meets the same gate as a click."""
    monkeypatch.setattr("classbridge.service.gate.check", lambda *_args, **_more: None)
    before = writes(linked)
    for close, code in CLOSED.items():
        close(linked)
        for name in ("import preview", "import", "export preview", "export"):
            run_id = str(moving[name](linked.teacher))
            with pytest.raises(RunFailedError):
                linked.wait(run_id)
            run = runs.view(linked.ctx, linked.teacher, run_id)
            assert (run.state, run.said.code if run.said else "") == ("failed", code), (name, run)
        open_again(linked)
    assert writes(linked) == before


def writes(made: Installation) -> object:
    with made.stage.sis.control() as control, made.stage.classroom.control() as classroom:
        return control.state()["writes"], classroom.snapshot()["writes"]


def test_with_a_licence_and_a_place_in_the_pilot_everything_goes_on(linked: Installation) -> None:
    licences.upload(linked.ctx, linked.admin, f"{linked.teacher.email.upper()}\n".encode())
    pilot.save(linked.ctx, linked.admin, running=True, teachers=[linked.teacher.email.title()], schools=[])
    assert linked.export().failed == 0
    assert grades.page(linked.ctx, linked.teacher, linked.course_id).blocked is None


def test_an_admin_who_works_for_a_teacher_needs_what_the_teacher_needs(linked: Installation) -> None:
    licences.upload(linked.ctx, linked.admin, linked.admin.email.encode())
    assert refusal(lambda who: grades.preview(linked.ctx, who, linked.course_id), linked.admin).said.code == (
        Code.LICENCE_MISSING
    )
    licences.upload(linked.ctx, linked.admin, linked.teacher.email.encode())
    linked.wait(grades.preview(linked.ctx, linked.admin, linked.course_id), actor=linked.admin)


def test_a_delegate_needs_a_licence_of_their_own(linked: Installation) -> None:
    ctx, email = linked.ctx, "standin@riverbend.example"
    setup.create_account(ctx, linked.admin.district_id, email=email, name="Sam", roles=(Role.TEACHER,))
    sam = setup.actor_of(ctx, linked.admin.district_id, email)
    delegates.name(ctx, linked.teacher, linked.course_id, email, ctx.now().date() + timedelta(days=1))
    licences.upload(ctx, linked.admin, linked.teacher.email.encode())
    assert refusal(lambda who: grades.preview(ctx, who, linked.course_id), sam).said.code == Code.LICENCE_MISSING
    licences.upload(ctx, linked.admin, f"{linked.teacher.email}\n{email}".encode())
    linked.wait(grades.preview(ctx, sam, linked.course_id), actor=sam)


def test_a_school_in_the_pilot_opens_its_classes_and_no_others(linked: Installation) -> None:
    ctx = linked.ctx
    row = next(row for row in classes.class_list(ctx, linked.teacher).rows if row.sis_classes)
    schools = pilot.view(ctx, linked.admin).schools
    mine = [one for one in schools if one.name == row.sis_classes[0].school]
    assert len(mine) == 1
    for school in schools:
        pilot.save(ctx, linked.admin, running=True, teachers=[], schools=[(school.connection_id, school.org_id)])
        blocked = grades.page(ctx, linked.teacher, linked.course_id).blocked
        assert (blocked is None) == (school in mine), school
    assert pilot.view(ctx, linked.admin).running


def test_with_googles_classroom_the_policy_starts_on_and_in_the_sandbox_off(linked: Installation) -> None:
    assert RULE.since == date(2024, 7, 9)
    assert licences.view(linked.ctx, linked.admin).source is LicenceSource.OFF
    with googles(linked):
        shown = licences.view(linked.ctx, linked.admin)
        assert (shown.source, shown.decided) == (LicenceSource.GOOGLE, False)
        licences.set_source(linked.ctx, linked.admin, "off")
        shown = licences.view(linked.ctx, linked.admin)
        assert (shown.source, shown.default, shown.decided) == (LicenceSource.OFF, LicenceSource.GOOGLE, True)


class googles:  # noqa: N801, reads as a word of the test
    """Meanwhile the district's Classroom is Google's own."""

    def __init__(self, made: Installation) -> None:
        self._made = made

    def __enter__(self) -> None:
        with self._made.ctx.district(self._made.admin).write() as rows:
            classrooms.save(
                rows, self._made.ctx.sealer, "google", {}, base_url="", admin_email="", at=self._made.ctx.now()
            )

    def __exit__(self, *_: object) -> None:
        classrooms.remove(self._made.ctx.district(self._made.admin), "google")


def test_a_list_with_bad_rows_is_kept_without_them_and_one_without_addresses_changes_nothing(
    linked: Installation,
) -> None:
    ctx, admin = linked.ctx, linked.admin
    report = licences.upload(ctx, admin, b"email\na@b.example\nnobody\nA@B.example\n")
    assert (report.kept, report.bad_count, [bad.row for bad in report.bad]) == (1, 2, [3, 4])
    said = refusal(lambda who: licences.upload(ctx, who, b"one\ntwo\n"), admin)
    assert (said.said.code, said.field, said.status) == (Code.LICENCE_LIST_UNREADABLE, "list", 422)
    assert refusal(lambda who: licences.upload(ctx, who, b" "), admin).field == "list"
    assert [one.email for one in licences.holders(ctx, admin).items] == ["a@b.example"]
    licences.upload(ctx, admin, b"c@d.example\ne@f.example")
    assert [one.email for one in licences.holders(ctx, admin, search="C@").items] == ["c@d.example"]
    shown = licences.view(ctx, admin)
    assert (shown.people, shown.without_count, shown.without[0].email) == (2, 1, linked.teacher.email)
    page = licences.holders(ctx, admin, limit=1)
    assert [one.email for one in licences.holders(ctx, admin, after=page.next, limit=1).items] == ["e@f.example"]


def test_a_pilot_with_nobody_or_with_what_is_no_address_or_school_is_refused_and_changes_nothing(
    linked: Installation,
) -> None:
    def start(teachers: list[str], schools: list[tuple[str, str]]) -> Ask:
        return lambda who: pilot.save(linked.ctx, who, running=True, teachers=teachers, schools=schools)

    assert refusal(start([], []), linked.admin).said.code == Code.PILOT_EMPTY
    assert refusal(start(["a@b.example", "nobody"], []), linked.admin).field == "teachers"
    assert refusal(start([], [("x", "y")]), linked.admin).field == "schools"
    assert pilot.view(linked.ctx, linked.admin).changed_at is None


def test_the_one_box_about_a_teacher_names_the_licence_and_the_pilot_each_by_itself(linked: Installation) -> None:
    def looked_at() -> dict[str, str]:
        found = why.ask(linked.ctx, linked.admin, linked.teacher.email, linked.course_id)
        return {one.name: one.said.code if one.said else one.state for one in found.checks}

    assert (looked_at()["pilot"], looked_at()["licence"]) == ("passed", "passed")
    no_licence(linked)
    outside_pilot(linked)
    assert (looked_at()["pilot"], looked_at()["licence"]) == (Code.NOT_IN_PILOT, Code.LICENCE_MISSING)


def test_each_change_is_in_the_audit_log_without_anybodys_address(linked: Installation) -> None:
    no_licence(linked)
    outside_pilot(linked)
    events = audit.events(linked.ctx, linked.admin, None).items
    assert {one.action for one in events[:3]} == {"pilot.change", "licences.list", "licences.policy"}
    assert not [one for one in events[:3] if "@" in repr(one.params)]


def no_role(made: Installation) -> None:
    accounts.set_roles(made.ctx.database, made.teacher.district_id, made.teacher.account_id, [])


def auditor(made: Installation) -> None:
    accounts.set_roles(made.ctx.database, made.teacher.district_id, made.teacher.account_id, ["auditor"])


def barred(made: Installation) -> None:
    accounts.disable(made.ctx.database, made.teacher.account_id, made.ctx.now())


GONE: dict[Close, Code] = {
    no_role: Code.NOT_YOUR_CLASS,
    auditor: Code.READ_ONLY_ROLE,
    barred: Code.ACCOUNT_DISABLED,
}


def test_a_run_ends_unsent_when_whoever_asked_for_it_has_lost_the_right_before_it_begins(
    linked: Installation, moving: dict[str, Ask]
) -> None:
    """The actor is as they were when they asked: only what the job reads has changed meanwhile."""
    before = writes(linked)
    for lose, code in GONE.items():
        lose(linked)
        for name in ("import preview", "import", "export preview", "export"):
            run_id = str(moving[name](linked.teacher))
            with pytest.raises(RunFailedError):
                linked.wait(run_id, actor=linked.admin)
            run = runs.view(linked.ctx, linked.admin, run_id)
            assert (run.state, run.said.code if run.said else "") == ("failed", code), (name, run)
    assert writes(linked) == before
    accounts.disable(linked.ctx.database, linked.teacher.account_id, None)
    accounts.set_roles(linked.ctx.database, linked.teacher.district_id, linked.teacher.account_id, ["teacher"])
    linked.wait(grades.preview(linked.ctx, linked.teacher, linked.course_id))


def test_a_delegation_that_ended_while_the_run_waited_ends_it_too(linked: Installation) -> None:
    ctx, email = linked.ctx, "standin@riverbend.example"
    setup.create_account(ctx, linked.admin.district_id, email=email, name="Sam", roles=(Role.TEACHER,))
    sam = setup.actor_of(ctx, linked.admin.district_id, email)
    delegates.name(ctx, linked.teacher, linked.course_id, email, ctx.now().date() + timedelta(days=1))
    delegates.revoke(ctx, linked.teacher, linked.course_id, sam.account_id)
    one = connections.home(ctx, linked.admin).connections[0].id
    with ctx.district(linked.admin).read() as rows:
        side = classrooms.list_all(rows)[0].side
    run_id = run_service.enqueue(
        ctx, sam, "preview-export", partition="delegate", connection_id=one, side=side, course_id=linked.course_id
    )
    with pytest.raises(RunFailedError):
        linked.wait(run_id, actor=linked.admin)
    said = runs.view(linked.ctx, linked.admin, run_id).said
    assert said is not None
    assert said.code == Code.NOT_YOUR_CLASS


def test_a_run_that_a_schedule_started_meets_the_gate_of_the_class_s_primary_teacher(linked: Installation) -> None:
    ctx, district = linked.ctx, linked.ctx.district(linked.admin)
    one = connections.home(ctx, linked.admin).connections[0].id

    def scheduled() -> str:
        with district.write() as rows:
            side = classrooms.list_all(rows)[0].side
            course = linked.course_id
            run = create(
                rows,
                kind="preview-export",
                at=ctx.now(),
                request={},
                connection_id=one,
                side=side,
                course_id=course,
            )
        ctx.jobs.enqueue("preview-export", run.id, (linked.admin.district_id, run.id), partition="schedule")
        return run.id

    linked.wait(scheduled(), actor=linked.admin)
    for close, code in CLOSED.items():
        close(linked)
        run_id = scheduled()
        with pytest.raises(RunFailedError):
            linked.wait(run_id, actor=linked.admin)
        said = runs.view(ctx, linked.admin, run_id).said
        assert said is not None
        assert said.code == code
        open_again(linked)
