"""What can go wrong with a OneRoster server, each kind its own class.

No message holds a secret, a value of a record, a query's value or HTML. `words` holds what the server itself
said, for the people who have to act on it; it is a server's text and may name a person, so it never goes to a
log.
"""
# ruff: noqa: N818 - the names say what happened; "Error" at the end of each would say nothing

from collections.abc import Mapping, Sequence

from msgspec import Struct

from classbridge.oneroster.status import StatusInfo, parse_status

__all__ = [
    "AuthenticationFailed",
    "FilterError",
    "Forbidden",
    "IncompleteRead",
    "MalformedAnswer",
    "NotFound",
    "OneRosterError",
    "RateLimited",
    "RecordError",
    "Redirected",
    "Rejected",
    "ScopeRefused",
    "Seen",
    "ServerFailed",
    "StatusInfo",
    "TimedOut",
    "TlsFailure",
    "Unauthorized",
    "Unreachable",
    "parse_status",
]


class OneRosterError(Exception):
    """A request that did not give what it was made for.

    `method` and `path` name it (never a query's values), `status` is the HTTP code if one came, `transient`
    says whether the same request may succeed later without anyone doing anything, `retry_after` after how many
    seconds, if the server said it.
    """

    transient = False
    meaning = "The request failed."

    def __init__(
        self,
        detail: str = "",
        *,
        method: str = "",
        path: str = "",
        status: int | None = None,
        infos: Sequence[StatusInfo] = (),
        retry_after: float | None = None,
    ) -> None:
        self.detail = detail
        self.method = method
        self.path = path
        self.status = status
        self.infos = tuple(infos)
        self.retry_after = retry_after
        super().__init__(self._message())

    def _message(self) -> str:
        where = f" {self.method} {self.path}".rstrip()
        code = f" (HTTP {self.status})" if self.status else ""
        return f"{self.meaning}{where}{code}{': ' + self.detail if self.detail else ''}"

    @property
    def code_minor(self) -> str:
        """The server's minor code, such as "invalid_filter_field"; "" when it gave none."""
        return next((info.code_minor for info in self.infos if info.code_minor), "")

    @property
    def description(self) -> str:
        """The server's description; "" when it gave none."""
        return next((info.description for info in self.infos if info.description), "")

    @property
    def words(self) -> str:
        """What the server itself said: its minor code and description."""
        return ": ".join(part for part in (self.code_minor, self.description) if part)


class Unreachable(OneRosterError):
    """No connection: the name does not resolve, nothing listens, or the line was cut."""

    transient = True
    meaning = "The server can't be reached."


class TlsFailure(Unreachable):
    """A connection, but no trust: certificate expired, of another name, or its chain incomplete (Q40)."""

    transient = False
    meaning = "The server's certificate can't be verified."


class TimedOut(OneRosterError):
    """The server did not answer, or not wholly, in time."""

    transient = True
    meaning = "The server did not answer in time."


class Redirected(OneRosterError):
    """The server points elsewhere; a secret is never sent to a place that nobody named."""

    meaning = "The server sent us to another address."


class AuthenticationFailed(OneRosterError):
    """The token endpoint refused the client id or secret."""

    meaning = "The server did not accept the access key and secret."


class ScopeRefused(OneRosterError):
    """The token endpoint knows the client but refuses a scope."""

    meaning = "The server refused the rights that were asked for."


class Unauthorized(OneRosterError):
    """401 from the API although the token is fresh."""

    meaning = "The server did not accept our token."


class Forbidden(OneRosterError):
    """403: the credential is right, the right is missing (licence, scope or data sharing)."""

    meaning = "The server does not allow this."


class NotFound(OneRosterError):
    """404: the record, or the whole route, does not exist there."""

    meaning = "The server does not have this."


class RateLimited(OneRosterError):
    """429, or a 403 that speaks of a rate limit (PowerSchool)."""

    transient = True
    meaning = "The server asks us to slow down."


class ServerFailed(OneRosterError):
    """5xx: the server has a fault of its own."""

    transient = True
    meaning = "The server returned a server error."


class Rejected(OneRosterError):
    """Any other 4xx: the server understood and refused; `code_minor` and `description` say why."""

    meaning = "The server rejected the request."


class MalformedAnswer(OneRosterError):
    """An answer that is not what was asked for: not JSON, cut off, too large, or without its members.

    Never the same as "nothing there".
    """

    meaning = "The server's answer can't be read."


class IncompleteRead(OneRosterError):
    """The pages of a collection do not add up to the total that the server names."""

    meaning = "The server gave fewer records than it says it has."


class Seen(Struct, frozen=True, kw_only=True):
    """What can be seen of a record that can't be read.

    `members` are the names of those that hold something, `refs` the sourcedIds that it points to, by member.
    `deleted`: it says that it is.
    """

    members: frozenset[str] = frozenset()
    refs: Mapping[str, str] = {}
    deleted: bool = False


class RecordError(OneRosterError):
    """One record that can't be read: its id if it has one, the member at fault, and the rule it breaks.

    `seen` is what there is to see of it none the less; it is in no message.
    """

    meaning = "A record can't be read."

    def __init__(self, sourced_id: str | None, member: str, rule: str, seen: Seen | None = None) -> None:
        self.sourced_id = sourced_id
        self.member = member
        self.rule = rule
        self.seen = seen or Seen()
        super().__init__(f"{sourced_id or 'without sourcedId'}, {member}: {rule}")


class FilterError(OneRosterError):
    """A filter that does not follow the grammar; `position` counts characters from 0."""

    meaning = "The filter can't be read."

    def __init__(self, rule: str, position: int) -> None:
        self.rule = rule
        self.position = position
        super().__init__(f"{rule} (at character {position + 1})")
