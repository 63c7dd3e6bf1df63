"""Made-up linked classes of any size, written straight into a store: the same every time."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec import Struct

from classbridge.bridge.policy import Actor, Role
from classbridge.service import sign_in
from classbridge.service.context import Context
from classbridge.store import accounts, classrooms, connections, districts, tables
from classbridge.store.rows import Rows
from classbridge.store.types import folded

SIDE = "bench"
TEACHER = "teacher@bench.example"
NOWHERE = "http://127.0.0.1:9"
GIVEN = ("Åsa", "Björn", "Öyvind", "Zoë", "Ana", "Nils", "Maja", "Omar")
FAMILY = ("Ahlgren", "Ekström", "Österberg", "Muñoz", "O'Neill", "Lind", "Sandh-Roth", "Yılmaz")


class Size(Struct, frozen=True, kw_only=True):
    """How many classes, and in each how many students and assignments."""

    classes: int
    students: int
    assignments: int


def seed(ctx: Context, size: Size, password: str = "") -> Actor:
    """Make a district with a teacher of such classes, exported but for one grade in a hundred; who they are."""
    now = ctx.now()
    district = districts.create(ctx.database, name="Bench", time_zone="Europe/Stockholm", language="en", at=now)
    person = accounts.create(ctx.database, email=TEACHER, name="Eva Lind", at=now)
    accounts.grant_role(ctx.database, district.id, person.id, Role.TEACHER)
    if password:
        accounts.set_password_hash(ctx.database, person.id, sign_in.hasher.hash(password))
    with ctx.database.district(district.id).write() as rows:
        classrooms.save(rows, ctx.sealer, SIDE, {}, base_url=NOWHERE, admin_email=TEACHER, at=now)
        connection_id = connections.create(rows, vendor="generic", version="1.2", at=now).id
        connections.set_connected(rows, connection_id, now)
        connections.confirm_kinds(rows, connection_id, ["grades"], offered=["grades"], by=person.id, at=now)
        for number in range(size.classes):
            _Class(rows, connection_id, number, size, now).write()
    roles = frozenset({Role.TEACHER})
    return Actor(account_id=person.id, email=TEACHER, district_id=district.id, roles=roles)


class _Class:
    """One class on both sides, with its section, its grades and what was sent of them."""

    def __init__(self, rows: Rows, connection_id: str, number: int, size: Size, now: datetime) -> None:
        self.rows, self.connection_id, self.size, self.now = rows, connection_id, size, now
        self.course_id, self.class_id = f"course-{number}", f"class-{number}"
        self.chance = random.Random(number)  # noqa: S311 # nothing secret

    def write(self) -> None:
        """Add the rows of the class."""
        tables_ = (
            (tables.gc_course, self._course()),
            (tables.gc_member, self._members()),
            (tables.gc_course_work, self._work()),
            (tables.sis_class, self._section()),
            (tables.sis_user, self._users()),
            (tables.sis_enrollment, self._enrollments()),
            (tables.class_link, self._link()),
            (tables.line_item, self._line_items()),
        )
        for table, made in tables_:
            self.rows.insert(table, list(made))
        self._grades()

    def _of_course(self, **values: Any) -> dict[str, Any]:
        return {"side": SIDE, "course_id": self.course_id, "as_of": self.now, **values}

    def _of_sis(self, sourced_id: str, **values: Any) -> dict[str, Any]:
        return {
            "connection_id": self.connection_id,
            "sourced_id": sourced_id,
            "status": "active",
            tables.SEEN: "bench",
            **values,
        }

    def _course(self) -> Iterator[dict[str, Any]]:
        yield {
            "side": SIDE,
            "id": self.course_id,
            "name": f"Biology {self.course_id}",
            "section": None,
            "owner_id": "teacher",
            "course_state": "ACTIVE",
            "alternate_link": None,
            "as_of": self.now,
        }

    def _people(self) -> Iterator[tuple[str, str, str, str]]:
        for at in range(self.size.students):
            key = f"{self.course_id}-{at}"
            yield key, GIVEN[at % 8], FAMILY[at // 8 % 8], f"{key}@bench.example"

    def _members(self) -> Iterator[dict[str, Any]]:
        for key, given, family, email in [*self._people(), ("teacher", "Eva", "Lind", TEACHER)]:
            role = "teachers" if email == TEACHER else "students"
            named = {"given_name": given, "family_name": family, "email": email, "email_folded": folded(email)}
            yield self._of_course(role=role, user_id=key, **named)

    def _work(self) -> Iterator[dict[str, Any]]:
        for at in range(self.size.assignments):
            due = self.now - timedelta(days=at)
            link = f"https://classroom.example/c/{self.course_id}/a/{at}/details"
            yield self._of_course(
                id=f"work-{at:03}",
                title=f"Assignment {at + 1}: what a cell is made of and how it divides",
                state="PUBLISHED",
                max_points=Decimal(20),
                due_at=due,
                due_time_given=True,
                created_at=due - timedelta(days=7),
                grade_category=None,
                assignee_mode="ALL_STUDENTS",
                alternate_link=link,
            )

    def _section(self) -> Iterator[dict[str, Any]]:
        named = {"title": f"Biology {self.class_id}", "class_code": self.class_id}
        yield self._of_sis(self.class_id, **named, course_id=None, school_id=None, term_ids=[])

    def _users(self) -> Iterator[dict[str, Any]]:
        for key, given, family, email in self._people():
            named = {"given_name": given, "family_name": family, "email": email, "email_folded": folded(email)}
            more: dict[str, Any] = {
                "identifier": key,
                "username": None,
                "enabled": True,
                "roles": [],
                "protected": False,
            }
            yield self._of_sis(f"sis-{key}", **named, **more)

    def _enrollments(self) -> Iterator[dict[str, Any]]:
        for key, *_ in self._people():
            place = {"class_id": self.class_id, "user_id": f"sis-{key}", "role": "student", "is_primary": None}
            yield self._of_sis(f"place-{key}", **place, begin_date=None, end_date=None)

    def _link(self) -> Iterator[dict[str, Any]]:
        section = {"connection_id": self.connection_id, "class_id": self.class_id}
        yield {"side": SIDE, "course_id": self.course_id, **section, "linked_by": "bench", "linked_at": self.now}

    def _line_items(self) -> Iterator[dict[str, Any]]:
        for at in range(self.size.assignments):
            yield {
                "connection_id": self.connection_id,
                "side": SIDE,
                "course_id": self.course_id,
                "course_work_id": f"work-{at:03}",
                "class_id": self.class_id,
                "generation": 0,
                "requested_id": self._item(at),
                "sourced_id": self._item(at),
                "adopted": False,
                "title": f"Assignment {at + 1}",
                "sent": {},
                "sent_at": self.now,
            }

    def _item(self, at: int) -> str:
        return f"item-{self.course_id}-{at:03}"

    def _grades(self) -> None:
        """Every student's submission; of those that were returned, what we sent and what the SIS holds."""
        submissions, sent, held = [], [], []
        for at in range(self.size.assignments):
            for key, *_ in self._people():
                drawn = self.chance.random()
                score = Decimal(self.chance.randrange(41)) / 2 if drawn > 0.1 else None
                submissions.append(self._submission(at, key, score, late=drawn > 0.95))
                if score is not None and drawn > 0.11:
                    sent.append(self._sent(at, key, score))
                    held.append(self._held(at, key, Decimal(1) if drawn > 0.99 else score))
        self.rows.insert(tables.gc_submission, submissions)
        self.rows.insert(tables.result, sent)
        self.rows.insert(tables.sis_result, held)

    def _submission(self, at: int, key: str, score: Decimal | None, *, late: bool) -> dict[str, Any]:
        return self._of_course(
            course_work_id=f"work-{at:03}",
            id=f"submission-{at}-{key}",
            user_id=key,
            state="NEW" if score is None else "RETURNED",
            late=late or score is None,
            assigned_grade=score,
            has_draft_grade=False,
            alternate_link=None,
        )

    def _sent(self, at: int, key: str, score: Decimal) -> dict[str, Any]:
        return {
            "connection_id": self.connection_id,
            "line_item_id": self._item(at),
            "student_id": f"sis-{key}",
            "requested_id": f"result-{at}-{key}",
            "sourced_id": f"result-{at}-{key}",
            "ours": True,
            "score": score,
            "score_status": "fully graded",
            "sent_at": self.now,
            "verified_at": self.now,
        }

    def _held(self, at: int, key: str, score: Decimal) -> dict[str, Any]:
        grade = {"score": score, "score_status": "fully graded"}
        return self._of_sis(f"result-{at}-{key}", line_item_id=self._item(at), student_id=f"sis-{key}", **grade)
