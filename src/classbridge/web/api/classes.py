"""Classes, links, rosters and grades."""

from litestar import Response, delete, get, post, put
from litestar.params import FromQuery, JSONBody
from msgspec import Struct

from classbridge.service import classes, grades, linking, new_class, printing, roster_page, rosters
from classbridge.service.printing import PrintedGrades
from classbridge.service.views import (
    ClassRow,
    ExportDetails,
    ExportPreview,
    GradesPage,
    ImportDetails,
    ImportPreview,
    RosterPage,
    SisClass,
)
from classbridge.web.api.shapes import (
    Accepted,
    AddAgain,
    ClassKeys,
    Cursor,
    ExportPreviewRequest,
    ExportRequest,
    ImportPreviewRequest,
    ImportRequest,
    Limit,
    Listed,
    NewCourse,
    accepted,
    cut,
)
from classbridge.web.given import Asked, Ctx, Id, Who

ONE = "/classes/{course_id:str}"


class Created(Struct, frozen=True):
    """A Classroom class that was created."""

    course_id: str


@get("/classes", sync_to_thread=True)
def class_list(ctx: Ctx, actor: Who, cursor: Cursor = None, limit: Limit = 50) -> Listed[ClassRow]:
    """List the Classroom classes that the actor may see."""
    listed = classes.class_list(ctx, actor, classes.Part(after=cursor, limit=limit))
    return Listed(list(listed.rows), listed.next)


@get("/unlinked-sis-classes", sync_to_thread=True)
def unlinked(ctx: Ctx, actor: Who, cursor: Cursor = None, limit: Limit = 50) -> Listed[SisClass]:
    """List the SIS classes without a Classroom class."""
    found = classes.class_list(ctx, actor, classes.Part(limit=0)).unlinked_sis_classes
    return cut(found, lambda one: f"{one.connection_id}|{one.class_id}", cursor, limit)


@post("/classes", sync_to_thread=True)
def create(ctx: Ctx, actor: Who, data: JSONBody[NewCourse]) -> Created:
    """Create a Classroom class for SIS classes."""
    return Created(new_class.create(ctx, actor, data.pairs(), data.name))


@post("/refreshes", sync_to_thread=True, status_code=202)
def refresh(ctx: Ctx, actor: Who, course_id: Asked = None) -> Response[Accepted]:
    """Read Classroom and the SIS again, for all classes or one."""
    return accepted(classes.refresh(ctx, actor, course_id))


@get(ONE + "/sis-classes", sync_to_thread=True)
def link_choices(
    ctx: Ctx, actor: Who, course_id: Id, cursor: Cursor = None, limit: Limit = 50
) -> Listed[SisClass]:
    """List the SIS classes that the actor may link this class to; none where they may not link it."""
    found = linking.link_page(ctx, actor, course_id).choices
    return cut(found, lambda one: f"{one.connection_id}|{one.class_id}", cursor, limit)


@put(ONE + "/link", sync_to_thread=True, status_code=204)
def link(ctx: Ctx, actor: Who, course_id: Id, data: JSONBody[ClassKeys]) -> None:
    """Link a class to these SIS classes and to no others."""
    linking.link(ctx, actor, course_id, data.pairs())


@delete(ONE + "/link", sync_to_thread=True)
def unlink(ctx: Ctx, actor: Who, course_id: Id) -> None:
    """Remove a class's link."""
    linking.unlink(ctx, actor, course_id)


@get(ONE + "/roster", sync_to_thread=True)
def roster(ctx: Ctx, actor: Who, course_id: Id) -> RosterPage | None:
    """Give who is in the class, in its SIS classes or in both, as stored; null without a link."""
    return roster_page.page(ctx, actor, course_id)


@post(ONE + "/roster/again", sync_to_thread=True, status_code=204)
def add_again(ctx: Ctx, actor: Who, course_id: Id, data: JSONBody[AddAgain]) -> None:
    """Let the next import add somebody again whom a teacher removed."""
    roster_page.add_again(ctx, actor, course_id, data.role, data.user_id)


