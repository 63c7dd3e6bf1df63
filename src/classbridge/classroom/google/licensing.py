"""Who has a licence, from Google's Enterprise License Manager API, and the rule that asks for one.

The API wants the customer's id, which the Directory API says of the administrator: so both scopes are needed.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import date
from importlib.resources import files
from typing import Any

import msgspec
from msgspec import Struct

from classbridge.classroom.google.adapter import BASE_URL
from classbridge.classroom.google.fields import mask
from classbridge.classroom.google.rest import Limits, Rest, place
from classbridge.classroom.google.scopes import DIRECTORY, LICENSING
from classbridge.classroom.google.tokens import GoogleTokens, Guard
from classbridge.classroom.port import ClassroomError

DIRECTORY_URL = "https://admin.googleapis.com"
LICENSING_URL = "https://licensing.googleapis.com"
PAGE = 1000
"""The most that the API answers at a time."""


class Rule(Struct, frozen=True):
    """Google's rule: the function that needs a licence, and the first day of it."""

    function: str
    since: date


class Sku(Struct, frozen=True):
    """A licence that is enough, by Google's ids and name."""

    product: str
    sku: str
    name: str


class _Table(Struct, frozen=True):
    rule: Rule
    skus: tuple[Sku, ...]


_TABLE = msgspec.toml.decode(files(__package__).joinpath("licences.toml").read_bytes(), type=_Table)
RULE, SKUS = _TABLE.rule, _TABLE.skus


class _User(Struct, frozen=True, rename="camel"):
    customer_id: str


class _Assignment(Struct, frozen=True, rename="camel"):
    user_id: str


class _Assignments(Struct, frozen=True, rename="camel"):
    items: list[_Assignment] = []
    next_page_token: str = ""


class Licensing:
    """Asks as one administrator; every method raises `ClassroomError`. One event loop."""

    def __init__(
        self,
        info: Mapping[str, Any],
        email: str,
        base_url: str = BASE_URL,
        *,
        guard: Guard | None = None,
        limits: Limits | None = None,
    ) -> None:
        tokens = GoogleTokens.of_service_account(info, email, (DIRECTORY, LICENSING))
        real = base_url == BASE_URL
        self._email = email
        self._directory = Rest(DIRECTORY_URL if real else base_url, tokens, guard=guard, limits=limits)
        self._licensing = Rest(LICENSING_URL if real else base_url, tokens, guard=guard, limits=limits)

    async def aclose(self) -> None:
        """Close what is open."""
        await self._directory.aclose()
        await self._licensing.aclose()

    async def customer_id(self) -> str:
        """The Workspace customer that the administrator belongs to."""
        path = place("/admin/directory/v1/users/{}", self._email)
        found = await self._directory.call("GET", path, _User, query={"fields": mask(_User)})
        return found.customer_id

    async def holders(self, customer_id: str, sku: Sku) -> AsyncIterator[list[str]]:
        """The primary addresses of those who have this licence, a page at a time."""
        path = place("/apps/licensing/v1/product/{}/sku/{}/users", sku.product, sku.sku)
        query = {"customerId": customer_id, "maxResults": str(PAGE), "fields": "items(userId),nextPageToken"}
        seen: set[str] = set()
        while True:
            page = await self._licensing.call("GET", path, _Assignments, query=query)
            yield [one.user_id for one in page.items]
            token = page.next_page_token
            if not token:
                return
            if token in seen:
                raise ClassroomError(502, "MALFORMED_ANSWER", "a page token came twice")
            seen.add(token)
            query["pageToken"] = token
