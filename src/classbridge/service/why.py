"""Why can't this teacher see this class? Each thing that decides it is looked at; what is in the way is named.

Only what is stored is looked at: the answer holds as of the last reading, and says when that was.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from classbridge.bridge.gate import refusal
from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.policy import Action, Actor, Role
from classbridge.jobs.gate import Gate
from classbridge.service import courses as course_service
from classbridge.service.connections import KINDS
from classbridge.service.context import Context, allow, zone_of
from classbridge.service.teaching import Sought, classroom_checks, section_checks
from classbridge.service.views import Said
from classbridge.store import (
    accounts,
    classrooms,
    connections,
    delegates,
    runs,
    section_people,
    snapshots,
    teaching,
)
from classbridge.store.connections import Connection
from classbridge.store.rows import Rows

State = Literal["passed", "notice", "failed", "skipped"]


class Check(Struct, frozen=True, kw_only=True):
    """One thing that decides what a teacher sees.

    `name`: account, classroom, connection, data, pilot, licence, email, section, term or class. `skipped`:
    something earlier has to be put right first.
    """

    name: str
    state: State
    said: Said | None = None


class Why(Struct, frozen=True, kw_only=True):
    """The answer: the cause in the first place, and everything that was looked at, in order."""

    email: str
    wanted: str
    cause: Said
    checks: tuple[Check, ...]
    as_of: datetime | None
    """When the SIS's rosters were last read whole."""

    @property
    def clear(self) -> bool:
        """Whether nothing is in the way."""
        return all(check.state != "failed" for check in self.checks)


class _Asked(Struct, frozen=True, kw_only=True):
    """What is asked of the snapshots. `connection_id`: where there is one whose rosters have been read."""

    email: str
    wanted: str
    connection_id: str | None
    today: date
    hints: bool
    """Whether other people's addresses may be shown."""


def may_ask(actor: Actor) -> None:
    """Raise `RefusedError` unless the actor may ask about other people."""
    allow(actor, Action.VIEW_PEOPLE)


def ask(ctx: Context, actor: Actor, email: str, wanted: str = "") -> Why:
    """Answer for any teacher of the district; `wanted`: a class's id, SIS code or whole name, or empty."""
    may_ask(actor)
    return _answer(ctx, actor.district_id, email.strip(), wanted.strip(), hints=True)


def own(ctx: Context, actor: Actor) -> Why:
    """Answer for whoever asks: why a class is not in their list."""
    allow(actor, Action.LIST_CLASSES)
    return _answer(ctx, actor.district_id, actor.email, "", hints=False)


def of_class(ctx: Context, actor: Actor, course_id: str) -> Why:
    """Answer for the one who would link a class: its primary teacher, whoever asks."""
    with ctx.district(actor).read() as rows:
        course_service.allowed(rows, actor, course_id, Action.LINK)
        owner = course_service.facts(rows, actor, course_id).owner_email
    return _answer(ctx, actor.district_id, owner or actor.email, course_id, hints=Role.ADMIN in actor.roles)


def _answer(ctx: Context, district_id: str, email: str, wanted: str, *, hints: bool) -> Why:
    with ctx.database.district(district_id).read() as rows:
        today = ctx.now().astimezone(zone_of(ctx, district_id)).date()
        connection = _connection(rows)
        checks = [_account(ctx, district_id, email), _classroom(rows), *_connected(rows, connection)]
        as_of = snapshots.read_at(rows, connection.id, section_people.ROSTER, "") if connection else None
        known = connection.id if connection and as_of else None
        asked = _Asked(email=email, wanted=wanted, connection_id=known, today=today, hints=hints)
        checks += _people(ctx, rows, asked)
    return Why(email=email, wanted=wanted, cause=_cause(checks), checks=tuple(checks), as_of=as_of)


def _cause(checks: Sequence[Check]) -> Said:
    """What has to be put right first; where nothing has, what is worth knowing."""
    for state in ("failed", "notice"):
        found = [check.said for check in checks if check.state == state and check.said]
        if found:
            return found[0]
    return Said(code=str(Code.NOTHING_IN_THE_WAY))


def _check(name: str, *found: Outcome, state: State = "failed") -> Check:
    """A check that found the first of these in the way; none: it passed."""
    if not found:
        return Check(name=name, state="passed")
    return Check(name=name, state=state, said=Said(code=str(found[0].code), params=found[0].params))


def _skipped(name: str) -> Check:
    return Check(name=name, state="skipped")


def _account(ctx: Context, district_id: str, email: str) -> Check:
    person = accounts.by_email(ctx.database, email)
    roles = accounts.roles(ctx.database, district_id, person.id) if person else frozenset()
    if person is None or not roles:
        return _check("account", Outcome.of(Code.NO_ACCOUNT))
    if person.disabled_at is not None:
        return _check("account", Outcome.of(Code.ACCOUNT_DISABLED))
    return _check("account", *(() if str(Role.TEACHER) in roles else (Outcome.of(Code.NOT_A_TEACHER),)))


