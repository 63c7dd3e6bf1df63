"""What a SIS will say to a piece of course work is said before anything is sent, and by whom it can be helped."""

from classbridge.bridge.outcome import Code, Owner
from tests.outcomes.scene import Scene, notices, told

LONG = "A title that is much longer than thirty characters"


def test_each_rule_of_a_gradebook_is_checked_before_anything_is_sent(scene: Scene) -> None:
    email = scene.emails[0]
    one = {email: 50.0}
    long = scene.work(LONG, one)
    twins = scene.work("Two of a name", one), scene.work("Another name at first", one)
    scene.hand("edit_work", work_id=twins[1].id, title="Two of a name")
    undated = scene.work("Whenever you like", one, dueDate=None)
    late = scene.work("In the summer", one, dueDate={"year": 2027, "month": 8, "day": 1})
    half = scene.work("Half points", {email: 4}, maxPoints=12.5)
    above = scene.work("With a bonus", {email: 110})
    scene.tune(
        category="required",
        title_max="30",
        unique_title="yes",
        due_date_required="yes",
        due_date_in_term="yes",
        whole_points="yes",
        above_maximum="clamp",
    )
    shown = scene.preview(long, *twins, undated, late, half, above)

    title = told(notices(shown, long)[Code.TITLE_TOO_LONG], Code.TITLE_TOO_LONG, Owner.NOBODY).params
    assert (len(title["title"]) <= 30, title["title_max"]) == (True, "30")
    said = [found[Code.TITLE_DUPLICATE] for one in twins if Code.TITLE_DUPLICATE in (found := notices(shown, one))]
    assert len(said) == 1, "the older of the two keeps its title"
    told(said[0], Code.TITLE_DUPLICATE, Owner.NOBODY)
    told(notices(shown, long)[Code.CATEGORY_CHOSEN], Code.CATEGORY_CHOSEN, Owner.TEACHER)
    for book, code in (
        (undated, Code.DUE_DATE_MISSING),
        (late, Code.DUE_DATE_OUTSIDE_TERM),
        (half, Code.POINTS_NOT_WHOLE),
    ):
        told(notices(shown, book)[code], code, Owner.TEACHER)
        line = scene.line(shown, email, book)
        assert (line.decision, told(line.said, code, Owner.TEACHER).params) == (
            "skipped",
            notices(shown, book)[code].params,
        )
    clamped = told(scene.line(shown, email, above).said, Code.SCORE_CLAMPED, Owner.TEACHER)
    assert clamped.params == {"score": "110", "maximum": "100"}
    assert shown.to_send == 4


def test_a_grade_that_the_sis_refuses_or_rounds_is_named_beforehand(scene: Scene) -> None:
    above, odd = scene.emails[:2]
    book = scene.work("Refused or rounded", {above: 101, odd: 66.6})
    scene.tune(above_maximum="refuse", score_decimals="0", category="default")
    shown = book.preview()
    told(notices(shown, book)[Code.CATEGORY_DEFAULTED], Code.CATEGORY_DEFAULTED, Owner.NOBODY)
    refused = told(scene.line(shown, above).said, Code.SCORE_ABOVE_MAXIMUM, Owner.TEACHER)
    assert refused.params == {"score": "101", "maximum": "100"}
    rounded = told(scene.line(shown, odd).said, Code.SCORE_ROUNDED, Owner.NOBODY)
    assert rounded.params == {"score": "66.6", "stored": "67"}
    assert shown.to_send == 1


def test_a_category_that_the_sis_does_not_have_is_left_out_or_stops_the_work(scene: Scene) -> None:
    email = scene.emails[0]
    named = scene.work("In the field", {email: 1}, gradeCategory={"id": "77", "name": "Fieldwork"})
    bare = scene.work("Without a category", {email: 1})
    left_out = told(notices(named.preview(), named)[Code.CATEGORY_LEFT_OUT], Code.CATEGORY_LEFT_OUT, Owner.TEACHER)
    assert left_out.params["category"] == "Fieldwork"
    placeholders = [one.sourced_id for one in scene.source.records("category")]
    scene.tune(category="required", categories_forbidden=",".join(placeholders))
    shown = scene.preview(named, bare)
    told(notices(shown, named)[Code.CATEGORY_NOT_FOUND], Code.CATEGORY_NOT_FOUND, Owner.TEACHER)
    told(notices(shown, bare)[Code.CATEGORY_MISSING], Code.CATEGORY_MISSING, Owner.TEACHER)
    assert shown.to_send == 0
