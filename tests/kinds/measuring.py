"""What a SIS holds of every kind of grade, after real exports to it."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct

from classbridge.bridge.equality import GRADED, same_status, show
from classbridge.sandbox.sis.state import Grade
from classbridge.service import grades, students
from classbridge.service.views import ExportDetails
from tests.installation import Installation, installation, settings_for
from tests.kinds.kinds import KINDS, Case, Kind

STUDENTS = 60


class Held(Struct, frozen=True):
    """What the SIS holds of one kind, in a few words, and the outcome's code where it is not plain success."""

    words: str
    code: str


def measure(personality: str, folder: Path) -> dict[str, Held]:
    """Export every kind to a SIS of the sandbox; what it then holds, by the kind's name."""
    with installation(settings_for(folder), personality, students=STUDENTS) as made:
        made.up_to("import")
        return Table(made).all()


class Table:
    """The measuring of one SIS."""

    def __init__(self, made: Installation) -> None:
        self.made = made
        self.user_id, self.email = self._student()

    def _student(self) -> tuple[str, str]:
        """A student who is in the section once, under the same address."""
        made = self.made
        self._read()
        for one in grades.page(made.ctx, made.teacher, made.course_id).students:
            if students.page(made.ctx, made.teacher, made.course_id, one.user_id).placed:
                return one.user_id, made.stage.classroom.state.accounts[one.user_id].email
        raise LookupError("nobody of the class is in the section")

    def all(self) -> dict[str, Held]:
        """All kinds: exported once, changed, and exported again; what is to be taken back, last."""
        with self.made.stage.classroom.control() as classroom:
            cases = {kind.name: self._case(kind, number, classroom) for number, kind in enumerate(KINDS)}
            self._read()
            for kind in KINDS:
                kind.first(cases[kind.name])
            said = self._said(self._export(), cases)
            for kind in KINDS:
                if kind.then:
                    kind.then(cases[kind.name])
            again = self._said(self._export(), cases)
            kept = {kind.name: self._words(cases[kind.name]) for kind in KINDS if not kind.withdraw}
            back = self._said(self._export(withdraw=True), cases)
        found = {}
        for kind in KINDS:
            codes = back if kind.withdraw else again if kind.then else said
            words = kept.get(kind.name) or self._words(cases[kind.name])
            found[kind.name] = Held(words, codes.get(kind.name, ""))
        return found

    def _case(self, kind: Kind, number: int, classroom: Any) -> Case:
        code = f"K{number:03d}-kind"
        members = {"maxPoints": 100, "dueDate": {"year": 2026, "month": 10, "day": 1 + number}, **kind.work}
        given = {name: value for name, value in members.items() if value is not None}
        work = classroom.do("add_work", course_id=self.made.course_id, title=f"{code} {kind.name}"[:30], **given)
        return Case(
            code=code,
            course_id=self.made.course_id,
            work_id=str(work["id"]),
            user_id=self.user_id,
            email=self.email,
            classroom=classroom,
            excuse=partial(self._excuse, str(work["id"])),
        )

    def _excuse(self, work_id: str, on: bool) -> None:
        made = self.made
        students.mark_excused(made.ctx, made.teacher, made.course_id, self.user_id, work_id, on=on)

    def _read(self) -> str:
        preview = grades.preview(self.made.ctx, self.made.teacher, self.made.course_id)
        self.made.wait(preview)
        return preview

    def _export(self, *, withdraw: bool = False) -> ExportDetails:
        made = self.made
        choices = grades.ExportChoices(withdraw=withdraw)
        run_id = grades.export(made.ctx, made.teacher, self._read(), choices)
        made.wait(run_id)
        return grades.details(made.ctx, made.teacher, run_id)

    def _said(self, details: ExportDetails, cases: Mapping[str, Case]) -> dict[str, str]:
        """The outcome of this student's grade of each kind in an export."""
        kinds = {case.work_id: name for name, case in cases.items()}
        return {
            kinds[item.course_work_id]: line.said.code
            for item in details.assignments
            for line in item.lines
            if item.course_work_id in kinds and line.user_id == self.user_id and line.said
        }

    def _words(self, case: Case) -> str:
        with self.made.stage.sis.control() as control:
            found = control.grades(self.made.stage.made_up.demo_sections[0])
        mine = [one for one in found if (one.student_email or "").casefold() == self.email.casefold()]
        return ", ".join(_shown(one) for one in mine if one.title.startswith(case.code)) or "nothing"


def _shown(one: Grade) -> str:
    score = "no score" if one.score is None else show(one.score)
    return score if same_status(one.score_status, GRADED) else f"{score}, {one.score_status}"
