"""What a SIS holds of every kind of grade, after real exports to it."""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct

from classbridge.bridge.equality import GRADED, same_status, show
from classbridge.sandbox.sis.state import Grade, Item
from classbridge.service import classes, grades, linking, students
from classbridge.service.views import ExportAssignment
from tests.installation import Installation, installation, settings_for
from tests.kinds.kinds import KINDS, OTHER, Case, Kind
from tests.kinds.section import Section

STUDENTS = 60
PLAIN = frozenset(("VERIFIED", "SENT", "SKIPPED_UNCHANGED"))
"""Outcomes that say no more than what the SIS holds."""
CODE = re.compile(r"K\d{3}-kind ")
NOTICES = {"title": "TITLE_", "due": "DUE_", "category": "CATEGORY_", "class": "STUDENTS_"}
"""What is said about an assignment belongs into the cells of the kinds that show it."""
TAG = re.compile(r"#[0-9a-f]{4,}")
"""The end of a title that we shortened: made of the assignment's id, which is another every time."""


class Held(Struct, frozen=True):
    """What the SIS holds of one kind, in a few words, and what the preview or the details said about it."""

    words: str
    codes: tuple[str, ...]


class Gradebook(Struct, frozen=True, kw_only=True):
    """The line items of both sections, and their results by line item and address."""

    items: list[Item]
    grades: dict[tuple[str, str], Grade]


def measure(personality: str, folder: Path) -> dict[str, Held]:
    """Export every kind to a SIS of the sandbox; what it then holds, by the kind's name."""
    with installation(settings_for(folder), personality, students=STUDENTS) as made:
        made.up_to("link")
        return Table(made).all()


