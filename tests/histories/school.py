"""A class of two sections with a real worker, SIS and Classroom, where histories are played."""

import os
import signal
from decimal import Decimal
from itertools import count

from classbridge.bridge.equality import EXEMPT
from classbridge.jobs.worker import WorkerProcess
from classbridge.oneroster.models import Enrollment, Ref
from classbridge.oneroster.provider.selection import Is
from classbridge.sandbox.classroom.hand import Hand
from classbridge.sandbox.sis.state import Grade
from classbridge.service import classes, grades, linking, students, undo
from classbridge.store.tables import grade_answer
from tests.chaos.school import School, wait_for
from tests.histories.model import Model, Place, Value
from tests.histories.steps import FAULTS, STUDENTS, WORKS, Step
from tests.installation import Installation
from tests.service.test_reconnecting import disconnect, reconnect

END = ("done", "held", "failed", "cancelled")
CODE = 10
CLASSROOM = frozenset(("grade", "draft", "take_away", "delete_work", "excuse", "rename", "set_maximum"))
"""Steps that need the assignment in Classroom."""


class Class:
    """The linked class, and its students who are in one section only."""

    def __init__(self, school: School) -> None:
        self.made: Installation = school.made
        self.sections = self.made.stage.made_up.demo_sections[:2]
        self.hand = Hand(self.made.stage.classroom.state, self.made.stage.classroom.tokens)
        self.course_id = self.made.course_id
        self.numbers = count()
        row = next(row for row in classes.class_list(self.made.ctx, self.made.teacher).rows if row.sis_classes)
        both = [(row.sis_classes[0].connection_id, one) for one in self.sections]
        linking.link(self.made.ctx, self.made.teacher, self.course_id, both)
        self.students = self._students()

    def _students(self) -> list[str]:
        source, classroom = self.made.stage.sis.source, self.made.stage.classroom.state
        members = classroom.courses[self.course_id].students
        addresses = {classroom.accounts[user_id].email.casefold() for user_id in members}
        places: dict[str, list[str]] = {}
        for section in self.sections:
            for one in self._enrolled(section):
                user = source.record("user", one.user.sourced_id)
                places.setdefault(str(getattr(user, "email", "") or "").casefold(), []).append(section)
        found = sorted(email for email, at in places.items() if at == [self.sections[0]] and email in addresses)
        return found[:STUDENTS]

    def _enrolled(self, section: str) -> list[Enrollment]:
        found = self.made.stage.sis.source.records("enrollment", (Is("class.sourcedId", section),))
        return [one for one in found if isinstance(one, Enrollment) and one.role == "student" and one.active]

    def move(self, email: str, section: str) -> None:
        """Give a student another section in the SIS, in place of the one that is theirs."""
        source = self.made.stage.sis.source
        for earlier in self.sections:
            for one in self._enrolled(earlier):
                if (getattr(source.record("user", one.user.sourced_id), "email", "") or "").casefold() == email:
                    one.class_ = Ref(sourced_id=section, type="class")
                    source.put(one)

    def held(self) -> list[Grade]:
        """Every result of the SIS."""
        return self.made.stage.sis.source.grades()


