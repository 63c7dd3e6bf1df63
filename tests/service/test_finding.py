"""Find a student (product G13): by those who see a class of theirs, and by nobody else."""

import pytest

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Actor, Role
from classbridge.service import finding, setup
from classbridge.service.errors import RefusedError
from classbridge.service.finding import FoundStudent
from classbridge.store.tables import audit_event, gc_member, sis_user
from tests.installation import Installation
from tests.service.conftest import Gradebook


def someone(made: Installation) -> FoundStudent:
    """A student of the demo teacher's linked class whose name has a letter beyond ASCII, where there is one."""
    found = finding.search(made.ctx, made.teacher, "@").students
    return next((one for one in found if not one.name.isascii()), found[0])


def who(made: Installation, email: str, *roles: Role, district: str = "") -> Actor:
    """Somebody else with an account."""
    district_id = district or made.admin.district_id
    setup.create_account(made.ctx, district_id, email=email, name="Sam Else", roles=roles)
    return setup.actor_of(made.ctx, district_id, email)


@pytest.fixture
def elsewhere(linked: Installation) -> tuple[Actor, Actor]:
    """A teacher of another class, and one of another district."""
    there = setup.create_district(linked.ctx, name="Elsewhere", time_zone="Europe/Stockholm")
    info = linked.stage.classroom.info()
    admin = who(linked, "admin@elsewhere.example", Role.ADMIN, district=there)
    setup.connect_classroom(
        linked.ctx,
        admin,
        side="sandbox",
        base_url=info["base_url"],
        admin_email=info["admin_email"],
        service_account=info["service_account"],
    )
    return who(linked, "colleague@riverbend.example", Role.TEACHER), admin


def test_a_student_is_found_by_name_and_address_in_any_case_and_with_their_classes(linked: Installation) -> None:
    wanted = someone(linked)
    for text in (wanted.name.upper(), wanted.name.split()[-1], (wanted.email or "").upper()):
        found = finding.search(linked.ctx, linked.teacher, text).students
        assert wanted in found, text
    assert [one.course_id for one in wanted.classes] == [linked.course_id]
    assert finding.search(linked.ctx, linked.teacher, "  ").students == ()
    assert finding.search(linked.ctx, linked.teacher, "nobody is called so").students == ()


def test_a_student_s_page_has_every_grade_on_both_sides_and_problems_first(essay: Gradebook) -> None:
    made = essay.made
    essay.export()
    wanted = next(
        one
        for one in finding.search(made.ctx, made.teacher, "@").students
        if _grade(made, one, essay.id).classroom
    )
    cell = _grade(made, wanted, essay.id)
    assert cell.sis == cell.classroom
    assert cell.verified_at
    shown = finding.view(made.ctx, made.teacher, wanted.user_id).classes[0]
    assert shown.linked
    assert shown.placed
    assert [one.problem for one in shown.grades] == sorted((one.problem for one in shown.grades), reverse=True)
    assert shown.problems == sum(one.waits or one.cell.differs for one in shown.grades)
    assert all(one.link for one in shown.grades)


def _grade(made: Installation, student: FoundStudent, work_id: str):  # type: ignore[no-untyped-def]
    shown = finding.view(made.ctx, made.teacher, student.user_id).classes[0]
    return next(one.cell for one in shown.grades if one.course_work_id == work_id)


def test_whoever_teaches_none_of_their_classes_finds_nobody(
    linked: Installation, elsewhere: tuple[Actor, Actor]
) -> None:
    wanted = someone(linked)
    for stranger in elsewhere:
        assert finding.search(linked.ctx, stranger, wanted.name).students == ()
        with pytest.raises(RefusedError) as refused:
            finding.view(linked.ctx, stranger, wanted.user_id)
        assert refused.value.said.code == Code.PERSON_NOT_FOUND
    for reader in (linked.admin, who(linked, "auditor@riverbend.example", Role.AUDITOR)):
        assert wanted in finding.search(linked.ctx, reader, wanted.name).students
        assert finding.view(linked.ctx, reader, wanted.user_id).classes


def test_a_protected_student_is_found_by_their_teacher_alone(linked: Installation) -> None:
    wanted = someone(linked)
    with linked.ctx.district(linked.admin).write() as rows:
        changed = rows.update(
            sis_user, {"protected": True}, sis_user.c.email_folded == (wanted.email or "").casefold()
        )
    assert changed
    assert wanted in finding.search(linked.ctx, linked.teacher, wanted.name).students
    assert finding.view(linked.ctx, linked.teacher, wanted.user_id).name == wanted.name
    for reader in (linked.admin, who(linked, "auditor@riverbend.example", Role.AUDITOR)):
        assert wanted not in finding.search(linked.ctx, reader, wanted.name).students
        with pytest.raises(RefusedError) as refused:
            finding.view(linked.ctx, reader, wanted.user_id)
        assert refused.value.said.code == Code.PERSON_NOT_FOUND


def test_no_more_than_fifty_are_shown_and_what_was_sought_is_kept_nowhere(
    linked: Installation, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with linked.ctx.district(linked.admin).write() as rows:
        template = rows.all(rows.select(gc_member).where(gc_member.c.role == "students"))[0]._asdict()
        before = len(rows.all(rows.select(audit_event)))
        many = [{**template, "user_id": f"many-{n}", "given_name": f"Åke{n:03}"} for n in range(finding.MOST + 1)]
        rows.insert(gc_member, many)
    found = finding.search(linked.ctx, linked.admin, "ake0")
    assert (len(found.students), found.more) == (finding.MOST, True)
    with linked.ctx.district(linked.admin).read() as rows:
        assert len(rows.all(rows.select(audit_event))) == before
    written = capfd.readouterr()
    assert "ake0" not in caplog.text + written.out + written.err
