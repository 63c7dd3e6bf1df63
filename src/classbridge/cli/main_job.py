"""The main job for one SIS of the sandbox, through the same use cases that the pages call."""

import secrets
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from classbridge.bridge.equality import predict
from classbridge.bridge.gradebook import GradebookRules
from classbridge.bridge.policy import Actor, Role
from classbridge.cli.house import say
from classbridge.sandbox.classroom.server import ClassroomServer
from classbridge.sandbox.district import District
from classbridge.sandbox.registrar import Registrar
from classbridge.sandbox.sis import SisServer, quirks
from classbridge.sandbox.sis.quirks import Chosen
from classbridge.service import classes, connections, grades, linking, packages, rosters, runs, setup
from classbridge.service.connections import CredentialsForm
from classbridge.service.context import Context
from classbridge.service.views import ExportDetails, RunView
from classbridge.sis.registry import profile
from classbridge.store import connections as stored_connections
from classbridge.text.outcomes import explain

CODE = 12
"""Seeded assignments carry a unique code in so many first characters of their title."""

LONGEST = 600.0
"""Seconds that one run of the demo may take."""


class Outcome(Struct, kw_only=True):
    """What the main job did with one SIS. `problems` are sentences; none means that all is well."""

    vendor: str
    version: str
    connected: bool = False
    classes_linked: int = 0
    students_imported: int = 0
    grades_exported: int = 0
    grades_verified: int = 0
    problems: list[str] = field(default_factory=list)


class RunFailedError(Exception):
    """A run that the main job needs did not end well; the text says why."""


S = TypeVar("S", SisServer, Registrar)


class Stage(Struct, Generic[S], frozen=True, kw_only=True):
    """A SIS and a Classroom of the sandbox, with the district that joins them and its two people."""

    sis: S
    classroom: ClassroomServer
    made_up: District
    admin: Actor
    teacher: Actor
    settings: dict[str, Any] = {}
    """What the admin sets otherwise than the profile (`Profile.with_overrides`)."""
    faults: dict[str, int] = {}
    """Faults that come once the SIS is connected, and how often."""

    @property
    def rules(self) -> GradebookRules:
        """The rules of the SIS's gradebook, as the admin has them."""
        habits = self.sis.personality
        return profile(habits.id).with_overrides(self.settings).edition(habits.version).gradebook


AnyStage = Stage[Any]
"""A stage whatever its SIS is."""


def with_quirks(stage: Stage[SisServer], chosen: Sequence[Chosen]) -> Stage[SisServer]:
    """The stage as it is set for the quirks that its SIS has."""
    settings = quirks.settings_for(stage.sis.personality, chosen, stage.sis.chain)
    return replace(stage, settings=settings, faults=quirks.faults_of(chosen))


def set_stage(ctx: Context, sis: S, classroom: ClassroomServer, made_up: District, password: str) -> Stage[S]:
    """Set a district up for one SIS: its people, and its Classroom by a service account."""
    name = f"{made_up.name} ({profile(sis.personality.id).name} {sis.personality.version})"
    district_id = setup.create_district(
        ctx, name=name, time_zone=made_up.time_zone, domains=tuple(made_up.domains)
    )
    people = (
        (made_up.admin_email, "Ada Admin", Role.ADMIN),
        (made_up.teacher_email, "Maria Lindqvist", Role.TEACHER),
    )
    for email, person, role in people:
        setup.create_account(ctx, district_id, email=email, name=person, roles=(role,), password=password)
    admin = setup.actor_of(ctx, district_id, made_up.admin_email)
    info = classroom.info()
    setup.connect_classroom(
        ctx,
        admin,
        side="sandbox",
        base_url=info["base_url"],
        admin_email=info["admin_email"],
        service_account=info["service_account"],
    )
    teacher = setup.actor_of(ctx, district_id, made_up.teacher_email)
    return Stage(sis=sis, classroom=classroom, made_up=made_up, admin=admin, teacher=teacher)


