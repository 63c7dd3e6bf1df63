"""What is kept of a person can be seen and taken out, from every table and file."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from classbridge.bridge.policy import Role
from classbridge.service import audit, grades, people, privacy, rosters, setup
from classbridge.service.errors import RefusedError
from classbridge.service.identifying import key_of
from classbridge.service.people import PersonRow
from classbridge.service.views import Person
from classbridge.store import answers, runs, traces
from classbridge.store.people import STATES
from classbridge.store.tables import GLOBAL, metadata
from classbridge.store.traces import HISTORY
from tests.installation import Installation
from tests.postgres import Cluster
from tests.service.conftest import Gradebook, Install

OF_PEOPLE = re.compile(r"email|user_id|student_id|account_id|owner_id|(given|family)_name")


def exported(made: Installation) -> tuple[Gradebook, PersonRow, dict[str, str]]:
    """An installation in which a roster was imported and grades exported; a student with a grade; the runs."""
    made.up_to("link")
    preview = rosters.preview(made.ctx, made.teacher, made.course_id, ["students", "teachers"])
    made.wait(preview)
    imported = rosters.import_(made.ctx, made.teacher, preview)
    made.wait(imported)
    added = {one.email for one in rosters.details(made.ctx, made.teacher, imported).people if _added(one)}
    book = Gradebook(made, "Cell division essay")
    book.grade(min(email for email in added if email), 40)
    previewed = book.previewing()
    run_id = grades.export(made.ctx, made.teacher, previewed, grades.ExportChoices())
    made.wait(run_id)
    settle(made)
    held = {grade.student_id: grade.result_id for grade in book.held()}
    found = people.listed(made.ctx, made.admin, states=STATES, limit=None).items
    row = next(one for one in found if one.sis_id in held and one.account and one.email in added)
    answered = _answer(book, row, held[row.sis_id])
    return book, row, {"import": imported, "export": run_id, "preview": previewed, **answered}


def _answer(book: Gradebook, row: PersonRow, result_id: str) -> dict[str, str]:
    """Decide what can be decided: the person's grade is overwritten, then kept, and their section chosen."""
    made, done = book.made, dict[str, str]()
    said = {"overwrite": grades.ExportChoices(overwrite=True), "keep": grades.ExportChoices(keep=True)}
    for score, (name, choices) in enumerate(said.items()):
        with made.stage.sis.control() as control:
            control.change_score(result_id, Decimal(score))
        run_id = grades.export(made.ctx, made.teacher, book.previewing(), choices)
        made.wait(run_id)
        done[name] = run_id
    choice = answers.SectionChoice(
        side="sandbox",
        course_id=made.course_id,
        connection_id=book.connection_id,
        student_id=row.sis_id,
        class_id=book.section,
        by=made.teacher.account_id,
        at=made.ctx.now(),
    )
    with made.ctx.district(made.teacher).write() as rows:
        answers.choose_section(rows, choice)
    return done


def _added(one: Person) -> bool:
    return (one.said.code, one.role) == ("PERSON_ADDED", "students")


def settle(made: Installation) -> None:
    """Wait until nothing is under way: linking has the class read in the background."""
    with made.ctx.district(made.admin).read() as rows:
        going = runs.unfinished(rows)
    for run in going:
        made.wait(run.id, actor=made.admin)


def words_of(row: PersonRow) -> dict[str, str]:
    """What names a person, in bytes that stand nowhere by chance."""
    assert row.account
    given, family = row.name.split(" ", 1)
    return {
        "email": row.email or "",
        "sourcedId": row.sis_id,
        "user id": row.account.user_id,
        "family name": f'"{family}"',
        "whole name": f"{given} {family}",
    }


def in_files(folder: Path, words: dict[str, str]) -> set[tuple[str, str]]:
    """The words that stand in any file of a folder, with the file's name."""
    return {
        (path.name, name)
        for path in folder.rglob("*")
        if path.is_file()
        for name, word in words.items()
        if word.encode() in (content := path.read_bytes()) or word.casefold().encode() in content
    }


def in_rows(made: Installation, words: dict[str, str]) -> set[tuple[str, str]]:
    """The words that stand in any row of any table of the database, of ours or of the job engine's."""
    found = set()
    with made.ctx.database.engine.connect() as connection:
        tables = connection.execute(
            text(
                "select table_schema, table_name from information_schema.tables where table_schema not in "
                "('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'"
            )
        ).all()
        for schema, table in tables:
            rows = connection.execute(text(f'select t::text from "{schema}"."{table}" t')).scalars()  # noqa: S608
            everything = "\n".join(rows).casefold()
            found |= {(table, name) for name, word in words.items() if word.casefold() in everything}
    return found


def test_every_table_with_people_in_it_is_looked_through() -> None:
    known = traces.tables_of_people()
    for table in metadata.sorted_tables:
        named = [column.name for column in table.c if OF_PEOPLE.search(column.name)]
        if named and table.name not in GLOBAL | HISTORY | {"classroom", "classroom_entry", "gc_course"}:
            assert table.name in known, f"{table.name} has {named}: say in store.traces whose rows these are"


