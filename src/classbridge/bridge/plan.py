"""What an export does, as a value: per piece of course work and section a line item, per student a result."""

from collections import Counter
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from classbridge.bridge.decision import Verdict
from classbridge.bridge.equality import Value
from classbridge.bridge.identity import result_id
from classbridge.bridge.line_items import Step
from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.records import ItemFacts
from classbridge.oneroster.models import LineItem, Ref, Result


class OfferedGrade(Struct, frozen=True, kw_only=True):
    """A grade that a line item holds which is there already."""

    student_sourced_id: str
    value: Value


class Offer(Struct, frozen=True, kw_only=True):
    """A line item of the SIS that may be the one for this work, as a person needs it to choose."""

    sourced_id: str
    title: str
    due: datetime | None
    maximum: Decimal | None
    grades: tuple[OfferedGrade, ...]


class ResultPlan(Struct, frozen=True, kw_only=True):
    """What becomes of one student's grade; it is sent only if `send`.

    `outcome` says why it is not sent (or that it overwrites); `losses` are known losses. `created`: the result is
    ours, not there before us. `several`: what the SIS holds where it has more than one result of the student.
    `sections`: the sections that the student is in where they are several and none is chosen.
    """

    course_work_id: str
    user_id: str
    verdict: Verdict
    student_sourced_id: str | None = None
    class_sourced_id: str | None = None
    send: bool = False
    sourced_id: str = ""
    created: bool = True
    score: Decimal | None = None
    now: Value | None = None
    predicted: Value | None = None
    sis: Value | None = None
    held: Result | None = None
    several: tuple[Value, ...] = ()
    sections: tuple[str, ...] = ()
    outcome: Outcome | None = None
    losses: tuple[Outcome, ...] = ()


class ItemPlan(Struct, frozen=True, kw_only=True):
    """One piece of course work in one section. `put` is the line item to send first; None if it stands."""

    course_work_id: str
    class_sourced_id: str
    step: Step
    line_item_sourced_id: str
    generation: int
    facts: ItemFacts
    put: LineItem | None
    candidates: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    blocked: bool
    results: tuple[ResultPlan, ...]
    offers: tuple[Offer, ...] = ()
    """The candidates, as they were read."""

    @property
    def ungraded(self) -> bool:
        """Whether it has no grades at all, which is worth saying; otherwise its grades tell what stops them."""
        return any(outcome.code is Code.SKIPPED_UNGRADED for outcome in self.outcomes)


class GradePlan(Struct, frozen=True, kw_only=True):
    """The whole export. `unplaced` are grades without a section to go to, and old places of students who moved."""

    items: tuple[ItemPlan, ...]
    unplaced: tuple[ResultPlan, ...]

    def results(self) -> tuple[ResultPlan, ...]:
        """Return every student's line."""
        return (*(r for item in self.items for r in item.results), *self.unplaced)

    def counts(self) -> dict[str, int]:
        """Count the lines by verdict; every verdict is there."""
        found = Counter(result.verdict for result in self.results())
        return {verdict.value: found[verdict] for verdict in Verdict}

    def to_send(self) -> int:
        """Count the grades that will be sent."""
        return sum(result.send for result in self.results())

    def to_update(self) -> int:
        """Count the course work whose line items are sent without a grade: title, category or due date changed."""
        return len(
            {item.course_work_id for item in self.items if item.put and not any(r.send for r in item.results)}
        )


def placed(item: ItemPlan, sourced_id: str) -> ItemPlan:
    """Return the plan under the id that the SIS gave the line item, with the ids of new results derived anew."""
    results = tuple(
        replace(line, sourced_id=result_id(sourced_id, line.student_sourced_id))
        if line.held is None and line.student_sourced_id is not None and line.sourced_id
        else line
        for line in item.results
    )
    put = None if item.put is None else replace(item.put, sourced_id=sourced_id)
    return replace(item, line_item_sourced_id=sourced_id, put=put, results=results)


def to_result(line: ResultPlan, line_item_sourced_id: str, on: date) -> Result:
    """Return the result to PUT; `on` is the local day. What the SIS holds beyond our values is kept."""
    if line.now is None or line.student_sourced_id is None:
        raise ValueError("only a line with a grade and a student becomes a result")
    base = line.held or Result(
        sourced_id=line.sourced_id,
        line_item=Ref(sourced_id=line_item_sourced_id, type="lineItem"),
        student=Ref(sourced_id=line.student_sourced_id, type="user"),
        score_status=line.now.status,
    )
    return replace(base, score=line.now.score, score_status=line.now.status, score_date=on)
