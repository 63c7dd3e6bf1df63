"""What a reader gets when something goes wrong: four lines on a page, or RFC 9457 from the REST API."""

import http
import secrets
import traceback
from typing import Any

import msgspec
import structlog
from litestar import Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.response import Redirect
from litestar.types import ExceptionHandlersMap

from classbridge.bridge.outcome import Code
from classbridge.service.errors import RefusedError
from classbridge.service.views import Said
from classbridge.text import outcomes
from classbridge.web.pages import from_htmx, render
from classbridge.web.reader import PageRequest, language_of
from classbridge.web.security import NotSignedInError
from classbridge.web.words.look import N_

log = structlog.get_logger()

PAGES = {
    403: (
        N_("You may not open this page"),
        N_("Your role in this district does not allow it, or the form was open for too long."),
        N_("Go back, reload the page and try again. If it stays so, ask your IT administrator."),
    ),
    404: (
        N_("This page does not exist"),
        N_("The address is wrong, or what it showed is not there any more."),
        N_("Start from the front page."),
    ),
    429: (
        N_("Too many tries"),
        N_("Sign-in is closed for you for a few minutes, to keep guessing out."),
        N_("Wait fifteen minutes, then try again."),
    ),
    500: (
        N_("Something went wrong here"),
        N_("It is our fault, not yours. Nothing that was saved is lost."),
        N_("Try again. If it happens again, send the number below to whoever runs this installation."),
    ),
}


def is_api(request: PageRequest) -> bool:
    """Whether the REST API was asked, so that the error must be a problem document."""
    return str(request.scope["path"]).startswith("/api/")


def problem(
    request: PageRequest, status: int, *, title: str, code: str, params: dict[str, str], **more: Any
) -> Response[bytes]:
    """Answer with a problem document (RFC 9457) that carries the outcome's code and parameters."""
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "instance": str(request.scope["path"]),
        "code": code,
        "params": params,
        **more,
    }
    return Response(msgspec.json.encode(body), status_code=status, media_type="application/problem+json")


def on_refused(request: PageRequest, error: RefusedError) -> Response[Any]:
    """A use case said no, and why."""
    said = error.said
    if said.code == Code.SIGN_IN_NEEDED:
        return on_not_signed_in(request, NotSignedInError())
    if is_api(request):
        words = outcomes.explain(said.code, said.params, language_of(request))
        more = {"detail": words.meaning, "fix": words.fix, "owner": str(words.owner)}
        return problem(
            request,
            error.status,
            title=words.happened,
            code=said.code,
            params=said.params,
            sis_words=said.sis_words,
            **more,
        )
    return _said_page(request, said, error.status)


def _said_page(request: PageRequest, said: Said, status: int) -> Response[bytes]:
    if from_htmx(request):
        answer = render(request, "_error.html", status, said=said)
        answer.headers.update({"hx-retarget": "#alert", "hx-reswap": "innerHTML"})
        return answer
    return render(request, "refused.html", status, said=said)


def on_not_signed_in(request: PageRequest, error: NotSignedInError) -> Response[Any]:
    """Send people to sign in, and back to where they wanted to be."""
    if is_api(request):
        return problem(request, 401, title="Sign in first.", code="SIGN_IN_NEEDED", params={})
    target = "/district" if error.choose_district else "/signin"
    if request.method == "GET" and request.scope["path"] != "/" and not from_htmx(request):
        target += f"?next={request.scope['path']}"
    if from_htmx(request):
        return Response(b"", headers={"hx-redirect": target})
    return Redirect(target, status_code=303)


def on_http(request: PageRequest, error: HTTPException) -> Response[bytes]:
    """An error of HTTP itself: no such page, a wrong form, a missing token."""
    status = error.status_code
    if is_api(request):
        return problem(request, status, title=http.HTTPStatus(status).phrase, code=f"HTTP_{status}", params={})
    wanted = 404 if isinstance(error, NotFoundException | MethodNotAllowedException) else status
    return _page(request, status, wanted)


def on_failure(request: PageRequest, error: Exception) -> Response[bytes]:
    """A fault of ours: the log gets where it happened, never the error's text, which may name people."""
    number = secrets.token_hex(6)
    frames = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-6:]]
    log.error("page.failed", request_id=number, error=type(error).__name__, frames=frames)
    if is_api(request):
        return problem(
            request, 500, title="Something went wrong here", code="HTTP_500", params={}, request_id=number
        )
    return _page(request, 500, 500, number)


def _page(request: PageRequest, status: int, wanted: int, number: str = "") -> Response[bytes]:
    texts = PAGES.get(wanted, PAGES[403 if wanted < http.HTTPStatus.INTERNAL_SERVER_ERROR else 500])
    return render(request, "error.html", status, texts=texts, number=number)


HANDLERS: ExceptionHandlersMap = {
    RefusedError: on_refused,
    NotSignedInError: on_not_signed_in,
    HTTPException: on_http,
    Exception: on_failure,
}
