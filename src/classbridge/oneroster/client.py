"""The OneRoster client: the calls that a Classroom integration makes, by name, in 1.1 and 1.2."""

import msgspec

from classbridge.oneroster.errors import NotFound, OneRosterError
from classbridge.oneroster.models import (
    AcademicSession,
    Category,
    Class,
    Course,
    Enrollment,
    LineItem,
    Org,
    Result,
    User,
)
from classbridge.oneroster.query import Filter, where
from classbridge.oneroster.reader import Collection, R, path_of
from classbridge.oneroster.writer import Writer
from classbridge.oneroster.writing import CANNOT, Deleted, Written

_ACTIVE = where("status", "=", "active")
_ABOVE_SCHOOLS = {"district", "state", "national"}


class Client(Writer):
    """One server, one version, one credential. Use as an async context manager, on one event loop.

    Every call raises `OneRosterError`s: `Unreachable`, `TimedOut`, `AuthenticationFailed`, `Forbidden` and so on.
    """

    async def teachers(self, *, limit: int | None = None) -> Collection[User]:
        """Read all teachers; with limit 1 it is a probe of the connection."""
        return await self.read_all("teachers", User, limit=limit)

    async def students(self) -> Collection[User]:
        """Read all students."""
        return await self.read_all("students", User)

    async def teacher_by_email(self, email: str) -> list[User]:
        """Find teachers by e-mail, without regard to case; a sound SIS gives exactly one (Q43)."""
        for spelling in dict.fromkeys((email, email.lower())):
            found = await self.read_all("teachers", User, filter=where("email", "=", spelling))
            if found.records:
                return found.records
        return []

    async def users(self, filter: Filter | None = None) -> Collection[User]:  # noqa: A002 - the standard's name
        """Read all users."""
        return await self.read_all("users", User, filter=filter)

    async def orgs(self) -> Collection[Org]:
        """Read all organisations."""
        return await self.read_all("orgs", Org)

    async def schools(self) -> Collection[Org]:
        """Read all schools; where there is no such route, all organisations below the district (Q21)."""
        try:
            return await self.read_all("schools", Org)
        except NotFound:
            orgs = await self.orgs()
        return _kept(orgs, [org for org in orgs.records if org.type not in _ABOVE_SCHOOLS])

    async def courses(self) -> Collection[Course]:
        """Read all courses."""
        return await self.read_all("courses", Course)

    async def academic_sessions(self) -> Collection[AcademicSession]:
        """Read all school years, terms and grading periods."""
        return await self.read_all("academicSessions", AcademicSession)

    async def terms(self) -> Collection[AcademicSession]:
        """Read all terms."""
        return await self.read_all("terms", AcademicSession)

    async def grading_periods_of_term(self, term_id: str) -> Collection[AcademicSession]:
        """Read a term's grading periods."""
        return await self.read_all(path_of("terms", term_id, "gradingPeriods"), AcademicSession)

    async def enrollments(self, filter: Filter | None = None) -> Collection[Enrollment]:  # noqa: A002
        """Read all enrolments."""
        return await self.read_all("enrollments", Enrollment, filter=filter)

    async def classes(self, filter: Filter | None = None) -> Collection[Class]:  # noqa: A002
        """Read all classes."""
        return await self.read_all("classes", Class, filter=filter)

    async def class_(self, class_id: str) -> Class:
        """Read one class."""
        return await self.get(path_of("classes", class_id), Class)

    async def classes_of_teacher(self, teacher_id: str) -> Collection[Class]:
        """Read the active classes of a teacher."""
        return await self.read_all(path_of("teachers", teacher_id, "classes"), Class, filter=_ACTIVE)

    async def students_of_class(self, class_id: str) -> Collection[User]:
        """Read a class's students."""
        return await self.read_all(path_of("classes", class_id, "students"), User)

    async def teachers_of_class(self, class_id: str) -> Collection[User]:
        """Read a class's teachers."""
        return await self.read_all(path_of("classes", class_id, "teachers"), User)

    async def enrollments_of_class(self, class_id: str, *, school_id: str | None = None) -> Collection[Enrollment]:
        """Read a class's enrolments: by its school's route when the school is given, else by a filter."""
        if school_id:
            path = path_of("schools", school_id, "classes", class_id, "enrollments")
            return await self.read_all(path, Enrollment)
        return await self.enrollments(where("class.sourcedId", "=", class_id))

    async def categories(self) -> Collection[Category]:
        """Read all grade categories."""
        return await self.read_all("categories", Category)

    async def categories_of_class(self, class_id: str, *, own_route: bool = True) -> Collection[Category]:
        """Read the grade categories that a class may use (Q25).

        Where the class's route is missing: those that name the class in `metadata.classId`, and if none does,
        those that name no class. With `own_route` false it is known to be missing, and not asked for.
        """
        if own_route:
            try:
                return await self.read_all(path_of("classes", class_id, "categories"), Category)
            except OneRosterError as error:
                if not isinstance(error, NotFound) and error.status not in CANNOT:
                    raise
        own = await self.read_all("categories", Category, filter=where("metadata.classId", "=", class_id))
        if own.records:
            return own
        every = await self.categories()
        return _kept(every, [category for category in every.records if "classId" not in category.metadata])

    async def line_items_of_class(self, class_id: str) -> Collection[LineItem]:
        """Read a class's line items."""
        return await self.read_all(path_of("classes", class_id, "lineItems"), LineItem)

    async def results_of_line_item(self, class_id: str, line_item_id: str) -> Collection[Result]:
        """Read the results of one line item of a class."""
        path = path_of("classes", class_id, "lineItems", line_item_id, "results")
        return await self.read_all(path, Result)

    async def line_item(self, sourced_id: str) -> LineItem:
        """Read one line item."""
        return await self.get(path_of("lineItems", sourced_id), LineItem)

    async def result(self, sourced_id: str) -> Result:
        """Read one result."""
        return await self.get(path_of("results", sourced_id), Result)

    async def put_line_item(self, line_item: LineItem) -> Written:
        """Create or replace a line item under its own sourcedId."""
        return await self.put(line_item)

    async def put_result(self, result: Result) -> Written:
        """Create or replace a result under its own sourcedId."""
        return await self.put(result)

    async def delete_line_item(self, sourced_id: str) -> Deleted:
        """Delete a line item."""
        return await self.delete(LineItem, sourced_id)

    async def delete_result(self, sourced_id: str) -> Deleted:
        """Delete a result."""
        return await self.delete(Result, sourced_id)


def _kept(collection: Collection[R], records: list[R]) -> Collection[R]:
    return msgspec.structs.replace(collection, records=records)
