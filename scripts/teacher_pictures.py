"""The teacher's pictures that need something to have happened: a grade changed in the SIS, a person who left."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page
from tests.installation import PASSWORD, Installation, installation, settings_for
from tests.service.conftest import Gradebook
from tests.web.browsing import enter, opening
from tests.web.conftest import serving

from classbridge.service import classes
from classbridge.web.app import create_app

STUDENTS = 60
SIZE = {"width": 1280, "height": 860}
Take = Callable[[Page, str], None]


def pictures(browser: Browser, folder: Path, take: Take) -> None:
    """Take them all, of an installation with Infinite Campus, which asks for categories and due dates."""
    made_here = settings_for(folder / "teacher")
    made_here.data_dir.mkdir()
    with (
        installation(made_here, "infinite-campus@1.2", students=STUDENTS) as made,
        serving(create_app(made.ctx)) as address,
        opening(browser, address, [], viewport=SIZE, locale="en-GB") as page,
    ):
        made.up_to("export")
        something_happens(made)
        enter(page, made.teacher.email, PASSWORD)
        Walk(made, page, take).all()


def something_happens(made: Installation) -> None:
    """Two grades are changed in the SIS, two are taken away in Classroom, one assignment has no due date."""
    book = Gradebook(made, "Cell division essay")
    with made.stage.sis.control() as control:
        for grade in book.held()[:2]:
            control.change_score(grade.result_id, grade.score and grade.score - 1)
    with made.stage.classroom.control() as control:
        for email in sorted(book.graded())[-2:]:
            control.do("grade", course_id=made.course_id, work_id=book.id, user=email, points=None)
        title = "A lab report with a title that is too long for the gradebook of this SIS"
        work = control.do("add_work", course_id=made.course_id, title=title, maxPoints=20)
        for email in sorted(book.graded())[:3]:
            control.do("grade", course_id=made.course_id, work_id=str(work["id"]), user=email, points=18)
    made.wait(classes.refresh(made.ctx, made.teacher, made.course_id))


class Walk:
    """The pages in the order in which a teacher meets them."""

    def __init__(self, made: Installation, page: Page, take: Take) -> None:
        self.made, self.page, self.take = made, page, take
        self.base = f"/classes/{made.course_id}"

    def all(self) -> None:
        """Every picture."""
        self.open(f"{self.base}/roster", "roster")
        self.preview("export-decide")
        self.page.get_by_text("Change what the SIS gets").first.scroll_into_view_if_needed()
        self.take(self.page, "export-fix")
        self.page.get_by_label("Overwrite all with Classroom's grades").check()
        self.page.locator("#export button.btn-primary").click()
        self.page.get_by_role("heading", name="Export details").wait_for()
        self.page.get_by_role("button", name="Undo this export").click()
        self.page.get_by_role("button", name="Put back").wait_for()
        self.take(self.page, "undo-preview")
        self.open(f"{self.base}/settings", "class-settings")
        self.open(f"{self.base}/categories", "categories")
        self.open(f"{self.base}/grades/print", "print")
        self.open("/classes")
        self.page.get_by_role("searchbox").first.fill("a")
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/students?*")
        self.take(self.page, "find-student")
        self.page.locator("main a[href^='/students/']").first.click()
        self.take(self.page, "student")

    def preview(self, name: str) -> None:
        """The preview of everything."""
        self.open(f"{self.base}/grades")
        self.page.locator("main .toolbar button.btn-primary").click()
        self.page.locator("#export").wait_for()
        self.take(self.page, name)

    def open(self, path: str, name: str = "") -> None:
        """Go to a page and, with a name, take its picture."""
        self.page.goto(path)
        if name:
            self.take(self.page, name)
