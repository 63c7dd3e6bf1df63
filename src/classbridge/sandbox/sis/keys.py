"""A made-up SIS's keys: from when until when they are good, and how they are replaced."""

import secrets
import time
from collections.abc import Callable

from classbridge.oneroster.provider import Client, TokenRules, TokenService, table
from classbridge.sandbox.sis.personality import Personality

DAY = 86_400.0
_SPECIAL = "+:%/?&= å"
"""Characters that mean something in a Basic header, a form or a URL."""


class Clock:
    """A SIS's clock, which can be moved; it may be wrong from the start."""

    def __init__(self, ahead: float = 0) -> None:
        self._ahead = ahead

    def now(self) -> float:
        """Seconds since the epoch, as this SIS has them."""
        return time.time() + self._ahead

    def move(self, *, days: float) -> None:
        """Let so many days pass."""
        self._ahead += days * DAY


class Keys:
    """The keys of a SIS and the tokens that they get."""

    def __init__(self, habits: Personality, first: Client, now: Callable[[], float]) -> None:
        self._habits = habits
        self._now = now
        start = now()
        self._clients = [
            Client(
                id=first.id,
                secret=first.secret,
                effective=_moment(start, habits.key_effective_days) or 0,
                expires=_moment(start, habits.key_expires_days),
            )
        ]
        self.tokens = TokenService(self._clients, _rules(habits), now=now)

    def new_key(self, *, lasts_days: int | None = None) -> tuple[str, str]:
        """Make another key; the old one ends at once where keys do not overlap. Returns id and secret."""
        made = Client(id=new_id(), secret=new_secret(self._habits), expires=_moment(self._now(), lasts_days))
        self._use([*(self._clients if self._habits.keys_overlap else []), made])
        return made.id, made.secret

    def new_secret(self) -> str:
        """Make the newest key's secret anew; the old one is refused from now on."""
        newest = self._clients[-1]
        made = Client(
            id=newest.id, secret=new_secret(self._habits), effective=newest.effective, expires=newest.expires
        )
        self._use([*self._clients[:-1], made])
        return made.secret

    def trouble(self) -> str:
        """What is wrong with every key, in words; empty where one is good today."""
        now = self._now()
        if all(one.expires is not None and one.expires <= now for one in self._clients):
            return "The key has expired."
        return "The key is not in effect yet." if all(one.effective > now for one in self._clients) else ""

    def _use(self, clients: list[Client]) -> None:
        self._clients = clients
        self.tokens.replace_clients(clients)


def new_id() -> str:
    """A random key."""
    return secrets.token_urlsafe(12)


def new_secret(habits: Personality) -> str:
    """A random secret, with special characters where the SIS makes such."""
    return secrets.token_urlsafe(24) + (_SPECIAL if habits.special_secret else "")


def _moment(start: float, days: int | None) -> float | None:
    return None if days is None else start + days * DAY


def _rules(habits: Personality) -> TokenRules:
    every = {scope for operation in table(habits.version) for scope in operation.scopes}
    offered = habits.scopes_offered
    return TokenRules(
        placements=habits.client_auth,
        scope_policy=habits.scope_policy,
        scopes=frozenset(one for one in every if not offered or one.rpartition("/")[2] in offered),
        lifetime=habits.token_lifetime,
        single_active_token=habits.single_active_token,
    )
