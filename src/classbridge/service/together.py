"""All of a teacher's classes at once: the suggested links, and one export of everything that waits."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from msgspec import Struct

from classbridge.bridge.outcome import Code, Owner, catalogue
from classbridge.bridge.policy import Actor
from classbridge.jobs.tally import OPEN
from classbridge.service import classes, grades, linking, runs
from classbridge.service.context import Context
from classbridge.service.errors import RefusedError, refuse
from classbridge.service.grades import ExportChoices
from classbridge.service.sis_classes import Key
from classbridge.service.views import (
    ClassRow,
    ExportAssignment,
    ExportLine,
    ExportPreview,
    RunView,
    Said,
    SisClass,
)

MOST = 60
"""Classes that are taken at once: more than any teacher has."""


class SuggestedLink(Struct, frozen=True, kw_only=True):
    """A class that is not linked, with the best section for it."""

    course_id: str
    name: str
    section: str | None
    sis_class: SisClass


class Refused(Struct, frozen=True, kw_only=True):
    """A class for which it was refused, and why."""

    course_id: str
    name: str
    said: Said


class Started(Struct, frozen=True, kw_only=True):
    """The runs that have begun, one a class, and the classes for which it was refused."""

    run_ids: tuple[str, ...]
    refused: tuple[Refused, ...] = ()


class ClassPart(Struct, frozen=True, kw_only=True):
    """A class's part of an export of all: its run, and the preview when that is done."""

    course_id: str
    name: str
    run: RunView
    preview: ExportPreview | None

    @property
    def left(self) -> int:
        """How many grades of the preview are not sent and somebody could do something about."""
        return sum(_left(line) for item in self._assignments for line in item.lines)

    @property
    def stopped(self) -> int:
        """How many assignments of the preview are stopped before any grade of them is looked at."""
        return sum(item.blocked and not item.lines for item in self._assignments)

    @property
    def _assignments(self) -> tuple[ExportAssignment, ...]:
        return self.preview.assignments if self.preview else ()


def _left(line: ExportLine) -> bool:
    """Whether a grade waits for somebody, or is skipped for a reason that is somebody's to put right."""
    if line.decision in OPEN:
        return True
    owner = catalogue[Code(line.said.code)].owner if line.said else Owner.NOBODY
    return line.decision == "skipped" and owner is not Owner.NOBODY


def suggested(ctx: Context, actor: Actor) -> tuple[SuggestedLink, ...]:
    """Every class that the actor may link and that has a section of its own to be linked to.

    A section that two classes could claim is suggested to neither: a person chooses there.
    """
    rows = [row for row in classes.class_list(ctx, actor).rows if _open_to_link(row)]
    wanted = [row.suggestions[0] for row in rows]
    claims = [(one.connection_id, one.class_id) for one in wanted]
    return tuple(
        SuggestedLink(course_id=row.course_id, name=row.name, section=row.section, sis_class=one)
        for row, one in zip(rows, wanted, strict=True)
        if claims.count((one.connection_id, one.class_id)) == 1
    )


def _open_to_link(row: ClassRow) -> bool:
    return bool(row.suggestions) and not row.sis_classes and row.may_link and row.closed is None


def link_all(ctx: Context, actor: Actor, wanted: Sequence[tuple[str, Key]]) -> tuple[Refused, ...]:
    """Link classes to a section each; those that are refused are told, and the others are linked.

    A section comes beside those that a class is linked to by now. Raises `RefusedError` where nothing could be
    linked.
    """
    if not wanted:
        raise refuse(Code.FIELD_MISSING, field="classes")
    refused: dict[str, Said] = {}
    for course_id, key in wanted[:MOST]:
        try:
            linking.link(ctx, actor, course_id, [key], beside=True)
        except RefusedError as error:
            refused[course_id] = error.said
            if len(refused) == len(wanted[:MOST]):
                raise
    rows = classes.class_list(ctx, actor).rows if refused else ()
    names = {row.course_id: row.name for row in rows}
    return tuple(Refused(course_id=one, name=names.get(one, one), said=said) for one, said in refused.items())


def waiting(ctx: Context, actor: Actor) -> tuple[ClassRow, ...]:
    """The classes with grades to export, where nothing is in the way and no run is busy."""
    rows = classes.class_list(ctx, actor).rows
    return tuple(row for row in rows if row.ready)[:MOST]


def preview_all(ctx: Context, actor: Actor) -> Started:
    """Work out what an export of each waiting class would send; the runs are in the order of the list.

    Raises `RefusedError` where it was refused for every class.
    """
    asked = waiting(ctx, actor)
    return _started((row.course_id, row.name, partial(grades.preview, ctx, actor, row.course_id)) for row in asked)


def _started(wanted: Iterable[tuple[str, str, Callable[[], str]]]) -> Started:
    """Begin a run for each class (its id, its name, how); one that is refused keeps no other from beginning."""
    run_ids: list[str] = []
    refused: list[Refused] = []
    errors: list[RefusedError] = []
    for course_id, name, begin in wanted:
        try:
            run_ids.append(begin())
        except RefusedError as error:
            errors.append(error)
            refused.append(Refused(course_id=course_id, name=name, said=error.said))
    if errors and not run_ids:
        raise errors[0]
    return Started(run_ids=tuple(run_ids), refused=tuple(refused))


def parts(ctx: Context, actor: Actor, run_ids: Sequence[str]) -> tuple[ClassPart, ...]:
    """The previews or exports of several classes, as far as they are."""
    return tuple(_part(ctx, actor, run_id) for run_id in run_ids[:MOST])


def _part(ctx: Context, actor: Actor, run_id: str) -> ClassPart:
    run = runs.view(ctx, actor, run_id)
    ended = run.kind == "preview-export" and run.state == "done"
    return ClassPart(
        course_id=run.course_id or "",
        name=run.about,
        run=run,
        preview=grades.previewed(ctx, actor, run_id) if ended else None,
    )


def export_all(ctx: Context, actor: Actor, preview_run_ids: Sequence[str]) -> Started:
    """Send what was previewed, class by class: adopting what is there, overwriting and taking back nothing.

    A class whose preview failed or sends nothing is left out. Raises `RefusedError` where it was refused for every
    class.
    """
    found = parts(ctx, actor, preview_run_ids)
    sending = [one for one in found if one.preview and one.preview.to_send]
    return _started(
        (one.course_id, one.name, partial(grades.export, ctx, actor, one.run.id, ExportChoices()))
        for one in sending
    )
