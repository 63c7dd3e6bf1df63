"""Who is who: the district's people of the SIS, their accounts in Classroom, and what an admin says about them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from classbridge.bridge.matching import Suggestion, suggest
from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor
from classbridge.classroom.models import Member, Name, UserProfile
from classbridge.oneroster.models import User
from classbridge.service.context import Context, allow, note
from classbridge.service.errors import refuse
from classbridge.service.identifying import Claims, Place, find, key_of, made, place_of, reference
from classbridge.sis.registry import profile
from classbridge.store import accounts, connections, districts, matches, people, section_people, snapshots
from classbridge.store.matches import Refusal
from classbridge.store.people import OPEN, STATES, Account, Asked, KeptPerson, State
from classbridge.store.rows import Rows

SHOWN = 3
"""How many suggestions of a person are shown."""

Decision = Literal["account", "nobody", "email"]
"""What an admin says of a person: who it is, that it is nobody, or that the e-mail address tells again."""


class Candidate(Struct, frozen=True, kw_only=True):
    """An account in Classroom that may be somebody's, with the reason; `score` is 0 to 100.

    `key` is theirs where they are nobody's in the SIS, to ask what is kept of them.
    """

    user_id: str
    name: str
    email: str | None
    reason: str = ""
    score: int = 0
    key: str = ""


class PersonRow(Struct, frozen=True, kw_only=True):
    """A person of the SIS. `account` is whom they are matched to; of a protected person only its id is shown."""

    key: str
    sis_id: str
    name: str
    email: str | None
    identifier: str | None
    roles: tuple[str, ...]
    state: State
    protected: bool
    account: Candidate | None
    suggestions: tuple[Candidate, ...]


class PeopleList(Struct, frozen=True, kw_only=True):
    """A page of people, how many there are in each state, and when the SIS was last read whole."""

    items: tuple[PersonRow, ...]
    next: str | None
    counts: dict[State, int]
    connection_id: str
    sis_name: str
    as_of: datetime | None


class PersonView(Struct, frozen=True, kw_only=True):
    """One person, with everything that may be them, and what somebody said."""

    row: PersonRow
    refused: tuple[Candidate, ...]
    said_by: str | None
    said_at: datetime | None
    reference: str
    """What stands for the person in the audit log."""


def listed(
    ctx: Context,
    actor: Actor,
    *,
    states: Collection[str] = OPEN,
    role: str = "",
    search: str = "",
    connection_id: str = "",
    cursor: str | None = None,
    limit: int | None = 50,
) -> PeopleList:
    """People of the SIS by name, those in these states (none: all), with suggestions for whoever needs one.

    Raises `CursorError` for a cursor that is not ours.
    """
    allow(actor, Action.VIEW_PEOPLE)
    with ctx.district(actor).read() as rows:
        place = place_of(rows, connection_id)
        asked = Asked(
            connection_id=place.connection_id,
            side=place.side,
            states=[state for state in STATES if state in states],
            role=role,
            search=search,
        )
        page = people.page(rows, asked, cursor=cursor, limit=limit)
        return PeopleList(
            items=tuple(_rows(rows, place, page.items)),
            next=page.next,
            counts=people.counts(rows, asked),
            connection_id=place.connection_id,
            sis_name=profile(connections.get(rows, place.connection_id).vendor).name,
            as_of=snapshots.read_at(rows, place.connection_id, section_people.ROSTER, ""),
        )


def strangers(
    ctx: Context, actor: Actor, *, search: str = "", connection_id: str = "", after: str = "", limit: int = 50
) -> tuple[list[Candidate], str | None]:
    """People in linked classes of Classroom who are nobody's in the SIS; and after whom the next page begins."""
    allow(actor, Action.VIEW_PEOPLE)
    with ctx.district(actor).read() as rows:
        place = place_of(rows, connection_id)
        found = people.unmatched_accounts(rows, place.connection_id, place.side, linked=True, search=search)
    ids = [one.user_id for one in found]
    start = ids.index(after) + 1 if after in ids else 0
    shown = found[start : start + limit]
    known = [replace(_candidate(one), key=key_of(place.side, one.user_id)) for one in shown]
    return known, shown[-1].user_id if start + limit < len(found) else None


def view(ctx: Context, actor: Actor, key: str) -> PersonView:
    """One person of the SIS; raises `RefusedError` where there is none."""
    allow(actor, Action.VIEW_PEOPLE)
    with ctx.district(actor).read() as rows:
        place, person = find(rows, key)
        said = matches.list_all(rows, place.connection_id, place.side).get(person.sourced_id)
        refused = matches.refusals(rows, place.connection_id, place.side, [person.sourced_id])
        known = people.accounts(rows, place.side, [one.user_id for one in refused])
        row = next(iter(_rows(rows, place, [person], shown=10)))
    by = accounts.get(ctx.database, said.by) if said else None
    return PersonView(
        row=row,
        refused=tuple(_candidate(known.get(one.user_id), one.user_id, hidden=person.protected) for one in refused),
        said_by=by.name if by else None,
        said_at=said.at if said else None,
        reference=reference(ctx, key),
    )


