"""What the preview finds wrong is put right there, kept, and is what the SIS then holds (product G2, G11)."""

from datetime import date, datetime
from typing import Any

import pytest

from classbridge.bridge.choices import NOTHING, WorkChoice
from classbridge.oneroster.models import Category, LineItem
from classbridge.service import audit, categories, work_settings
from classbridge.service.errors import RefusedError
from classbridge.service.views import ExportPreview
from classbridge.service.work_settings import Session, WorkSetting
from classbridge.store import connections
from tests.service.conftest import Gradebook, Install, sis_state

SUMMER = {"year": 2027, "month": 7, "day": 20}
"""After every term of the school year."""


def edit(book: Gradebook, **values: Any) -> None:
    """Change the assignment in Classroom."""
    with book.made.stage.classroom.control() as control:
        control.do("edit_work", course_id=book.made.course_id, work_id=book.id, **values)


def setting(book: Gradebook) -> WorkSetting:
    (found,) = work_settings.of_class(book.made.ctx, book.made.teacher, book.made.course_id, [book.id])
    return found


def notices(preview: ExportPreview) -> list[str]:
    return [said.code for item in preview.assignments for said in item.notices]


def of_category(preview: ExportPreview) -> list[str]:
    return [code for code in notices(preview) if code.startswith("CATEGORY_")]


def blocked(preview: ExportPreview) -> list[bool]:
    return [item.blocked for item in preview.assignments if item.course_work_id]


def fix(book: Gradebook, choice: WorkChoice) -> ExportPreview:
    """Choose in the preview; the preview that comes of it."""
    again = work_settings.fix(book.made.ctx, book.made.teacher, book.previewing(), book.id, choice)
    book.made.wait(again)
    return book.previewed(again)


def in_sis(book: Gradebook) -> LineItem:
    """The one line item that was sent."""
    source = book.made.stage.sis.source
    (sourced_id,) = source.through_api
    found = source.record("lineItem", sourced_id)
    assert isinstance(found, LineItem)
    return found


def filed(book: Gradebook) -> str:
    """The title of the category that the SIS has it under."""
    held = in_sis(book).category
    found = book.made.stage.sis.source.record("category", held.sourced_id if held else "")
    return found.title if isinstance(found, Category) else ""


def due(book: Gradebook) -> date | None:
    """The due day that the SIS holds."""
    held: datetime | None = in_sis(book).due_date
    return held.date() if held else None


def rename(book: Gradebook, title: str, to: str) -> None:
    """Rename a category in the SIS."""
    source = book.made.stage.sis.source
    for one in source.records("category"):
        if isinstance(one, Category) and one.title == title:
            one.title = to
            source.put(one)


def period(book: Gradebook) -> Session:
    return setting(book).periods[-1]


def test_a_blocked_assignment_is_put_right_in_the_preview_and_stays_so(install: Install) -> None:
    made = install("infinite-campus")
    made.up_to("link")
    book = Gradebook(made, "Ecosystems project")
    edit(book, dueDate=SUMMER)
    first = book.preview()
    assert (blocked(first), first.to_send) == ([True], 0)
    assert {"TITLE_TOO_LONG", "DUE_DATE_OUTSIDE_TERM"} <= set(notices(first))
    assert (setting(book).title_max, setting(book).chosen) == (30, NOTHING)
    choice = WorkChoice(title="Ecosystems", category="tests", period_id=period(book).sourced_id)
    fixed = fix(book, choice)
    assert (blocked(fixed), notices(fixed)) == ([False], [])
    done = book.export()
    assert (done.verified, done.failed) == (fixed.to_send, 0)
    assert (in_sis(book).title, filed(book), due(book)) == ("Ecosystems", "Tests", period(book).last)
    assert setting(book).chosen.category == "Tests"

    writes = sis_state(made)["writes"]
    again = book.export()
    assert (again.sent, sis_state(made)["writes"]) == (0, writes)

    fix(book, WorkChoice(title="Ecosystems 2", category="Tests", due_on=period(book).first))
    book.export()
    assert (in_sis(book).title, due(book)) == ("Ecosystems 2", period(book).first)
    assert sis_state(made)["writes"]["put_line_item"] == writes["put_line_item"] + 1

    rename(book, "Tests", "Exams")
    gone = book.preview()
    assert (blocked(gone), notices(gone)) == ([True], ["CATEGORY_NOT_FOUND"])
    assert "Exams" in setting(book).categories
    assert "Tests" not in setting(book).categories


