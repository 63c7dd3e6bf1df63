"""manifest.csv: the package's version and the mode of each file (CSV binding, manifest table)."""

import csv
from collections.abc import Iterator

from msgspec import Struct

from classbridge.oneroster.csv.finding import Finding, printable, shape
from classbridge.oneroster.csv.layout import MANIFEST, MANIFEST_HEADER, Mode, layout
from classbridge.oneroster.models import Version

_VERSION = "oneroster.version"
_MODES: dict[str, Mode] = {"absent": "absent", "bulk": "bulk", "delta": "delta"}


class Manifest(Struct, kw_only=True):
    """What the manifest says: `properties` by name, and `findings` about the manifest alone.

    `version` is None where the manifest is missing or names another one; `modes` has the files (`users`) whose
    mode is given and valid.
    """

    version: Version | None
    properties: dict[str, str]
    modes: dict[str, Mode]
    findings: list[Finding]


class _Row(Struct, frozen=True):
    line: int
    name: str
    value: str


def missing() -> Manifest:
    """The manifest of a package without one."""
    return _unread(Finding(rule="manifest-missing", file=MANIFEST))


def parse(raw: bytes) -> Manifest:
    """Read a manifest. What is wrong with it becomes findings; what can be read is kept."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw:
        return _unread(Finding(rule="encoding", file=MANIFEST, detail="It looks like UTF-16."))
    text = raw.decode("utf-8-sig", errors="replace")
    findings = [Finding(rule="encoding", file=MANIFEST)] if "\ufffd" in text else []
    rows, form = _rows(text)
    findings += form
    properties: dict[str, str] = {}
    for row in rows:
        properties.setdefault(row.name, row.value)
    version = next((one for one in Version if properties.get(_VERSION) == one), None)
    findings += _findings(rows, properties, version)
    return Manifest(version=version, properties=properties, modes=_modes(properties), findings=findings)


def unreadable(rule: str, detail: str = "") -> Manifest:
    """The manifest of a package whose manifest cannot be read."""
    return _unread(Finding(rule=rule, file=MANIFEST, detail=detail))


def _unread(finding: Finding) -> Manifest:
    return Manifest(version=None, properties={}, modes={}, findings=[finding])


def _rows(text: str) -> tuple[list[_Row], list[Finding]]:
    """The rows below the header. The published table marks 1.2's rows with an asterisk that some copy."""
    rows, findings = [], []
    for line, fields in _fields(text):
        if line == 1 and tuple(fields) != MANIFEST_HEADER:
            findings.append(Finding(rule="manifest-header", file=MANIFEST, line=1))
        elif line > 1 and len(fields) != 2:
            findings.append(Finding(rule="manifest-row", file=MANIFEST, line=line, detail=f"{len(fields)} fields"))
        elif line > 1:
            rows.append(_Row(line, fields[0].removesuffix("*"), fields[1]))
    return rows, findings


def _fields(text: str) -> Iterator[tuple[int, list[str]]]:
    for line, one in enumerate(text.split("\n"), 1):
        if one.strip() or line == 1:
            yield line, _split(one.rstrip("\r"))


def _split(line: str) -> list[str]:
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:
        return []


def _modes(properties: dict[str, str]) -> dict[str, Mode]:
    given = {name.removeprefix("file."): value for name, value in properties.items() if name.startswith("file.")}
    return {name: _MODES[value] for name, value in given.items() if value in _MODES}


def _findings(rows: list[_Row], properties: dict[str, str], version: Version | None) -> Iterator[Finding]:
    known = {one.property_name: one for one in layout(version or Version.V1_2).manifest}
    seen: set[str] = set()
    for row in rows:
        if row.name in seen:
            yield _at(row, "manifest-property-twice")
        elif row.name not in known:
            yield _at(row, "manifest-property-unknown")
        seen.add(row.name)
        if row.name.startswith("file.") and row.value not in _MODES:
            yield _at(row, "manifest-mode")
        if row.name == "manifest.version" and row.value != "1.0":
            yield _at(row, "manifest-version")
        if row.name == _VERSION and version is None:
            yield _at(row, "manifest-version")
    required = [name for name, one in known.items() if one.required and (version or name == _VERSION)]
    for name in required:
        if name not in properties:
            yield Finding(rule="manifest-property-missing", file=MANIFEST, column=name)


def _at(row: _Row, rule: str) -> Finding:
    return Finding(rule=rule, file=MANIFEST, line=row.line, column=printable(row.name), value=shape(row.value))