def _classroom(rows: Rows) -> Check:
    return _check("classroom", *(() if classrooms.list_all(rows) else (Outcome.of(Code.CLASSROOM_NOT_CONNECTED),)))


def _connection(rows: Rows) -> Connection | None:
    return next((one for one in connections.list_all(rows) if one.state == "connected"), None)


def _connected(rows: Rows, connection: Connection | None) -> list[Check]:
    """The connection with its last test and reading, and the data that may be exchanged."""
    if connection is None:
        return [_check("connection", Outcome.of(Code.NOT_CONNECTED)), _skipped("data")]
    broken = [line for line in connection.proof if line["state"] == "failed" and line["name"] in _NEEDED]
    if broken:
        said = Said(code=broken[0]["code"], params=broken[0]["params"], sis_words=broken[0].get("sis_words"))
        standing = Check(name="connection", state="failed", said=said)
    elif snapshots.read_at(rows, connection.id, section_people.ROSTER, "") is None:
        standing = _check("connection", Outcome.of(Code.ROSTER_NOT_READ))
    else:
        standing = _last_reading(rows, connection.id)
    allowed = {one.kind for one in connections.confirmed_kinds(rows, connection.id)}
    off = [Outcome.of(Code.DATA_EXCHANGE_OFF, kind=kind) for kind in KINDS if kind not in allowed]
    return [standing, _check("data", *off, state="notice" if allowed else "failed")]


_NEEDED = ("token", "rostering")
"""The proofs without which no class can be read."""


def _last_reading(rows: Rows, connection_id: str) -> Check:
    """Whether the last reading ended well; what an earlier one read stays in force."""
    last = next(iter(runs.page(rows, connection_id=connection_id, kinds=("sync",), limit=1).items), None)
    if last is None or last.state != "failed" or last.code is None:
        return _check("connection")
    params = {name: str(value) for name, value in (last.params or {}).items()}
    said = Said(code=last.code, params=params, sis_words=last.sis_words)
    return Check(name="connection", state="notice", said=said)


def _people(ctx: Context, rows: Rows, asked: "_Asked") -> list[Check]:
    """The person in the SIS, the section, its dates, and the class in Classroom."""
    connection_id = asked.connection_id
    side = next((one.side for one in classrooms.list_all(rows)), None)
    person = accounts.by_email(ctx.database, asked.email)
    named = delegates.course_ids(rows, side, person.id, ctx.now()) if side and person else []
    sought = Sought.find(rows, side, connection_id, email=asked.email, wanted=asked.wanted, delegated=named)
    checks = [*_open_to(rows, sought), _in_sis(rows, asked)]
    if asked.wanted and not sought.found:
        unknown = _check("section", Outcome.of(Code.CLASS_UNKNOWN, wanted=asked.wanted))
        return [*checks, unknown if connection_id else _skipped("section"), _skipped("term"), _skipped("class")]
    if checks[-1].state == "passed":
        checks += _named(section_checks(rows, sought, asked.today), "section", "term")
    else:
        checks += [_skipped("section"), _skipped("term")]
    return [*checks, *(_named(classroom_checks(rows, sought), "class") if side else [_skipped("class")])]


def _open_to(rows: Rows, sought: Sought) -> list[Check]:
    """The pilot and the licence, each by itself."""
    sections = [(sought.connection_id or "", one.sourced_id) for one in sought.sections]
    facts = Gate(rows).facts(sought.email, sections=sections)
    alone = {"pilot": replace(facts, licence_needed=False), "licence": replace(facts, pilot=False)}
    return [_check(name, *filter(None, [refusal(one)])) for name, one in alone.items()]


def _in_sis(rows: Rows, asked: "_Asked") -> Check:
    if asked.connection_id is None:
        return _skipped("email")
    found = teaching.users(rows, asked.connection_id, asked.email)
    if any(user.active for user in found):
        return _check("email")
    if found:
        return _check("email", Outcome.of(Code.INACTIVE_IN_SIS))
    alike = teaching.alike(rows, asked.connection_id, asked.email) if asked.hints else []
    if alike:
        return _check("email", Outcome.of(Code.EMAIL_DIFFERS_IN_SIS, found=", ".join(alike)))
    return _check("email", Outcome.of(Code.EMAIL_NOT_IN_SIS))


def _named(found: Iterable[tuple[str, Outcome]], *names: str) -> list[Check]:
    """Checks of these names: what was found in the way of each, worst first, or that nothing is."""
    said = list(found)
    checks = []
    for name in names:
        mine = sorted((one for place, one in said if place == name), key=lambda one: not one.blocks)
        checks.append(_check(name, *mine, state="failed" if mine and mine[0].blocks else "notice"))
    return checks
