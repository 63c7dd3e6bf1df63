"""Runs schemathesis against the provider, in process, and gathers what it found."""

import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import schemathesis
from msgspec import Struct, field
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from classbridge.oneroster.models import Version
from classbridge.oneroster.provider import Bearer, Client, SqlSource, TokenRules, TokenService, create_app, table
from classbridge.oneroster.shape import collections
from tests.provider.calls import IDS

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "negative_data_rejection",
    "ignored_auth",
    "unsupported_method",
    "use_after_free",
)


FILTERS = [
    "status='active'",
    "dateLastModified>'2026-01-01T00:00:00.000Z' AND status!='tobedeleted'",
    "sourcedId~'1' OR title='O''Brien'",
    "metadata.x='1'",
    "score>='90'",
    "title='x' OR 1=1",
    "title='",
]
DICTIONARIES: dict[str, Any] = {
    **{name: {"values": [one, "new-1"]} for name, one in IDS.items()},
    "filters": {"values": FILTERS},
    "sorts": {"values": ["sourcedId", "title", "dateLastModified", "class.sourcedId", "nothing", "metadata"]},
}
ASKED = {
    "query.filter": {"dictionary": "filters", "probability": 0.7},
    "query.sort": {"dictionary": "sorts", "probability": 0.7},
}


class Counted:
    """The application, with a count of the requests that reached it by the status of their answers."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.statuses: Counter[int] = Counter()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def watched(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.statuses[message["status"]] += 1
            await send(message)

        await self._app(scope, receive, watched if scope["type"] == "http" else send)


class Found(Struct, kw_only=True):
    """What a run found: how many requests reached the application, what failed, and what could not be run."""

    seconds: float
    statuses: dict[int, int]
    failures: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many requests the application answered."""
        return sum(self.statuses.values())


def guarded(source: SqlSource) -> tuple[Counted, str]:
    """The provider behind bearer tokens, and a token for everything."""
    scopes = frozenset(scope for version in Version for one in table(version) for scope in one.scopes)
    tokens = TokenService([Client(id="fuzz", secret="fuzz")], TokenRules(scopes=scopes))
    body = b"grant_type=client_credentials&client_id=fuzz&client_secret=fuzz&scope="
    token = tokens.issue(body + " ".join(sorted(scopes)).encode(), None)
    return Counted(create_app(source, auth=Bearer(tokens))), token.value


def fuzz(app: Counted, document: str | Path, token: str, settings: dict[str, Any], *, seed: int) -> Found:
    """Try the operations of a document that the application serves at an address, or that lies in a file."""
    given = {
        "headers": {"Authorization": f"Bearer {token}"},
        "dictionaries": DICTIONARIES,
        "seed": seed,
        **settings,
    }
    config = SchemathesisConfig.from_dict(given)
    if isinstance(document, Path):
        schema = schemathesis.openapi.from_path(document, config=config)
        schema.app = app
    else:
        schema = schemathesis.openapi.from_asgi(document, app, config=config)
    app.statuses.clear()
    started = time.monotonic()
    found = Found(seconds=0.0, statuses={})
    for event in from_schema(schema).execute():
        _note(event, found)
    found.seconds = time.monotonic() - started
    found.statuses = dict(sorted(app.statuses.items()))
    return found


def settings(document: dict[str, Any], checks: Iterable[str], **phases: Any) -> dict[str, Any]:
    """A configuration that knows the ids of the golden records, so that many calls go through."""
    methods = [
        (f"{method.upper()} {path}", path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return {
        "checks": {"enabled": False, **{name: {"enabled": True} for name in checks}},
        "generation": {"database": "none", "no-shrink": True},
        "operations": [
            {"include-name": name, "parameters": {**ASKED, **_in_path(path), **_in_body(document, operation)}}
            for name, path, operation in methods
        ],
        "phases": phases,
        "continue-on-failure": True,
    }


def _in_path(path: str) -> dict[str, Any]:
    segments = path.strip("/").split("/")
    pairs = zip(segments[0::2], segments[1::2], strict=False)
    return {f"path.{name[1:-1]}": _often(collection) for collection, name in pairs}


def _in_body(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """The references of a written record, which must lead to records, and its own sourcedId."""
    if "requestBody" not in operation:
        return {}
    schemas = document["components"]["schemas"]
    [(envelope, member)] = operation["requestBody"]["content"]["application/json"]["schema"]["properties"].items()
    many = "items" in member
    name = (member["items"] if many else member)["$ref"].rsplit("/", 1)[-1]
    top = f"body.{envelope}[*]" if many else f"body.{envelope}"
    found = {} if many else {f"{top}.sourcedId": _often(collections[_entity(name)])}
    for member_name, member in schemas[name]["properties"].items():
        target = member.get("$ref", "").rsplit("/", 1)[-1]
        if target.endswith("Ref"):
            found[f"{top}.{member_name}.sourcedId"] = _often(collections[_entity(target.removesuffix("Ref"))])
    return found


def _entity(name: str) -> str:
    return name[0].lower() + name[1:]


def _often(dictionary: str) -> dict[str, Any]:
    return {"dictionary": dictionary, "probability": 0.8}


def _note(event: events.EngineEvent, found: Found) -> None:
    if isinstance(event, events.ScenarioFinished):
        for checks in event.recorder.checks.values():
            found.failures += [f"{event.label}: {_text(one)}" for one in checks if _is_wrong(one)]
    elif isinstance(event, events.NonFatalError):
        found.errors.append(f"{event.label}: {event.value}")
    elif isinstance(event, events.FatalError):
        raise event.exception


def _is_wrong(check: Any) -> bool:
    """A body that breaks its schema may be taken: what can be read without guessing is (`oneroster.repair`)."""
    if check.failure_info is None:
        return False
    return check.name != "negative_data_rejection" or "in body" not in check.failure_info.failure.message


def _text(check: Any) -> str:
    failure = check.failure_info.failure
    return f"{check.name}: {failure.title}: {failure.message}\n{check.failure_info.code_sample}"
