"""A real installation on SQLite with people to sign in, its application for a test client or a browser."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from cryptography.fernet import Fernet
from litestar import Litestar
from litestar.testing import TestClient
from playwright.sync_api import Browser

from classbridge.jobs import engine
from classbridge.service import (
    audit,
    classes,
    connections,
    grades,
    linking,
    roster_page,
    rosters,
    runs,
    sign_in,
    steps,
    work_settings,
)
from classbridge.service.context import Context, open_context
from classbridge.settings import Settings
from classbridge.store import accounts, districts
from classbridge.store.audit import Event
from classbridge.store.cursors import Page
from classbridge.store.migrations import migrate
from classbridge.web.app import create_app
from tests.web import values
from tests.web.browsing import chromium

PASSWORD = "a long enough password"
PEOPLE = {
    "admin@angsbacken.example": {"d1": ("admin",)},
    "auditor@angsbacken.example": {"d1": ("auditor",)},
    "teacher@angsbacken.example": {"d1": ("teacher",)},
    "both@angsbacken.example": {"d1": ("admin",), "d2": ("teacher",)},
    "nobody@angsbacken.example": {},
}
ADMIN, TEACHER = "admin@angsbacken.example", "teacher@angsbacken.example"


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder: Path = tmp_path_factory.mktemp("installation")
    return Settings(data_dir=folder, secret_keys=(Fernet.generate_key().decode(),))


@pytest.fixture(scope="session")
def ctx(settings: Settings) -> Iterator[Context]:
    engine.migrate(settings)
    with open_context(settings) as made:
        migrate(made.database)
        now = datetime.now(UTC)
        for district_id, name in (("d1", "Ängsbackens skolor"), ("d2", "Norrvikens skolor")):
            districts.create(
                made.database,
                name=name,
                time_zone="Europe/Stockholm",
                language="sv",
                at=now,
                district_id=district_id,
            )
        hashed = sign_in.hasher.hash(PASSWORD)
        for email, roles in PEOPLE.items():
            person = accounts.create(made.database, email=email, name="Eva Lindqvist", at=now)
            accounts.set_password_hash(made.database, person.id, hashed)
            for district_id, names in roles.items():
                for role in names:
                    accounts.grant_role(made.database, district_id, person.id, role)
        yield made


@pytest.fixture(scope="session")
def app(ctx: Context) -> Litestar:
    return create_app(ctx)


@pytest.fixture
def client(app: Litestar) -> Iterator[TestClient[Litestar]]:
    with TestClient(app, raise_server_exceptions=False) as made:
        made.follow_redirects = False
        yield made


SignIn = Callable[[str], TestClient[Litestar]]


@pytest.fixture
def signed_in(client: TestClient[Litestar], ctx: Context) -> Iterator[SignIn]:
    """Sign somebody in through the real form."""

    def enter(email: str = ADMIN) -> TestClient[Litestar]:
        client.get("/signin")
        answer = post(client, "/signin", email=email, password=PASSWORD, next="/")
        assert answer.status_code == 303, answer.text
        return client

    yield enter
    for person, _ in accounts.of_district(ctx.database, "d1"):
        accounts.set_language(ctx.database, person.id, "en")


def post(client: TestClient[Litestar], path: str, **fields: Any) -> Any:
    """Post a form with the page's token."""
    return client.post(path, data={"_csrf_token": client.cookies.get("csrftoken"), **fields})


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Let the use cases answer with the made-up values, so that every state of a page can be looked at."""
    views = {view.id: view for view in values.HOME.connections}
    kinds = ("export", "import", "preview-export", "preview-import")
    known = (values.RUNNING, values.WAITING, values.FAILED, *map(values.run, kinds))
    by_id = {run.id: run for run in known}
    rows = {row.course_id: row for row in values.CLASS_LIST.rows}
    line = Event(at=values.NOW, action="connection.authorize", subject="c1")
    answers: dict[str, Any] = {
        "home": values.HOME,
        "class_list": values.CLASS_LIST,
        "page": values.GRADES,
        "import_preview": values.IMPORT_PREVIEW,
        "export_preview": values.EXPORT_PREVIEW,
    }
    for module, name, function in (
        (connections, "home", lambda *_: answers["home"]),
        (connections, "choices", lambda *_: values.CHOICES),
        (connections, "view", lambda _ctx, _actor, one, *_: views[one]),
        (classes, "class_list", lambda *_: answers["class_list"]),
        (classes, "one", lambda _ctx, _actor, one: rows[one]),
        (linking, "link_page", lambda _ctx, _actor, one: values.link_page(rows[one])),
        (rosters, "offered", lambda *_: values.OFFERED),
        (roster_page, "page", lambda *_: values.ROSTER),
        (rosters, "previewed", lambda *_: answers["import_preview"]),
        (rosters, "details", lambda *_: values.IMPORT_DETAILS),
        (grades, "page", lambda *_: answers["page"]),
        (grades, "previewed", lambda *_: answers["export_preview"]),
        (grades, "details", lambda *_: values.EXPORT_DETAILS),
        (work_settings, "of_class", lambda *_: values.WORK_SETTINGS),
        (runs, "view", lambda _ctx, _actor, one: by_id[one]),
        (runs, "page", lambda *_, **__: Page(items=list(known), next=None)),
        (steps, "link", lambda *_: "https://classbridge.example/steps/made-up"),
        (audit, "events", lambda *_, **__: Page(items=[line], next=None)),
    ):
        monkeypatch.setattr(module, name, function)
    return answers


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def troubles() -> list[str]:
    """What the browser complained of, and requests to other hosts."""
    return []


@contextmanager
def serving(app: Litestar) -> Iterator[str]:
    """The application on loopback; its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listener.close()


@pytest.fixture
def served(app: Litestar) -> Iterator[str]:
    """The application with made-up people on loopback; its address."""
    with serving(app) as address:
        yield address


PAGES = {
    "": ("/signin", "/status", "/help", "/nowhere"),
    ADMIN: (
        "/admin",
        "/admin/sis",
        "/admin/sis/c1",
        "/admin/sis/c3",
        "/admin/sis/c1/disconnect",
        "/admin/sis/c2/setup/classroom",
        "/admin/sis/c2/setup/checklist",
        "/admin/sis/c2/setup/credentials",
        "/admin/sis/c2/setup/authorize",
        "/admin/sis/c2/setup/data",
        "/admin/runs",
        "/admin/audit",
        "/runs/r-failed",
    ),
    TEACHER: (
        "/classes",
        "/classes/1003/link",
        "/classes/1001/link",
        "/classes/1001/roster",
        "/classes/1001/grades",
        "/imports/preview/r-preview-import",
        "/imports/r-import",
        "/exports/preview/r-preview-export",
        "/exports/r-export",
        "/exports/r-running",
        "/exports/r-waiting",
    ),
}
"""Every page by who opens it, with the made-up answers."""
