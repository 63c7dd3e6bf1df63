"""The district's connection to Classroom."""

from typing import Any

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import JSONBody
from msgspec import Struct

from classbridge.service import google
from classbridge.service.google import GoogleForm, GoogleView
from classbridge.web.api.shapes import Accepted, accepted
from classbridge.web.given import Ctx, Who

PLACE = "/classroom-connection"


class ClassroomEntries(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service account's key file, as the JSON object that it is, and the administrator's address.

    Without a key file the one that is kept stays.
    """

    key_file: dict[str, Any] | None = None
    admin_email: str = ""


@get(PLACE, sync_to_thread=True)
def connection(ctx: Ctx, actor: Who) -> GoogleView:
    """Give what is in force, what was entered and what the test found; never the key."""
    return google.view(ctx, actor)


@put(PLACE, sync_to_thread=True)
def save(ctx: Ctx, actor: Who, data: JSONBody[ClassroomEntries]) -> GoogleView:
    """Save the key file and the address; the key is sealed."""
    key_file = msgspec.json.encode(data.key_file) if data.key_file is not None else b""
    google.save(ctx, actor, GoogleForm(key_file=key_file, admin_email=data.admin_email))
    return google.view(ctx, actor)


@post(PLACE + "/test", sync_to_thread=True, status_code=202)
def test(ctx: Ctx, actor: Who) -> Response[Accepted]:
    """Test the entries; they are in force when everything needed is proved."""
    return accepted(google.test(ctx, actor))


@post(PLACE + "/sandbox", sync_to_thread=True, status_code=202)
def sandbox(ctx: Ctx, actor: Who) -> Response[Accepted]:
    """Enter the sandbox's own service account and test it."""
    return accepted(google.connect_sandbox(ctx, actor))


@delete(PLACE, sync_to_thread=True)
def remove(ctx: Ctx, actor: Who) -> None:
    """Remove the connection: what runs is stopped and the key destroyed; links and exported grades stay."""
    google.remove(ctx, actor)


ROUTES = (connection, save, test, sandbox, remove)