@pytest.mark.exhaustive
def test_many_categories_of_classroom_go_into_one_and_the_rest_into_the_default(install: Install) -> None:
    made = install("infinite-campus")
    made.up_to("link")
    book = Gradebook(made, "Cell division essay")
    course = (made.ctx, made.teacher, made.course_id)
    edit(book, gradeCategory={"id": "1", "name": "Läxor"})
    assert of_category(book.preview()) == ["CATEGORY_CHOSEN"]
    view = categories.of_class(*course)
    assert (view.required, view.default) == (True, None)
    assert {"Läxor", "Tests", "Projects"} <= {one.name for one in view.names}
    assert next(one for one in view.names if one.name == "Tests").same == "Tests"

    categories.save(*course, {"Läxor": "projects", "Prov": "Projects", "Tests": ""}, "Tests")
    saved = categories.of_class(*course)
    assert {one.name.casefold(): one.category for one in saved.names if one.category} == {
        "läxor": "Projects",
        "prov": "Projects",
    }
    assert saved.default == "Tests"
    assert (of_category(book.preview()), book.export().failed) == ([], 0)
    assert filed(book) == "Projects"

    edit(book, gradeCategory={"id": "2", "name": "PROV"})
    assert book.export().sent == 0
    assert filed(book) == "Projects"

    edit(book, gradeCategory=None)
    assert of_category(book.preview()) == ["CATEGORY_CHOSEN"]
    book.export()
    assert filed(book) == "Tests"

    rename(book, "Tests", "Exams")
    assert of_category(book.preview()) == ["CATEGORY_NOT_FOUND"]


def test_a_title_limit_is_met_by_a_title_of_ones_own(install: Install) -> None:
    made = install("powerschool")
    made.up_to("link")
    book = Gradebook(made, "Ecosystems project")
    edit(book, dueDate=SUMMER)
    assert {"TITLE_TOO_LONG", "DUE_DATE_OUTSIDE_TERM"} <= set(notices(book.preview()))
    fixed = fix(book, WorkChoice(title="Projekt: ekosystem, vår", due_on=period(book).first))
    assert (blocked(fixed), "TITLE_TOO_LONG" in notices(fixed)) == ([False], False)
    done = book.export()
    assert (done.verified, done.failed) == (fixed.to_send, 0)
    assert (in_sis(book).title, due(book)) == ("Projekt: ekosystem, vår", period(book).first)
    edit(book, maxPoints=40.5)
    assert (blocked(book.preview()), notices(book.preview())[-1]) == ([True], "POINTS_NOT_WHOLE")


def test_where_nothing_is_required_a_choice_is_sent_all_the_same(essay: Gradebook) -> None:
    edit(essay, gradeCategory={"id": "1", "name": "Läxor"})
    essay.export()
    assert filed(essay) == ""
    changed = fix(essay, WorkChoice(category="Projects", due_on=date(2026, 11, 30)))
    assert (changed.to_send, changed.to_update, notices(changed)) == (0, 1, [])
    essay.export()
    assert (filed(essay), due(essay)) == ("Projects", date(2026, 11, 30))
    assert sis_state(essay.made)["writes"]["put_line_item"] == 2
    events = audit.events(essay.made.ctx, essay.made.admin).items
    [event] = [one for one in events if one.action == "grades.work"]
    assert event.params == {"work": essay.id, "chosen": ["category", "due_on"]}
    fix(essay, WorkChoice(title=essay.title))
    assert setting(essay).chosen == NOTHING


def test_a_grading_period_is_named_where_the_sis_is_set_to_it(essay: Gradebook) -> None:
    overrides = {"editions": {"1.2": {"gradebook": {"sends_grading_period": True}}}}
    with essay.made.ctx.district(essay.made.admin).write() as rows:
        connections.save_overrides(rows, essay.connection_id, overrides)
    essay.export()
    on = setting(essay).due_on
    assert on is not None
    named = in_sis(essay).academic_session
    by_day = [one.sourced_id for one in setting(essay).periods if one.first <= on <= one.last]
    assert [named.sourced_id if named else ""] == by_day
    fix(essay, WorkChoice(period_id=period(essay).sourced_id))
    essay.export()
    moved = in_sis(essay).academic_session
    assert moved is not None
    assert moved.sourced_id == period(essay).sourced_id
    assert period(essay).first <= (due(essay) or date.min) <= period(essay).last


def test_what_cannot_be_chosen_is_refused_beside_its_field_and_nothing_is_kept(install: Install) -> None:
    made = install("infinite-campus")
    made.up_to("link")
    book = Gradebook(made, "Cell division essay")
    book.preview()
    bad = {
        ("title", "FIELD_MISSING"): WorkChoice(title="  "),
        ("title", "TITLE_OVER_LIMIT"): WorkChoice(title="x" * 31),
        ("category", "CATEGORY_NOT_FOUND"): WorkChoice(category="Nonsense"),
        ("period_id", "PERIOD_NOT_FOUND"): WorkChoice(period_id="nothing"),
    }
    for (field, code), choice in bad.items():
        with pytest.raises(RefusedError) as refused:
            work_settings.set_work(made.ctx, made.teacher, made.course_id, book.id, choice)
        assert (refused.value.field, refused.value.said.code, refused.value.status) == (field, code, 422)
    with pytest.raises(RefusedError) as unknown:
        work_settings.set_work(made.ctx, made.teacher, made.course_id, "nothing", NOTHING)
    assert unknown.value.status == 404
    for mapping, default, field in (({"Tests": "Nonsense"}, "", "category"), ({}, "Nonsense", "default")):
        with pytest.raises(RefusedError) as mapped:
            categories.save(made.ctx, made.teacher, made.course_id, mapping, default)
        assert mapped.value.field == field
    assert setting(book).chosen == NOTHING
    assert categories.of_class(made.ctx, made.teacher, made.course_id).default is None
