"""The ways in which an admin gets a connection wrong, each with a real server behind it where one answers."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from classbridge.bridge.outcome import Code
from classbridge.cli.main_job import RunFailedError
from classbridge.sandbox import sis
from classbridge.sandbox.district import District
from classbridge.sandbox.sis import SisServer
from classbridge.service import connections
from classbridge.service.connections import CredentialsForm
from tests.installation import TODAY, Installation
from tests.service import wrong_servers as wrong
from tests.service.wrong_servers import Says, server

READ_ONLY = "https://purl.imsglobal.org/spec/or/v1p2/scope/roster-core.readonly"
STUDENTS = 60


class Door(Struct, frozen=True, kw_only=True):
    """What an admin chooses and enters."""

    entered: CredentialsForm
    vendor: str = "generic"
    version: str = "1.2"


Way = Callable[[ExitStack, Path], Door]
"""How to go wrong: what is started ends with the stack; the folder is for certificates."""


def at(origin: str, **more: object) -> Door:
    """Enter an address with a key that may be right."""
    entered = CredentialsForm(
        base_url=f"{origin}/ims/oneroster", token_url=f"{origin}/oauth/token", key="our-key", secret="our-secret"
    )
    return Door(entered=replace(entered, **more))


def stranger(token: Says, api: Says = wrong.HTML, **more: Says) -> Way:
    """Enter the address of a server that answers this."""
    return lambda stack, _: at(stack.enter_context(server(token, api, more=more)))


def elsewhere(origin: str) -> Way:
    """Enter an address that is never asked, or where nobody is."""
    return lambda *_: at(origin)


def running(personality: str, version: str = "", **changed: object) -> Way:
    """Enter what a SIS of the sandbox gave, but for one thing."""

    def way(stack: ExitStack, _: Path) -> Door:
        made_up = District.make(students=STUDENTS, seed=1, today=TODAY)
        info = stack.enter_context(SisServer.start(sis.load(personality), made_up.records())).info()
        right = CredentialsForm(
            base_url=info["base_url"].removesuffix("/v1p1") if version else info["base_url"],
            token_url=info["token_url"],
            key=info["client_id"],
            secret=info["client_secret"],
            extra_header=next(iter(info["extra_headers"].values()), ""),
        )
        return Door(vendor=info["vendor"], version=version or info["version"], entered=replace(right, **changed))

    return way


def nobody_there(stack: ExitStack, _: Path) -> Door:
    """Enter the address of a SIS that is down."""
    bound = stack.enter_context(socket.socket())
    bound.bind(("127.0.0.1", 0))
    return at(f"http://127.0.0.1:{bound.getsockname()[1]}")


def not_trusted(stack: ExitStack, folder: Path) -> Door:
    """Enter the address of a server whose certificate nobody vouches for."""
    return at(stack.enter_context(server(wrong.GRANTED, wrong.HTML, folder=folder)))


def too_early(stack: ExitStack, _: Path) -> Door:
    """Enter a key with a first day that is still to come."""
    origin = stack.enter_context(server(wrong.GRANTED, wrong.HTML))
    return at(origin, effective_on=(datetime.now(UTC) + timedelta(days=3)).date())


READS = {"teachers": wrong.TEACHERS, "classes": wrong.CLASSES, "lineItems": Says(200, {"lineItems": []})}
WAYS: dict[str, tuple[Code, Way]] = {
    "wrong-host": (Code.WRONG_HOST, elsewhere("https://sis.nowhere.invalid")),
    "not-oneroster": (Code.NOT_ONEROSTER, stranger(wrong.GRANTED)),
    "wrong-version": (Code.WRONG_VERSION, running("generic@1.1", version="1.2")),
    "wrong-key": (Code.WRONG_KEY, running("generic@1.2", secret="another-secret")),
    "key-too-early": (Code.KEY_NOT_YET_VALID, too_early),
    "key-not-in-effect": (Code.KEY_NOT_IN_EFFECT, stranger(wrong.NOT_YET)),
    "key-inactive": (Code.KEY_INACTIVE, stranger(wrong.INACTIVE)),
    "key-expired": (Code.KEY_EXPIRED, stranger(wrong.EXPIRED)),
    "scope-missing": (Code.SCOPE_MISSING, stranger(wrong.NO_SUCH_SCOPE)),
    "no-licence-to-read": (Code.SIS_READ_NOT_LICENSED, stranger(wrong.GRANTED, wrong.NO_LICENCE)),
    "no-licence-to-write": (
        Code.SIS_WRITE_NOT_LICENSED,
        stranger(Says(200, {**wrong.TOKEN, "scope": READ_ONLY}), **READS),
    ),
    "no-gradebook-licence": (
        Code.GRADEBOOK_NOT_LICENSED,
        stranger(wrong.GRANTED, wrong.NO_LICENCE, teachers=wrong.TEACHERS),
    ),
    "no-pass-back": (
        Code.GRADE_PASS_BACK_OFF,
        stranger(wrong.GRANTED, wrong.NO_PASS_BACK, teachers=wrong.TEACHERS),
    ),
    "no-gradebook": (
        Code.GRADEBOOK_NOT_OFFERED,
        stranger(wrong.GRANTED, wrong.NOT_FOUND, teachers=wrong.TEACHERS, classes=wrong.CLASSES),
    ),
    "no-vendor-key": (Code.VENDOR_KEY_MISSING, running("infinite-campus", extra_header="")),
    "sis-down": (Code.SIS_NO_ANSWER, nobody_there),
    "sis-fails": (Code.SIS_SERVER_ERROR, stranger(wrong.BROKEN)),
    "sis-busy": (Code.SIS_RATE_LIMITED, stranger(wrong.BUSY)),
    "no-trust": (Code.TLS_FAILED, not_trusted),
    "private-address": (Code.PRIVATE_ADDRESS_REFUSED, elsewhere("https://10.1.2.3")),
    "not-https": (Code.HTTPS_REQUIRED, elsewhere("http://sis.example.org")),
    "sent-elsewhere": (Code.REDIRECT_REFUSED, stranger(wrong.AWAY)),
    "no-token-there": (Code.TOKEN_URL_UNKNOWN, stranger(wrong.NOT_FOUND)),
}
"""Each way by its name, with the outcome that tells it from all others."""


@contextmanager
def gone_wrong(made: Installation, door: Door) -> Iterator[str]:
    """Enter, press Authorize and wait for the end; the connection. It is removed afterwards, with its keys."""
    connection_id = connections.start(made.ctx, made.admin, door.vendor, door.version)
    connections.save_credentials(made.ctx, made.admin, connection_id, door.entered)
    with suppress(RunFailedError):
        made.wait(connections.authorize(made.ctx, made.admin, connection_id), actor=made.admin)
    yield connection_id
    connections.disconnect(made.ctx, made.admin, connection_id)
