"""What a made-up SIS holds, counted and listed apart from its API, and written as by another hand."""

import threading
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from classbridge.oneroster.models import Category, LineItem, Record, Ref, Result, User, Version
from classbridge.oneroster.provider import SqlSource
from classbridge.oneroster.provider.errors import invalid
from classbridge.oneroster.provider.fields import entity_of
from classbridge.oneroster.provider.selection import Condition, Is
from classbridge.oneroster.provider.tables import tables
from classbridge.oneroster.roots import Roots
from classbridge.sandbox.faults import FaultBoard
from classbridge.sandbox.sis.population import classes_of_year

CODE_LENGTH = 12
"""Seeded assignments carry a code of their own in the first characters of their title."""
_COUNTED = {"lineItem": "line_item", "result": "result"}
_WRITES = ("put_line_item", "put_result", "delete_result", "delete_line_item")


class Grade(Struct, frozen=True, kw_only=True):
    """One result, as a person would read it in the gradebook."""

    class_id: str
    line_item_id: str
    title: str
    result_id: str
    student_id: str
    student_email: str | None
    score: Decimal | None
    score_status: str


class Item(Struct, frozen=True, kw_only=True):
    """One line item, as a person would read it at the head of a column of the gradebook."""

    class_id: str
    sourced_id: str
    title: str
    maximum: Decimal | None
    due_date: datetime | None
    category: str | None
    """Its category's title."""


class NewLineItem(Struct, frozen=True, kw_only=True):
    """A line item as another tool or a teacher makes it, and its scores by student."""

    class_id: str
    title: str
    due_date: datetime
    result_value_max: Decimal
    category_id: str | None = None
    scores: dict[str, Decimal] = {}


