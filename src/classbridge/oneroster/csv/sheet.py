"""What writing a file needs to know, found out once: how to say each cell, and what a row must fulfil."""

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from msgspec import Struct

from classbridge.oneroster.csv.cells import day_of, one_line, pair_texts, text_of
from classbridge.oneroster.csv.folds import Fold, folds_of
from classbridge.oneroster.csv.layout import Column, Layout, layout
from classbridge.oneroster.csv.loss import Kind
from classbridge.oneroster.csv.mapping import ENTITIES, FILES, Field, fields
from classbridge.oneroster.models import Record, Version, type_of
from classbridge.oneroster.shape import collections, members

_INSTEAD: Mapping[tuple[str, str], str] = {
    ("academicSessions", "type"): "term",
    ("classes", "classType"): "scheduled",
    ("enrollments", "role"): "proctor",
    ("orgs", "type"): "local",
    ("results", "scoreStatus"): "submitted",
    ("users", "role"): "aide",
}
"""What is written for a word that a closed vocabulary (1.1) does not have: what claims and allows least."""

_FILLED: Mapping[tuple[str, str], str] = {("lineItems", "resultValueMin"): "0"}
"""What is written where the version requires a value that the record does not have."""

_NOT_SAID = {"sourced_id", "status", "date_last_modified", "metadata", "children"}
"""Members that every row has, and `children`, which the children's own rows say."""

_SAID_OTHERWISE = {"user": {"roles"}, "lineItem": {"grading_period", "academic_session"}}


class Problem(Struct, frozen=True, kw_only=True):
    """A cell that cannot be said as it is."""

    kind: Kind
    column: str
    why: str = ""


Say = Callable[[Any, list[Problem]], str]


class Sheet(Struct, frozen=True, kw_only=True):
    """A file of a version. `says` has a function for each cell of a record's row; files of links have none.

    `unsaid` are the members that the version cannot say: attribute, kind of loss, file and column to name.
    """

    file: str
    places: dict[str, int]
    says: list[Say]
    enums: list[tuple[int, Column]]
    required: list[tuple[int, Column]]
    references: list[tuple[int, Column]]
    folds: list[Fold]
    unsaid: list[tuple[str, Kind, str, str]]
    referred_to: bool
    extension: str

    def fit(self, cells: list[str], problems: list[Problem]) -> bool:
        """Make the cells fit the version; False where the row cannot be written."""
        joined = "".join(cells)
        if "\n" in joined or "\r" in joined or "\0" in joined:
            self._mend(cells, problems)
        for place, column in self.enums:
            if cells[place]:
                cells[place] = self._word(column, cells[place], problems)
        return self._complete(cells, problems)

    def _mend(self, cells: list[str], problems: list[Problem]) -> None:
        for name, place in self.places.items():
            whole = one_line(cells[place])
            if whole != cells[place]:
                problems.append(Problem(kind="text", column=name, why="A line break became a blank."))
                cells[place] = whole

    def _word(self, column: Column, text: str, problems: list[Problem]) -> str:
        if column.is_list:
            items = text.split(",")
            known = [item for item in items if self._knows(column, item)]
            problems += [Problem(kind="value", column=column.name)] * (len(items) - len(known))
            return ",".join(known)
        if self._knows(column, text):
            return text
        instead = _INSTEAD.get((self.file, column.name), "")
        why = f"It became {instead}." if instead else "It was left out."
        problems.append(Problem(kind="value", column=column.name, why=why))
        return instead

    def _knows(self, column: Column, word: str) -> bool:
        return word in column.enum or (column.extensible and re.fullmatch(self.extension, word) is not None)

    def _complete(self, cells: list[str], problems: list[Problem]) -> bool:
        for place, column in self.required:
            if not cells[place]:
                filled = _FILLED.get((self.file, column.name))
                if filled is None:
                    problems.append(Problem(kind="required", column=column.name))
                    return False
                problems.append(Problem(kind="filled", column=column.name, why=f"It became {filled}."))
                cells[place] = filled
        return True


def file_of(record: Record) -> str:
    """The file that records of this kind are in, also where the standard has none."""
    entity = _ENTITY_OF[type(record)]
    return FILES.get(entity, collections[entity])


_ENTITY_OF = {struct: entity for entity, struct in type_of.items()}