def decide(ctx: Context, actor: Actor, key: str, decision: Decision, account: str = "") -> None:
    """Say who a person is, by the account's address or id; or that they are nobody; or take it back.

    It lasts, and imports, exports and pages go by it. Raises `RefusedError`.
    """
    allow(actor, Action.MANAGE_PEOPLE)
    with ctx.district(actor).write() as rows:
        place, person = find(rows, key)
        if decision == "email":
            matches.remove(rows, place.connection_id, place.side, person.sourced_id)
        else:
            chosen = _claimed(rows, place, person.sourced_id, account) if decision == "account" else None
            matches.save(rows, [made(place, person.sourced_id, chosen, actor, ctx.now())])
        note(rows, actor, f"person.{decision}", reference(ctx, key), ctx.now())


def _claimed(rows: Rows, place: Place, sis_id: str, account: str) -> str:
    wanted = account.strip()
    known = people.accounts(rows, place.side, [wanted]).values() or people.accounts_of(rows, place.side, wanted)
    return Claims(known, matches.overrides(rows, place.connection_id, place.side).accounts).claim(sis_id, wanted)


def refuse_pair(ctx: Context, actor: Actor, key: str, user_id: str, *, refused: bool = True) -> None:
    """Say that a person is never this account, whatever the addresses; or (`refused` False) take it back."""
    allow(actor, Action.MANAGE_PEOPLE)
    with ctx.district(actor).write() as rows:
        place, person = find(rows, key)
        pair = {"connection_id": place.connection_id, "sis_user_id": person.sourced_id, "side": place.side}
        if refused and not people.accounts(rows, place.side, [user_id]):
            raise refuse(Code.MATCH_ACCOUNT_UNKNOWN, account=user_id)
        if refused:
            matches.refuse(rows, [Refusal(**pair, user_id=user_id, by=actor.account_id, at=ctx.now())])
        else:
            matches.allow_again(rows, place.connection_id, place.side, person.sourced_id, user_id)
        note(rows, actor, "person.refuse" if refused else "person.allow", reference(ctx, key), ctx.now())


def _rows(rows: Rows, place: Place, found: Sequence[KeptPerson], shown: int = SHOWN) -> Iterable[PersonRow]:
    known = people.accounts(rows, place.side, [one.user_id for one in found if one.user_id])
    offered = _suggestions(rows, place, [one for one in found if one.state in OPEN or one.state == "unseen"])
    for one in found:
        account = known.get(one.user_id or "")
        yield PersonRow(
            key=key_of(one.connection_id, one.sourced_id),
            sis_id=one.sourced_id,
            name=f"{one.given_name} {one.family_name}".strip(),
            email=one.email,
            identifier=one.identifier,
            roles=tuple(dict.fromkeys(role["role"] for role in one.roles)),
            state=one.state,
            protected=one.protected,
            account=_candidate(account, one.user_id, hidden=one.protected) if one.user_id else None,
            suggestions=tuple(
                _candidate(as_account(s.member), reason=str(s.reason), score=s.score)
                for s in offered.get(one.sourced_id, [])[:shown]
            ),
        )


def _suggestions(rows: Rows, place: Place, found: Sequence[KeptPerson]) -> dict[str, list[Suggestion]]:
    """What may be the account of each of these people; of protected ones nothing is looked for."""
    if not found:
        return {}
    free = people.unmatched_accounts(rows, place.connection_id, place.side)
    refused = matches.overrides(rows, place.connection_id, place.side).refused
    hidden = [one.sourced_id for one in found if one.protected]
    made: dict[str, list[Suggestion]] = {}
    for one in suggest(map(_member, free), map(_user, found), districts.domains(rows), hidden, refused):
        made.setdefault(one.user.sourced_id, []).append(one)
    return made


def _member(account: Account) -> Member:
    name = Name(given_name=account.given_name, family_name=account.family_name)
    profile_ = UserProfile(id=account.user_id, name=name, email_address=account.email)
    return Member(course_id="", user_id=account.user_id, profile=profile_)


def _user(person: KeptPerson) -> User:
    return User(
        sourced_id=person.sourced_id,
        given_name=person.given_name,
        family_name=person.family_name,
        email=person.email,
        identifier=person.identifier,
        username=person.username,
    )


def as_account(member: Member) -> Account:
    """A member as an account of Classroom."""
    profile_ = member.profile or UserProfile(id=member.user_id)
    name, email = profile_.name, profile_.email_address
    return Account(user_id=member.user_id, email=email, given_name=name.given_name, family_name=name.family_name)


def _candidate(
    account: Account | None, user_id: str = "", *, reason: str = "", score: int = 0, hidden: bool = False
) -> Candidate:
    """An account as it is shown; `hidden`: a protected person's, whom Classroom may name and the SIS does not."""
    if account is None or hidden:
        email = user_id if "@" in user_id and not hidden else None
        return Candidate(user_id=account.user_id if account else user_id, name="", email=email)
    name = f"{account.given_name} {account.family_name}".strip()
    return Candidate(user_id=account.user_id, name=name, email=account.email, reason=reason, score=score)
