"""What another tool exported before is adopted, never doubled, and never without being shown (rule 1)."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from classbridge.sandbox.sis.state import NewLineItem
from classbridge.service.errors import RefusedError
from classbridge.service.export_answers import ExportAnswers, Place, Use
from classbridge.service.views import ExportPreview
from classbridge.store import grades as kept_grades
from classbridge.store import links, rosters
from tests.postgres import Cluster
from tests.service.conftest import Gradebook, Install, lines, matched, sis_state


def add_item(book: Gradebook, scores: dict[str, Decimal]) -> str:
    """Export the work as another tool did, under random ids; `scores` are by the student's address."""
    due = book.work.resource["dueDate"]
    on = datetime(due["year"], due["month"], due["day"], tzinfo=UTC)
    with book.made.ctx.district(book.made.teacher).read() as rows:
        people = rosters.people(rows, book.connection_id, [book.section], "student")
    ids = {(person.email or "").casefold(): person.user_id for person in people}
    new = NewLineItem(
        class_id=book.section,
        title=book.title,
        due_date=on,
        result_value_max=Decimal(str(book.work.resource["maxPoints"])),
        scores={ids[email]: score for email, score in scores.items()},
    )
    with book.made.stage.sis.control() as control:
        return control.add_line_item(new)


def step_of(preview: ExportPreview) -> str:
    return next(item.line_item for item in preview.assignments if item.class_id)


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.exhaustive), "postgresql"])
def book(request: pytest.FixtureRequest, install: Install) -> Gradebook:
    url = ""
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres")
        url = cluster.new_database()
    made = install(url=url)
    made.up_to("link")
    return Gradebook(made, "Cell division essay")


def test_an_item_of_another_tool_is_shown_adopted_and_used(book: Gradebook) -> None:
    scores = matched(book)
    emails = sorted(scores)
    theirs = add_item(book, {emails[0]: scores[emails[0]], emails[1]: scores[emails[1]] - 1})
    preview = book.preview()
    assert step_of(preview) == "adopt"
    assert "ADOPTED" in [said.code for item in preview.assignments for said in item.notices]
    assert (preview.counts["unchanged"], preview.counts["drifted"]) == (1, 1)
    assert preview.to_send == len(scores) - 2
    done = book.export()
    assert (done.verified, done.unchanged, done.failed) == (len(scores) - 2, 1, 0)
    held = {(grade.student_email or "").casefold(): grade for grade in book.held()}
    assert {grade.line_item_id for grade in held.values()} == {theirs}
    assert held[emails[1]].score == scores[emails[1]] - 1
    assert sis_state(book.made)["duplicates"] == 0
    assert sis_state(book.made)["writes"]["put_line_item"] == 0


def test_what_another_class_exported_to_the_same_section_is_not_offered(essay: Gradebook) -> None:
    made, side = essay.made, "sandbox"
    theirs = kept_grades.LineItemEntry(
        connection_id=essay.connection_id,
        side=side,
        course_id="another-class",
        course_work_id="its-own-work",
        class_id=essay.section,
        generation=0,
        requested_id="",
        sourced_id=add_item(essay, {}),
        adopted=False,
        title=essay.title,
        sent={},
        sent_at=datetime.now(UTC),
    )
    with made.ctx.district(made.teacher).write() as rows:
        kept_grades.remember_line_item(rows, theirs)
        (link,) = links.of_course(rows, side, made.course_id)
        links.link(rows, replace(link, course_id=theirs.course_id))
    assert step_of(essay.preview()) == "create"
    with made.ctx.district(made.teacher).write() as rows:
        links.unlink(rows, side, theirs.course_id, essay.connection_id, essay.section)
    assert step_of(essay.preview()) == "adopt"


def test_an_adopted_item_stays_adopted_and_its_results_stay_another_s(book: Gradebook) -> None:
    scores = matched(book)
    email = min(scores)
    theirs = add_item(book, {email: scores[email]})
    book.export()
    book.export()
    with book.made.ctx.district(book.made.teacher).read() as rows:
        (item,) = kept_grades.line_items_of_course(rows, "sandbox", book.made.course_id)
        results = kept_grades.results_of(rows, book.connection_id, theirs)
    assert (item.sourced_id, item.adopted) == (theirs, True)
    assert sorted(result.ours for result in results.values()) == [False] + [True] * (len(scores) - 1)


