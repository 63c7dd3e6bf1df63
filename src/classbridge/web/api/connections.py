"""Connections to SIS."""

from typing import Any

from litestar import Response, delete, get, post, put
from litestar.params import JSONBody

from classbridge.service import connections, keys, tuning, write_test
from classbridge.service import overview as overviews
from classbridge.service import support as support_service
from classbridge.service.overview import Overview
from classbridge.service.tuning import Tuning
from classbridge.service.views import AdminHome, ConnectionView, Contact, SisChoice
from classbridge.web.api.shapes import (
    Accepted,
    Credentials,
    Cursor,
    Kinds,
    Limit,
    Listed,
    StartConnection,
    Switch,
    WriteTest,
    accepted,
    cut,
)
from classbridge.web.given import Ctx, Id, Who
from classbridge.web.reader import PageRequest, language_of

ONE = "/connections/{connection_id:str}"


@get("/sis", sync_to_thread=True)
def sis(request: PageRequest, ctx: Ctx, actor: Who, cursor: Cursor = None, limit: Limit = 50) -> Listed[SisChoice]:
    """List the SIS that can be connected."""
    found = connections.choices(ctx, actor, language_of(request))
    return cut(found, lambda choice: choice.vendor, cursor, limit)


@get("/overview", sync_to_thread=True)
def overview(request: PageRequest, ctx: Ctx, actor: Who) -> AdminHome:
    """Give the admin's overview."""
    return connections.home(ctx, actor, language_of(request))


@get("/overview/history", sync_to_thread=True)
def history(ctx: Ctx, actor: Who) -> Overview:
    """Give what needs somebody, the last reading, and the last days in numbers."""
    return overviews.view(ctx, actor)


@get("/connections", sync_to_thread=True)
def connection_list(
    request: PageRequest, ctx: Ctx, actor: Who, cursor: Cursor = None, limit: Limit = 50
) -> Listed[ConnectionView]:
    """List the district's connections."""
    return cut(connections.home(ctx, actor, language_of(request)).connections, lambda view: view.id, cursor, limit)


@post("/connections", sync_to_thread=True)
def start(request: PageRequest, ctx: Ctx, actor: Who, data: JSONBody[StartConnection]) -> ConnectionView:
    """Begin to connect a SIS."""
    connection_id = connections.start(ctx, actor, data.vendor, data.version)
    return connections.view(ctx, actor, connection_id, language_of(request))


@get(ONE, sync_to_thread=True)
def one(request: PageRequest, ctx: Ctx, actor: Who, connection_id: Id) -> ConnectionView:
    """Give a connection; never its secrets."""
    return connections.view(ctx, actor, connection_id, language_of(request))


@put(ONE + "/credentials", sync_to_thread=True)
def credentials(ctx: Ctx, actor: Who, connection_id: Id, data: JSONBody[Credentials]) -> ConnectionView:
    """Save the address and credentials; the secret is sealed."""
    form = connections.CredentialsForm(
        base_url=data.base_url,
        key=data.key,
        secret=data.secret,
        token_url=data.token_url,
        extra_header=data.extra_header,
        support_consent=data.support_consent,
        effective_on=data.effective_on,
        expires_on=data.expires_on,
        pasted=data.pasted,
    )
    return connections.save_credentials(ctx, actor, connection_id, form)


@delete(ONE + "/keys/{key_id:str}", sync_to_thread=True)
def key_remove(ctx: Ctx, actor: Who, connection_id: Id, key_id: Id) -> None:
    """Destroy one of several keys."""
    keys.remove(ctx, actor, connection_id, key_id)


@post(ONE + "/authorize", sync_to_thread=True, status_code=202)
def authorize(ctx: Ctx, actor: Who, connection_id: Id) -> Response[Accepted]:
    """Prove the connection."""
    return accepted(connections.authorize(ctx, actor, connection_id))


@put(ONE + "/data-exchange", sync_to_thread=True)
def data_exchange(
    request: PageRequest, ctx: Ctx, actor: Who, connection_id: Id, data: JSONBody[Kinds]
) -> ConnectionView:
    """Confirm which kinds of data may be exchanged; the others are off."""
    connections.confirm_data(ctx, actor, connection_id, data.kinds)
    return connections.view(ctx, actor, connection_id, language_of(request))


@put(ONE + "/support", sync_to_thread=True)
def support(
    request: PageRequest, ctx: Ctx, actor: Who, connection_id: Id, data: JSONBody[Switch]
) -> ConnectionView:
    """Share the domain name with the SIS vendor, or stop."""
    connections.set_support(ctx, actor, connection_id, data.on)
    return connections.view(ctx, actor, connection_id, language_of(request))


@get(ONE + "/support-bundle", sync_to_thread=True)
def support_bundle(ctx: Ctx, actor: Who, connection_id: Id) -> dict[str, Any]:
    """Give diagnostics to hand to the SIS vendor: no secrets, no people."""
    return support_service.bundle(ctx, actor, connection_id)


@delete(ONE, sync_to_thread=True)
def disconnect(ctx: Ctx, actor: Who, connection_id: Id) -> None:
    """Disconnect: the credentials are destroyed, links and exported grades stay."""
    connections.disconnect(ctx, actor, connection_id)


@post(ONE + "/write-tests", sync_to_thread=True, status_code=202)
def test_writing(ctx: Ctx, actor: Who, connection_id: Id, data: JSONBody[WriteTest]) -> Response[Accepted]:
    """Write a line item and a result to a class of the SIS, read them back and delete them."""
    return accepted(write_test.start(ctx, actor, connection_id, data.class_id))


@get(ONE + "/settings", sync_to_thread=True)
def settings(ctx: Ctx, actor: Who, connection_id: Id) -> Tuning:
    """Give the settings that can be put otherwise than the profile says, and the contact."""
    return tuning.view(ctx, actor, connection_id)


@put(ONE + "/settings", sync_to_thread=True)
def save_settings(ctx: Ctx, actor: Who, connection_id: Id, data: JSONBody[dict[str, str]]) -> Tuning:
    """Put settings otherwise: values by name, as texts ("yes", "no", a number, words with commas)."""
    return tuning.save(ctx, actor, connection_id, data)


@put(ONE + "/contact", sync_to_thread=True)
def save_contact(ctx: Ctx, actor: Who, connection_id: Id, data: JSONBody[Contact]) -> Tuning:
    """Say whom to ask at the SIS; without a name it is the profile's again."""
    return tuning.save_contact(ctx, actor, connection_id, data)


ROUTES = (
    settings,
    save_settings,
    save_contact,
    test_writing,
    sis,
    overview,
    history,
    connection_list,
    start,
    one,
    credentials,
    key_remove,
    authorize,
    data_exchange,
    support,
    support_bundle,
    disconnect,
)
