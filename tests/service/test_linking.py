"""What a class is linked to is what was chosen last, and whoever may not choose sees who does."""

from datetime import date

import pytest

from classbridge.bridge.outcome import Code, Owner
from classbridge.bridge.policy import Role
from classbridge.sandbox.district import District
from classbridge.sandbox.sis import SisServer
from classbridge.service import audit, classes, connections, linking
from classbridge.service.connections import CredentialsForm
from classbridge.service.errors import RefusedError
from classbridge.store import grades as kept_grades
from classbridge.store import links
from classbridge.store.tables import sis_academic_session
from tests.installation import Installation
from tests.outcomes.scene import told
from tests.service.conftest import Gradebook, start_sis
from tests.service.test_delegates import someone
from tests.service.test_nightly import co_teacher
from tests.service.test_reconnecting import disconnect


def linked_to(made: Installation) -> list[str]:
    """The sections of the linked class."""
    with made.ctx.district(made.teacher).read() as rows:
        return sorted(one.class_id for one in links.of_course(rows, "sandbox", made.course_id))


def changes(made: Installation) -> list[dict[str, object]]:
    """What the audit log says of links, newest first."""
    found = audit.events(made.ctx, made.admin, limit=50).items
    return [one.params for one in found if one.action in ("class.link", "class.unlink")]


def test_a_section_that_is_no_longer_ticked_is_linked_no_more_and_what_was_exported_is_remembered(
    essay: Gradebook,
) -> None:
    made, connection = essay.made, essay.connection_id
    first, second = made.stage.made_up.demo_sections
    assert not linking.link(made.ctx, made.teacher, made.course_id, [(connection, first), (connection, second)])
    assert linked_to(made) == sorted([first, second])
    assert changes(made)[0] == {"added": [second], "removed": []}
    sent = essay.export().sent
    assert linking.link(made.ctx, made.teacher, made.course_id, [(connection, second)])
    assert linked_to(made) == [second]
    assert changes(made)[0] == {"added": [], "removed": [first]}
    with made.ctx.district(made.teacher).read() as rows:
        items = kept_grades.line_items_of_course(rows, "sandbox", made.course_id)
        known = kept_grades.sent(rows, connection, [one.sourced_id for one in items])
    assert (bool(sent), len(known)) == (True, sent)
    linking.unlink(made.ctx, made.teacher, made.course_id)
    assert changes(made)[0] == {"removed": [second]}


def connect(made: Installation, server: SisServer) -> str:
    """Connect another SIS, and read its rosters; the connection's id."""
    info, found = server.info(), server.personality
    made_id = connections.start(made.ctx, made.admin, found.id, str(found.version))
    form = CredentialsForm(
        base_url=info["base_url"],
        token_url=info["token_url"],
        key=info["client_id"],
        secret=info["client_secret"],
    )
    connections.save_credentials(made.ctx, made.admin, made_id, form)
    made.wait(connections.authorize(made.ctx, made.admin, made_id), actor=made.admin)
    made.wait(connections.sync(made.ctx, made.admin, made_id), actor=made.admin)
    return made_id


def test_after_a_change_of_sis_the_new_section_takes_the_place_of_the_old_one(
    linked: Installation, made_up: District
) -> None:
    ctx, teacher, course = linked.ctx, linked.teacher, linked.course_id
    first = linked.stage.made_up.demo_sections[0]
    old = disconnect(linked)
    page = linking.link_page(ctx, teacher, course)
    assert (page.choices, [one.class_id for one in page.lost]) == ((), [first])
    assert page.blocked is not None
    assert page.blocked.code == Code.NOT_CONNECTED
    with start_sis(made_up, "generic@1.1") as server:
        new = connect(linked, server)
    page = linking.link_page(ctx, teacher, course)
    assert [one.class_id for one in page.lost] == [first]
    assert {one.connection_id for one in page.choices} == {new}
    with pytest.raises(RefusedError) as refused:
        linking.link(ctx, teacher, course, [(old, first), (new, first)])
    told(refused.value.said, Code.SECTIONS_OF_TWO_SIS, Owner.TEACHER)
    linking.link(ctx, teacher, course, [(new, first)])
    page = linking.link_page(ctx, teacher, course)
    assert (page.lost, [one.connection_id for one in page.row.sis_classes]) == ((), [new])


def test_who_may_not_link_a_class_sees_its_sections_and_who_does(linked: Installation) -> None:
    ctx, course = linked.ctx, linked.course_id
    colleague = co_teacher(linked)
    # A refresh that linking queued may have read Classroom already, and the next would join it.
    linked.wait(classes.refresh(ctx, linked.teacher, course))
    with linked.stage.classroom.control() as control:
        control.do("add_member", course_id=course, role="teachers", user=colleague.email)
    linked.wait(classes.refresh(ctx, linked.teacher, course))
    auditor = someone(linked, "auditor@riverbend.example", Role.AUDITOR)
    owner = next(
        one for one in linked.stage.classroom.state.accounts.values() if one.email == linked.teacher.email
    )
    for reader, code in ((colleague, Code.PRIMARY_TEACHER_ONLY), (auditor, Code.READ_ONLY_ROLE)):
        page = linking.link_page(ctx, reader, course)
        assert (page.choices, len(page.row.sis_classes)) == ((), 1)
        assert page.refused is not None
        assert page.refused.code == code
        assert page.primary_teacher == f"{owner.name.given} {owner.name.family}"
        assert classes.one(ctx, reader, course).may_export is (reader is colleague)
    assert linking.link_page(ctx, linked.teacher, course).refused is None


def test_a_section_whose_terms_are_over_can_be_linked_and_is_suggested_nowhere(linked: Installation) -> None:
    ctx, teacher, course = linked.ctx, linked.teacher, linked.course_id
    usual = linking.link_page(ctx, teacher, course).choices
    assert any(one.suggested for one in usual)
    assert classes.class_list(ctx, teacher).unlinked_sis_classes
    with ctx.district(teacher).write() as rows:
        rows.update(sis_academic_session, {"end_date": date(2026, 6, 12)})
    choices = linking.link_page(ctx, teacher, course).choices
    assert {one.class_id for one in choices} == {one.class_id for one in usual}
    assert not [one for one in choices if one.suggested]
    assert classes.class_list(ctx, teacher).unlinked_sis_classes == ()
