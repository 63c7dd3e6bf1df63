"""Why can't this teacher see this class? What is in the way is named, with who puts it right (A15)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Table

from classbridge.bridge.outcome import Code, Owner, catalogue
from classbridge.bridge.policy import Role
from classbridge.cli.main_job import RunFailedError
from classbridge.service import accounts, classes, connections, delegates, linking, setup, why
from classbridge.service.errors import RefusedError
from classbridge.service.why import Why
from classbridge.store import accounts as kept
from classbridge.store.tables import (
    connection,
    data_exchange,
    gc_course,
    gc_member,
    sis_academic_session,
    sis_class,
    sis_enrollment,
    sis_user,
    snapshot,
)
from tests.installation import Installation
from tests.service.conftest import Install

LONG_AGO = date(2001, 1, 1)


@contextmanager
def changed(
    made: Installation, table: Table, values: dict[str, Any], *where: ColumnElement[bool]
) -> Iterator[None]:
    """Have other values in the district's rows for a while."""
    names = [column.name for column in table.primary_key if column.name != "district_id"]
    with made.ctx.district(made.admin).write() as rows:
        before = rows.all(rows.select(table).where(*where))
        assert before, "nothing was there to change"
        rows.update(table, values, *where)
    yield
    with made.ctx.district(made.admin).write() as rows:
        for row in before:
            same = [table.c[name] == row._mapping[name] for name in names if name not in values]
            old = {name: row._mapping[name] for name in values}
            moved = [table.c[name] == values[name] for name in names if name in values]
            rows.update(table, old, *same, *moved)


def ask(made: Installation, wanted: str = "", email: str = "") -> Why:
    return why.ask(made.ctx, made.admin, email or made.teacher.email, wanted)


def states(found: Why) -> dict[str, str]:
    return {check.name: check.state for check in found.checks}


def section_of(made: Installation) -> str:
    return made.stage.made_up.demo_sections[0]


def test_nothing_is_in_the_way_of_a_linked_class_by_whatever_name(linked: Installation) -> None:
    with linked.ctx.district(linked.admin).read() as rows:
        title = rows.one(rows.select(sis_class).where(sis_class.c.sourced_id == section_of(linked))).title
        name = rows.one(rows.select(gc_course).where(gc_course.c.id == linked.course_id)).name
    for wanted in ("", linked.course_id, section_of(linked), title.upper(), name.upper()):
        found = ask(linked, wanted, f" {linked.teacher.email.upper()} ")
        assert found.cause.code == "NOTHING_IN_THE_WAY", (wanted, found)
        assert set(states(found).values()) == {"passed"}
        assert found.clear
        assert found.as_of is not None


