"""The files of a CSV package, column by column (CSV binding 1.1 and 1.2), read from `data/csv-*.json`."""

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct, field

from classbridge.oneroster.models import Version

Required = Literal["yes", "delta", "no"]
"""`delta`: present in every row of a delta file, blank in every row of a bulk file."""

Type = Literal[
    "guid", "guidref", "guidref-list", "string", "string-list", "enum", "enum-list",
    "boolean", "float", "integer", "datetime", "date", "year", "id",
]  # fmt: skip
Mode = Literal["absent", "bulk", "delta"]


class Constraint(Struct, frozen=True, kw_only=True, rename="camel"):
    """What the record that a column refers to must be, besides being there."""

    org_type: str | None = None
    academic_session_type: str | None = None
    user_role: str | None = None


class Column(Struct, frozen=True, kw_only=True):
    """A column. `references` is the name of the file (without `.csv`) whose sourcedId the values are."""

    name: str
    required: Required
    type: Type
    enum: tuple[str, ...] = ()
    extensible: bool = False
    references: str | None = None
    constraint: Constraint = Constraint()

    @property
    def is_list(self) -> bool:
        """True where a value holds several items, separated by commas."""
        return self.type.endswith("-list")


class File(Struct, frozen=True, kw_only=True):
    """A file. `layouts` are all the header rows that a reader accepts; the first is the one to write.

    `service` is the OneRoster service that the file's records belong to (rostering, gradebook, resources).
    `needs` are the files that must be in bulk where this one is.
    """

    name: str
    service: str
    needs: tuple[str, ...]
    layouts: tuple[tuple[Column, ...], ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns to write, in order."""
        return self.layouts[0]

    @property
    def file_name(self) -> str:
        """The name inside the package."""
        return f"{self.name}.csv"


class Property(Struct, frozen=True, kw_only=True, rename="camel"):
    """A row of manifest.csv: its name, the only value it may have or those to choose from."""

    property_name: str
    required: bool
    value: str | None = None
    enum: tuple[str, ...] = ()


class Layout(Struct, frozen=True, kw_only=True):
    """Everything that a version says of its files, in the standard's order.

    `patterns` are the regular expressions of the data types that have one; `extension` is that of a value added
    to an extensible vocabulary.
    """

    version: Version
    files: dict[str, File]
    manifest: tuple[Property, ...]
    patterns: dict[str, str]
    extension: str


MANIFEST = "manifest.csv"
MANIFEST_HEADER = ("propertyName", "value")


@cache
def layout(version: Version) -> Layout:
    """The layout of a version."""
    raw = msgspec.json.decode(
        files(__package__).joinpath("data", f"csv-{Version(version)}.json").read_bytes(), type=_Data
    )
    return Layout(
        version=Version(version),
        files={name: _file(name, raw.files[f"{name}.csv"]) for name in _names(raw.file_order)},
        manifest=raw.manifest.rows,
        patterns={name: one.pattern for name, one in raw.data_types.items() if one.pattern},
        extension=raw.extension.pattern,
    )


class _Reference(Struct, frozen=True):
    file: str
    column: str


class _Column(Struct, frozen=True, rename="camel"):
    name: str
    required: Required
    type: Type
    enum: tuple[str, ...] = ()
    extensible: bool = False
    references: _Reference | None = None
    reference_constraint: Constraint = Constraint()
    removed_in: str = ""


class _Direct(Struct, frozen=True):
    required: tuple[str, ...]


class _Dependencies(Struct, frozen=True):
    direct: _Direct


class _File(Struct, frozen=True, rename="camel"):
    service: str
    columns: tuple[_Column, ...]
    bulk_dependencies: _Dependencies


class _Manifest(Struct, frozen=True):
    rows: tuple[Property, ...]


class _DataType(Struct, frozen=True):
    pattern: str = ""


class _Extension(Struct, frozen=True):
    pattern: str = ""


class _Data(Struct, frozen=True, rename="camel"):
    files: dict[str, _File]
    file_order: tuple[str, ...]
    manifest: _Manifest
    data_types: dict[str, _DataType]
    extension: _Extension = field(default_factory=_Extension)


def _names(file_names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.removesuffix(".csv") for name in file_names)


def _file(name: str, raw: _File) -> File:
    """A file; a column that a correction took out again (`removedIn` x.y.z) makes a second, older layout."""
    older = tuple(map(_column, raw.columns))
    newer = tuple(_column(one) for one in raw.columns if one.removed_in.count(".") != 2)
    return File(
        name=name,
        service=raw.service,
        needs=_names(raw.bulk_dependencies.direct.required),
        layouts=(newer,) if newer == older else (newer, older),
    )


def _column(raw: _Column) -> Column:
    return Column(
        name=raw.name,
        required=raw.required,
        type=raw.type,
        enum=raw.enum,
        extensible=raw.extensible,
        references=raw.references.file.removesuffix(".csv") if raw.references else None,
        constraint=raw.reference_constraint,
    )
