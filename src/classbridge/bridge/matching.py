"""Which person of Classroom is which person of the SIS: by e-mail address, or because someone said so.

Exactly one of each side makes a pair. None or several is an outcome, never a guess. Suggestions are for a person
to accept; nothing acts on them.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum

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
    """Why two people are suggested to be one. `EMAIL`: the address is the same, but several people share it."""

    ALIAS = "alias"
    OTHER_DOMAIN = "other_domain"
    IDENTIFIER = "identifier"
    EMAIL = "email"
    NAME = "name"


class Suggestion(Struct, frozen=True):
    """A possible pair; `score` is 0 to 100."""

    member: Member
    user: User
    reason: Reason
    score: int


_SCORES = {
    Reason.ALIAS: 90,
    Reason.OTHER_DOMAIN: 80,
    Reason.IDENTIFIER: 70,
    Reason.EMAIL: 60,
    Reason.NAME: 50,
}
_SAME_NAME_TOO = 8
"""What the same name adds to another reason: of those who share an address it puts the right one first."""


def normal_email(email: str | None) -> str:
    """Return the address as it is compared: composed, trimmed, case-folded; "" where there is none."""
    return unicodedata.normalize("NFKC", email or "").strip().casefold()


def match_students(
    members: Sequence[Member],
    users: Sequence[User],
    overrides: Mapping[str, str | None] | None = None,
    refused: Collection[tuple[str, str]] = (),
) -> Matches:
    """Pair the people of a class with those of the SIS; teachers are paired the same way.

    `overrides` says for a user's sourcedId which Classroom user id it is (or which address, where the account was
    not known when it was said), or None for "nobody here": neither of
    the two is paired by address, wherever the other is. `refused` are pairs of sourcedId and Classroom user id
    that are never one. A SIS person marked as deleted is left out; a person listed twice counts once.
    """
    there = {m.user_id: m for m in members}
    known = {u.sourced_id: u for u in users if u.active}
    everywhere = _by_id(overrides or {}, there.values())
    said = {s: m for s, m in everywhere.items() if s in known}
    spoken_for = set(everywhere.values())
    pairs, ambiguous, done_members = _overridden(there, known, said)
    by_email: defaultdict[str, tuple[list[Member], list[User]]] = defaultdict(lambda: ([], []))
    unmatched_members, unmatched_users = [], [known[s] for s, m in said.items() if m is None or m not in there]
    for member in there.values():
        if member.user_id in spoken_for - done_members:
            unmatched_members.append(member)
        elif member.user_id not in done_members:
            by_email[_member_email(member)][0].append(member)
    for user in known.values():
        if user.sourced_id not in said:
            by_email[normal_email(user.email)][1].append(user)
    for email, (some_members, some_users) in by_email.items():
        if not email or not some_members or not some_users or _refused(some_members, some_users, refused):
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


def _by_id(overrides: Mapping[str, str | None], members: Iterable[Member]) -> dict[str, str | None]:
    """The overrides with the user id of who in the class has the address; one that several have is nobody's."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for member in members:
        found[_member_email(member)].add(member.user_id)
    ids = {email: min(user_ids) for email, user_ids in found.items() if len(user_ids) == 1}
    return {s: ids.get(normal_email(m), m) if m and "@" in m else m for s, m in overrides.items()}


def _refused(members: Sequence[Member], users: Sequence[User], refused: Collection[tuple[str, str]]) -> bool:
    """Whether someone said that these two are not one. Where several share an address, that settles nothing."""
    one_each = len(members) == len(users) == 1
    return one_each and (users[0].sourced_id, members[0].user_id) in refused


