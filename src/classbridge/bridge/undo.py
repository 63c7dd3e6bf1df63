"""Undoing an export: what the SIS held before it goes back where the SIS still holds what the export left."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from classbridge.bridge.decision import held_value
from classbridge.bridge.equality import Value, equal, shown
from classbridge.bridge.gradebook import GradebookRules
from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.results import of_student, used
from classbridge.bridge.unread import Unread
from classbridge.oneroster.models import LineItem, Ref, Result

NOTHING = "–"
"""How no grade is shown."""


class UndoStep(StrEnum):
    """What an undo does about one grade."""

    PUT = "put"
    DELETE = "delete"
    STAY = "stay"


class Done(Struct, frozen=True, kw_only=True):
    """What an export did to one grade.

    `left` is the value that it left in the SIS, `held` the result that was there before; None is nothing. `found`
    is what was read back where that differed. `created`: the result is ours.
    """

    course_work_id: str
    class_sourced_id: str
    user_id: str
    student_sourced_id: str
    line_item_sourced_id: str
    sourced_id: str
    created: bool = True
    left: Value | None = None
    found: str = ""
    held: Result | None = None

    @property
    def earlier(self) -> Value | None:
        """The grade that the SIS held before."""
        return held_value(self.held)


class Exported(Struct, frozen=True, kw_only=True):
    """What an export did to one line item, and how that stands in the SIS now.

    `made`: the export made the line item. `removed` is its record where the export deleted it. `later` are the
    students whose grade a later export sent or took back.
    """

    course_work_id: str
    class_sourced_id: str
    line_item_sourced_id: str
    title: str
    there: bool
    done: tuple[Done, ...]
    results: tuple[Result, ...] = ()
    unread: Unread = Unread()
    made: bool = False
    removed: LineItem | None = None
    later: frozenset[str] = frozenset()


class UndoLine(Struct, frozen=True, kw_only=True):
    """What becomes of one grade; `outcome` says why it stays. `sourced_id` is the result to put or delete."""

    done: Done
    step: UndoStep
    sourced_id: str = ""
    sis: Value | None = None
    outcome: Outcome | None = None


class UndoItem(Struct, frozen=True, kw_only=True):
    """One line item of an undo, in the SIS if `there`.

    `back` is put again first; one that the export `made` goes when it is empty.
    """

    course_work_id: str
    class_sourced_id: str
    line_item_sourced_id: str
    title: str
    there: bool
    made: bool
    back: LineItem | None
    lines: tuple[UndoLine, ...]


class UndoPlan(Struct, frozen=True, kw_only=True):
    """The whole undo."""

    items: tuple[UndoItem, ...] = ()

    def lines(self) -> tuple[UndoLine, ...]:
        """Return every grade's line."""
        return tuple(line for item in self.items for line in item.lines)

    def to_do(self) -> int:
        """Count the grades that go back."""
        return sum(line.step is not UndoStep.STAY for line in self.lines())


def plan_undo(exported: Sequence[Exported], rules: GradebookRules) -> UndoPlan:
    """Plan an undo. Deterministic: the same facts give the same plan."""
    return UndoPlan(items=tuple(_item(one, rules) for one in exported))


def _item(one: Exported, rules: GradebookRules) -> UndoItem:
    lines = tuple(_line(one, done, rules) for done in one.done)
    returns = one.removed is not None and not one.there and any(line.step is UndoStep.PUT for line in lines)
    return UndoItem(
        course_work_id=one.course_work_id,
        class_sourced_id=one.class_sourced_id,
        line_item_sourced_id=one.line_item_sourced_id,
        title=one.title,
        there=one.there,
        made=one.made,
        back=one.removed if returns else None,
        lines=lines,
    )


def _line(one: Exported, done: Done, rules: GradebookRules) -> UndoLine:
    line = judge(done, one.results, rules, one.unread)
    if done.student_sourced_id in one.later:
        return replace(line, step=UndoStep.STAY, outcome=Outcome.of(Code.UNDO_LATER_EXPORT))
    if line.step is UndoStep.PUT and not one.there and one.removed is None:
        return replace(line, step=UndoStep.STAY, outcome=Outcome.of(Code.LINE_ITEM_GONE, title=one.title))
    return line


def judge(
    done: Done,
    results: Sequence[Result],
    rules: GradebookRules,
    unread: Unread = Unread(),  # noqa: B008, frozen
) -> UndoLine:
    """Say what an undo does about one grade, from the results that its line item has in the SIS now.

    What the SIS has and nobody can read stays.
    """
    if unread.grade(done.line_item_sourced_id, done.student_sourced_id):
        return UndoLine(done=done, step=UndoStep.STAY, outcome=Outcome.of(Code.RESULT_UNREADABLE))
    mine = of_student(results, done.student_sourced_id)
    found = used(mine, done.sourced_id)
    if mine and found is None:
        outcome = Outcome.of(Code.RESULT_AMBIGUOUS, count=len(mine))
        return UndoLine(done=done, step=UndoStep.STAY, outcome=outcome)
    sis = held_value(found)
    line = UndoLine(done=done, step=UndoStep.STAY, sourced_id=found.sourced_id if found else "", sis=sis)
    if same(done.earlier, sis):
        return replace(line, outcome=Outcome.of(Code.UNDO_NOT_NEEDED))
    if not _left(done, sis):
        outcome = Outcome.of(Code.UNDO_CHANGED_IN_SIS, sent=shown(done.left), sis=shown(sis))
        return replace(line, outcome=outcome)
    if found is not None and _comment(found) != _comment(done.held):
        return replace(line, outcome=Outcome.of(Code.UNDO_COMMENTED))
    if done.held is not None:
        return replace(line, step=UndoStep.PUT, sourced_id=line.sourced_id or done.held.sourced_id)
    if not rules.delete_results:
        return replace(line, outcome=Outcome.of(Code.UNDO_LEFTOVER))
    return replace(line, step=UndoStep.DELETE)


def _comment(result: Result | None) -> str:
    """An export leaves the comment that is there; another one was written since, and would be lost."""
    return "" if result is None else (result.comment or "").strip()


def _left(done: Done, sis: Value | None) -> bool:
    """Whether the SIS still holds what the export left there, be it otherwise than sent."""
    if done.found and shown(sis) == done.found:
        return True
    if done.left is None or sis is None:
        return done.left is sis
    return equal(done.left, sis)


def same(one: Value | None, other: Value | None) -> bool:
    """Whether two values are one and the same, comments too."""
    if one is None or other is None:
        return one is other
    return equal(one, other) and (one.comment or "").strip() == (other.comment or "").strip()


def to_put(line: UndoLine, line_item_sourced_id: str) -> Result:
    """Return the earlier result as it was, to PUT; ValueError where there was none."""
    if line.done.held is None:
        raise ValueError("there was no result before")
    ref = Ref(sourced_id=line_item_sourced_id, type="lineItem")
    return replace(line.done.held, sourced_id=line.sourced_id, line_item=ref, status="active")
