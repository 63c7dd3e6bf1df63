from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import quote_plus

import httpx2
import msgspec
import pytest

from classbridge.oneroster.models import Record, Version
from classbridge.sandbox.district import District
from classbridge.sandbox.sis import SisServer, load

SCOPES = ("roster.readonly", "gradebook.readonly", "gradebook.createput", "gradebook.delete")
DISTRICT = District.make(students=60, seed=1, today=date(2026, 11, 23))


class Consumer:
    """A plain HTTP client that goes by a SIS's `info` alone, as any consumer would."""

    def __init__(self, server: SisServer) -> None:
        self.server = server
        self.info: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(server.info()))
        self.old = self.info["version"] == "1.1"
        self.http = httpx2.Client(timeout=10)
        self.http.headers.update(self.info["extra_headers"])

    def token(self) -> httpx2.Response:
        version = "v1p1" if self.old else "v1p2"
        scope = " ".join(f"https://purl.imsglobal.org/spec/or/{version}/scope/{name}" for name in SCOPES)
        encode = str if "basic" in self.server.personality.client_auth else quote_plus
        client = (encode(self.info["client_id"]), encode(self.info["client_secret"]))
        form = {"grant_type": "client_credentials", "scope": scope}
        return self.http.post(self.info["token_url"], auth=client, data=form)

    def sign_in(self) -> "Consumer":
        answer = self.token()
        assert answer.status_code == 200, answer.text
        self.http.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        return self

    def url(self, service: str, path: str) -> str:
        return str(self.info["base_url"]) + ("" if self.old else f"/{service}/v1p2") + path

    def roster(self, path: str, **query: Any) -> httpx2.Response:
        return self.http.get(self.url("rostering", path), params=query)

    def grades(self, method: str, path: str, body: Any = None, **query: Any) -> httpx2.Response:
        return self.http.request(method, self.url("gradebook", path), json=body, params=query)


@pytest.fixture(scope="session")
def records() -> list[Record]:
    return list(DISTRICT.records())


@pytest.fixture
def run(records: list[Record]) -> Iterator[Callable[..., Consumer]]:
    """Start a SIS by name, with habits of its personality changed, and sign in."""
    running: list[Consumer] = []

    def start(name: str, **habits: Any) -> Consumer:
        personality = msgspec.structs.replace(load(name), **habits)
        server = SisServer.start(personality, records, teacher_email=DISTRICT.teacher_email)
        running.append(Consumer(server))
        return running[-1].sign_in()

    yield start
    for consumer in running:
        consumer.http.close()
        consumer.server.stop()


@pytest.fixture
def generic(run: Callable[..., Consumer]) -> Consumer:
    return run(f"generic@{Version.V1_2}")
