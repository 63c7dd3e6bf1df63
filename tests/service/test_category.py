"""Where a SIS demands a category that nobody chose, the preview names the one that is used (product G2)."""

from tests.service.conftest import Gradebook, Install


def test_the_preview_names_the_category_that_is_picked(install: Install) -> None:
    made = install("infinite-campus")
    made.up_to("link")
    book = Gradebook(made, "Cell division essay")
    with made.stage.classroom.control() as control:
        control.do("edit_work", course_id=made.course_id, work_id=book.id, gradeCategory=None)
    preview = book.preview()
    named = [said for item in preview.assignments for said in item.notices if said.code == "CATEGORY_CHOSEN"]
    assert len(named) == 1
    assert named[0].params["category"]
    assert preview.to_send > 20
    done = book.export()
    assert (done.verified, done.failed) == (preview.to_send, 0)
