"""Which person of Classroom is which person of the SIS: by e-mail address, or because someone said so.

Exactly one of each side makes a pair. None or several is an outcome, never a guess. Suggestions are for a person
to accept; nothing acts on them.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import product

from msgspec import Struct

from classbridge.classroom.models import Member
from classbridge.oneroster.models import User


class Pair(Struct, frozen=True):
    """One person on both sides."""

    member: Member
    user: User
    overridden: bool = False


class Ambiguity(Struct, frozen=True):
    """An e-mail address (or an override) that names several people on a side; none of them is matched."""

    members: tuple[Member, ...]
    users: tuple[User, ...]


class Matches(Struct, frozen=True):
    """The people of both sides: everyone is in exactly one of the four."""

    pairs: tuple[Pair, ...]
    unmatched_classroom: tuple[Member, ...]
    unmatched_sis: tuple[User, ...]
    ambiguous: tuple[Ambiguity, ...]

    def user_of(self) -> dict[str, User]:
        """Return the SIS person by the Classroom user id."""
        return {pair.member.user_id: pair.user for pair in self.pairs}

    def member_of(self) -> dict[str, Member]:
        """Return the Classroom person by the SIS sourcedId."""
        return {pair.user.sourced_id: pair.member for pair in self.pairs}

    def ambiguous_members(self) -> frozenset[str]:
        """Return the Classroom user ids that stand in an ambiguity."""
        return frozenset(m.user_id for found in self.ambiguous for m in found.members)

    def ambiguous_users(self) -> frozenset[str]:
        """Return the sourcedIds that stand in an ambiguity."""
        return frozenset(u.sourced_id for found in self.ambiguous for u in found.users)


class Reason(StrEnum):
    """Why two people are suggested to be one."""

    ALIAS = "alias"
    OTHER_DOMAIN = "other_domain"
    IDENTIFIER = "identifier"
    NAME = "name"


class Suggestion(Struct, frozen=True):
    """A possible pair; `score` is 0 to 100."""

    member: Member
    user: User
    reason: Reason
    score: int


_SCORES = {Reason.ALIAS: 90, Reason.OTHER_DOMAIN: 80, Reason.IDENTIFIER: 70, Reason.NAME: 50}


def normal_email(email: str | None) -> str:
    """Return the address as it is compared: composed, trimmed, case-folded; "" where there is none."""
    return unicodedata.normalize("NFKC", email or "").strip().casefold()


def match_students(
    members: Sequence[Member], users: Sequence[User], overrides: Mapping[str, str | None] | None = None
) -> Matches:
    """Pair the people of a class with those of the SIS; teachers are paired the same way.

    `overrides` says for a user's sourcedId which Classroom user id it is, or None for "nobody here". A SIS person
    marked as deleted is left out; a person listed twice counts once.
    """
    there = {m.user_id: m for m in members}
    known = {u.sourced_id: u for u in users if u.active}
    said = {s: m for s, m in (overrides or {}).items() if s in known and (m is None or m in there)}
    pairs, ambiguous, done_members = _overridden(there, known, said)
    by_email: defaultdict[str, tuple[list[Member], list[User]]] = defaultdict(lambda: ([], []))
    unmatched_members, unmatched_users = [], [known[s] for s, m in said.items() if m is None]
    for member in there.values():
        if member.user_id not in done_members:
            by_email[_member_email(member)][0].append(member)
    for user in known.values():
        if user.sourced_id not in said:
            by_email[normal_email(user.email)][1].append(user)
    for email, (some_members, some_users) in by_email.items():
        if not email or not some_members or not some_users:
            # A shared address in the SIS is doubtful even when nobody of this class has it yet.
            if email and len(some_users) > 1:
                ambiguous.append(Ambiguity((), tuple(some_users)))
            else:
                unmatched_users += some_users
            unmatched_members += some_members
        elif len(some_members) == len(some_users) == 1:
            pairs.append(Pair(some_members[0], some_users[0]))
        else:
            ambiguous.append(Ambiguity(tuple(some_members), tuple(some_users)))
    return Matches(
        tuple(sorted(pairs, key=lambda p: p.user.sourced_id)),
        tuple(sorted(unmatched_members, key=lambda m: m.user_id)),
        tuple(sorted(unmatched_users, key=lambda u: u.sourced_id)),
        tuple(ambiguous),
    )


def _overridden(
    there: Mapping[str, Member], known: Mapping[str, User], said: Mapping[str, str | None]
) -> tuple[list[Pair], list[Ambiguity], set[str]]:
    claims: defaultdict[str, list[User]] = defaultdict(list)
    for sourced_id, user_id in said.items():
        if user_id is not None:
            claims[user_id].append(known[sourced_id])
    pairs = [Pair(there[i], found[0], overridden=True) for i, found in claims.items() if len(found) == 1]
    ambiguous = [Ambiguity((there[i],), tuple(found)) for i, found in claims.items() if len(found) > 1]
    return pairs, ambiguous, set(claims)


def _member_email(member: Member) -> str:
    return normal_email(member.profile.email_address if member.profile else None)


def suggest(
    members: Iterable[Member],
    users: Iterable[User],
    domains: Collection[str] = (),
    protected: Collection[str] = (),
) -> tuple[Suggestion, ...]:
    """Suggest pairs among the unmatched, best first; `domains` are the district's own.

    `protected` sourcedIds are never suggested: looking for a hidden person would show that they exist.
    """
    hidden = frozenset(protected)
    own = frozenset(normal_email(domain) for domain in domains)
    found = (_suggestion(m, u, own) for m, u in product(members, users) if u.sourced_id not in hidden)
    return tuple(
        sorted(
            (s for s in found if s is not None),
            key=lambda s: (-s.score, s.user.sourced_id, s.member.user_id),
        )
    )


def _suggestion(member: Member, user: User, domains: frozenset[str]) -> Suggestion | None:
    local, _, domain = _member_email(member).partition("@")
    other_local, _, other_domain = normal_email(user.email).partition("@")
    reason = None
    if local and domain == other_domain and _unaliased(local) == _unaliased(other_local):
        reason = Reason.ALIAS
    elif local and local == other_local and {domain, other_domain} <= domains:
        reason = Reason.OTHER_DOMAIN
    elif local and local in _identifiers(user):
        reason = Reason.IDENTIFIER
    elif _same_name(member, user):
        reason = Reason.NAME
    return None if reason is None else Suggestion(member, user, reason, _SCORES[reason])


def _unaliased(local: str) -> str:
    return local.partition("+")[0].replace(".", "")


def _identifiers(user: User) -> set[str]:
    """Return what a school may use as the local part; national numbers are never kept, so never here."""
    return {word.strip().casefold() for word in (user.username, user.identifier, user.sourced_id) if word}


def _same_name(member: Member, user: User) -> bool:
    if member.profile is None:
        return False
    name = member.profile.name
    theirs = {_words(f"{user.given_name} {user.family_name}")}
    if user.preferred_first_name:
        theirs.add(_words(f"{user.preferred_first_name} {user.preferred_last_name or user.family_name}"))
    return bool(words := _words(f"{name.given_name} {name.family_name}")) and words in theirs


def _words(name: str) -> tuple[str, ...]:
    """Split a name into bare words, in any order and without accents: "Åsa-Lena" is (asa, lena)."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return tuple(sorted("".join(c if c.isalnum() else " " for c in bare).split()))