@cache
def sheet(version: Version, file: str) -> Sheet:
    """The sheet of a file (`users`)."""
    known = layout(version)
    columns = known.files[file].columns
    placed = list(enumerate(columns))
    return Sheet(
        file=file,
        places={column.name: place for place, column in placed},
        says=_says(file, columns) if file in ENTITIES else [],
        enums=[(place, column) for place, column in placed if column.enum],
        required=[(place, column) for place, column in placed if column.required == "yes"],
        references=[(place, column) for place, column in placed if column.references],
        folds=[fold for fold in folds_of(file) if fold.file in known.files],
        unsaid=_unsaid(known, file, columns) if file in ENTITIES else [],
        referred_to=any(column.references == file for one in known.files.values() for column in one.columns),
        extension=known.extension,
    )


def _unsaid(known: Layout, file: str, columns: tuple[Column, ...]) -> list[tuple[str, Kind, str, str]]:
    entity = ENTITIES[file]
    said = {one.known.attribute for one in fields(file, columns) if one.known}
    folds = {fold.attribute: fold for fold in folds_of(file)}
    gone = _NOT_SAID | _SAID_OTHERWISE.get(entity, set()) | said
    found: list[tuple[str, Kind, str, str]] = []
    for member in members(type_of[entity]):
        fold = folds.get(member.attribute)
        if member.attribute in gone or (fold and fold.file in known.files):
            continue
        found.append((member.attribute, "file", fold.file, "") if fold else _no_column(file, member.attribute))
    return found


def _no_column(file: str, attribute: str) -> tuple[str, Kind, str, str]:
    """The column that the newest version has for it."""
    newest = layout(Version.V1_2).files[file].columns
    columns = {one.known.attribute: one.column.name for one in fields(file, newest) if one.known}
    return attribute, "column", file, columns.get(attribute, attribute)


def _says(file: str, columns: tuple[Column, ...]) -> list[Say]:
    by_column = {one.column.name: one for one in fields(file, columns)}
    return [_say(by_column.get(column.name)) for column in columns]


def _say(field: Field | None) -> Say:
    """How to say a cell; a password, and what the model has elsewhere, stays blank."""
    if field is None or field.known is None:
        return lambda _record, _problems: ""
    attribute, column = field.known.attribute, field.column
    match field.form:
        case "day":
            return _day(attribute, column)
        case "pairs":
            return lambda record, problems: _pairs(getattr(record, attribute), column, problems)
        case "refs" | "texts":
            return lambda record, problems: _list(getattr(record, attribute), column, problems)
    if column.type == "integer":
        return lambda record, problems: _whole(getattr(record, attribute), column, problems)
    return lambda record, _problems: text_of(getattr(record, attribute))


def _day(attribute: str, column: Column) -> Say:
    def say(record: Any, problems: list[Problem]) -> str:
        moment = getattr(record, attribute)
        if moment and (moment.hour or moment.minute or moment.second):
            problems.append(Problem(kind="column", column=column.name, why="Only the day (in UTC) can be said."))
        return day_of(moment)

    return say


def _whole(number: Decimal | None, column: Column, problems: list[Problem]) -> str:
    if number is None:
        return ""
    whole = number.quantize(Decimal(1), ROUND_HALF_UP)
    if whole != number:
        problems.append(Problem(kind="value", column=column.name, why="It was rounded to a whole number."))
    return str(whole)


def _list(values: list[Any], column: Column, problems: list[Problem]) -> str:
    if not values:
        return ""
    texts = [text_of(value).strip() for value in values]
    if any("," in text for text in texts):
        problems.append(Problem(kind="text", column=column.name, why="An item has a comma."))
        refs = column.type.startswith("guid")
        texts = [text for text in texts if "," not in text] if refs else [text.replace(",", " ") for text in texts]
    return ",".join(text for text in map(str.strip, texts) if text)


def _pairs(values: list[Any], column: Column, problems: list[Problem]) -> str:
    sides = [(left.strip(), right.strip()) for left, right in pair_texts(values)]
    sound = [(left, right) for left, right in sides if _sayable(left, ":{},") and _sayable(right, "{},")]
    if len(sound) < len(sides):
        problems.append(Problem(kind="text", column=column.name, why="An item has a sign that parts items."))
    return ",".join(f"{{{left}:{right}}}" for left, right in sound)


def _sayable(text: str, signs: str) -> bool:
    return text != "" and not any(sign in text for sign in signs)
