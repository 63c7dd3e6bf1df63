import asyncio
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from classbridge.oneroster.conformance import Limits, Report, Server, check
from classbridge.oneroster.models import Enrollment, LineItem, Record, Ref, Result, Version
from classbridge.sandbox.district import District
from classbridge.sandbox.sis import SisServer, load

DISTRICT = District.make(students=60, seed=1, today=date(2026, 11, 23))
Check = Callable[..., Report]


def records() -> list[Record]:
    """The sandbox's district, with a grade in its gradebook."""
    found = list(DISTRICT.records())
    place = next(one for one in found if isinstance(one, Enrollment) and one.role == "student" and one.active)
    moment = datetime(2026, 10, 1, 12, tzinfo=UTC)
    item = LineItem(
        sourced_id="item-1",
        date_last_modified=moment,
        title="Essay",
        class_=place.class_,
        category=Ref(sourced_id="cat-homework", type="category"),
        school=place.school,
        assign_date=moment,
        due_date=moment,
        result_value_min=Decimal(0),
        result_value_max=Decimal(100),
    )
    result = Result(
        sourced_id="cell-1",
        date_last_modified=moment,
        line_item=Ref(sourced_id="item-1", type="lineItem"),
        student=place.user,
        score_status="fully graded",
        score=Decimal("87.5"),
        score_date=moment.date(),
    )
    return [*found, item, result]


def server_of(sis: SisServer) -> Server:
    """A SIS as the check is told about it."""
    info = sis.info()
    return Server(
        base_url=info["base_url"],
        version=Version(info["version"]),
        token_url=info["token_url"],
        client_id=info["client_id"],
        client_secret=info["client_secret"],
        teacher_email=info["teacher_email"],
        headers=info["extra_headers"],
    )


def run(
    server: Server, only: Collection[str] = (), *, write: bool = False, limits: Limits | None = None
) -> Report:
    """Check a server, to the end."""
    return asyncio.run(check(server, only=only, write=write, limits=limits))


def failed(report: Report) -> dict[str, str]:
    """What failed, and why."""
    return {one.name: one.details for one in report.failures}


@pytest.fixture(scope="session")
def servers() -> Iterator[dict[Version, SisServer]]:
    """The generic SIS in both versions."""
    kept = records()
    running = {
        version: SisServer.start(load(f"generic@{version}"), kept, teacher_email=DISTRICT.teacher_email)
        for version in Version
    }
    yield running
    for sis in running.values():
        sis.stop()


@pytest.fixture
def well(servers: dict[Version, SisServer]) -> Iterator[dict[Version, SisServer]]:
    """The same, with every fault off before and after."""
    for sis in servers.values():
        sis.board.switch_off()
    yield servers
    for sis in servers.values():
        sis.board.switch_off()
