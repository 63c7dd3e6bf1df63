"""Which column says which member of the model: one rule for the names, and the exceptions as data.

A column `xSourcedId` is the reference `x`, `xSourcedIds` the list of references `xs`; any other column is the
member of its name (REST binding 1.2). Files of links (`folds`) are no records of their own.
"""

from collections.abc import Mapping
from functools import cache
from typing import Literal

from msgspec import Struct

from classbridge.oneroster.csv.layout import Column
from classbridge.oneroster.models import Record, ScoreScaleValue, UserId, type_of
from classbridge.oneroster.shape import Member, collections, members

Form = Literal["text", "day", "pairs", "ref", "refs", "texts"]
"""How a cell holds a value: `day` is a date-time of which CSV says the day alone, `pairs` are `{left:right},…`."""

ENTITIES: Mapping[str, str] = {
    collections[entity]: entity
    for entity in (
        "org", "academicSession", "course", "class", "resource", "user", "demographics", "enrollment",
        "category", "scoreScale", "lineItem", "result",
    )
}  # fmt: skip
"""The entity of each file that holds records, in an order in which what is referred to comes first."""

FILES: Mapping[str, str] = {entity: file for file, entity in ENTITIES.items()}
"""Each entity's file."""

PASSWORD = "password"  # noqa: S105 - the name of a column that is never read
"""The column, in users and userProfiles, that no one reads."""

METADATA = "metadata."
"""How the name of an extension column begins."""

_RENAMED = {
    ("users", "preferredGivenName"): "preferredFirstName",
    ("users", "preferredFamilyName"): "preferredLastName",
}
_FLAT = {("users", "role"), ("users", "orgSourcedIds")}
"""A person's role and organisations as 1.1 has them; the codec makes the model's roles of them."""

PAIRS: Mapping[type[Struct], tuple[str, str]] = {
    UserId: ("type", "identifier"),
    ScoreScaleValue: ("itemValueLHS", "itemValueRHS"),
}
"""The two members of what a cell says as `{left:right}`."""


class Field(Struct, frozen=True, kw_only=True):
    """A column that says a member: its name in REST 1.2, its form, and what the model knows of it.

    `known` is None for the two columns of 1.1 that the model has not.
    """

    column: Column
    name: str
    form: Form
    known: Member | None


def member_name(file: str, column: Column) -> str:
    """The name of the member that a column says."""
    renamed = _RENAMED.get((file, column.name))
    if column.type == "guidref":
        return renamed or column.name.removesuffix("SourcedId")
    if column.type == "guidref-list":
        return renamed or column.name.removesuffix("SourcedIds") + "s"
    return renamed or column.name


@cache
def fields(file: str, columns: tuple[Column, ...]) -> tuple[Field, ...]:
    """The columns of a file of records that the model reads, in order."""
    struct: type[Record] = type_of[ENTITIES[file]]
    known = {member.name: member for member in members(struct)}
    found = []
    for column in columns:
        name = member_name(file, column)
        if (file, column.name) in _FLAT:
            form: Form = "refs" if column.is_list else "text"
            found.append(Field(column=column, name=name, form=form, known=None))
        elif column.name != PASSWORD:
            found.append(Field(column=column, name=name, form=_form(column, known[name]), known=known[name]))
    return tuple(found)


def _form(column: Column, member: Member) -> Form:
    if member.kind == "moment" and column.type == "date":
        return "day"
    if member.kind == "struct":
        return "ref"
    if member.kind != "list" or member.item is None:
        return "text"
    if member.item.struct in PAIRS:
        return "pairs"
    return "refs" if member.item.kind == "struct" else "texts"
