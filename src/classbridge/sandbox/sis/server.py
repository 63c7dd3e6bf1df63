"""Runs a made-up SIS on loopback ports, in a thread of its own."""

import secrets
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from litestar.types import ASGIApp
from msgspec import Struct, field

from classbridge.oneroster.models import Record, Version
from classbridge.oneroster.provider import (
    Bearer,
    Client,
    Options,
    TokenRules,
    TokenService,
    create_app,
    sqlite_engine,
    table,
    token_app,
)
from classbridge.sandbox.loopback import Loopback, control_key, listening, origin
from classbridge.sandbox.sis import faults
from classbridge.sandbox.sis.control import SisControl, control_app
from classbridge.sandbox.sis.faults import Faulty
from classbridge.sandbox.sis.front import Front
from classbridge.sandbox.sis.gates import gates_of
from classbridge.sandbox.sis.personality import Personality
from classbridge.sandbox.sis.rules import rules_of
from classbridge.sandbox.sis.state import SisSource


class Credentials(Struct, frozen=True, kw_only=True):
    """What a district's admin finds in the SIS, and the vendor's own credential."""

    client_id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    client_secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    vendor: str = field(default_factory=lambda: f"{secrets.token_urlsafe(8)}:{secrets.token_urlsafe(16)}")
    control_key: str = field(default_factory=control_key)


class SisServer(Loopback):
    """A running SIS: its addresses and credentials in `info`, its inside in `source`, `board` and `tokens`."""

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
        self.credentials = credentials or Credentials()
        self.board = faults.board()
        self._teacher_email = teacher_email
        self._sockets = [listening(port)]
        if personality.token_elsewhere:
            self._sockets.append(listening(token_port))
        self._temporary = None if directory else tempfile.TemporaryDirectory(prefix="classbridge-sis-")
        folder = directory or Path(self._temporary.name if self._temporary else "")
        engine = sqlite_engine(folder / f"{personality.id}-{personality.version}.sqlite")
        self.source = SisSource(engine, {personality.version: self.base_url}, self.board)
        self.tokens = self._token_service()
        applications = self._applications(ZoneInfo(time_zone))
        super().__init__(f"sis-{personality.id}", applications, self._sockets)

    @classmethod
    def start(cls, personality: Personality, records: Iterable[Record], **settings: Any) -> Self:
        """Start a SIS that holds `records`; `settings` are those of the class. Returns when it answers."""
        running = cls(personality, **settings)
        running.source.load(records)
        return running.run()

    def stop(self) -> None:
        """Stop answering, and drop the data where it was kept in a temporary directory."""
        super().stop()
        self.source.close()
        if self._temporary:
            self._temporary.cleanup()

    @property
    def origin(self) -> str:
        """Scheme, host and port of the API."""
        return origin(self._sockets[0])

    @property
    def base_url(self) -> str:
        """What an admin would paste as the host URL."""
        return self.origin + self.personality.base_path

    @property
    def token_url(self) -> str:
        """The token endpoint, with the query that it asks for."""
        query = {n: v.format(**self.personality.parameters) for n, v in self.personality.token_query.items()}
        address = origin(self._sockets[-1]) + self.personality.token_path
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
            "auth": "oauth2",
            "control_url": self.origin,
            "control_key": self.credentials.control_key,
        }

    def control(self) -> SisControl:
        """The control API of this server."""
        return SisControl(self.origin, self.credentials.control_key)

    def _token_service(self) -> TokenService:
        habits = self.personality
        offered = frozenset(scope for operation in table(habits.version) for scope in operation.scopes)
        rules = TokenRules(
            placements=habits.client_auth,
            scope_policy=habits.scope_policy,
            scopes=offered,
            lifetime=habits.token_lifetime,
            single_active_token=habits.single_active_token,
        )
        return TokenService([Client(id=self.credentials.client_id, secret=self.credentials.client_secret)], rules)

    def _applications(self, zone: ZoneInfo) -> list[ASGIApp]:
        habits = self.personality
        options = Options(
            page_cap=habits.page_cap,
            page_headers=habits.page_headers,
            filters_refused=frozenset(habits.filter_reject),
            unserved=frozenset() if habits.class_categories else frozenset({"getCategoriesForClass"}),
            put_update_status=habits.put_update_status,
            gates=gates_of(habits, self.credentials.vendor, self.board),
            rules=rules_of(habits, zone),
        )
        versions: list[Version] = [habits.version]
        provider = create_app(self.source, versions=versions, auth=Bearer(self.tokens), options=options)
        api = Faulty(provider, self.board)
        token = Faulty(token_app(self.tokens, habits.token_path), self.board)
        control = control_app(self.source, self.board, self.credentials.control_key)
        if habits.token_elsewhere:
            return [
                Front(habits, api=api, token=None, control=control),
                Front(habits, api=None, token=token, control=None),
            ]
        return [Front(habits, api=api, token=token, control=control)]
