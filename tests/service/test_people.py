"""Who is who: what is suggested, what an admin says, and that imports, exports and pages go by it."""

import csv
import io
from decimal import Decimal

import pytest

from classbridge.service import audit, match_file, people, rosters
from classbridge.service.errors import RefusedError
from classbridge.service.identifying import key_of, place_of
from classbridge.service.match_file import COLUMNS
from classbridge.service.people import PersonRow
from classbridge.store import matches
from classbridge.store import rosters as kept
from classbridge.store.matches import Refusal
from classbridge.store.people import STATES
from classbridge.store.tables import sis_user
from tests.installation import Installation
from tests.postgres import Cluster
from tests.service.conftest import Gradebook, Install, matched


def everybody(made: Installation, **asked: str) -> dict[str, PersonRow]:
    """Every person of the SIS by sourcedId."""
    found = people.listed(made.ctx, made.admin, states=STATES, limit=None, **asked)
    return {row.sis_id: row for row in found.items}


def section_people(made: Installation) -> list[PersonRow]:
    """The students of the linked section, by sourcedId."""
    section = made.stage.made_up.demo_sections[0]
    book = Gradebook(made, "Cell division essay")
    with made.ctx.district(made.admin).read() as rows:
        ids = {one.user_id for one in kept.students(rows, book.connection_id, section)}
    return [row for sis_id, row in sorted(everybody(made).items()) if sis_id in ids]


def import_students(made: Installation) -> None:
    preview = rosters.preview(made.ctx, made.teacher, made.course_id, ["students"])
    made.wait(preview)
    run_id = rosters.import_(made.ctx, made.teacher, preview)
    made.wait(run_id)


def members(made: Installation) -> set[str]:
    """The ids of the class's students in Classroom."""
    return set(made.stage.classroom.state.courses[made.course_id].members("students"))


def code_of(refused: pytest.ExceptionInfo[RefusedError]) -> str:
    return refused.value.said.code


def test_the_list_begins_with_those_who_need_an_answer(linked: Installation) -> None:
    found = people.listed(linked.ctx, linked.admin)
    assert found.items
    assert {row.state for row in found.items} <= {"shared", "no_email", "unmatched"}
    assert sum(found.counts[state] for state in ("shared", "no_email", "unmatched")) == len(found.items)
    assert found.as_of is not None
    assert everybody(linked).keys() > {row.sis_id for row in found.items}


def test_an_import_adds_the_account_that_was_chosen_and_not_that_of_the_address(linked: Installation) -> None:
    accounts = linked.stage.classroom.state.by_email
    row = next(
        one
        for one in section_people(linked)
        if one.state == "unmatched" and (one.email or "").casefold() in accounts
    )
    stranger = next(
        account
        for email, account in sorted(accounts.items())
        if not account.staff and email not in {(one.email or "").casefold() for one in everybody(linked).values()}
    )
    people.decide(linked.ctx, linked.admin, row.key, "account", stranger.email.upper())
    assert everybody(linked)[row.sis_id].state == "overridden"
    import_students(linked)
    assert stranger.id in members(linked)
    assert accounts[(row.email or "").casefold()].id not in members(linked)


def test_nobody_and_a_refused_account_are_not_imported_and_come_back_when_that_is_taken_back(
    linked: Installation,
) -> None:
    accounts = linked.stage.classroom.state.by_email
    one, other = [
        row
        for row in section_people(linked)
        if row.state == "unmatched" and (row.email or "").casefold() in accounts
    ][:2]
    first, second = (accounts[(row.email or "").casefold()].id for row in (one, other))
    people.decide(linked.ctx, linked.admin, one.key, "nobody")
    with linked.ctx.district(linked.admin).write() as rows:
        place = place_of(rows)
        never = Refusal(
            connection_id=place.connection_id,
            sis_user_id=other.sis_id,
            side=place.side,
            user_id=second,
            by="x",
            at=linked.ctx.now(),
        )
        matches.refuse(rows, [never])
    import_students(linked)
    assert members(linked).isdisjoint({first, second})
    assert everybody(linked)[one.sis_id].state == "nobody"
    people.decide(linked.ctx, linked.admin, one.key, "email")
    people.refuse_pair(linked.ctx, linked.admin, other.key, second, refused=False)
    import_students(linked)
    assert members(linked) >= {first, second}


