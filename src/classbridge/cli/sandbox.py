"""The sandbox by itself: made-up SIS and a Classroom stand-in, their faults, and what a SIS holds."""

import json
import os
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import httpx2
import msgspec

from classbridge.cli import house
from classbridge.cli.demo import TIME_ZONE, chosen, quirk_option
from classbridge.cli.house import say
from classbridge.sandbox import sis
from classbridge.sandbox.classroom.server import ClassroomServer
from classbridge.sandbox.district import District
from classbridge.sandbox.sis import SisServer, quirks
from classbridge.sandbox.sis.control import SisControl
from classbridge.sandbox.sis.personality import Personality
from classbridge.sandbox.sis.quirks import Chosen

info_file = click.option(
    "--info",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file that `sandbox up` wrote.",
)
of_vendor = click.option("--vendor", required=True, metavar="ID[@VERSION]", help="Which SIS.")


@click.group("sandbox")
def sandbox_command() -> None:
    """Run made-up SIS and a Classroom stand-in, and make them misbehave."""


@sandbox_command.command("up")
@click.option("--vendor", "vendors", multiple=True, metavar="ID[@VERSION]", help="Only these SIS; default: all.")
@click.option("--students", type=click.IntRange(50, 1_000_000), default=200, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, another district.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="The first port; each server takes the next. Default: free ones.",
)
@quirk_option
@click.option("--info", type=click.Path(path_type=Path), help="Write addresses and credentials to this file.")
def up_command(
    vendors: tuple[str, ...],
    students: int,
    seed: int,
    port: int,
    chosen_quirks: tuple[Chosen, ...],
    info: Path | None,
) -> None:
    """Start them on loopback and stay until Ctrl-C; without --info the addresses go to standard output.

    All hold the same made-up district, deterministic by its seed; nothing is kept afterwards.
    """
    names = chosen(vendors)
    today = datetime.now(ZoneInfo(TIME_ZONE)).date()
    made_up = District.make(students=students, seed=seed, today=today, time_zone=TIME_ZONE)
    habits = [quirks.with_quirks(sis.load(name), chosen_quirks) for name in names]
    with ExitStack() as stack:
        try:
            classroom = stack.enter_context(ClassroomServer.start(made_up, port=port))
            servers = [stack.enter_context(_start(one, made_up, port, place)) for place, one in enumerate(habits)]
        except (OSError, OverflowError) as error:
            raise house.cannot_listen(f"One of the ports {port} to {port + 2 * len(habits)}", error) from None
        for server in servers:
            for fault, count in quirks.faults_of(chosen_quirks).items():
                server.board.switch_on(fault, count=count)
        _tell({"classroom": classroom.info(), "sis": [server.info() for server in servers]}, info)
        for server in servers:
            say(f"{server.personality.id}@{server.personality.version}: {server.base_url}")
        say(f"Classroom: {classroom.base_url}\nStop with Ctrl-C.")
        house.wait_for_ctrl_c()


def _start(habits: Personality, made_up: District, port: int, place: int) -> SisServer:
    """A SIS takes two ports, for some give tokens elsewhere."""
    first = port + 1 + 2 * place if port else 0
    return SisServer.start(
        habits,
        made_up.records(),
        port=first,
        token_port=first + 1 if port else 0,
        teacher_email=made_up.teacher_email,
        time_zone=made_up.time_zone,
    )


def _tell(found: dict[str, Any], path: Path | None) -> None:
    """Write the whole file under another name first: whoever waits for it never reads half of it."""
    text = json.dumps(found, indent=2)
    if path is None:
        click.echo(text)
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text, "utf-8")
    draft.replace(path)


@sandbox_command.command("quirks")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def quirks_command(as_json: bool) -> None:
    """List the quirks of real SIS that `--quirk` gives to a made-up one, each with its variants."""
    value = [
        {
            "name": one.id,
            "title": one.title,
            "variants": list(one.variants),
            "client_rule": one.client_rule,
            "emulation": one.emulation,
            "proof": one.proof or "tests/quirks",
        }
        for one in quirks.quirks()
    ]
    lines = [f"{one.id}  {one.title}: {', '.join(one.variants) or 'see ' + one.proof}" for one in quirks.quirks()]
    house.answer(value, as_json=as_json, text="\n".join(lines))


@sandbox_command.command("faults")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def faults_command(as_json: bool) -> None:
    """List the faults that can be switched on, and what each does."""
    value = [{"name": fault.name, "does": fault.says} for fault in sis.FAULTS]
    house.answer(value, as_json=as_json, text="\n".join(f"{one['name']:<22}{one['does']}" for one in value))


@sandbox_command.command("fault")
@click.argument("fault", required=False)
@info_file
@of_vendor
@click.option("--for", "seconds", type=float, metavar="SECONDS", help="Switch it off again after so long.")
@click.option("--count", type=click.IntRange(1), help="Switch it off again after so many times.")
@click.option("--value", type=float, help="The fault's own number, where it has one.")
@click.option("--off", is_flag=True, help="Switch every fault of this SIS off.")
def fault_command(
    fault: str | None,
    info: Path,
    vendor: str,
    seconds: float | None,
    count: int | None,
    value: float | None,
    off: bool,
) -> None:
    """Switch FAULT on in a running sandbox, in every SIS that --vendor means; or all of them off."""
    names = [one.name for one in sis.FAULTS]
    if off == (fault is not None):
        raise click.UsageError("Give a FAULT, or --off.")
    if fault is not None and fault not in names:
        raise click.UsageError(f"There is no fault {fault!r}. There are: {', '.join(names)}.")
    for one in _meant(info, vendor):
        with _control(one) as control:
            try:
                if fault is None:
                    control.switch_off()
                else:
                    control.switch_on(fault, count=count, seconds=seconds, value=value)
            except httpx2.HTTPError as error:
                raise _gone(one) from error
        say(f"{one['vendor']} {one['version']}: {'all faults are off' if off else f'{fault} is on'}.")


@sandbox_command.command("sis-state")
@info_file
@of_vendor
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def sis_state_command(info: Path, vendor: str, as_json: bool) -> None:
    """Count what a SIS of a running sandbox holds; without a version, the newest that runs."""
    one = max(_meant(info, vendor), key=lambda found: str(found["version"]))
    with _control(one) as control:
        try:
            state = control.state()
        except httpx2.HTTPError as error:
            raise _gone(one) from error
    writes = ", ".join(f"{name} {count}" for name, count in state["writes"].items())
    text = (
        f"{one['vendor']} {one['version']}: {state['line_items']} line items, {state['results']} results, "
        f"{state['duplicates']} duplicates; writes: {writes}"
    )
    house.answer(state, as_json=as_json, text=text)


def _meant(info: Path, vendor: str) -> Sequence[dict[str, Any]]:
    try:
        running = msgspec.json.decode(info.read_bytes())["sis"]
    except (msgspec.DecodeError, KeyError, TypeError):
        raise click.UsageError(f"{info} was not written by `sandbox up`.") from None
    found = [one for one in running if vendor in (one["vendor"], f"{one['vendor']}@{one['version']}")]
    if not found:
        known = ", ".join(f"{one['vendor']}@{one['version']}" for one in running)
        raise click.UsageError(f"No SIS {vendor!r} runs there. There are: {known}.")
    return found


def _control(one: dict[str, Any]) -> SisControl:
    return SisControl(one["control_url"], one["control_key"])


def _gone(one: dict[str, Any]) -> click.ClickException:
    return click.ClickException(f"The sandbox at {one['control_url']} does not answer; start it again.")
