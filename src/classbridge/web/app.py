"""The application: routes, sessions, headers, errors."""

from datetime import timedelta

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import CacheControlHeader, State
from litestar.di import Provide
from litestar.middleware.session.client_side import CookieBackendConfig
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.static_files import create_static_files_router

import classbridge
from classbridge.service.context import Context
from classbridge.web import (
    account,
    accounts,
    admin,
    api,
    categories,
    classes,
    errors,
    google,
    grades,
    health,
    licences,
    packages,
    people,
    policy,
    privacy,
    public,
    rosters,
    runs,
    students,
    together,
    tuning,
    undo,
    unlisted,
    why,
    wizard,
    write_test,
)
from classbridge.web.forms import form_of
from classbridge.web.pages import STATIC
from classbridge.web.reader import current_actor
from classbridge.web.security import PUBLIC, add_headers, signed_in

PAGES = (
    account,
    accounts,
    admin,
    categories,
    classes,
    google,
    grades,
    licences,
    packages,
    people,
    policy,
    privacy,
    public,
    rosters,
    runs,
    students,
    together,
    tuning,
    undo,
    unlisted,
    why,
    wizard,
    write_test,
)
SESSION_AGE = timedelta(hours=12)


def create_app(ctx: Context) -> Litestar:
    """Make the application that serves one installation."""
    https = ctx.settings.base_url.startswith("https:")
    session = CookieBackendConfig(
        secret=ctx.sealer.derived("session"),
        max_age=int(SESSION_AGE.total_seconds()),
        secure=https,
        samesite="lax",
        exclude="^/static/",
    )
    meter = health.Meter()
    csrf = CSRFConfig(secret=ctx.sealer.derived("csrf").hex(), cookie_secure=https, cookie_httponly=True)
    return Litestar(
        route_handlers=[
            # one router for all: registered one by one, two handlers of one path would be wrapped twice
            Router(
                "/", route_handlers=[route for module in PAGES for route in module.ROUTES], include_in_schema=False
            ),
            health.routes(ctx, meter),
            api.routes(),
            _static_files(),
        ],
        dependencies={
            "ctx": Provide(lambda: ctx, sync_to_thread=False, use_cache=True),
            "actor": Provide(current_actor, sync_to_thread=True),
            "form": Provide(form_of),
        },
        guards=[signed_in],
        middleware=[session.middleware],
        csrf_config=csrf,
        exception_handlers=errors.HANDLERS,
        before_send=[add_headers(https=https), meter.hook],
        # Pages hold the form's token, and the length of what is compressed may betray it (BREACH). It is worth
        # nothing to another site: the cookies that it must come with are SameSite, so none of its posts has them.
        compression_config=CompressionConfig(backend="gzip", exclude="^/metrics"),
        openapi_config=_schema(),
        state=State({"default_language": ctx.settings.default_language}),
        request_max_body_size=2_000_000,
        logging_config=None,
    )


def _static_files() -> Router:
    """Files whose address carries a mark of their content: they may be kept for a year."""
    return create_static_files_router(
        path="/static",
        directories=[STATIC],
        opt=PUBLIC,
        cache_control=CacheControlHeader(max_age=31_536_000, public=True, immutable=True),
    )


def _schema() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="classbridge",
        version=classbridge.__version__,
        description=api.DESCRIPTION,
        path="/api/schema",
        render_plugins=[JsonRenderPlugin()],
        openapi_router=Router("/api/schema", route_handlers=[], opt=PUBLIC),
        use_handler_docstrings=True,
    )