def test_an_export_sends_each_grade_to_whom_the_admin_said_it_belongs(
    linked: Installation, essay: Gradebook
) -> None:
    import_students(linked)
    scores = matched(essay)
    by_email = {(row.email or "").casefold(): row for row in section_people(linked)}
    ids = {email: row.account.user_id for email, row in by_email.items() if row.account}
    one, other = [email for email in sorted(scores) if by_email[email].state == "matched"][:2]
    essay.grade(one, 31)
    essay.grade(other, 62)
    people.decide(linked.ctx, linked.admin, by_email[one].key, "nobody")
    people.decide(linked.ctx, linked.admin, by_email[other].key, "account", ids[one])
    essay.export()
    held = {(grade.student_email or "").casefold(): grade.score for grade in essay.held()}
    assert held[other] == 31
    assert one not in held
    people.decide(linked.ctx, linked.admin, by_email[one].key, "account", ids[other])
    essay.export()
    held = {(grade.student_email or "").casefold(): grade.score for grade in essay.held()}
    assert (held[one], held[other]) == (Decimal(62), Decimal(31))


def test_a_refused_pair_is_not_sent_though_the_addresses_are_the_same(
    linked: Installation, essay: Gradebook
) -> None:
    import_students(linked)
    row = next(row for row in section_people(linked) if row.state == "matched" and row.email)
    assert row.account
    essay.grade(row.email or "", 44)
    people.refuse_pair(linked.ctx, linked.admin, row.key, row.account.user_id)
    assert everybody(linked)[row.sis_id].state == "unmatched"
    essay.export()
    assert row.sis_id not in {grade.student_id for grade in essay.held()}
    view = people.view(linked.ctx, linked.admin, row.key)
    assert [one.user_id for one in view.refused] == [row.account.user_id]
    assert row.account.user_id not in {one.user_id for one in view.row.suggestions}


def test_an_account_is_named_by_id_or_address_and_what_cannot_be_is_said(linked: Installation) -> None:
    import_students(linked)
    matched_rows = [row for row in section_people(linked) if row.state == "matched" and row.account]
    one, other, third = matched_rows[:3]
    assert one.account
    people.decide(linked.ctx, linked.admin, other.key, "account", one.account.user_id)
    for account, code in (
        (one.account.user_id, "MATCH_TAKEN"),
        (one.account.email or "", "MATCH_TAKEN"),
        ("4711", "MATCH_ACCOUNT_UNKNOWN"),
        ("a b@c.example", "MATCH_ACCOUNT_UNKNOWN"),
        (" ", "FIELD_MISSING"),
    ):
        with pytest.raises(RefusedError) as refused:
            people.decide(linked.ctx, linked.admin, third.key, "account", account)
        assert code_of(refused) == code
    for key in ("", "AAAA", "nobody", key_of("elsewhere", "x"), key_of("", "")):
        with pytest.raises(RefusedError) as refused:
            people.view(linked.ctx, linked.admin, key)
        assert code_of(refused) == "PERSON_NOT_FOUND"


def test_the_audit_log_tells_what_was_said_without_naming_whom_it_is_about(linked: Installation) -> None:
    row = next(iter(people.listed(linked.ctx, linked.admin).items))
    people.decide(linked.ctx, linked.admin, row.key, "nobody")
    event = audit.events(linked.ctx, linked.admin).items[0]
    assert (event.action, event.params) == ("person.nobody", {})
    assert event.subject == people.view(linked.ctx, linked.admin, row.key).reference
    assert row.sis_id not in event.subject


