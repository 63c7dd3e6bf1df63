"""Handing packages over, and carrying grades back, as people do it."""

from contextlib import suppress
from pathlib import Path

from classbridge.cli import main_job
from classbridge.cli.main_job import Outcome, RunFailedError, Stage
from classbridge.oneroster.models import Version
from classbridge.sandbox.registrar import Registrar
from classbridge.service import classes, connections, grades, packages, runs, undo
from classbridge.service.context import Context
from classbridge.service.packages import PackageView
from classbridge.service.views import ExportDetails, UndoDetails


class Office:
    """A district and its registrar."""

    def __init__(self, ctx: Context, stage: Stage[Registrar], folder: Path) -> None:
        self.ctx, self.stage, self.folder = ctx, stage, folder
        self.admin, self.teacher, self.registrar = stage.admin, stage.teacher, stage.sis

    def main_job(self) -> Outcome:
        """Upload, link, import, export, carry the grades to the registrar, and compare."""
        return main_job.run(self.ctx, self.stage)

    @property
    def connection_id(self) -> str:
        """The connection by packages; begun if it is not there."""
        known = connections.home(self.ctx, self.admin).connections
        mine = [one.id for one in known if one.vendor == "csv"]
        return mine[0] if mine else connections.start(self.ctx, self.admin, "csv")

    def package(self, *, version: Version = Version.V1_2, results: bool = False) -> bytes:
        """A package as the registrar exports it."""
        file = self.folder / "export.zip"
        file.unlink(missing_ok=True)
        self.registrar.export(file, version, results=results)
        return file.read_bytes()

    def hand_over(self, content: bytes, *, anyway: bool = False) -> PackageView:
        """Upload a package; what became of it."""
        run_id = packages.receive(self.ctx, self.admin, self.connection_id, content, "rosters.zip", anyway=anyway)
        with suppress(RunFailedError):
            main_job.wait(self.ctx, self.admin, run_id)
        return packages.listed(self.ctx, self.admin, self.connection_id)[0]

    def carry(self) -> None:
        """Download the grades and import them at the registrar's."""
        file = self.folder / "grades.zip"
        file.write_bytes(packages.grades(self.ctx, self.admin, self.connection_id))
        self.registrar.import_(file)

    def export(self) -> ExportDetails:
        """Export everything of the linked class."""
        course_id = next(
            row.course_id for row in classes.class_list(self.ctx, self.teacher).rows if row.sis_classes
        )
        preview = grades.preview(self.ctx, self.teacher, course_id)
        main_job.wait(self.ctx, self.teacher, preview)
        run_id = grades.export(self.ctx, self.teacher, preview, grades.ExportChoices())
        main_job.wait(self.ctx, self.teacher, run_id)
        return grades.details(self.ctx, self.teacher, run_id)

    def undo_last(self) -> UndoDetails:
        """Take the last export back, all of it."""
        exports = (run for run in runs.page(self.ctx, self.admin).items if run.kind == "export")
        preview = undo.preview(self.ctx, self.teacher, next(exports).id)
        main_job.wait(self.ctx, self.teacher, preview)
        run_id = undo.undo(self.ctx, self.teacher, preview)
        main_job.wait(self.ctx, self.teacher, run_id)
        return undo.details(self.ctx, self.teacher, run_id)