def run(ctx: Context, stage: AnyStage) -> Outcome:
    """Connect, link, import, export and read back; what fails becomes a problem, and the rest is left out."""
    done = Outcome(vendor=stage.sis.personality.id, version=str(stage.sis.personality.version))
    steps: tuple[Callable[[Context, AnyStage, Outcome], None], ...] = (
        _connect,
        _link,
        _import,
        _export,
        _read_back,
    )
    for step in steps:
        try:
            step(ctx, stage, done)
        except RunFailedError as error:
            done.problems.append(str(error))
            break
    return done


def _connect(ctx: Context, stage: AnyStage, done: Outcome) -> None:
    connection_id = connections.start(ctx, stage.admin, stage.sis.personality.id, done.version)
    if isinstance(stage.sis, Registrar):
        wait(ctx, stage.admin, upload(ctx, stage, stage.sis, connection_id))
    else:
        _enter(ctx, stage, stage.sis, connection_id)
    wait(ctx, stage.admin, connections.authorize(ctx, stage.admin, connection_id))
    connections.confirm_data(ctx, stage.admin, connection_id, connections.KINDS)
    wait(ctx, stage.admin, connections.sync(ctx, stage.admin, connection_id))
    done.connected = True
    if isinstance(stage.sis, SisServer):
        for fault, count in stage.faults.items():
            stage.sis.board.switch_on(fault, count=count)


