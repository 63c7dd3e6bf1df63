"""All classes at once: suggested links in one go, and one export of everything that waits."""

import pytest

from classbridge.bridge.outcome import Code
from classbridge.service import classes, connections, grades, linking, together
from classbridge.service.errors import RefusedError
from tests.installation import Installation
from tests.service.conftest import Install


def linked(made: Installation) -> int:
    return sum(bool(row.sis_classes) for row in classes.class_list(made.ctx, made.teacher).rows)


def test_every_suggested_class_is_linked_and_everything_that_waits_is_exported(install: Install) -> None:
    made = install()
    made.up_to("connect")
    made.wait(classes.refresh(made.ctx, made.teacher, None))
    found = together.suggested(made.ctx, made.teacher)
    assert len(found) >= 2
    assert len({one.sis_class.class_id for one in found}) == len(found)
    wanted = [(one.course_id, (one.sis_class.connection_id, one.sis_class.class_id)) for one in found]
    assert together.link_all(made.ctx, made.teacher, wanted) == ()
    assert linked(made) == len(found)
    assert together.suggested(made.ctx, made.teacher) == ()
    for one in found:
        made.wait(classes.refresh(made.ctx, made.teacher, one.course_id))

    rows = together.waiting(made.ctx, made.teacher)
    assert len(rows) >= 2
    previews = together.preview_all(made.ctx, made.teacher).run_ids
    assert len(previews) == len(rows)
    for run_id in previews:
        made.wait(run_id)
    shown = together.parts(made.ctx, made.teacher, previews)
    to_send = sum(one.preview.to_send for one in shown if one.preview)
    started = together.export_all(made.ctx, made.teacher, previews)
    exports = started.run_ids
    assert (len(exports), started.refused) == (len(previews), ())
    for run_id in exports:
        made.wait(run_id)
    details = [grades.details(made.ctx, made.teacher, run_id) for run_id in exports]
    assert sum(one.sent for one in details) == to_send > 100
    assert all(one.verified == one.to_verify and not one.failed for one in details)
    assert together.waiting(made.ctx, made.teacher) == ()


def test_a_class_that_is_refused_is_told_and_the_grades_of_the_others_are_exported(linked: Installation) -> None:
    made, course_id = linked, linked.course_id
    other = next(one for one in together.suggested(made.ctx, made.teacher))
    linking.link(
        made.ctx, made.teacher, other.course_id, [(other.sis_class.connection_id, other.sis_class.class_id)]
    )
    for one in (course_id, other.course_id):
        made.wait(classes.refresh(made.ctx, made.teacher, one))
    previews = together.preview_all(made.ctx, made.teacher).run_ids
    for run_id in previews:
        made.wait(run_id)
    linking.unlink(made.ctx, made.teacher, other.course_id)
    started = together.export_all(made.ctx, made.teacher, previews)
    assert [(one.course_id, one.said.code) for one in started.refused] == [
        (other.course_id, Code.CLASS_NOT_LINKED)
    ]
    assert [made.wait(run_id).course_id for run_id in started.run_ids] == [course_id]
    linking.unlink(made.ctx, made.teacher, course_id)
    with pytest.raises(RefusedError):
        together.export_all(made.ctx, made.teacher, previews)


def test_what_cannot_be_exported_is_not_offered_and_the_list_says_why(linked: Installation) -> None:
    made, connection_id = linked, connections.home(linked.ctx, linked.admin).connections[0].id
    made.wait(classes.refresh(made.ctx, made.teacher, made.course_id))

    def shown() -> tuple[str, str | None, int]:
        row = classes.one(made.ctx, made.teacher, made.course_id)
        assert row.to_export
        assert row.closed is None
        why = row.export_closed.code if row.export_closed else None
        return row.chip, why, len(together.waiting(made.ctx, made.teacher))

    assert shown() == ("changes_waiting", None, 1)
    connections.confirm_data(made.ctx, made.admin, connection_id, ("students", "teachers"))
    assert shown() == ("changes_waiting", Code.DATA_EXCHANGE_OFF, 0)
    assert together.preview_all(made.ctx, made.teacher).run_ids == ()
    connections.disconnect(made.ctx, made.admin, connection_id)
    assert shown() == ("disconnected", Code.NOT_CONNECTED, 0)


def test_who_is_refused_is_told_and_the_others_are_linked(install: Install) -> None:
    made = install()
    made.up_to("connect")
    made.wait(classes.refresh(made.ctx, made.teacher, None))
    [first, second, *_] = together.suggested(made.ctx, made.teacher)
    connection_id = connections.home(made.ctx, made.admin).connections[0].id
    good = (first.course_id, (first.sis_class.connection_id, first.sis_class.class_id))
    refused = together.link_all(made.ctx, made.teacher, [good, (second.course_id, (connection_id, "no-such"))])
    assert [(one.course_id, one.said.code) for one in refused] == [(second.course_id, Code.SECTION_NOT_FOUND)]
    assert linked(made) == 1
    other = next(
        one for one in linking.link_page(made.ctx, made.teacher, first.course_id).choices if not one.suggested
    )
    together.link_all(made.ctx, made.teacher, [(first.course_id, (other.connection_id, other.class_id))])
    [row] = [one for one in classes.class_list(made.ctx, made.teacher).rows if one.sis_classes]
    assert {one.class_id for one in row.sis_classes} == {first.sis_class.class_id, other.class_id}
    with pytest.raises(RefusedError):
        together.link_all(made.ctx, made.teacher, [(second.course_id, (connection_id, "no-such"))])
    with pytest.raises(RefusedError):
        together.link_all(made.ctx, made.teacher, [])
