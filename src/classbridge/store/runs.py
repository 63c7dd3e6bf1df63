"""Runs: one export, import or sync each, with its plan, its progress and an outcome per person or grade."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct, field
from sqlalchemy import ColumnElement, case, func

from classbridge.store import cursors
from classbridge.store.cursors import Page
from classbridge.store.rows import Rows, columns, record, values
from classbridge.store.tables import run, run_outcome

State = Literal["queued", "running", "waiting", "done", "held", "failed", "cancelled"]
UNFINISHED: tuple[State, ...] = ("queued", "running", "waiting")


class Run(Struct, frozen=True, kw_only=True):
    """A run without its plan. `request` holds choices and ids only; `counts` how many outcomes of each code.

    `on_behalf_of` is the Classroom id of the teacher for whom an admin or a delegate asked; None: for themselves.
    """

    id: str
    kind: str
    state: State
    connection_id: str | None
    side: str | None
    course_id: str | None
    requested_by: str | None
    on_behalf_of: str | None
    attended: bool
    request: dict[str, Any]
    total: int
    done: int
    counts: dict[str, int]
    code: str | None
    params: dict[str, Any] | None
    sis_words: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen by itself; a held run waits for a person."""
        return self.state not in UNFINISHED

    @property
    def night(self) -> date | None:
        """The night that a schedule began it in; None: a person, or a command, asked."""
        return date.fromisoformat(self.request["night"]) if "night" in self.request else None

    @property
    def starts_at(self) -> datetime | None:
        """The moment before which it does not begin, where somebody chose one."""
        return datetime.fromisoformat(self.request["starts_at"]) if "starts_at" in self.request else None


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of one thing. `subject` names it stably within the run; `sis_words` can be erased."""

    subject: str
    code: str
    at: datetime
    params: dict[str, Any] = field(default_factory=dict)
    course_work_id: str | None = None
    class_id: str | None = None
    user_id: str | None = None
    student_id: str | None = None
    sis_words: str | None = None


def create(
    rows: Rows,
    *,
    kind: str,
    at: datetime,
    request: Mapping[str, Any],
    connection_id: str | None = None,
    side: str | None = None,
    course_id: str | None = None,
    requested_by: str | None = None,
    on_behalf_of: str | None = None,
    attended: bool = True,
    run_id: str | None = None,
) -> Run:
    """A new queued run; its id is random unless given."""
    made = run_id or str(uuid.uuid4())
    values = {
        "id": made,
        "kind": kind,
        "state": "queued",
        "connection_id": connection_id,
        "side": side,
        "course_id": course_id,
        "requested_by": requested_by,
        "on_behalf_of": on_behalf_of,
        "attended": attended,
        "request": dict(request),
        "created_at": at,
    }
    rows.insert(run, values)
    return get(rows, made)


def get(rows: Rows, run_id: str) -> Run:
    """One run; raises `NotFoundError`."""
    return record(Run, rows.one(rows.select(run, *columns(run, Run)).where(run.c.id == run_id)))


def page(
    rows: Rows,
    *,
    side: str | None = None,
    course_id: str | None = None,
    connection_id: str | None = None,
    requested_by: str | None = None,
    kinds: Sequence[str] = (),
    states: Sequence[State] = (),
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Run]:
    """Runs, newest first: all of the district, or those that meet every condition given. Raises `CursorError`."""
    wanted = rows.select(run, *columns(run, Run)).where(
        *_equal(
            {
                "side": side,
                "course_id": course_id,
                "connection_id": connection_id,
                "requested_by": requested_by,
            }
        )
    )
    if kinds:
        wanted = wanted.where(run.c.kind.in_(kinds))
    if states:
        wanted = wanted.where(run.c.state.in_(states))
    if cursor is not None:
        wanted = wanted.where(cursors.after(cursor, run.c.created_at, run.c.id))
    newest = wanted.order_by(run.c.created_at.desc(), run.c.id.desc()).limit(limit + 1)
    found = [record(Run, row) for row in rows.all(newest)]
    last = found[limit - 1] if len(found) > limit else None
    return Page(items=found[:limit], next=None if last is None else cursors.encode(last.created_at, last.id))


def later(rows: Rows, than: Run, kinds: Sequence[str]) -> list[Run]:
    """The runs of these kinds of the same class and connection that were asked for later, oldest first."""
    same = {"side": than.side, "course_id": than.course_id, "connection_id": than.connection_id}
    wanted = rows.select(run, *columns(run, Run)).where(
        *_equal(same), run.c.kind.in_(kinds), run.c.created_at >= than.created_at, run.c.id != than.id
    )
    return [record(Run, row) for row in rows.all(wanted.order_by(run.c.created_at, run.c.id))]


def unfinished(rows: Rows, *, connection_id: str | None = None) -> list[Run]:
    """Runs that are queued, running or waiting, oldest first."""
    wanted = rows.select(run, *columns(run, Run)).where(
        run.c.state.in_(UNFINISHED), *_equal({"connection_id": connection_id})
    )
    return [record(Run, row) for row in rows.all(wanted.order_by(run.c.created_at, run.c.id))]


def waiting(rows: Rows, connection_id: str | None) -> list[str]:
    """The ids of the runs that wait for a connection to answer."""
    wanted = rows.select(run, run.c.id).where(run.c.state == "waiting", run.c.connection_id == connection_id)
    return [row[0] for row in rows.all(wanted.order_by(run.c.id))]


def start(rows: Rows, run_id: str, at: datetime) -> bool:
    """Mark an unfinished or held run as running; a repeated start keeps the first time. False: it was finished.

    A waiting run goes on waiting, with its reason, until it was answered (`resume`).
    """
    waits = run.c.state == "waiting"
    return bool(
        rows.update(
            run,
            {
                "state": case((waits, run.c.state), else_="running"),
                "started_at": func.coalesce(run.c.started_at, at),
                "code": case((waits, run.c.code), else_=None),
                "params": case((waits, run.c.params), else_=None),
                "finished_at": None,
            },
            run.c.id == run_id,
            run.c.state.in_((*UNFINISHED, "held")),
        )
    )


def resume(rows: Rows, run_id: str) -> None:
    """Mark a waiting run as running: what it waited for has answered."""
    rows.update(
        run, {"state": "running", "code": None, "params": None}, run.c.id == run_id, run.c.state == "waiting"
    )


def wait(rows: Rows, run_id: str, code: str, params: Mapping[str, Any]) -> None:
    """Mark a run as waiting (for the SIS), with the outcome that says why."""
    rows.update(
        run,
        {"state": "waiting", "code": code, "params": dict(params)},
        run.c.id == run_id,
        run.c.state.in_(UNFINISHED),
    )


def progress(
    rows: Rows, run_id: str, *, done: int, total: int | None = None, counts: Mapping[str, int] | None = None
) -> None:
    """Keep how far a run is."""
    values: dict[str, object] = {"done": done}
    if total is not None:
        values["total"] = total
    if counts is not None:
        values["counts"] = dict(counts)
    rows.update(run, values, run.c.id == run_id)


def finish(
    rows: Rows,
    run_id: str,
    state: State,
    *,
    at: datetime,
    code: str | None = None,
    params: Mapping[str, Any] | None = None,
    sis_words: str | None = None,
) -> bool:
    """End a run (done, held, failed, cancelled), with the outcome of the whole. False: it had ended already.

    The first end stays: a step that outlives a cancel changes nothing of it.
    """
    values = {
        "state": state,
        "finished_at": at,
        "code": code,
        "params": None if params is None else dict(params),
        "sis_words": sis_words,
    }
    return bool(rows.update(run, values, run.c.id == run_id, run.c.state.in_(UNFINISHED)))


def save_plan(rows: Rows, run_id: str, plan: Any) -> None:
    """Keep a preview's finished plan: anything msgspec writes as JSON."""
    rows.update(run, {"plan": plan}, run.c.id == run_id)


