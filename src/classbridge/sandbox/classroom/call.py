"""One call of the API: who calls, with what, and what they may see."""

import base64
from hashlib import blake2b

import msgspec
from msgspec import Struct

from classbridge.sandbox.classroom import scopes
from classbridge.sandbox.classroom.errors import Json, denied, invalid, not_found, precondition
from classbridge.sandbox.classroom.state import CourseRow, State, WorkRow
from classbridge.sandbox.district.workspace import Account

_MAX_PAGE = 500


class Call(Struct, kw_only=True):
    """A call by an account through a Cloud project. `query` has every value of every parameter."""

    state: State
    method: str
    caller: Account
    scopes: frozenset[str]
    project: str
    path: dict[str, str]
    query: dict[str, list[str]]
    body: Json

    def parameter(self, name: str) -> str:
        """A query parameter's last value, or ""."""
        return self.query.get(name, [""])[-1]

    def choices(self, name: str, allowed: frozenset[str]) -> set[str]:
        """The values of a repeated parameter of an enumeration."""
        values = set(self.query.get(name, []))
        if values - allowed:
            raise invalid(f"Invalid value at '{name}'")
        return values

    def user(self, key: str) -> Account:
        """The account that an id, an address or `me` names."""
        if key == "me":
            return self.caller
        account = self.state.account(key) if key else None
        if account is None:
            raise not_found()
        return account

    def find_course(self, key: str) -> CourseRow:
        """The course of an id or alias, whoever asks."""
        course_id = self.state.aliases.get(self.alias_key(key), "") if key.startswith(("d:", "p:")) else key
        row = self.state.courses.get(course_id)
        if row is None:
            raise not_found()
        return row

    def alias_key(self, alias: str) -> str:
        """Aliases of a project are seen by that project only."""
        return f"{self.project}/{alias}" if alias.startswith("p:") else alias

    def course(self) -> CourseRow:
        """The path's course; refused to those who are neither its members nor admins."""
        row = self.find_course(self.path["courseId"])
        if not (self.caller.admin or self.teaches(row) or self.attends(row)):
            raise denied()
        return row

    def taught_course(self, *, admin: bool) -> CourseRow:
        """The path's course for one of its teachers, or an admin where the method lets them."""
        row = self.course()
        if not (self.teaches(row) or (admin and self.caller.admin)):
            raise denied()
        return row

    def open_course(self, *, admin: bool) -> CourseRow:
        """The same, and it can still be changed."""
        row = self.taught_course(admin=admin)
        must_be_open(row)
        return row

    def teaches(self, row: CourseRow) -> bool:
        """Whether the caller is a teacher of the course."""
        return self.caller.id in row.teachers

    def attends(self, row: CourseRow) -> bool:
        """Whether the caller is a student of the course."""
        return self.caller.id in row.students

    def sees_all(self, row: CourseRow) -> bool:
        """Whether the caller may see other people's work in the course."""
        return self.teaches(row) or self.caller.admin

    def work(self, row: CourseRow, work_id: str) -> WorkRow:
        """Course work that the caller may see."""
        work = row.work.get(work_id)
        if work is None or not self._may_see(row, work):
            raise not_found()
        return work

    def _may_see(self, row: CourseRow, work: WorkRow) -> bool:
        if self.sees_all(row):
            return True
        wanted = work.resource.get("individualStudentsOptions", {}).get("studentIds", row.students)
        return work.resource["state"] == "PUBLISHED" and self.caller.id in wanted

    def visible_work(self, row: CourseRow) -> list[WorkRow]:
        """All the course work that the caller may see, in any state."""
        return [work for work in row.work.values() if self._may_see(row, work)]

    def own_project(self, work: WorkRow) -> None:
        """Only the project that made course work may change it or its submissions."""
        if work.project != self.project:
            raise denied(
                "The Developer Console project is not permitted to make this request.",
                cause="ProjectPermissionDenied",
            )

    def profile(self, account: Account) -> Json:
        """Someone's profile; the address needs a scope of its own."""
        name = account.name
        profile: Json = {
            "id": account.id,
            "name": {
                "givenName": name.given,
                "familyName": name.family,
                "fullName": f"{name.given} {name.family}",
            },
        }
        if scopes.EMAILS in self.scopes:
            profile["emailAddress"] = account.email
        return profile

    def page(self, key: str, items: list[Json], *, default: int = 100, largest: int = _MAX_PAGE) -> Json:
        """One page of the items; an empty list leaves its key out, as Google does."""
        size = self._page_size() or default
        start = self._page_start()
        end = start + min(size, largest)
        page: Json = {}
        if items[start:end]:
            page[key] = items[start:end]
        if end < len(items):
            page["nextPageToken"] = self._page_token(end)
        return page

    def _page_size(self) -> int:
        text = self.parameter("pageSize") or "0"
        if not text.isdigit():
            raise invalid("page_size must be a number that is not negative")
        return int(text)

    def _page_token(self, start: int) -> str:
        digest = blake2b(self._listing(), digest_size=6).digest()
        return base64.urlsafe_b64encode(digest + start.to_bytes(4)).decode().rstrip("=")

    def _page_start(self) -> int:
        token = self.parameter("pageToken")
        if not token:
            return 0
        try:
            start = int.from_bytes(base64.urlsafe_b64decode(token + "==")[6:10])
        except ValueError:
            start = 0
        if token != self._page_token(start):
            raise invalid("Invalid page token: it belongs to another request.")
        return start

    def _listing(self) -> bytes:
        """What must stay the same from page to page."""
        query = {name: self.query[name] for name in sorted(self.query) if name not in _NOT_LISTED}
        return msgspec.json.encode([self.method, self.caller.id, self.path, query])


_NOT_LISTED = frozenset(
    ("pageToken", "pageSize", "fields", "alt", "prettyPrint", "quotaUser", "key", "access_token")
)


def must_be_open(row: CourseRow) -> None:
    """An archived or declined course can't be changed."""
    if row.resource["courseState"] in ("ARCHIVED", "DECLINED", "SUSPENDED"):
        raise precondition("The course is not modifiable.", cause="CourseNotModifiable")
