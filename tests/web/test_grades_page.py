"""The grades page: words in the cells, a way through many columns; and what the list and the preview lead to."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, expect

from classbridge.service.views import ExportLine, GradeCell
from tests.web import values
from tests.web.browsing import enter, opening
from tests.web.conftest import PASSWORD, TEACHER, SignIn

CELLS = {
    "Late": GradeCell(state="returned", classroom=Decimal(7), sis=None, differs=False, late=True),
    "Above the maximum": GradeCell(state="returned", classroom=Decimal(25), sis=None, differs=False, above=True),
    "Missing": GradeCell(state="missing", classroom=None, sis=None, differs=False),
    "Graded, not returned": GradeCell(state="graded", classroom=None, sis=None, differs=False),
    "Excused": GradeCell(state="excused", classroom=None, sis=None, differs=False),
    "SIS excused": GradeCell(state="returned", classroom=Decimal(3), sis=None, differs=True, sis_excused=True),
}


@pytest.mark.parametrize("word", CELLS)
def test_a_cell_says_in_words_what_its_number_does_not(
    answers: dict[str, Any], signed_in: SignIn, word: str
) -> None:
    student = replace(values.GRADES.students[0], cells=(CELLS[word],))
    head = replace(values.GRADES.assignments[0], not_returned=0)
    answers["page"] = replace(values.GRADES, students=(student,), assignments=(head,))
    text = signed_in(TEACHER).get("/classes/1001/grades").text
    assert word in text.partition("<tbody>")[2].partition("</tbody>")[0]


def test_a_row_with_problems_leads_to_the_details_that_hold_them(
    answers: dict[str, Any], signed_in: SignIn
) -> None:
    text = signed_in(TEACHER).get("/classes").text
    assert 'href="/exports/r-export">Fix 3' in text


def test_what_is_graded_and_not_returned_leads_to_classroom(answers: dict[str, Any], signed_in: SignIn) -> None:
    kept = ExportLine(user_id="u", name="Åsa", decision="skipped", said=values.said("SKIPPED_NOT_RETURNED"))
    item = values.assignment(0, (kept,), link="https://classroom.example/w0")
    answers["export_preview"] = replace(values.EXPORT_PREVIEW, assignments=(item,), not_returned=1)
    text = signed_in(TEACHER).get("/exports/preview/r-preview-export").text
    assert 'href="https://classroom.example/w0"' in text


@pytest.mark.browser
def test_many_assignments_are_searched_and_all_stand_there_without_script(
    answers: dict[str, Any], browser: Browser, served: str, troubles: list[str]
) -> None:
    heads = tuple(
        replace(
            values.GRADES.assignments[0], title=f"Lab {n}", to_export=n % 2, differing=int(n == 4), period="HT"
        )
        for n in range(10)
    )
    students = tuple(replace(one, cells=one.cells * 2) for one in values.GRADES.students)
    answers["page"] = replace(values.GRADES, assignments=heads, students=students)
    with opening(browser, served, troubles, locale="en-GB") as page:
        enter(page, TEACHER, PASSWORD)
        page.goto("/classes/1001/grades")
        shown = page.locator("#gradebook thead .grid-head:visible")
        expect(shown).to_have_count(10)
        page.get_by_label("Show assignments").select_option("export")
        expect(shown).to_have_count(5)
        page.get_by_label("Find an assignment").fill("lab 3")
        expect(shown).to_have_count(1)
        expect(page.get_by_text("1 of 10 assignments")).to_be_visible()
        expect(page.locator("#gradebook tbody tr").first.locator("td:visible")).to_have_count(1)
        page.get_by_label("Find an assignment").fill("")
        page.get_by_label("Show assignments").select_option("differs")
        expect(shown).to_have_count(1)
    with opening(browser, served, troubles, java_script_enabled=False) as page:
        enter(page, TEACHER, PASSWORD)
        page.goto("/classes/1001/grades")
        expect(page.locator("#gradebook thead .grid-head:visible")).to_have_count(10)
    assert troubles == []
