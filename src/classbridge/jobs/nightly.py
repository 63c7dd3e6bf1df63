"""The nightly runs: looked for every five minutes, begun once a night for each class that has them switched on.

A night is taken and its run written down in one transaction, under an id that is derived from both: a step that is
repeated after a crash begins nothing twice and loses nothing.
"""

import uuid
from datetime import date, datetime
from zoneinfo import ZoneInfo

from classbridge.bridge import schedule
from classbridge.jobs import rights, starting
from classbridge.jobs.runtime import Runtime, here, now
from classbridge.jobs.workflow import every, step
from classbridge.store import class_settings, connections, courses, districts, links, policies, runs
from classbridge.store.class_settings import ClassSetting, Nightly
from classbridge.store.districts import DistrictInfo
from classbridge.store.rows import NotFoundError, Rows
from classbridge.store.runs import UNFINISHED, Run

KINDS: tuple[Nightly, ...] = ("import", "export")
"""In the order in which a class has them: people first, then their grades."""

MOST = 500
"""Classes of a district that are begun at one look; the others come at the next."""

NAMESPACE = uuid.UUID("5d7f2c0e-9f0b-4a57-8c6e-3b1f0f6f2a44")


@every("nightly", "*/5 * * * *")
def nightly() -> None:
    """Begin what is due, district by district."""
    for district_id in districts_due():
        for kind, side, course_id in classes_due(district_id):
            begin(district_id, kind, side, course_id)


@step("nightly.districts")
def districts_due() -> list[str]:
    """The districts in which some class's turn has come."""
    runtime = here()
    return [one.id for one in districts.list_all(runtime.database) if _due(runtime, one, limit=1)]


@step("nightly.classes")
def classes_due(district_id: str) -> list[tuple[Nightly, str, str]]:
    """The classes whose turn has come, those that waited longest first: kind, side and id of each."""
    runtime = here()
    info = districts.get(runtime.database, district_id)
    return _due(runtime, info, limit=MOST) if info else []


def _due(runtime: Runtime, info: DistrictInfo, limit: int) -> list[tuple[Nightly, str, str]]:
    with runtime.district(info.id).read() as rows:
        night = schedule.due(_local(info), policies.hours(rows), None)
        if night is None:
            return []
        return [
            (kind, side, course_id)
            for kind in KINDS
            for side, course_id in class_settings.due(rows, kind, night, limit)
        ]


def _local(info: DistrictInfo) -> datetime:
    return now().astimezone(ZoneInfo(info.time_zone))


@step("nightly.begin")
def begin(district_id: str, kind: Nightly, side: str, course_id: str) -> bool:
    """Take a class's night and queue its run; False where there is nothing to do for it in this night."""
    runtime = here()
    info = districts.get(runtime.database, district_id)
    if info is None:
        return False
    district = runtime.district(district_id)
    with district.write() as rows:
        night = schedule.due(_local(info), policies.hours(rows), None)
        if night is not None and class_settings.take(rows, side, course_id, kind, night):
            _write(runtime, rows, side, course_id, kind, night)
        run = _queued(rows, side, course_id, kind)
    if run is None:
        return False
    starting.queue(district, run, partition=run.connection_id or "", dedup=f"{kind}:{course_id}")
    return True


def _write(runtime: Runtime, rows: Rows, side: str, course_id: str, kind: Nightly, night: date) -> None:
    """Write the run down, unless nothing can be done: the class's page says why, every night would repeat it."""
    setting = class_settings.get(rows, side, course_id)
    connection_id = _open(rows, side, course_id)
    if setting is None or connection_id is None or _going(rows, side, course_id, kind):
        return
    starting.write(
        rows,
        kind,
        run_id=_run_id(rows, setting, kind, night),
        connection_id=connection_id,
        side=side,
        course_id=course_id,
        requested_by=setting.changed_by,
        on_behalf_of=_for_whom(runtime, rows, setting),
        request=_request(kind, night),
    )


def _request(kind: Nightly, night: date) -> dict[str, object]:
    wanted: dict[str, object] = (
        {"course_work": None} if kind == "export" else {"kinds": ["students", "teachers"], "preview": None}
    )
    return {**wanted, "night": night.isoformat()}


def _open(rows: Rows, side: str, course_id: str) -> str | None:
    """The connection of a class that is linked, not archived, and whose SIS is connected."""
    course, linked = courses.get(rows, side, course_id), links.of_course(rows, side, course_id)
    if course is None or course.course_state != "ACTIVE" or not linked:
        return None
    connection = connections.get(rows, linked[0].connection_id)
    return connection.id if connection.state == "connected" else None


def _going(rows: Rows, side: str, course_id: str, kind: Nightly) -> bool:
    return bool(runs.page(rows, side=side, course_id=course_id, kinds=(kind,), states=UNFINISHED, limit=1).items)


def _for_whom(runtime: Runtime, rows: Rows, setting: ClassSetting) -> str | None:
    """The primary teacher, where an admin or a delegate switched the schedule on."""
    actor = rights.actor_of(runtime.database, rows.district_id, setting.changed_by)
    course = courses.get(rows, setting.side, setting.course_id)
    return rights.for_whom(rows, setting.side, course, actor, now()) if actor and course else None


def _run_id(rows: Rows, setting: ClassSetting, kind: Nightly, night: date) -> str:
    place = (rows.district_id, setting.side, setting.course_id, kind, night.isoformat())
    return str(uuid.uuid5(NAMESPACE, "/".join(place)))


def _queued(rows: Rows, side: str, course_id: str, kind: Nightly) -> Run | None:
    """The run of the last night that was taken, as long as it waits to begin: maybe its job was never queued."""
    setting = class_settings.get(rows, side, course_id)
    night = setting.night(kind) if setting else None
    if setting is None or night is None:
        return None
    try:
        run = runs.get(rows, _run_id(rows, setting, kind, night))
    except NotFoundError:
        return None
    return run if run.state == "queued" else None