def test_of_a_protected_person_nothing_is_suggested_and_no_name_of_classroom_is_shown(
    linked: Installation,
) -> None:
    import_students(linked)
    row = next(row for row in section_people(linked) if row.state == "matched" and row.account)
    with linked.ctx.district(linked.admin).write() as rows:
        rows.update(sis_user, {"protected": True}, sis_user.c.sourced_id == row.sis_id)
    shown = everybody(linked)[row.sis_id]
    assert (shown.protected, shown.name) == (True, row.name)
    assert shown.account
    assert row.account
    assert (shown.account.name, shown.account.email) == ("", None)
    told = [
        line
        for line in match_file.write(linked.ctx, linked.admin, states=STATES).splitlines()
        if row.sis_id in line
    ]
    assert [row.account.email in line.replace(row.email or "", "", 1) for line in told if row.account.email] == [
        False
    ]
    people.refuse_pair(linked.ctx, linked.admin, row.key, row.account.user_id)
    with linked.ctx.district(linked.admin).write() as rows:
        rows.update(
            sis_user,
            {"email": None, "email_folded": None, "identifier": None},
            sis_user.c.sourced_id == row.sis_id,
        )
    assert everybody(linked)[row.sis_id].suggestions == ()


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def file(*lines: tuple[str, str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([("sis_id", "account"), *lines])
    return text.getvalue().encode("utf-8-sig")


def test_the_file_that_goes_out_can_come_in_again_and_changes_nothing(linked: Installation) -> None:
    open_rows = people.listed(linked.ctx, linked.admin).items
    people.decide(linked.ctx, linked.admin, open_rows[0].key, "nobody")
    people.decide(linked.ctx, linked.admin, open_rows[1].key, "account", "other@home.example")
    text = match_file.write(linked.ctx, linked.admin, states=STATES)
    rows = table(text)
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(everybody(linked))
    said = {row["sis_id"]: row["account"] for row in rows if row["account"]}
    assert said == {open_rows[0].sis_id: "nobody", open_rows[1].sis_id: "other@home.example"}
    done = match_file.read(linked.ctx, linked.admin, text.encode())
    assert (done.rows, done.changed, done.problems) == (2, 0, ())


def test_a_file_says_who_is_who_and_takes_it_back(linked: Installation) -> None:
    one, other, third = [row.sis_id for row in people.listed(linked.ctx, linked.admin).items[:3]]
    sent = file((one, "a@home.example"), (other, "Nobody"), (third, ""))
    done = match_file.read(linked.ctx, linked.admin, sent)
    assert (done.rows, done.changed, done.problems) == (2, 2, ())
    known = everybody(linked)
    assert (known[one].state, known[other].state) == ("overridden", "nobody")
    assert known[third].state not in ("overridden", "nobody")
    swapped = match_file.read(linked.ctx, linked.admin, file((one, "email"), (other, "a@home.example")))
    assert swapped.changed == 2
    known = everybody(linked)
    assert (known[one].state in ("overridden", "nobody"), known[other].state) == (False, "overridden")


def test_with_one_bad_row_nothing_is_changed_and_each_bad_row_is_named(linked: Installation) -> None:
    one, other, third = [row.sis_id for row in people.listed(linked.ctx, linked.admin).items[:3]]
    sent = file(
        (one, "a@home.example"), ("nobody-known", "b@home.example"), (other, "4711"), (one, "nobody"),
        (third, "A@home.example"),
    )  # fmt: skip
    done = match_file.read(linked.ctx, linked.admin, sent)
    assert [(one.line, one.said.code) for one in done.problems] == [
        (3, "PERSON_NOT_FOUND"),
        (4, "MATCH_ACCOUNT_UNKNOWN"),
        (5, "MATCH_ROW_TWICE"),
        (6, "MATCH_TAKEN"),
    ]
    assert (done.rows, done.changed) == (5, 0)
    assert "overridden" not in {row.state for row in everybody(linked).values()}


@pytest.mark.parametrize(
    "content",
    [b"", b"a,b\n1,2\n", b"sis_id;account\n1;2\n", b"\xff\xfe\x00", b'sis_id,account\n"1,2\n', b"\0" * 9],
)
def test_what_is_no_such_file_is_refused(linked: Installation, content: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        match_file.read(linked.ctx, linked.admin, content)
    assert code_of(refused) == "MATCH_FILE_INVALID"


def test_no_cell_of_the_file_is_a_formula_and_each_comes_in_as_it_was(linked: Installation) -> None:
    row = next(iter(people.listed(linked.ctx, linked.admin).items))
    with linked.ctx.district(linked.admin).write() as rows:
        named = {"given_name": "=cmd|' /C calc'!A0", "family_name": "@SUM(1)"}
        rows.update(sis_user, named, sis_user.c.sourced_id == row.sis_id)
        rows.update(sis_user, {"sourced_id": "-7"}, sis_user.c.sourced_id == row.sis_id)
    text = match_file.write(linked.ctx, linked.admin, states=STATES)
    assert not [cell for line in table(text) for cell in line.values() if cell.startswith(("=", "+", "-", "@"))]
    assert "'-7" in {line["sis_id"] for line in table(text)}
    done = match_file.read(linked.ctx, linked.admin, file(("'-7", "nobody")))
    assert (done.changed, everybody(linked)["-7"].state) == (1, "nobody")


def test_on_postgresql_an_import_goes_by_what_was_said(install: Install, postgres: Cluster) -> None:
    made = install(url=postgres.new_database())
    made.up_to("link")
    accounts = made.stage.classroom.state.by_email
    row = next(
        one
        for one in section_people(made)
        if one.state == "unmatched" and (one.email or "").casefold() in accounts
    )
    assert match_file.read(made.ctx, made.admin, file((row.sis_id, "nobody"))).changed == 1
    import_students(made)
    assert accounts[(row.email or "").casefold()].id not in members(made)
