"""Students: found by name, and one of a class."""

from litestar import get, put
from litestar.params import JSONBody
from msgspec import Struct

from classbridge.service import finding, students
from classbridge.service.finding import Found, StudentView
from classbridge.service.students import StudentPage
from classbridge.web.given import Asked, Ctx, Id, Who

ONE = "/classes/{course_id:str}/students/{user_id:str}"


class Excused(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a student is excused from an assignment."""

    course_work_id: str
    excused: bool


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A section of the SIS that the student is in."""

    class_id: str


@get("/students", sync_to_thread=True)
def find(ctx: Ctx, actor: Who, q: Asked = None) -> Found:
    """Find students of the actor's classes by name or address, at most 50."""
    return finding.search(ctx, actor, q or "")


@get("/students/{user_id:str}", sync_to_thread=True)
def found(ctx: Ctx, actor: Who, user_id: Id) -> StudentView:
    """Give every grade of a student, on both sides, in each class that the actor may see."""
    return finding.view(ctx, actor, user_id)


@get(ONE, sync_to_thread=True)
def one(ctx: Ctx, actor: Who, course_id: Id, user_id: Id) -> StudentPage:
    """Give every grade of a student, in Classroom and in the SIS."""
    return students.page(ctx, actor, course_id, user_id)


@put(ONE + "/excused", sync_to_thread=True)
def mark_excused(ctx: Ctx, actor: Who, course_id: Id, user_id: Id, data: JSONBody[Excused]) -> StudentPage:
    """Mark a student as excused from an assignment, or take that back; the next export sends it."""
    students.mark_excused(ctx, actor, course_id, user_id, data.course_work_id, on=data.excused)
    return students.page(ctx, actor, course_id, user_id)


@put(ONE + "/section", sync_to_thread=True)
def choose_section(ctx: Ctx, actor: Who, course_id: Id, user_id: Id, data: JSONBody[Section]) -> StudentPage:
    """Choose which of several linked sections a student's grades go to, from the next preview on."""
    students.choose_section(ctx, actor, course_id, user_id, data.class_id)
    return students.page(ctx, actor, course_id, user_id)


ROUTES = (find, found, one, mark_excused, choose_section)
