"""A grade that an undo leaves as it is says why."""

from decimal import Decimal

from msgspec.structs import replace

from classbridge.bridge.outcome import Code, Owner
from classbridge.oneroster.models import Result
from classbridge.service import undo
from tests.outcomes.scene import Scene, told


def test_a_grade_that_is_back_already_or_has_a_comment_since_is_not_put_back(scene: Scene) -> None:
    back, commented = scene.emails[:2]
    book, made = scene.work("Undone but for two", {back: 60, commented: 50}), scene.made
    book.export()
    book.grade(back, 61)
    book.grade(commented, 51)
    export_id = book.export().run.id
    with made.stage.sis.control() as control:
        control.change_score(scene.in_sis(book, back).result_id, Decimal(60))
    result = scene.source.record("result", scene.in_sis(book, commented).result_id)
    assert isinstance(result, Result)
    scene.source.put(replace(result, comment="Discussed with the parents."))
    run_id = undo.preview(made.ctx, made.teacher, export_id)
    made.wait(run_id)
    shown = undo.previewed(made.ctx, made.teacher, run_id)
    assert shown is not None
    said = {line.user_id: line.said for item in shown.assignments for line in item.lines}
    told(said[scene.user(back)], Code.UNDO_NOT_NEEDED, Owner.NOBODY)
    told(said[scene.user(commented)], Code.UNDO_COMMENTED, Owner.TEACHER)
    assert shown.to_put_back == 0
