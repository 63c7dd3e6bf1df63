"""Writes a package, folder or zip, that is there whole or not at all.

Rows go to a draft folder beside the package, which takes the package's name at the very end; what a kill leaves
behind is that draft (`.NAME.PID.part`), never half a package. RFC 4180 in UTF-8 with CR LF and no byte order mark.
"""

import csv
import io
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from errno import EEXIST
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from classbridge.oneroster.csv.cells import one_line
from classbridge.oneroster.csv.layout import MANIFEST, MANIFEST_HEADER, Mode, layout
from classbridge.oneroster.csv.mapping import METADATA
from classbridge.oneroster.models import Version


class Writer:
    """A package being written. Use it as a context manager; leaving it without an error makes the package.

    `path` ends in `.zip` for a zip and must not exist yet (FileExistsError). `modes` are those of the files
    (`users`); a file without rows is declared absent. `extensions` are extension columns that a file has even if
    no row fills them; further ones are added as rows bring them.
    """

    def __init__(
        self,
        path: Path,
        version: Version,
        modes: Mapping[str, Mode],
        *,
        system_name: str = "",
        system_code: str = "",
        extensions: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.path = path
        self.layout = layout(version)
        self.rows: Counter[str] = Counter()
        """The rows written so far, by file."""
        self._modes = modes
        self._source = {"source.systemName": system_name, "source.systemCode": system_code}
        self._extensions = extensions or {}
        self._draft = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._files: dict[str, _File] = {}

    def __enter__(self) -> Self:
        if self.path.exists():
            raise FileExistsError(EEXIST, os.strerror(EEXIST), str(self.path))
        self._draft.mkdir()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            for file in self._files.values():
                file.close()
            shutil.rmtree(self._draft, ignore_errors=True)

    def write(self, name: str, cells: Sequence[str], extensions: Mapping[str, str] | None = None) -> None:
        """Add a row to a file (`users`): its cells in the layout's order, and extensions by column name."""
        file = self._files.get(name)
        if file is None:
            header = [column.name for column in self.layout.files[name].columns]
            file = _File(self._draft / f"{name}.csv", header, self._extensions.get(name, ()))
            self._files[name] = file
        file.add(cells, extensions or {})
        self.rows[name] += 1

    def _finish(self) -> None:
        for file in self._files.values():
            file.finish()
        _put(self._draft / MANIFEST, [MANIFEST_HEADER, *self._properties()])
        if self.path.suffix.lower() != ".zip":
            self._draft.rename(self.path)
            return
        packed = self._draft / "package.zip"
        _pack(packed, [self._draft / name for name in self._names()])
        packed.rename(self.path)

    def _names(self) -> list[str]:
        return [MANIFEST, *(f"{name}.csv" for name in self.layout.files if name in self._files)]

    def _properties(self) -> Iterable[tuple[str, str]]:
        for row in self.layout.manifest:
            kind, _, name = row.property_name.partition(".")
            if kind == "file":
                yield row.property_name, self._modes.get(name, "bulk") if name in self._files else "absent"
            elif row.value is not None:
                yield row.property_name, row.value
            elif self._source.get(row.property_name):
                yield row.property_name, one_line(self._source[row.property_name])


class _File:
    """One file: its extension columns may grow while it is written."""

    def __init__(self, path: Path, header: Sequence[str], extensions: Iterable[str]) -> None:
        self._path = path
        self._header = header
        self._extensions = dict.fromkeys(extensions)
        self._stream, self._writer = _opened(path)
        self._writer.writerow([*header, *self._extensions])
        self._rows = 0
        self._grown: dict[int, int] = {}
        """How many rows had been written when the extension columns grew from how many."""

    def add(self, cells: Sequence[str], extensions: Mapping[str, str]) -> None:
        if extensions.keys() - self._extensions.keys():
            self._grown[self._rows] = len(self._extensions)
            self._extensions.update(dict.fromkeys(extensions))
        row = [*cells, *(extensions.get(name, "") for name in self._extensions)]
        joined = "".join(row)
        if "\n" in joined or "\r" in joined or "\0" in joined:
            row = [one_line(cell) for cell in row]
        self._writer.writerow(row)
        self._rows += 1

    def finish(self) -> None:
        """Close the file; where columns came after its header was written, write it once more."""
        self._stream.close()
        if self._grown:
            longer = self._path.with_suffix(".longer")
            with self._path.open(encoding="utf-8", newline="") as stream:
                _put(longer, [[*self._header, *self._extensions]])
                next(stream)
                with longer.open("a", encoding="utf-8", newline="") as target:
                    target.writelines(self._padded(stream))
            longer.replace(self._path)

    def _padded(self, lines: Iterable[str]) -> Iterable[str]:
        growths = iter(self._grown.items())
        until, had = next(growths)
        for number, line in enumerate(lines):
            while number >= until:
                until, had = next(growths, (self._rows, len(self._extensions)))
            yield line.removesuffix("\r\n") + "," * (len(self._extensions) - had) + "\r\n"

    def close(self) -> None:
        self._stream.close()


def _opened(path: Path) -> tuple[io.TextIOWrapper, Any]:
    stream = path.open("w", encoding="utf-8", newline="")
    return stream, csv.writer(stream)


def _put(path: Path, rows: Iterable[Sequence[str]]) -> None:
    stream, writer = _opened(path)
    with stream:
        writer.writerows(rows)


def _pack(path: Path, files: Iterable[Path]) -> None:
    """Put files at the root of a zip, without times: the same rows give the same bytes."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for file in files:
            entry = ZipInfo(file.name)
            entry.compress_type = ZIP_DEFLATED
            entry.file_size = file.stat().st_size
            with file.open("rb") as stream, archive.open(entry, "w") as target:
                shutil.copyfileobj(stream, target, 1 << 20)


def extension_column(name: str) -> str:
    """The column of a member of `metadata`."""
    return METADATA + one_line(name)
