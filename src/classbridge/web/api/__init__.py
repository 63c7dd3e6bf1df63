"""The REST API under /api/v1: the same use cases as the pages, as JSON."""

from litestar import Router

from classbridge.web.api import (
    account,
    accounts,
    choices,
    classes,
    connections,
    google,
    licences,
    packages,
    people,
    policy,
    runs,
    students,
    together,
    undos,
    unlisted,
    why,
)
from classbridge.web.api.repeats import Memory, repeats

MODULES = (
    account,
    accounts,
    choices,
    classes,
    connections,
    google,
    licences,
    packages,
    people,
    policy,
    runs,
    students,
    together,
    undos,
    unlisted,
    why,
)
DESCRIPTION = """The same use cases as the pages.

Sign in: for now the API takes the session cookie of the pages (POST /signin), and writes need the header
`X-CSRFToken` with the value of the `csrftoken` cookie. API keys per district come with a later release.

Lists come in pages: `limit` (1 to 200) and `cursor`; `next` is the cursor of the page that follows, or null.
Long work answers 202 with a run; follow it at `/api/v1/runs/{id}`.
Errors are problem documents (RFC 9457) with an outcome's `code` and `params`.
A write may carry `Idempotency-Key`: the same key gives the first answer again, for 24 hours, as long as the
server process lives."""


def routes() -> Router:
    """Make the API's router."""
    handlers = [handler for module in MODULES for handler in module.ROUTES]
    return Router("/api/v1", route_handlers=handlers, middleware=[repeats(Memory())])