class Table:
    """The measuring of one SIS."""

    def __init__(self, made: Installation) -> None:
        self.made = made
        first, second = made.stage.made_up.demo_sections
        self.section = Section(source=made.stage.sis.source, id=first, beside=second)
        row = next(row for row in classes.class_list(made.ctx, made.teacher).rows if row.sis_classes)
        connection_id = row.sis_classes[0].connection_id
        linking.link(made.ctx, made.teacher, made.course_id, [(connection_id, first), (connection_id, second)])
        self.emails = self._students()
        self.user_ids = tuple(made.stage.classroom.state.by_email[email].id for email in self.emails)
        self.cases: dict[str, Case] = {}

    def _students(self) -> list[str]:
        """Students who are in the first section only, under the same address on both sides."""
        classroom = self.made.stage.classroom.state
        members = classroom.courses[self.made.course_id].students
        addresses = {classroom.accounts[user_id].email for user_id in members}
        return [email for email in self.section.alone() if email in addresses][: OTHER + 1]

    def all(self) -> dict[str, Held]:
        """All kinds: exported once, changed, and exported again; what is to be taken back, last."""
        with self.made.stage.classroom.control() as classroom:
            self.cases = {kind.name: self._case(kind, number, classroom) for number, kind in enumerate(KINDS)}
            self._preview()
            for kind in KINDS:
                kind.first(self.cases[kind.name])
            once = self._export()
            for kind in KINDS:
                if kind.then:
                    kind.then(self.cases[kind.name])
            again = self._export()
            book = self._gradebook()
            found = {kind.name: self._held(kind, again if kind.then else once, book) for kind in KINDS}
            back, book = self._export(withdraw=True), self._gradebook()
        return found | {kind.name: self._held(kind, back, book) for kind in KINDS if kind.withdraw}

    def _case(self, kind: Kind, number: int, classroom: Any) -> Case:
        made, code = self.made, f"K{number:03d}-kind"
        work = classroom.do(
            "add_work", course_id=made.course_id, title=f"{code} {kind.title}", **self._members(kind, number)
        )
        user_id = self.user_ids[kind.student]
        return Case(
            code=code,
            course_id=made.course_id,
            work_id=str(work["id"]),
            user_ids=self.user_ids,
            user_id=user_id,
            email=self.emails[kind.student],
            classroom=classroom,
            section=self.section,
            excuse=partial(self._excuse, user_id, str(work["id"])),
        )

    def _members(self, kind: Kind, number: int) -> dict[str, object]:
        due = {"year": 2026, "month": 10, "day": 1 + number % 28}
        given: dict[str, object] = {"maxPoints": 100, "dueDate": due, **kind.work}
        if kind.category:
            given["gradeCategory"] = {"id": "1", "name": kind.category}
        if kind.assigned:
            given["assigneeMode"] = "INDIVIDUAL_STUDENTS"
            given["individualStudentsOptions"] = {"studentIds": [self.user_ids[one] for one in kind.assigned]}
        return {name: value for name, value in given.items() if value is not None}

    def _excuse(self, user_id: str, work_id: str, on: bool) -> None:
        made = self.made
        students.mark_excused(made.ctx, made.teacher, made.course_id, user_id, work_id, on=on)

    def _preview(self) -> str:
        preview = grades.preview(self.made.ctx, self.made.teacher, self.made.course_id, self._works())
        self.made.wait(preview)
        return preview

    def _works(self) -> list[str]:
        """Our own assignments, and no others of the class."""
        found = self.made.stage.classroom.state.courses[self.made.course_id].work
        return [work_id for work_id, work in found.items() if CODE.match(work.resource["title"])]

    def _export(self, *, withdraw: bool = False) -> Sequence[ExportAssignment]:
        made = self.made
        run_id = grades.export(made.ctx, made.teacher, self._preview(), grades.ExportChoices(withdraw=withdraw))
        made.wait(run_id)
        return grades.details(made.ctx, made.teacher, run_id).assignments

    def _gradebook(self) -> Gradebook:
        with self.made.stage.sis.control() as control:
            items = [one for section in self._places() for one in control.items(section)]
            found = [one for section in self._places() for one in control.grades(section)]
        return Gradebook(
            items=items,
            grades={(one.line_item_id, (one.student_email or "").casefold()): one for one in found},
        )

    def _held(self, kind: Kind, said: Sequence[ExportAssignment], book: Gradebook) -> Held:
        case = self.cases[kind.name]
        mine = [one for one in said if one.course_work_id == case.work_id]
        lines = [
            line.said.code for one in mine for line in one.lines if line.user_id == case.user_id and line.said
        ]
        about = tuple(NOTICES[one] for one in kind.shows if one in NOTICES)
        notices = sorted(one.code for item in mine for one in item.notices if one.code.startswith(about))
        codes = dict.fromkeys(code for code in (*lines, *notices) if code not in PLAIN)
        return Held(self._words(kind, case, book), tuple(codes))

    def _words(self, kind: Kind, case: Case, book: Gradebook) -> str:
        mine = [one for one in book.items if one.title.startswith(case.code)]
        held = [(one, book.grades.get((one.sourced_id, case.email))) for one in mine]
        words = [_shown(kind, one, grade, self._places()) for one, grade in held if grade]
        empty = "nothing; the line item stays" if mine and "item" in kind.shows else "nothing"
        return "; ".join(sorted(words)) or empty

    def _places(self) -> Mapping[str, str]:
        return {self.section.id: "old section", self.section.beside: "new section"}


def _shown(kind: Kind, item: Item, grade: Grade, places: Mapping[str, str]) -> str:
    score = "no score" if grade.score is None else show(grade.score)
    words = score if same_status(grade.score_status, GRADED) else f"{score}, {grade.score_status}"
    if "maximum" in kind.shows:
        words += f" of {'–' if item.maximum is None else show(item.maximum)}"
    if "title" in kind.shows:
        words += f' in "{TAG.sub("#…", item.title)}"'
    if "due" in kind.shows:
        words += f", due {item.due_date:%Y-%m-%d}" if item.due_date else ", no due date"
    if "category" in kind.shows:
        words += f", {item.category or 'no category'}"
    if "places" in kind.shows:
        words = f"{places[item.class_id]}: {words}"
    return words