def test_who_refuses_the_adoption_gets_a_new_item(essay: Gradebook) -> None:
    theirs = add_item(essay, {})
    done = essay.export(adopt=False)
    assert done.verified == len(matched(essay))
    assert theirs not in {grade.line_item_id for grade in essay.held()}
    assert essay.export().sent == 0
    assert sis_state(essay.made)["writes"]["put_line_item"] == 1


def test_several_candidates_are_held_for_a_person(essay: Gradebook) -> None:
    add_item(essay, {})
    add_item(essay, {})
    preview = essay.preview()
    assert (step_of(preview), preview.to_send) == ("ambiguous", 0)
    done = essay.export()
    assert (done.sent, done.failed) == (0, 0)
    assert {line.said.code for line in lines(done, "held") if line.said} == {"ADOPTION_AMBIGUOUS"}
    assert sum(sis_state(essay.made)["writes"].values()) == 0


def test_who_refuses_adoptions_gets_nothing_beside_several_candidates(essay: Gradebook) -> None:
    add_item(essay, {})
    add_item(essay, {})
    done = essay.export(adopt=False)
    assert (done.sent, len(essay.held())) == (0, 0)
    assert {line.said.code for line in lines(done, "held") if line.said} == {"ADOPTION_AMBIGUOUS"}
    assert sum(sis_state(essay.made)["writes"].values()) == 0


def test_an_unattended_export_never_creates_beside_a_candidate(essay: Gradebook) -> None:
    add_item(essay, {})
    done = essay.export(attended=False, adopt=False)
    assert (done.sent, len(essay.held())) == (0, 0)
    assert "ADOPTION_OFFERED" in {line.said.code for line in lines(done, "held") if line.said}
    assert sum(sis_state(essay.made)["writes"].values()) == 0


def use(book: Gradebook, line_item: str) -> ExportAnswers:
    return ExportAnswers(use=(Use(course_work_id=book.id, class_id=book.section, line_item=line_item),))


def test_a_person_chooses_among_several_that_are_listed_with_whose_grades_they_hold(essay: Gradebook) -> None:
    scores = matched(essay)
    email = min(scores)
    empty, filled = add_item(essay, {}), add_item(essay, {email: scores[email]})
    (item,) = [one for one in essay.preview().assignments if one.class_id]
    assert {one.sourced_id: len(one.grades) for one in item.candidates} == {empty: 0, filled: 1}
    offered = next(one for one in item.candidates if one.sourced_id == filled)
    assert (offered.max_points, offered.grades[0].value) == (Decimal(100), f"{scores[email]:f}")
    assert offered.grades[0].name in {line.name for line in item.lines}
    with pytest.raises(RefusedError) as refused:
        essay.export(answers=use(essay, "another"))
    assert refused.value.said.code == "PREVIEW_OUTDATED"
    done = essay.export(answers=use(essay, filled))
    assert (done.verified, done.unchanged) == (len(scores) - 1, 1)
    assert {grade.line_item_id for grade in essay.held()} == {filled}
    assert sis_state(essay.made)["writes"]["put_line_item"] == 0


def test_a_person_may_have_a_new_one_made_beside_several(essay: Gradebook) -> None:
    there = {add_item(essay, {}), add_item(essay, {})}
    assert essay.export(answers=use(essay, "")).verified == len(matched(essay))
    assert not {grade.line_item_id for grade in essay.held()} & there
    assert essay.preview().counts["unchanged"] == len(matched(essay))


def test_what_is_gone_from_the_sis_is_made_anew_only_when_a_person_says_so(essay: Gradebook) -> None:
    essay.export()
    source, (known,) = essay.made.stage.sis.source, {grade.line_item_id for grade in essay.held()}
    for grade in essay.held():
        source.delete("result", grade.result_id)
    source.delete("lineItem", known)
    (item,) = [one for one in essay.preview().assignments if one.class_id]
    assert (item.gone, step_of(essay.preview())) == (True, "held")
    assert (essay.export().sent, essay.held()) == (0, [])
    anew = ExportAnswers(recreate=(Place(course_work_id=essay.id, class_id=essay.section),))
    assert essay.export(answers=anew).verified == len(matched(essay)) == len(essay.held())
    with pytest.raises(RefusedError):
        essay.export(answers=anew)