def test_each_thing_in_the_way_is_named_with_who_puts_it_right(linked: Installation) -> None:
    teacher, section = linked.teacher.email, section_of(linked)
    with linked.ctx.district(linked.admin).read() as rows:
        person = rows.one(rows.select(sis_user).where(sis_user.c.email_folded == teacher)).sourced_id
        owner = rows.one(rows.select(gc_course).where(gc_course.c.id == linked.course_id)).owner_id
    me = sis_user.c.sourced_id == person
    place = (sis_enrollment.c.user_id == person, sis_enrollment.c.class_id == section)
    here, terms = sis_class.c.sourced_id == section, sis_academic_session.c.type.is_not(None)
    mine = (gc_member.c.user_id == owner, gc_member.c.course_id == linked.course_id)
    course = gc_course.c.id == linked.course_id
    roster = (snapshot.c.kind == "roster",)
    token = [{"name": "token", "state": "failed", "code": "WRONG_KEY", "params": {}}]
    over = {"start_date": LONG_AGO, "end_date": LONG_AGO}
    gone = {"status": "tobedeleted"}
    other = {"email": "x@y.example", "email_folded": "x@y.example"}
    alike = f"{teacher.partition('@')[0]}@old.example"
    moved = {"email": alike, "email_folded": alike}
    table: tuple[tuple[Code, Owner, str, Table, dict[str, Any], tuple[ColumnElement[bool], ...]], ...] = (
        (Code.WRONG_KEY, Owner.ADMIN, "connection", connection, {"proof": token}, ()),
        (Code.NOT_CONNECTED, Owner.ADMIN, "connection", connection, {"state": "draft"}, ()),
        (Code.ROSTER_NOT_READ, Owner.ADMIN, "connection", snapshot, {"kind": "elsewhere"}, roster),
        (Code.DATA_EXCHANGE_OFF, Owner.ADMIN, "data", data_exchange, {"allowed": False}, ()),
        (Code.EMAIL_NOT_IN_SIS, Owner.SIS_ADMIN, "email", sis_user, other, (me,)),
        (Code.EMAIL_DIFFERS_IN_SIS, Owner.SIS_ADMIN, "email", sis_user, moved, (me,)),
        (Code.INACTIVE_IN_SIS, Owner.SIS_ADMIN, "email", sis_user, {"enabled": False}, (me,)),
        (Code.INACTIVE_IN_SIS, Owner.SIS_ADMIN, "email", sis_user, gone, (me,)),
        (Code.NOT_TEACHER_OF_SECTION, Owner.SIS_ADMIN, "section", sis_enrollment, {"class_id": "x"}, place),
        (Code.OTHER_ROLE_IN_SECTION, Owner.SIS_ADMIN, "section", sis_enrollment, {"role": "aide"}, place),
        (Code.PLACE_ENDED_IN_SIS, Owner.SIS_ADMIN, "section", sis_enrollment, gone, place),
        (Code.SECTION_CLOSED, Owner.SIS_ADMIN, "section", sis_class, gone, (here,)),
        (Code.OUTSIDE_TERM, Owner.SIS_ADMIN, "term", sis_academic_session, over, (terms,)),
        (Code.OUTSIDE_TERM, Owner.SIS_ADMIN, "term", sis_enrollment, {"end_date": LONG_AGO}, place),
        (
            Code.CLASSROOM_CLASS_ARCHIVED,
            Owner.TEACHER,
            "class",
            gc_course,
            {"course_state": "ARCHIVED"},
            (course,),
        ),
        (Code.NOT_IN_CLASSROOM_CLASS, Owner.TEACHER, "class", gc_member, {"email_folded": "", "email": ""}, mine),
    )
    for code, who, name, where, values, rows_meant in table:
        with changed(linked, where, values, *rows_meant):
            found = ask(linked, section)
        assert found.cause.code == code, (code, found)
        assert states(found)[name] == ("notice" if code is Code.OUTSIDE_TERM else "failed")
        assert catalogue[code].owner is who
        assert set(found.cause.params) == set(catalogue[code].params)
    assert ask(linked, section).cause.code == "NOTHING_IN_THE_WAY"


def test_what_cannot_be_known_before_something_else_is_put_right_is_skipped(linked: Installation) -> None:
    with changed(linked, connection, {"state": "draft"}):
        found = ask(linked, section_of(linked))
    assert states(found) == {
        "account": "passed",
        "classroom": "passed",
        "connection": "failed",
        "data": "skipped",
        "pilot": "passed",
        "licence": "passed",
        "email": "skipped",
        "section": "skipped",
        "term": "skipped",
        "class": "skipped",
    }


def test_without_a_certain_class_one_section_of_their_own_is_enough(linked: Installation) -> None:
    with linked.ctx.district(linked.admin).read() as rows:
        person = rows.one(rows.select(sis_user).where(sis_user.c.email_folded == linked.teacher.email)).sourced_id
    mine = sis_enrollment.c.user_id == person
    with changed(
        linked, sis_enrollment, {"status": "tobedeleted"}, mine, sis_enrollment.c.class_id == section_of(linked)
    ):
        assert ask(linked).clear
    with changed(linked, sis_enrollment, {"status": "tobedeleted"}, mine):
        assert ask(linked).cause.code == "PLACE_ENDED_IN_SIS"
    with changed(linked, sis_enrollment, {"user_id": "nobody"}, mine):
        assert ask(linked).cause.code == "NO_SECTION_IN_SIS"


