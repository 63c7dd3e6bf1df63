"""What a folder must be to be read as a package: ordinary files, no links, no folders of CSV files."""

import os
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from classbridge.oneroster.csv.contents import JUNK, Contents
from classbridge.oneroster.csv.finding import Finding
from classbridge.oneroster.csv.limits import Limits


def scan(path: Path, limits: Limits) -> Contents:
    """Look at every name in the folder. Opening a pipe or device could wait for ever, so none is opened."""
    with os.scandir(path) as found:
        entries = [one for one in islice(found, limits.entries + 1) if one.name not in JUNK]
    entries.sort(key=lambda one: one.name)
    errors = list(_errors(entries, limits))
    files = [one for one in entries if one.is_file(follow_symlinks=False)]
    return Contents(errors=errors, sizes={one.name: one.stat().st_size for one in files})


def _errors(entries: list[os.DirEntry[str]], limits: Limits) -> Iterator[Finding]:
    if len(entries) > limits.entries:
        yield Finding(rule="zip-bomb", detail=f"more than {limits.entries:,} files")
        return
    total = 0
    for entry in entries:
        status = entry.stat(follow_symlinks=False)
        total += status.st_size
        if not stat.S_ISREG(status.st_mode) and (entry.name.endswith(".csv") or not entry.is_dir()):
            yield Finding(rule="not-a-file", file=entry.name)
        elif entry.is_dir(follow_symlinks=False) and any(Path(entry.path).glob("*.csv")):
            yield Finding(rule="files-in-folder", file=f"{entry.name}/")
        elif status.st_size > limits.file_bytes:
            yield Finding(rule="zip-bomb", file=entry.name, detail=f"more than {limits.file_bytes:,} bytes")
    if total > limits.total_bytes:
        yield Finding(rule="zip-bomb", detail=f"more than {limits.total_bytes:,} bytes in all")
