"""The demo: a sandbox, an installation, the main job once, and the pages to try by hand."""

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

import click
import msgspec
from msgspec import Struct
from msgspec.structs import replace

from classbridge import log
from classbridge.cli import house, main_job
from classbridge.cli.house import say
from classbridge.cli.main_job import AnyStage, Outcome
from classbridge.jobs.worker import WorkerProcess
from classbridge.jobs.workflows import MODULE
from classbridge.sandbox import registrar, sis
from classbridge.sandbox.classroom.server import ClassroomServer
from classbridge.sandbox.district import District
from classbridge.sandbox.registrar import Registrar
from classbridge.sandbox.sis import SisServer, quirks
from classbridge.sandbox.sis.quirks import Chosen
from classbridge.service.context import Context, open_context
from classbridge.settings import Settings, load

TIME_ZONE = "America/Chicago"


class Fault(Struct, frozen=True):
    """A fault to switch on before the main job."""

    vendor: str
    name: str
    count: int | None


class FaultType(click.ParamType[Fault]):
    """VENDOR:NAME[:COUNT]."""

    name = "VENDOR:NAME[:COUNT]"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Fault:
        """Read it; a wrong one is a usage error."""
        parts = str(value).split(":")
        names = {fault.name for fault in sis.FAULTS}
        if len(parts) not in (2, 3) or parts[1] not in names or (len(parts) == 3 and not parts[2].isdigit()):
            self.fail(f"{value!r} is not VENDOR:NAME[:COUNT]. Names: {', '.join(sorted(names))}.", param, ctx)
        return Fault(parts[0], parts[1], int(parts[2]) if len(parts) == 3 else None)


class QuirkType(click.ParamType[Chosen]):
    """Q12 or Q12:VARIANT."""

    name = "QUIRK[:VARIANT]"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Chosen:
        """Find it; a wrong one is a usage error."""
        try:
            return quirks.choose(str(value))
        except KeyError as error:
            self.fail(str(error.args[0]), param, ctx)


quirk_option = click.option(
    "--quirk",
    "chosen_quirks",
    multiple=True,
    type=QuirkType(),
    help="Give every SIS this quirk (`sandbox quirks`).",
)


