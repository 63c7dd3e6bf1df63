"""Who is who, and what is kept of a person."""

from typing import Annotated, Any, Literal

from litestar import Response, delete, get, post, put
from litestar.params import JSONBody, QueryParameter
from msgspec import Struct

from classbridge.service import match_file, people, privacy
from classbridge.service.match_file import Applied
from classbridge.service.people import Candidate, PersonRow, PersonView
from classbridge.service.privacy import Erased
from classbridge.store.people import STATES
from classbridge.web.api.shapes import Cursor, Limit, Listed
from classbridge.web.given import Asked, Ctx, Id, Who
from classbridge.web.people import CHOICES

ONE = "/people/{key:str}"
Chosen = Annotated[str | None, QueryParameter(name="state", description="A state, open (the default) or all.")]


class Decide(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who a person is: the account's address or id; or nobody; or (email) as the e-mail address tells."""

    decision: Literal["account", "nobody", "email"]
    account: str = ""


class RefusePair(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The Classroom user id of an account that a person never is."""

    user_id: str


class MatchFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A CSV file with the columns sis_id and account, as text."""

    csv: str


class Erase(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That the person is to be erased for good: has to be true."""

    confirm: bool


@get("/people", sync_to_thread=True)
def people_list(
    ctx: Ctx,
    actor: Who,
    chosen: Chosen = None,
    role: Asked = None,
    search: Asked = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Listed[PersonRow]:
    """List people of the SIS by how they stand to Classroom; open are those who need an answer."""
    states = CHOICES.get(chosen or "open", STATES)
    page = people.listed(
        ctx, actor, states=states, role=role or "", search=search or "", cursor=cursor, limit=limit
    )
    return Listed(page.items, page.next)


@get("/people-of-classroom-only", sync_to_thread=True)
def strangers(
    ctx: Ctx, actor: Who, search: Asked = None, cursor: Cursor = None, limit: Limit = 50
) -> Listed[Candidate]:
    """List people of linked classes who are nobody's in the SIS."""
    found, following = people.strangers(ctx, actor, search=search or "", after=cursor or "", limit=limit)
    return Listed(found, following)


@get("/people.csv", sync_to_thread=True, media_type="text/csv")
def people_csv(
    ctx: Ctx, actor: Who, chosen: Chosen = None, role: Asked = None, search: Asked = None
) -> Response[bytes]:
    """Give the list as CSV, safe for spreadsheets."""
    states = CHOICES.get(chosen or "open", STATES)
    content = match_file.write(ctx, actor, states=states, role=role or "", search=search or "")
    return Response(content.encode(), media_type="text/csv")


@post("/people/matches", sync_to_thread=True, status_code=200)
def match_many(ctx: Ctx, actor: Who, data: JSONBody[MatchFile]) -> Response[Applied]:
    """Say who is who by a file: all rows or none; 422 with every row that cannot be taken."""
    done = match_file.read(ctx, actor, data.csv.encode())
    return Response(done, status_code=422 if done.problems else 200)


@get(ONE, sync_to_thread=True)
def person(ctx: Ctx, actor: Who, key: Id) -> PersonView:
    """Give one person of the SIS, who they may be, and what somebody said."""
    return people.view(ctx, actor, key)


@put(ONE + "/match", sync_to_thread=True)
def decide(ctx: Ctx, actor: Who, key: Id, data: JSONBody[Decide]) -> PersonView:
    """Say who a person is; it lasts."""
    people.decide(ctx, actor, key, data.decision, data.account)
    return people.view(ctx, actor, key)


@post(ONE + "/refusals", sync_to_thread=True)
def refuse_pair(ctx: Ctx, actor: Who, key: Id, data: JSONBody[RefusePair]) -> PersonView:
    """Say that a person is never this account."""
    people.refuse_pair(ctx, actor, key, data.user_id)
    return people.view(ctx, actor, key)


@delete(ONE + "/refusals/{user_id:str}", sync_to_thread=True)
def allow_pair(ctx: Ctx, actor: Who, key: Id, user_id: Id) -> None:
    """Take a refusal back."""
    people.refuse_pair(ctx, actor, key, user_id, refused=False)


@get(ONE + "/data", sync_to_thread=True)
def document(ctx: Ctx, actor: Who, key: Id) -> dict[str, Any]:
    """Give everything that is kept of a person."""
    return privacy.document(ctx, actor, key)


@post(ONE + "/erase", sync_to_thread=True, status_code=200)
def erase(ctx: Ctx, actor: Who, key: Id, data: JSONBody[Erase]) -> Erased:
    """Delete what is kept of a person; past runs keep a pseudonym. It cannot be undone."""
    return privacy.erase(ctx, actor, key, confirmed=data.confirm)


ROUTES = (
    people_list,
    strangers,
    people_csv,
    match_many,
    person,
    decide,
    refuse_pair,
    allow_pair,
    document,
    erase,
)
