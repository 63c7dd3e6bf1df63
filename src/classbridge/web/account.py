"""Signing in and out, choosing a district, the language and the theme."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from classbridge.service import sign_in
from classbridge.service.errors import RefusedError
from classbridge.text.languages import LANGUAGES
from classbridge.web.forms import local_path
from classbridge.web.given import Ctx, Sent
from classbridge.web.pages import render, see
from classbridge.web.reader import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, PageRequest, client_of, session_of
from classbridge.web.security import PUBLIC

YEAR = 31_536_000
ANY_DISTRICT = {"any_district": True}


@get("/signin", opt=PUBLIC, sync_to_thread=True)
def sign_in_page(request: PageRequest) -> Response[bytes]:
    """Show the form."""
    return render(request, "signin.html", said=None, email="", target=_target(request))


@post("/signin", opt=PUBLIC, sync_to_thread=True)
def sign_in_send(request: PageRequest, ctx: Ctx, form: Sent) -> Response[Any]:
    """Sign in; a person of one district goes straight to it."""
    email, target = form.text("email"), local_path(form.text("next"))
    try:
        person = sign_in.authenticate(ctx, email, form.text("password"), client_of(request))
    except RefusedError as error:
        return render(request, "signin.html", error.status, said=error.said, email=email, target=target)
    request.set_session(
        {
            "account_id": person.account_id,
            "name": person.name,
            "email": person.email,
            "language": person.language,
            "districts": msgspec.to_builtins(person.districts),
        }
    )
    if len(person.districts) != 1:
        return see("/district?next=" + target)
    request.session["district_id"] = person.districts[0].id
    return see(target)


@post("/signout", opt=PUBLIC, sync_to_thread=False)
def sign_out(request: PageRequest) -> Redirect:
    """Forget who this is."""
    request.clear_session()
    return see("/signin", "signed-out")


@get("/district", opt=ANY_DISTRICT, sync_to_thread=True)
def district_page(request: PageRequest) -> Response[bytes]:
    """Show the districts of somebody who is in several."""
    districts = session_of(request).get("districts", ())
    return render(request, "district.html", districts=districts, target=_target(request))


@post("/district", opt=ANY_DISTRICT, sync_to_thread=False)
def district_send(request: PageRequest, form: Sent) -> Redirect:
    """Work in one of the districts; which ones there are was settled at sign-in."""
    wanted = form.text("district_id")
    if wanted not in {district["id"] for district in session_of(request).get("districts", ())}:
        return see("/district")
    request.session["district_id"] = wanted
    return see(local_path(form.text("next")))


@post("/language", opt=PUBLIC, sync_to_thread=True)
def language_send(request: PageRequest, ctx: Ctx, form: Sent) -> Redirect:
    """Change the language of the pages, for this browser and for the person."""
    language, answer = form.text("language"), see(local_path(form.text("next")))
    if language not in LANGUAGES:
        return answer
    session = session_of(request)
    if session.get("account_id"):
        sign_in.set_language(ctx, session["account_id"], language)
        request.session["language"] = language
    return _remember(answer, LANGUAGE_COOKIE, language)


@post("/theme", opt=PUBLIC, sync_to_thread=False)
def theme_send(form: Sent) -> Redirect:
    """Choose light, dark, or as the system."""
    theme, answer = form.text("theme"), see(local_path(form.text("next")))
    return _remember(answer, THEME_COOKIE, theme) if theme in THEMES else answer


def _target(request: PageRequest) -> str:
    return local_path(request.query_params.get("next", "/"))


def _remember(answer: Redirect, name: str, value: str) -> Redirect:
    answer.set_cookie(Cookie(key=name, value=value, max_age=YEAR, path="/", httponly=True, samesite="lax"))
    return answer


ROUTES = (
    sign_in_page,
    sign_in_send,
    sign_out,
    district_page,
    district_send,
    language_send,
    theme_send,
)
