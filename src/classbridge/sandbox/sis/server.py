"""Runs a made-up SIS on loopback ports, in a thread of its own."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from socket import socket
from typing import Any, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from litestar.types import ASGIApp
from msgspec import Struct, field

from classbridge.oneroster.models import Record, Version
from classbridge.oneroster.provider import (
    Bearer,
    Client,
    OAuth1,
    OAuth1Verifier,
    Options,
    TokenService,
    create_app,
    sqlite_engine,
    token_app,
)
from classbridge.oneroster.provider.auth import Authenticator
from classbridge.oneroster.roots import Roots
from classbridge.sandbox.certificates import Chain, make_chain
from classbridge.sandbox.loopback import HOST, Loopback, control_key, listening, origin
from classbridge.sandbox.sis import faults
from classbridge.sandbox.sis.control import SisControl, control_app
from classbridge.sandbox.sis.faults import Faulty
from classbridge.sandbox.sis.front import Front
from classbridge.sandbox.sis.gates import gates_of
from classbridge.sandbox.sis.keys import Clock, Keys, new_id, new_secret
from classbridge.sandbox.sis.personality import Personality
from classbridge.sandbox.sis.population import populate
from classbridge.sandbox.sis.rules import rules_of
from classbridge.sandbox.sis.state import SisSource
from classbridge.sandbox.sis.token_wire import TokenWire
from classbridge.sandbox.sis.wire import Wire


class Credentials(Struct, frozen=True, kw_only=True):
    """What a district's admin finds in the SIS, and the vendor's own credential."""

    client_id: str = field(default_factory=new_id)
    client_secret: str
    vendor: str = field(default_factory=lambda: f"{new_id()}:{new_id()}")
    control_key: str = field(default_factory=control_key)


class SisServer(Loopback):
    """A running SIS: its addresses and credentials in `info`, its inside in `source`, `board`, `keys`, `clock`."""

    def __init__(
        self,
        personality: Personality,
        *,
        port: int = 0,
        token_port: int = 0,
        directory: Path | None = None,
        credentials: Credentials | None = None,
        teacher_email: str = "",
        time_zone: str = "America/Chicago",
    ) -> None:
        self.personality = personality
        self.credentials = credentials or Credentials(client_secret=new_secret(personality))
        self.board = faults.board()
        self.clock = Clock(personality.clock_ahead)
        self.chain = make_chain(HOST) if personality.tls != "none" else None
        self._teacher_email = teacher_email
        self._doors = _doors(personality, port, token_port)
        self._temporary = tempfile.TemporaryDirectory(prefix="classbridge-sis-")
        self.source = self._source(directory or Path(self._temporary.name))
        first = Client(id=self.credentials.client_id, secret=self.credentials.client_secret)
        self.keys = Keys(personality, first, self.clock.now)
        sockets = list(dict.fromkeys(self._doors.values()))
        applications = [self._front(door, ZoneInfo(time_zone)) for door in sockets]
        configs = [self._config(door) for door in sockets]
        super().__init__(f"sis-{personality.id}", applications, sockets, configs)

    @classmethod
    def start(cls, personality: Personality, records: Iterable[Record], **settings: Any) -> Self:
        """Start a SIS that holds `records`; `settings` are those of the class. Returns when it answers."""
        running = cls(personality, **settings)
        running.source.load(populate(records, personality))
        return running.run()

    def stop(self) -> None:
        """Stop answering, and drop the data where it was kept in a temporary directory."""
        super().stop()
        self.source.close()
        self._temporary.cleanup()

    @property
    def tokens(self) -> TokenService:
        """The access tokens that it issued."""
        return self.keys.tokens

    @property
    def origin(self) -> str:
        """Scheme, host and port of the API."""
        return self._origin("api")

    @property
    def base_url(self) -> str:
        """What an admin would paste as the host URL."""
        return self.origin + self.personality.base_path

    @property
    def token_url(self) -> str:
        """The token endpoint, with the query that it asks for."""
        query = {n: v.format(**self.personality.parameters) for n, v in self.personality.token_query.items()}
        address = self._origin("token") + self.personality.token_address
        return f"{address}?{urlencode(query)}" if query else address

    def info(self) -> dict[str, Any]:
        """Everything that is needed to connect to it, and to look behind it."""
        header = self.personality.vendor_header
        return {
            "vendor": self.personality.id,
            "version": str(self.personality.version),
            "base_url": self.base_url,
            "token_url": self.token_url,
            "client_id": self.credentials.client_id,
            "client_secret": self.credentials.client_secret,
            "extra_headers": {header: self.credentials.vendor} if header else {},
            "teacher_email": self._teacher_email,
            "auth": self.personality.auth,
            "control_url": self._origin("control"),
            "control_key": self.credentials.control_key,
        }

    def control(self) -> SisControl:
        """The control API of this server."""
        return SisControl(self._origin("control"), self.credentials.control_key)

    def _origin(self, door: str) -> str:
        found = origin(self._doors[door])
        return found.replace("http:", "https:", 1) if self.chain and door != "control" else found

    def _source(self, folder: Path) -> SisSource:
        habits = self.personality
        engine = sqlite_engine(folder / f"{habits.id}-{habits.version}.sqlite")
        roots = Roots.of(self.base_url, habits.version, flat=habits.flat)
        return SisSource(engine, {habits.version: roots}, self.board, deletes_mark=habits.deletes_mark)

    def _front(self, door: socket, zone: ZoneInfo) -> Front:
        """What listens at a door: those of the three parts that are there."""
        here = {name for name, place in self._doors.items() if place is door}
        return Front(
            self.personality,
            api=self._api(zone) if "api" in here else None,
            token=self._token() if "token" in here else None,
            control=self._control_app() if "control" in here else None,
        )

    def _control_app(self) -> ASGIApp:
        return control_app(self.source, self.board, self.credentials.control_key)

    def _api(self, zone: ZoneInfo) -> ASGIApp:
        habits = self.personality
        options = Options(
            page_cap=habits.page_cap,
            page_headers=habits.page_headers,
            filters_refused=frozenset(habits.filter_reject),
            unserved=frozenset(habits.unserved),
            token_url=self.token_url,
            put_update_status=habits.put_update_status,
            gates=gates_of(habits, self.credentials.vendor, self.board),
            rules=rules_of(habits, zone, self.source),
        )
        versions: list[Version] = [habits.version]
        provider = create_app(self.source, versions=versions, auth=self._authenticator(), options=options)
        return Faulty(Wire(provider, habits, self.source), self.board)

    def _authenticator(self) -> Authenticator:
        if self.personality.auth == "oauth2":
            return Bearer(self.keys.tokens)
        consumers = {self.credentials.client_id: self.credentials.client_secret}
        return OAuth1(OAuth1Verifier(consumers, now=self.clock.now))

    def _token(self) -> ASGIApp:
        app = token_app(self.keys.tokens, self.personality.token_address)
        return Faulty(TokenWire(app, self.personality, self.keys.trouble), self.board)

    def _config(self, door: socket) -> dict[str, Any]:
        """Settings of uvicorn for a door."""
        config: dict[str, Any] = {"date_header": not self.personality.clock_ahead}
        if self.chain and door is not self._doors["control"]:
            config |= self._certificates(self.chain)
        return config

    def _certificates(self, chain: Chain) -> dict[str, Any]:
        folder = Path(self._temporary.name)
        whole = self.personality.tls == "whole_chain"
        (folder / "chain.pem").write_text(chain.leaf + (chain.intermediate if whole else ""), "ascii")
        (folder / "key.pem").write_text(chain.key, "ascii")
        return {"ssl_certfile": folder / "chain.pem", "ssl_keyfile": folder / "key.pem"}


def _doors(habits: Personality, port: int, token_port: int) -> dict[str, socket]:
    """The sockets: of the API, of the tokens (elsewhere, for some), and of the control, which never has TLS."""
    api = listening(port)
    token = listening(token_port) if habits.token_elsewhere else api
    return {"api": api, "token": token, "control": listening(0) if habits.tls != "none" else api}
