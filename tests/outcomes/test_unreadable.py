"""What the SIS lists and nobody can read is no sign that nothing is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from msgspec.structs import replace

from classbridge.bridge.outcome import Code, Owner
from classbridge.oneroster.models import LineItem, Record, Ref, Result
from classbridge.sandbox.sis.state import SisSource
from classbridge.service import grades, undo
from tests.outcomes.scene import Scene, notices, told
from tests.outcomes.test_line_items import by_another_tool
from tests.outcomes.test_parked import parked
from tests.service.conftest import Gradebook


@contextmanager
def unreadable(scene: Scene, record: Record | None) -> Iterator[None]:
    """Meanwhile a record of the SIS lacks what it must have; afterwards it is there as it was."""
    assert isinstance(record, Result | LineItem)
    lacks = {"score_status": None} if isinstance(record, Result) else {"title": None}
    super(SisSource, scene.source).put(replace(record, **lacks))
    yield
    assert scene.source.doc(record_kind(record), record.sourced_id, max(scene.source.roots)) is not None
    super(SisSource, scene.source).put(record)


def record_kind(record: Record) -> str:
    return "result" if isinstance(record, Result) else "lineItem"


def result_of(scene: Scene, book: Gradebook, email: str) -> Record | None:
    return scene.source.record("result", scene.in_sis(book, email).result_id)


def typed(scene: Scene, book: Gradebook, email: str) -> Result:
    """What a teacher enters in the SIS for a student whose grade we never sent."""
    return Result(
        sourced_id=f"typed-for-{book.id}",
        line_item=Ref(sourced_id=book.held()[0].line_item_id, type="lineItem"),
        student=Ref(sourced_id=scene.person(email).sourced_id, type="user"),
        score_status="exempt",
        score=Decimal(3),
    )


def test_a_grade_that_cannot_be_read_is_not_sent_over_nor_taken_back(scene: Scene) -> None:
    mine, other, third = scene.emails[:3]
    book = scene.work("Letters there", {other: 12})
    book.export()
    book.grade(mine, 10)
    book.grade(third, 14)
    with unreadable(scene, typed(scene, book, mine)):
        shown = book.preview()
        told(scene.line(shown, mine).said, Code.RESULT_UNREADABLE, Owner.TEACHER)
        assert (scene.line(shown, mine).decision, shown.to_send) == ("held", 1)
        assert book.export().sent == 1
    assert [one.score for one in book.held() if (one.student_email or "").casefold() == mine] == [3]

    scene.hand("grade", work_id=book.id, user=other, points=None)
    with unreadable(scene, result_of(scene, book, other)):
        shown = book.preview()
        assert shown.withdrawals == 0
        told(scene.line(shown, other).said, Code.RESULT_UNREADABLE, Owner.TEACHER)
        book.export(withdraw=True)
    assert book.preview().withdrawals == 1


def test_a_grade_that_cannot_be_read_any_more_when_it_is_sent_is_held(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    email, other = scene.emails[:2]
    book = scene.work("Letters while it waits", {other: 12})
    book.export()
    book.grade(email, 10)
    run_id, _ = parked(scene, book, monkeypatch)
    with unreadable(scene, typed(scene, book, email)):
        scene.made.stage.sis.board.switch_off()
        scene.made.wait(run_id)
    details = grades.details(scene.made.ctx, scene.made.teacher, run_id)
    told(scene.line(details, email).said, Code.RESULT_UNREADABLE, Owner.TEACHER)
    assert [one.score for one in book.held() if (one.student_email or "").casefold() == email] == [3]


def test_a_grade_that_cannot_be_read_is_left_by_an_undo(scene: Scene) -> None:
    email = scene.emails[0]
    book, made = scene.work("Letters since", {email: 10}), scene.made
    export_id = book.export().run.id
    with unreadable(scene, result_of(scene, book, email)):
        run_id = undo.preview(made.ctx, made.teacher, export_id)
        made.wait(run_id)
        shown = undo.previewed(made.ctx, made.teacher, run_id)
        assert shown is not None
        told(shown.assignments[0].lines[0].said, Code.RESULT_UNREADABLE, Owner.TEACHER)
        assert shown.to_put_back == 0


def test_beside_an_assignment_that_cannot_be_read_none_is_made(scene: Scene) -> None:
    email = scene.emails[0]
    book = scene.work("Without its title there", {email: 10})
    theirs = by_another_tool(scene, book, email, 10)
    before = scene.source.count("lineItem")
    with unreadable(scene, scene.source.record("lineItem", theirs)):
        shown = book.preview()
        told(notices(shown, book)[Code.LINE_ITEMS_UNREADABLE], Code.LINE_ITEMS_UNREADABLE, Owner.SIS_ADMIN)
        told(scene.line(shown, email).said, Code.LINE_ITEMS_UNREADABLE, Owner.SIS_ADMIN)
        assert book.export().sent == 0
    assert scene.source.count("lineItem") == before
    assert Code.ADOPTED in notices(book.preview(), book)
