"""What a zip must be before any of its files is read: its directory is judged by what it announces.

`zipfile` gives no more bytes of a file than its directory announces, and checks each file's checksum at its end.
"""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from classbridge.oneroster.csv.contents import JUNK, Contents
from classbridge.oneroster.csv.finding import Finding, printable
from classbridge.oneroster.csv.limits import Limits

DAMAGE = (BadZipFile, zlib.error, EOFError, struct.error)
"""What reading a file of a damaged zip raises."""
_END, _END_BYTES = b"PK\x05\x06", 22
_ZIP64_END, _ZIP64_END_BYTES = b"PK\x06\x07", 20
_LONGEST_COMMENT = 1 << 16
_LINK, _KIND_OF_FILE = 0o120000, 0o170000
_ENCRYPTED, _PATCHED = 0x41, 0x20


def refusal(path: Path, limits: Limits) -> Finding | None:
    """Judge the end of a zip, so that a directory of millions of entries is not even read.

    The end of central directory record (APPNOTE 4.3.16) tells the directory's size; a zip64 one (4.3.15) stands
    for more than 4 GiB or 65,535 files, which no package needs.
    """
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - _END_BYTES - _LONGEST_COMMENT - _ZIP64_END_BYTES))
        tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + _END_BYTES:
        return Finding(rule="zip-damaged", detail="It is not a zip, or its end is missing.")
    entries, directory_bytes = struct.unpack("<HL", tail[at + 10 : at + 16])
    is_zip64 = tail[max(0, at - _ZIP64_END_BYTES) : at].startswith(_ZIP64_END)
    if is_zip64 or entries > limits.entries or directory_bytes > limits.zip_directory:
        return Finding(rule="zip-bomb", detail=f"More than {limits.entries:,} files, or a zip64 archive.")
    return None


def scan(archive: ZipFile, limits: Limits) -> Contents:
    """Look at every entry. Errors of one kind in many entries are told once."""
    entries = [entry for entry in archive.infolist() if not _is_junk(entry)]
    errors = {one.rule: one for one in [*_entry_errors(entries), *_size_errors(entries, limits)]}
    sizes = {entry.filename: entry.file_size for entry in entries if not entry.is_dir()}
    return Contents(errors=list(errors.values()), sizes=sizes)


def open_entry(archive: ZipFile, name: str) -> IO[bytes]:
    """Open a file of a zip. Its own header, met only here, may contradict the directory in many ways."""
    try:
        return archive.open(name)
    except (ValueError, RuntimeError, OSError) as error:
        raise BadZipFile from error


def _is_junk(entry: ZipInfo) -> bool:
    parts = PurePosixPath(entry.filename).parts
    return ".." not in parts and any(part in JUNK for part in parts)


def _entry_errors(entries: list[ZipInfo]) -> Iterator[Finding]:
    for entry in entries:
        rule = _entry_rule(entry)
        if rule:
            yield Finding(rule=rule, file=printable(entry.filename))
    for name, count in Counter(entry.filename for entry in entries).items():
        if count > 1:
            yield Finding(rule="duplicate-file", file=printable(name))


def _entry_rule(entry: ZipInfo) -> str:
    name = entry.orig_filename
    if _leads_out(name):
        return "zip-path"
    if (entry.external_attr >> 16) & _KIND_OF_FILE == _LINK or (entry.is_dir() and name.endswith(".csv/")):
        return "not-a-file"
    if "/" in name:
        return "files-in-folder"
    if entry.flag_bits & _ENCRYPTED:
        return "zip-encrypted"
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or entry.flag_bits & _PATCHED:
        return "zip-method"
    return "zip-nested" if name.lower().endswith((".zip", ".gz", ".7z")) else ""


def _leads_out(name: str) -> bool:
    """True for a path that is absolute, climbs, names a drive, or hides its end behind a NUL."""
    return name.startswith("/") or ".." in name.split("/") or any(one in name for one in "\\:\0")


def _size_errors(entries: list[ZipInfo], limits: Limits) -> Iterator[Finding]:
    for entry in entries:
        if entry.file_size > limits.file_bytes:
            yield _bomb(entry.filename, f"more than {limits.file_bytes:,} bytes unpacked")
        elif entry.file_size > max(limits.ratio_from, limits.ratio * entry.compress_size):
            yield _bomb(entry.filename, f"unpacked more than {limits.ratio} times its packed size")
    if sum(entry.file_size for entry in entries) > limits.total_bytes:
        yield Finding(rule="zip-bomb", detail=f"more than {limits.total_bytes:,} bytes unpacked in all")


def _bomb(name: str, detail: str) -> Finding:
    return Finding(rule="zip-bomb", file=printable(name), detail=detail)
