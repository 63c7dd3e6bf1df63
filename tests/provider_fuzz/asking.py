"""Hypothesis strategies for what a client may ask of a collection: filters in the standard's words, and sorts."""

import string
from typing import Any

from hypothesis import strategies as st
from msgspec import Struct

from classbridge.oneroster.models import Version
from tests.oneroster.strategies import DAYS, MOMENTS
from tests.provider_fuzz.evaluator import Doc, Refused, fields, meets, values

PREDICATES = ["=", "!=", ">", ">=", "<", "<=", "~"]
TEXTS = st.text("aAbBzåÅßİΣ'%_\\ ,0é🙂", min_size=1, max_size=4) | st.sampled_from(
    ["O'Brien", "x' OR '1'='1", "null"]
)
"""Texts of which many are equal, nearly equal or part of each other."""
_OPEN = st.none() | TEXTS | st.integers(-20, 20) | st.booleans()
EXTENSIONS = st.fixed_dictionaries(
    {},
    optional={
        "house": _OPEN,
        "jp.kanaGivenName": TEXTS,
        "x-rooms": st.lists(_OPEN, max_size=3),
        "deep": st.fixed_dictionaries({}, optional={"er": _OPEN}),
    },
)
OPEN_PATHS = [
    "metadata.house",
    "metadata.jp.kanaGivenName",
    "metadata.x-rooms",
    "metadata.deep.er",
    "metadata.none",
]


class Asked(Struct, frozen=True):
    """A clause before it is written: its field, the field's kind, predicate and value."""

    path: str
    kind: str
    predicate: str
    value: str

    def met(self, doc: Doc, *, ids_by_letter: bool) -> bool:
        """Whether a record meets it. Raises `Refused`."""
        return meets(doc, self.path, self.kind, self.predicate, self.value, ids_by_letter=ids_by_letter)


class Question(Struct, frozen=True):
    """A filter: its clauses, their operator and the text that is sent."""

    clauses: list[Asked]
    operator: str
    text: str

    def met(self, doc: Doc, *, ids_by_letter: bool = True) -> bool:
        """Whether a record meets it. Raises `Refused` when any clause cannot be asked."""
        checks = [clause.met(doc, ids_by_letter=ids_by_letter) for clause in self.clauses]
        return any(checks) if self.operator == "OR" else all(checks)

    @property
    def refused(self) -> bool:
        """Whether a clause cannot be asked of any record."""
        try:
            self.met({})
        except Refused:
            return True
        return False


def _quoted(value: str, draw: Any) -> str:
    """The value in quotes, its own quotes doubled, or left bare where a letter follows."""
    written = []
    for place, char in enumerate(value):
        following, before = value[place + 1 : place + 2], value[place - 1 : place] if place else ""
        may_be_bare = char == "'" and following in set(string.ascii_letters) and before != "'"
        doubled = char == "'" and not (may_be_bare and draw(st.booleans()))
        written.append("''" if doubled else char)
    return f"'{''.join(written)}'"


def _variants(value: str) -> st.SearchStrategy[str]:
    """The value as it is, in another case, or a part of it."""
    parts = st.tuples(st.integers(0, len(value)), st.integers(0, len(value))).map(
        lambda two: value[two[0] : two[1]]
    )
    return st.sampled_from([value, value, value.upper(), value.lower(), value.swapcase()]) | parts


def _others(kind: str) -> st.SearchStrategy[str]:
    """Values of a kind that need not be in any record, and some that are not of the kind."""
    wrong = st.sampled_from(["", "x", "now()", "2026-13-01", "NaN"])
    match kind:
        case "number":
            return st.decimals(-20, 20, places=2, allow_nan=False).map(str) | wrong
        case "day" | "moment":
            offset = st.sampled_from(["Z", "+02:00", "-11:30", ""])
            moments = st.builds(lambda m, o: m.replace(tzinfo=None).isoformat() + o, MOMENTS, offset)
            return DAYS.map(str) | moments | wrong
    return TEXTS | st.just("")


@st.composite
def clauses(draw: Any, known: dict[str, str], docs: list[Doc]) -> Asked:
    """A clause about any field, its value often one that a record has."""
    path = draw(st.sampled_from(sorted(known)))
    here = sorted({_text(value) for doc in docs for value in values(doc, path)})
    if known[path] == "list":
        here += sorted({",".join(values(doc, path)) for doc in docs})
    value = (
        draw(st.sampled_from(here).flatmap(_variants) | _others(known[path]))
        if here
        else draw(_others(known[path]))
    )
    return Asked(path, known[path], draw(st.sampled_from(PREDICATES)), value)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@st.composite
def questions(draw: Any, entity: str, version: Version, docs: list[Doc]) -> Question:
    """A filter of one to three clauses about the fields of an entity, `metadata` included."""
    known = fields(entity, version) | dict.fromkeys(OPEN_PATHS, "text")
    asked = draw(st.lists(clauses(known, docs), min_size=1, max_size=3))
    operator = draw(st.sampled_from(["AND", "OR"]))
    joint = draw(st.sampled_from([f" {operator} ", f"  {operator}   "]))
    text = joint.join(f"{one.path}{one.predicate}{_quoted(one.value, draw)}" for one in asked)
    return Question(asked, operator, text)
