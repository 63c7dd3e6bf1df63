"""A package opened for reading, from a folder or a zip, and refused where it is hostile or broken.

Nothing is ever unpacked to disk: files are read as streams, and only those whose names the standard knows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from zipfile import ZipFile

from classbridge.oneroster.csv import archive, directory, manifest
from classbridge.oneroster.csv.finding import RULES, Finding, printable
from classbridge.oneroster.csv.layout import MANIFEST, layout
from classbridge.oneroster.csv.limits import Limits
from classbridge.oneroster.csv.manifest import Manifest
from classbridge.oneroster.models import Version


class PackageError(ValueError):
    """A package, or a file of it, is refused; `findings` say why."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        rules = [RULES[one.rule] for one in findings]
        super().__init__(" ".join(f"{one.place}: {rule.text}" for one, rule in zip(findings, rules, strict=True)))


class Package:
    """An open package. Use it as a context manager.

    `names` are the CSV files at its root that the standard knows in any version, manifest.csv included, in the
    standard's order. `warnings` are findings about files that are left aside.
    """

    def __init__(self, path: Path, limits: Limits, zip_file: ZipFile | None) -> None:
        self.path = path
        self.limits = limits
        self._zip = zip_file
        found = directory.scan(path, limits) if zip_file is None else archive.scan(zip_file, limits)
        if found.errors:
            self.close()
            raise PackageError(found.errors)
        self.sizes = {name: found.sizes[name] for name in _KNOWN if name in found.sizes}
        self.warnings = [
            Finding(rule="unknown-file", file=printable(name)) for name in found.sizes if name not in _KNOWN
        ]
        self.manifest = self._manifest()

    @classmethod
    def open(cls, path: Path | str, limits: Limits | None = None) -> Self:
        """Open a folder or a zip. Raises PackageError when it is refused, OSError when it cannot be read."""
        path, limits = Path(path), limits or Limits()
        if path.is_dir():
            return cls(path, limits, None)
        refused = archive.refusal(path, limits)
        if refused:
            raise PackageError([refused])
        try:
            zip_file = ZipFile(path)
        except (*archive.DAMAGE, NotImplementedError, ValueError):
            raise PackageError([Finding(rule="zip-damaged")]) from None
        return cls(path, limits, zip_file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the zip."""
        if self._zip is not None:
            self._zip.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the files, such as `users.csv`."""
        return tuple(self.sizes)

    @contextmanager
    def stream(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file to read its bytes. Damage met while reading is raised as PackageError."""
        if name not in self.sizes:
            raise KeyError(name)
        try:
            with (
                (self.path / name).open("rb")
                if self._zip is None
                else archive.open_entry(self._zip, name) as stream
            ):
                yield stream
        except archive.DAMAGE:
            raise PackageError([Finding(rule="zip-damaged", file=name)]) from None

    def _manifest(self) -> Manifest:
        if MANIFEST not in self.sizes:
            return manifest.missing()
        try:
            with self.stream(MANIFEST) as stream:
                raw = stream.read(self.limits.manifest_bytes + 1)
        except PackageError as error:
            return manifest.unreadable(error.findings[0].rule)
        if len(raw) > self.limits.manifest_bytes:
            return manifest.unreadable("line-too-long", f"More than {self.limits.manifest_bytes:,} bytes.")
        return manifest.parse(raw)


_KNOWN = {MANIFEST: None} | {
    file.file_name: None for version in (Version.V1_2, Version.V1_1) for file in layout(version).files.values()
}