class History:
    """One history: new assignments, a model, and the steps that change both."""

    def __init__(self, played: Class, worker: WorkerProcess) -> None:
        self.played, self.made, self.worker = played, played.made, worker
        self.before = {one.result_id: one for one in played.held()}
        for student in played.students:
            played.move(student, played.sections[0])
        self.ids: dict[str, str] = {}
        for number in (next(played.numbers) for _ in range(WORKS)):
            code = f"H{number:04d}-hist"
            due = {"year": 2026, "month": 10, "day": 1 + number % 28}
            work = played.hand.add_work(played.course_id, f"{code} Quiz", maxPoints=100, dueDate=due)
            self.ids[code] = str(work["id"])
        self.codes = list(self.ids)
        self.heads = {code: (f"{code} Quiz", Decimal(100)) for code in self.codes}
        self._preview()  # an assignment is known here, and can be excused from, once it was read
        self.model = Model(self.codes, dict.fromkeys(played.students, played.sections[0]))
        self.last: tuple[str, dict[Place, Value], dict[Place, Value]] | None = None

    def play(self, step: Step) -> None:
        """Do one step on both sides: for real, and in the model."""
        code, student = self.codes[step.work], self.played.students[step.student]
        if step.do in CLASSROOM and code in self.model.deleted:
            return
        getattr(self, f"_{step.do}")(code, student, step.value)

    def _points(self, code: str, student: str, points: int | None, *, returned: bool = True) -> None:
        self.played.hand.grade(self.played.course_id, self.ids[code], student, points, returned)

    def _grade(self, code: str, student: str, value: int) -> None:
        self._points(code, student, value)
        self.model.grades[code, student] = Decimal(value)

    def _draft(self, code: str, student: str, value: int) -> None:
        self._points(code, student, value, returned=False)

    def _take_away(self, code: str, student: str, _: int) -> None:
        self._points(code, student, None)
        self.model.grades.pop((code, student), None)

    def _drift(self, code: str, student: str, value: int) -> None:
        place = self.model.place(code, student)
        for one in self.played.held():
            if self._place(one) == place:
                self.made.stage.sis.source.change_score(one.result_id, Decimal(value))
                self.model.cell(place).sis = (Decimal(value), one.score_status == EXEMPT)

    def _move(self, _: str, student: str, __: int) -> None:
        first, second = self.played.sections
        section = second if self.model.sections[student] == first else first
        self.played.move(student, section)
        self.model.sections[student] = section

    def _excuse(self, code: str, student: str, value: int) -> None:
        user_id = self.made.stage.classroom.state.by_email[student].id
        place = (self.made.ctx, self.made.teacher, self.played.course_id, user_id, self.ids[code])
        students.mark_excused(*place, on=bool(value))
        change = self.model.excused.add if value else self.model.excused.discard
        change((code, student))

    def _rename(self, code: str, _: str, value: int) -> None:
        self._edit(code, f"{code} Quiz {value}", self.heads[code][1])

    def _set_maximum(self, code: str, _: str, value: int) -> None:
        self._edit(code, self.heads[code][0], Decimal(50 if value else 100))

    def _edit(self, code: str, title: str, maximum: Decimal) -> None:
        self.played.hand.edit_work(self.played.course_id, self.ids[code], title=title, maxPoints=int(maximum))
        self.heads[code] = (title, maximum)

    def _delete_work(self, code: str, _: str, __: int) -> None:
        self.played.hand.delete_work(self.played.course_id, self.ids[code])
        self.model.deleted.add(code)

    def _undo(self, _: str, __: str, value: int) -> None:
        """Undo the last export, its worker killed in the middle; one of another connection cannot be."""
        if self.last is None or any(cell.doubtful for cell in self.model.cells.values()):
            return
        (export_id, before, after), self.last = self.last, None
        ctx, teacher = self.made.ctx, self.made.teacher
        preview = undo.preview(ctx, teacher, export_id)
        self.made.wait(preview)
        run_id = undo.undo(ctx, teacher, preview)
        if value:
            self._kill(run_id, value)
        ended = wait_for(lambda: found if (found := self.made.run(run_id)).state in END else None)
        assert ended.state == "done"
        self.model.undone(before, after)
        assert self.values() == {at: cell.sis for at, cell in self.model.cells.items() if cell.sis is not None}

    def _reconnect(self, _: str, __: str, ___: int) -> None:
        self.last = None
        disconnect(self.made)
        reconnect(self.made)

    def _export(self, _: str, __: str, value: int) -> None:
        self.export(overwrite=bool(value & 1), withdraw=bool(value & 2))

    def _keep(self, _: str, __: str, value: int) -> None:
        self.export(keep=True, withdraw=bool(value))

    def _crash(self, _: str, __: str, value: int) -> None:
        self.export(kill_at=value)

    def _misbehave(self, _: str, __: str, value: int) -> None:
        self.export(fault=FAULTS[value])

    def export(
        self,
        *,
        overwrite: bool = False,
        keep: bool = False,
        withdraw: bool = False,
        kill_at: int | None = None,
        fault: str = "",
    ) -> None:
        """Preview and export both assignments, and compare the SIS with what the model allows."""
        ctx, teacher = self.made.ctx, self.made.teacher
        preview = self._preview()
        shown = grades.previewed(ctx, teacher, preview)
        assert shown is not None
        if shown.notes:
            # More at once, or in a week, than half of the class's grades: an admin's to decide.
            assert {note.code for note in shown.notes} == {"WITHDRAWALS_HELD"}
            withdraw = False
        if fault:
            self.made.stage.sis.board.switch_on(fault, count=1)
        if keep:
            self.model.keep()
        choices = grades.ExportChoices(overwrite=overwrite, keep=keep, withdraw=withdraw)
        before = self.values()
        run_id = grades.export(ctx, teacher, preview, choices)
        if kill_at is not None:
            self._kill(run_id, kill_at)
        ended = wait_for(lambda: found if (found := self.made.run(run_id)).state in END else None)
        self.made.stage.sis.board.switch_off()
        assert fault or ended.state == "done"
        self._compare(overwrite=overwrite, withdraw=withdraw, faulty=bool(fault))
        self.last = (run_id, before, self.values())

    def _preview(self) -> str:
        course_id, works = self.played.course_id, list(self.ids.values())
        preview = grades.preview(self.made.ctx, self.made.teacher, course_id, works)
        self.made.wait(preview)
        return preview

    def _kill(self, run_id: str, done: int) -> None:
        wait_for(lambda: (now := self.made.run(run_id)).done >= done or now.state in END or None)
        if (pid := self.worker.pid) is not None:
            os.kill(pid, signal.SIGKILL)
            wait_for(lambda: self.worker.pid not in (None, pid) or None)

    def _compare(self, *, overwrite: bool, withdraw: bool, faulty: bool) -> None:
        allowed = self.model.allowed(overwrite=overwrite, withdraw=withdraw, faulty=faulty)
        found = self.values()
        for place, values in allowed.items():
            score, excused = self.model.wanted().get(place) or (None, False)
            odd = faulty and found.get(place) == (Decimal(1) + (score or 0), excused)
            assert found.get(place) in values or odd, (place, found.get(place), values)
        assert set(found) <= set(allowed)
        self.model.arrived(found, withdraw=withdraw, faulty=faulty)

    def _place(self, one: Grade) -> Place:
        return one.title[:CODE], (one.student_email or "").casefold(), one.class_id

    def values(self) -> dict[Place, Value]:
        """What the SIS holds of these assignments; fails where it holds one twice."""
        mine = [one for one in self.played.held() if one.title[:CODE] in self.ids]
        assert len({self._place(one) for one in mine}) == len(mine)
        held = [one for one in mine if one.score is not None or one.score_status == EXEMPT]
        return {self._place(one): (one.score, one.score_status == EXEMPT) for one in held}

    def _ask_again(self) -> None:
        """Take back what was said of values that stand."""
        with self.made.ctx.district(self.made.teacher).write() as rows:
            rows.delete(grade_answer)
        for cell in self.model.cells.values():
            cell.kept, cell.kept_in_doubt = None, False

    def end(self) -> None:
        """Export all that may be exported: then both sides are equal, but for what waits for a person."""
        self._ask_again()
        self.export(overwrite=True, withdraw=True)
        found = self.values()
        assert {place: found.get(place) for place in self.model.wanted()} == self.model.wanted()
        assert self.made.stage.sis.source.state()["duplicates"] == 0
        items = [one for section in self.played.sections for one in self.made.stage.sis.source.items(section)]
        for one in items:
            code = one.title[:CODE]
            if code in self.ids and code not in self.model.deleted:
                assert (one.title, one.maximum) == self.heads[code]
        others = {one.result_id: one for one in self.played.held() if one.title[:CODE] not in self.ids}
        assert others == self.before
