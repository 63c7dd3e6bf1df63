"""The admin's connections to student information systems: choose, enter, authorize, confirm, disconnect."""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct, field
from msgspec.structs import replace

from classbridge.bridge.expiry import Life
from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor
from classbridge.jobs.stopping import stop
from classbridge.oneroster.models import Version
from classbridge.service import choices as sis_choices
from classbridge.service import keys
from classbridge.service import runs as run_service
from classbridge.service.context import Context, allow, note, zone_of
from classbridge.service.errors import RefusedError, refuse
from classbridge.service.views import AdminHome, Chip, ConnectionView, DataKind, ProofLine, Said, SisChoice
from classbridge.sis.address import AddressError, normalise
from classbridge.sis.clipboard import sort_pasted
from classbridge.sis.profile import Profile, ProfileError
from classbridge.sis.registry import profile
from classbridge.store import classrooms, connections, districts, links, packages, runs
from classbridge.store.connections import Connection, DataExchange
from classbridge.store.rows import NotFoundError, Rows

KINDS = ("students", "teachers", "grading_periods", "grade_categories", "grades")
"""The kinds of data exchange, in the order of the pages."""

_CHIPS = {"draft": Chip.NEEDS_ATTENTION, "connected": Chip.DONE, "disconnected": Chip.DISCONNECTED}


class CredentialsForm(Struct, frozen=True, kw_only=True):
    """What an admin entered. An empty secret keeps the one that is kept; `pasted` is a whole clipboard."""

    base_url: str = ""
    key: str = ""
    secret: str = field(default="")
    token_url: str = ""
    extra_header: str = ""
    """The value of the second credential, where the profile asks for one."""
    support_consent: bool = False
    effective_on: date | None = None
    expires_on: date | None = None
    pasted: str = ""

    def __repr__(self) -> str:
        return "CredentialsForm(kept)"


def home(ctx: Context, actor: Actor, language: str = "en") -> AdminHome:
    """The admin's overview."""
    allow(actor, Action.VIEW_CONNECTION)
    district = districts.get(ctx.database, actor.district_id)
    with ctx.district(actor).read() as rows:
        classroom = next(iter(classrooms.list_all(rows)), None)
        views = tuple(_view(ctx, rows, one, language) for one in connections.list_all(rows))
        return AdminHome(
            district=district.name if district else "",
            classroom_side=classroom.side if classroom else None,
            classroom_admin=classroom.admin_email if classroom else None,
            connections=views,
            linked_classes=len({(link.side, link.course_id) for link in links.list_all(rows)}),
        )


def choices(_ctx: Context, _actor: Actor | None, language: str = "en") -> tuple[SisChoice, ...]:
    """Every SIS, with who may use it. Public: it is the status page too."""
    return sis_choices.every(language)


def start(ctx: Context, actor: Actor, vendor: str, version: str = "") -> str:
    """Begin a connection; an unfinished or cut one of the same SIS is taken up again. Answers its id.

    With it, links and the id map come back: what was exported before is known.
    """
    allow(actor, Action.CONNECT)
    try:
        chosen = profile(vendor)
        wanted = Version(version) if version else chosen.recommended
        chosen.edition(wanted)
    except (ProfileError, ValueError):
        raise refuse(Code.FIELD_MISSING, field="vendor") from None
    if chosen.state != "available":
        raise refuse(Code.SIS_IN_DEVELOPMENT, sis=chosen.name)
    with ctx.district(actor).write() as rows:
        for earlier in connections.list_all(rows):
            if (earlier.vendor, earlier.version) == (vendor, str(wanted)) and earlier.state != "connected":
                if earlier.state == "disconnected":
                    connections.set_draft(rows, earlier.id)
                    note(rows, actor, "connection.start", earlier.id, ctx.now(), again=True)
                return earlier.id
        made = connections.create(rows, vendor=vendor, version=str(wanted), at=ctx.now())
        note(rows, actor, "connection.start", made.id, ctx.now(), vendor=vendor, version=str(wanted))
    return made.id


def view(ctx: Context, actor: Actor, connection_id: str, language: str = "en") -> ConnectionView:
    """One connection's card."""
    allow(actor, Action.VIEW_CONNECTION)
    with ctx.district(actor).read() as rows:
        return _view(ctx, rows, find(rows, connection_id), language)


