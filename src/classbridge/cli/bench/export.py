"""Grades a second of a whole export, beside the same PUTs sent plainly one after the other."""

import asyncio
from time import perf_counter
from typing import Any

import httpx2

from classbridge.cli import main_job
from classbridge.cli.bench.figure import Figure
from classbridge.cli.bench.stage import staged
from classbridge.cli.main_job import Stage
from classbridge.jobs.worker import inline_worker
from classbridge.jobs.workflows import MODULE
from classbridge.oneroster.client import Client
from classbridge.oneroster.codec import encode
from classbridge.oneroster.models import Record, Version
from classbridge.sandbox.sis import SisServer
from classbridge.service import classes, grades, linking
from classbridge.service.context import Context
from classbridge.settings import Settings
from classbridge.sis.connector import Credentials, client_for
from classbridge.sis.outgoing import OutgoingGuard
from classbridge.sis.profile import asked_scopes
from classbridge.sis.registry import profile


def measure() -> Figure:
    """Export another class than the main job's: preview, plan, send, read back; then send its PUTs plainly."""
    with staged(_worker, main_job.password()) as (ctx, stage):
        course_id = _link_another(ctx, stage)
        began = perf_counter()
        preview = grades.preview(ctx, stage.teacher, course_id)
        main_job.wait(ctx, stage.teacher, preview)
        run_id = grades.export(ctx, stage.teacher, preview, grades.ExportChoices())
        main_job.wait(ctx, stage.teacher, run_id)
        seconds = perf_counter() - began
        details = grades.details(ctx, stage.teacher, run_id)
        if not details.sent or details.verified != details.sent:
            raise RuntimeError(f"Of {details.sent} grades {details.verified} were verified.")
        puts = asyncio.run(_puts(stage))
        floor = _plainly(stage, puts)
    return Figure(
        name="export",
        what=f"{details.sent} grades planned, sent, read back and compared",
        unit="grades/s",
        figure=round(details.sent / seconds, 1),
        floor=round(floor, 1),
        floor_is="the same PUTs, one after the other, nothing read or kept",
    )


def _worker(used: Settings) -> Any:
    return inline_worker(used, [MODULE])


def _link_another(ctx: Context, stage: Stage[SisServer]) -> str:
    wanted = stage.made_up.demo_sections[1]
    for row in classes.class_list(ctx, stage.teacher).rows:
        keys = [(one.connection_id, one.class_id) for one in row.suggestions if one.class_id == wanted]
        if keys:
            linking.link(ctx, stage.teacher, row.course_id, keys)
            main_job.wait(ctx, stage.teacher, classes.refresh(ctx, stage.teacher, row.course_id))
            return row.course_id
    raise RuntimeError(f"No class was suggested for section {wanted}.")


async def _puts(stage: Stage[SisServer]) -> list[tuple[str, bytes]]:
    """The paths and bodies with which the class's line items and results came."""
    async with _client(stage) as client:
        section = stage.made_up.demo_sections[1]
        items = (await client.line_items_of_class(section)).records
        puts = [_put("lineItem", item) for item in items]
        for item in items:
            results = (await client.results_of_line_item(section, item.sourced_id)).records
            puts += [_put("result", result) for result in results]
        return puts


def _put(entity: str, record: Record) -> tuple[str, bytes]:
    return f"/{entity}s/{record.sourced_id}", b'{"%s":%s}' % (entity.encode(), encode(record, Version.V1_2))


def _client(stage: Stage[SisServer]) -> Client:
    info = stage.sis.info()
    known = profile(stage.sis.personality.id)
    credentials = Credentials(client_id=info["client_id"], client_secret=info["client_secret"])
    guard = OutgoingGuard(["127.0.0.1"])
    return client_for(known, Version.V1_2, info["base_url"], info["token_url"], credentials, guard=guard)


def _plainly(stage: Stage[SisServer], puts: list[tuple[str, bytes]]) -> float:
    """Results a second by a bare HTTP client over one connection."""
    info = stage.sis.info()
    scopes = asked_scopes(profile(stage.sis.personality.id), Version.V1_2)
    form = {"grant_type": "client_credentials", "scope": " ".join(scopes)}
    with httpx2.Client(headers={"content-type": "application/json"}) as http:
        given = http.post(
            info["token_url"],
            data=form,
            auth=(info["client_id"], info["client_secret"]),
            headers={"content-type": "application/x-www-form-urlencoded"},
        ).raise_for_status()
        headers = {"authorization": f"Bearer {given.json()['access_token']}"}
        began = perf_counter()
        for path, body in puts:
            url = f"{info['base_url']}/gradebook/v1p2{path}"
            http.put(url, content=body, headers=headers).raise_for_status()
        seconds = perf_counter() - began
    return sum(path.startswith("/results/") for path, _ in puts) / seconds
