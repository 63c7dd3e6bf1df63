"""The district's export policy and schedule, and what runs every night for a class, from the terminal."""

import click

from classbridge.bridge.outcome import Code
from classbridge.cli import words
from classbridge.cli.session import Session, acting
from classbridge.service import class_settings, policy
from classbridge.service.class_settings import DISTRICT, ClassSettingsView
from classbridge.service.errors import refuse
from classbridge.service.policy import DRIFTS, PolicyView

SWITCH = {None: None, "on": True, "off": False}


@click.command("policy")
@click.option("--drift", type=click.Choice(DRIFTS), help="What becomes of grades that were changed in the SIS.")
@click.option("--nightly-at", metavar="HH:MM", help="When nightly runs begin, in the district's time.")
@click.option("--quiet", metavar="HH:MM-HH:MM|none", help="When no nightly run begins.")
@acting
def policy_command(session: Session, drift: str | None, nightly_at: str | None, quiet: str | None) -> None:
    """Show the district's export policy and schedule, or change what is named."""
    found = policy.view(session.ctx, session.actor)
    if (drift, nightly_at, quiet) != (None, None, None):
        start, end = (found.quiet_from, found.quiet_until) if quiet is None else _quiet(quiet)
        found = policy.save(
            session.ctx,
            session.actor,
            drift=drift or found.drift,
            nightly_at=found.nightly_at if nightly_at is None else nightly_at,
            quiet_from=start,
            quiet_until=end,
        )
    session.answer(words.plain(found), _policy(found))


def _quiet(text: str) -> tuple[str, str]:
    if text == "none":
        return "", ""
    start, dash, end = text.partition("-")
    if not dash:
        raise refuse(Code.TIME_INVALID, field="quiet")
    return start, end


def _policy(found: PolicyView) -> str:
    quiet = f"{found.quiet_from} to {found.quiet_until}" if found.quiet_from else "none"
    late = f", begins at {found.begins_at}" if found.begins_at != found.nightly_at else ""
    return (
        f"Grades that were changed in the SIS: {found.drift}\n"
        f"Nightly runs: {found.nightly_at}{late}\nQuiet hours: {quiet}"
    )


@click.command("schedule")
@click.argument("course")
@click.option("--export", type=click.Choice(["on", "off"]), help="Export grades every night.")
@click.option("--import", "import_", type=click.Choice(["on", "off"]), help="Import the roster every night.")
@click.option("--drift", type=click.Choice([*DRIFTS, DISTRICT]), help="The class's own policy, or the district's.")
@acting
def schedule_command(
    session: Session, course: str, export: str | None, import_: str | None, drift: str | None
) -> None:
    """Show what runs every night for COURSE (a Classroom class's id), or change what is named."""
    if (export, import_, drift) == (None, None, None):
        found = class_settings.view(session.ctx, session.actor, course)
    else:
        found = class_settings.save(
            session.ctx,
            session.actor,
            course,
            drift=drift,
            nightly_export=SWITCH[export],
            nightly_import=SWITCH[import_],
        )
    shown = {**words.plain(found), "last_run": words.run(found.last_run)}
    session.answer(shown, _schedule(found))


def _schedule(found: ClassSettingsView) -> str:
    on = [name for name, is_on in (("export", found.nightly_export), ("import", found.nightly_import)) if is_on]
    last = found.last_run
    lines = [
        f"{found.course_id}  {found.name}",
        f"Every night: {' and '.join(on) or 'nothing'}",
        f"Grades that were changed in the SIS: {found.drift_in_force} ({_whose(found)})",
        f"Next: {found.next_at:%Y-%m-%d %H:%M}" if found.next_at else "",
        f"Last: {last.kind}, {last.state} ({last.id})" if last else "",
    ]
    return "\n".join(filter(None, lines))


def _whose(found: ClassSettingsView) -> str:
    return "as the district says" if found.drift == DISTRICT else "of the class"
