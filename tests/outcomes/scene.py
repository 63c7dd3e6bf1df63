"""A linked class in which each test sets course work of its own, and what an outcome must tell everywhere."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from msgspec.structs import replace

from classbridge.bridge.outcome import Code, Owner, catalogue
from classbridge.oneroster.models import Enrollment, Record, User
from classbridge.oneroster.provider.selection import Is
from classbridge.sandbox.sis.state import Grade, SisSource
from classbridge.service import grades, runs, tuning
from classbridge.service.errors import RefusedError
from classbridge.service.views import ExportDetails, ExportLine, ExportPreview, RunView, Said
from classbridge.store import connections
from classbridge.text import outcomes
from classbridge.text.outcomes import LANGUAGES, explain
from tests.installation import Installation
from tests.service.conftest import Gradebook, matched

DUE = {"year": 2026, "month": 11, "day": 13}
"""A day in the terms of the class."""


def told(said: Said | None, code: Code, owner: Owner) -> Said:
    """The outcome, which is this one, is this person's to act on, and says it whole in every language."""
    assert said is not None
    assert (said.code, catalogue[code].owner) == (code, owner)
    assert set(said.params) == set(catalogue[code].params)
    for language in LANGUAGES:
        words = explain(said.code, said.params, language)
        assert words.owner == outcomes.catalogue(language).owners[owner]
        for sentence in (words.happened, words.meaning, words.fix):
            assert sentence.strip()
            assert "{" not in sentence
    return said


def refused(ask: Callable[[], object]) -> Said:
    """Why a request is refused."""
    with pytest.raises(RefusedError) as raised:
        ask()
    return raised.value.said


class Linked(Installation, frozen=True, kw_only=True):
    """An installation whose linked class is looked up once."""

    linked_id: str

    @property
    def course_id(self) -> str:
        """The linked class."""
        return self.linked_id


class Scene:
    """An installation up to its linked class."""

    def __init__(self, installed: Installation) -> None:
        fields = {name: getattr(installed, name) for name in installed.__struct_fields__}
        self.made = made = Linked(**fields, linked_id=installed.course_id)
        self.course_id = made.course_id
        self._given = frozenset(made.stage.classroom.state.courses[made.course_id].work)
        essay = Gradebook(made, "Cell division essay")
        self.connection_id, self.section = essay.connection_id, essay.section
        self.emails = sorted(matched(essay))
        """The addresses of students who are in Classroom and in the section alike."""

    @property
    def source(self) -> SisSource:
        """What the SIS holds, to be changed as its own people change it."""
        return self.made.stage.sis.source

    @contextmanager
    def changed(self, record: Record, **members: Any) -> Iterator[None]:
        """Meanwhile a record of the SIS is otherwise."""
        self.source.put(replace(record, **members))
        try:
            yield
        finally:
            self.source.put(record)

    def place(self, email: str) -> Enrollment:
        """The place in the section of the student with this address."""
        places = self.source.records("enrollment", (Is("class.sourcedId", self.section),))
        mine = [
            one for one in places if isinstance(one, Enrollment) and self.email_of(one.user.sourced_id) == email
        ]
        assert len(mine) == 1, mine
        return mine[0]

    def person(self, email: str) -> User:
        """The student of the section with this address, as the SIS has them."""
        found = self.source.record("user", self.place(email).user.sourced_id)
        assert isinstance(found, User)
        return found

    def email_of(self, user_id: str) -> str:
        """The address of an active person of the SIS, "" without one."""
        user = self.source.record("user", user_id)
        return (user.email or "").casefold() if isinstance(user, User) and user.active else ""

    def hand(self, action: str, **arguments: Any) -> Any:
        """Do something in Classroom as a person does; the class is the linked one."""
        with self.made.stage.classroom.control() as control:
            return control.do(action, course_id=self.course_id, **arguments)

    def work(self, title: str, points: Mapping[str, float] | None = None, **members: Any) -> Gradebook:
        """Set course work of 100 points, with these grades returned, by the student's address."""
        given = {"maxPoints": 100, "dueDate": DUE, **members}
        self.hand("add_work", title=title, **{name: value for name, value in given.items() if value is not None})
        book = Gradebook(self.made, title)
        for email, value in (points or {}).items():
            book.grade(email, value)
        return book

    @contextmanager
    def taught_by_admin(self) -> Iterator[None]:
        """Meanwhile the administrator whose name classbridge asks in is a co-teacher of the class."""
        who = {"role": "teachers", "user": self.made.stage.made_up.admin_email}
        self.hand("add_member", **who)
        try:
            yield
        finally:
            self.hand("remove_member", **who)

    def tune(self, **rules: str) -> None:
        """Put rules of the SIS's gradebook otherwise, as an admin does; they are the profile's after the test."""
        named = {f"gradebook.{name}": value for name, value in rules.items()}
        tuning.save(self.made.ctx, self.made.admin, self.connection_id, named)

    def tune_reading(self, **settings: str) -> None:
        """Put settings of reading otherwise, as an admin does."""
        tuning.save(self.made.ctx, self.made.admin, self.connection_id, settings)

    def fault(self, name: str, **settings: Any) -> None:
        """Switch a fault of the SIS on, until the test ends."""
        with self.made.stage.sis.control() as control:
            control.switch_on(name, **settings)

    def calm(self) -> None:
        """Switch every fault off, and have the rules of the profile again."""
        self.made.stage.sis.board.switch_off()
        self.made.stage.classroom.board.switch_off()
        with self.made.ctx.district(self.made.admin).write() as rows:
            connections.save_overrides(rows, self.connection_id, {})

    def as_before(self) -> None:
        """Calm, and without the course work of the test, which every later reading would read."""
        self.calm()
        course = self.made.stage.classroom.state.courses[self.course_id]
        course.work = {key: work for key, work in course.work.items() if key in self._given}

    def until(self, run_id: str, *states: str) -> RunView:
        """Wait until a run is in one of these states."""
        for _ in range(2000):
            if (run := runs.view(self.made.ctx, self.made.admin, run_id)).state in states:
                return run
            time.sleep(0.02)
        raise AssertionError(run)

    def preview(self, *books: Gradebook) -> ExportPreview:
        """Preview an export of all these together."""
        run_id = grades.preview(self.made.ctx, self.made.teacher, self.course_id, [book.id for book in books])
        self.made.wait(run_id)
        return books[0].previewed(run_id)

    def user(self, email: str) -> str:
        """The Classroom id of who has this address."""
        account = self.made.stage.classroom.state.account(email)
        assert account is not None
        return account.id

    def line(self, shown: ExportPreview | ExportDetails, email: str, book: Gradebook | None = None) -> ExportLine:
        """The one line of a student, of this work or of all."""
        user_id = self.user(email)
        items = [item for item in shown.assignments if book is None or item.course_work_id == book.id]
        found = [line for item in items for line in item.lines if line.user_id == user_id]
        assert len(found) == 1, found
        return found[0]

    def in_sis(self, book: Gradebook, email: str) -> Grade:
        """What the SIS holds of a student's grade."""
        return next(one for one in book.held() if (one.student_email or "").casefold() == email)


def notices(shown: ExportPreview | ExportDetails, book: Gradebook) -> dict[str, Said]:
    """What is said of the assignment itself, by code."""
    mine = [item for item in shown.assignments if item.course_work_id == book.id]
    return {said.code: said for item in mine for said in item.notices}
