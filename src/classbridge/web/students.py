"""Students: found by name, with every class of theirs; and one of a class, with excuses and section."""

from litestar import Response, get, post
from litestar.response import Redirect

from classbridge.service import finding, students
from classbridge.web.given import Asked, Ctx, Id, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest

ONE = "/classes/{course_id:str}/students/{user_id:str}"


@get("/students", sync_to_thread=True)
def find(request: PageRequest, ctx: Ctx, actor: Who, q: Asked = None) -> Response[bytes]:
    """Students of the reader's classes, by name or address."""
    wanted = (q or "").strip()
    return render(request, "students/find.html", wanted=wanted, found=finding.search(ctx, actor, wanted))


@get("/students/{user_id:str}", sync_to_thread=True)
def found(request: PageRequest, ctx: Ctx, actor: Who, user_id: Id) -> Response[bytes]:
    """One student with every class of theirs that the reader may see."""
    return render(request, "students/one.html", student=finding.view(ctx, actor, user_id))


@get(ONE, sync_to_thread=True)
def student_page(request: PageRequest, ctx: Ctx, actor: Who, course_id: Id, user_id: Id) -> Response[bytes]:
    """Every assignment with the grade in Classroom, in the SIS, and when that was verified."""
    return render(request, "classes/student.html", page=students.page(ctx, actor, course_id, user_id))


@post(ONE + "/excused", sync_to_thread=True)
def mark_excused(ctx: Ctx, actor: Who, course_id: Id, user_id: Id, form: Sent) -> Redirect:
    """Mark the student as excused from an assignment, or take that back."""
    work_id, on = form.text("course_work"), form.text("excused") == "yes"
    students.mark_excused(ctx, actor, course_id, user_id, work_id, on=on)
    return see(f"/classes/{course_id}/students/{user_id}", "excused")


@post(ONE + "/section", sync_to_thread=True)
def choose_section(ctx: Ctx, actor: Who, course_id: Id, user_id: Id, form: Sent) -> Redirect:
    """Choose which of several sections the student's grades go to."""
    students.choose_section(ctx, actor, course_id, user_id, form.text("section"))
    return see(f"/classes/{course_id}/students/{user_id}", "section")


ROUTES = (find, found, student_page, mark_excused, choose_section)
