"""What REST asks of a record and a CSV package may leave out (OneRoster 1.2: CSV binding, OpenAPI files)."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec.structs import replace

from classbridge.oneroster.csv.roles import role_in_1_2
from classbridge.oneroster.models import Course, Org, Record, User


def completed(records: Iterable[Record], at: datetime) -> Iterator[Record]:
    """The records with what REST requires of each; organisations come before people, as in a package.

    A bulk package says no time of change: `at` stands for it, so that a client can ask for later changes. An
    organisation without an identifier and a course without a code are known by their sourcedId, and 1.1's
    administrator gets the word that 1.2 has for the organisation.
    """
    org_types: dict[str, str] = {}
    for record in records:
        record.date_last_modified = record.date_last_modified or at
        match record:
            case Org():
                org_types[record.sourced_id] = record.type
                record.identifier = record.identifier or record.sourced_id
            case Course():
                record.course_code = record.course_code or record.sourced_id
            case User():
                record.roles = [
                    replace(role, role=role_in_1_2(role.role, org_types.get(role.org.sourced_id)))
                    for role in record.roles
                ]
        yield record