def plan(rows: Rows, run_id: str) -> Any:
    """The plan as plain JSON values (decimals are text); None where none was kept."""
    return rows.one(rows.select(run, run.c.plan).where(run.c.id == run_id))[0]


def record_outcomes(rows: Rows, run_id: str, outcomes: Iterable[Outcome]) -> None:
    """Keep outcomes, one for each subject: recording a subject again replaces it."""
    rows.upsert(
        run_outcome,
        [{"run_id": run_id, **values(outcome)} for outcome in outcomes],
    )


def record_missing_outcomes(rows: Rows, run_id: str, outcomes: Iterable[Outcome]) -> None:
    """Keep outcomes of subjects that have none yet."""
    rows.insert_new(run_outcome, [{"run_id": run_id, **values(outcome)} for outcome in outcomes])


def outcomes(
    rows: Rows,
    run_id: str,
    *,
    codes: Sequence[str] = (),
    course_work_id: str | None = None,
    student_id: str | None = None,
    after: str = "",
    limit: int | None = None,
) -> list[Outcome]:
    """A run's outcomes by subject, those that meet every condition given; `after` is the last subject seen."""
    chosen = {"course_work_id": course_work_id, "student_id": student_id}
    wanted = rows.select(run_outcome, *columns(run_outcome, Outcome)).where(
        run_outcome.c.run_id == run_id,
        run_outcome.c.subject > after,
        *(run_outcome.c[name] == value for name, value in chosen.items() if value is not None),
    )
    if codes:
        wanted = wanted.where(run_outcome.c.code.in_(codes))
    return [record(Outcome, row) for row in rows.all(wanted.order_by(run_outcome.c.subject).limit(limit))]


class Span(Struct, frozen=True, kw_only=True):
    """A run that ended, as a plot wants it."""

    kind: str
    state: State
    done: int
    created_at: datetime
    finished_at: datetime


def ended_since(rows: Rows, since: datetime, *, limit: int) -> list[Span]:
    """The runs that ended since a moment, at most the newest `limit`."""
    wanted = rows.select(run, *columns(run, Span)).where(run.c.finished_at >= since)
    newest = wanted.order_by(run.c.finished_at.desc()).limit(limit)
    return [record(Span, row) for row in rows.all(newest)]


def outcome_counts(rows: Rows, run_id: str) -> dict[str, int]:
    """How many outcomes of each code a run has."""
    wanted = rows.select(run_outcome, run_outcome.c.code, func.count())
    counted = wanted.where(run_outcome.c.run_id == run_id).group_by(run_outcome.c.code)
    return {row[0]: row[1] for row in rows.all(counted.order_by(run_outcome.c.code))}


def _equal(values: Mapping[str, str | None]) -> list[ColumnElement[bool]]:
    return [run.c[name] == value for name, value in values.items() if value is not None]


def remove(rows: Rows, run_id: str) -> None:
    """Take back a run that was never queued, because it joined another."""
    rows.delete(run, run.c.id == run_id, run.c.state == "queued")
