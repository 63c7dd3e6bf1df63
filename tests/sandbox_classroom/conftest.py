"""A running stand-in, and Google's own client library pointed at it."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import googleapiclient
import pytest
from google.oauth2 import service_account
from googleapiclient.discovery import build_from_document

from classbridge.sandbox.classroom import ClassroomControl, ClassroomServer
from classbridge.sandbox.classroom.scopes import ALL
from classbridge.sandbox.district import District

DISCOVERY: dict[str, Any] = json.loads(
    (Path(googleapiclient.__file__).parent / "discovery_cache" / "documents" / "classroom.v1.json").read_bytes()
)
Build = Callable[..., Any]


@pytest.fixture(scope="session")
def district() -> District:
    return District.make(today=date(2026, 11, 23))


@pytest.fixture(scope="session")
def shared(district: District) -> Iterator[ClassroomServer]:
    """A stand-in for tests that only read."""
    with ClassroomServer.start(district) as server:
        yield server


@pytest.fixture(scope="session")
def _reused(district: District) -> Iterator[ClassroomServer]:
    with ClassroomServer.start(district) as server:
        yield server


@pytest.fixture
def server(_reused: ClassroomServer) -> ClassroomServer:
    """A stand-in as fresh as on its first day."""
    _reused.reset()
    return _reused


@pytest.fixture
def control(server: ClassroomServer) -> Iterator[ClassroomControl]:
    with server.control() as control:
        yield control


def google(server: ClassroomServer, subject: str | None, scopes: frozenset[str] = ALL) -> Any:
    """Google's client for the Classroom API, as that person."""
    info = server.info()
    from_info: Build = service_account.Credentials.from_service_account_info
    credentials = from_info(info["service_account"], scopes=sorted(scopes), subject=subject)
    document = {**deepcopy(DISCOVERY), "rootUrl": info["base_url"] + "/", "baseUrl": info["base_url"] + "/"}
    return build_from_document(document, credentials=credentials)


@pytest.fixture
def build(server: ClassroomServer) -> Iterator[Build]:
    """Google's client as any person; all are closed after the test."""
    clients = []

    def make(subject: str | None, scopes: frozenset[str] = ALL) -> Any:
        clients.append(google(server, subject, scopes))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def admin(build: Build, district: District) -> Any:
    return build(district.admin_email)


@pytest.fixture
def teacher(build: Build, district: District) -> Any:
    return build(district.teacher_email)


@pytest.fixture
def course_id(district: District) -> str:
    """The demo teacher's first course."""
    return next(district.classroom().courses()).id


@pytest.fixture
def student_email(server: ClassroomServer, course_id: str) -> str:
    """A student of that course."""
    return server.state.accounts[next(iter(server.state.courses[course_id].students))].email


@pytest.fixture
def student(build: Build, student_email: str) -> Any:
    return build(student_email)
