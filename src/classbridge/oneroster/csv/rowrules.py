"""Rules between two columns of a row, as data: file, columns, the rule, and when two values agree."""

import re
from collections.abc import Callable

from classbridge.oneroster.csv.index import Index

Agree = Callable[[str, str], bool]


def _in_order(start: str, end: str) -> bool:
    """ISO dates compare as text. A day that ends where it starts is left alone."""
    return not start or not end or start <= end


def _same_length(subjects: str, codes: str) -> bool:
    return not subjects or not codes or subjects.count(",") == codes.count(",")


def _teacher_if_primary(role: str, primary: str) -> bool:
    """An extension (`ext:co-teacher`) may well be a teacher."""
    return primary != "true" or role not in ("administrator", "proctor", "student")


def _uuid_if_case(source: str, objective: str) -> bool:
    return source != "case" or not objective or _UUID.fullmatch(objective) is not None


_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)

PAIRS: tuple[tuple[str, str, str, str, Agree], ...] = (
    ("academicSessions", "startDate", "endDate", "date-order", _in_order),
    ("classes", "subjects", "subjectCodes", "subject-codes", _same_length),
    ("courses", "subjects", "subjectCodes", "subject-codes", _same_length),
    ("enrollments", "beginDate", "endDate", "date-order", _in_order),
    ("enrollments", "role", "primary", "primary-not-teacher", _teacher_if_primary),
    ("lineItemLearningObjectiveIds", "source", "learningObjectiveId", "learning-objective", _uuid_if_case),
    ("lineItems", "assignDate", "dueDate", "date-order", _in_order),
    ("resultLearningObjectiveIds", "source", "learningObjectiveId", "learning-objective", _uuid_if_case),
    ("roles", "beginDate", "endDate", "date-order", _in_order),
)


def within_range(index: Index) -> Agree:
    """A test that a score lies within its line item's range; what is no number is another rule's to tell."""

    def within(line_item: str, score: str) -> bool:
        least, most = (_number(bound) for bound in index.ranges.get(line_item, ("", "")))
        value = _number(score)
        return value is None or ((least is None or value >= least) and (most is None or value <= most))

    return within


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def in_a_cycle(parents: dict[str, str]) -> set[str]:
    """The ids that are their own ancestors."""
    done: set[str] = set()
    found: set[str] = set()
    for start in parents:
        path: dict[str, int] = {}
        at = start
        while at in parents and at not in done and at not in path:
            path[at] = len(path)
            at = parents[at]
        if at in path:
            found.update(list(path)[path[at] :])
        done.update(path)
    return found
