"""What goes wrong with one assignment is said of that one, and what is remembered is what the SIS was sent.

The newest assignment is sent first.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from classbridge.bridge.outcome import Code, Owner
from classbridge.oneroster.models import LineItem, Result
from classbridge.oneroster.provider.errors import ProviderError
from classbridge.service import grades
from classbridge.service.export_answers import ExportAnswers, Place
from classbridge.service.grades import ExportChoices
from classbridge.service.views import ExportDetails
from classbridge.store import grades as kept
from classbridge.store.tables import result as result_table
from tests.outcomes.scene import Scene, notices, told
from tests.service.conftest import Gradebook

Happens = Callable[[Any], None]
Watch = Callable[..., None]

THEIRS = "zz-of-another-tool"
"""A sourcedId that comes after every one of ours."""


@pytest.fixture
def in_sis(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Have something happen in the SIS before, and after, it stores what came through its API."""
    put = scene.source.put

    def watch(before: Happens = lambda _: None, after: Happens = lambda _: None) -> None:
        def stored(record: Any) -> bool:
            before(record)
            created = put(record)
            after(record)
            return created

        monkeypatch.setattr(scene.source, "put", stored)

    return watch


def exported(scene: Scene, *books: Gradebook, answers: ExportAnswers | None = None) -> ExportDetails:
    """Export all these together; what became of it."""
    made = scene.made
    preview = grades.preview(made.ctx, made.teacher, scene.course_id, [book.id for book in books])
    made.wait(preview)
    choices = ExportChoices(answers=answers or ExportAnswers())
    run_id = grades.export(made.ctx, made.teacher, preview, choices)
    made.wait(run_id)
    return grades.details(made.ctx, made.teacher, run_id)


def remembered(scene: Scene, book: Gradebook) -> dict[str, kept.ResultEntry]:
    """What is remembered of this work's results, by the student's sourcedId."""
    made = scene.made
    with made.ctx.district(made.teacher).read() as rows:
        entries = kept.line_items_of_course(rows, "sandbox", scene.course_id)
        [entry] = [one for one in entries if one.course_work_id == book.id]
        return kept.results_of(rows, entry.connection_id, entry.sourced_id)


def test_a_second_result_of_a_student_is_not_taken_for_ours(scene: Scene, in_sis: Watch) -> None:
    email, put = scene.emails[0], scene.source.put
    book = scene.work("Read back among two", {email: 40})

    def double(record: Any) -> None:
        if isinstance(record, Result):
            put(replace(record, sourced_id=THEIRS, score=Decimal(1)))

    in_sis(double)
    done = book.export()
    told(scene.line(done, email).said, Code.VERIFIED, Owner.NOBODY)
    student = scene.person(email).sourced_id
    ours = remembered(scene, book)[student].sourced_id
    assert ours != THEIRS
    with scene.made.ctx.district(scene.made.admin).write() as rows:
        rows.delete(result_table, result_table.c.sourced_id == ours)
    assert book.export().unchanged == 1
    assert remembered(scene, book)[student].sourced_id == ours


def test_an_assignment_that_the_sis_stumbles_over_fails_alone(scene: Scene, in_sis: Watch) -> None:
    email = scene.emails[0]
    good, bad = scene.work("Taken as ever", {email: 42}), scene.work("Stumbled over", {email: 41})

    def stumble(record: Any) -> None:
        if isinstance(record, LineItem) and record.title == bad.title:
            raise ProviderError(503, "server_busy", "This one fails.", {"Retry-After": "600"})

    in_sis(stumble)
    done = exported(scene, bad, good)
    told(scene.line(done, email, bad).said, Code.SIS_SERVER_ERROR, Owner.ADMIN)
    told(notices(done, bad)[Code.SIS_SERVER_ERROR], Code.SIS_SERVER_ERROR, Owner.ADMIN)
    told(scene.line(done, email, good).said, Code.VERIFIED, Owner.NOBODY)
    assert (done.failed, done.verified) == (1, 1)


def test_an_assignment_that_goes_while_it_is_sent_does_not_stop_the_next(scene: Scene, in_sis: Watch) -> None:
    email, source = scene.emails[0], scene.source
    second, first = scene.work("Comes after it", {email: 44}), scene.work("Goes while it is sent", {email: 43})
    went: list[str] = []

    def delete(record: Any) -> None:
        if isinstance(record, Result) and not went:
            went.append(record.line_item.sourced_id)
            source.delete("lineItem", record.line_item.sourced_id)

    in_sis(after=delete)
    done = exported(scene, first, second)
    told(scene.line(done, email, first).said, Code.NOT_VERIFIED, Owner.SIS_ADMIN)
    told(scene.line(done, email, second).said, Code.VERIFIED, Owner.NOBODY)


def test_an_assignment_that_is_to_be_made_anew_and_is_refused_does_not_stop_the_next(scene: Scene) -> None:
    email = scene.emails[0]
    second = scene.work("After the refused one", {email: 46})
    first = scene.work(f"Made anew {'and refused ' * 12}", {email: 45})
    first.export()
    scene.source.delete("lineItem", scene.in_sis(first, email).line_item_id)
    scene.fault("refuse-long-title")
    anew = Place(course_work_id=first.id, class_id=scene.section)
    done = exported(scene, first, second, answers=ExportAnswers(recreate=(anew,)))
    told(scene.line(done, email, first).said, Code.LINE_ITEM_REJECTED, Owner.SIS_ADMIN)
    told(scene.line(done, email, second).said, Code.VERIFIED, Owner.NOBODY)


def test_a_new_title_that_was_stopped_before_sending_is_sent_later(scene: Scene) -> None:
    email = scene.emails[0]
    book = scene.work("As it was called", {email: 47}, dueDate=None)
    book.export()
    scene.hand("edit_work", work_id=book.id, title="As it is called now")
    scene.tune(due_date_required="yes")
    stopped = book.export()
    assert (stopped.unchanged, stopped.sent) == (1, 0)
    assert Code.DUE_DATE_MISSING in notices(book.preview(), book)
    scene.calm()
    book.export()
    titles = {one.title for one in scene.source.items(scene.section)}
    assert "As it is called now" in titles
    assert "As it was called" not in titles
