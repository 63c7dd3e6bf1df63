"""Connecting the district's Classroom: a service account's key, what to delegate to it, and the test of it."""

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor
from classbridge.classroom.google import scopes
from classbridge.classroom.google.adapter import BASE_URL
from classbridge.classroom.google.keyfile import GOOGLE_TOKEN_URI, KeyFileError, read_key_file
from classbridge.classroom.google.proving import STAGES
from classbridge.jobs.stopping import stop
from classbridge.service import runs as run_service
from classbridge.service.context import Context, allow, note
from classbridge.service.errors import RefusedError, refuse
from classbridge.service.views import ProofLine, Said
from classbridge.store import classroom_entries, classrooms, links, runs
from classbridge.store.classroom_entries import ClassroomEntry
from classbridge.store.rows import Rows
from classbridge.store.runs import Run

GOOGLE, SANDBOX = "google", "sandbox"
"""The sides: Google's own Classroom, and the stand-in's."""


class GoogleForm(Struct, frozen=True, kw_only=True):
    """What an admin entered. An empty `key_file` keeps the key that is kept."""

    key_file: str | bytes = ""
    admin_email: str = ""

    def __repr__(self) -> str:
        return "GoogleForm(kept)"


class Scope(Struct, frozen=True):
    """A scope to delegate: its address, and the name of what it is for (`web.words.SCOPES`)."""

    url: str
    use: str
    needed: bool = True


SCOPES = (
    Scope(scopes.PROFILE_EMAILS, "emails"),
    Scope(scopes.COURSES, "courses"),
    Scope(scopes.ROSTERS, "rosters"),
    Scope(scopes.COURSE_WORK_READONLY, "course_work"),
    Scope(scopes.DIRECTORY, "directory", needed=False),
    Scope(scopes.LICENSING, "licences", needed=False),
)


class GoogleView(Struct, frozen=True, kw_only=True):
    """The Classroom connection as its page shows it: what is in force, what was entered, what the test found."""

    side: str | None
    """Of the Classroom in force; None: not connected."""
    connected_as: str | None
    admin_email: str
    """Entered last; of the Classroom in force where nothing was entered."""
    client_email: str
    client_id: str
    key_kept: bool
    scopes: tuple[Scope, ...]
    proof: tuple[ProofLine, ...]
    words: dict[str, str]
    """Google's own words, by the proof's name."""
    proof_run_id: str | None
    sandbox: bool
    """Whether this installation's Classroom is the sandbox's."""


def view(ctx: Context, actor: Actor) -> GoogleView:
    """The page; it never holds the key."""
    allow(actor, Action.VIEW_CONNECTION)
    with ctx.district(actor).read() as rows:
        entry = classroom_entries.latest(rows)
        force = next(iter(classrooms.list_all(rows)), None)
        proving = next((run.id for run in runs.unfinished(rows) if run.kind == "prove-classroom"), None)
    return GoogleView(
        side=force.side if force else None,
        connected_as=force.admin_email if force else None,
        admin_email=entry.admin_email if entry else force.admin_email if force else "",
        client_email=entry.client_email if entry else "",
        client_id=entry.client_id if entry else "",
        key_kept=bool(entry or force),
        scopes=SCOPES,
        proof=_proof(entry, running=proving is not None),
        words={line["name"]: line["sis_words"] for line in (entry.proof if entry else ()) if line["sis_words"]},
        proof_run_id=proving,
        sandbox=bool(_stand_in(ctx)),
    )


def save(ctx: Context, actor: Actor, form: GoogleForm) -> None:
    """Check and keep what was entered, the key sealed; raises `RefusedError` naming the field that does not fit.

    What fits is kept even when the other field does not.
    """
    allow(actor, Action.CONNECT_CLASSROOM)
    stand_in = _stand_in(ctx)
    account, wrong = _account(form.key_file, stand_in) if form.key_file else (None, None)
    email = form.admin_email.strip()
    with ctx.district(actor).write() as rows:
        account = account or _kept(ctx, rows)
        if account is not None:
            _keep(ctx, rows, actor, account, email or _kept_email(rows), stand_in)
        elif wrong is None:
            wrong = refuse(Code.FIELD_MISSING, field="key_file")
    if wrong is None and ("@" not in email or " " in email):
        wrong = refuse(Code.FIELD_MISSING, field="admin_email")
    if wrong is not None:
        raise wrong


def test(ctx: Context, actor: Actor) -> str:
    """Test what was entered, or what is in force; answers the run that does it, or the one under way."""
    allow(actor, Action.CONNECT_CLASSROOM)
    with ctx.district(actor).write() as rows:
        entry = classroom_entries.latest(rows)
        if entry is None:
            account = _kept(ctx, rows)
            if account is None:
                raise refuse(Code.FIELD_MISSING, field="key_file")
            _keep(ctx, rows, actor, account, _kept_email(rows), _stand_in(ctx))
            entry = classroom_entries.latest(rows)
        assert entry is not None  # noqa: S101, kept two lines above
        classroom_entries.save_proof(rows, entry.side, [], ctx.now())
        note(rows, actor, "classroom.test", entry.side, ctx.now())
    return run_service.enqueue(
        ctx, actor, "prove-classroom", partition="classroom", dedup="prove-classroom", side=entry.side
    )


def connect_sandbox(ctx: Context, actor: Actor) -> str:
    """Enter the sandbox's own service account and test it: one click; answers the run."""
    allow(actor, Action.CONNECT_CLASSROOM)
    stand_in = _stand_in(ctx)
    if not stand_in:
        raise refuse(Code.FIELD_MISSING, field="key_file")
    key_file = msgspec.json.encode(stand_in["service_account"])
    save(ctx, actor, GoogleForm(key_file=key_file, admin_email=stand_in["admin_email"]))
    return test(ctx, actor)