def save_credentials(ctx: Context, actor: Actor, connection_id: str, form: CredentialsForm) -> ConnectionView:
    """Keep what was entered, the secret sealed; raises `RefusedError` naming the field that does not fit.

    What fits is kept even when another field does not: some SIS show a secret only once.
    """
    allow(actor, Action.CONNECT)
    entered = _sorted(form)
    with ctx.district(actor).write() as rows:
        connection = find(rows, connection_id)
        wrong = _keep_secret(ctx, rows, connection, entered) or _keep_address(rows, connection, entered)
        connections.save_support_consent(rows, connection_id, entered.support_consent)
        connections.save_proof(rows, connection_id, [], ctx.now())  # what was proved was another key or address
        note(rows, actor, "connection.credentials", connection_id, ctx.now())
    if wrong is not None:
        raise wrong
    return view(ctx, actor, connection_id)


def _sorted(form: CredentialsForm) -> CredentialsForm:
    """The form with a pasted clipboard sorted into its empty fields."""
    if not form.pasted.strip():
        return form
    found = sort_pasted(form.pasted)
    return CredentialsForm(
        base_url=form.base_url or found.url,
        key=form.key or found.key,
        secret=form.secret or found.secret,
        token_url=form.token_url or found.token_url,
        extra_header=form.extra_header,
        support_consent=form.support_consent,
        effective_on=form.effective_on,
        expires_on=form.expires_on,
    )


def _keep_secret(ctx: Context, rows: Rows, connection: Connection, form: CredentialsForm) -> RefusedError | None:
    """Seal the key and secret, the kept ones filling what was left empty; the refusal of what is missing."""
    return keys.keep(
        ctx,
        rows,
        connection.id,
        {
            "client_id": form.key.strip(),
            "client_secret": form.secret.strip(),
            "headers": _headers(_profile(connection), connection.version, form.extra_header),
        },
        Life(effective_on=form.effective_on, expires_on=form.expires_on),
    )


def _headers(used: Profile, version: str, value: str) -> dict[str, str]:
    wanted = used.edition(version).headers
    return {wanted[0].name: value.strip()} if wanted and value.strip() else {}


def _keep_address(rows: Rows, connection: Connection, form: CredentialsForm) -> RefusedError | None:
    """Normalise and keep the addresses; the refusal of one that is none."""
    used = _profile(connection)
    pasted = form.base_url.strip() or connection.base_url or used.edition(connection.version).fixed_url or ""
    try:
        address = normalise(used, connection.version, pasted)
    except AddressError:
        return refuse(Code.URL_INVALID, field="base_url", url=pasted)
    # the kept one may be another than the usual one: Authorize found the SIS there
    base_url = pasted if pasted == connection.base_url else address.base_url
    kept = connection.token_url if base_url == connection.base_url else ""
    token_url = form.token_url.strip() or address.token_url or kept  # none: Authorize looks for it
    connections.save_address(rows, connection.id, base_url=base_url, token_url=token_url)
    return None


def authorize(ctx: Context, actor: Actor, connection_id: str) -> str:
    """Prove the connection; answers the run that does it, or the one under way."""
    allow(actor, Action.AUTHORIZE)
    with ctx.district(actor).write() as rows:
        find(rows, connection_id)
        connections.save_proof(rows, connection_id, [], ctx.now())
        note(rows, actor, "connection.authorize", connection_id, ctx.now())
    return run_service.enqueue(
        ctx,
        actor,
        "authorize",
        partition=f"{connection_id}:interactive",
        dedup=f"authorize:{connection_id}",
        connection_id=connection_id,
    )


def confirm_data(ctx: Context, actor: Actor, connection_id: str, kinds: Iterable[str]) -> None:
    """Confirm the kinds of data exchange that are ticked, and read the SIS's rosters for the first time."""
    allow(actor, Action.CONFIRM_DATA_EXCHANGE)
    chosen = [kind for kind in KINDS if kind in set(kinds)]
    with ctx.district(actor).write() as rows:
        connection = find(rows, connection_id)
        if connection.state != "connected":
            raise refuse(Code.NOT_CONNECTED)
        connections.confirm_kinds(rows, connection_id, chosen, offered=KINDS, by=actor.account_id, at=ctx.now())
        note(rows, actor, "connection.data_exchange", connection_id, ctx.now(), kinds=chosen)
    sync(ctx, actor, connection_id)