def _overridden(
    there: Mapping[str, Member], known: Mapping[str, User], said: Mapping[str, str | None]
) -> tuple[list[Pair], list[Ambiguity], set[str]]:
    claims: defaultdict[str, list[User]] = defaultdict(list)
    for sourced_id, user_id in said.items():
        if user_id is not None and user_id in there:
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
    refused: Collection[tuple[str, str]] = (),
) -> tuple[Suggestion, ...]:
    """Suggest pairs among those who are not matched, best first; `domains` are the district's own.

    `protected` sourcedIds are never suggested: looking for a hidden person would show that they exist. `refused`
    are pairs of sourcedId and Classroom user id that someone said are not one.
    """
    hidden, names = frozenset(protected), _Index(members, frozenset(map(normal_email, domains)))
    found = (s for user in users if user.sourced_id not in hidden for s in names.suggestions(user))
    return tuple(
        sorted(
            (s for s in found if (s.user.sourced_id, s.member.user_id) not in refused),
            key=lambda s: (-s.score, s.user.sourced_id, s.member.user_id),
        )
    )


class _Index:
    """The people of Classroom by what they may be found by, so that a district is not compared in squares."""

    def __init__(self, members: Iterable[Member], domains: frozenset[str]) -> None:
        self.domains = domains
        self.by_alias: defaultdict[tuple[str, str], list[Member]] = defaultdict(list)
        self.by_local: defaultdict[str, list[Member]] = defaultdict(list)
        self.by_name: defaultdict[tuple[str, ...], list[Member]] = defaultdict(list)
        for member in members:
            local, _, domain = _member_email(member).partition("@")
            if local:
                self.by_alias[_unaliased(local), domain].append(member)
                self.by_local[local].append(member)
            if words := _member_words(member):
                self.by_name[words].append(member)

    def suggestions(self, user: User) -> list[Suggestion]:
        """Everybody who may be this person, each with the best reason."""
        named = {m.user_id: m for words in _user_words(user) for m in self.by_name.get(words, ())}
        best = {member.user_id: (Reason.NAME, member) for member in named.values()}
        for reason, member in self._by_address(user):
            known = best.get(member.user_id)
            if known is None or _SCORES[reason] > _SCORES[known[0]]:
                best[member.user_id] = (reason, member)
        return [
            Suggestion(member, user, reason, _SCORES[reason] + _SAME_NAME_TOO * self._also(reason, member, named))
            for reason, member in best.values()
        ]

    def _by_address(self, user: User) -> Iterable[tuple[Reason, Member]]:
        email = normal_email(user.email)
        local, _, domain = email.partition("@")
        if local:
            for member in self.by_alias.get((_unaliased(local), domain), ()):
                yield (Reason.EMAIL if _member_email(member) == email else Reason.ALIAS), member
            for member in self.by_local.get(local, ()):
                other = _member_email(member).partition("@")[2]
                if other != domain and {domain, other} <= self.domains:
                    yield Reason.OTHER_DOMAIN, member
        for word in _identifiers(user):
            yield from ((Reason.IDENTIFIER, member) for member in self.by_local.get(word, ()))

    @staticmethod
    def _also(reason: Reason, member: Member, named: Mapping[str, Member]) -> bool:
        return reason is not Reason.NAME and member.user_id in named


def _unaliased(local: str) -> str:
    return local.partition("+")[0].replace(".", "")


def _identifiers(user: User) -> set[str]:
    """Return what a school may use as the local part; national numbers are never kept, so never here."""
    return {word.strip().casefold() for word in (user.username, user.identifier, user.sourced_id) if word}


def _member_words(member: Member) -> tuple[str, ...]:
    name = member.profile.name if member.profile else None
    return _words(f"{name.given_name} {name.family_name}") if name else ()


def _user_words(user: User) -> set[tuple[str, ...]]:
    """What a person is called: by the name on record, and by the preferred one."""
    names = {_words(f"{user.given_name} {user.family_name}")}
    if user.preferred_first_name:
        names.add(_words(f"{user.preferred_first_name} {user.preferred_last_name or user.family_name}"))
    return names


def _words(name: str) -> tuple[str, ...]:
    """Split a name into bare words, in any order and without accents: "Åsa-Lena" is (asa, lena)."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return tuple(sorted("".join(c if c.isalnum() else " " for c in bare).split()))