def test_the_document_holds_everything_that_is_kept_of_a_person_and_nobody_else(install: Install) -> None:
    made = install()
    book, row, ids = exported(made)
    people.decide(made.ctx, made.admin, row.key, "account", row.account.user_id if row.account else "")
    document = privacy.document(made.ctx, made.admin, row.key)
    kept = document["kept"]
    assert set(kept) >= {
        "sis_user", "sis_enrollment", "sis_result", "gc_member", "gc_submission", "membership", "person_match",
        "result", "run_outcome", "audit_event_about", "grade_answer", "section_choice",
    }  # fmt: skip
    assert document["ids"]["sis"] == [{"connection": book.connection_id, "sourced_id": row.sis_id}]
    assert kept["sis_user"][0]["email"] == row.email
    assert {one["run_id"] for one in kept["run_outcome"]} == {ids[name] for name in ids if name != "preview"}
    assert "person.account" in {one["action"] for one in kept["audit_event_about"]}
    text_ = json.dumps(document)
    others = people.listed(made.ctx, made.admin, states=STATES, limit=None).items
    assert not [one.sis_id for one in others if one.sis_id != row.sis_id and f'"{one.sis_id}"' in text_]
    assert privacy.kept(made.ctx, made.admin, row.key).rows == {
        name: len(found) for name, found in kept.items() if name != "audit_event_about"
    }
    assert audit.events(made.ctx, made.admin).items[0].action == "person.data"


def test_after_erasing_no_file_holds_a_name_an_address_or_an_id_and_past_runs_still_read(install: Install) -> None:
    made = install()
    book, row, ids = exported(made)
    folder, words = made.settings.data_dir, words_of(row)
    assert {name for _, name in in_files(folder, words)} >= {"email", "sourcedId", "user id"}
    before = sis_grades(book)
    done = privacy.erase(made.ctx, made.admin, row.key, confirmed=True)
    assert done.deleted["sis_user"] == 1
    assert done.unlinked > 0
    made.ctx.jobs._database.dispose()
    assert in_files(folder, words) == set()
    details = grades.details(made.ctx, made.teacher, ids["export"])
    assert details.verified == len(before)
    assert done.pseudonym in {line.name for item in details.assignments for line in item.lines}
    assert done.pseudonym in {one.name for one in rosters.details(made.ctx, made.teacher, ids["import"]).people}
    again = grades.previewed(made.ctx, made.teacher, ids["preview"])
    assert again
    assert again.counts
    assert sis_grades(book) == before
    event = audit.events(made.ctx, made.admin).items[0]
    assert (event.action, event.subject) == ("person.erase", done.pseudonym)
    with pytest.raises(RefusedError):
        privacy.document(made.ctx, made.admin, row.key)


def sis_grades(book: Gradebook) -> list[Any]:
    return sorted((grade.result_id, grade.score) for grade in book.held())


@pytest.mark.exhaustive
def test_after_erasing_no_row_of_postgresql_names_the_person(install: Install, postgres: Cluster) -> None:
    made = install(url=postgres.new_database())
    _, row, ids = exported(made)
    words = words_of(row)
    assert {name for _, name in in_rows(made, words)} >= {"email", "sourcedId", "user id"}
    privacy.erase(made.ctx, made.admin, row.key, confirmed=True)
    assert in_rows(made, words) == set()
    assert grades.details(made.ctx, made.teacher, ids["export"]).verified > 0


def test_a_teacher_s_account_goes_with_them_and_others_stay(install: Install) -> None:
    made = install()
    exported(made)
    colleague = "gone@riverbend.example"
    setup.create_account(made.ctx, made.admin.district_id, email=colleague, name="Gun Gone", roles=(Role.TEACHER,))
    account = setup.actor_of(made.ctx, made.admin.district_id, colleague).account_id
    key = key_of(privacy.ACCOUNT, account)
    assert privacy.document(made.ctx, made.admin, key)["account"]["name"] == "Gun Gone"
    assert privacy.erase(made.ctx, made.admin, key, confirmed=True).account
    assert in_files(made.settings.data_dir, {"email": colleague, "name": "Gun Gone"}) == set()
    assert setup.people(made.ctx, made.admin.district_id, Role.TEACHER) == [made.teacher.email]


def test_nothing_is_erased_unasked_twice_during_a_run_or_of_the_last_admin(linked: Installation) -> None:
    settle(linked)
    row = people.listed(linked.ctx, linked.admin, states=STATES).items[0]

    def refused(key: str = row.key, *, confirmed: bool = True) -> str:
        with pytest.raises(RefusedError) as found:
            privacy.erase(linked.ctx, linked.admin, key, confirmed=confirmed)
        return found.value.said.code

    assert refused(confirmed=False) == "ERASE_NOT_CONFIRMED"
    assert refused(key_of(privacy.ACCOUNT, linked.admin.account_id)) == "LAST_ADMIN"
    assert refused(key_of("elsewhere", "x")) == refused(key_of(privacy.ACCOUNT, "x")) == "PERSON_NOT_FOUND"
    with linked.ctx.district(linked.admin).write() as rows:
        run = runs.create(rows, kind="export", at=linked.ctx.now(), request={})
    assert refused() == "ERASE_DURING_RUN"
    with linked.ctx.district(linked.admin).write() as rows:
        runs.finish(rows, run.id, "cancelled", at=linked.ctx.now())
    kept = privacy.kept(linked.ctx, linked.admin, row.key)
    assert kept.rows["sis_user"] == 1
    assert kept.in_sis


def test_a_shared_address_does_not_make_two_people_one(linked: Installation) -> None:
    found = people.listed(linked.ctx, linked.admin, states=["shared"]).items
    assert len(found) >= 2
    settle(linked)
    one, other = found[:2]
    document = msgspec.json.encode(privacy.document(linked.ctx, linked.admin, one.key)).decode()
    assert f'"{other.sis_id}"' not in document
    privacy.erase(linked.ctx, linked.admin, one.key, confirmed=True)
    left = {row.sis_id for row in people.listed(linked.ctx, linked.admin, states=STATES, limit=None).items}
    assert (one.sis_id in left, other.sis_id in left) == (False, True)
