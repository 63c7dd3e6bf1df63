"""What can be wrong with a package: the table of rules, and a finding, which names the rule that is broken."""

import string
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct

Severity = Literal["error", "warning"]


class Rule(Struct, frozen=True, kw_only=True):
    """A rule: its id, what it says and how to put things right. `group` is its section in the documentation."""

    id: str
    group: str
    text: str
    fix: str
    severity: Severity = "error"


class _Table(Struct, frozen=True):
    rule: tuple[Rule, ...]


RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in msgspec.toml.decode(
        files(__package__).joinpath("data", "rules.toml").read_bytes(), type=_Table
    ).rule
}


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that is wrong. Lines count from 1, the header's.

    `value` is the shape of what stands there (`shape`), never the value itself: packages hold people's data.
    `detail` adds what the rule's text cannot know: which name was expected, how many columns there are.
    """

    rule: str
    file: str = ""
    line: int | None = None
    column: str = ""
    value: str = ""
    detail: str = ""

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise ValueError(f"There is no rule {self.rule!r}.")

    @property
    def severity(self) -> Severity:
        """That of the rule, unless a report is lenient with it."""
        return RULES[self.rule].severity

    @property
    def place(self) -> str:
        """File, line and column in words."""
        line = f"line {self.line}" if self.line else ""
        return ", ".join(filter(None, [self.file, line, self.column]))


_KINDS = (
    ("capital letters", str.isupper),
    ("letters", str.isalpha),
    ("digits", str.isdigit),
    ("spaces", str.isspace),
)


def shape(value: str) -> str:
    """Describe a value without giving it away: its length and the kinds of characters in it."""
    if not value:
        return "blank"
    kinds = sorted({_kind(character) for character in value[:200]})
    return f"{len(value)} character{'s' * (len(value) > 1)}: {', '.join(kinds)}"


def _kind(character: str) -> str:
    known = next((name for name, holds in _KINDS if holds(character)), "")
    return known or ("punctuation" if character in string.punctuation else "other characters")


def printable(name: str) -> str:
    """A name that somebody else chose, safe to print."""
    return "".join(one if one.isprintable() else "?" for one in name[:100])
