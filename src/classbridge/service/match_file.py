"""Matches as a CSV file: everybody of the list out, and what an admin wrote into its account column in again."""

import csv
import io
from collections.abc import Collection, Iterator

from msgspec import Struct

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor
from classbridge.service import people
from classbridge.service.context import Context, allow, note
from classbridge.service.errors import RefusedError, refuse
from classbridge.service.identifying import Claims, Place, made, place_of
from classbridge.service.people import PersonRow
from classbridge.service.views import Said
from classbridge.store import matches
from classbridge.store import people as kept
from classbridge.store.people import OPEN, Asked
from classbridge.store.rows import Rows

COLUMNS = (
    *("sis_id", "account", "name", "email", "identifier", "roles", "state"),
    *("matched_account", "matched_email", "suggested_email", "suggested_because"),
)
"""The file's columns. `account` is the one that is read again; in a file that goes out it holds what was said."""

NOBODY, BY_EMAIL = "nobody", "email"
"""What `account` may say besides an address or an id: never match this person; match them by e-mail again."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
"""How a cell begins that a spreadsheet would take for a formula, or that was made safe from that."""


class RowProblem(Struct, frozen=True, kw_only=True):
    """What is wrong with a line of the file (the first is 1) and the person it is about."""

    line: int
    sis_id: str
    said: Said


class Applied(Struct, frozen=True, kw_only=True):
    """What became of a file: how many lines say something, and what is wrong with any; then nothing is changed."""

    rows: int
    changed: int
    problems: tuple[RowProblem, ...]


def write(
    ctx: Context,
    actor: Actor,
    *,
    states: Collection[str] = OPEN,
    role: str = "",
    search: str = "",
    connection_id: str = "",
) -> str:
    """The list as CSV; no cell of it is a formula. Of a protected person it holds what the SIS sends."""
    found = people.listed(
        ctx, actor, states=states, role=role, search=search, connection_id=connection_id, limit=None
    )
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(COLUMNS)
    lines.writerows([safe(cell) for cell in _cells(row)] for row in found.items)
    with ctx.district(actor).write() as rows:
        note(rows, actor, "people.export", found.connection_id, ctx.now(), people=len(found.items))
    return text.getvalue()


def _cells(row: PersonRow) -> tuple[str, ...]:
    account, best = row.account, next(iter(row.suggestions), None)
    said = {"nobody": NOBODY, "overridden": account.user_id if account else ""}.get(row.state, "")
    told = (row.sis_id, said, row.name, row.email or "", row.identifier or "", " ".join(row.roles), row.state)
    known = (account.user_id, account.email or "") if account else ("", "")
    return (*told, *known, *((best.email or "", best.reason) if best else ("", "")))


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _plain(cell: str) -> str:
    """A cell as it was before it was made safe."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def read(ctx: Context, actor: Actor, content: bytes, connection_id: str = "") -> Applied:
    """Say who is who as the file does; a line with an empty `account` says nothing.

    All lines or none: with one that cannot be taken, every such line is answered and nothing is changed.
    Raises `RefusedError` for what is no such file.
    """
    allow(actor, Action.MANAGE_PEOPLE)
    lines = list(_lines(content))
    with ctx.district(actor).write() as rows:
        place = place_of(rows, connection_id)
        said, problems = _understood(rows, place, lines)
        before = matches.overrides(rows, place.connection_id, place.side).accounts
        changes = {one: account for one, account in said.items() if before.get(one, BY_EMAIL) != account}
        if not problems and changes:
            for one in (one for one, account in changes.items() if account == BY_EMAIL):
                matches.remove(rows, place.connection_id, place.side, one)
            chosen = {one: account for one, account in changes.items() if account != BY_EMAIL}
            matches.save(rows, [made(place, *pair, actor, ctx.now()) for pair in chosen.items()])
            note(rows, actor, "people.import", place.connection_id, ctx.now(), people=len(changes))
    return Applied(rows=len(lines), changed=0 if problems else len(changes), problems=tuple(problems))


def _lines(content: bytes) -> Iterator[tuple[int, str, str]]:
    """The lines that say something: number, sourcedId, account."""
    try:
        # Whole first: the reader takes a file apart by lines, and a quoted cell may hold several.
        table = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        if not {"sis_id", "account"} <= set(table.fieldnames or ()):
            raise refuse(Code.MATCH_FILE_INVALID, field="file")
        for row in table:
            account = _plain(row["account"] or "")
            if account:
                yield table.line_num, _plain(row["sis_id"] or ""), account
    except (UnicodeDecodeError, csv.Error):
        raise refuse(Code.MATCH_FILE_INVALID, field="file") from None


def _understood(
    rows: Rows, place: Place, lines: list[tuple[int, str, str]]
) -> tuple[dict[str, str | None], list[RowProblem]]:
    """What the lines say by sourcedId, and those that cannot be taken; accounts are weighed in the whole file."""
    told = {sis_id for _, sis_id, _ in lines}
    overrides = matches.overrides(rows, place.connection_id, place.side).accounts
    said_before = {one: account for one, account in overrides.items() if one not in told}
    known = _Known(
        people={one.sourced_id for one in kept.page(rows, _everybody(place), limit=None).items},
        claims=Claims(kept.accounts(rows, place.side).values(), said_before),
    )
    said: dict[str, str | None] = {}
    problems = []
    for line, sis_id, account in lines:
        try:
            said[sis_id] = known.account(line, sis_id, account)
        except RefusedError as error:
            problems.append(RowProblem(line=line, sis_id=sis_id, said=error.said))
    return said, problems


def _everybody(place: Place) -> Asked:
    return Asked(connection_id=place.connection_id, side=place.side)


class _Known(Struct):
    """What a line is weighed against."""

    people: set[str]
    claims: Claims
    lines: dict[str, int] = {}

    def account(self, line: int, sis_id: str, account: str) -> str | None:
        """What a line says: an account, nobody (None), or that the e-mail address tells; raises `RefusedError`."""
        first = self.lines.setdefault(sis_id, line)
        if first != line:
            raise refuse(Code.MATCH_ROW_TWICE, line=first)
        if sis_id not in self.people:
            raise refuse(Code.PERSON_NOT_FOUND)
        word = account.casefold()
        if word in (NOBODY, BY_EMAIL):
            return None if word == NOBODY else BY_EMAIL
        return self.claims.claim(sis_id, account)