def sync(ctx: Context, actor: Actor, connection_id: str) -> str:
    """Read the SIS's rosters; answers the run."""
    allow(actor, Action.CONNECT)
    return run_service.enqueue(
        ctx,
        actor,
        "sync",
        partition=connection_id,
        dedup=f"sync:{connection_id}",
        connection_id=connection_id,
    )


def set_support(ctx: Context, actor: Actor, connection_id: str, on: bool) -> None:
    """Consent to sharing the district's domain name with the SIS vendor, or take the consent back."""
    allow(actor, Action.SET_SUPPORT)
    with ctx.district(actor).write() as rows:
        find(rows, connection_id)
        connections.save_support_consent(rows, connection_id, on)
        note(rows, actor, "connection.support", connection_id, ctx.now(), on=on)


def disconnect(ctx: Context, actor: Actor, connection_id: str) -> None:
    """Stop what runs, destroy the credentials, keep links, the id map and what stands in the SIS."""
    allow(actor, Action.DISCONNECT)
    district = ctx.district(actor)
    with district.write() as rows:
        find(rows, connection_id)
        under_way = runs.unfinished(rows, connection_id=connection_id)
        connections.set_disconnected(rows, connection_id, ctx.now())
        note(rows, actor, "connection.disconnect", connection_id, ctx.now(), stopped=len(under_way))
    for run in under_way:
        stop(ctx.jobs, district, run, Code.NOT_CONNECTED)
    connections.destroy_credentials(district, connection_id)


def find(rows: Rows, connection_id: str) -> Connection:
    """The connection; raises `RefusedError` where there is none."""
    try:
        return connections.get(rows, connection_id)
    except NotFoundError:
        raise refuse(Code.CONNECTION_NOT_FOUND) from None


def _profile(connection: Connection) -> Profile:
    return profile(connection.vendor).with_overrides(connection.overrides)


def _view(ctx: Context, rows: Rows, connection: Connection, language: str) -> ConnectionView:
    today = ctx.now().astimezone(zone_of(ctx, rows.district_id)).date()
    decided = {one.kind: one for one in connections.decided_kinds(rows, connection.id)}
    kept = keys.lines(rows, connection.id, today)
    under_way = runs.unfinished(rows, connection_id=connection.id)
    proving = next((run.id for run in under_way if run.kind == "authorize"), None)
    linked = {(link.side, link.course_id) for link in links.list_all(rows, connection_id=connection.id)}
    known = sis_choices.one(connection.vendor, language)
    choice = replace(known, support=sis_choices.contact(_profile(connection)))
    return ConnectionView(
        id=connection.id,
        vendor=connection.vendor,
        name=_profile(connection).name,
        version=connection.version,
        state=connection.state,
        chip=_CHIPS[connection.state],
        base_url=connection.base_url,
        token_url=connection.token_url,
        key_kept=bool(kept) or packages.any_taken(rows, connection.id),
        package_came=bool(packages.listed(rows, connection.id)),
        keys=kept,
        key_expires_on=keys.last_day(rows, connection.id, today),
        key_habits=keys.habits(_profile(connection).edition(connection.version), today),
        support_consent=connection.support_consent,
        proof=tuple(_proof(connection, running=proving is not None)),
        proof_run_id=proving,
        proved_at=connection.proved_at,
        connected_at=connection.connected_at,
        data=tuple(_data_kind(kind, decided.get(kind)) for kind in KINDS),
        linked_classes=len(linked),
        running=len(under_way),
        choice=choice,
    )


def _data_kind(kind: str, decided: DataExchange | None) -> DataKind:
    if decided is None:
        return DataKind(kind=kind, confirmed=False)
    return DataKind(kind=kind, confirmed=decided.allowed, confirmed_at=decided.confirmed_at)


def _proof(connection: Connection, *, running: bool) -> Sequence[ProofLine]:
    known = {line["name"]: line for line in connection.proof}
    lines = []
    for name in ("token", "rostering", "gradebook", "write"):
        line = known.get(name)
        if line is None:
            lines.append(ProofLine(name=name, state="waiting" if running or not known else "unknown"))
        else:
            said = Said(code=line["code"], params=line["params"], sis_words=line.get("sis_words"))
            also = Said(code=line["also"], params=line["also_params"]) if line.get("also") else None
            tried = tuple(line.get("tried", ()))
            lines.append(ProofLine(name=name, state=line["state"], said=said, tried=tried, also=also))
    return lines