def test_the_account_decides_first(linked: Installation) -> None:
    ctx, district = linked.ctx, linked.admin.district_id
    assert ask(linked, email="nobody@riverbend.example").cause.code == "NO_ACCOUNT"
    account_id = setup.actor_of(ctx, district, linked.teacher.email).account_id
    kept.disable(ctx.database, account_id, ctx.now())
    assert ask(linked).cause.code == "ACCOUNT_DISABLED"
    kept.disable(ctx.database, account_id, None)
    accounts.set_roles(ctx, linked.admin, account_id, ["auditor"])
    assert ask(linked).cause.code == "NOT_A_TEACHER"
    there = setup.create_district(ctx, name="Elsewhere", time_zone="UTC")
    setup.create_account(ctx, there, email="far@elsewhere.example", name="Far", roles=(Role.TEACHER,))
    assert ask(linked, email="far@elsewhere.example").cause.code == "NO_ACCOUNT"


def test_a_delegate_is_not_missing_in_the_class_and_a_co_teacher_is_told_who_links(linked: Installation) -> None:
    ctx, email = linked.ctx, "standin@riverbend.example"
    setup.create_account(ctx, linked.admin.district_id, email=email, name="Sam", roles=(Role.TEACHER,))
    course_id = linked.course_id
    assert states(ask(linked, course_id, email))["class"] == "failed"
    delegates.name(ctx, linked.teacher, course_id, email, ctx.now().date() + timedelta(days=1))
    assert states(ask(linked, course_id, email))["class"] == "passed"
    linking.unlink(ctx, linked.admin, course_id)
    with changed(linked, gc_course, {"owner_id": "somebody else"}):
        found = ask(linked, course_id)
    assert (found.cause.code, found.clear) == ("CO_TEACHER_ONLY", True)


def test_a_class_that_neither_side_has_is_said(linked: Installation) -> None:
    found = ask(linked, "Alchemy 7")
    assert found.cause.code == "CLASS_UNKNOWN"
    assert found.cause.params == {"wanted": "Alchemy 7"}


def test_before_anything_is_connected_the_connection_is_the_cause(install: Install) -> None:
    made = install()
    assert ask(made).cause.code == "NOT_CONNECTED"


def test_a_teacher_learns_the_same_of_themselves_but_nobody_elses_address(linked: Installation) -> None:
    # Linking queued a refresh of the class, which would write the person's row again while it is changed below.
    linked.wait(classes.refresh(linked.ctx, linked.teacher, linked.course_id))
    alike = f"{linked.teacher.email.partition('@')[0]}@old.example"
    mine = sis_user.c.email_folded == linked.teacher.email
    assert why.own(linked.ctx, linked.teacher).cause.code == "NOTHING_IN_THE_WAY"
    with changed(
        linked, sis_user, {"email": alike, "email_folded": alike}, sis_user.c.email_folded.is_not(None), mine
    ):
        assert why.own(linked.ctx, linked.teacher).cause.code == "EMAIL_NOT_IN_SIS"
        assert why.of_class(linked.ctx, linked.teacher, linked.course_id).cause.code == "EMAIL_NOT_IN_SIS"
        assert why.of_class(linked.ctx, linked.admin, linked.course_id).cause.params == {"found": alike}


def test_only_who_may_see_people_asks_of_others(linked: Installation) -> None:
    with pytest.raises(RefusedError) as refused:
        why.ask(linked.ctx, linked.teacher, linked.admin.email)
    assert refused.value.said.code == "ADMIN_ONLY"


def test_a_reading_that_failed_is_told_while_the_earlier_one_stays_in_force(linked: Installation) -> None:
    connection_id = connections.home(linked.ctx, linked.admin).connections[0].id
    linked.stage.sis.board.switch_on("truncated-body")
    run_id = connections.sync(linked.ctx, linked.admin, connection_id)
    with pytest.raises(RunFailedError):
        linked.wait(run_id, actor=linked.admin)
    found = ask(linked)
    assert states(found)["connection"] == "notice"
    assert (found.cause.code, found.clear) == ("READ_INCOMPLETE", True)
