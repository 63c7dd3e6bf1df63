"""Licences: whether teachers need one here, where it is known from, and who has one."""

from datetime import date, datetime

from msgspec import Struct

from classbridge.bridge import addresses
from classbridge.bridge.addresses import BadRow
from classbridge.bridge.gate import LicenceSource
from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor, Role
from classbridge.classroom.google.licensing import RULE, SKUS
from classbridge.jobs.gate import default_source, licence_source
from classbridge.service import courses as course_service
from classbridge.service import runs as run_service
from classbridge.service.context import Context, allow, note
from classbridge.service.errors import refuse
from classbridge.service.views import Said
from classbridge.store import accounts, licences, runs
from classbridge.store.cursors import Page
from classbridge.store.licences import KeptLicence, LicencePolicy
from classbridge.store.rows import Rows

SHOWN = 100
"""How many teachers without a licence, and bad rows of a list, are named; the rest is counted."""

READING = "read-licences"


class Holder(Struct, frozen=True, kw_only=True):
    """Somebody with a licence; `licence` is its name at Google, empty where it comes from a list."""

    email: str
    licence: str


class TeacherWithout(Struct, frozen=True, kw_only=True):
    """A teacher with an account here for whom no licence is known."""

    email: str
    name: str


class LicencesView(Struct, frozen=True, kw_only=True):
    """The policy and what is known. `decided`: an admin chose the source; otherwise it is the default."""

    source: LicenceSource
    default: LicenceSource
    decided: bool
    rule_function: str
    rule_since: date
    accepted: tuple[str, ...]
    """The licences that are enough, by Google's names."""
    as_of: datetime | None
    people: int
    teachers: int
    without: tuple[TeacherWithout, ...]
    without_count: int
    reading_run_id: str | None
    failed: Said | None
    """Why the last reading from Google failed, where it did."""


class LicenceRule(Struct, frozen=True, kw_only=True):
    """The rule in one line: the source in force, and since when Google asks for a licence."""

    source: LicenceSource
    since: date


class ListReport(Struct, frozen=True, kw_only=True):
    """What became of an uploaded list; `bad` names the first rows that were left out of `bad_count`."""

    kept: int
    bad: tuple[BadRow, ...]
    bad_count: int


def rule(ctx: Context, actor: Actor) -> LicenceRule:
    """The rule that is in force, for the wizard."""
    allow(actor, Action.VIEW_CONNECTION)
    with ctx.district(actor).read() as rows:
        return LicenceRule(source=licence_source(rows), since=RULE.since)


def view(ctx: Context, actor: Actor) -> LicencesView:
    """The policy, how many licences are known, and which teachers have none."""
    allow(actor, Action.VIEW_PEOPLE)
    people = accounts.of_district(ctx.database, actor.district_id)
    teachers = [one for one, roles in people if Role.TEACHER in roles and one.disabled_at is None]
    with ctx.district(actor).read() as rows:
        source = licence_source(rows)
        having = licences.having(rows, source, [one.email for one in teachers])
        without = [one for one in teachers if one.email not in having] if source is not LicenceSource.OFF else []
        return LicencesView(
            source=source,
            default=default_source(rows),
            decided=licences.policy(rows) is not None,
            rule_function=RULE.function,
            rule_since=RULE.since,
            accepted=tuple(sku.name for sku in SKUS),
            as_of=licences.read_at(rows, source),
            people=licences.count(rows, source),
            teachers=len(teachers),
            without=tuple(TeacherWithout(email=one.email, name=one.name) for one in without[:SHOWN]),
            without_count=len(without),
            reading_run_id=next((run.id for run in runs.unfinished(rows) if run.kind == READING), None),
            failed=_failed(rows),
        )


def _failed(rows: Rows) -> Said | None:
    last = next(iter(runs.page(rows, kinds=(READING,), limit=1).items), None)
    if last is None or last.state != "failed":
        return None
    return run_service.said(last.code, last.params, last.sis_words)


def holders(
    ctx: Context, actor: Actor, *, search: str = "", after: str | None = None, limit: int = 100
) -> Page[Holder]:
    """Those with a licence whose address has `search` in it, by address; of the source in force."""
    allow(actor, Action.VIEW_PEOPLE)
    with ctx.district(actor).read() as rows:
        page = licences.page(rows, licence_source(rows), search=search, after=after, limit=limit)
    return Page(items=[_holder(one) for one in page.items], next=page.next)


def _holder(one: KeptLicence) -> Holder:
    return Holder(email=one.email, licence=next((sku.name for sku in SKUS if sku.sku == one.sku), one.sku))


def set_source(ctx: Context, actor: Actor, source: str) -> str | None:
    """Switch the policy off, or on with its source; with Google answers the run that reads the licences."""
    allow(actor, Action.SET_POLICY)
    if source not in list(LicenceSource):
        raise refuse(Code.FIELD_MISSING, field="source")
    with ctx.district(actor).write() as rows:
        if source == LicenceSource.GOOGLE:
            course_service.side(rows)
        _decide(ctx, rows, actor, source)
    return read(ctx, actor) if source == LicenceSource.GOOGLE else None


def _decide(ctx: Context, rows: Rows, actor: Actor, source: str) -> None:
    decided = LicencePolicy(source=str(source), changed_by=actor.account_id, changed_at=ctx.now())
    licences.decide(rows, decided)
    note(rows, actor, "licences.policy", actor.district_id, ctx.now(), source=str(source))


def upload(ctx: Context, actor: Actor, content: bytes) -> ListReport:
    """Put a list in place of the one that was uploaded before, and make it the source.

    Raises `RefusedError` for a file without any address; the earlier list then stays.
    """
    allow(actor, Action.SET_POLICY)
    if not content.strip():
        raise refuse(Code.FIELD_MISSING, field="list")
    read_ = addresses.read_file(content)
    if not read_.found:
        raise refuse(Code.LICENCE_LIST_UNREADABLE, field="list")
    at = ctx.now()
    with ctx.district(actor).write() as rows:
        licences.add(rows, LicenceSource.LIST, at.isoformat(), dict.fromkeys(read_.found, ""))
        licences.conclude(rows, LicenceSource.LIST, at.isoformat(), at)
        _decide(ctx, rows, actor, LicenceSource.LIST)
        note(rows, actor, "licences.list", actor.district_id, at, people=len(read_.found), left_out=len(read_.bad))
    return ListReport(kept=len(read_.found), bad=read_.bad[:SHOWN], bad_count=len(read_.bad))


def read(ctx: Context, actor: Actor) -> str:
    """Read the licences from Google; answers the run, or the one under way."""
    allow(actor, Action.SET_POLICY)
    with ctx.district(actor).write() as rows:
        side = course_service.side(rows)
        note(rows, actor, "licences.read", actor.district_id, ctx.now())
    return run_service.enqueue(ctx, actor, READING, partition="licences", dedup=READING, side=side)