def upload(ctx: Context, stage: AnyStage, registrar: Registrar, connection_id: str) -> str:
    """Hand a package of the SIS over, with the results that it has; the run that takes it in."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "package.zip"
        registrar.export(file, results=True)
        return packages.receive(ctx, stage.admin, connection_id, file.read_bytes(), file.name)


def _enter(ctx: Context, stage: AnyStage, server: SisServer, connection_id: str) -> None:
    """Enter the address and the credentials of a SIS that has an API."""
    info = server.info()
    form = CredentialsForm(
        base_url=info["base_url"],
        token_url=info["token_url"],
        key=info["client_id"],
        secret=info["client_secret"],
        extra_header=next(iter(info["extra_headers"].values()), ""),
        support_consent=True,
    )
    if stage.settings:
        with ctx.district(stage.admin).write() as rows:
            stored_connections.save_overrides(rows, connection_id, stage.settings)
    connections.save_credentials(ctx, stage.admin, connection_id, form)


def _link(ctx: Context, stage: AnyStage, done: Outcome) -> None:
    wait(ctx, stage.teacher, classes.refresh(ctx, stage.teacher, None))
    wanted = stage.made_up.demo_sections[0]
    for row in classes.class_list(ctx, stage.teacher).rows:
        keys = [(one.connection_id, one.class_id) for one in row.suggestions if one.class_id == wanted]
        if keys:
            linking.link(ctx, stage.teacher, row.course_id, keys)
            done.classes_linked += 1
    if not done.classes_linked:
        raise RunFailedError(f"No Classroom class of the teacher was suggested for section {wanted}.")


def _course_id(ctx: Context, stage: AnyStage) -> str:
    return next(row.course_id for row in classes.class_list(ctx, stage.teacher).rows if row.sis_classes)


def _import(ctx: Context, stage: AnyStage, done: Outcome) -> None:
    course_id = _course_id(ctx, stage)
    preview = rosters.preview(ctx, stage.teacher, course_id, rosters.KINDS)
    wait(ctx, stage.teacher, preview)
    run_id = rosters.import_(ctx, stage.teacher, preview)
    wait(ctx, stage.teacher, run_id)
    people = rosters.details(ctx, stage.teacher, run_id).people
    here = [
        one for one in people if one.role == "students" and one.said.code in ("PERSON_ADDED", "PERSON_PRESENT")
    ]
    done.students_imported = len(here)


def _export(ctx: Context, stage: AnyStage, done: Outcome) -> None:
    course_id = _course_id(ctx, stage)
    preview = grades.preview(ctx, stage.teacher, course_id)
    wait(ctx, stage.teacher, preview)
    run_id = grades.export(ctx, stage.teacher, preview, grades.ExportChoices())
    wait(ctx, stage.teacher, run_id)
    details = grades.details(ctx, stage.teacher, run_id)
    done.grades_exported = details.sent
    done.problems += _problems(details)


def _problems(details: ExportDetails) -> list[str]:
    found = []
    for item in details.assignments:
        for line in item.lines:
            if line.decision == "failed" and line.said is not None:
                words = explain(line.said.code, line.said.params)
                found.append(f"{item.title}, {line.name}: {words.happened}")
        found += [
            f"{item.title}: {explain(one.code, one.params).happened}" for one in item.notices if item.blocked
        ]
    return found


def _read_back(ctx: Context, stage: AnyStage, done: Outcome) -> None:
    """Compare with the SIS itself, beside everything that classbridge says: what is there, for whom, how much."""
    if isinstance(stage.sis, Registrar):
        _carry(ctx, stage, stage.sis)
    course_id = _course_id(ctx, stage)
    with stage.sis.control() as control:
        held = {
            (grade.title[:CODE].strip(), grade.student_email.casefold()): grade.score
            for grade in control.grades()
            if grade.student_email
        }
        state = control.state()
    page = grades.page(ctx, stage.teacher, course_id)
    emails = _emails(stage)
    for column, work in enumerate(page.assignments):
        for student in page.students:
            cell = student.cells[column]
            if cell.classroom is None or cell.verified_at is None:
                continue
            score = held.get((work.title[:CODE].strip(), emails.get(student.user_id, "")))
            if score == predict(stage.rules, cell.classroom, work.max_points).value.score:
                done.grades_verified += 1
            else:
                done.problems.append(f"{work.title}, {student.name}: sent {cell.classroom}, the SIS has {score}.")
    if done.grades_verified != done.grades_exported:
        done.problems.append(f"{done.grades_exported} grades were sent, {done.grades_verified} read back equal.")
    if state["duplicates"]:
        done.problems.append(f"The SIS holds {state['duplicates']} duplicates.")


def _carry(ctx: Context, stage: AnyStage, registrar: Registrar) -> None:
    """Bring the grades to a SIS without an API, as its registrar does: download the package, import it there."""
    connection_id = connections.home(ctx, stage.admin).connections[0].id
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "grades.zip"
        file.write_bytes(packages.grades(ctx, stage.admin, connection_id))
        registrar.import_(file)


def _emails(stage: AnyStage) -> dict[str, str]:
    return {account.id: account.email.casefold() for account in stage.classroom.state.accounts.values()}


def wait(ctx: Context, actor: Actor, run_id: str) -> RunView:
    """Wait for a run, showing how far it is; raises `RunFailedError` unless it ends as done or held."""
    deadline = time.monotonic() + LONGEST
    shown: tuple[Any, ...] = ()
    pause = 0.03
    while time.monotonic() < deadline:
        found = runs.view(ctx, actor, run_id)
        if (found.kind, found.state, found.done) != shown and found.total:
            shown = (found.kind, found.state, found.done)
            say(f"  {found.kind}: {found.state} {found.done}/{found.total}")
        if found.state in ("done", "held"):
            return found
        if found.state in ("failed", "cancelled"):
            words = explain(found.said.code, found.said.params).happened if found.said else found.state
            raise RunFailedError(f"{found.kind}: {words}")
        time.sleep(pause)
        pause = min(pause * 1.3, 0.25)  # most runs are short; a long one is not asked all the time
    raise RunFailedError(f"The run {run_id} did not end within {LONGEST:.0f} seconds.")


def password() -> str:
    """A password for the demo's people, new at every start."""
    return secrets.token_urlsafe(9)