@click.command("demo")
@click.option("--check", is_flag=True, help="Run the main job headless, print a table, and end.")
@click.option("--keep", is_flag=True, help="With --check: leave the servers up afterwards.")
@click.option("--students", type=click.IntRange(50, 1_000_000), default=200, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, another district.")
@click.option("--vendor", "vendors", multiple=True, metavar="ID[@VERSION]", help="Only these SIS.")
@click.option("--fault", "faults", multiple=True, type=FaultType(), help="Switch a fault on first.")
@quirk_option
@click.option("--info", type=click.Path(path_type=Path), help="Write addresses and credentials to this file.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8300, show_default=True, help="Where the pages are."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@house.refusals
def demo_command(
    check: bool,
    keep: bool,
    students: int,
    seed: int,
    vendors: tuple[str, ...],
    faults: tuple[Fault, ...],
    chosen_quirks: tuple[Chosen, ...],
    info: Path | None,
    port: int,
    as_json: bool,
) -> None:
    """Connect, link, import, export and read back, on a made-up district; no account anywhere is needed."""
    started = monotonic()
    names = chosen(vendors)
    password = main_job.password()
    with ExitStack() as stack:
        used = stack.enter_context(_installation(port))
        listener = None if check and not keep else stack.enter_context(house.listening(used.host, port))
        made_up = District.make(students=students, seed=seed, today=_today(), time_zone=TIME_ZONE)
        stages, ctx = _stage_all(stack, used, made_up, names, password, chosen_quirks)
        _switch_on(stages, faults)
        if info:
            _write_info(info, stages, used, password)
        done = [_one(ctx, stage) for stage in stages]
        ok = all(not one.problems and one.grades_verified for one in done)
        result = {"ok": ok, "sis": [msgspec.to_builtins(one) for one in done]}
        click.echo(json.dumps(result, indent=2) if as_json else table(done))
        say(f"The main job took {monotonic() - started:.1f} s.")
        if listener:
            with house.web_server(ctx, listener):
                _say_where(used, made_up, password)
                house.wait_for_ctrl_c()
    sys.exit(0 if ok else 1)


def chosen(vendors: Sequence[str]) -> list[str]:
    """The personalities that were asked for, or all; a wrong name is a usage error."""
    known = [*sis.names(), registrar.NAME]
    wanted = [name for name in known if not vendors or _asked(name, vendors)]
    for vendor in vendors:
        if not any(_asked(name, [vendor]) for name in known):
            raise click.UsageError(f"There is no SIS {vendor!r} in the sandbox. There are: {', '.join(known)}.")
    return wanted


def _asked(name: str, vendors: Sequence[str]) -> bool:
    habits = registrar.HABITS if name == registrar.NAME else sis.load(name)
    return any(vendor in (name, habits.id, f"{habits.id}@{habits.version}") for vendor in vendors)


def _today() -> date:
    return datetime.now(UTC).astimezone(ZoneInfo(TIME_ZONE)).date()


@contextmanager
def _installation(port: int) -> Iterator[Settings]:
    """Settings of a throw-away installation that may ask loopback addresses."""
    with tempfile.TemporaryDirectory(prefix="classbridge-demo-") as folder:
        given = load()
        used = replace(given, data_dir=Path(folder), port=port, allowed_hosts=("127.0.0.1", "localhost"))
        log.configure(replace(used, log_level="ERROR"))
        house.migrate(used)
        yield used


def _stage_all(
    stack: ExitStack,
    used: Settings,
    made_up: District,
    names: Sequence[str],
    password: str,
    chosen_quirks: Sequence[Chosen],
) -> tuple[list[AnyStage], Context]:
    """Start a SIS and a Classroom for each name, the worker, and the door to the use cases."""
    say(f"{made_up.name}: {made_up.plan.students} students, {len(names)} SIS: {', '.join(names)}")
    ctx = stack.enter_context(open_context(used))
    stack.enter_context(WorkerProcess(replace(used, log_level="ERROR"), [MODULE]))
    stages: list[AnyStage] = []
    for name in names:
        classroom = stack.enter_context(ClassroomServer.start(made_up))
        if name == registrar.NAME:
            told = Registrar(made_up.records(), teacher_email=made_up.teacher_email)
            stages.append(main_job.set_stage(ctx, told, classroom, made_up, password))
            continue
        habits = quirks.with_quirks(sis.load(name), chosen_quirks)
        server = stack.enter_context(
            SisServer.start(habits, made_up.records(), teacher_email=made_up.teacher_email)
        )
        stage = main_job.set_stage(ctx, server, classroom, made_up, password)
        stages.append(main_job.with_quirks(stage, chosen_quirks))
    return stages, ctx


def _switch_on(stages: Sequence[AnyStage], faults: Sequence[Fault]) -> None:
    for fault in faults:
        servers = [stage for stage in stages if isinstance(stage.sis, SisServer)]
        hit = [stage for stage in servers if fault.vendor in (stage.sis.personality.id, "all")]
        if not hit:
            raise click.UsageError(f"No SIS {fault.vendor!r} runs in this demo.")
        for stage in hit:
            with stage.sis.control() as control:
                control.switch_on(fault.name, count=fault.count)


def _one(ctx: Context, stage: AnyStage) -> Outcome:
    say(f"{stage.sis.personality.id} {stage.sis.personality.version}")
    return main_job.run(ctx, stage)


def table(done: Sequence[Outcome]) -> str:
    """What was done, a line for each SIS, and its problems below."""
    head = ("SIS", "connected", "classes linked", "students imported", "grades exported", "verified")
    lines = [
        (
            f"{one.vendor} {one.version}",
            "yes" if one.connected else "no",
            str(one.classes_linked),
            str(one.students_imported),
            str(one.grades_exported),
            f"{one.grades_verified} of {one.grades_exported}",
        )
        for one in done
    ]
    widths = [max(len(row[index]) for row in (head, *lines)) for index in range(len(head))]
    shown = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *lines)
    ]
    problems = [f"{one.vendor} {one.version}: {problem}" for one in done for problem in one.problems]
    return "\n".join([*shown, *problems])


def _write_info(path: Path, stages: Sequence[AnyStage], used: Settings, password: str) -> None:
    people = {"admin": stages[0].made_up.admin_email, "teacher": stages[0].made_up.teacher_email}
    found = {
        "url": used.base_url,
        "sign_in": {**people, "password": password},
        "classroom": stages[0].classroom.info(),
        "classrooms": [stage.classroom.info() for stage in stages],
        "sis": [stage.sis.info() for stage in stages],
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(found, indent=2), "utf-8")


def _say_where(used: Settings, made_up: District, password: str) -> None:
    say(f"""
Look around:  {used.base_url}
  admin:      {made_up.admin_email}
  teacher:    {made_up.teacher_email}
  password:   {password}   (the same for both)
The teacher has another class to link, import and export by hand. Ctrl-C ends everything.""")
