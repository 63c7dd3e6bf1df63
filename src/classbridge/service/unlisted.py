"""My SIS is not listed: note which one a district wants, check it, and connect it where it fits."""

import csv
import io
from datetime import datetime
from typing import Any, get_args

import msgspec
from msgspec import Struct, field

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor
from classbridge.jobs.checking import lacking
from classbridge.jobs.stopping import stop
from classbridge.oneroster.auth import Placement
from classbridge.oneroster.conformance import Report, card
from classbridge.oneroster.models import Version
from classbridge.service import runs as run_service
from classbridge.service.context import Context, allow, note
from classbridge.service.errors import RefusedError, refuse
from classbridge.service.match_file import safe
from classbridge.service.views import RunView
from classbridge.sis.address import AddressError, clean, normalise
from classbridge.sis.clipboard import sort_pasted
from classbridge.sis.registry import profile
from classbridge.store import connections, runs, unlisted
from classbridge.store.rows import NotFoundError, Rows
from classbridge.store.unlisted import UnlistedSis

VENDOR = "generic"
AUTHS = ("oauth2", "oauth1")
CLIENT_AUTHS: tuple[str, ...] = get_args(Placement)
COLUMNS = ("sis_name", "contact", "note", "oneroster", "base_url", "checked", "fits", "connected", "created_at")
"""The columns of the list as a file."""


class Interest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which SIS is wanted; `contact` is its vendor's."""

    sis_name: str
    contact: str = ""
    note: str = ""


