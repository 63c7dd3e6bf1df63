"""Faults inside records: members left out, of a wrong type, or with words and references that are none."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import msgspec
from litestar.types import Scope

from classbridge.oneroster.provider.selection import COLLECTIONS
from classbridge.sandbox.sis.exchange import Answer, segments
from classbridge.sandbox.sis.faults_exchange import Exchange, Fault, api

Row = dict[str, Any]
Change = Callable[[Row], None]
_USERS = ("users", "students", "teachers")
_SESSIONS = ("academicSessions", "terms", "gradingPeriods")
_REFERENCES = (
    "course",
    "school",
    "user",
    "class",
    "lineItem",
    "student",
    "org",
    "parent",
    "primaryOrg",
    "schoolYear",
)
_NUMBERS = ("weight", "resultValueMin", "resultValueMax", "score")
_serial = count(1)


def _name(path: list[str]) -> str:
    """The collection that a path reads, or reads a record of."""
    return path[-1] if len(path) % 2 else path[-2] if len(path) > 1 else ""


def _of(*names: str) -> Callable[[Scope], bool]:
    """Meet reads of these collections, whole or single; without names, of all."""

    def meets(scope: Scope) -> bool:
        reads = api(scope) and scope.get("method") == "GET"
        return reads and _name(segments(scope["path"])) in (names or COLLECTIONS)

    return meets


def _rows(change: Callable[[list[Row]], None]) -> Callable[[Exchange], Awaitable[Answer]]:
    """Change the records of an answer, all together."""

    async def act(exchange: Exchange) -> Answer:
        answer = await exchange.forward()
        if answer.status == 200:
            body = msgspec.json.decode(answer.body)
            for name, value in body.items():
                if name != "statusInfoSet":
                    change(value if isinstance(value, list) else [value])
            answer.body = msgspec.json.encode(body)
        return answer

    return act


def _each(change: Change) -> Callable[[Exchange], Awaitable[Answer]]:
    """Change each record of an answer by itself."""

    def every(rows: list[Row]) -> None:
        for row in rows:
            change(row)

    return _rows(every)


def _without(member: str) -> Callable[[Exchange], Awaitable[Answer]]:
    def change(row: Row) -> None:
        row.pop(member, None)

    return _each(change)


def _set(**members: Any) -> Callable[[Exchange], Awaitable[Answer]]:
    def change(row: Row) -> None:
        row.update({name: value for name, value in members.items() if name in row})

    return _each(change)


def _us_dates(row: Row) -> None:
    for member in ("startDate", "endDate", "beginDate"):
        if row.get(member):
            year, month, day = str(row[member]).split("-")
            row[member] = f"{month}/{day}/{year}"


def _local_moments(row: Row) -> None:
    if "dateLastModified" in row:
        row["dateLastModified"] = str(row["dateLastModified"]).removesuffix("Z")


def _yes_and_no(row: Row) -> None:
    if "enabledUser" in row:
        row["enabledUser"] = "yes"


def _number_texts(row: Row) -> None:
    row.update({name: str(row[name]) for name in _NUMBERS if row.get(name) is not None})


def _bare_references(row: Row) -> None:
    for member in _REFERENCES:
        if isinstance(row.get(member), dict):
            row[member] = {"sourcedId": row[member]["sourcedId"]}


def _dangling(row: Row) -> None:
    if isinstance(row.get("course"), dict):
        row["course"]["sourcedId"] += "-gone"


def _orphans(row: Row) -> None:
    if isinstance(row.get("class"), dict):
        row["class"]["sourcedId"] += "-gone"


def _foreign_hrefs(row: Row) -> None:
    for member in _REFERENCES:
        if isinstance(row.get(member), dict) and row[member].get("href"):
            path = str(row[member]["href"]).split("/", 3)[3]
            row[member]["href"] = f"https://elsewhere.example/{path}"


def _own_words(row: Row) -> None:
    row.update({name: "campus" for name in ("type", "classType") if name in row})


def _extra_members(row: Row) -> None:
    row["vendorNote"] = "internal"


def _one_address(row: Row) -> None:
    if row.get("email"):
        row["email"] = "office@school.example"


def _new_ids(row: Row) -> None:
    if "sourcedId" in row:
        row["sourcedId"] = f"{row['sourcedId']}-{next(_serial)}"


def _reversed_dates(row: Row) -> None:
    if "startDate" in row and "endDate" in row:
        row["startDate"], row["endDate"] = row["endDate"], row["startDate"]


def _first_twice(rows: list[Row]) -> None:
    if len(rows) > 1:
        rows[1] = rows[0]


def _double(rows: list[Row]) -> None:
    if len(rows) == 1:
        rows.append({**rows[0], "sourcedId": f"{rows[0].get('sourcedId')}-twin"})


async def _twins(exchange: Exchange) -> Answer:
    return await _rows(_double)(exchange) if "filter" in exchange.query else await exchange.forward()


def _nothing(rows: list[Row]) -> None:
    rows.clear()


FAULTS: tuple[Fault, ...] = (
    Fault("no-modified", "dateLastModified is left out.", _of(), _without("dateLastModified")),
    Fault("odd-status", "status is inactive.", _of(), _set(status="inactive")),
    Fault("yes-and-no", "enabledUser is yes.", _of(*_USERS), _each(_yes_and_no)),
    Fault("number-texts", "Numbers are texts.", _of(), _each(_number_texts)),
    Fault("us-dates", "Dates are MM/DD/YYYY.", _of(), _each(_us_dates)),
    Fault("local-moments", "dateLastModified has no time zone.", _of(), _each(_local_moments)),
    Fault("reversed-dates", "Sessions end before they begin.", _of(*_SESSIONS), _each(_reversed_dates)),
    Fault("own-words", "Types are of a vocabulary of its own.", _of("orgs", "classes"), _each(_own_words)),
    Fault("extra-members", "A member of its own stands outside metadata.", _of(), _each(_extra_members)),
    Fault("bare-references", "References have a sourcedId only.", _of(), _each(_bare_references)),
    Fault("dangling-courses", "Classes point to courses that are not there.", _of("classes"), _each(_dangling)),
    Fault(
        "orphan-enrollments", "Enrollments are of classes that are not there.", _of("enrollments"), _each(_orphans)
    ),
    Fault("foreign-hrefs", "hrefs lead to another host.", _of(), _each(_foreign_hrefs)),
    Fault("no-school", "Classes have no school.", _of("classes"), _without("school")),
    Fault("no-terms", "Classes have no terms.", _of("classes"), _without("terms")),
    Fault("no-names", "Users have no familyName.", _of(*_USERS), _without("familyName")),
    Fault("no-emails", "Students have no email.", _of("students"), _without("email")),
    Fault("one-address", "All users share one email.", _of("users"), _each(_one_address)),
    Fault("no-school-year", "Grading periods have no schoolYear.", _of("gradingPeriods"), _without("schoolYear")),
    Fault("wrong-periods", "/gradingPeriods gives terms.", _of("gradingPeriods"), _set(type="term")),
    Fault("no-categories", "There are no categories.", _of("categories"), _rows(_nothing)),
    Fault("twin-teachers", "A search that should find one teacher finds two.", _of("teachers"), _twins),
    Fault(
        "twin-rows",
        "The first record of a page comes twice.",
        _of("orgs", "classes", "users"),
        _rows(_first_twice),
    ),
    Fault("new-ids", "sourcedIds are other ones with each read.", _of("orgs", "users"), _each(_new_ids)),
)
"""The faults of the records."""
