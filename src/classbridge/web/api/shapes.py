"""What the API's requests and answers look like where no view says it already."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Generic, TypeVar

from litestar import Response
from litestar.params import QueryParameter
from msgspec import Meta, Struct

from classbridge.service.export_answers import Differing, ExportAnswers, Place, Use
from classbridge.service.grades import ExportChoices

T = TypeVar("T")

Limit = Annotated[int, QueryParameter(ge=1, le=200, description="The most items of a page.")]
Cursor = Annotated[str | None, QueryParameter(description="The `next` of the page before.")]


class Listed(Struct, Generic[T], frozen=True):
    """A page of a list; `next` is null on the last one."""

    items: Sequence[T]
    next: str | None = None


class Accepted(Struct, frozen=True):
    """Long work has begun; follow it at `href`."""

    run_id: str
    href: str


class StartConnection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which SIS to connect, by the catalogue's id, and by which OneRoster version."""

    vendor: str
    version: str


class Credentials(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A SIS's address and credentials. An empty key or secret keeps the one that is kept."""

    base_url: str = ""
    key: str = ""
    secret: str = ""
    token_url: str = ""
    extra_header: str = ""
    support_consent: bool = False
    effective_on: date | None = None
    expires_on: date | None = None
    pasted: str = ""


class Kinds(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Kinds of data: students, teachers, grading_periods, grade_categories, grades."""

    kinds: list[str]


class WriteTest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which class to write to, by its sourcedId or code."""

    class_id: str


class Switch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """On or off."""

    on: bool


class ClassKey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A class of a SIS."""

    connection_id: str
    class_id: str


class ClassKeys(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Classes of the SIS to link."""

    classes: Annotated[list[ClassKey], Meta(min_length=1)]

    def pairs(self) -> list[tuple[str, str]]:
        """Return them as the use cases take them."""
        return [(key.connection_id, key.class_id) for key in self.classes]


class NewCourse(ClassKeys, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A Classroom class to create for classes of the SIS."""

    name: Annotated[str, Meta(min_length=1)]


class ExportPreviewRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which assignments to export; null means all."""

    course_work_ids: list[str] | None = None


class ImportPreviewRequest(Kinds, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Kinds of data to import. `empty`: an admin says that a section without anybody is really empty."""

    empty: bool = False


class ImportRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The preview to import. `release`: an admin lets those go too whom it showed as held."""

    preview_run_id: str
    release: bool = False


class AddAgain(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody whom a teacher removed: `role` is students or teachers, `user_id` their Classroom id."""

    role: str
    user_id: str


class ExportRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The preview to export, and a person's answers to it.

    For all that the preview showed: `adopt` uses what is already in the SIS where there is one candidate,
    `overwrite` replaces what differs there, `keep` lets it stand, `withdraw` takes back from the SIS what was
    taken away in Classroom. Answers about one assignment or grade go before these: `use` chooses a candidate,
    `recreate` makes anew what is gone from the SIS, `differing` decides about a grade that the SIS holds
    otherwise, and `take_back`, `leave` and `ask` name results of the preview's `take_back`, `staying` and `moved`.
    A value of the SIS is overwritten only while it is the one that the preview showed. An answer about something
    that the preview did not show is refused with PREVIEW_OUTDATED. `later`: it waits for the end of quiet hours.
    """

    preview_run_id: str
    adopt: bool = True
    overwrite: bool = False
    keep: bool = False
    withdraw: bool = False
    later: bool = False
    use: list[Use] = []
    recreate: list[Place] = []
    differing: list[Differing] = []
    take_back: list[str] = []
    leave: list[str] = []
    ask: list[str] = []

    def choices(self) -> ExportChoices:
        """Return them as the use case takes them."""
        return ExportChoices(
            adopt=self.adopt,
            overwrite=self.overwrite,
            keep=self.keep,
            withdraw=self.withdraw,
            later=self.later,
            answers=ExportAnswers(
                use=tuple(self.use),
                recreate=tuple(self.recreate),
                differing=tuple(self.differing),
                take_back=tuple(self.take_back),
                leave=tuple(self.leave),
                ask=tuple(self.ask),
            ),
        )


def accepted(run_id: str) -> Response[Accepted]:
    """Answer 202 with the run."""
    href = f"/api/v1/runs/{run_id}"
    return Response(Accepted(run_id, href), status_code=202, headers={"location": href})


def cut(items: Sequence[T], key: Callable[[T], str], cursor: str | None, limit: int) -> Listed[T]:
    """Cut a page out of a list whose order stays; an item's key is its cursor."""
    keys = [key(item) for item in items]
    start = keys.index(cursor) + 1 if cursor in keys else 0
    page = items[start : start + limit]
    more = start + limit < len(items)
    return Listed(page, keys[start + limit - 1] if more else None)