class Entries(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a SIS is reached. An empty secret keeps the one that is kept; an empty version is the address's."""

    base_url: str = ""
    key: str = ""
    secret: str = field(default="")
    token_url: str = ""
    version: str = ""
    auth: str = "oauth2"
    client_auth: str = "basic"
    pasted: str = ""

    def __repr__(self) -> str:
        return "Entries(kept)"


class Unlisted(Struct, frozen=True, kw_only=True):
    """A SIS that is wanted, as its page shows it; never with its key. `run` is the last check's."""

    sis: UnlistedSis
    key_kept: bool
    run: RunView | None
    report: Report | None
    lacking: tuple[str, ...]
    """The names of the checks that the main job needs and this SIS does not meet."""

    @property
    def going(self) -> bool:
        """Whether a check is under way."""
        return self.run is not None and self.run.may_cancel

    def count(self, outcome: str) -> int:
        """How many checks came to this: pass, fail or not_offered."""
        return sum(one.outcome == outcome for one in self.report.checks) if self.report else 0


def every(ctx: Context, actor: Actor) -> tuple[Unlisted, ...]:
    """All that the district wants, newest first."""
    allow(actor, Action.VIEW_CONNECTION)
    with ctx.district(actor).read() as rows:
        return tuple(_view(rows, one) for one in unlisted.list_all(rows))


def one(ctx: Context, actor: Actor, unlisted_id: str, language: str = "en") -> Unlisted:
    """One of them, its report in the reader's language."""
    allow(actor, Action.VIEW_CONNECTION)
    with ctx.district(actor).read() as rows:
        return _view(rows, find(rows, unlisted_id), language)


def begin(ctx: Context, actor: Actor, interest: Interest) -> str:
    """Note that a SIS is wanted; answers its id."""
    allow(actor, Action.CONNECT)
    entered = {**_checked(interest), "version": "1.2", "auth": "oauth2", "client_auth": "basic"}
    with ctx.district(actor).write() as rows:
        made = unlisted.add(rows, {**entered, "base_url": "", "token_url": ""}, by=actor.account_id, at=ctx.now())
        note(rows, actor, "unlisted.add", made, ctx.now())
    return made


def change(ctx: Context, actor: Actor, unlisted_id: str, interest: Interest) -> None:
    """Say otherwise which SIS is wanted."""
    allow(actor, Action.CONNECT)
    changed = _checked(interest)
    with ctx.district(actor).write() as rows:
        find(rows, unlisted_id)
        unlisted.save(rows, unlisted_id, **changed)
        note(rows, actor, "unlisted.change", unlisted_id, ctx.now())


def _checked(interest: Interest) -> dict[str, str]:
    if not interest.sis_name.strip():
        raise refuse(Code.FIELD_MISSING, field="sis_name")
    return {
        "sis_name": interest.sis_name.strip()[:200],
        "contact": interest.contact.strip()[:320],
        "note": interest.note.strip()[:2000],
    }


def check(ctx: Context, actor: Actor, unlisted_id: str, entries: Entries) -> str:
    """Keep the entries, the secret sealed, and check the SIS; answers the run, or the one under way.

    What fits is kept even when another field does not: raises `RefusedError` naming it.
    """
    allow(actor, Action.AUTHORIZE)
    entered = _sorted(entries)
    with ctx.district(actor).write() as rows:
        kept = find(rows, unlisted_id)
        wrong = _keep_secret(ctx, rows, unlisted_id, entered) or _keep_address(rows, kept, entered)
        note(rows, actor, "unlisted.check", unlisted_id, ctx.now())
    if wrong is not None:
        raise wrong
    run_id = run_service.enqueue(
        ctx,
        actor,
        "check-sis",
        partition="check-sis",
        dedup=f"check-sis:{unlisted_id}",
        request={"unlisted_id": unlisted_id},
    )
    with ctx.district(actor).write() as rows:
        unlisted.save(rows, unlisted_id, run_id=run_id)
    return run_id


def _sorted(entries: Entries) -> Entries:
    """The entries with a pasted clipboard sorted into the empty fields."""
    if not entries.pasted.strip():
        return entries
    found = sort_pasted(entries.pasted)
    return msgspec.structs.replace(
        entries,
        base_url=entries.base_url or found.url,
        key=entries.key or found.key,
        secret=entries.secret or found.secret,
        token_url=entries.token_url or found.token_url,
    )


def _keep_secret(ctx: Context, rows: Rows, unlisted_id: str, entries: Entries) -> RefusedError | None:
    kept = unlisted.open_secret(rows, ctx.sealer, unlisted_id)
    secret = {
        "client_id": entries.key.strip() or kept.get("client_id", ""),
        "client_secret": entries.secret.strip() or kept.get("client_secret", ""),
    }
    unlisted.seal(rows, ctx.sealer, unlisted_id, secret)
    empty = next((name for name in ("client_id", "client_secret") if not secret[name]), None)
    return refuse(Code.FIELD_MISSING, field=_FIELDS[empty]) if empty else None


_FIELDS = {"client_id": "key", "client_secret": "secret"}


def _keep_address(rows: Rows, kept: UnlistedSis, entries: Entries) -> RefusedError | None:
    """Normalise and keep how it is reached; the refusal of an address that is none."""
    pasted = entries.base_url.strip() or kept.base_url
    generic = profile(VENDOR)
    try:
        seen = normalise(generic, Version.V1_2, pasted).version_seen
        version = Version(entries.version) if entries.version else seen or Version(kept.version)
        base_url = normalise(generic, version, pasted).base_url
    except (AddressError, ValueError):
        return refuse(Code.URL_INVALID, field="base_url", url=pasted)
    auth = "oauth1" if entries.auth == "oauth1" and version is Version.V1_1 else "oauth2"
    wanted = entries.token_url.strip() or (kept.token_url if base_url == kept.base_url else "")
    try:
        token_url = clean(wanted) if wanted and auth == "oauth2" else ""
    except AddressError:
        return refuse(Code.URL_INVALID, field="token_url", url=wanted)
    unlisted.save(
        rows,
        kept.id,
        version=str(version),
        base_url=base_url,
        token_url=token_url,
        auth=auth,
        client_auth=entries.client_auth if entries.client_auth in CLIENT_AUTHS else CLIENT_AUTHS[0],
        report=None,  # what was found was found of other entries
        fits=None,
    )
    return None


def connect(ctx: Context, actor: Actor, unlisted_id: str) -> str:
    """Make a generic connection of a SIS that fits, with everything that was entered; answers its id.

    Again it answers the same connection. The kept key moves there; here it is destroyed.
    """
    allow(actor, Action.CONNECT)
    with ctx.district(actor).write() as rows:
        found = find(rows, unlisted_id)
        if found.connection_id:
            return found.connection_id
        if found.fits is None:
            raise refuse(Code.SIS_NOT_CHECKED)
        if not found.fits:
            raise refuse(Code.SIS_DOES_NOT_FIT, failed=len(lacking(_report(found))))
        secret = unlisted.open_secret(rows, ctx.sealer, unlisted_id)
        made = connections.create(rows, vendor=VENDOR, version=found.version, at=ctx.now())
        connections.save_overrides(rows, made.id, _overrides(found))
        connections.save_address(rows, made.id, base_url=found.base_url, token_url=found.token_url)
        connections.add_credential(rows, ctx.sealer, made.id, {**secret, "headers": {}}, at=ctx.now())
        unlisted.save(rows, unlisted_id, connection_id=made.id)
        note(rows, actor, "connection.start", made.id, ctx.now(), vendor=VENDOR, version=found.version)
    unlisted.destroy_secret(ctx.district(actor), unlisted_id)
    return made.id


def _overrides(found: UnlistedSis) -> dict[str, Any]:
    """What the connection has otherwise than the generic profile: its name, and how it signs in."""
    edition = {
        **({"auth": found.auth} if found.auth != AUTHS[0] else {}),
        **({"client_auth": found.client_auth} if found.client_auth != CLIENT_AUTHS[0] else {}),
    }
    return {"name": found.sis_name, **({"editions": {found.version: edition}} if edition else {})}


def remove(ctx: Context, actor: Actor, unlisted_id: str) -> None:
    """Forget one, its key and its report; a check under way stops. A connection made of it stays."""
    allow(actor, Action.CONNECT)
    district = ctx.district(actor)
    with district.write() as rows:
        found = find(rows, unlisted_id)
        under_way = [run for run in runs.unfinished(rows) if run.id == found.run_id]
        note(rows, actor, "unlisted.remove", unlisted_id, ctx.now())
    for run in under_way:
        stop(ctx.jobs, district, run, Code.RUN_CANCELLED)
    unlisted.remove(district, unlisted_id)


def report(ctx: Context, actor: Actor, unlisted_id: str, language: str = "en") -> Report:
    """The report card of the last check; raises `RefusedError` without one."""
    found = one(ctx, actor, unlisted_id, language).report
    if found is None:
        raise refuse(Code.SIS_NOT_CHECKED)
    return found


def as_csv(ctx: Context, actor: Actor) -> str:
    """All that the district wants, as a file; no cell is a formula."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for wanted in every(ctx, actor):
        writer.writerow([safe(cell) for cell in _cells(wanted)])
    return file.getvalue()


def _cells(wanted: Unlisted) -> tuple[str, ...]:
    sis = wanted.sis
    checked = wanted.report.at if wanted.report else None
    fits = {None: "", True: "yes", False: "no"}[sis.fits]
    reached = (f"OneRoster {sis.version}" if sis.base_url else "", sis.base_url)
    state = (_moment(checked), fits, "yes" if sis.connection_id else "no", _moment(sis.created_at))
    return (sis.sis_name, sis.contact, sis.note, *reached, *state)


def _moment(value: datetime | None) -> str:
    return value.isoformat(timespec="seconds") if value else ""


def find(rows: Rows, unlisted_id: str) -> UnlistedSis:
    """One of the district's; raises `RefusedError` where there is none."""
    try:
        return unlisted.get(rows, unlisted_id)
    except NotFoundError:
        raise refuse(Code.SIS_CHECK_NOT_FOUND) from None


def _view(rows: Rows, sis: UnlistedSis, language: str = "en") -> Unlisted:
    made = card.in_language(_report(sis), language) if sis.report else None
    return Unlisted(
        sis=sis,
        key_kept=unlisted.has_secret(rows, sis.id),
        run=run_service.as_view(runs.get(rows, sis.run_id)) if sis.run_id else None,
        report=made,
        lacking=tuple(one.name for one in lacking(made)) if made else (),
    )


def _report(sis: UnlistedSis) -> Report:
    return msgspec.convert(sis.report, Report)