class Removal(Struct, frozen=True, kw_only=True):
    """What removing the connection means: the linked classes whose teachers can do no more, the runs it stops."""

    connected_as: str
    """The administrator's address, of the Classroom in force or of what was entered."""
    linked_classes: int
    running: int


def removal(ctx: Context, actor: Actor) -> Removal:
    """The consequences, before anything happens; raises `RefusedError` where nothing is connected or entered."""
    allow(actor, Action.VIEW_CONNECTION)
    with ctx.district(actor).read() as rows:
        sides = _sides(rows)
        if not sides:
            raise refuse(Code.CLASSROOM_NOT_CONNECTED)
        return Removal(
            connected_as=_kept_email(rows),
            linked_classes=len({(one.side, one.course_id) for one in links.list_all(rows) if one.side in sides}),
            running=len(_under_way(rows, sides)),
        )


def remove(ctx: Context, actor: Actor) -> None:
    """Stop what runs and destroy the key, in force and entered; links and what was exported stay.

    Where nothing is connected or entered it changes nothing.
    """
    allow(actor, Action.CONNECT_CLASSROOM)
    district = ctx.district(actor)
    with district.write() as rows:
        sides = _sides(rows)
        if not sides:
            return
        under_way = _under_way(rows, sides)
        note(rows, actor, "classroom.remove", min(sides), ctx.now(), stopped=len(under_way))
    for run in under_way:
        stop(ctx.jobs, district, run, Code.CLASSROOM_NOT_CONNECTED)
    # the entries first: a test that is just ending puts them in force, and must not do so after this
    classroom_entries.remove(district)
    for side in sides:
        classrooms.remove(district, side)


def _sides(rows: Rows) -> frozenset[str]:
    """The Classrooms that are connected or entered."""
    entry = classroom_entries.latest(rows)
    return frozenset({one.side for one in classrooms.list_all(rows)} | ({entry.side} if entry else set()))


def _under_way(rows: Rows, sides: frozenset[str]) -> list[Run]:
    return [run for run in runs.unfinished(rows) if run.side in sides]


def _stand_in(ctx: Context) -> dict[str, Any]:
    """The sandbox's Classroom, where the operator set one; read anew, for its addresses change with each start."""
    file = Path(ctx.settings.sandbox_info)
    if not file.is_file():
        return {}
    read: dict[str, dict[str, Any]] = msgspec.json.decode(file.read_bytes())
    return read["classroom"]


def _account(key_file: str | bytes, stand_in: dict[str, Any]) -> tuple[dict[str, Any] | None, RefusedError | None]:
    """The key file's content, or the refusal of it."""
    try:
        return read_key_file(key_file, stand_in.get("token_url", GOOGLE_TOKEN_URI)), None
    except KeyFileError as error:
        return None, _refusal(error)


def _refusal(error: KeyFileError) -> RefusedError:
    match error.fault:
        case "type":
            return refuse(Code.GOOGLE_KEY_FILE_TYPE, field="key_file", type=error.about)
        case "field":
            return refuse(Code.GOOGLE_KEY_FILE_INCOMPLETE, field="key_file", member=error.about)
        case "token_uri":
            return refuse(Code.GOOGLE_KEY_FILE_ADDRESS, field="key_file", url=error.about)
    return refuse(Code.GOOGLE_KEY_FILE_INVALID, field="key_file")


def _kept(ctx: Context, rows: Rows) -> dict[str, Any] | None:
    """The key that was entered last, or is in force."""
    if (entry := classroom_entries.latest(rows)) is not None:
        return classroom_entries.open_secret(rows, ctx.sealer, entry.side)
    if force := classrooms.list_all(rows):
        found: dict[str, Any] = classrooms.open_secret(rows, ctx.sealer, force[0].side)["service_account"]
        return found
    return None


def _kept_email(rows: Rows) -> str:
    if (entry := classroom_entries.latest(rows)) is not None:
        return entry.admin_email
    return next((force.admin_email for force in classrooms.list_all(rows)), "")


def _keep(
    ctx: Context, rows: Rows, actor: Actor, account: dict[str, Any], email: str, stand_in: dict[str, Any]
) -> None:
    side, base_url = _place(rows, account, stand_in)
    classroom_entries.save(rows, ctx.sealer, side, account, base_url=base_url, admin_email=email, at=ctx.now())
    note(rows, actor, "classroom.entry", side, ctx.now())


def _place(rows: Rows, account: dict[str, Any], stand_in: dict[str, Any]) -> tuple[str, str]:
    """The side and address that the key belongs to: a kept key's stay, for links name the side."""
    if account["token_uri"] == GOOGLE_TOKEN_URI:
        return GOOGLE, BASE_URL
    kept = next(iter(classrooms.list_all(rows)), None) or classroom_entries.latest(rows)
    side, base_url = (kept.side, kept.base_url) if kept else (SANDBOX, "")
    return side, stand_in.get("base_url", base_url)


def _proof(entry: ClassroomEntry | None, *, running: bool) -> tuple[ProofLine, ...]:
    known = {line["name"]: line for line in entry.proof} if entry else {}
    lines = []
    for name in STAGES:
        line = known.get(name)
        if line is None:
            lines.append(ProofLine(name=name, state="waiting" if running or not known else "unknown"))
        else:
            said = Said(code=line["code"], params=line["params"])
            lines.append(ProofLine(name=name, state=line["state"], said=said))
    return tuple(lines)
