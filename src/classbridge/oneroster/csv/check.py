"""The check of a package against every rule of `data/rules.toml`.

A first pass indexes the files that others refer to, a second checks every file as a stream. Memory does not grow
with the rows of a file that nobody refers to.
"""

from collections.abc import Callable, Collection
from contextlib import ExitStack
from pathlib import Path

from classbridge.oneroster.csv import index as indexing
from classbridge.oneroster.csv.filecheck import FileCheck, Setting
from classbridge.oneroster.csv.finding import Finding
from classbridge.oneroster.csv.layout import MANIFEST, Layout, layout
from classbridge.oneroster.csv.limits import Limits
from classbridge.oneroster.csv.package import Package, PackageError
from classbridge.oneroster.csv.reading import UnreadableError
from classbridge.oneroster.csv.report import Notes, Report
from classbridge.oneroster.models import Version

Progress = Callable[[str, int], None]
"""Called with a file's name and the rows read of it, now and then."""


def check(
    path: Path | str,
    *,
    limit: int = 20,
    lenient: Collection[str] = (),
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check the package in a folder or zip; keep `limit` findings of each rule. Raises OSError.

    `lenient` are ids of rules whose errors are to count as warnings.
    """
    report = Report(limit=limit, lenient=frozenset(lenient))
    try:
        with Package.open(path, limits) as package:
            _check(package, report, progress or (lambda _file, _rows: None))
    except PackageError as error:
        for finding in error.findings:
            report.add(finding)
    return report


def _check(package: Package, report: Report, progress: Progress) -> None:
    for finding in [*package.warnings, *package.manifest.findings]:
        report.add(finding)
    known = layout(package.manifest.version or _likely_version(package))
    report.version = known.version
    supplied = [name for name, file in known.files.items() if file.file_name in package.sizes]
    _compare_with_manifest(package, known, supplied, report)
    bulk = {name for name in supplied if _is_bulk(package, known, name)}
    index = indexing.build(package, known, bulk, set(supplied))
    promised = {name for name, mode in package.manifest.modes.items() if mode != "absent"} - set(supplied)
    told = bulk | promised | _tell_needs(known, bulk, promised, report)
    setting = Setting(known=known, index=index, bulk=bulk, told=told)
    for name in supplied:
        _check_file(package, name, setting, report, progress)


def _likely_version(package: Package) -> Version:
    """The version of a package that does not say: 1.2 if it has a file that 1.1 does not know."""
    older = {file.file_name for file in layout(Version.V1_1).files.values()} | {MANIFEST}
    return Version.V1_2 if set(package.sizes) - older else Version.V1_1


def _compare_with_manifest(package: Package, known: Layout, supplied: list[str], report: Report) -> None:
    own = {MANIFEST} | {file.file_name for file in known.files.values()}
    for file_name in package.sizes.keys() - own:
        report.add(Finding(rule="unknown-file", file=file_name, detail=f"OneRoster {known.version} has none."))
    for name in known.files:
        mode = package.manifest.modes.get(name)
        if mode == "absent" and name in supplied:
            report.add(Finding(rule="file-not-declared", file=f"{name}.csv"))
        elif mode in ("bulk", "delta") and name not in supplied:
            report.add(Finding(rule="file-missing", file=f"{name}.csv", detail=f"Declared {mode}."))


def _tell_needs(known: Layout, bulk: set[str], promised: set[str], report: Report) -> set[str]:
    """Tell each file that another needs in bulk (the binding's lists of dependencies); return their names."""
    told: set[str] = set()
    for name in sorted(bulk):
        missing = set(known.files[name].needs) - bulk - promised
        for needed in sorted(missing):
            report.add(
                Finding(rule="reference-file", file=f"{name}.csv", detail=f"It needs {needed}.csv in bulk.")
            )
        told |= missing
    return told


def _is_bulk(package: Package, known: Layout, name: str) -> bool:
    """By the manifest; where that says nothing usable, a file is bulk if its first row has no status."""
    mode = package.manifest.modes.get(name, "absent")
    if mode != "absent":
        return mode == "bulk"
    for header, batch in indexing.rows_of(package, known.files[name]):
        at = header.position("status")
        if at is not None and batch.rows:
            return len(batch.rows[0]) <= at or not batch.rows[0][at]
    return True


def _check_file(package: Package, name: str, setting: Setting, report: Report, progress: Progress) -> None:
    file = setting.known.files[name]
    notes = Notes(report, file.file_name)
    with ExitStack() as stack:
        one = FileCheck(package, file, setting, notes, stack)
        try:
            for rows in one.read():
                progress(file.file_name, rows)
            one.finish()
        except UnreadableError:
            pass
        except PackageError as error:
            for finding in error.findings:
                report.add(finding)
        report.rows[file.file_name] = one.rows