class SisSource(SqlSource):
    """The records of a made-up SIS: counts the writes that came through its API and lies where a fault says so."""

    def __init__(
        self,
        engine: sa.Engine,
        roots: Mapping[Version, str | Roots],
        board: FaultBoard,
        *,
        deletes_mark: bool = False,
    ) -> None:
        super().__init__(engine, roots)
        self.assigned: dict[str, str] = {}
        """The sourcedIds that the SIS gave in place of those that were asked for."""
        self.through_api: set[str] = set()
        """The sourcedIds of the line items that came through the API."""
        self.refused_students: set[str] = set()
        self._deletes_mark = deletes_mark
        self._board = board
        self._counts = Counter[str]()
        self._planted: dict[tuple[str, str], list[str]] = {}
        self._counting = threading.Lock()

    def load(self, records: Iterable[Record]) -> int:
        """Add the records that the SIS starts with; its homonyms are remembered as planted."""
        count = super().load(records)
        self._planted = {key: ids for key, ids in self._by_code().items() if len(ids) > 1}
        return count

    def put(self, record: Record) -> bool:
        """Store a record that came through the API, unless a fault is on."""
        if isinstance(record, Result):
            if refused := self._board.take("refuse-student"):
                raise invalid(f"The student cannot be given a score here ({refused.name}).")
            if self._board.take("drop-write"):
                return self.record("result", record.sourced_id) is None
            if record.score is not None and (other := self._board.take("change-score")):
                record.score = Decimal(str(other.value)) if other.value is not None else record.score + 1
        created = super().put(record)
        self._count("put", entity_of(record))
        if isinstance(record, LineItem):
            self.through_api.add(record.sourced_id)
        return created

    def delete(self, entity: str, sourced_id: str) -> bool:
        """Take a record away that the API was asked to delete, or mark it."""
        deleted = self._mark(entity, sourced_id) if self._deletes_mark else super().delete(entity, sourced_id)
        if deleted:
            self._count("delete", entity)
        return deleted

    def _mark(self, entity: str, sourced_id: str) -> bool:
        record = self.record(entity, sourced_id)
        if record is None or not record.active:
            return False
        record.status = "tobedeleted"
        record.date_last_modified = datetime.now(UTC)
        super().put(record)
        return True

    def roll_over(self) -> int:
        """Take the latest school year's classes and enrollments away, as a roll-over does; how many classes."""
        records = [record for entity in ("academicSession", "class") for record in self.records(entity)]
        gone = classes_of_year(records, last=True)
        for class_id in gone:
            for enrollment in self.records("enrollment", (Is("class.sourcedId", class_id),)):
                super().delete("enrollment", enrollment.sourced_id)
            super().delete("class", class_id)
        return len(gone)

    def _count(self, verb: str, entity: str) -> None:
        if entity in _COUNTED:
            with self._counting:
                self._counts[f"{verb}_{_COUNTED[entity]}"] += 1

    def state(self) -> dict[str, Any]:
        """How many line items and results there are, how many are duplicates, and the writes so far."""
        return {
            "line_items": self._size("lineItem"),
            "results": self._size("result"),
            "duplicates": self._double_line_items() + self._double_results(),
            "writes": {name: self._counts[name] for name in _WRITES},
            "homonyms": [
                {"class": class_id, "code": code, "line_items": ids}
                for (class_id, code), ids in sorted(self._planted.items())
            ],
        }

    def grades(self, class_id: str | None = None) -> list[Grade]:
        """Every result, of one class or of all, with its title and its student's address."""
        where: tuple[Condition, ...] = (Is("class.sourcedId", class_id),) if class_id else ()
        items = {item.sourced_id: item for item in self.records("lineItem", where) if isinstance(item, LineItem)}
        results = [result for result in self.records("result") if isinstance(result, Result)]
        people: dict[str, User | None] = {}
        found = []
        for result in results:
            item = items.get(result.line_item.sourced_id)
            if item is None:
                continue
            student = result.student.sourced_id
            if student not in people:
                user = self.record("user", student)
                people[student] = user if isinstance(user, User) else None
            found.append(_grade(item, result, people[student]))
        return found

    def items(self, class_id: str) -> list[Item]:
        """Every line item of a class that is not deleted."""
        found = self.records("lineItem", (Is("class.sourcedId", class_id),))
        return [self._item(one) for one in found if isinstance(one, LineItem) and one.active]

    def _item(self, item: LineItem) -> Item:
        category = self.record("category", item.category.sourced_id) if item.category else None
        return Item(
            class_id=item.class_.sourced_id,
            sourced_id=item.sourced_id,
            title=item.title,
            maximum=item.result_value_max,
            due_date=item.due_date,
            category=category.title if isinstance(category, Category) else None,
        )

    def change_score(self, result_id: str, score: Decimal | None, score_status: str | None = None) -> bool:
        """Change a result as a teacher would in the SIS itself; False when there is none."""
        result = self.record("result", result_id)
        if not isinstance(result, Result):
            return False
        result.score = score
        result.score_status = score_status or result.score_status
        result.date_last_modified = datetime.now(UTC)
        super().put(result)
        return True

    def add_line_item(self, new: NewLineItem) -> str:
        """Add a line item and its results under random ids, as another tool would; returns the line item's id."""
        now = datetime.now(UTC)
        item = LineItem(
            sourced_id=str(uuid.uuid4()),
            date_last_modified=now,
            title=new.title,
            class_=Ref(sourced_id=new.class_id, type="class"),
            assign_date=now,
            due_date=new.due_date,
            result_value_min=Decimal(0),
            result_value_max=new.result_value_max,
            category=Ref(sourced_id=new.category_id, type="category") if new.category_id else None,
        )
        super().put(item)
        for student, score in new.scores.items():
            super().put(
                Result(
                    sourced_id=str(uuid.uuid4()),
                    date_last_modified=now,
                    line_item=Ref(sourced_id=item.sourced_id, type="lineItem"),
                    student=Ref(sourced_id=student, type="user"),
                    score_status="fully graded",
                    score=score,
                    score_date=now.date(),
                )
            )
        return item.sourced_id

    def _size(self, entity: str) -> int:
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(tables[entity])) or 0

    def _by_code(self) -> dict[tuple[str, str], list[str]]:
        columns = tables["lineItem"].c
        rows = sa.select(columns.class_sourced_id, columns.title, columns.sourced_id)
        found = defaultdict(list)
        with self.engine.connect() as connection:
            for class_id, title, sourced_id in connection.execute(rows):
                found[class_id, title[:CODE_LENGTH]].append(sourced_id)
        return found

    def _double_line_items(self) -> int:
        found = self._by_code().items()
        return sum(max(0, len(ids) - len(self._planted.get(key, ids[:1]))) for key, ids in found)

    def _double_results(self) -> int:
        results = tables["result"]
        together = (results.c.line_item_sourced_id, results.c.student_sourced_id)
        more = sa.func.count() - 1
        counts = sa.select(more).select_from(results).group_by(*together).having(more > 0)
        with self.engine.connect() as connection:
            return sum(connection.scalars(counts))


def _grade(item: LineItem, result: Result, student: User | None) -> Grade:
    return Grade(
        class_id=item.class_.sourced_id,
        line_item_id=item.sourced_id,
        title=item.title,
        result_id=result.sourced_id,
        student_id=result.student.sourced_id,
        student_email=student.email if student else None,
        score=result.score,
        score_status=result.score_status,
    )
