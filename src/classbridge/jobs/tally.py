"""What an export comes to: what its pages call each outcome, and under which heading it is counted."""

from collections import Counter
from collections.abc import Collection, Mapping

from classbridge.bridge.decision import Verdict
from classbridge.bridge.outcome import Code, Kind, catalogue
from classbridge.store.runs import Outcome

OPEN = ("failed", "held", "drifted")
"""The headings of what waits for somebody."""


def decision(code: Code) -> str:
    """What became of a grade, in a word: what the outcome's kind is, or that it is drifted."""
    if code is Code.DRIFTED_SKIPPED:
        return str(Verdict.DRIFTED)  # nobody was there to ask, so somebody is still to be asked
    return catalogue[code].kind.value


def heading(code: Code) -> str:
    """Under which count an outcome falls: verified, withdrawn, notes, or its decision."""
    if code in (Code.VERIFIED, Code.WITHDRAWN):
        return code.lower()
    found = decision(code)
    return "notes" if found == Kind.INFO else found


OPEN_CODES = tuple(str(code) for code in Code if decision(code) in OPEN)
"""The codes that fall under those."""


def tally(outcomes: Collection[Outcome]) -> Counter[str]:
    """How many grades fall under each heading; what is said of a whole assignment or section is a note.

    Where that needs somebody and is said of no grade there, it counts as one itself: an assignment that the SIS
    would not change, a section that is gone.
    """
    said = {(one.course_work_id, one.class_id, one.code) for one in outcomes if _is_grade(one)}
    counts: Counter[str] = Counter()
    for one in outcomes:
        name = heading(Code(one.code))
        alone = name in OPEN and (one.course_work_id, one.class_id, one.code) not in said
        counts[name if alone or _is_grade(one) else "notes"] += 1
    return counts


def open_in(counts: Mapping[str, int]) -> int:
    """How many of a tally wait for somebody."""
    return sum(counts.get(name, 0) for name in OPEN)


def _is_grade(one: Outcome) -> bool:
    """Whether it is about one student's grade; who has left Classroom is known by the SIS's id alone."""
    return bool(one.user_id or one.student_id)
