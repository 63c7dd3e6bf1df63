"""What a service account may do in a Workspace domain, found out by asking: nothing is changed there.

Google answers a token request for several scopes with one refusal for all of them, so each is asked for by itself
when the whole is refused.
"""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import Any

import msgspec
from msgspec import Struct

from classbridge.classroom.google.adapter import BASE_URL
from classbridge.classroom.google.fields import list_mask, mask
from classbridge.classroom.google.licensing import DIRECTORY_URL, SKUS, Licensing
from classbridge.classroom.google.rest import Limits, Rest, place
from classbridge.classroom.google.scopes import DIRECTORY, EVERYTHING
from classbridge.classroom.google.tokens import GoogleTokens, Guard
from classbridge.classroom.models import Course, Member, UserProfile
from classbridge.classroom.port import ClassroomError

STAGES = ("key", "delegation", "classroom", "admin", "directory", "licences")
"""What is proved, in this order."""
NEEDED = STAGES[:4]
"""Without these nothing works; the others are extras."""
LOOKED_AT = 5
"""How many classes are looked into for one that is not the administrator's own."""

_LIMITS = Limits(retries=1, answer_timeout=20.0, page_size=LOOKED_AT)


class _Directory(Struct, frozen=True, rename="camel", kw_only=True):
    """A user of the Directory API (admin.googleapis.com, directory v1 users.get)."""

    is_admin: bool = False
    is_delegated_admin: bool = False


class Prover:
    """Asks Google with one service account's key, about one address."""

    def __init__(self, info: Mapping[str, Any], email: str, base_url: str, guard: Guard | None = None) -> None:
        self._info = info
        self._email = email
        self._base_url = base_url
        self._guard = guard

    async def key(self) -> None:
        """Get a token as the service account itself: nothing but the key and the clock is needed for that."""
        await self._token(None, EVERYTHING[:1])

    async def missing_scopes(self, scopes: Sequence[str]) -> list[str]:
        """Return those of the scopes that are not delegated. Raises ClassroomError for any other refusal."""
        if await self._delegated(scopes):
            return []
        return [scope for scope in scopes if not await self._delegated([scope])]

    async def classroom(self) -> UserProfile:
        """Ask the Classroom API who the address is."""
        async with aclosing(self._rest(EVERYTHING)) as rest:
            query = {"fields": mask(UserProfile)}
            return await rest.call("GET", "/v1/userProfiles/me", UserProfile, query=query)

    async def administers(self, person: UserProfile) -> bool | None:
        """Whether the address sees a class that it is no member of; None in a domain that shows no class."""
        async with aclosing(self._rest(EVERYTHING)) as rest:
            query = {"pageSize": str(LOOKED_AT), "fields": list_mask("courses", Course)}
            page = await rest.call("GET", "/v1/courses", dict[str, msgspec.Raw], query=query)
            courses = msgspec.json.decode(bytes(page.get("courses", b"[]")), type=list[Course])
            for course in courses:
                if course.owner_id != person.id and not await _member(rest, course.id or "", person.id):
                    return True
            return False if courses else None

    async def directory(self) -> bool:
        """Whether the Directory API calls the address an administrator's."""
        base_url = DIRECTORY_URL if self._base_url == BASE_URL else self._base_url
        async with aclosing(self._rest([DIRECTORY], base_url)) as rest:
            path = place("/admin/directory/v1/users/{}", self._email)
            try:
                found = await rest.call("GET", path, _Directory, query={"fields": mask(_Directory)})
            except ClassroomError as error:
                if error.status == 403 and not error.token:
                    return False  # only an administrator may ask at all
                raise
            return found.is_admin or found.is_delegated_admin

    async def customer(self) -> str:
        """The Workspace customer's id, which the Directory API says."""
        async with aclosing(self._licensing()) as asked:
            return await asked.customer_id()

    async def licences(self, customer_id: str) -> None:
        """Ask for the first page of the holders of a licence."""
        async with aclosing(self._licensing()) as asked:
            await anext(asked.holders(customer_id, SKUS[0]))

    def _licensing(self) -> Licensing:
        return Licensing(self._info, self._email, self._base_url, guard=self._guard, limits=_LIMITS)

    async def _delegated(self, scopes: Sequence[str]) -> bool:
        try:
            await self._token(self._email, scopes)
        except ClassroomError as error:
            if error.token != "NotDelegated":  # noqa: S105, a name of ours
                raise
            return False
        return True

    async def _token(self, subject: str | None, scopes: Sequence[str]) -> None:
        await GoogleTokens.of_service_account(self._info, subject, scopes).token(self._guard)

    def _rest(self, scopes: Sequence[str], base_url: str = "") -> Rest:
        tokens = GoogleTokens.of_service_account(self._info, self._email, scopes)
        return Rest(base_url or self._base_url, tokens, guard=self._guard, limits=_LIMITS)


async def _member(rest: Rest, course_id: str, user_id: str) -> bool:
    for role in ("teachers", "students"):
        path = place("/v1/courses/{}/{}/{}", course_id, role, user_id)
        try:
            await rest.call("GET", path, Member, query={"fields": mask(Member)})
        except ClassroomError as error:
            if error.status != 404:
                raise
        else:
            return True
    return False