@post(ONE + "/import-previews", sync_to_thread=True, status_code=202)
def import_preview(
    ctx: Ctx, actor: Who, course_id: Id, data: JSONBody[ImportPreviewRequest]
) -> Response[Accepted]:
    """Work out what an import would do."""
    return accepted(rosters.preview(ctx, actor, course_id, data.kinds, empty=data.empty))


@get("/import-previews/{run_id:str}", sync_to_thread=True)
def import_previewed(ctx: Ctx, actor: Who, run_id: Id) -> ImportPreview | None:
    """Give an import's preview; null while it is worked out."""
    return rosters.previewed(ctx, actor, run_id)


@post("/imports", sync_to_thread=True, status_code=202)
def import_(ctx: Ctx, actor: Who, data: JSONBody[ImportRequest]) -> Response[Accepted]:
    """Import what was previewed."""
    return accepted(rosters.import_(ctx, actor, data.preview_run_id, release=data.release))


@get("/imports/{run_id:str}", sync_to_thread=True)
def import_details(ctx: Ctx, actor: Who, run_id: Id) -> ImportDetails:
    """Give what became of an import."""
    return rosters.details(ctx, actor, run_id)


@post("/imports/{run_id:str}/retry", sync_to_thread=True, status_code=202)
def retry_import(ctx: Ctx, actor: Who, run_id: Id) -> Response[Accepted]:
    """Import again only those for whom it failed."""
    return accepted(rosters.retry(ctx, actor, run_id))


@post("/imports/{run_id:str}/release", sync_to_thread=True, status_code=202)
def release(ctx: Ctx, actor: Who, run_id: Id) -> Response[Accepted]:
    """Remove exactly those whose removal an import held; for admins."""
    return accepted(rosters.release(ctx, actor, run_id))


@get(ONE + "/grades", sync_to_thread=True)
def grades_page(ctx: Ctx, actor: Who, course_id: Id) -> GradesPage:
    """Give a class's grades on both sides, as stored."""
    return grades.page(ctx, actor, course_id)


@get(ONE + "/grades/print", sync_to_thread=True)
def printable(
    ctx: Ctx, actor: Who, course_id: Id, course_work: FromQuery[list[str] | None] = None
) -> PrintedGrades:
    """Give a class's grades in the order of the SIS's roster, for all or these assignments."""
    return printing.page(ctx, actor, course_id, course_work)


@post(ONE + "/export-previews", sync_to_thread=True, status_code=202)
def export_preview(
    ctx: Ctx, actor: Who, course_id: Id, data: JSONBody[ExportPreviewRequest]
) -> Response[Accepted]:
    """Work out what an export would send."""
    return accepted(grades.preview(ctx, actor, course_id, data.course_work_ids))


@get("/export-previews/{run_id:str}", sync_to_thread=True)
def export_previewed(ctx: Ctx, actor: Who, run_id: Id) -> ExportPreview | None:
    """Give an export's preview; null while it is worked out."""
    return grades.previewed(ctx, actor, run_id)


@post("/exports", sync_to_thread=True, status_code=202)
def export(ctx: Ctx, actor: Who, data: JSONBody[ExportRequest]) -> Response[Accepted]:
    """Send what was previewed."""
    return accepted(grades.export(ctx, actor, data.preview_run_id, data.choices()))


@get("/exports/{run_id:str}", sync_to_thread=True)
def export_details(ctx: Ctx, actor: Who, run_id: Id) -> ExportDetails:
    """Give what became of each grade of an export."""
    return grades.details(ctx, actor, run_id)


@post("/exports/{run_id:str}/retry", sync_to_thread=True, status_code=202)
def retry(ctx: Ctx, actor: Who, run_id: Id) -> Response[Accepted]:
    """Send again only what failed."""
    return accepted(grades.retry(ctx, actor, run_id))


ROUTES = (
    class_list,
    unlinked,
    create,
    refresh,
    link_choices,
    link,
    unlink,
    roster,
    add_again,
    import_preview,
    import_previewed,
    import_,
    import_details,
    retry_import,
    release,
    grades_page,
    printable,
    export_preview,
    export_previewed,
    export,
    export_details,
    retry,
)
