"""Who is who: the list of people with suggestions, one of them, the list as a file, people only in Classroom."""

from typing import Any, get_args
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.response import Redirect

from classbridge.bridge.outcome import Code
from classbridge.service import match_file, people
from classbridge.service.errors import RefusedError, refuse
from classbridge.service.people import Decision
from classbridge.store.people import OPEN, STATES
from classbridge.web.given import Ctx, Id, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest

LIST, ONE = "admin/people.html", "admin/person.html"
ROLES = ("student", "teacher")
CHOICES: dict[str, tuple[str, ...]] = {"open": OPEN, "all": STATES, **{state: (state,) for state in STATES}}
"""What the list may be narrowed to, and the states of each."""


@get("/admin/people", sync_to_thread=True)
def people_list(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """People of the SIS: those who need an answer, or those who are asked for."""
    asked = _asked(request)
    page = people.listed(ctx, actor, **_filters(asked), cursor=request.query_params.get("cursor"))
    values: dict[str, Any] = {"choices": CHOICES, "roles_there": ROLES, "query": urlencode(asked)}
    return render(request, LIST, page=page, asked=asked, **values)


@get("/admin/people.csv", sync_to_thread=True)
def people_csv(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """The same list as a file for a spreadsheet."""
    content = "\ufeff" + match_file.write(ctx, actor, **_filters(_asked(request)))
    headers = {"content-disposition": 'attachment; filename="people.csv"'}
    return Response(content.encode(), media_type="text/csv", headers=headers)


@post("/admin/people/file", sync_to_thread=True)
def people_file(request: PageRequest, ctx: Ctx, actor: Who, form: Sent) -> Response[bytes]:
    """Say who is who by a file: what was changed, or every line that cannot be taken."""
    try:
        done = match_file.read(ctx, actor, form.upload("file"))
    except RefusedError as error:
        if not error.field:
            raise
        return render(request, "admin/people_file.html", error.status, said=error.said, done=None)
    return render(request, "admin/people_file.html", 422 if done.problems else 200, said=None, done=done)


@get("/admin/people/strangers", sync_to_thread=True)
def strangers(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """People of linked classes who are nobody's in the SIS."""
    search, after = (request.query_params.get(name, "").strip() for name in ("q", "after"))
    found, following = people.strangers(ctx, actor, search=search, after=after)
    return render(request, "admin/strangers.html", search=search, after=following, found=found)


@get("/admin/people/{key:str}", sync_to_thread=True)
def person(request: PageRequest, ctx: Ctx, actor: Who, key: Id) -> Response[bytes]:
    """One person: who they may be, and what somebody said."""
    return render(request, ONE, view=people.view(ctx, actor, key))


@post("/admin/people/{key:str}/match", sync_to_thread=True)
def decide(request: PageRequest, ctx: Ctx, actor: Who, key: Id, form: Sent) -> Response[bytes] | Redirect:
    """Say who somebody is; what does not fit is said beside the field."""
    decision, account = form.text("decision"), form.text("account")
    if decision not in get_args(Decision):
        raise refuse(Code.FIELD_MISSING, field="account")
    try:
        people.decide(ctx, actor, key, decision, account)  # type: ignore[arg-type] # one of them, by the line above
    except RefusedError as error:
        if not error.field:
            raise
        wrong = {"said": error.said, "field": error.field, "entered": account}
        return render(request, ONE, error.status, view=people.view(ctx, actor, key), **wrong)
    return see(f"/admin/people/{key}", "matched" if decision == "account" else f"match-{decision}")


@post("/admin/people/{key:str}/refuse", sync_to_thread=True)
def refuse_pair(ctx: Ctx, actor: Who, key: Id, form: Sent) -> Redirect:
    """Say that a person is never this account, or take it back."""
    refused = form.text("refused") != "no"
    people.refuse_pair(ctx, actor, key, form.text("user_id"), refused=refused)
    return see(f"/admin/people/{key}", "pair-refused" if refused else "pair-allowed")


def _asked(request: PageRequest) -> dict[str, str]:
    asked = {name: request.query_params.get(name, "").strip() for name in ("state", "role", "q")}
    state = asked["state"] if asked["state"] in CHOICES else "open"
    return {**asked, "state": state, "role": asked["role"] if asked["role"] in ROLES else ""}


def _filters(asked: dict[str, str]) -> dict[str, Any]:
    return {"states": CHOICES[asked["state"]], "role": asked["role"], "search": asked["q"]}


ROUTES = (people_list, people_csv, people_file, strangers, person, decide, refuse_pair)
