"""The steps of a history, as Hypothesis draws them."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec import Struct

WORKS = 2
STUDENTS = 3
POINTS = 5
FAULTS = ("drop-write", "change-score", "cut")


class Step(Struct, frozen=True):
    """What somebody does: to an assignment, a student, with points or a kind of it."""

    do: str
    work: int = 0
    student: int = 0
    value: int = 0

    def __repr__(self) -> str:
        return f"{self.do}({self.work}, {self.student}, {self.value})"


def _steps(do: str, values: int = 0) -> SearchStrategy[Step]:
    work, student = st.integers(0, WORKS - 1), st.integers(0, STUDENTS - 1)
    return st.builds(Step, st.just(do), work, student, st.integers(0, values))


ACTIONS = {
    "grade": POINTS,
    "draft": POINTS,
    "take_away": 0,
    "drift": POINTS,
    "move": 0,
    "delete_work": 0,
    "excuse": 1,
    "rename": POINTS,
    "set_maximum": 1,
    "reconnect": 0,
}
EXPORTS = {"export": 3, "keep": 1, "crash": 12, "misbehave": len(FAULTS) - 1, "undo": 12}
GRADES = _steps("grade", POINTS)

change = st.one_of(GRADES, *(_steps(do, values) for do, values in ACTIONS.items()))
chapter = st.tuples(
    st.lists(change, min_size=1, max_size=5),
    st.one_of(*(_steps(do, values) for do, values in EXPORTS.items())),
).map(lambda both: [*both[0], both[1]])
histories = st.tuples(st.lists(GRADES, min_size=2, max_size=5), st.lists(chapter, min_size=1, max_size=3)).map(
    lambda both: [*both[0], Step("export"), *(step for one in both[1] for step in one)]
)
"""Grades, an export, and up to three times some changes with an export after them."""
